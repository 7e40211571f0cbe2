"""Every list of the console and of a person, at its beginning, in its middle and at its end; and every search.

`most` is how many trips docs/architecture.md allows ("Acts and their trips"), however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from chalicelib.domain.trail import opaque
from tests.bench.lists.history import ADMINISTRATOR, DOMAIN, READER, key, network, person, reference
from tests.bench.lists.population import RARE, Size, addresses, few, message_name

NOBODY = "nobody-has-this"
NOWHERE = "203.0.113.0/24"
SERVICE = "smp_b2c3d4e5f6g7a2b3"
AN_ATTEMPT = 5  # the number of an event that is one
DESK, OWNER = "desk", "owner"  # who asks: an administrator, or the account with the long trail
READS, LOOKS, SEARCH = 4, 6, 5  # of a page of changes or acts; of attempts; of a search for users


class Asked(NamedTuple):
    """One request; `step` is the function that answers it."""

    title: str
    step: str
    path: str
    most: int
    who: str = DESK
    body: dict[str, object] | None = None


HOME = Asked("the console's home", "admin_overview", "/admin/overview", 6)


class Places(NamedTuple):
    """Where the pages of a list begin that are asked for, as its query says it."""

    name: str
    middle: str
    last: str

    def of(self, asked: Asked) -> Iterator[Asked]:
        """The first page, one in the middle and the last."""
        yield asked._replace(title=f"{asked.title}: first page")
        for where, position in (("middle", self.middle), ("last page", self.last)):
            on = "&" if "?" in asked.path else "?"
            path = f"{asked.path}{on}{urlencode({self.name: position})}"
            yield asked._replace(title=f"{asked.title}: {where}", path=path)


def every(size: Size) -> list[Asked]:
    """All of them, for a portal of this size."""
    return [*_users(size), *_domains(size), *_attempts(size), *_events(size), *_messages(size), *_others()]


def _users(size: Size) -> Iterator[Asked]:
    names = addresses(size)
    places = Places("after", names[len(names) // 2], names[-20])
    users = Asked("users of a domain", "admin_users", f"/admin/users?domain={DOMAIN}", 2)
    every_domain = Asked("users of all domains", "admin_users", "/admin/users", 2)
    yield from places.of(users)
    yield users._replace(title="users of a domain, from the end", path=f"{users.path}&sort=-address")
    yield from places.of(every_domain)
    for title, query in _SEARCHES:
        yield Asked(f"users {title}", "admin_users", f"/admin/users?{query}", SEARCH)
    yield Asked("a whole address", "admin_users", f"/admin/users?q={RARE}", 1)
    file = "/admin/users/export?format=csv"
    yield from places.of(Asked("users as a file", "admin_users", f"{file}&domain={DOMAIN}", 2))
    yield Asked("users as a file, of a search", "admin_users", f"{file}&q=lindqvist", SEARCH)


_SEARCHES = (
    ("by a surname that many have, in a domain", f"domain={DOMAIN}&q=lindqvist"),
    ("by a surname that one has, in a domain", f"domain={DOMAIN}&q=zweig"),
    ("by a part that nobody has, in a domain", f"domain={DOMAIN}&q={NOBODY}"),
    ("by a surname that one has, everywhere", "q=zweig"),
    ("by a part that nobody has, everywhere", f"q={NOBODY}"),
    ("by status: frozen", "status=frozen"),
    ("by status: disabled, in a domain", f"status=disabled&domain={DOMAIN}"),
    ("by status: invited", "status=invited"),
    ("by kind: administrator", "kind=administrator"),
    ("by kind: support, in a domain", f"kind=support&domain={DOMAIN}"),
    ("by 2-step: on", "two_step=true"),
    ("by 2-step: off, in a domain", f"two_step=false&domain={DOMAIN}"),
    ("idle for 180 days", "idle_days=180"),
    ("by all of it", f"domain={DOMAIN}&q=zweig&status=active&kind=recipient&two_step=false&idle_days=1"),
)


def _domains(size: Size) -> Iterator[Asked]:
    places = Places("after", few(size.domains // 2), few(size.domains - 10))
    yield from places.of(Asked("domains", "admin_domains", "/admin/domains", 1))
    yield Asked("domains by how they begin", "admin_domains", "/admin/domains?q=office0003", 1)


def _in_trail(size: Size) -> Places:
    return Places("before", *(str(opaque(key(size, number))) for number in (size.events // 2, 400)))


def _attempts(size: Size) -> Iterator[Asked]:
    places, most = _in_trail(size), 1 + LOOKS

    def asked(title: str, query: str = "", most: int = most) -> Asked:
        path = f"/admin/attempts?{query}" if query else "/admin/attempts"
        return Asked(f"attempts {title}", "admin_attempts", path, most)

    yield from places.of(asked("of everybody"))
    yield asked("of a network", f"network={network(7)}")
    yield asked("of a network that there is not", f"network={NOWHERE}")
    yield asked("by outcome", "outcome=refused")
    yield asked("by a reason that there is not", "reason=no_such_reason")
    yield from places.of(asked("of an address", f"email={READER}"))
    yield asked("of an address, by a reason that there is not", f"email={READER}&reason=no_such_reason")
    yield asked("of an address that nobody has", "email=stranger@elsewhere.example")
    yield asked("by reference", f"reference={reference(AN_ATTEMPT)}", 2)
    file = "/admin/attempts/export?format=jsonl"
    yield from places.of(Asked("attempts as a file", "admin_attempts", file, LOOKS))
    yield Asked("attempts as a file, of a network", "admin_attempts", f"{file}&network={NOWHERE}", LOOKS)


def _events(size: Size) -> Iterator[Asked]:
    for title, query, reads in (
        ("events of an account", f"email={READER}", 1),
        ("changes of an account", f"email={READER}&changes=true", READS),
        ("acts of an administrator", f"actor={ADMINISTRATOR}", READS),
    ):
        yield from _in_trail(size).of(Asked(title, "admin_events", f"/admin/events?{query}", 1 + reads))
        path = f"/admin/events/export?format=csv&{query}"
        yield from _in_trail(size).of(Asked(f"{title} as a file", "admin_events", path, reads))
    for title, query in (
        ("acts of an administrator that changed something", f"actor={ADMINISTRATOR}&changes=true"),
        ("acts of an administrator on one account", f"actor={ADMINISTRATOR}&email={person(3)}"),
        ("acts of a service", f"actor={SERVICE}"),
    ):
        yield Asked(title, "admin_events", f"/admin/events?{query}", 1 + READS)
    yield Asked("page of a user", "admin_user", f"/admin/users/{READER}", 4)
    yield from _in_trail(size).of(Asked("own activity", "account_activity", "/account/activity", 1, OWNER))
    yield Asked("own data as a file", "account_export", "/account/export", 5, OWNER)


def _messages(size: Size) -> Iterator[Asked]:
    ids = [message_name(number) for number in (size.messages // 2, 40)]
    own = Asked("messages", "messages", "/messages", 1, OWNER)
    yield from Places("before", *ids).of(own)
    for title, query, most in (
        ("by subject", "q=no.+9", 1),
        ("that there are not", f"q={NOBODY}", 1),
        ("with unread ones first", "sort=unread", 2),
    ):
        yield own._replace(title=f"messages {title}", path=f"/messages?{query}", most=most)
    of_user = Asked("messages of a user", "admin_user", f"/admin/users/{READER}/messages", 2)
    yield from Places("before", *ids).of(of_user)
    yield from Places("before", *ids).of(Asked("messages sent", "admin_messages", "/admin/messages", 2))


def _others() -> Sequence[Asked]:
    ranges: dict[str, object] = {"ranges": ["10.0.0.0/8"]}
    return (
        Asked("dry run of a domain's ranges", "admin_ip_ranges", _DRY_RUN, 1, body=ranges),
        HOME,
    )


_DRY_RUN = f"/admin/domains/{DOMAIN}/ip-ranges/dry-run"
