"""What the acts of the ports find, and what they are handed.

Apart from the ports, which are for reading and for the type checker: no function needs to load those.
"""

from typing import NamedTuple

from chalicelib.domain.accounts import Account, Policy
from chalicelib.domain.brand import Brand
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session


class Admission(NamedTuple):
    """What the first trip of a logon found: the domain's policy, the temporary password typed.

    `counter` is the source's, which a refusal adds to.
    """

    counter: str
    policy: Policy | None
    temporary: Reset | None


class Standing(NamedTuple):
    """What the authorizer's one trip found."""

    portal: Policy | None
    session: Session | None = None
    account: Account | None = None
    domain: Policy | None = None


class NewPassword(NamedTuple):
    """A hash to store, and when."""

    password_hash: str
    at: float


class Due(NamedTuple):
    """The account an event is about, whether its mail was already sent, and the brand of whoever it comes from."""

    account: Account | None
    sent: bool
    brand: Brand | None = None


class Preferences(NamedTuple):
    """What a person chose for pages and mails. None: as the browser of the moment asks."""

    language: str | None
    time_zone: str | None
