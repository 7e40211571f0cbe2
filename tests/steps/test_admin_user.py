"""The step `admin_user`: everything an administrator or the desk must know of one user, and never a secret."""

import json
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Policy, Status
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.messages import reply_drawer
from chalicelib.domain.refusals import Unavailable
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import a_message, an_event
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN
from tests.world.world import World

PLACE = "192.0.2.0/24"


def password_state(world: World, **facts: Any) -> str:
    account = world.person(**facts)
    return str(staff(world).user(account)["password_state"])


def test_password_state_in_each_of_its_states(world: World) -> None:
    assert password_state(world) == "chosen"
    assert password_state(world, password=None) == "none"
    fresh = world.person(password=None)
    world.asks(fresh)
    desk = staff(world)
    assert desk.user(fresh)["password_state"] == "temporary_pending"
    world.clock.passes(3600)
    assert staff(world).user(fresh)["password_state"] == "temporary_expired"


@pytest.mark.parametrize(
    ("own", "domain", "told"),
    [
        (None, None, (None, "none")),
        (None, (PLACE,), ([PLACE], "domain")),
        ((), (PLACE,), ([], "account")),
        ((PLACE,), None, ([PLACE], "account")),
    ],
)
def test_effective_ranges_and_where_they_come_from(
    world: World, own: Any, domain: Any, told: tuple[Any, str]
) -> None:
    ann = world.person("ann@placed.test", ranges=own)
    plant(world.store, Policy("placed.test", ranges=domain))
    ranges = staff(world).user(ann)["ranges"]
    assert (ranges["effective"], ranges["source"]) == told


def test_lock_and_its_remaining_time(world: World) -> None:
    desk = staff(world)
    ann = world.person(failures=7, locked_until=world.clock() + 4)
    lock = desk.user(ann)["lock"]
    assert (lock["locked"], lock["seconds_left"], lock["failures"]) == (True, 4, 7)


def test_lg_14_lock_of_known_browsers_is_told_apart(world: World) -> None:
    desk = staff(world)
    ann = world.person(known_failures=100, known_locked_until=world.clock() + 4)
    lock = desk.user(ann)["lock"]
    assert (lock["locked"], lock["failures"], lock["stopped"]) == (False, 0, False)
    assert (lock["known"]["locked"], lock["known"]["failures"], lock["known"]["stopped"]) == (True, 100, True)


def test_live_sessions_attempts_events_and_mails(world: World) -> None:
    ann, visitor = world.person(), world.visitor(**{"User-Agent": "Mozilla/5.0 Firefox/140.0"})
    visitor.post("/logon", {"email": ann.address, "password": "wrong wrong wrong"})
    world.clock.passes(1)
    visitor.logs_on(ann)
    world.asks(ann)
    user = staff(world).user(ann)
    (session,) = user["sessions"]
    assert (session["address"], session["whole"]) == (visitor.source, True)
    assert [one["outcome"] for one in user["attempts"]] == ["succeeded", "refused"]
    assert {"password_reset_asked"} <= {one["kind"] for one in user["events"]}
    assert ("password_reset_asked", "sent") in {(one["what"], one["state"]) for one in user["mails"]}


def test_dead_sessions_are_not_shown(world: World) -> None:
    ann = world.person()
    world.visitor().logs_on(ann)
    world.clock.passes(1800)
    assert staff(world).user(ann)["sessions"] == []


def test_no_secret_whatever_the_account_has(world: World) -> None:
    ann, phone = enrolled(world)
    mail = world.asks(ann)
    told = str(staff(world, Kind.SUPPORT).user(ann))
    stored = world.stored(ann)
    secrets = [
        mail.temporary,
        mail.token("/password/reset"),
        *phone.recovery,
        stored.password_hash,
        stored.two_step.seed,
    ]
    assert [one for one in secrets if one and one in told] == []
    assert "digest" not in told


def test_status_as_it_is(world: World) -> None:
    desk = staff(world)
    for status in Status:
        assert desk.user(world.person(status=status))["status"] == status.value
    missing = desk.visitor.get("/admin/users/nobody@people.test")
    assert (missing.status, missing.code) == (404, "not_found")


