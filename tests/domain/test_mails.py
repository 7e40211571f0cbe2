"""Which events make which mail due, and under which hour they are found."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import EventKind, Reason
from chalicelib.domain.mails import ALWAYS, DETAILED, REASONED, Mail, hour_of, mail_of
from chalicelib.mail.duties import DUTIES
from tests.fakes.samples import an_account, an_event

# 2026-11-27T01:59:59.500Z
LATE_IN_THE_HOUR = 1795744799.5


def test_every_mail_there_is_can_be_written_and_is_due_sometimes() -> None:
    by_details = {Mail.LOCKED, Mail.AFTER_FAILURES, Mail.NEW_CLIENT}
    assert {*ALWAYS.values(), *(mail for _, mail in REASONED.values()), *by_details} == set(Mail)
    assert set(DUTIES) == set(Mail)


@pytest.mark.parametrize(
    ("kind", "reason", "details", "mail"),
    [
        (EventKind.ACCOUNT_INVITED, None, {}, Mail.INVITATION),
        (EventKind.LOGON_REFUSED, Reason.TEMPORARY_EXPIRED, {"failures": 1}, Mail.FRESH),
        (EventKind.LOGON_REFUSED, Reason.WRONG_PASSWORD, {"locks": True}, Mail.LOCKED),
        (EventKind.LOGON_REFUSED, Reason.WRONG_PASSWORD, {"locks": False}, None),
        (EventKind.LOGON_REFUSED, Reason.WRONG_PASSWORD, {}, None),
        (EventKind.LOGON_SUCCEEDED, None, {"failures_before": 5, "new_client": True}, Mail.AFTER_FAILURES),
        (EventKind.LOGON_SUCCEEDED, None, {"failures_before": 4, "new_client": True}, Mail.NEW_CLIENT),
        (EventKind.LOGON_SUCCEEDED, None, {"failures_before": 4}, None),
        (EventKind.CODE_REFUSED, "code_wrong", {}, Mail.CODE_WRONG),
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
