"""The forms of the console, sent twice: done once, one event, one mail, and the repeat says it is done (WB-20)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from chalicelib.domain.accounts import Account, Kind, Policy
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.repeats import REPEAT_SECONDS
from tests.console.staff import logged_on
from tests.world.clicking import at_once, pressed_twice
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, Reply, Visitor
from tests.world.world import World

TWICE = pytest.mark.parametrize("sent", ["after", "at once"])
RANGES = {"restriction": "listed", "ranges": "192.0.2.0/24"}


class Act(NamedTuple):
    """A form of the console: the page it is on, where it goes, what it says, and what is to be found once."""

    page: str
    action: str
    fields: dict[str, str]
    kind: EventKind
    done: str
    mails: int = 0


ACTS = {
    "contain": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/contain",
        {"reason": "reported"},
        EventKind.ACCOUNT_CONTAINED,
        "/admin/users/{email}?done=contained",
        mails=2,  # that it is contained, and the way back in
    ),
    "set a password": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/password",
        {"new_password": CHOSEN, "force_change": "true"},
        EventKind.PASSWORD_RESET,
        "/admin/users/{email}?done=password_set",
        mails=1,
    ),
    "mail a password": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/password",
        {},
        EventKind.PASSWORD_ISSUED,
        "/admin/users/{email}?done=password_mailed",
        mails=2,
    ),
    "force a change": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/force-change",
        {},
        EventKind.CHANGE_FORCED,
        "/admin/users/{email}?done=change_forced",
    ),
    "revoke sessions": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/sessions/revoke",
        {},
        EventKind.SESSIONS_REVOKED,
        "/admin/users/{email}?done=sessions_revoked",
    ),
    "reset 2-step": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/two-step/reset",
        {"reason": "lost"},
        EventKind.TWO_STEP_RESET,
        "/admin/users/{email}?done=two_step_reset",
        mails=1,
    ),
    "save brand": Act(
        "/admin/domains/people.test/brand",
        "/admin/domains/people.test/brand",
        {"name": "Harbour"},
        EventKind.BRAND_CHANGED,
        "/admin/domains/people.test/brand?done=brand_saved",
    ),
    "save a domain's ranges": Act(
        "/admin/domains/else.example/ip-ranges",
        "/admin/domains/else.example/ip-ranges",
        RANGES,
        EventKind.POLICY_CHANGED,
        "/admin/domains/else.example/ip-ranges?done=ranges_saved",
    ),
    "change a domain": Act(
        "/admin/domains",
        "/admin/domains",
        {"domain": "people.test", "two_step_required": "true"},
        EventKind.POLICY_CHANGED,
        "/admin/domains?done=domain_changed",
    ),
    "add a domain": Act(
        "/admin/domains",
        "/admin/domains",
        {"domain": "new.example"},
        EventKind.POLICY_CHANGED,
        "/admin/domains?done=domain_added",
    ),
    "invite": Act(
        "/admin/users",
        "/admin/users",
        {"email": "new@people.test"},
        EventKind.ACCOUNT_INVITED,
        "/admin/users/new@people.test?done=invited",
        mails=1,
    ),
    "send a message": Act(
        "/admin/messages",
        "/admin/messages",
        {"to": "{email}", "subject": "Your claim", "body": "It is paid."},
        EventKind.MESSAGE_SENT,
        "/admin/messages?done=message_sent",
        mails=1,
    ),
    "disable": Act(
        "/admin/users/{email}",
        "/admin/users/{email}/disable",
        {},
        EventKind.ACCOUNT_DISABLED,
        "/admin/users/{email}?done=disabled",
    ),
}
EVERY = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
AGAIN = pytest.mark.parametrize(  # what a second press may mean; the rest is so already, or refused
    "act", [ACTS[name] for name in ("contain", "mail a password", "revoke sessions", "send a message")]
)


class Desk(NamedTuple):
    """An administrator with a browser, and somebody to act upon."""

    world: World
    admin: Account
    browser: Visitor
    ann: Account

    def opens(self, act: Act) -> dict[str, str]:
        """What the form sends, with the name that its page, freshly opened, has for it."""
        page = self.browser.get(self.filled(act.page)).text
        (name,) = set(
            re.findall(r'<input type="hidden" name="form" value="([0-9a-f]{16}(?:[.][0-9a-f]{12})?)">', page)
        )
        return {"form": name, **{key: self.filled(value) for key, value in act.fields.items()}}

    def filled(self, text: str) -> str:
        return text.replace("{email}", self.ann.address)

    def events(self, kind: EventKind) -> list[Any]:
        """Of this kind, whoever's."""
        return [event for event in self.world.fake.tables.events.values() if event.kind is kind]

    def mails(self) -> int:
        """How many went out, to whoever."""
        self.world.mails(self.ann)  # whatever is due
        return len(self.world.mailer.sent)

    def sends(self, sent: str, act: Act, fields: dict[str, str]) -> Reply:
        """The second answer, of a repeat that came after the first was done, or beside it."""
        path = self.filled(act.action)
        if sent == "at once":
            return at_once(self.world, self.browser, path, fields)
        return pressed_twice(self.browser, path, fields)