def test_tr_02_user_page_says_of_each_list_where_more_is(world: World) -> None:
    desk, ann = staff(world), world.person()
    for second in range(30):
        for kind in (EventKind.PASSWORD_CHANGED, EventKind.LOGON_REFUSED, EventKind.MAIL_SENT):
            world.store.events.record(an_event(ann.id, kind, world.clock() - second * 3600))
    user = desk.user(ann)
    assert user["more"] == {"events": True, "attempts": True, "mails": True, "messages": False}
    assert [event["change"] for event in user["events"]] == [True] * 20 + [False] * 10
    rest = desk.visitor.get(f"/admin/events?email={ann.address}&changes=true&before={user['before']}").json()
    assert (len(rest["events"]), rest["before"]) == (10, None)
    html = desk.visitor.get(f"/admin/users/{ann.address}", Accept="text/html").text
    for further in (
        "changes=true",
        f"/admin/attempts?email={ann.address.replace('@', '%40')}",
        "Earlier mails are in the trail",
    ):
        assert further in html
    quiet = desk.user(world.person())
    assert (quiet["more"], quiet["before"]) == (dict.fromkeys(user["more"], False), None)


def test_who_never_came_is_invited_and_not_active(world: World) -> None:
    desk, path = staff(world), "/admin/users/new@people.test"
    desk.visitor.post("/admin/users", {"email": "new@people.test", "kind": "recipient"})
    assert "Invited: has not logged on yet." in desk.visitor.get(path, Accept="text/html").text
    assert desk.visitor.get(path).json()["status"] == "active"
    visitor = world.visitor()
    visitor.logs_on("new@people.test", world.mails("new@people.test")[-1].temporary)
    visitor.goes_on(visitor.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN}))
    assert "Invited:" not in desk.visitor.get(path, Accept="text/html").text


@pytest.mark.parametrize("kind", [Kind.SUPPORT, Kind.ADMINISTRATOR])
def test_ad_10_reading_somebody_leaves_an_event_of_the_reader(world: World, kind: Kind) -> None:
    desk, ann = staff(world, kind), world.person()
    desk.user(ann)
    (event,) = readings(world, desk)
    assert (event.details, event.source) == ({"user": ann.address}, desk.visitor.source)
    assert event.actor == desk.account.address
    assert event.at == world.clock()


def test_ad_10_a_reading_comes_after_the_logon_that_made_it_possible(world: World) -> None:
    """Its key is of a time before both; what is told of it is when the first of the folded ones was."""
    world.clock.now = world.clock() // 300 * 300 + 60
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    world.clock.passes(20)
    first = world.clock()
    desk.user(ann)
    world.clock.passes(20)
    desk.user(ann)
    (event,) = readings(world, desk)
    assert event.at == first
    assert event.at // 300 == world.store.events.of_account(desk.account.id)[-1].at // 300
    other = staff(world)
    for path in ("/admin/events", "/admin/events/export?format=jsonl"):
        reply = other.visitor.get(f"{path}{'&' if '?' in path else '?'}email={desk.account.address}")
        lines = (
            [json.loads(line) for line in reply.text.splitlines()]
            if "export" in path
            else reply.json()["events"]
        )
        kinds = [line["kind"] for line in lines]
        assert kinds.index("users_read") < kinds.index("authn_login_success"), path


def test_ad_10_the_same_reading_is_one_event_in_five_minutes(world: World) -> None:
    """From another place it is another one; and after five minutes too."""
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    world.clock.now = world.clock() // 300 * 300 + 1
    for _ in range(3):
        desk.user(ann)
    assert len(readings(world, desk)) == 1
    world.clock.passes(297)
    desk.user(ann)
    assert len(readings(world, desk)) == 1
    desk.visitor.source = "192.0.2.77"
    desk.user(ann)
    assert len({event.source for event in readings(world, desk)}) == len(readings(world, desk)) == 2
    world.clock.passes(2)
    desk.user(ann)
    assert len(readings(world, desk)) == 3


def test_ad_10_nothing_is_shown_that_cannot_be_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()

    def failing(event: Event) -> None:
        raise Unavailable("dynamodb:ThrottlingException")

    monkeypatch.setattr(world.store.events, "record", failing)
    for path in (f"/admin/users/{ann.address}", "/admin/users", "/admin/users?domain=people.test"):
        reply = desk.visitor.get(path)
        assert (reply.status, reply.code) == (503, "unavailable")
        assert ann.address not in reply.text


def readings(world: World, desk: Staff) -> list[Event]:
    trail = world.store.events.of_account(desk.account.id)
    return [event for event in trail if event.kind is EventKind.USERS_READ]


