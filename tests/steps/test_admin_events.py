"""The step `admin_events`: the trail of one account, with who did it, before and after; reading it is in it, too."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from tests.console.staff import staff
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN
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


def test_it_says_of_each_event_who_it_was(world: World) -> None:
    """The account itself: in a session, by password or link. Nobody: whoever was refused. The portal: mails."""
    desk, (ann, phone) = staff(world, Kind.SUPPORT), enrolled(world)
    visitor, stranger = world.visitor(), world.visitor()
    stranger.post("/logon", {"email": ann.address, "password": "not the right one"})
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    visitor.post("/account/sessions/revoke", {"others": True})
    link = world.asks(ann).token("/password/reset")
    stranger.post("/password/reset", {"token": link, "new_password": CHOSEN, "confirm_password": CHOSEN})
    staff(world).does(ann, "unlock")
    world.delivers()
    told = desk.visitor.get(f"/admin/events?email={ann.address}").json()["events"]
    said: dict[str, set[str]] = {"account": set(), "nobody": set(), "portal": set(), "": set()}
    for event in told:
        said[event["by"]].add(event["kind"])
    assert said == {
        "account": {
            "two_step_enrolled",
            "authn_login_success",
            "authn_login_half_done",
            "session_revoked",
            "authn_password_reset",
        },
        "nobody": {"authn_login_fail", "password_reset_asked"},
        "portal": {"mail_sent"},
        "": {"authn_login_unlock"},
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "the account itself"),
        ("de", "das Konto selbst"),
        ("fr", "le compte lui-même"),
        ("es", "la propia cuenta"),
    ],
)
def test_owners_own_act_is_said_to_be_the_accounts(world: World, language: str, words: str) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    world.visitor().logs_on(ann)
    for path in (f"/admin/events?email={ann.address}", f"/admin/users/{ann.address}"):
        page = desk.visitor.get(path, Accept="text/html", **{"Accept-Language": language}).text
        assert f">{words}<" in page
