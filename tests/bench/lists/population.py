"""A portal of some size, row by row: who is in it, what happened, what was sent. The same each time it is made.

The rows are made by the store's own functions, so each lies in the indexes it lies in in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chalicelib.domain.accounts import Account, Kind, Policy, Status, TwoStep
from chalicelib.domain.addresses import CanonicalAddress, DomainName, account_id, domain_id
from chalicelib.domain.messages import Message
from chalicelib.storage.administration import policy_row
from chalicelib.storage.message_rows import message_row
from chalicelib.storage.rows import event_row
from tests.bench.lists.history import ADMINISTRATOR, DOMAIN, READER, event, person
from tests.fakes.held import full_account_row
from tests.fakes.samples import DAY, NOW

MIDDLE = "middle.example"  # a domain of a twentieth of the users
FEWEST_DOMAINS, FEWEST_MESSAGES = 60, 120
RARE = CanonicalAddress(f"wilhelmina.zweig@{DOMAIN}")  # whose surname nobody else has
# As long as they are in life: what is read and written is charged by the kilobyte.
HASH = "$argon2id$v=19$m=19456,t=2,p=1$" + "s" * 22 + "$" + "h" * 43
CLIENTS = tuple(f"{number}client00000"[:12] for number in range(3))
# Shorter than most: this engine ends an index's page at 1 MB of the table's rows, DynamoDB at 1 MB of the index's.
BODY = "sealed" * 50


class Size(NamedTuple):
    """How large a portal is."""

    users: int
    events: int

    @property
    def domains(self) -> int:
        """Besides the large one and the one in the middle; some of them have nobody."""
        return max(FEWEST_DOMAINS, self.users // 100)

    @property
    def messages(self) -> int:
        """All sent by one administrator, half of them to one reader."""
        return max(FEWEST_MESSAGES, self.users // 10)

    @property
    def in_the_middle(self) -> int:
        """Users of the domain of that name."""
        return self.users // 20


class Table(NamedTuple):
    """So many rows of a table; each is made from its number."""

    name: str
    rows: int
    row: Callable[[Size, int], dict[str, Any]]


def tables(size: Size) -> list[Table]:
    """All that a portal of this size holds; the longest last."""
    return [
        Table("domains", size.domains + 2, _domain),
        Table("accounts", size.users + size.in_the_middle + 2 * size.domains, _account),
        Table("messages", size.messages, _message),
        Table("events", size.events, lambda size, number: _item(event_row(event(size, number)))),
    ]


def rows(table: Table, size: Size, first: int, last: int) -> Iterator[dict[str, Any]]:
    """Some of them, as BatchWriteItem takes them."""
    return (table.row(size, number) for number in range(first, last))


def addresses(size: Size) -> list[str]:
    """Of the large domain's users, in the order of lists."""
    return sorted(address(size, number) for number in range(size.users))


def address(size: Size, number: int) -> CanonicalAddress:
    """The large domain's users first, then the others, of whom some domains have one, two or none."""
    if number == 7:
        return RARE
    if number < size.users:
        return person(number)
    beyond = number - size.users
    if beyond < size.in_the_middle:
        return CanonicalAddress(f"member{beyond}@{MIDDLE}")
    beyond -= size.in_the_middle
    # Every third of these has nobody, the one before it has theirs.
    domain = beyond // 2 - (beyond // 2 % 3 == 2)
    return CanonicalAddress(f"user{beyond}@{few(domain)}")


def few(number: int) -> str:
    """A domain of few."""
    return f"office{number:05}.example"


def _domain(_: Size, number: int) -> dict[str, Any]:
    name = (DOMAIN, MIDDLE)[number] if number < 2 else few(number - 2)
    return _item(policy_row(domain_id(DomainName(name)), Policy(name)))


def _account(size: Size, number: int) -> dict[str, Any]:
    who = address(size, number)
    came = number % 10 != 3 and number % 100 != 63
    return _item(
        full_account_row(
            Account(
                account_id(who),
                who,
                kind=_kind(number),
                status=_status(number),
                created_at=NOW - (400 + number % 300) * DAY,
                password_hash=HASH if came else None,
                password_changed_at=NOW - number % 400 * DAY if came else None,
                last_logon_at=NOW - number * 37 % 400 * DAY if came else None,
                two_step=TwoStep(seed="x" * 90 if came and number % 7 == 0 else None),
                clients=CLIENTS[: number % 4] if came else (),
            )
        )
    )


def _kind(number: int) -> Kind:
    if number % 500 == 21:
        return Kind.SUPPORT
    return Kind.ADMINISTRATOR if number % 1000 == 42 else Kind.RECIPIENT


def _status(number: int) -> Status:
    if number % 100 == 11:
        return Status.FROZEN
    return Status.DISABLED if number % 50 == 13 else Status.ACTIVE


def _message(size: Size, number: int) -> dict[str, Any]:
    to = READER if number % 2 else person(number)
    sent_at = NOW - (size.messages - number) * 60
    return _item(
        message_row(
            Message(
                account_id(to),
                message_name(number),
                ADMINISTRATOR,
                f"Your statement of account no. {number}",
                BODY,
                sent_at,
                int(NOW) + 30 * DAY,
                recipient=to,
                answers_to=account_id(ADMINISTRATOR),
            )
        )
    )


def message_name(number: int) -> str:
    """The ids sort by time."""
    return f"0{number:010x}-bench"


def _item(row: Any) -> dict[str, Any]:
    item: dict[str, Any] = row.serialize()
    return item
