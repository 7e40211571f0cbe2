"""Each function within its row on the real engine, for what no journey through the gateway comes to.

With USED_PERMISSIONS set, what is used here is written down beside what the journeys use (infra/unused_permissions.py).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.domain.trail_copy import DAY, SEALED_AFTER, beginning
from chalicelib.services.event_bus import Publisher
from chalicelib.services.ses import Mailer, RenderedMail
from chalicelib.services.teller import Teller
from chalicelib.services.trail_copy import copies_in
from chalicelib.steps import home
from chalicelib.steps.resume_events import resume
from chalicelib.steps.seal_trail import seal
from chalicelib.steps.sweep_mail import sweep
from chalicelib.storage.bus import key_of
from chalicelib.storage.store import DynamoStore
from infra.gateway import functions
from infra.gateway.environment import make_copy
from infra.gateway.roles import USED, Roles
from infra.permissions import read_permissions
from infra.unused_permissions import allowed, main, read_used
from tests.console.staff import Staff, logged_on, staff
from tests.engine import Engine
from tests.fakes.held import full_account_row
from tests.fakes.looking import trail
from tests.fakes.samples import a_link, an_event
from tests.world.bus import Bus
from tests.world.clicking import pressed_twice
from tests.world.clock import Clock
from tests.world.mailer import Sent
from tests.world.phones import Phone, enrolled
from tests.world.residents import a_resident
from tests.world.running import at_work
from tests.world.ses_events import arrive, bounce, mailed
from tests.world.systems import system
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

pytestmark = pytest.mark.slow


class Counter(Mailer):
    """SES's own counter, and a copy of what goes over it."""

    def __init__(self, session: Any) -> None:
        super().__init__(session, "eu-west-1", "portal@portal.example", "")
        self.sent: list[Sent] = []

    def send(self, to: str, mail: RenderedMail) -> str:
        message_id = super().send(to, mail)
        self.sent.append(Sent(to, mail, message_id))
        return message_id


def guarded(prefix: str) -> World:
    """The portal on the real engine, every call checked against the row of whoever makes it."""
    session = botocore.session.get_session()
    Roles(prefix).guard(session)
    store = DynamoStore(session, "eu-west-1", prefix, threshold=5, cap=900)
    counter: Any = Counter(session)
    return World(store, clock=Clock(time.time()), mailer=counter)


@pytest.fixture
def world(engine: Engine, table_prefix: str) -> Iterator[World]:
    """A portal with tables of its own."""
    engine.client("sesv2").create_email_identity(EmailIdentity="portal@portal.example")
    yield guarded(table_prefix)
    engine.client("sesv2").delete_email_identity(EmailIdentity="portal@portal.example")


@pytest.fixture
def bound_session(world: World) -> botocore.session.Session:
    """A session whose clients are held to the rows as well."""
    session = botocore.session.get_session()
    Roles("").guard(session)
    return session


@pytest.fixture
def desk(world: World) -> Staff:
    """An administrator."""
    return staff(world)


@pytest.mark.ministack("moto has no suppression list")
def test_lifting_an_address_needs_the_worker_to_ask_ses(world: World, desk: Staff) -> None:
    ann = world.person(undeliverable="bounced")
    desk.does(ann, "deliverable", reason="mailbox repaired")
    assert world.delivers() == []


@pytest.mark.ministack("moto has no suppression list")
def test_who_never_came_is_invited_again_within_the_rows_and_ses_is_asked(world: World, desk: Staff) -> None:
    ann = world.person(
        password=None,
        undeliverable="bounced",
        must_change_password=True,
        failures=3,
        locked_until=9,
        known_failures=3,
        known_locked_until=9,
    )
    assert desk.does(ann, "invite", reason="The mailbox is there now")["status"] == "active"
    assert world.delivers() == []
    assert desk.does(ann, "withdraw")["status"] == "disabled"
    anew = desk.visitor.post("/admin/users", {"email": ann.address, "kind": "recipient"})
    assert anew.status == 201, anew.text


@pytest.mark.parametrize("step", ["send_mail", "resume_mail", "sweep_mail"])
def test_what_a_mail_carries_is_asked_after_within_the_rows(world: World, step: str) -> None:
    """Stored by a run that did not get the mail out; the next one asks whether it is good still."""
    ann = world.person()
    link = a_link(ann)
    with at_work(step):
        assert [world.store.outbox.issue([link], ann.epoch, world.clock(), ()) for _ in range(2)] == [
            None
        ] * 2


