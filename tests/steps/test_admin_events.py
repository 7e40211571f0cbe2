"""The step `admin_events`: the trail of one account, with who did it, before and after; reading it is in it, too."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.events import EventKind, iso
from infra.openapi.schemas import answer_schemas
from tests.console.staff import Staff, staff
from tests.fakes.samples import an_event
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

KINDS = ("authn_password_change", "authn_login_fail")


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


def drowned(world: World, who: Account, refusals: int = 209) -> None:
    """Strangers try, from as many addresses, after whatever was before."""
    for number in range(refusals):
        world.clock.passes(1)
        event = an_event(
            who.id,
            EventKind.LOGON_REFUSED,
            world.clock(),
            reason="wrong_password" if number % 3 else "locked",
            email=who.address,
            source=f"198.51.100.{number}",
        )
        world.store.events.record(event)


def test_tr_01_refusals_of_strangers_cannot_drown_a_takeover(world: World) -> None:
    """On the page of the user, and in the trail, however it is asked."""
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    thief = world.visitor()
    thief.logs_on(ann)
    fields = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert thief.post("/password/change", fields).status == 200
    drowned(world, ann)
    taken = {"authn_password_change", "authn_login_success"}
    assert taken <= {event["kind"] for event in desk.user(ann)["events"]}
    for asked in ("", "&changes=true"):
        told = desk.visitor.get(f"/admin/events?email={ann.address}{asked}").json()["events"]
        assert taken <= {event["kind"] for event in told}


def pages(desk: Staff, asked: str) -> list[list[Any]]:
    """Every page, to the end."""
    found: list[list[Any]] = []
    before: str | None = ""
    while before is not None:
        assert len(found) < 50
        answer = desk.visitor.get(f"/admin/events?{asked}&before={before}").json()
        found.append(answer["events"])
        before = answer["before"]
    return found


def test_tr_01_refusals_are_one_line_an_hour_with_their_count(world: World) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    world.clock.passes(3600 - world.clock() % 3600)
    drowned(world, ann)
    (line,) = desk.trail(ann, "authn_login_fail")
    first, last = world.clock() - 208, world.clock()
    assert (line["count"], line["first_at"], line["last_at"]) == (209, iso(first), iso(last))
    assert line["reasons"] == {"wrong_password": 139, "locked": 70}
    assert (line["sources"], line["source"], line["email"]) == (209, None, ann.address)
    assert (line["change"], line["continues"], line["reference"]) == (False, False, None)


def test_a_single_refusal_has_everything_it_tells(world: World) -> None:
    desk, ann, visitor = staff(world, Kind.SUPPORT), world.person(), world.visitor()
    reference = visitor.post("/logon", {"email": ann.address, "password": "wrong wrong"}).json()["reference"]
    (line,) = desk.trail(ann, "authn_login_fail")
    assert (line["reference"], line["count"], line["reason"]) == (reference, 1, "wrong_password")
    assert (line["source"], line["reasons"]) == (visitor.source, {"wrong_password": 1})


@pytest.mark.parametrize("changes", ["", "&changes=false", "&changes=true"])
def test_tr_02_pages_go_back_to_the_first_event(world: World, changes: str) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    for ago in range(0, 230 * 900, 900):
        at = world.clock() - ago
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, at))
        world.store.events.record(an_event(ann.id, EventKind.LOGON_REFUSED, at - 1))
    found = pages(desk, f"email={ann.address}{changes}")
    events = [event for page in found for event in page]
    assert events == sorted(events, key=lambda event: str(event["at"]), reverse=True)
    count = {kind: sum(one["count"] for one in events if one["kind"] == kind) for kind in KINDS}
    assert count == {KINDS[0]: 230, KINDS[1]: 0 if changes == "&changes=true" else 230}
    assert len(found) > 2
    assert max(map(len, found)) <= 100


def test_tr_02_person_turns_the_pages_by_links(world: World) -> None:
    desk, ann = staff(world), world.person()
    for _ in range(60):
        world.clock.passes(1)
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, world.clock()))
    path, turned = f"/admin/events?email={quote(ann.address)}&changes=true", 0
    newest, earlier = f'href="{path.replace("&", "&amp;")}"', re.compile(r'rel="next" href="([^"]+)"')
    html = desk.visitor.get(path, Accept="text/html").text
    assert newest not in html
    while link := earlier.search(html):
        html, turned = desk.visitor.get(unescape(link[1]), Accept="text/html").text, turned + 1
        assert newest in html
    assert turned == 2
    assert "Nothing earlier is recorded." in html


def test_tr_03_position_of_one_trail_opens_no_other(world: World) -> None:
    desk, ann, bob = staff(world), world.person(), world.person()
    for who in (ann, bob):
        for second in range(150):
            world.store.events.record(
                an_event(who.id, EventKind.PASSWORD_CHANGED, world.clock() - second, email=who.address)
            )
    before = desk.visitor.get(f"/admin/events?email={ann.address}").json()["before"]
    told = desk.visitor.get(f"/admin/events?email={bob.address}&before={before}").json()["events"]
    assert {event["email"] for event in told} == {bob.address}


@pytest.mark.parametrize("asked", ["before=x", "before=MjAyNi0wMi0zMA", "before=%C3%A4", "changes=yes"])
def test_tr_03_what_cannot_be_asked_is_refused_by_its_field(world: World, asked: str) -> None:
    desk, ann = staff(world), world.person()
    reply = desk.visitor.get(f"/admin/events?email={ann.address}&{asked}")
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert desk.visitor.get(f"/admin/events?email={ann.address}&{asked}", Accept="text/html").status == 422


def test_tr_05_what_an_administrator_did_is_one_list_over_all_accounts(world: World) -> None:
    """Acts on others, on the portal, and what was read; not what happened to the administrator's own account."""
    thief, desk, ann, bob = staff(world), staff(world, Kind.SUPPORT), world.person(), world.person()
    thief.does(ann, "disable")
    thief.does(bob, "two-step", required=True)
    world.clock.passes(1)
    thief.visitor.post("/admin/users", {"email": "eve@people.test", "kind": "recipient"})
    thief.visitor.post("/admin/ip-ranges", {"scope": "portal", "ranges": ["0.0.0.0/0", "::/0"]})
    thief.visitor.get(f"/admin/events?email={bob.address}")
    staff(world).does(ann, "enable")
    world.delivers()
    found = [one for page in pages(desk, f"actor={thief.account.address}") for one in page]
    assert {(one["kind"], one["email"]) for one in found} == {
        ("account_disabled", ann.address),
        ("two_step_required", bob.address),
        ("account_invited", "eve@people.test"),
        ("authz_policy_changed", None),
        ("trail_read", None),
    }
    assert {one["actor"] or one["by"] for one in found} == {thief.account.address, "account"}
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)


