"""Which kinds of event are state changes, and which are folded by the hour: every kind is one or the other (TR-01)."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import FOLDED, Event, EventKind, Stretch, Trail
from tests.fakes.samples import NOW, an_account, an_event

CHANGE, FOLDED_BY_THE_HOUR, SINGLE = "a change", "no change, folded", "no change, a line of its own"
TABLE = {
    EventKind.ACCOUNT_INVITED: CHANGE,
    EventKind.INVITATION_WITHDRAWN: CHANGE,
    EventKind.KIND_CHANGED: CHANGE,
    EventKind.ACCOUNT_FROZEN: CHANGE,
    EventKind.ACCOUNT_DISABLED: CHANGE,
    EventKind.ACCOUNT_ENABLED: CHANGE,
    EventKind.ACCOUNT_UNLOCKED: CHANGE,
    EventKind.ADDRESS_ASKED: CHANGE,
    EventKind.ADDRESS_PROOF_ISSUED: CHANGE,
    EventKind.ADDRESS_CHANGED: CHANGE,
    EventKind.ACCOUNT_CONTAINED: CHANGE,
    EventKind.ACCOUNT_ERASED: CHANGE,
    EventKind.LOGON_SUCCEEDED: CHANGE,
    EventKind.LOGON_HALF_DONE: FOLDED_BY_THE_HOUR,
    EventKind.LOGON_REFUSED: FOLDED_BY_THE_HOUR,
    EventKind.CODE_REFUSED: FOLDED_BY_THE_HOUR,
    EventKind.REAUTHENTICATED: CHANGE,
    EventKind.REAUTHENTICATION_REFUSED: FOLDED_BY_THE_HOUR,
    EventKind.LOGGED_OFF: CHANGE,
    EventKind.SESSIONS_REVOKED: CHANGE,
    EventKind.PREFERENCES_CHANGED: CHANGE,
    EventKind.REQUEST_REFUSED: FOLDED_BY_THE_HOUR,
    EventKind.RESET_ASKED: FOLDED_BY_THE_HOUR,
    EventKind.RESET_REFUSED: FOLDED_BY_THE_HOUR,
    EventKind.RESET_HELD: SINGLE,
    EventKind.PASSWORD_RESET: CHANGE,
    EventKind.PASSWORD_CHANGED: CHANGE,
    EventKind.PASSWORD_ISSUED: CHANGE,
    EventKind.CHANGE_FORCED: CHANGE,
    EventKind.RANGES_CHANGED: CHANGE,
    EventKind.POLICY_CHANGED: CHANGE,
    EventKind.BRAND_CHANGED: CHANGE,
    EventKind.TRAIL_READ: SINGLE,
    EventKind.USERS_READ: SINGLE,
    EventKind.ACCOUNT_EXPORTED: SINGLE,
    EventKind.ERASURE_ASKED: CHANGE,
    EventKind.ADMINISTRATOR_CHANGED: SINGLE,
    EventKind.ADMINISTRATORS_TOLD: SINGLE,
    EventKind.TWO_STEP_REQUIRED: CHANGE,
    EventKind.CANARY_SET_UP: CHANGE,
    EventKind.TWO_STEP_RESET: CHANGE,
    EventKind.TWO_STEP_ENROLLED: CHANGE,
    EventKind.TWO_STEP_MOVED: CHANGE,
    EventKind.TWO_STEP_REMOVED: CHANGE,
    EventKind.RECOVERY_CODES_RENEWED: CHANGE,
    EventKind.TWO_STEP_STOPPED: CHANGE,
    EventKind.RECOVERY_CODE_USED: CHANGE,
    EventKind.MESSAGE_SENT: CHANGE,
    EventKind.MESSAGE_READ: CHANGE,
    EventKind.MESSAGE_RECALLED: CHANGE,
    EventKind.MESSAGE_ANSWERED: CHANGE,
    EventKind.REPLY_RECEIVED: CHANGE,
    EventKind.SERVICE_MADE: CHANGE,
    EventKind.SERVICE_ROTATED: CHANGE,
    EventKind.SERVICE_REVOKED: CHANGE,
    EventKind.SECOND_ASKED: CHANGE,
    EventKind.ADDRESS_LIFTED: CHANGE,
    EventKind.MAIL_DELIVERED: SINGLE,
    EventKind.MAIL_DELAYED: SINGLE,
    EventKind.MAIL_BOUNCED: CHANGE,
    EventKind.MAIL_COMPLAINED: CHANGE,
    EventKind.MAIL_SENT: SINGLE,
    EventKind.MAIL_FAILED: SINGLE,
    EventKind.MAIL_WITHHELD: FOLDED_BY_THE_HOUR,
    EventKind.MAIL_UNKNOWN: SINGLE,
}


def test_tr_01_every_kind_is_in_the_table() -> None:
    assert set(TABLE) == set(EventKind)


@pytest.mark.parametrize("kind", EventKind)
def test_tr_01_a_kind_changes_something_or_does_not(kind: EventKind) -> None:
    found = CHANGE if kind.changes else FOLDED_BY_THE_HOUR if kind in FOLDED else SINGLE
    assert found == TABLE[kind]
    assert not (kind.changes and kind in FOLDED)


@pytest.mark.parametrize("about", EventKind)
def test_tr_01_what_became_of_a_mail_stands_with_what_made_it_due(about: EventKind) -> None:
    """Or the mails that strangers have sent would be between the changes again."""
    for kind in (EventKind.MAIL_SENT, EventKind.MAIL_FAILED, EventKind.MAIL_WITHHELD):
        note = an_event(an_account().id, kind, details={"about": about.value})
        assert note.beside_changes is about.changes


def test_note_of_a_kind_that_a_later_version_made_is_written_too() -> None:
    assert an_event(an_account().id, EventKind.MAIL_SENT, details={"about": "anything"}).beside_changes


def test_two_sides_are_put_together_as_far_as_neither_has_a_gap() -> None:
    who = an_account().id
    new, middle, old, oldest = (an_event(who, at=NOW - second) for second in range(4))
    changes, others = Stretch([new, old]), Stretch([middle, oldest])
    assert list(Trail(changes, others).together().events) == [new, middle, old, oldest]
    cut = Trail(changes, Stretch([middle], middle.sort_key)).together()
    assert (list(cut.events), cut.before) == ([new, middle], middle.sort_key)
    both = Trail(Stretch([new], new.sort_key), Stretch([middle], middle.sort_key)).together()
    assert (list(both.events), both.before) == ([new], new.sort_key)
    nothing: list[Event] = []
    assert Trail(Stretch(nothing), Stretch(nothing)).together() == Stretch([], None)
