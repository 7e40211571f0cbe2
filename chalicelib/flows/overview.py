"""What needs attention, each line with the way to it, and the last days in numbers. May not know how they are shown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import AccountId, synthetic
from chalicelib.domain.dual_control import WAITS_SECONDS
from chalicelib.domain.events import NOTEWORTHY, Event, EventKind, iso
from chalicelib.domain.mails import hour
from chalicelib.domain.overview import Day, Standing, counted, frozen, last_days, months, unusual
from chalicelib.domain.reach import reaches
from chalicelib.flows.targets import user_path
from chalicelib.web.request import Request

TAIL = 1000  # attempts of a day that the sweep has not counted yet; where there are more, the numbers are "at least"
MOST = 100  # of a kind that are looked at
MOST_OF_ALL = 1000  # where most of them may be of domains that the reader does not look after
WAITING = 1000  # mails of an hour that are looked at
NAMED = 5
CONTAINED_SECONDS = 7 * 86400
HOUR = 3600
NO_MAIL = frozenset({EventKind.MAIL_BOUNCED, EventKind.MAIL_COMPLAINED})


class Line(NamedTuple):
    """Something that needs attention: how often, whom it is about, and where to look into it."""

    kind: str
    users: Sequence[str]
    path: str
    more: bool = False
    number: int = 0

    def facts(self) -> dict[str, object]:
        """As the contract has it."""
        return {
            "kind": self.kind,
            "count": self.number or len(self.users),
            "more": self.more,
            "users": list(self.users[:NAMED]),
            "url": self.path,
        }


def days_counted(request: Request) -> tuple[list[Day], list[Day]]:
    """The last days: what the sweep has counted, and behind it what it has not. And those not read to their end."""
    acts, until = request.store.overview, iso(request.now() + HOUR)
    days = acts.days(last_days(request.now()))
    open_ = [one for one in days if not one.whole]
    stretches = dict(zip((one.day for one in open_), acts.behind(open_, until, TAIL), strict=True))
    told = [counted(one, stretches[one.day].events) if one.day in stretches else one for one in days]
    return told, [one for one in told if one.day in stretches and stretches[one.day].before is not None]


def attention(request: Request, days: Sequence[Day]) -> list[Line]:
    """Every line, the most urgent first."""
    acts, now = request.store.overview, request.now()
    # Attack: one customer has a hundred people invited, and what happened to another's is pushed out of their sight.
    most = MOST if request.known.domains is None else MOST_OF_ALL
    recent = acts.recent(sorted(NOTEWORTHY), months(now), most)
    frozen_ids, staff = acts.closed(most)
    staff = staff if request.known.domains is None else []
    waiting = acts.waiting([hour(now - back * HOUR) for back in (1, 0)], WAITING)
    locked = [one for day in days[-2:] for one in day.locked]
    asked = [*locked, *frozen_ids, *staff, *waiting, *(event.account_id for event in recent)]
    # The canary is no person: it needs nobody's attention here, and nobody is to learn its address (ADR 43).
    within = [one for one in asked if not synthetic(one) and reaches(request.known, one)]
    known = acts.standing(within, now)
    lines = [
        *_of_accounts(request, recent, known, locked),
        _many(
            "frozen",
            [known[one] for one in frozen_ids if one in known and frozen(known[one])],
            "status=frozen",
        ),
        _line("mails_waiting", _found(known, waiting)),
        *_of_staff(request, [known[one] for one in staff if one in known]),
    ]
    if request.known.domains is None and unusual(days):
        path = f"/admin/attempts?{urlencode({'outcome': 'refused', 'from': days[-1].day})}"
        lines.append(Line("refusals_unusual", (), path, number=days[-1].refused))
    return [one for one in lines if one is not None and (one.users or one.number)]


def _of_accounts(
    request: Request,
    recent: Sequence[Event],
    known: Mapping[AccountId, Standing],
    locked: Sequence[AccountId],
) -> Iterator[Line | None]:
    now, settings = request.now(), request.settings

    def of(kinds: frozenset[EventKind], after: float = 0, before: float = now + HOUR) -> list[Standing]:
        ids = [one.account_id for one in recent if one.kind in kinds and after <= one.at < before]
        return _found(known, ids)

    yield _line("locked", [one for one in _found(known, locked) if one.locked])
    seconds = [one for one in recent if one.kind is EventKind.SECOND_ASKED and one.at > now - WAITS_SECONDS]
    yield _line("second_awaited", _found(known, [one.account_id for one in seconds if _waits(one, known)]))
    yield _line("contained", of(frozenset({EventKind.ACCOUNT_CONTAINED}), after=now - CONTAINED_SECONDS))
    yield _line("undeliverable", [one for one in of(NO_MAIL) if one.undeliverable])
    asked = [one.account_id for one in recent if one.kind is EventKind.ERASURE_ASKED and one.erased is None]
    yield _line("erasure_asked", [one for one in _found(known, asked) if one.status != Status.ERASED])
    invited, over = frozenset({EventKind.ACCOUNT_INVITED}), now - settings.first_password_lifetime
    alive = {one.id for one in of(invited, after=over)}  # invited again since
    waited = [one for one in of(invited, before=over) if one.id not in alive and not one.came]
    yield _many("invitations_expired", [one for one in waited if one.status == "active"], "status=invited")
    yield _line("resets_held", _held(recent, known))


def _held(recent: Sequence[Event], known: Mapping[AccountId, Standing]) -> list[Standing]:
    """Those that no administrator has let on since: whatever they do about it moves the epoch."""
    asked = {one.account_id: one.at for one in reversed(recent) if one.kind is EventKind.RESET_HELD}
    return [
        one for one in _found(known, list(asked)) if one.epoch <= asked[one.id] and one.status == "active"
    ]


def _waits(asked: Event, known: Mapping[AccountId, Standing]) -> bool:
    """Whether the account is what it was then: done, or moved on otherwise, nothing waits."""
    standing, epochs = known.get(asked.account_id), asked.told["epochs"] or (-1,)
    return standing is not None and standing.epoch == epochs[0]


def _of_staff(request: Request, staff: Sequence[Standing]) -> Iterator[Line | None]:
    active = [one for one in staff if one.status == "active" and one.came]
    yield _line("few_recovery_codes", [one for one in active if one.few_codes])
    if [one.id for one in active] == [request.known.account_id]:
        yield Line("only_administrator", (request.known.address,), "/admin/users?kind=administrator")


def _found(known: Mapping[AccountId, Standing], ids: Sequence[AccountId]) -> list[Standing]:
    return [known[one] for one in dict.fromkeys(ids) if one in known]


def _line(kind: str, accounts: Sequence[Standing]) -> Line | None:
    """The way leads to the first of them; the others are named beside it."""
    users = [one.address for one in accounts]
    return Line(kind, users, user_path(users[0]), len(users) >= MOST) if users else None


def _many(kind: str, accounts: Sequence[Standing], asked: str) -> Line:
    """The way leads to the list of all of them."""
    return Line(kind, [one.address for one in accounts], f"/admin/users?{asked}", len(accounts) >= MOST)
