"""The mail worker: who gets a mail once, what its note and its line say, and what it does about a logo."""

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import account_id
from chalicelib.domain.brand import Brand, png
from chalicelib.domain.details import Details
from chalicelib.domain.events import MAILS, Event, EventKind
from chalicelib.domain.keys import Keyring
from chalicelib.domain.mails import CLAIM_SECONDS, MOST_UNKNOWN, Claim, Mail
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.worker import WRITTEN_BY, Claimed, Worker, note_of, say
from chalicelib.services.ses import OutcomeUnknown, Rejected
from chalicelib.steps.send_mail import work
from tests.console.staff import staff
from tests.domain.pictures import picture
from tests.fakes.planting import brand, plant
from tests.fakes.samples import an_account, an_event
from tests.mail.occasions import forgets
from tests.world.mailer import DENIED, RATE, VIRUS, Says
from tests.world.moving import another_address, asks, moves
from tests.world.phones import enrolled
from tests.world.running import heard
from tests.world.world import World

NO_PICTURE = Says("MessageRejected", "Unsupported attachment")


@pytest.mark.parametrize("refused", [Says("BadRequestException"), NO_PICTURE, DENIED])
def test_a_logo_that_ses_will_not_take_costs_nobody_their_mail(world: World, refused: Says) -> None:
    account = forgets(world)
    world.mailer.fault = lambda _, mail: refused if mail.logo else None
    branded = world.settings._replace(brand=world.settings.brand._replace(logo=png(picture())))
    worker = Worker(world.portal._replace(settings=branded), world.mailer)
    work({"Records": world.fake.records()}, worker)
    (sent,) = world.mailer.sent
    assert (sent.to, sent.rendered.logo) == (account.address, None)
    assert 'alt="Secure Messaging Portal"' in sent.html
    (note,) = [one for one in world.store.events.of_account(account.id) if one.kind is EventKind.MAIL_SENT]
    assert note.details["without_logo"] == refused.code


def due(world: World) -> tuple[Account, Event]:
    """Somebody has asked for a reset; the event whose mail is due."""
    account = forgets(world)
    (event,) = [one for one in world.store.events.of_account(account.id) if one.kind is EventKind.RESET_ASKED]
    return account, event


def noted(world: World, account: Account) -> list[Event]:
    return [one for one in world.store.events.of_account(account.id) if one.kind in MAILS]


def test_every_mail_there_is_has_its_writer() -> None:
    assert set(WRITTEN_BY) == set(Mail)


def test_ml_11_what_another_run_has_at_hand_is_left_to_it_for_a_while(world: World) -> None:
    _, event = due(world)
    now, key = world.clock(), world.portal.keyring("mailed").current
    assert world.store.outbox.claim(event, Claim(), Claim(1, now, key), "another run")
    for passes in (0, CLAIM_SECONDS - 1):
        world.clock.passes(passes)
        with pytest.raises(Claimed) as claimed:
            world.worker.settle(event)
        assert claimed.value.cause == "mail_claimed"
    world.clock.passes(1)
    note = world.worker.settle(event)
    assert note is not None
    assert note.kind is EventKind.MAIL_SENT


def test_ml_11_of_two_runs_that_saw_no_claim_one_sends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, event = due(world)
    monkeypatch.setattr(type(world.store.outbox), "claim", lambda *_: False)
    with pytest.raises(Claimed):
        world.worker.settle(event)
    assert world.mailer.sent == []


@pytest.mark.parametrize(
    ("tries", "kind"), [(MOST_UNKNOWN - 1, EventKind.MAIL_SENT), (MOST_UNKNOWN, EventKind.MAIL_UNKNOWN)]
)
def test_ml_11_after_two_claims_that_nobody_answered_it_is_left_alone(
    world: World, tries: int, kind: EventKind
) -> None:
    _, event = due(world)
    assert world.store.outbox.claim(event, Claim(), Claim(tries, world.clock() - CLAIM_SECONDS, "k1"), "run")
    note = world.worker.settle(event)
    assert note is not None
    assert (note.kind, note.details.get("cause")) == (
        kind,
        "no_answer" if kind is EventKind.MAIL_UNKNOWN else None,
    )
    assert len(world.mailer.sent) == (kind is EventKind.MAIL_SENT)