def test_own_data_are_taken_with_replies_and_a_waiting_address_within_the_rows(
    world: World, desk: Staff
) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    sent = {"to": ann.address, "subject": "Statement", "body": "Good day."}
    message = desk.visitor.post("/admin/messages", sent).json()["id"]
    assert visitor.post(f"/messages/{message}/reply", {"body": "Thank you."}).status == 201
    desk.tries(ann, "address", new_email="ann@elsewhere.test", reason="Married")
    told = visitor.get("/account/export").json()
    assert [one["body"] for one in told["replies"]] == ["Thank you."]
    assert told["address_change"]["to"] == "ann@elsewhere.test"


def test_a_reply_whose_session_ended_is_kept_within_the_rows(world: World, desk: Staff) -> None:
    ann, browser = world.person(), world.browser()
    sent = {"to": ann.address, "subject": "Statement", "body": "Good day."}
    path = f"/messages/{desk.visitor.post('/admin/messages', sent).json()['id']}/reply"
    browser.logs_on(ann)
    world.clock.passes(1800)
    assert "#" in browser.post(path, {"body": "Thank you."}).cookies["__Host-portal-unfinished"]
    browser.logs_on(ann)
    assert "Thank you." in browser.get(path).text


def test_several_are_invited_and_kinds_are_changed_within_the_rows(world: World, desk: Staff) -> None:
    emails = ["first@several.test", "second@several.test", "third@of-them.test"]
    told = desk.visitor.post("/admin/users/import", {"emails": emails, "kind": "administrator"}).json()
    assert [one["result"] for one in told["results"]] == ["invited"] * 3
    ann = world.person()
    for kind in ("support", "administrator", "recipient"):
        assert desk.does(ann, "kind", kind=kind, reason="Another task")["kind"] == kind
    refused = desk.tries(desk.account, "kind", kind="recipient", reason="Retires")
    assert refused.code == "last_administrator"


WRONG = {
    "logon_code": ("/logon/code", {"code": "12 34 56"}),
    "password_change": (
        "/password/change",
        {"current_password": "not this one", "new_password": CHOSEN, "confirm_password": CHOSEN},
    ),
    "reauthenticate": ("/reauthenticate", {"password": "not this one"}),
    "account_two_step": ("/account/two-step/remove", {"password": "not this one", "code": "12 34 56"}),
}


@pytest.mark.parametrize("step", WRONG)
def test_lg_09_lg_13_the_fifth_wrong_one_ends_its_session_within_its_row(world: World, step: str) -> None:
    """A denied write would leave whoever guesses an error, and the session."""
    (ann, phone), (path, body) = enrolled(world), WRONG[step]
    visitor = world.visitor()
    assert visitor.logon(ann.address, PASSWORD).next == "enter_code"
    if step != "logon_code":
        visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    assert {visitor.post(path, body).status for _ in range(5)} <= {401, 422}
    assert visitor.post(path, body).json()["code"] == "session_required"
    assert visitor.get("/account").status == 401


def test_bounce_is_recorded_within_its_row(world: World) -> None:
    ann = world.person()
    arrive(world, bounce(mailed(world, ann), at=world.clock()))
    assert EventKind.MAIL_BOUNCED in trail(world.store, ann)
    assert world.stored(ann).undeliverable == "bounced"


def test_alias_that_forgot_its_password_is_mailed_at_its_own_address(world: World) -> None:
    ann = world.person()
    alias = world.person(alias_of=ann.id, password=None)
    world.visitor().post("/password/forgot", {"email": alias.address})
    world.delivers()
    assert [one.to for one in world.mailer.sent] == [ann.address]


def test_what_an_outage_kept_back_is_swept_within_its_row(world: World, desk: Staff) -> None:
    ann, strange = world.person(), world.person(clients=("another",))
    alias = world.person(alias_of=ann.id, password=None)
    world.delivers()
    before = len(world.mailer.sent)
    for email, kind in (("late@people.test", "recipient"), ("boss@people.test", "administrator")):
        assert desk.visitor.post("/admin/users", {"email": email, "kind": kind}).status == 201
    world.visitor().post("/password/forgot", {"email": alias.address})
    world.visitor().logs_on(strange)
    world.clock.passes(86400 + 3601)
    with at_work("sweep_mail"):
        found = sweep(world.worker)
    assert found == {"settled": 4, "delayed": 0}
    told = {one.to for one in world.mailer.sent[before:]}
    assert told == {"late@people.test", "boss@people.test", strange.address}


