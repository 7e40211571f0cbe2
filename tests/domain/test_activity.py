"""What an account's owner may see of its trail, kind by kind. What nobody decided on is not shown."""

from __future__ import annotations

import pytest

from chalicelib.domain.activity import REASONS, SHOWN, Advice, Doer, advice, doer, of_owner
from chalicelib.domain.events import FOLDED, MAILS, UNCHANGING, Event, EventKind
from chalicelib.domain.refusals import Reason
from tests.fakes.samples import an_account, an_event

ANN, EVE = an_account(), an_account()
STAFF = {"actor": EVE.address, "details": {"actor_kind": "administrator", "reason": "why"}}
OWN = {"actor": ANN.address}
# What the trail holds and its owner is not shown: written here once more, so that a new kind is decided on.
KEPT_FROM_OWNERS = MAILS | {
    EventKind.TRAIL_READ,
    EventKind.USERS_READ,
    EventKind.MESSAGE_SENT,
    EventKind.MESSAGE_RECALLED,
    EventKind.REPLY_RECEIVED,
    EventKind.ADDRESS_LIFTED,
    EventKind.ADDRESS_PROOF_ISSUED,
    EventKind.SERVICE_MADE,
    EventKind.SERVICE_ROTATED,
    EventKind.SERVICE_REVOKED,
    EventKind.SECOND_ASKED,
    EventKind.ADMINISTRATOR_CHANGED,
    EventKind.ADMINISTRATORS_TOLD,
    EventKind.CANARY_SET_UP,
    EventKind.RESET_HELD,
    EventKind.ACCOUNT_ERASED,  # nobody is left to be shown it, but whoever has the address next
}


def event(kind: EventKind, **facts: object) -> Event:
    return an_event(ANN.id, kind)._replace(**facts)  # type: ignore[arg-type]


def test_tr_04_each_kind_is_shown_or_kept_and_none_is_forgotten() -> None:
    assert set(SHOWN) | KEPT_FROM_OWNERS == set(EventKind)
    assert set(SHOWN) & KEPT_FROM_OWNERS == set()
    assert of_owner([event(kind) for kind in KEPT_FROM_OWNERS]) == []


def test_tr_04_every_true_reason_has_the_owners_word_and_an_unknown_one_none() -> None:
    assert set(Reason) - set(REASONS) == {Reason.CHANGED_MEANWHILE}
    (shown,) = of_owner([event(EventKind.CODE_REFUSED, reason="seed_unsealable")])
    assert shown.reason is None
    assert not set(REASONS.values()) & (set(Reason) - {Reason.WRONG_PASSWORD})


@pytest.mark.parametrize(
    ("kind", "facts", "by"),
    [
        (EventKind.PASSWORD_CHANGED, OWN, Doer.ACCOUNT),
        (EventKind.PASSWORD_RESET, {}, Doer.ACCOUNT),
        (EventKind.PASSWORD_RESET, STAFF, Doer.ADMINISTRATOR),
        (EventKind.SESSIONS_REVOKED, OWN, Doer.ACCOUNT),
        (EventKind.SESSIONS_REVOKED, STAFF, Doer.ADMINISTRATOR),
        (EventKind.ACCOUNT_INVITED, {"actor": EVE.address}, Doer.ADMINISTRATOR),
        (EventKind.ACCOUNT_INVITED, {"actor": "setup"}, Doer.ADMINISTRATOR),
        (EventKind.CHANGE_FORCED, {**STAFF, **OWN}, Doer.ACCOUNT),
        (EventKind.LOGON_REFUSED, {}, Doer.NOBODY),
        (EventKind.RESET_ASKED, {}, Doer.NOBODY),
    ],
)
def test_tr_04_owner_hears_who_it_was_without_a_name(
    kind: EventKind, facts: dict[str, object], by: Doer
) -> None:
    assert doer(event(kind, **facts)) is by


@pytest.mark.parametrize("kind", sorted(FOLDED & set(SHOWN)))
def test_stranger_in_a_session_of_another_account_is_no_administrator(kind: EventKind) -> None:
    assert doer(event(kind, actor=EVE.address)) is not Doer.ADMINISTRATOR


@pytest.mark.parametrize("kind", sorted(SHOWN))
def test_whoever_did_it_there_is_something_to_do_unless_nobody_got_in(kind: EventKind) -> None:
    """Nothing to do is said of refusals and requests alone, and support is the way where staff did it."""
    assert advice(event(kind, **STAFF)) is Advice.SUPPORT
    assert advice(event(kind, **OWN)) is not Advice.SUPPORT
    if SHOWN[kind] is Advice.NOTHING:
        assert kind in UNCHANGING


def test_wrong_current_password_is_not_counted_among_strangers_logons() -> None:
    """A thief who guesses it in a session is a line of its own, with what to do about it."""
    mine = event(EventKind.LOGON_REFUSED, reason=Reason.WRONG_PASSWORD, **OWN)
    theirs = event(EventKind.LOGON_REFUSED, reason=Reason.WRONG_PASSWORD)
    evils = event(EventKind.LOGON_REFUSED, reason=Reason.WRONG_PASSWORD, actor=EVE.address)
    shown = of_owner([mine, theirs, evils])
    assert [advice(one) for one in shown] == [Advice.SESSION, Advice.NOTHING, Advice.NOTHING]
    assert [one.kind for one in shown] == [
        EventKind.REAUTHENTICATION_REFUSED,
        EventKind.LOGON_REFUSED,
        EventKind.LOGON_REFUSED,
    ]


def test_half_of_a_logon_is_not_told_where_the_whole_of_it_is() -> None:
    """Each own logon with a code would read as somebody's who knows the password and got no further."""
    half = event(EventKind.LOGON_HALF_DONE, details={"next": "enter_code", "logon": "a1"})
    other = event(EventKind.LOGON_HALF_DONE, details={"next": "enter_code", "logon": "b2"})
    unnamed = event(EventKind.LOGON_HALF_DONE, details={"next": "enter_code"})
    for kind in (EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED):
        whole, plain = event(kind, details={"logon": "a1"}), event(kind)
        assert of_owner([plain, whole, other, half, unnamed]) == [plain, whole, other, unnamed]