def test_tr_05_filters_narrow_an_actors_acts(world: World) -> None:
    thief, desk, ann, bob = staff(world), staff(world, Kind.SUPPORT), world.person(), world.person()
    for who in (ann, bob):
        thief.does(who, "disable")
        world.clock.passes(1)
        thief.does(who, "enable")
    thief.visitor.get(f"/admin/events?email={ann.address}")
    asked = f"actor={thief.account.address}"
    of_ann = desk.visitor.get(f"/admin/events?{asked}&email={ann.address}").json()["events"]
    assert [(one["kind"], one["email"]) for one in of_ann] == [
        ("account_enabled", ann.address),
        ("account_disabled", ann.address),
    ]
    changes = desk.visitor.get(f"/admin/events?{asked}&changes=true").json()["events"]
    assert len(changes) == 4
    assert len(desk.visitor.get(f"/admin/events?{asked}").json()["events"]) == 5


def test_tr_05_acts_come_page_by_page_to_the_first(world: World) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    for ago in range(230):
        event = an_event(ann.id, EventKind.ACCOUNT_DISABLED, world.clock() - ago, email=ann.address)
        world.store.events.record(event._replace(actor="gone@bank.example"))
    found = pages(desk, "actor=Gone@Bank.example")
    assert [len(page) for page in found] == [100, 100, 30]
    assert len({one["at"] for page in found for one in page}) == 230


def test_tr_05_reading_somebodys_acts_is_recorded_and_nobody_below_support_may(world: World) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    desk.visitor.get(f"/admin/events?actor={ann.address}&email={desk.account.address}")
    read = [one["details"] for one in desk.trail(desk.account, "trail_read")]
    assert {"acts_of": ann.address, "events_of": desk.account.address} in read
    visitor = world.visitor()
    visitor.logs_on(ann)
    assert visitor.get(f"/admin/events?actor={ann.address}").code == "not_permitted"


def test_tr_05_person_asks_by_a_form_and_goes_on_to_each_account(world: World) -> None:
    desk, ann = staff(world), world.person()
    desk.does(ann, "disable")
    own = desk.visitor.get(f"/admin/users/{desk.account.address}", Accept="text/html").text
    (link,) = re.findall(r'href="(/admin/events\?actor=[^"]+)"', own)
    html = desk.visitor.get(unescape(link), Accept="text/html").text
    assert f'href="/admin/users/{ann.address}"' in html
    assert re.search(rf'<input[^>]* name="actor"[^>]* value="{desk.account.address}"', html)
    page = desk.visitor.get(f"/admin/users/{ann.address}", Accept="text/html").text
    assert "/admin/events?actor=" not in page


@pytest.mark.parametrize("asked", ["actor=nonsense", "actor=nonsense&email=a@b.example", "actor="])
def test_actor_that_is_no_address_is_refused_by_its_field(world: World, asked: str) -> None:
    reply = staff(world).visitor.get(f"/admin/events?{asked}")
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.json()["field"] == ("email" if asked == "actor=" else "actor")


def test_answer_has_the_fields_of_the_contract(world: World) -> None:
    desk, ann = staff(world), world.person()
    answer = desk.visitor.get(f"/admin/events?email={ann.address}").json()
    drowned(world, ann, 2)
    line = desk.trail(ann, "authn_login_fail")[0]
    schemas = answer_schemas()
    assert (set(answer), set(line)) == tuple(
        set(schemas[one]["properties"]) for one in ("Trail", "TrailLine")
    )