@pytest.mark.ministack("moto has no suppression list")
def test_what_left_the_stream_is_taken_up_within_its_row(world: World, desk: Staff) -> None:
    lifted, strange = world.person(undeliverable="bounced"), world.person(clients=("another",))
    alias = world.person(alias_of=strange.id, password=None)
    before = len(world.mailer.sent)
    desk.does(lifted, "deliverable", reason="mailbox repaired")
    for email, kind in (("late@people.test", "recipient"), ("boss@people.test", "administrator")):
        assert desk.visitor.post("/admin/users", {"email": email, "kind": kind}).status == 201
    world.visitor().post("/password/forgot", {"email": alias.address})
    world.visitor().logs_on(strange)
    addresses = [one.address for one in (lifted, strange, alias)] + ["late@people.test", "boss@people.test"]
    for address in addresses:
        for event in world.store.events.of_account(account_id(canonical_address(address))):
            world.store.outbox.put_aside(event.account_id, event.sort_key, "a_test", world.clock())
    found = world.resumes()
    assert found["settled"] >= 4
    told = {one.to for one in world.mailer.sent[before:]}
    assert told >= {"late@people.test", "boss@people.test", strange.address}


def test_users_are_found_by_their_whole_address_invited_and_revoked(world: World, desk: Staff) -> None:
    ann = world.person()
    found = desk.visitor.get(f"/admin/users?q={ann.address}").json()["users"]
    assert [one["email"] for one in found] == [ann.address]
    invited = desk.visitor.post("/admin/users", {"email": "new@people.test", "kind": "recipient"})
    assert invited.status == 201
    assert desk.visitor.post(f"/admin/users/{ann.address}/sessions/revoke", {}).status == 200


def test_wb_20_each_form_that_gives_a_session_is_answered_twice_within_its_row(world: World) -> None:
    resident, browser = a_resident(world), world.browser()
    browser.get("/logon")
    typed = {"email": resident.email, "password": resident.temporary(), "cookies": "1"}
    chosen = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    forms = [("/logon", typed), ("/password/change", chosen), ("/reauthenticate", {"password": CHOSEN})]
    for path, fields in forms:
        assert pressed_twice(browser, path, fields).status == 303
    (seed,) = re.findall(r'class="secret pick">([A-Z2-7 ]+)<', browser.post("/account/two-step").text)
    phone = Phone(seed.replace(" ", ""), world.clock)
    shown = pressed_twice(browser, "/account/two-step/confirm", {"code": phone.code()}).text
    codes = re.findall(r'<li class="pick">([a-z0-9-]+)</li>', shown)
    browser.post("/logoff", {})
    browser.logs_on(resident.email, CHOSEN)
    assert pressed_twice(browser, "/logon/code", {"code": codes[0]}).header("Location") == "/messages"


def test_wb_20_each_form_of_the_console_is_done_once_within_its_row(world: World) -> None:
    browser = logged_on(world, world.browser(), *enrolled(world, kind=Kind.ADMINISTRATOR))
    ann = world.person(undeliverable="bounced")
    user, harbour = f"/admin/users/{ann.address}", "/admin/domains/harbour.test"
    forms = {
        "/admin/domains": {"domain": "harbour.test"},
        f"{harbour}/brand": {"name": "Harbour"},
        f"{harbour}/ip-ranges": {"restriction": "nobody"},
        "/admin/users": {"email": "twice@people.test"},
        "/admin/users/twice@people.test/invite": {"reason": "Once more"},
        f"{user}/kind": {"kind": "support", "reason": "Another task"},
        "/admin/messages": {"to": ann.address, "subject": "Hello", "body": "Good day."},
        f"{user}/deliverable": {"reason": "repaired"},
        f"{user}/two-step": {"required": "true"},
        f"{user}/password": {},
        f"{user}/sessions/revoke": {},
        f"{user}/disable": {},
        f"{user}/contain": {"reason": "reported"},
    }
    for path, fields in forms.items():
        reply = pressed_twice(browser, path, {"form": os.urandom(8).hex(), **fields})
        assert (reply.status, "?done=" in reply.header("Location")) == (303, True), path


def test_home_names_whose_mails_wait_within_its_row(world: World, desk: Staff) -> None:
    assert desk.visitor.post("/admin/users", {"email": "late@people.test", "kind": "recipient"}).status == 201
    for event in world.store.events.of_account(account_id(canonical_address("late@people.test"))):
        world.store.outbox.put_aside(event.account_id, event.sort_key, "a_test", world.clock())
    lines = {one["kind"]: one["users"] for one in desk.visitor.get("/admin/overview").json()["attention"]}
    assert lines["mails_waiting"] == ["late@people.test"]


def test_users_are_found_by_a_part_of_their_domain_within_the_row(world: World, desk: Staff) -> None:
    assert desk.visitor.post("/admin/users", {"email": "new@harbour.test", "kind": "recipient"}).status == 201
    found = desk.visitor.get("/admin/users?q=arbour").json()["users"]
    assert [one["email"] for one in found] == ["new@harbour.test"]


