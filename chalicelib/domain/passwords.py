"""What a new password must be (PW-01 to PW-08): one list, which drives the page, the API and the server.

May not hash, nor know the current password: whether the new one is the current one is told to it.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib.domain.blocklist import is_built_from, is_common
from chalicelib.domain.password_text import (
    PASSWORD_MAX_CODE_POINTS,
    PasswordNotText,
    PasswordTooLong,
    UnusablePassword,
    normalise,
)
from chalicelib.domain.temporary import parse_temporary

__all__ = [
    "CRITERIA",
    "Criterion",
    "Label",
    "PasswordNotText",
    "PasswordTooLong",
    "UnusablePassword",
    "Verdict",
    "all_met",
    "check",
    "labels",
    "names_of",
    "normalise",
    "sizes",
]

_NAME_BREAKS = re.compile(r"[^a-z0-9]+")


class Label(NamedTuple):
    """A criterion as it is shown before anything is typed; `sizes` are the values its label has holes for."""

    id: str
    label: str


class Verdict(NamedTuple):
    """A criterion and whether what was typed meets it."""

    id: str
    label: str
    met: bool


class _Entry(NamedTuple):
    new: str
    confirm: str
    address: str | None
    min_length: int
    context_words: Sequence[str]
    is_current: bool


class Criterion(NamedTuple):
    """One rule: its id on the wire, its label on the page, and the test for it."""

    id: str
    label: str
    is_met: Callable[[_Entry], bool]


def _is_long_enough(entry: _Entry) -> bool:
    return entry.min_length <= len(entry.new) <= PASSWORD_MAX_CODE_POINTS


def _is_not_common(entry: _Entry) -> bool:
    return not is_common(entry.new)


def _is_not_personal(entry: _Entry) -> bool:
    return not is_built_from(entry.new, names_of(entry.address, entry.context_words))


def _is_different(entry: _Entry) -> bool:
    # Nobody may choose a text in a temporary password's form: logon would look for its row, not for theirs.
    return not entry.is_current and parse_temporary(entry.new) is None


def _is_confirmed(entry: _Entry) -> bool:
    return entry.new == entry.confirm


CRITERIA: tuple[Criterion, ...] = (
    Criterion("length", "At least {min_length} characters, at most {max_length}", _is_long_enough),
    Criterion("not_common", "Not a common password", _is_not_common),
    Criterion("not_personal", "Not made from your email address or the name of the portal", _is_not_personal),
    Criterion("different", "Different from your current and temporary password", _is_different),
    Criterion("match", "Both entries are the same", _is_confirmed),
)


def labels() -> tuple[Label, ...]:
    """The criteria as they are listed before anything is typed, in English, whose holes are not filled yet."""
    return tuple(Label(criterion.id, criterion.label) for criterion in CRITERIA)


def sizes(min_length: int) -> dict[str, int]:
    """What fills the holes of the labels: after a translation, which may put them elsewhere."""
    return {"min_length": min_length, "max_length": PASSWORD_MAX_CODE_POINTS}


def check(
    new: str,
    confirm: str,
    *,
    address: str | None,
    min_length: int,
    context_words: Sequence[str],
    is_current: bool = False,
) -> tuple[Verdict, ...]:
    """Which criteria a typed password and its confirmation meet, in the order of the list.

    Nothing typed, or something that could be nobody's password (PW-04), meets none: it is not looked at.
    """
    listed = labels()
    try:
        texts: tuple[str, str] = normalise(new), normalise(confirm)
    except UnusablePassword:
        texts = _one_by_one(new)
    if not texts[0]:
        return tuple(Verdict(*label, met=False) for label in listed)
    entry = _Entry(*texts, address, min_length, context_words, is_current)
    return tuple(
        Verdict(*label, met=rule.is_met(entry)) for label, rule in zip(listed, CRITERIA, strict=True)
    )


def all_met(verdicts: Sequence[Verdict]) -> bool:
    """Whether the password may be set."""
    return bool(verdicts) and all(verdict.met for verdict in verdicts)


def names_of(address: str | None, context_words: Sequence[str]) -> set[str]:
    """The words an attacker would try first: the product's, the address's, the domain's (PW-06)."""
    local, _, domain = (address or "").lower().partition("@")
    labels_of_domain = domain.split(".")
    sources = [local, domain, *labels_of_domain[:-1], *(word.lower() for word in context_words)]
    names = {_NAME_BREAKS.sub("", source) for source in sources}
    return names.union(*(_NAME_BREAKS.split(source) for source in [local, *map(str.lower, context_words)]))


def _one_by_one(new: str) -> tuple[str, str]:
    # An unusable confirmation only fails to match; an unusable password is as good as none.
    try:
        return normalise(new), ""
    except UnusablePassword:
        return "", ""
