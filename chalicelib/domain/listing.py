"""Lists of users: which are wanted, and what of each a list shows. No secret is in any of it."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import SIMULATOR
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset

INVITED = "invited"  # active, and nobody has come yet
WITHDRAWN = "withdrawn"  # nobody has come, and nobody can
STANDINGS = {INVITED: Status.ACTIVE, WITHDRAWN: Status.DISABLED}  # of whoever never came, by their status


class ListedAccount(NamedTuple):
    """One line of a list of users. `invited_at` is None for whoever has chosen a password, and so been here."""

    address: str
    kind: str
    status: str
    invited_at: float | None = None
    two_step: bool = False
    last_logon_at: float | None = None
    created_at: float = 0

    @property
    def last_sign_at(self) -> float:
        """When somebody last logged on, or else when it was made."""
        return self.created_at if self.last_logon_at is None else self.last_logon_at

    def is_in(self, standing: str) -> bool:
        """Whether it is `invited` or `withdrawn`, and so never came, or has this status (AD-11)."""
        if standing in STANDINGS:
            return self.status == STANDINGS[standing] and self.invited_at is not None
        return self.status == standing


class Wanted(NamedTuple):
    """Which users a list has: of a domain or of all, by part of address, standing, kind and whether 2-step is on.

    `idle_since`: nobody has logged on since this instant, nor was it made since. A field left at "" or None asks for
    nothing. `within`: where no domain is asked for, those that the reader looks after; None: all.
    """

    domain: str = ""
    part: str = ""
    standing: str = ""
    kind: str = ""
    two_step: bool | None = None
    idle_since: float | None = None
    within: tuple[str, ...] | None = None

    @property
    def domains(self) -> tuple[str, ...] | None:
        """The domains that a user must be of one of; None: of any."""
        return (self.domain,) if self.domain else self.within

    @property
    def filters(self) -> bool:
        """Whether rows are looked at that are not in the list."""
        return bool(self.part or self.standing or self.kind) or self.by_status

    @property
    def by_status(self) -> bool:
        """Whether it asks for what the index of all users alone has."""
        return self.two_step is not None or self.idle_since is not None

    def has(self, status: Status) -> bool:
        """Whether somebody of this status can be in the list."""
        return self.standing in ("", status) or STANDINGS.get(self.standing) is status

    def fits(self, line: ListedAccount) -> bool:
        """Whether a line is in the list; of an account that is no person's, where its domain is asked for (ADR 43)."""
        domain = line.address.partition("@")[2]
        return (
            self.part in line.address
            and (domain != SIMULATOR if self.domains is None else domain in self.domains)
            and (not self.standing or line.is_in(self.standing))
            and self.kind in ("", line.kind)
            and self.two_step in (None, line.two_step)
            and (self.idle_since is None or line.last_sign_at < self.idle_since)
        )


class Found(NamedTuple):
    """A page of a list of users, and the address to go on from; None where there are no more."""

    users: Sequence[ListedAccount]
    further: str | None


class CameTo(NamedTuple):
    """What came to an account: what was mailed to it, and the newest messages and replies, without what they say."""

    mailed: list[Reset]
    messages: list[Message]
    replies: list[Message]
