"""Several people invited in one request: what each line is, and what became of it. Doing it again harms nothing."""

import csv
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from io import StringIO
from typing import NamedTuple

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import (
    AccountId,
    CanonicalAddress,
    InvalidAddress,
    account_id,
    canonical_address,
)
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.invitations import invitation
from chalicelib.domain.listing import INVITED, ListedAccount
from chalicelib.domain.reach import reaches
from chalicelib.domain.refusals import Code, Hint, Refusal, Unavailable, invalid
from chalicelib.domain.repeats import REPEAT_SECONDS
from chalicelib.flows.console import actor
from chalicelib.flows.inputs import differs
from chalicelib.runtime import log
from chalicelib.web.request import Request

MOST = 500
TOGETHER = 30  # two rows each, their domains and the administrator: DynamoDB takes a hundred in a transaction
LONGEST = 254  # of a line that is shown again
_HEADING = re.compile("mail|addr|adres|correo|courriel", re.IGNORECASE)
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")


class Result(StrEnum):
    """What a line is, or what became of it."""

    INVITED = "invited"
    KNOWN = "known"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    NOT_YET = "not_yet"
    OUTSIDE = "outside"  # of a domain that whoever invites does not look after


class Line(NamedTuple):
    """One line as it was typed, in its one spelling where it has one, and what it is."""

    typed: str
    address: CanonicalAddress | None
    result: Result

    @property
    def shown(self) -> str:
        """By what it is told again."""
        return self.address or self.typed[:LONGEST]

    @property
    def respelled(self) -> bool:
        """Whether somebody must see how we spell it before it is written to (IN-05)."""
        return (
            self.address is not None and self.result is Result.INVITED and differs(self.typed, self.address)
        )


def lines_of(request: Request) -> list[Line]:
    """What was sent, looked up: nothing is written."""
    if ("emails" in request.fields) == ("csv" in request.fields):
        raise invalid("emails_or_csv", "emails")
    field = "csv" if "csv" in request.fields else "emails"
    typed = list(addresses_in(request.text("csv"))) if field == "csv" else list(request.fields["emails"])
    if len(typed) > MOST:
        raise Refusal(Code.INVALID_REQUEST, "too_many", hint=Hint.TOO_LONG, facts={"field": field})
    if not typed:
        raise invalid("no_address", field)
    spelled = [_spelled(one) for one in typed]
    within = [one for one in _ids(spelled) if reaches(request.known, one)]
    there = {one.address: one for one in request.store.directory.several(within)}
    seen: set[str] = set()
    return [
        Line(one, address, _result(request, address, there, seen))
        for one, address in zip(typed, spelled, strict=True)
    ]


def addresses_in(text: str) -> Iterator[str]:
    """The addresses of a list or a table: of each row every cell with an @, and where there is none the row itself.

    A heading is left out; nothing else is, so that whatever was meant is told of.
    """
    first = text.lstrip("\ufeff \r\n").partition("\n")[0]
    delimiter = next((one for one in "\t;" if one in first), ",")
    try:
        rows = list(csv.reader(StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise invalid("csv", "csv") from error
    filled = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    for number, row in enumerate(one for one in filled if one):
        found = [cell for cell in row if "@" in cell]
        if not found and number == 0 and any(_HEADING.search(cell) for cell in row):
            continue
        for cell in found or [", ".join(row)]:
            bracketed = _NAMED.fullmatch(cell)
            yield bracketed[1].strip() if bracketed else cell


def invite_lines(request: Request, lines: Sequence[Line], kind: Kind) -> list[Line]:
    """Invite whoever is new, some in each transaction; where the time is over, the rest is told to be open.

    Whoever was made meanwhile by somebody else is known. Nothing is half done: an account is there with its event and
    so with its mail, or it is not, and the same list sent again goes on with it.
    """
    new = [one for one in lines if one.result is Result.INVITED and one.address is not None]
    made: dict[CanonicalAddress, Result] = {}
    who = actor(request)
    for first in range(0, len(new), TOGETHER):
        some = [one.address for one in new[first : first + TOGETHER] if one.address]
        try:
            made |= _together(request, some, kind, who)
        except Unavailable as unavailable:
            if not made:
                raise
            log.write(
                logging.WARNING, "import_not_whole", cause=unavailable.cause, count=len(new) - len(made)
            )
            break
    return [
        one._replace(result=made.get(one.address, Result.NOT_YET))
        if one.result is Result.INVITED and one.address
        else one
        for one in lines
    ]


def _together(
    request: Request, some: Sequence[CanonicalAddress], kind: Kind, who: Actor
) -> dict[CanonicalAddress, Result]:
    """All of them in one transaction; again without those that are there meanwhile."""
    invite: Callable[[Sequence[tuple[Account, Event]], Actor], set[AccountId]]
    invite = request.store.accounts.invite_all
    # Of a browser's two presses at once, each has invited them all; a program means what it sends.
    meanwhile = Result.KNOWN if request.wants_json else Result.INVITED
    left, known = list(some), dict[CanonicalAddress, Result]()
    while left and (there := invite([_invited(request, one, kind) for one in left], who)):
        known |= dict.fromkeys((one for one in left if account_id(one) in there), meanwhile)
        left = [one for one in left if one not in known]
    return dict.fromkeys(left, Result.INVITED) | known


def _invited(request: Request, address: CanonicalAddress, kind: Kind) -> tuple[Account, Event]:
    return invitation(
        address,
        kind,
        at=request.now(),
        event_id=request.portal.random(16).hex(),
        actor=request.known.address,
        request=request.portal.request_id,
    )


def _spelled(typed: str) -> CanonicalAddress | None:
    try:
        return canonical_address(typed)
    except InvalidAddress:
        return None


def _ids(spelled: Sequence[CanonicalAddress | None]) -> list[AccountId]:
    return [account_id(one) for one in dict.fromkeys(spelled) if one is not None]


def _result(
    request: Request, address: CanonicalAddress | None, there: dict[str, ListedAccount], seen: set[str]
) -> Result:
    if address is None:
        return Result.INVALID
    if address in seen:
        return Result.DUPLICATE
    seen.add(address)
    if not reaches(request.known, account_id(address)):
        return Result.OUTSIDE
    return Result.KNOWN if address in there and not _a_moment_ago(request, there[address]) else Result.INVITED


def _a_moment_ago(request: Request, known: ListedAccount) -> bool:
    """Whether a browser's button was pressed twice: whom the first press has invited is told as invited (WB-20)."""
    young = request.now() < known.created_at + REPEAT_SECONDS
    return young and known.is_in(INVITED) and not request.wants_json
