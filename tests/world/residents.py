"""People with everything they hold, planted behind the portal's back: temporary password, links, an authenticator."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from pyotp import TOTP

from chalicelib.domain.accounts import Account, TwoStep
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.temporary import make_temporary, parse_temporary
from chalicelib.domain.tokens import Token, digest, new_token
from chalicelib.domain.two_step import new_recovery_codes, new_seed, recovery_digest
from chalicelib.flows.codes import seal_seed
from tests.fakes.planting import plant
from tests.fakes.samples import a_link, a_temporary
from tests.world.world import World


@dataclass(frozen=True)
class Resident:
    """A person with an account; `seed` and `recovery` where 2-step is on."""

    world: World
    account: Account
    seed: str = ""
    recovery: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return self.account.address

    def code(self, steps: int = 0) -> str:
        """What the authenticator shows, now or so many steps later."""
        return TOTP(self.seed).at(int(self.world.clock()) + 30 * steps)

    def temporary(self, **facts: Any) -> str:
        """A temporary password as the mail carries it."""
        text = make_temporary(os.urandom(32))
        parsed = parse_temporary(text)
        assert parsed
        row = a_temporary(self.account, parsed.name, password_hash=self.world.hasher.hash(text))
        plant(self.world.store, row._replace(**{"valid_until": self.world.clock() + 3600, **facts}))
        return text

    def link(self, purpose: Purpose = Purpose.RESET, **facts: Any) -> Token:
        """A link's token."""
        token = new_token(os.urandom)
        row = a_link(self.account, purpose, key=link_key(purpose, digest(token)))
        plant(self.world.store, row._replace(**{"valid_until": self.world.clock() + 3600, **facts}))
        return token


def a_resident(world: World, **facts: Any) -> Resident:
    """Somebody with the usual password, unless `facts` say otherwise."""
    return Resident(world, world.person(**facts))


def a_resident_with_two_step(world: World, **facts: Any) -> Resident:
    """The same with an authenticator and ten recovery codes."""
    account, seed, codes = world.person(**facts), new_seed(os.urandom), new_recovery_codes(os.urandom)
    digests = tuple(found for code in codes if (found := recovery_digest(code)))
    account = account._replace(
        two_step=TwoStep(seed=seal_seed(world.portal, account.id, seed), recovery=digests)
    )
    plant(world.store, account)
    return Resident(world, account, seed, codes)
