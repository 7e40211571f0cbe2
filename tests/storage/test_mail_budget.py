"""ML-06: the portal's budget of mails that somebody can cause: shared by all accounts, and delayed, never dropped."""

from __future__ import annotations

import pytest

from chalicelib.domain.limits import RESET_MAILS_HOURLY, SELF_SERVICE_MAILS
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Unavailable
from chalicelib.storage import issuing
from tests.fakes.acts import outbox as fake_outbox
from tests.fakes.looking import planted
from tests.fakes.samples import NOW, a_link, number

LIMITS = (RESET_MAILS_HOURLY,)
WINDOW = SELF_SERVICE_MAILS.seconds


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three mails a minute."""
    for counting in (issuing, fake_outbox):
        monkeypatch.setattr(counting, "SELF_SERVICE_MAILS", SELF_SERVICE_MAILS._replace(most=3))


def minute() -> float:
    """The beginning of a window that no other test counts in."""
    return (NOW // WINDOW + 10 * number()) * WINDOW


def issue(store: Store, at: float) -> str | None:
    link = a_link(planted(store))
    return store.outbox.issue([link], link.epoch, at, LIMITS, at)


def test_ml_06_mail_beyond_the_budget_waits_for_the_next_window(store: Store, small: None) -> None:
    start = minute()
    assert [issue(store, start + second) for second in (0, 1, WINDOW - 1)] == [None] * 3
    with pytest.raises(Unavailable, match="mail_budget_spent"):
        issue(store, start + WINDOW - 1)
    assert issue(store, start + WINDOW) is None


def test_ml_06_what_waits_has_used_nothing_up(store: Store, small: None) -> None:
    start, account = minute(), planted(store)
    for _ in range(3):
        issue(store, start)
    link = a_link(account)
    for _ in range(5):
        with pytest.raises(Unavailable):
            store.outbox.issue([link], link.epoch, start, LIMITS, start)
    assert store.passwords.by_link(link.key) is None
    later = start + WINDOW
    assert store.outbox.issue([link], link.epoch, start, LIMITS, later) is None
    assert store.outbox.issue([a_link(account)], link.epoch, start, LIMITS, later) is None
    assert store.outbox.issue([a_link(account)], link.epoch, start, LIMITS, later) is None
    assert store.outbox.issue([a_link(account)], link.epoch, start, LIMITS, later) == "too_many_mails"


def test_ml_06_flood_at_one_account_does_not_use_up_everybody_s(store: Store, small: None) -> None:
    start, account = minute(), planted(store)
    store.outbox.issue([a_link(account)], 1, start, LIMITS)
    store.outbox.issue([a_link(account)], 1, start, LIMITS)
    store.outbox.issue([a_link(account)], 1, start, LIMITS)
    for _ in range(9):
        assert store.outbox.issue([a_link(account)], 1, start, LIMITS, start) == "too_many_mails"
    assert issue(store, start) is None


def test_ml_06_administrators_mails_and_notices_do_not_count(store: Store, small: None) -> None:
    start = minute()
    for _ in range(9):
        link = a_link(planted(store))
        assert store.outbox.issue([link], link.epoch, start, ()) is None
    assert issue(store, start) is None


@pytest.mark.parametrize("run", ["one test", "the next one"])
def test_every_test_finds_the_budget_whole(store: Store, small: None, run: str) -> None:
    """They all begin in the same minute, over the same tables."""
    assert [issue(store, NOW) for _ in range(3)] == [None] * 3, run
