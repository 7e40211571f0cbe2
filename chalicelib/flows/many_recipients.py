"""One message for several recipients at once: each gets their own, and each line has its result. The console alone.

Attack: half of them got it when the store went away, the button is pressed again, and they get it twice. Defence: what
the form did for whom is a row of that very act, for a day; whoever got it does not get it again (WB-20).
Who cannot be sent anything is told of on their line, and holds up nobody behind them.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib.domain.addresses import CanonicalAddress, InvalidAddress, account_id, canonical_address
from chalicelib.domain.administration import Actor
from chalicelib.domain.reach import outside, reaches
from chalicelib.domain.refusals import Hint, Refusal, Unavailable, invalid
from chalicelib.flows.console import actor
from chalicelib.flows.inputs import differs
from chalicelib.flows.repeats import once_of
from chalicelib.web.request import Request
from chalicelib.web.sentences import OUTSIDE_LIMIT

MOST = 50
NAMED_MOST = 5  # of those who cannot be sent to
KEPT_SECONDS = 86400
# Why one of them is sent nothing, as the store tells it: in its line.
UNREACHABLE = {"recipient_has_another_address": "moved", "recipient_being_erased": "closed"}
_BETWEEN = re.compile(r"[\s,;]+")


class Line(NamedTuple):
    """One of those that were typed; `address` None where it cannot be one. `result`: sent, twice, invalid, not_sent, or
    one of `UNREACHABLE`.
    """

    typed: str
    address: CanonicalAddress | None
    result: str = "not_sent"


def recipients(request: Request) -> list[Line]:
    """All that were typed, in their order. A program names one: each message of it has its own answer."""
    typed = [part for part in _BETWEEN.split(request.text("to")) if part]
    if request.wants_json or len(typed) < 2:  # noqa: PLR2004 - one is what the form was made for
        return []
    if len(typed) > MOST:
        raise invalid("too_many_recipients", "to")
    return [Line(one, _address(one)) for one in typed]


def refuse_outside_of(request: Request, lines: Sequence[Line]) -> None:
    """Raise NOT_PERMITTED where one of them is outside of the sender's domains, and name those: nobody gets it."""
    there = [
        one.address for one in lines if one.address and not reaches(request.known, account_id(one.address))
    ]
    if there:
        refusal = outside("account_of_another_domain")
        cause = request.say(OUTSIDE_LIMIT.title)
        refusal.facts |= {"field": "to", "entry": ", ".join(there[:NAMED_MOST]), "cause": cause}
        raise refusal


def respelled(lines: Sequence[Line]) -> str:
    """All of them in our spelling, for the form again, where one is another than was typed; else "" (IN-05)."""
    if not any(one.address and differs(one.typed, one.address) for one in lines):
        return ""
    return "\n".join(one.address or one.typed for one in lines)


def send_to_each(
    request: Request, lines: Sequence[Line], send: Callable[[CanonicalAddress, Actor], object]
) -> list[Line]:
    """Each its own, until all have it or the store is away; whoever has it from before is `sent` too."""
    done: dict[str, str] = {}
    results = []
    for one in lines:
        if one.address is None:
            result = "invalid"
        elif one.address in done:
            result = "twice"
        else:
            away = "not_sent" in done.values()
            first = "sent" not in done.values()
            result = "not_sent" if away else _sent(request, one.address, send, first=first)
            done[one.address] = result
        results.append(one._replace(result=result))
    return results


def _sent(
    request: Request,
    address: CanonicalAddress,
    send: Callable[[CanonicalAddress, Actor], object],
    *,
    first: bool,
) -> str:
    """What became of this one. Where the `first` cannot be sent, none was: that is refused like any other."""
    form = once_of(request, "message_sent", address)
    once = form and form._replace(until=form.at + KEPT_SECONDS)
    try:
        send(address, actor(request)._replace(once=once))
    except Unavailable:
        if first:
            raise
        return "not_sent"
    except Refusal as refusal:
        if refusal.cause in UNREACHABLE:
            return UNREACHABLE[refusal.cause]
        if refusal.hint is not Hint.OVERTAKEN:
            raise
    return "sent"


def _address(typed: str) -> CanonicalAddress | None:
    try:
        return canonical_address(typed)
    except InvalidAddress:
        return None