def test_ml_02_a_note_names_what_it_is_of_and_whose_news_ses_will_tell(world: World) -> None:
    account, event = due(world)
    note = world.worker.settle(event)
    assert note is not None
    assert noted(world, account) == [note]
    assert (note.id, note.at, note.reference, note.reason) == (f"{event.id}~mail", event.at, None, None)
    told = dict(note.details)
    assert told.pop("message_id")
    assert told == {"about": "password_reset_asked", "mailed": account.id, "request": event.request}
    assert world.worker.settle(event) is None
    bare = event._replace(id="another", request=None)
    again = world.worker.settle(bare)
    assert again is not None
    assert "request" not in again.details


def test_ml_07_a_note_of_a_message_names_the_message(world: World) -> None:
    account = world.person()
    sent = an_event(account.id, EventKind.MESSAGE_SENT, world.clock(), details={"message": "0-0"})
    note = world.worker.settle(sent)
    assert note is not None
    assert note.details["message"] == "0-0"
    other = world.worker.settle(due(world)[1])
    assert other is not None
    assert "message" not in other.details


def test_ml_02_who_asked_under_another_name_is_mailed_at_the_stored_address(world: World) -> None:
    primary = world.person()
    alias = world.person(alias_of=primary.id)
    event = an_event(alias.id, EventKind.RESET_ASKED, world.clock())
    note = world.worker.settle(event)
    assert note is not None
    assert [one.to for one in world.mailer.sent] == [primary.address]
    assert note.details["mailed"] == primary.id
    lost = world.person(alias_of=an_account().id)
    assert world.worker.settle(an_event(lost.id, EventKind.RESET_ASKED, world.clock())) is None


def test_lg_17_what_is_due_only_if_nothing_follows_is_sent_late_and_not_before(world: World) -> None:
    account, _ = enrolled(world)
    world.visitor().logs_on(account)
    (event,) = [
        one for one in world.store.events.of_account(account.id) if one.kind is EventKind.LOGON_HALF_DONE
    ]
    assert world.worker.settle(event) is None
    note = world.worker.settle(event, late=True)
    assert note is not None
    assert note.kind is EventKind.MAIL_SENT


