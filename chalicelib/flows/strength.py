"""The strength hint beside the criteria: what zxcvbn makes of a password, in words that blame nobody.

A hint and no rule: it may refuse nothing. No part of a password is in it, and none goes to a log.
"""

from collections.abc import Mapping, Sequence

from chalicelib.domain.passwords import names_of
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.strength import score
from chalicelib.flows.new_password import CONTEXT_WORDS
from chalicelib.presentation.languages import marked
from chalicelib.web.request import Request

EASY = marked("Weak: easy to guess. Another unrelated word or two would help.")
LABELS = (
    EASY,
    EASY,
    marked("Fair: another unrelated word would make it stronger."),
    marked("Good: hard to guess."),
    marked("Strong: very hard to guess."),
)
WEAK = 1
KNOWN = frozenset({"not_common", "not_personal"})  # whoever guesses starts with what these criteria know


def strength(request: Request, criteria: Sequence[Mapping[str, object]], address: str) -> dict[str, object]:
    """The hint on the new password of a form with these verdicts; an empty label where nothing was typed.

    It never praises what the list beside it calls common or personal: two voices on one page would be believed neither.
    """
    new = request.text("new_password")
    if not new:
        return {"score": 0, "label": ""}
    found = score(new, names_of(address, CONTEXT_WORDS))
    unmet = {one["id"] for one in criteria if one["met"] is False}
    if unmet & KNOWN and len(unmet) < len(criteria):  # all of them: it was too long to be looked at
        found = min(found, WEAK)
    return {"score": found, "label": request.say(LABELS[found])}


def judged(request: Request, refusal: Refusal, address: str) -> dict[str, object]:
    """What a page shows of a password that missed a criterion; nothing, if it was refused for something else.

    Its fields are empty again. Where only the second entry differs, ticks would praise a password that is gone: that
    one criterion alone is marked (WB-16).
    """
    criteria = refusal.facts.get("criteria")
    if not isinstance(criteria, list):
        return {}
    if not request.text("new_password"):
        return {}
    if [one["id"] for one in criteria if one["met"] is False] == ["match"]:
        return {"criteria": [one | {"met": None if one["met"] else False} for one in criteria]}
    return {"criteria": criteria, "strength": strength(request, criteria, address)}
