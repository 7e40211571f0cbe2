"""The step `admin_events`: the trail of one account, with who did it, before and after; reading it is in it, too."""

from typing import Any

from chalicelib.domain.accounts import Kind
from tests.console.staff import staff
from tests.world.world import World


def test_every_administrative_action_is_there_with_its_actor(world: World) -> None:
    desk, ann = staff(world), world.person()
    actions: dict[str, tuple[str, dict[str, Any]]] = {
        "authn_password_change_forced": ("force-change", {}),
        "session_revoked": ("sessions/revoke", {}),
        "two_step_required": ("two-step", {"required": True}),
        "authz_ranges_changed": ("ip-ranges", {"ranges": []}),
        "account_disabled": ("disable", {}),
        "account_enabled": ("enable", {}),
        "authn_login_unlock": ("unlock", {}),
    }
    for action, fields in actions.values():
        desk.does(ann, action, **fields)
    for kind in actions:
        (event,) = desk.trail(ann, kind)
        assert (event["actor"], event["email"]) == (desk.account.address, ann.address)
        assert event["source"] == desk.visitor.source
        assert isinstance(event["before"], dict)


def test_address_without_an_account_has_a_trail_and_nonsense_none(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    world.visitor().post("/password/forgot", {"email": "nobody@people.test"})
    told = desk.visitor.get("/admin/events?email=nobody@people.test").json()["events"]
    assert [event["kind"] for event in told] == ["password_reset_asked"]
    for email in ("", "nonsense"):
        assert desk.visitor.get(f"/admin/events?email={email}").code == "invalid_request"


def test_reading_it_leaves_an_event_of_the_reader(world: World) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    desk.trail(ann, "nothing")
    read = desk.trail(desk.account, "trail_read")
    assert {"events_of": ann.address} in [event["details"] for event in read]