def test_services_are_rotated_by_a_form_and_the_former_key_is_used_within_the_rows(
    world: World, desk: Staff
) -> None:
    sender = system(world, desk)
    browser = logged_on(world, world.browser(), *enrolled(world, kind=Kind.ADMINISTRATOR))
    held = world.store.services.find(sender.id)
    assert held
    form = {"form": os.urandom(8).hex(), "replaces": held.current.handle}
    shown = pressed_twice(browser, f"/admin/services/{sender.id}/rotate", form)
    assert shown.status == 200
    world.clock.passes(120)
    assert sender.sends().status == 201


def test_events_that_the_bus_did_not_take_go_within_the_row(world: World, bound_session: Any) -> None:
    bus, ann = Bus(), world.person()
    publisher = Publisher(bound_session, "eu-west-1", "default")
    publisher._client.meta.events.register("before-send.events.PutEvents", bus)
    world.visitor().logon(ann.address, "not the password at all")
    (event,) = world.store.events.of_account(ann.id)
    world.store.bus.put_aside(*key_of(event), "a_test", world.clock())
    teller = Teller(publisher, world.store.bus, everything=True, personal=True)
    with at_work("resume_events"):
        found = resume(world.portal, teller)
    assert (found["settled"], len(bus.entries)) == (1, 1)


def test_a_day_is_sealed_on_the_one_before_within_the_row(
    world: World, bound_session: Any, engine: Engine
) -> None:
    name, s3 = f"sealed-{os.urandom(4).hex()}", engine.client("s3")
    make_copy(s3, name)
    for day in ("2030-03-10", "2030-03-11"):
        s3.put_object(Bucket=name, Key=f"events/{day}/a", Body=b"x", IfNoneMatch="*")
    copies = copies_in(bound_session, "eu-west-1", name)
    for end in ("2030-03-10", "2030-03-11"):
        with at_work("seal_trail"):
            assert seal(copies, world.rings["trail"], beginning(end) + DAY + SEALED_AFTER) == {"sealed": 1}


def test_criteria_and_not_me_count_bad_links_and_record_used_ones(world: World) -> None:
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    typed = {"new_password": "seven lanterns over a harbour", "token": token}
    typed["confirm_password"] = typed["new_password"]
    assert world.visitor().post("/password/reset", typed).status == 200
    for bad in (token, "A" * 43):
        assert world.visitor().post("/password/criteria", {**typed, "token": bad}).status == 410
    notice = world.mails(ann)[-1].token("/not-me")
    assert world.visitor().post("/not-me", {"token": notice}).status == 200
    assert world.visitor().post("/not-me", {"token": notice}).status == 410


def test_call_added_to_the_wrong_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """What a careless change would be: `home` writes down who came by, and nobody gave it the right to."""
    ann: Account = world.person()

    def home_that_writes(event: dict[str, Any], context: object) -> None:
        world.store.events.record(an_event(ann.id))

    monkeypatch.setattr(home, "home", home_that_writes)
    with pytest.raises(Exception, match="dynamodb:AccessDenied"):
        functions.invoke("home", {})
    assert "home is not allowed PutItem on" in caplog.text


def test_denied_call_changes_nothing(world: World) -> None:
    ann = world.person()
    with pytest.raises(PynamoDBException, match="home is not allowed"), at_work("home"):
        full_account_row(ann._replace(kind=Kind.ADMINISTRATOR)).save()
    assert world.store.accounts.read(ann.id).kind is Kind.RECIPIENT  # type: ignore[union-attr]


def test_permission_that_nobody_used_is_named(tmp_path: Path, capsys: Any) -> None:
    every = sorted(allowed(read_permissions()))
    file = tmp_path / "used"
    file.write_text("".join(f"{' '.join(one)}\n" for one in every))
    assert read_used(file) == set(every)
    assert main([str(file)]) == 0
    file.write_text("".join(f"{' '.join(one)}\n" for one in every[1:]))
    assert main([str(file)]) == 1
    assert every[0][0] in capsys.readouterr().out


def test_what_is_used_is_written_down_once(
    engine: Engine, table_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USED, str(tmp_path / "used"))
    world = guarded(table_prefix)
    for _ in range(2):
        world.visitor().post("/password/forgot", {"email": "nobody@nowhere.test"})
    used = read_used(tmp_path / "used")
    assert ("password_forgot", "events", "PutItem") in used
    assert used <= allowed(read_permissions())
    assert len((tmp_path / "used").read_text().splitlines()) == len(used)


def test_person_with_two_steps_is_logged_on_within_the_rows(world: World) -> None:
    ann, phone = enrolled(world)
    assert logged_on(world, world.visitor(), ann, phone).get("/account").status == 200
