"""Console: several people invited at once, and an invitation that nobody answered sent again or withdrawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain import membership
from chalicelib.domain.accounts import Kind
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.flows.console import MAX_REASON, carry_out, console_view, correct, reason_of
from chalicelib.flows.dual_control import kind_of_invited
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.seen import not_saved_over, of_account
from chalicelib.flows.several import MOST, Line, Result, invite_lines, lines_of
from chalicelib.flows.targets import target
from chalicelib.presentation.evidence import evidence
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

LARGEST = 128 * 1024  # five hundred of the longest addresses there can be

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_invitations")
def admin_invitations(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def invite(request: Request) -> Page:
    """Once more, for whoever never came: a fresh temporary password, and the one before is void.

    Not by a page from before somebody else has withdrawn it: whoever did had a reason.
    """
    account, _ = target(request)
    measure = membership.invite_again(account, request.now())
    not_saved_over(request, of_account(account), of_account(measure.new))
    told: Details = {"kind": account.kind.value, "again": True, **_why(request)}
    return carry_out(request, account, measure, "invited_again", told)


def withdraw(request: Request) -> Page:
    """Whatever was mailed opens nothing any more."""
    account, _ = target(request)
    return carry_out(
        request, account, membership.withdraw(account, request.now()), "withdrawn", _why(request)
    )


def _why(request: Request) -> "Details":
    """The reason, where one is given: what was never begun needs none."""
    return {"reason": reason_of(request)} if "reason" in request.fields else {}


def show_several(request: Request) -> Page:
    """The form for a list of addresses."""
    return Page(
        facts={"fields": ["emails", "csv", "kind", "dry_run"]},
        template="admin_invitations",
        view=_view(request),
    )


def submit_several(request: Request) -> Page:
    """What each line is, or what became of it. What we spell otherwise is shown before anything is done (IN-05)."""
    kind, lines = kind_of_invited(request), lines_of(request)
    unseen = not request.wants_json and any(one.respelled for one in lines)
    tried = request.fields.get("dry_run") is True or unseen
    told = lines if tried else invite_lines(request, lines, kind)
    facts = {
        "results": [{"email": one.shown, "result": one.result.value} for one in told],
        "dry_run": tried,
        "complete": all(one.result is not Result.NOT_YET for one in told),
    }
    view = _view(request) | {"tried": tried, **_sorted(told, kind, tried=tried)}
    return Page(facts=facts, template="admin_invitations", view=view)


def _view(request: Request) -> dict[str, object]:
    return {
        "typed": {"csv": "", "kind": Kind.RECIPIENT.value},
        "tried": False,
        "groups": {},
        "respelled": [],
        "most": MOST,
        **console_view(request),
    }


def _sorted(lines: Sequence[Line], kind: Kind, *, tried: bool) -> dict[str, object]:
    """By what they are; what is still to be done stands in the form, to be sent as it is."""
    open_ = Result.INVITED if tried else Result.NOT_YET
    groups = {
        result.value: [one.address or evidence(one.shown) for one in lines if one.result is result]
        for result in Result
    }
    respelled = [
        {"typed": evidence(one.typed), "canonical": one.address} for one in lines if tried and one.respelled
    ]
    typed = {"csv": "\n".join(groups.pop(open_)), "kind": kind.value}
    return {"typed": typed, "groups": groups, "respelled": respelled}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """Why it was not done."""
    view = {"action": request.resource.rpartition("/")[2], "reason": request.text("reason")}
    return correct(request, refusal, "admin_invitation", view)


def show_refused_several(request: Request, refusal: Refusal) -> Page | None:
    """The list again, as it was sent; of one that is too long for it, that it comes in parts."""
    if refusal.code is Code.TOO_LARGE:
        refusal = Refusal(Code.INVALID_REQUEST, refusal.cause, hint=Hint.TOO_LONG, facts={"field": "csv"})
    chosen = request.text("kind")
    typed = {
        "csv": request.text("csv") or "\n".join(map(str, request.fields.get("emails", ()))),
        "kind": chosen if chosen in set(Kind) else Kind.RECIPIENT.value,
    }
    return correct(request, refusal, "admin_invitations", {**_view(request), "typed": typed})


FIELDS = {**NAMED, "reason": Field(required=False, most=MAX_REASON)}
SEVERAL = {
    **NAMED,
    "emails": Field(list, required=False, most=MOST),
    "csv": Field(required=False, most=LARGEST),
    "kind": Field(required=False, most=20),
    "dry_run": Field(bool, required=False),
}
ROUTES = {
    "GET /admin/users/import": Route(show_several),
    "POST /admin/users/import": Route(submit_several, SEVERAL, show_refused_several, most=LARGEST),
    "POST /admin/users/{email}/invite": Route(invite, FIELDS, show_refused),
    "POST /admin/users/{email}/withdraw": Route(withdraw, FIELDS, show_refused),
}