@pytest.mark.parametrize("again", [True, False])
def test_ml_05_an_invitation_that_goes_out_again_is_let_through_and_no_first_one_is(
    world: World, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    account, lifted = world.person(), list[str]()
    monkeypatch.setattr(type(world.mailer), "lift_suppression", lambda _, address: lifted.append(address))
    told: Details = {"kind": "recipient", **({"again": True} if again else {})}
    world.worker.settle(an_event(account.id, EventKind.ACCOUNT_INVITED, world.clock(), details=told))
    assert lifted == ([account.address] if again else [])
    world.worker.settle(an_event(an_account().id, EventKind.ADDRESS_LIFTED, world.clock()))
    assert len(lifted) == again


def test_ml_05_address_that_ses_keeps_is_a_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def keeps(*_: object) -> None:
        raise Rejected("ses:BadRequestException")

    account = world.person()
    monkeypatch.setattr(type(world.mailer), "lift_suppression", keeps)
    with heard(world.lines):
        world.worker.settle(an_event(account.id, EventKind.ADDRESS_LIFTED, world.clock()))
    (line,) = map(json.loads, world.lines)
    assert (line["level"], line["what"], line["account"]) == ("ERROR", "suppression_not_lifted", account.id)


def said(world: World, event: Event, note: Event | None, waited: float) -> list[dict[str, Any]]:
    world.lines.clear()
    with heard(world.lines):
        say(event, note, event.at + waited)
    return [json.loads(line) for line in world.lines]


def test_lo_12_the_line_of_a_mail_counts_its_fate_and_how_long_it_waited_where_it_is_out(
    world: World,
) -> None:
    account = world.person()
    event = an_event(account.id, EventKind.RESET_ASKED, world.clock())
    sent, failed = (note_of(event, kind, {}) for kind in (EventKind.MAIL_SENT, EventKind.MAIL_FAILED))
    assert said(world, event, None, 1) == []
    (line,) = said(world, event, sent, 2.54)
    assert (line["level"], line["what"], line["account"], line["about"]) == (
        "INFO",
        "mail_sent",
        account.id,
        "password_reset_asked",
    )
    assert (line["Mails"], line["fate"], line["MailWait"]) == (1, "mail_sent", 2.5)
    assert said(world, event, sent, -3)[0]["MailWait"] == 0
    assert "MailWait" not in said(world, event, failed, 2)[0]
    late = an_event(account.id, EventKind.LOGON_HALF_DONE, world.clock())
    assert "MailWait" not in said(world, late, note_of(late, EventKind.MAIL_SENT, {}), 3600)[0]
    told = said(world, event, note_of(event, EventKind.ADMINISTRATORS_TOLD, {"administrators": 2}), 1)
    assert "Mails" not in told[0]


def test_unknown_address_gets_nothing_at_all(world: World) -> None:
    event = an_event(an_account().id, EventKind.RESET_ASKED, world.clock())
    assert world.worker.settle(event) is None
    assert world.mailer.sent == []


def test_a_mail_wears_the_brand_of_its_domain(world: World) -> None:
    account = world.person(address="ann@branded.test")
    brand(world.store, "branded.test", Brand(name="Branded and Sons"))
    event = an_event(account.id, EventKind.PASSWORD_RESET, world.clock())
    assert world.worker.settle(event)
    assert "Branded and Sons" in world.mailer.sent[-1].html


def test_ml_11_a_second_copy_is_made_with_the_first_one_s_key_while_that_is_on_its_ring(world: World) -> None:
    """Attack: a key has leaked and was taken off, and a mail that waited is made with it once more."""
    ring = Keyring("k2", {"k1": b"1" * 32, "k2": b"2" * 32})
    worker = Worker(world.portal._replace(keyring=lambda _: ring), world.mailer)
    keys = [worker._key_of(Claim(1, 0, key)) for key in ("k1", "k2", "gone", None)]
    assert keys == ["k1", "k2", "k2", "k2"]


def claims(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Claim, Claim, str]]:
    """What was seen, what was made of it, and by which run."""
    made, claim = list[tuple[Claim, Claim, str]](), type(world.store.outbox).claim

    def watched(outbox: Any, event: Event, seen: Claim, new: Claim, run: str) -> bool:
        made.append((seen, new, run))
        return claim(outbox, event, seen, new, run)

    monkeypatch.setattr(type(world.store.outbox), "claim", watched)
    return made


def test_ml_11_a_mail_whose_answer_is_lost_is_handed_over_twice_and_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, event = due(world)
    made, key = claims(world, monkeypatch), world.portal.keyring("mailed").current
    world.mailer.fault = ReadTimeoutError(endpoint_url="https://ses")
    first = world.clock()
    with pytest.raises(OutcomeUnknown):
        world.worker.settle(event)
    world.clock.passes(CLAIM_SECONDS)
    note = world.worker.settle(event)
    assert [new for _, new, _ in made] == [Claim(1, first, key), Claim(2, first + CLAIM_SECONDS, key)]
    assert {len(bytes.fromhex(run)) for _, _, run in made} == {8}
    assert len({run for _, _, run in made}) == 2
    assert note is not None
    assert (note.kind, note.details["cause"]) == (EventKind.MAIL_UNKNOWN, "no_answer")
    assert noted(world, account) == [note]


