"""Which events make which mail due, under which hour they are found, and whose brand their mail carries."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.addresses import DomainName, account_id, canonical_address, domain_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.mails import ALWAYS, DETAILED, REASONED, Mail, hour_of, mail_of, sender_of
from chalicelib.domain.refusals import Reason
from chalicelib.mail.worker import WRITTEN_BY
from tests.fakes.samples import an_account, an_event

# 2026-11-27T01:59:59.500Z
LATE_IN_THE_HOUR = 1795744799.5


def test_every_mail_there_is_can_be_written_and_is_due_sometimes() -> None:
    by_details = {Mail.ACCOUNT_LOCKED, Mail.PASSWORD_SET, Mail.SUSPICIOUS_LOGON, Mail.NEW_CLIENT_LOGON}
    late = {Mail.CODE_NOT_ENTERED}  # the sweep's: `mail_if_nothing_follows`
    assert {*ALWAYS.values(), *(mail for _, mail in REASONED.values()), *by_details, *late} == set(Mail)
    assert set(WRITTEN_BY) == set(Mail)


@pytest.mark.parametrize(
    ("kind", "reason", "details", "mail"),
    [
        (EventKind.ACCOUNT_INVITED, None, {}, Mail.INVITATION),
        (EventKind.PASSWORD_CHANGED, None, {"first": True}, Mail.PASSWORD_SET),
        (EventKind.PASSWORD_CHANGED, None, {"from": "portal"}, Mail.PASSWORD_WAS_RESET),
        (EventKind.PASSWORD_RESET, None, {"first": True}, Mail.PASSWORD_SET),
        (EventKind.PASSWORD_RESET, None, {"by": "link"}, Mail.PASSWORD_WAS_RESET),
        (EventKind.LOGON_REFUSED, Reason.TEMPORARY_EXPIRED, {"failures": 1}, Mail.PASSWORD_RESET_FRESH),
        (EventKind.LOGON_REFUSED, Reason.WRONG_PASSWORD, {"locks": True}, Mail.ACCOUNT_LOCKED),
        (EventKind.LOGON_REFUSED, Reason.WRONG_PASSWORD, {"locks": False}, None),
        (EventKind.LOGON_REFUSED, Reason.WRONG_PASSWORD, {}, None),
        (EventKind.LOGON_SUCCEEDED, None, {"failures_before": 5, "new_client": True}, Mail.SUSPICIOUS_LOGON),
        (EventKind.LOGON_SUCCEEDED, None, {"failures_before": 4, "new_client": True}, Mail.NEW_CLIENT_LOGON),
        (EventKind.LOGON_SUCCEEDED, None, {"failures_before": 4}, None),
        (EventKind.CODE_REFUSED, "code_wrong", {}, Mail.SUSPICIOUS_LOGON),
        (EventKind.CODE_REFUSED, "code_used", {}, None),
        (EventKind.MAIL_SENT, None, {"about": "account_invited"}, None),
    ],
)
def test_a_mail_is_due_by_kind_reason_and_details(
    kind: EventKind, reason: str | None, details: dict[str, object], mail: Mail | None
) -> None:
    event = an_event(an_account().id, kind, details=details)._replace(reason=reason, at=LATE_IN_THE_HOUR)
    assert mail_of(event) is mail
    assert hour_of(event) == ("2026-11-27T01" if mail else None)


def test_what_the_tables_say_by_details_needs_some() -> None:
    told = an_event(an_account().id).told
    assert all(decide(told) is None for decide in DETAILED.values())


@pytest.mark.parametrize(
    ("kind", "facts", "domain"),
    [
        (EventKind.MESSAGE_SENT, {"details": {"from": "admin@acme.test"}}, "acme.test"),
        (EventKind.MESSAGE_SENT, {"details": {"from": "no address"}}, "own.test"),
        (EventKind.MESSAGE_SENT, {"details": {}, "actor": "admin@acme.test"}, "own.test"),
        (
            EventKind.ACCOUNT_INVITED,
            {"details": {"kind": "recipient"}, "actor": "admin@acme.test"},
            "acme.test",
        ),
        (EventKind.ACCOUNT_INVITED, {"details": {"kind": "support"}, "actor": "admin@acme.test"}, "own.test"),
        (EventKind.ACCOUNT_INVITED, {"details": {"kind": "administrator"}, "actor": "setup"}, "own.test"),
        (EventKind.PASSWORD_ISSUED, {"details": {}, "actor": "admin@acme.test"}, "own.test"),
        (EventKind.RESET_ASKED, {"details": {"from": "admin@acme.test"}, "email": "x@acme.test"}, "own.test"),
    ],
)
def test_brand_is_the_senders_only_where_a_message_was_sent(
    kind: EventKind, facts: dict[str, Any], domain: str
) -> None:
    event = an_event(account_id(canonical_address("ann@own.test")), kind, **facts)
    assert sender_of(event) == domain_id(DomainName(domain))
