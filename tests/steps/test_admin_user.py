"""The step `admin_user`: everything an administrator or the desk must know of one user, and never a secret."""

import json
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Policy, Status
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.refusals import Unavailable
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import an_event
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
    assert user["more"] == {"events": True, "attempts": True, "mails": True}
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
    assert (quiet["more"], quiet["before"]) == ({"events": False, "attempts": False, "mails": False}, None)


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
