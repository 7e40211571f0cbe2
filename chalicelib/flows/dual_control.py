"""An act that wants two administrators: the first request is written down, and another administrator's does it.

May not do the act: it says whether to go on, and with whom.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.administration import Actor
from chalicelib.domain.dual_control import WAITS_SECONDS, Act, Asked, by_another, waiting
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.reach import refuse_limited
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.flows.console import acted
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import kind_input
from chalicelib.flows.targets import user_path
from chalicelib.web.page import Page
from chalicelib.web.request import Request

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

ROWS = 100
WAITS = "second_asked"


class Opinion(NamedTuple):
    """Whether an act may go on: `page` says that it waits; `first` is who asked before, if anybody had to."""

    page: Page | None = None
    first: Actor | None = None


def second_opinion(
    request: Request, act: Act, account: Account, reason: str, domains: tuple[str, ...] | None = None
) -> Opinion:
    """Go on, where the stage wants one administrator or another one has asked; else ask, which changes nothing."""
    if act not in request.settings.two_administrators:
        return Opinion()
    changes = request.store.events.changes(account.id, None, ROWS)
    asked = waiting(changes.events, account, request.now())
    before = by_another(asked, act, request.known.account_id, domains)
    if before and _may_still(request, before.first):
        return Opinion(first=before.first)
    details: Details = {
        "act": act.value,
        "epochs": [account.epoch, request.known.epoch],
        "actor_kind": request.known.kind.value,
        "reason": reason,
    }
    if domains is not None:
        details["domains"] = list(domains)
    event = event_of(request, EventKind.SECOND_ASKED, account.id, email=account.address, details=details)
    ask = request.store.administration.apply
    acted(request, lambda who: ask(who, account, account, [event]), WAITS)
    facts = {"email": account.address, "waits_for": "second_administrator", "act": act.value}
    until = iso(event.at + WAITS_SECONDS)
    return Opinion(
        Page(
            status=202, facts=facts | {"until": until}, location=f"{user_path(account.address)}?done={WAITS}"
        )
    )


def _may_still(request: Request, first: Actor) -> bool:
    """Whether who asked may act still; the write tests it once more."""
    account, _ = request.store.accounts.find(first.account_id)
    return (
        account is not None
        and account.open
        and (account.kind, account.epoch)
        == (
            Kind.ADMINISTRATOR,
            first.epoch,
        )
    )


def kind_of_invited(request: Request) -> Kind:
    """What somebody is invited as; a recipient, where nothing is said.

    Attack: one administrator alone invites another of their own. Defence: where two make an administrator, they do so
    to somebody who is here already.
    """
    kind = kind_input(request, Kind.RECIPIENT)
    if kind is not Kind.RECIPIENT:
        refuse_limited(request.known, "staff")
    if kind is Kind.ADMINISTRATOR and Act.MAKE_ADMINISTRATOR in request.settings.two_administrators:
        facts = {"field": "kind"}
        raise Refusal(Code.INVALID_REQUEST, "two_administrators", hint=Hint.TWO_NEEDED, facts=facts)
    return kind


def not_taken_over(request: Request, account: Account, hint: Hint) -> None:
    """Refuse what would give an administrator's account, whose second step nobody has set up yet, into another's hands.

    Attack: one administrator alone chooses such an account's password, or gives it a mailbox of their own, sets up
    2-step in its owner's place, and is two. Defence: where two are wanted for such an account, its owner comes first.
    """
    guarded = {Act.MAKE_ADMINISTRATOR, Act.RESET_TWO_STEP} & request.settings.two_administrators
    if guarded and account.kind is Kind.ADMINISTRATOR and not account.two_step.active:
        raise Refusal(Code.CONFLICT, "administrator_without_second_step", hint=hint)


def waits_shown(request: Request, account: Account, changes: Sequence[Event]) -> list[dict[str, object]]:
    """What waits, for the account's page: the act, who asked, until when, and whether the reader may be the second."""
    if not request.settings.two_administrators:
        return []
    return [_shown(request, one) for one in waiting(changes, account, request.now())]


def _shown(request: Request, asked: Asked) -> dict[str, object]:
    own = asked.first.account_id == request.known.account_id
    facts = {"act": asked.act.value, "by": asked.by, "until": iso(asked.until), "own": own}
    return facts | {"domains": asked.domains}
