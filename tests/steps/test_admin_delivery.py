"""The step `admin_delivery`: mail to an address that bounced is let go again, with a reason, once it is repaired."""

from tests.console.staff import staff
from tests.world.world import World


def test_ml_05_lifted_address_gets_its_mails_again(world: World) -> None:
    desk, ann = staff(world), world.person(undeliverable="bounced")
    world.visitor().post("/password/forgot", {"email": ann.address})
    assert world.mails(ann) == []
    assert desk.does(ann, "deliverable", reason="mailbox repaired")["done"] == "deliverable"
    assert world.asks(ann).temporary
    (event,) = desk.trail(ann, "mail_address_lifted")
    assert (event["reason"], event["actor"]) == ("mailbox repaired", desk.account.address)


def test_reason_is_required(world: World) -> None:
    desk, ann = staff(world), world.person(undeliverable="complained")
    for fields in ({}, {"reason": ""}, {"reason": " "}):
        assert desk.tries(ann, "deliverable", **fields).code == "invalid_request"
    assert world.stored(ann).undeliverable == "complained"


def test_address_that_works_stays_as_it_is(world: World) -> None:
    desk, ann = staff(world), world.person()
    before = world.rows()
    assert desk.does(ann, "deliverable", reason="to be sure")["changed"] is False
    assert world.rows() == before