def test_ml_11_what_ses_says_no_to_takes_no_claim(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, event = due(world)
    made = claims(world, monkeypatch)
    world.mailer.fault = RATE
    for _ in range(MOST_UNKNOWN + 1):
        with pytest.raises(Unavailable):
            world.worker.settle(event)
    world.mailer.fault = None
    note = world.worker.settle(event)
    assert note is not None
    assert note.kind is EventKind.MAIL_SENT
    assert [(seen.tries, new.tries) for seen, new, _ in made] == [(0, 1)] * (MOST_UNKNOWN + 2)


def test_ml_08_a_mail_that_is_refused_or_whose_time_is_over_leaves_a_note_that_says_why(world: World) -> None:
    _, refused = due(world)
    world.mailer.fault = VIRUS
    note = world.worker.settle(refused)
    assert note is not None
    assert (note.kind, note.details["cause"]) == (EventKind.MAIL_FAILED, VIRUS.code)
    world.mailer.fault = None
    _, late = due(world)
    world.clock.passes(30 * 86400)
    note = world.worker.settle(late)
    assert note is not None
    assert note.kind is EventKind.MAIL_WITHHELD
    assert note.details["cause"]


@pytest.mark.parametrize(
    ("facts", "before", "cause"),
    [
        ({}, 0, None),
        ({}, 1, "of_an_account_before"),
        ({"status": Status.ERASED}, 0, "account_erased"),
    ],
)
def test_no_mail_is_of_a_time_before_its_account_or_to_one_that_is_to_go(
    world: World, facts: dict[str, Any], before: float, cause: str | None
) -> None:
    account = world.person(created_at=world.clock(), **facts)
    note = world.worker.settle(an_event(account.id, EventKind.PASSWORD_RESET, world.clock() - before))
    assert note is not None
    assert (note.kind is EventKind.MAIL_SENT, note.details.get("cause")) == (cause is None, cause)


def test_what_somebody_asked_under_an_older_name_is_not_of_an_account_before(world: World) -> None:
    primary = world.person(created_at=world.clock())
    alias = world.person(alias_of=primary.id)
    note = world.worker.settle(an_event(alias.id, EventKind.RESET_ASKED, world.clock() - 60))
    assert note is not None
    assert note.kind is EventKind.MAIL_SENT


def test_the_note_of_a_proof_is_of_the_address_it_went_to(world: World) -> None:
    """A bounce of it says nothing of the mailbox that the account has."""
    desk, ann, to = staff(world), world.person(), another_address()
    asks(desk, ann, to)
    world.delivers()
    notes = {one.told["about"]: one.told["mailed"] for one in noted(world, ann)}
    assert notes["address_proof_issued"] == account_id(to)
    assert notes["address_change_asked"] == ann.id


@pytest.mark.parametrize(("seconds", "mailed"), [(-0.5, False), (0, True), (5, True)])
def test_no_mail_is_about_a_time_before_its_account(world: World, seconds: float, mailed: bool) -> None:
    account, _ = due(world)
    plant(world.store, account._replace(created_at=world.clock() - seconds))
    world.delivers()
    assert bool(world.mailer.sent) is mailed
    causes = [one.told["cause"] for one in noted(world, account) if one.kind is EventKind.MAIL_WITHHELD]
    assert causes == ([] if mailed else ["of_an_account_before"])


def test_who_is_to_be_erased_is_mailed_nothing(world: World) -> None:
    account, _ = due(world)
    plant(world.store, account._replace(status=Status.ERASED))
    world.delivers()
    assert [one.told["cause"] for one in noted(world, account)] == ["account_erased"]


def test_a_former_address_is_told_that_it_is_one_and_nothing_that_is_asked_for(world: World) -> None:
    desk, ann = staff(world), world.person()
    now = moves(world, desk, ann)
    told = [one.subject for one in world.mails(ann)]
    assert told.count("Your email address was changed") == 1
    assert [one.subject for one in world.mails(now)].count("Your email address was changed") == 1
    world.visitor().post("/password/forgot", {"email": ann.address})
    world.delivers()
    assert [one.subject for one in world.mails(ann)] == told
    fates = [(one.kind, one.told["about"]) for one in noted(world, ann)]
    assert (EventKind.MAIL_WITHHELD, "password_reset_asked") in fates


def test_what_was_due_when_the_address_changed_follows_its_account(world: World) -> None:
    desk, ann = staff(world), world.person()
    now = moves(world, desk, ann)
    world.clock.passes(1)
    before, late = len(world.mails(ann)), an_event(ann.id, EventKind.PASSWORD_RESET, world.clock())
    world.store.events.record(late._replace(email=ann.address))
    world.delivers()
    assert len(world.mails(ann)) == before
    assert "reset" in world.mails(now)[-1].subject