@pytest.fixture
def desk(world: World) -> Desk:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    world.fake.tables.policies[domain_id(DomainName("people.test"))] = Policy("people.test")
    return Desk(world, account, browser, enrolled(world, address="ann@people.test")[0])


@TWICE
@EVERY
def test_wb_20_what_the_console_does_is_done_once(desk: Desk, act: Act, sent: str) -> None:
    fields, before = desk.opens(act), (len(desk.events(act.kind)), desk.mails())
    reply = desk.sends(sent, act, fields)
    assert (reply.status, reply.header("Location")) == (303, desk.filled(act.done)), reply.text
    assert (len(desk.events(act.kind)), desk.mails()) == (before[0] + 1, before[1] + act.mails)


@TWICE
def test_wb_20_an_address_is_allowed_again_once(desk: Desk, sent: str) -> None:
    desk.world.fake.tables.accounts[desk.ann.id] = desk.ann._replace(undeliverable="bounced")
    page = "/admin/users/{email}"
    fields, kind = {"reason": "repaired"}, EventKind.ADDRESS_LIFTED
    act = Act(page, f"{page}/deliverable", fields, kind, f"{page}?done=deliverable")
    assert desk.sends(sent, act, desk.opens(act)).header("Location") == desk.filled(act.done)
    assert len(desk.events(kind)) == 1


@TWICE
def test_wb_20_a_message_sent_twice_is_one_message_and_one_invitation(desk: Desk, sent: str) -> None:
    act = ACTS["send a message"]
    fields = desk.opens(act) | {"to": "new@people.test"}
    assert desk.sends(sent, act, fields).header("Location") == act.done
    assert len(desk.world.fake.tables.messages) == 1
    assert len(desk.events(EventKind.ACCOUNT_INVITED)) == 1


@TWICE
def test_wb_20_a_message_taken_back_twice_is_taken_back(desk: Desk, sent: str) -> None:
    act = ACTS["send a message"]
    desk.browser.post(act.action, desk.opens(act))
    ((_, identity),) = desk.world.fake.tables.messages
    fields = {"form": desk.opens(act)["form"], "to": desk.ann.address}
    recall = act._replace(action=f"/admin/messages/{identity}/recall")
    assert desk.sends(sent, recall, fields).header("Location") == "/admin/messages?done=message_recalled"
    assert len(desk.events(EventKind.MESSAGE_RECALLED)) == 1


@AGAIN
def test_wb_20_the_same_from_a_page_opened_afresh_is_meant_once_more(desk: Desk, act: Act) -> None:
    for _ in range(2):
        assert desk.browser.post(desk.filled(act.action), desk.opens(act)).status == 303
    assert len(desk.events(act.kind)) == 2


