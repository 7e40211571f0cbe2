"""People of the portal with everything they hold: password, temporary password, links, an authenticator."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from pyotp import TOTP

from chalicelib.domain.accounts import Account, TwoStep
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.sealing import Sealer
from chalicelib.domain.temporary import make_temporary, parse_temporary
from chalicelib.domain.tokens import Token, digest, new_token
from chalicelib.domain.two_step import new_recovery_codes, new_seed, recovery_digest
from chalicelib.flows.codes import seal_seed
from chalicelib.portal import Portal
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, a_link, a_temporary, an_account, number

PASSWORD = "violet umbrella seven rivers"
NEW_PASSWORD = "copper lantern under the bridge"


@dataclass(frozen=True)
class Resident:
    """A person with an account; `seed` and `recovery` where 2-step is on."""

    portal: Portal
    account: Account
    seed: str = ""
    recovery: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return self.account.address

    def code(self, steps: int = 0) -> str:
        """What the authenticator shows, now or so many steps later."""
        return TOTP(self.seed).at(int(self.portal.clock()) + 30 * steps)

    def temporary(self, **facts: Any) -> str:
        """A temporary password as the mail carries it."""
        text = make_temporary(os.urandom(32))
        parsed = parse_temporary(text)
        assert parsed
        row = a_temporary(self.account, parsed.name, password_hash=self.portal.hasher.hash(text))
        plant(self.portal.store, row._replace(**{"valid_until": self.portal.clock() + 3600, **facts}))
        return text

    def link(self, purpose: Purpose = Purpose.RESET, **facts: Any) -> Token:
        """A link's token."""
        token = new_token(os.urandom)
        row = a_link(self.account, purpose, key=link_key(purpose, digest(token)))
        plant(self.portal.store, row._replace(**{"valid_until": self.portal.clock() + 3600, **facts}))
        return token

    def message(self, body: str = "the body") -> str:
        """A message that waits; its id."""
        now, name = self.portal.clock(), f"0{number():010x}-test"
        bare = Message(self.account.id, name, "sender@senders.test", "Subject", "", now, now + DAY)
        sealed = Sealer(self.portal.keyring, os.urandom).seal(
            body.encode(), "message-body", bare.associated()
        )
        plant(self.portal.store, bare._replace(sealed_body=sealed))
        return name


def a_resident(portal: Portal, **facts: Any) -> Resident:
    """Somebody with the usual password, unless `facts` say otherwise."""
    account = an_account(**{"password_hash": portal.hasher.hash(PASSWORD), **facts})
    plant(portal.store, account)
    return Resident(portal, account)


def a_resident_with_two_step(portal: Portal, **facts: Any) -> Resident:
    """The same with an authenticator and ten recovery codes."""
    seed, codes = new_seed(os.urandom), new_recovery_codes(os.urandom)
    bare = an_account(**{"password_hash": portal.hasher.hash(PASSWORD), **facts})
    digests = tuple(found for code in codes if (found := recovery_digest(code)))
    account = bare._replace(two_step=TwoStep(seed=seal_seed(portal, bare.id, seed), recovery=digests))
    plant(portal.store, account)
    return Resident(portal, account, seed, codes)
