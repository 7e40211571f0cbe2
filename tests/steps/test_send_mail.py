"""The step `send_mail`: which mail an event makes due, once each, whatever happens in between."""

import json
from typing import Any, cast

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import DomainName, account_id, canonical_address, domain_id
from chalicelib.domain.brand import Brand, png
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.rendered_mail import RenderedMail
from chalicelib.mail.duties import sender_of
from chalicelib.mail.worker import Worker
from chalicelib.services.ses import Mailer, Rejected
from chalicelib.steps.send_mail import work
from tests.console.staff import staff
from tests.domain.pictures import picture
from tests.fakes.planting import brand, plant
from tests.fakes.samples import an_event, number
from tests.world.mailer import FakeMailer, Sent
from tests.world.world import World


def forgets(premises: World, **facts: Any) -> Account:
    """Somebody asked for a reset; nothing has been delivered yet."""
    account = premises.person(**facts)
    premises.visitor().post("/password/forgot", {"email": account.address})
    return account


def notes(premises: World, account: Account) -> list[tuple[EventKind, object]]:
    """What became of the account's mails."""
    kinds = {EventKind.MAIL_SENT, EventKind.MAIL_WITHHELD, EventKind.MAIL_FAILED}
    events = premises.store.events.of_account(account.id)
    return [(event.kind, event.details.get("cause")) for event in events if event.kind in kinds]


def test_ml_02_event_delivered_twice_is_mailed_once(premises: World) -> None:
    account = forgets(premises)
    records = premises.fake.records()
    for batch in (records, records, list(reversed(records))):
        assert work({"Records": batch}, premises.worker) == {"batchItemFailures": []}
    assert len(premises.mailer.sent) == 1
    assert notes(premises, account) == [(EventKind.MAIL_SENT, None)]


def test_ml_02_mail_survives_an_outage_and_carries_the_same_link(premises: World) -> None:
    forgets(premises)
    (record,) = premises.fake.records()
    premises.mailer.fault = Unavailable("ses:Throttling")
    for _ in range(3):
        assert work({"Records": [record]}, premises.worker) == {
            "batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
        }
        premises.clock.passes(60)
    premises.mailer.fault = None
    work({"Records": [record]}, premises.worker)
    first = premises.mailer.sent[0]
    # Stopped between sending and noting: sent again, the same letter.
    del premises.fake.tables.events[
        next(key for key in premises.fake.tables.events if key[1].endswith("~mail"))
    ]
    work({"Records": [record]}, premises.worker)
    second = premises.mailer.sent[1]
    assert (first.temporary, first.token("/password/reset")) == (
        second.temporary,
        second.token("/password/reset"),
    )
    assert len(premises.mailer.sent) == 2


def test_rl_06_poison_record_holds_up_nobody(premises: World) -> None:
    for _ in range(3):
        forgets(premises)
    good = premises.fake.records()
    poison: dict[str, Any] = {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "poison", "NewImage": {"x": 1}},
    }
    outcome = work({"Records": [good[0], poison, *good[1:]]}, premises.worker)
    assert outcome == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    assert len(premises.mailer.sent) == 3


def test_only_new_events_make_mails_due(premises: World) -> None:
    forgets(premises)
    records = [
        record | {"eventName": name} for record in premises.fake.records() for name in ("MODIFY", "REMOVE")
    ]
    work({"Records": records}, premises.worker)
    assert premises.mailer.sent == []


def test_rejected_mail_is_not_tried_again(premises: World) -> None:
    account = forgets(premises)
    records = premises.fake.records()
    premises.mailer.fault = Rejected("MessageRejected")
    assert work({"Records": records}, premises.worker) == {"batchItemFailures": []}
    assert notes(premises, account) == [(EventKind.MAIL_FAILED, "MessageRejected")]


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"status": Status.DISABLED}, "account_disabled"),
        ({"undeliverable": "bounced"}, "address_undeliverable"),
    ],
)
def test_rs_09_no_way_in_is_mailed_to(premises: World, facts: dict[str, Any], cause: str) -> None:
    account = forgets(premises, **facts)
    premises.delivers()
    assert premises.mailer.sent == []
    assert notes(premises, account) == [(EventKind.MAIL_WITHHELD, cause)]
    assert premises.fake.tables.resets == {}


def test_unknown_address_gets_no_mail_and_no_note(premises: World) -> None:
    premises.visitor().post("/password/forgot", {"email": "nobody@nowhere.test"})
    premises.delivers()
    assert premises.mailer.sent == []
    assert len(premises.fake.tables.events) == 1


