"""The act on preferences: both at once, with their event, for an account that is as it was."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Preferences, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import an_account, an_event

KIND = EventKind.PREFERENCES_CHANGED


@pytest.mark.parametrize(
    "chosen",
    [
        Preferences("de", "Europe/Berlin"),
        Preferences(None, "UTC"),
        Preferences("fr", None),
        Preferences(None, None),
    ],
)
def test_what_is_chosen_is_kept_and_what_is_not_is_taken_away(store: Store, chosen: Preferences) -> None:
    account = planted(store, language="es", time_zone="Asia/Tokyo")
    assert store.preferences.choose(account.id, account.epoch, chosen, an_event(account.id, KIND))
    assert stored(store, account) == account._replace(language=chosen.language, time_zone=chosen.time_zone)
    assert trail(store, account) == [KIND]


@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.FROZEN}], ids=["epoch", "frozen"])
def test_se_06_an_account_that_has_moved_keeps_what_it_had(store: Store, change: dict[str, Any]) -> None:
    account = planted(store, language="es")
    plant(store, account._replace(**change))
    event = an_event(account.id, KIND)
    assert not store.preferences.choose(account.id, account.epoch, Preferences("de", None), event)
    assert stored(store, account).language == "es"
    assert trail(store, account) == []


def test_no_account_is_made_of_a_preference(store: Store) -> None:
    account = an_account()
    assert not store.preferences.choose(account.id, 1, Preferences("de", None), an_event(account.id, KIND))
