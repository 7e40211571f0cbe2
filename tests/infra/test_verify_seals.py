"""`make verify` over the seals under the copy's days, and over the lists of what was erased: none can be made up."""

from __future__ import annotations

import json

import pytest

from chalicelib.domain.keys import Keyring
from chalicelib.domain.trail_copy import (
    DAY,
    ERASURES,
    EVENTS,
    SEALED_AFTER,
    SEALS,
    day_of,
    row_digest,
    sealed,
)
from chalicelib.steps.seal_trail import seal
from infra.keys import new_ring
from infra.verify.of_the_seals import LATE_SECONDS, erasures, seals
from tests.fakes.samples import NOW
from tests.infra.held_trail import RING, Town, town

__all__ = ["town"]


def test_tr_14_list_that_nobody_with_the_key_has_made_erases_nothing(town: Town) -> None:
    """TR-14: nor one that was sealed for another use, nor one that was changed."""
    said = {"at": "now", "by": "me", "account": "x", "rows": [row_digest(row) for row in town.rows]}
    forged = Keyring.from_json(json.dumps(new_ring()))
    good = sealed(said, ERASURES, RING)
    for name, body in (
        ("forged", sealed(said, ERASURES, forged)),
        ("seal", sealed(said, SEALS, RING)),
        ("changed", good.replace(b'"me"', b'"us"')),
    ):
        town.bucket.copies().put(f"{ERASURES}/{name}", body)
    lists, wrong = erasures(town.bucket.copies(), RING)
    assert lists == []
    assert [one.row.rpartition("/")[2] for one in wrong] == ["changed", "forged", "seal"]


END = (int(NOW) // DAY + 1) * DAY
SEALED = END + SEALED_AFTER + 3 * DAY


def said(town: Town, now: float = SEALED, ring: Keyring = RING, kept: float = 0) -> set[tuple[str, str]]:
    return {(one.invariant, one.row) for one in seals(town.bucket.copies(), ring, now, kept)}


def test_tr_13_days_are_as_they_were_sealed(town: Town) -> None:
    assert said(town, END + SEALED_AFTER + LATE_SECONDS - 1) == set()
    unsealed = {("day_is_sealed", f"copy/{SEALS}/{day_of(NOW)}")}
    assert said(town, END + SEALED_AFTER + LATE_SECONDS) == unsealed
    seal(town.bucket.copies(), RING, SEALED)
    assert said(town) == set()


@pytest.mark.parametrize("what", ["come", "gone", "before"])
def test_tr_13_copy_that_came_or_went_after_the_seal_is_told_by_its_day(town: Town, what: str) -> None:
    seal(town.bucket.copies(), RING, SEALED)
    names = town.bucket.copies().names(EVENTS)
    if what == "come":
        town.bucket.forced(f"{names[0]}x", b"x")
    if what == "gone":
        del town.bucket.versions[names[0]]
    if what == "before":
        town.bucket.forced(f"{EVENTS}/2001-01-01/x", b"x")
        assert said(town) == {("day_is_in_the_chain", f"copy/{EVENTS}/2001-01-01")}
        return
    assert said(town) == {("day_is_as_it_was_sealed", f"copy/{SEALS}/{day_of(NOW)}")}


def test_tr_13_seal_that_was_exchanged_or_hidden_is_told(town: Town) -> None:
    """TR-13: somebody with the bucket and without the key; and with a key of their own."""
    copies = town.bucket.copies()
    seal(copies, RING, SEALED)
    names = copies.names(SEALS)
    genuine = dict(town.bucket.versions)
    town.bucket.versions[names[1]] = [sealed({"day": "x"}, SEALS, Keyring.from_json(json.dumps(new_ring())))]
    found = {one for one, _ in said(town)}
    assert {"seal_is_ours", "seal_follows_the_one_before"} <= found
    town.bucket.versions = dict(genuine)
    town.bucket.versions[names[1]] = genuine[names[0]]
    assert ("seal_is_ours", f"copy/{names[1]}") in said(town)
    town.bucket.versions = dict(genuine)
    town.bucket.forced(names[1], None)
    assert ("seal_is_written_once", f"copy/{names[1]}") in said(town)


def test_tr_13_seals_outlive_their_key_by_the_chain(town: Town) -> None:
    """TR-13: a key that was rotated and withdrawn takes no proof away; one that is exchanged gives none."""
    copies, ring, more = town.bucket.copies(), new_ring(), new_ring()
    old = Keyring.from_json(json.dumps(ring))
    seal(copies, old, SEALED - 2 * DAY)
    rotated = {"current": "k2", "keys": {"k2": more["keys"]["k1"]}}
    new = Keyring.from_json(json.dumps(rotated))
    assert {one for one, _ in said(town, SEALED - 2 * DAY, new)} == {"seal_is_ours"}
    seal(copies, new, SEALED)
    assert said(town, ring=new) == set()


def test_tr_13_day_whose_copies_are_over_has_its_seal_alone(town: Town) -> None:
    seal(town.bucket.copies(), RING, SEALED)
    for name in town.bucket.copies().names(EVENTS):
        del town.bucket.versions[name]
    assert said(town) != set()
    assert said(town, kept=DAY) == set()
