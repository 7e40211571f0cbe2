"""What the console's steps share: who acts, carrying a measure out, and what is said where it was refused."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor, Measure, difference, is_so, refuse_former
from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.domain.sessions import recently_reauthenticated
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import ambiguous
from chalicelib.flows.repeats import form_name, once_of
from chalicelib.flows.targets import named, user_path
from chalicelib.presentation.evidence import evidence
from chalicelib.presentation.languages import marked
from chalicelib.runtime import log
from chalicelib.web.page import Page
from chalicelib.web.paths import filled
from chalicelib.web.request import Request
from chalicelib.web.sentences import OF_ALL_THERE, OUTSIDE_LIMIT

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

MAX_REASON = 500


def actor(request: Request, done: str = "") -> Actor:
    """Who acts, as of this session; where a browser's form does, also that it is done once."""
    caller = request.known
    return Actor(caller.account_id, caller.epoch, once_of(request, done) if done else None)


def acted(
    request: Request,
    act: Callable[[Actor], bool],
    done: str,
    otherwise: Refusal | None = None,
    *,
    holds: Callable[[], bool] | None = None,
) -> str:
    """Have an act done, and give the word for it; of a form that is sent twice the word of the first (WB-20).

    Raises `otherwise`, or CONFLICT, where it was not done.
    Two clicks would send two mails, the second password would kill the first, and an invitation that has just gone out
    would "exist". The mark of the form is a row of the act's own transaction, so "done" is never said of what was not.
    Nor of what was undone since: contained, opened again, and the first page's button pressed once more, an account is
    not contained. So of an act that can be undone, a repeat asks whether what it sets `holds`.
    """
    try:
        if act(actor(request, done)):
            return done
    except Refusal as refusal:
        if refusal.hint is not Hint.OVERTAKEN:
            raise
        if holds is None or holds():
            log.write(logging.INFO, "repeated", resource=request.resource, cause=refusal.cause)
            return str(refusal.facts["done"])
        otherwise = None
    raise otherwise or Refusal(Code.CONFLICT, "changed_meanwhile")


def carry_out(
    request: Request,
    old: Account,
    measure: Measure,
    done: str,
    details: "Details | None" = None,
    first: Actor | None = None,
    formers: Sequence[AccountId] = (),
) -> Page:
    """Store a measure with its events: actor, before and after (AD-03). What is so already is done without a write.

    `formers` have a trail of their own, and what is done to them too is told there by who and why alone (ADR 55).
    """
    refuse_former(old)
    facts: Details = {
        **difference(old, measure.new, measure.limits),
        "actor_kind": request.known.kind.value,
        **(details or {}),
    }
    if old.kind is not Kind.RECIPIENT or measure.new.status is Status.ERASED:
        facts["kind"] = old.kind.value  # of who is erased, nothing else says it any more
    events = [event_of(request, kind, old.id, email=old.address, details=facts) for kind in measure.events]
    why: Details = {"actor_kind": facts["actor_kind"], "reason": facts.get("reason")}
    events += [one._replace(account_id=who, email=None, details=why) for one in events for who in formers]
    if events:
        apply, domains = request.store.administration.apply, measure.limits and measure.limits[1]
        done = acted(
            request,
            lambda who: apply(who._replace(first=first), old, measure.new, events, formers, domains),
            done,
            holds=lambda: is_so(measure.new, request.store.accounts.find(old.id)[0]),
        )
    shown = {"email": old.address, "status": measure.new.status.value, "done": done, "changed": bool(events)}
    return Page(facts=shown | dict(details or {}), location=f"{user_path(old.address)}?done={done}")


def reason_of(request: Request) -> str:
    """Why, in the administrator's words; it is recorded, so it is required and bounded (TF-09)."""
    reason = request.text("reason").strip()
    if (
        not reason
        or len(reason) > MAX_REASON
        or not reason.replace("\n", " ").replace("\r", " ").isprintable()
    ):
        raise invalid("reason_required", "reason")
    return reason


def console_view(request: Request) -> dict[str, object]:
    """What every page of the console shows: what was just done, whether one may act, whether the password is due."""
    may_act = request.known.kind is Kind.ADMINISTRATOR
    stale = may_act and not recently_reauthenticated(request.known, request.now())
    return {
        "notice": request.query.get("done", ""),
        "may_act": may_act,
        "reauthenticate_first": filled(request.resource, request.params)
        if stale and request.method == "GET"
        else "",
        "form_name": form_name(request),
    }


