"""What the acts of the console's ports find, and what they are handed."""

from typing import NamedTuple

from chalicelib.domain.accounts import Policy
from chalicelib.domain.addresses import DomainId
from chalicelib.domain.brand import Brand


class Listed(NamedTuple):
    """One line of a list of users."""

    address: str
    kind: str
    status: str


class PolicyChange(NamedTuple):
    """A policy as it shall be, with the one it was read as; `old` None where there was none."""

    key: str
    old: Policy | None
    new: Policy


class BrandChange(NamedTuple):
    """A domain's brand as it shall be, with the one it was read as; `old` None where there was none."""

    domain: DomainId
    old: Brand | None
    new: Brand
