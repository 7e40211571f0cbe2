"""What happened in a portal of some size, event by event: the newest has the highest number.

A twentieth each is one account's own, the acts of one administrator, and what a service sent; all else is of everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.alphabet import UNMISTAKABLE, grouped
from chalicelib.domain.events import NO_DETAILS, Event, EventKind, iso
from chalicelib.domain.refusals import Reason
from chalicelib.domain.services import actor_of
from tests.fakes.samples import DAY, NOW

if TYPE_CHECKING:
    from chalicelib.domain.details import Details
    from tests.bench.lists.population import Size

DOMAIN = "crowd.example"
READER = CanonicalAddress(f"reader@{DOMAIN}")  # whose own trail is long
ADMINISTRATOR = CanonicalAddress("desk@bench.example")  # who did much to others
SERVICE = actor_of("b2c3d4e5f6g7a2b3", "Billing")
SPAN = 90 * DAY
SHARES = 20
_FIRST = (
    "anna bernd clara david elena felix greta hanna ingo jana karl laura martin nora oskar paula quirin rosa "
    "stefan theresa ulrike viktor walter xenia yannick zoe andrea birgit carlos daniela emil franziska jonas "
    "katharina lukas maria michael sabine simon thomas"
)
_LAST = (
    "adler bauer lindqvist conrad dietrich engel fischer gruber huber jansen keller lehmann meyer neumann ott "
    "peters richter schmidt schneider thomsen ullrich vogel wagner weber winkler ziegler"
)
FIRST, LAST = _FIRST.split(), _LAST.split()
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
SOURCES = 1000  # networks; one in so many attempts is from each


def person(number: int) -> CanonicalAddress:
    """Somebody of the large domain: the names come round, and then have a number."""
    number, first = divmod(number, len(FIRST))
    number, last = divmod(number, len(LAST))
    return CanonicalAddress(f"{FIRST[first]}.{LAST[last]}{number or ''}@{DOMAIN}")


def event(size: Size, number: int) -> Event:
    """One of them."""
    share, turn = number % SHARES, number // SHARES
    who, kinds = _share(size, share, number)
    made = kinds[turn % len(kinds)](who, at(size, number), number)
    own = made.kind in _OF_THE_ACTOR
    return made._replace(account_id=account_id(ADMINISTRATOR)) if own else made


def _share(size: Size, share: int, number: int) -> tuple[CanonicalAddress, tuple[Maker, ...]]:
    who = person(number * 7919 % size.users)
    if share == 0:
        return READER, OWN
    if share in (1, 2):
        return who, (ACTS, SENDINGS)[share - 1]
    return who, EVERYDAY


def at(size: Size, number: int) -> float:
    """They lie evenly over the time there is, down to the last second."""
    return NOW - 1 - (size.events - 1 - number) * SPAN / size.events


def key(size: Size, number: int) -> str:
    """A position in the trail, whosever it is: what lies before it is older."""
    return f"{iso(at(size, number))}#~"


def reference(number: int) -> str:
    """What a person reads out; of each attempt another."""
    digits = (UNMISTAKABLE[number // 28**place % 28] for place in range(8))
    return grouped("".join(digits).upper(), 4)


def network(number: int) -> str:
    """Where an attempt comes from."""
    return f"10.{number % SOURCES // 250}.{number % 250}.0/24"


def _event(who: CanonicalAddress, kind: EventKind, when: float, number: int, **facts: Any) -> Event:
    request = f"{number:08x}-0000-4000-8000-000000000000"
    return Event(account_id(who), kind, when, f"{number:032x}", request=request, **facts)


Maker = Callable[[CanonicalAddress, float, int], Event]


def _at_door(kind: EventKind, told: Details, reason: Reason | None = None) -> Maker:
    def made(who: CanonicalAddress, when: float, number: int) -> Event:
        logon: Details = {"logon": f"{number:016x}"} if reason is None else {}
        facts = {"source": network(number // 3)[:-4] + "7", "user_agent": AGENT, "email": who}
        facts |= {"url": "https://portal.example/logon", "reference": reference(number), "language": "de"}
        return _event(who, kind, when, number, reason=reason, details={**told, **logon}, **facts)

    return made


def _own(kind: EventKind, told: Details = NO_DETAILS) -> Maker:
    def made(who: CanonicalAddress, when: float, number: int) -> Event:
        facts = {"source": network(number)[:-4] + "7", "user_agent": AGENT, "actor": who, "email": who}
        return _event(who, kind, when, number, details=told, **facts)

    return made


def _by(actor: str, kind: EventKind, told: Details) -> Maker:
    def made(who: CanonicalAddress, when: float, number: int) -> Event:
        facts = {"source": "192.0.2.7", "user_agent": AGENT, "actor": actor, "email": who}
        return _event(who, kind, when, number, details=told, **facts)

    return made


def _mailed(who: CanonicalAddress, when: float, number: int) -> Event:
    told: Details = {"about": "message_sent", "message_id": f"0100-{number:032x}", "mailed": account_id(who)}
    return _event(who, EventKind.MAIL_SENT, when, number, details=told)


_IN = _at_door(EventKind.LOGON_SUCCEEDED, {"next": "portal"})
_WRONG = _at_door(EventKind.LOGON_REFUSED, {"failures": 1}, Reason.WRONG_PASSWORD)
_LOCKED = _at_door(EventKind.LOGON_REFUSED, {"failures": 5, "locks": True}, Reason.WRONG_PASSWORD)
_HALF = _at_door(EventKind.LOGON_HALF_DONE, {"next": "enter_code"})
_READ = _own(EventKind.MESSAGE_READ, {"message": "0100-bench"})
_OFF, _CHANGED = _own(EventKind.LOGGED_OFF), _own(EventKind.PASSWORD_CHANGED)
_OF_THE_ACTOR = {EventKind.TRAIL_READ, EventKind.USERS_READ}
OWN: tuple[Maker, ...] = (_WRONG, _READ, _LOCKED, _OFF, _IN, _READ, _WRONG, _READ)
ACTS: tuple[Maker, ...] = (
    _by(ADMINISTRATOR, EventKind.ACCOUNT_INVITED, {"actor_kind": "administrator", "kind": "recipient"}),
    _by(ADMINISTRATOR, EventKind.ACCOUNT_UNLOCKED, {"actor_kind": "administrator", "reason": "rang up"}),
    _by(ADMINISTRATOR, EventKind.SESSIONS_REVOKED, {"actor_kind": "administrator", "count": 1}),
    _by(ADMINISTRATOR, EventKind.TRAIL_READ, {"events_of": READER}),
    _by(ADMINISTRATOR, EventKind.USERS_READ, {"users": {"domain": DOMAIN, "q": ""}}),
)
SENDINGS: tuple[Maker, ...] = (
    _by(SERVICE, EventKind.MESSAGE_SENT, {"message": "0100-bench", "expires_at": NOW + 30 * DAY}),
)
EVERYDAY: tuple[Maker, ...] = (
    *(_IN, _IN, _READ, _mailed, _WRONG, _IN, _OFF, _HALF, _READ),
    *(_mailed, _IN, _WRONG, _IN, _CHANGED, _mailed, _IN, _LOCKED),
)