@AGAIN
def test_wb_20_the_same_page_a_minute_later_is_meant_once_more(desk: Desk, act: Act) -> None:
    fields = desk.opens(act)
    desk.browser.post(desk.filled(act.action), fields)
    desk.world.clock.passes(REPEAT_SECONDS - 1)
    desk.browser.post(desk.filled(act.action), fields)
    assert len(desk.events(act.kind)) == 1
    desk.world.clock.passes(1)
    assert desk.browser.post(desk.filled(act.action), fields).status == 303
    assert len(desk.events(act.kind)) == 2


UNDONE = {
    "contain": ("/admin/users/{email}/enable", {}),
    "force a change": ("/admin/users/{email}/password", {"new_password": CHOSEN, "force_change": "false"}),
    "save brand": ("/admin/domains/people.test/brand", {"name": "Another"}),
    "save a domain's ranges": (
        "/admin/domains/else.example/ip-ranges",
        {"restriction": "none", "ranges": ""},
    ),
    "change a domain": ("/admin/domains", {"domain": "people.test", "two_step_required": "false"}),
    "disable": ("/admin/users/{email}/enable", {}),
}


@pytest.mark.parametrize("name", UNDONE)
def test_wb_20_what_was_undone_since_is_not_called_done(desk: Desk, name: str) -> None:
    """Its page is still open in another tab, and its button is pressed once more within the minute."""
    act, (path, fields) = ACTS[name], UNDONE[name]
    first = desk.opens(act) | ({"disable": "true"} if name == "contain" else {})
    assert desk.browser.post(desk.filled(act.action), first).header("Location") == desk.filled(act.done)
    undone = desk.browser.post(desk.filled(path), desk.opens(act._replace(fields={})) | fields)
    assert undone.status == 303, undone.text
    again = desk.browser.post(desk.filled(act.action), first)
    assert (again.status, again.header("Location")) == (409, "")
    assert len(desk.events(act.kind)) == (
        2 if act.kind in {EventKind.BRAND_CHANGED, EventKind.POLICY_CHANGED} else 1
    )


def test_wb_20_another_body_or_another_session_is_another_act(desk: Desk) -> None:
    act = ACTS["contain"]
    fields, path = desk.opens(act), desk.filled(act.action)
    desk.browser.post(path, fields)
    desk.browser.post(path, fields | {"reason": "and once more"})
    other = logged_on(desk.world, desk.world.browser(), *enrolled(desk.world, kind=Kind.ADMINISTRATOR))
    other.post(path, fields)
    assert len(desk.events(act.kind)) == 3


@AGAIN
def test_wb_20_a_program_says_what_it_means_each_time(world: World, act: Act) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    program = logged_on(world, world.visitor(), account, phone)
    desk = Desk(world, account, program, world.person())
    fields = {"form": "0123456789abcdef", **{key: desk.filled(value) for key, value in act.fields.items()}}
    for _ in range(2):
        assert program.post(desk.filled(act.action), fields).status in {200, 201}
    assert len(desk.events(act.kind)) == 2
    twice = [program.post("/admin/users", {"email": "new@people.test"}) for _ in range(2)]
    assert [one.status for one in twice] == [201, 409]


@pytest.mark.parametrize("applied", [False, True], ids=["not done", "done, its answer lost"])
def test_wb_20_what_was_not_done_is_not_called_done(desk: Desk, *, applied: bool) -> None:
    """Whose first click met an outage is told by the second what holds now, and not what was meant."""
    act = ACTS["contain"]
    fields, path = desk.opens(act), desk.filled(act.action)
    desk.world.fake.fail(2, applied=applied)  # after the authorizer's reading and the step's own
    assert desk.browser.post(path, fields).status == 503
    assert desk.world.fake.acts[-1] == "administration.apply"
    assert len(desk.events(act.kind)) == applied
    assert desk.browser.post(path, fields).header("Location") == desk.filled(act.done)
    assert len(desk.events(act.kind)) == 1