SAID: Mapping[Hint | Code, str] = {
    Hint.ALREADY_READ: marked("The message was read or recalled in the meantime."),
    Hint.PASSWORDS_ARE_MADE: marked(
        "Administrators do not choose passwords here. Leave it empty to have one made and mailed."
    ),
    Hint.FORMER_ADDRESS: marked("This address was given up. The account is under the one it has now."),
    Hint.OWNER_FIRST: marked("This administrator must set up 2-step authentication first."),
    Hint.NOT_ACTIVE: marked("The account is not active. Enable it first."),
    Hint.OUTSIDE_LIMIT: OUTSIDE_LIMIT.detail,
    Hint.OF_ALL_THERE: OF_ALL_THERE.detail,
    Code.OWN_ACCOUNT: marked("This cannot be done to your own account. Another administrator can do it."),
    Code.CONFLICT: marked("Something changed while you were working. Look at it again, then repeat it."),
    Code.ALREADY_JOINED: marked(
        "The user has chosen a password already, so there is no invitation any more."
    ),
    Code.LAST_ADMINISTRATOR: marked(
        "Nobody else could administer the portal. Make somebody an administrator first."
    ),
    Code.EXISTS: marked("An account with this address already exists."),
}
FIELDS_SAID = {
    "reason": marked("Say why, in up to 500 characters."),
    "new_password": marked("This password does not meet the criteria marked below."),
    "email": marked("Enter the whole email address."),
    "csv": marked("Enter up to 500 addresses, one a line or as CSV."),
    "to": marked("Enter the whole email address of the recipient."),
    "new_email": marked("Enter the whole new email address, another one than the present."),
    "domain": marked("Enter a domain such as example.com."),
    "domains": marked("Enter at least one domain, such as example.com."),
    "subject": marked("Enter a subject on one line."),
    "body": marked("Enter a message."),
    **dict.fromkeys(("since", "from", "until"), marked("Enter a date, such as 2026-11-21.")),
    "network": marked("Enter an address or a range, such as 203.0.113.9 or 203.0.113.0/24."),
    "expires_in_days": marked("Enter a number of days from 1 to 365."),
    "kind": marked("Choose a kind of account."),
    "name": marked('Enter a name of one line, up to 60 characters, without < > " \\ @ and :.'),
    "colour": marked(
        "Enter a colour such as #0c5a68 that is dark enough for white text (a contrast of 4.5 to 1)."
    ),
    "logo": marked("Paste a PNG of at most 6 KB as base64, its sides 16 to 1024 pixels long."),
    "support_contact": marked('Enter one line of up to 120 characters, without < > " and \\.'),
    "ranges": marked("Enter at least one range, or make another choice above."),
}
NOT_ACCEPTED = marked("This was not accepted. Please check it.")
CHECK_THIS = marked("Please check this.")
CORRECTABLE = frozenset({Code.INVALID_REQUEST, Code.CRITERIA_NOT_MET, Code.NOT_PERMITTED, *SAID})


def correct(request: Request, refusal: Refusal, template: str, view: Mapping[str, object]) -> Page | None:
    """The action's own page, to correct what was refused; None for a refusal no correction helps."""
    if refusal.code not in CORRECTABLE or request.caller is None:
        return None
    errors: dict[str, str] = {}
    field = refusal.facts.get("field")
    if isinstance(field, str):
        errors[field] = _said_of(request, refusal, field)
    if refusal.code is Code.CRITERIA_NOT_MET:
        errors["new_password"] = _said_of(request, refusal, "new_password")
    problem = "" if errors else request.say(SAID.get(refusal.hint or refusal.code, NOT_ACCEPTED))
    base = {
        "email": named(request) if "email" in request.params else "",
        **console_view(request),
        "errors": errors,
        "problem": problem,
    }
    return Page(template=template, view=base | dict(view))


def shown_in_both_spellings(
    request: Request, template: str, view: Mapping[str, object], field: str, canonical: str
) -> Page:
    """The form again, with the other spelling in its field: sent once more, it is what was typed (IN-05)."""
    spellings = {"typed": request.text(field).strip(), "canonical": canonical}
    filled = {**request.fields, field: canonical}
    return Page(status=409, template=template, view={**view, "typed": filled, "respelled": spellings})


def _said_of(request: Request, refusal: Refusal, field: str) -> str:
    """What is wrong with a field: the bad entry of a list by its own cause, anything else by the field's sentence."""
    entry, cause = refusal.facts.get("entry"), refusal.facts.get("cause")
    if refusal.hint is Hint.TWO_NEEDED:
        return request.say("Invite them as a recipient. Two administrators can then change what they are.")
    if refusal.hint is Hint.TOO_LONG:
        return (
            request.say("This is too long. Shorten it, or send it in parts.")
            if field in {"body", "csv"}
            else request.say("This is too long.")
        )
    if entry is None:
        return ambiguous(request, refusal) or request.say(FIELDS_SAID.get(field, CHECK_THIS))
    return request.say("{entry}: {cause}", entry=evidence(str(entry)), cause=cause)
