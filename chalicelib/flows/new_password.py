"""A new password as the three steps that take one see it: the fields, the criteria list, the refusal, the hash."""

import logging
from collections.abc import Callable
from types import MappingProxyType

from chalicelib.domain.passwords import Verdict, all_met, check, labels, sizes
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.web.request import Field, Request

PASSWORD_FIELDS = MappingProxyType({"new_password": Field(most=8192), "confirm_password": Field(most=8192)})
CONTEXT_WORDS = ("secure messaging", "portal")  # and the name this portal has


def verdicts(request: Request, address: str | None, *, is_current: bool = False) -> tuple[Verdict, ...]:
    """Each criterion with whether the two entries meet it. Sizes are tested before anything else looks at them."""
    return check(
        request.text("new_password"),
        request.text("confirm_password"),
        address=address,
        min_length=request.settings.password_min_length,
        context_words=context_words(request.portal),
        is_current=is_current,
    )


def context_words(portal: Portal) -> tuple[str, ...]:
    """What an attacker would try first: what the portal is called, and what it is (PW-06)."""
    return (portal.settings.brand.name.lower(), *CONTEXT_WORDS)


def as_facts(request: Request, given: tuple[Verdict, ...]) -> list[dict[str, object]]:
    """The list as the contract has it, in the language of the request."""
    return [
        {"id": verdict.id, "label": _said(request, verdict.label), "met": verdict.met} for verdict in given
    ]


def open_criteria(request: Request) -> list[dict[str, object]]:
    """The list before anything was typed."""
    return [
        {"id": criterion.id, "label": _said(request, criterion.label), "met": None} for criterion in labels()
    ]


def _said(request: Request, label: str) -> str:
    return request.say(label, **sizes(request.settings.password_min_length))


def password_errors(request: Request, refusal: Refusal) -> dict[str, str]:
    """What a person reads at each field of a new password that was refused; nothing, if it was for something else.

    A mismatch stands at the second field: the first may be just what its owner meant (WB-16).
    """
    if refusal.code is Code.INVALID_REQUEST and refusal.facts.get("field") in PASSWORD_FIELDS:
        return {str(refusal.facts["field"]): request.say("Please fill in this field.")}
    criteria = refusal.facts.get("criteria")
    if not isinstance(criteria, list):
        return {}
    unmet = {one["id"] for one in criteria if one["met"] is False}
    new, confirm = request.text("new_password"), request.text("confirm_password")
    if not new:
        return {"new_password": request.say("Enter a new password.")}
    said = {}
    if unmet - {"match"}:
        said["new_password"] = request.say("This password does not meet the criteria marked below.")
    if "match" in unmet and new != confirm:  # one that is too long meets nothing, whatever was typed again
        said["confirm_password"] = request.say("The two passwords are not the same. Enter both again.")
    return said


def hashed(request: Request, address: str, is_current: Callable[[str], bool]) -> str:
    """The hash of an acceptable new password; raises CRITERIA_NOT_MET with the list.

    `is_current` costs a hash, so it is asked only of a password that meets everything else.
    """
    new = request.text("new_password")
    given = unless_breached(verdicts(request, address), new, request.portal)
    if all_met(given):
        if not is_current(new):
            return request.portal.hasher.hash(new)
        given = verdicts(request, address, is_current=True)
    raise Refusal(Code.CRITERIA_NOT_MET, "criteria", facts={"criteria": as_facts(request, given)})


def unless_breached(given: tuple[Verdict, ...], new: str, portal: Portal) -> tuple[Verdict, ...]:
    """A breached password counts as a common one (PW-07). A service that does not answer is logged, and stops nobody:
    choosing a password must not depend on somebody else's uptime.
    """
    if portal.breached is None or not all_met(given):
        return given
    found = portal.breached(new)
    if found is None:
        log.write(logging.WARNING, "breached_passwords_unanswered")
    return tuple(one._replace(met=False) if found and one.id == "not_common" else one for one in given)