def lines_of(desk: Staff, path: str) -> dict[str, Any]:
    reply = desk.visitor.get(path)
    assert reply.status == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


def test_ad_26_messages_are_told_by_what_became_of_them(world: World) -> None:
    """Without their words: neither subject nor body, whoever of the desk looks, in JSON and on both pages."""
    ann, now = world.person(), world.clock()
    fates: dict[str, dict[str, Any]] = {
        "waiting": {},
        "read": {"read_at": now - 5, "service": "k3x7qv2m5n4tz6ra", "sender": "claims@acme.test"},
        "recalled": {"recalled_at": now - 4},
        "expired": {"expires_at": int(now) - 3},
    }
    for facts in fates.values():
        plant(world.store, a_message(ann, subject="Dismissal", sealed_body="sealed words", **facts))
    desk = staff(world, Kind.SUPPORT)
    user = desk.user(ann)
    page = f"/admin/users/{ann.address}/messages"
    lines = lines_of(desk, page)["messages"]
    assert lines == user["messages"]
    assert [one["state"] for one in lines] == list(fates)[::-1]
    assert {(one["from"], one["service"]) for one in lines} == {
        ("desk@people.test", None),
        ("claims@acme.test", "smp_k3x7qv2m5n4tz6ra"),
    }
    assert user["received"] == {"unread": 1, "replies": 0, "unread_replies": 0, "complete": True}
    for path in (page, f"/admin/users/{ann.address}"):
        for kind in ("application/json", "text/html"):
            told = desk.visitor.get(path, Accept=kind).text
            assert "Dismissal" not in told
            assert "sealed words" not in told


def test_tr_02_messages_of_a_user_end_in_words_and_lead_on(world: World) -> None:
    ann, desk = world.person(), staff(world)
    for _ in range(130):
        plant(world.store, a_message(ann))
    user, page = desk.user(ann), f"/admin/users/{ann.address}/messages"
    assert (len(user["messages"]), user["more"]["messages"]) == (10, True)
    assert user["received"] == {"unread": 100, "replies": 0, "unread_replies": 0, "complete": False}
    first = lines_of(desk, page)
    rest = lines_of(desk, f"{page}?before={first['before']}")
    assert (len(first["messages"]), len(rest["messages"]), rest["before"]) == (100, 30, None)
    ids = [one["id"] for one in first["messages"] + rest["messages"]]
    assert ids == sorted(set(ids), reverse=True)
    html = desk.visitor.get(f"/admin/users/{ann.address}", Accept="text/html").text
    assert "at least 100 not read" in html
    assert f'href="{page}"' in html
    assert "before=" in desk.visitor.get(page, Accept="text/html").text
    for wrong in ("before=%20", "kind=letter"):
        reply = desk.visitor.get(f"{page}?{wrong}")
        assert (reply.status, reply.code) == (422, "invalid_request")


def test_replies_to_an_administrator_are_counted_and_listed_apart(world: World) -> None:
    chief, ann = staff(world), world.person()
    about = a_message(ann, answers_to=chief.account.id)
    for number in range(2):
        row = a_message(ann, id=f"{about.id}-{number:011x}-test", sender=ann.address, subject="")
        read_at = world.clock() if number else None
        plant(world.store, row._replace(account_id=reply_drawer(chief.account.id), read_at=read_at))
    desk = staff(world, Kind.SUPPORT)
    user = desk.user(chief.account)
    assert user["messages"] == []
    assert (user["received"]["replies"], user["received"]["unread_replies"]) == (2, 1)
    page = f"/admin/users/{chief.account.address}/messages"
    assert lines_of(desk, page)["messages"] == []
    lines = lines_of(desk, f"{page}?kind=reply")["messages"]
    assert [(one["from"], one["state"]) for one in lines] == [
        (ann.address, "read"),
        (ann.address, "waiting"),
    ]
    assert "?kind=reply" in desk.visitor.get(f"/admin/users/{chief.account.address}", Accept="text/html").text


def test_ad_10_reading_whose_messages_came_leaves_an_event(world: World) -> None:
    desk, ann = staff(world, Kind.SUPPORT), world.person()
    lines_of(desk, f"/admin/users/{ann.address}/messages")
    (event,) = readings(world, desk)
    assert event.details == {"user": ann.address}
    assert desk.visitor.get("/admin/users/nobody@people.test/messages").code == "not_found"
