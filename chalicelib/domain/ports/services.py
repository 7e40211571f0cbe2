"""Sending systems and their keys."""

from typing import Protocol

from chalicelib.domain.accounts import Policy
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.services import HeldKey, Service


class ServiceActs(Protocol):
    """Sending systems. Of a change False where something changed meanwhile, and nothing was written.

    Each change raises OVERTAKEN, with what was `done`, where the actor's form has done this a moment ago (WB-20).
    """

    def standing(self, service: str | None) -> tuple[Policy | None, Service | None]:
        """The portal's policy and the service, in one trip; the policy alone where no service is named."""

    def touch(self, seen: Service, key: HeldKey, now: float) -> None:
        """Write when one of its two keys was last used, unless it was written or moved meanwhile."""

    def every(self) -> list[Service]:
        """All there are, by name."""

    def find(self, service: str) -> Service | None:
        """One of them."""

    def make(self, actor: Actor, service: Service, event: Event) -> bool:
        """Store a new one."""

    def rotate(self, actor: Actor, seen: Service, key: HeldKey, event: Event, handle: str = "") -> bool:
        """Put a new key in the place of the older one, if the newest is still that of this handle, or any for ""."""

    def revoke(self, actor: Actor, seen: Service, event: Event) -> bool:
        """End both of its keys for good."""