def test_mail_that_is_too_late_is_withheld(premises: World) -> None:
    account = forgets(premises)
    premises.clock.passes(3600)
    premises.delivers()
    assert notes(premises, account) == [(EventKind.MAIL_WITHHELD, "too_late")]


def test_account_that_moved_meanwhile_gets_no_link(premises: World) -> None:
    account = forgets(premises)
    read = premises.store.outbox.due

    def moves(*asked: Any) -> Any:
        found = read(*asked)
        plant(premises.store, premises.stored(account)._replace(epoch=2))
        return found

    premises.store.outbox.due = moves  # type: ignore[method-assign, assignment]
    premises.delivers()
    assert notes(premises, account) == [(EventKind.MAIL_WITHHELD, "account_changed_meanwhile")]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (EventKind.PASSWORD_RESET, "Your password has been reset"),
        (EventKind.PASSWORD_CHANGED, "Your password has been reset"),
        (EventKind.ACCOUNT_FROZEN, "Your account has been frozen"),
        (EventKind.TWO_STEP_ENROLLED, "2-step authentication of your account was changed"),
        (EventKind.TWO_STEP_REMOVED, "2-step authentication of your account was changed"),
        (EventKind.RECOVERY_CODE_USED, "A recovery code was used to log on"),
    ],
)
def test_ml_01_every_change_is_told_once_to_the_stored_address(
    premises: World, kind: EventKind, subject: str
) -> None:
    account = premises.person()
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    event = an_event(account.id, kind, email="somebody.else@evil.test", source="192.0.2.7", user_agent=agent)
    premises.store.events.record(event)
    (mail,) = premises.mails()
    assert (mail.to, mail.subject) == (account.address, subject)
    for part in (mail.text, mail.letter.html):
        for words in ("192.0.2.7", "Firefox 140.0", "UTC", "support@portal.example"):
            assert words in part
        assert "evil" not in part


UNTOLD = (EventKind.LOGGED_OFF, EventKind.MESSAGE_READ, EventKind.REAUTHENTICATED, EventKind.MAIL_SENT)
QUIET = (
    EventKind.LOGON_HALF_DONE,
    EventKind.REQUEST_REFUSED,
    EventKind.SESSIONS_REVOKED,
    EventKind.RESET_REFUSED,
)


@pytest.mark.parametrize("kind", UNTOLD + QUIET)
def test_other_events_make_no_mail_due(premises: World, kind: EventKind) -> None:
    premises.store.events.record(an_event(premises.person().id, kind))
    assert premises.mails() == []


def test_lock_is_told_once_though_it_grows(premises: World) -> None:
    account = premises.person()
    for _ in range(12):
        premises.visitor().post("/logon", {"email": account.address, "password": "guess after guess"})
        premises.clock.passes(300)
    assert [mail.subject for mail in premises.mails(account)] == [
        "Your account is locked for a while: here is a way back in"
    ]


@pytest.mark.parametrize("first", [True, False], ids=["invited", "forgotten"])
def test_expired_temporary_password_brings_a_fresh_one(premises: World, first: bool) -> None:
    address = "new@people.test" if first else premises.person().address
    if first:
        premises.sends(address)
    else:
        premises.visitor().post("/password/forgot", {"email": address})
    old = next(mail for mail in premises.mails(address) if "password" in mail.subject)
    premises.clock.passes(86400 if first else 3600)
    premises.visitor().post("/logon", {"email": address, "password": old.temporary})
    fresh = premises.mails(address)[-1]
    assert fresh.subject == "Your temporary password had expired: here is a fresh one"
    assert fresh.temporary != old.temporary
    assert premises.visitor().logs_on(address, fresh.temporary) == "change_password"


def test_tp_02_invitation_lives_a_day(premises: World) -> None:
    for seconds, status in ((86399.5, 200), (86400, 401)):
        premises.sends(address := f"new{seconds}@people.test".replace(".5", ""))
        mail = next(mail for mail in premises.mails(address) if "temporary password" in mail.subject)
        premises.clock.passes(seconds)
        body = {"email": address, "password": mail.temporary}
        assert premises.visitor().post("/logon", body).status == status


def test_tp_01_secrets_are_in_the_mail_alone(premises: World) -> None:
    """Neither table nor log holds what the mail carries."""
    account = premises.person(kind=Kind.ADMINISTRATOR)
    mail = premises.asks(account)
    kept = str(premises.fake.tables) + json.dumps(premises.lines)
    for secret in (mail.temporary, mail.temporary.replace("-", ""), mail.token("/password/reset")):
        assert secret not in kept
    row = next(row for row in premises.fake.tables.resets.values() if row.password_hash)
    assert str(row.password_hash).startswith("$argon2id$")


class Choosy(FakeMailer):
    """SES that takes no picture."""

    def send(self, to: str, letter: RenderedMail) -> str:
        if letter.logo is not None:
            raise Rejected("BadRequestException")
        return super().send(to, letter)


def test_a_logo_that_ses_will_not_take_costs_nobody_their_mail(premises: World) -> None:
    account = forgets(premises)
    premises.mailer = Choosy()
    branded = premises.settings._replace(brand=premises.settings.brand._replace(logo=png(picture())))
    worker = Worker(premises.portal._replace(settings=branded), cast(Mailer, premises.mailer))
    work({"Records": premises.fake.records()}, worker)
    (sent,) = premises.mailer.sent
    assert (sent.to, sent.letter.logo) == (account.address, None)
    assert 'alt="Secure Messaging Portal"' in sent.letter.html
    (note,) = [one for one in premises.store.events.of_account(account.id) if one.kind is EventKind.MAIL_SENT]
    assert note.details["without_logo"] == "BadRequestException"


ACME = Brand("Acme", "#a8232c", png(picture()), "+49 30 1234")
BANK = Brand("Bank", support_contact="help@bank.test")


def known_by(sent: Sent) -> tuple[str, bool]:
    """Whose a mail is, and whether it shows a logo."""
    assert f"by {sent.letter.name}." in sent.text
    return sent.letter.name, sent.letter.logo is not None


def test_mails_about_a_message_are_its_senders_and_all_others_the_accounts_own(premises: World) -> None:
    desk = staff(premises, address=f"desk{number()}@acme.test")
    brand(premises.store, "acme.test", ACME)
    brand(premises.store, "bank.test", BANK)
    new = f"new{number()}@bank.test"
    desk.visitor.post("/admin/messages", {"to": new, "subject": "Hello", "body": "Good day."})
    premises.delivers()
    mails = [sent for sent in premises.mailer.sent if sent.to == new]
    invitation, notice = sorted(mails, key=lambda sent: sent.subject, reverse=True)
    assert invitation.subject == "Your temporary password for Acme"
    assert {known_by(invitation), known_by(notice)} == {("Acme", True)}
    assert "+49 30 1234" in notice.text
    premises.mailer.sent.clear()
    premises.visitor().post("/password/forgot", {"email": new})
    premises.delivers()
    (asked,) = premises.mailer.sent
    assert known_by(asked) == ("Bank", False)
    assert "help@bank.test" in asked.text
    assert "background:#0c5a68" in asked.letter.html  # what the domain leaves open is the stage's


def test_no_mail_takes_a_brand_from_what_somebody_typed(premises: World) -> None:
    brand(premises.store, "acme.test", ACME)
    person = premises.person(f"ann{number()}@nobody.test")
    visitor = premises.visitor(**{"User-Agent": "desk@acme.test"})
    visitor.post("/password/forgot", {"email": person.address})
    visitor.post("/password/forgot", {"email": "ann@acme.test"})
    premises.delivers()
    assert [known_by(sent) for sent in premises.mailer.sent] == [("Secure Messaging Portal", False)]


@pytest.mark.parametrize(
    ("kind", "facts", "domain"),
    [
        (EventKind.MESSAGE_SENT, {"details": {"from": "desk@acme.test"}}, "acme.test"),
        (EventKind.MESSAGE_SENT, {"details": {"from": "no address"}}, "own.test"),
        (EventKind.MESSAGE_SENT, {"details": {}, "actor": "desk@acme.test"}, "own.test"),
        (
            EventKind.ACCOUNT_INVITED,
            {"details": {"kind": "recipient"}, "actor": "desk@acme.test"},
            "acme.test",
        ),
        (EventKind.ACCOUNT_INVITED, {"details": {"kind": "support"}, "actor": "desk@acme.test"}, "own.test"),
        (EventKind.ACCOUNT_INVITED, {"details": {"kind": "administrator"}, "actor": "setup"}, "own.test"),
        (EventKind.PASSWORD_ISSUED, {"details": {}, "actor": "desk@acme.test"}, "own.test"),
        (EventKind.RESET_ASKED, {"details": {"from": "desk@acme.test"}, "email": "x@acme.test"}, "own.test"),
    ],
)
def test_brand_is_the_senders_only_where_a_message_was_sent(
    kind: EventKind, facts: dict[str, Any], domain: str
) -> None:
    event = an_event(account_id(canonical_address("ann@own.test")), kind, **facts)
    assert sender_of(event) == domain_id(DomainName(domain))
