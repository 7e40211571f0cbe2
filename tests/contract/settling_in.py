"""The portal that the contract is tried at: who lives there, and what each of them holds."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from chalicelib.domain.accounts import Account, Kind, Policy, TwoStep
from chalicelib.domain.addresses import account_id, canonical_address, domain_of
from chalicelib.domain.tokens import digest, new_token, session_token
from tests.docs.examples import ANN
from tests.fakes.planting import plant
from tests.fakes.samples import a_session
from tests.journeys.town import Town

SESSIONS = 400


@dataclass(frozen=True)
class Fuzzer:
    """Somebody in whose name anything is sent, and what of it is left out because it would end the run."""

    who: str
    kind: Kind | None
    leaves_out: tuple[str, ...] = ()


FUZZERS = (
    Fuzzer("nobody", None),
    Fuzzer("recipient", Kind.RECIPIENT),
    Fuzzer("support", Kind.SUPPORT),
    # Confirmed, it shuts everybody out, its own sessions too; the wire's tests ask it with ranges that hold.
    Fuzzer("administrator", Kind.ADMINISTRATOR, ("admin_ip_ranges.save_portal",)),
)


def person(town: Town, address: str, kind: Kind) -> Account:
    """Who is there with a whole session; no password of an example is theirs, which would end all of them."""
    canonical, now = canonical_address(address), time.time()
    stored = town.hasher.hash("a password of no example at all")
    account = Account(
        account_id(canonical),
        canonical,
        kind=kind,
        password_hash=stored,
        password_changed_at=now,
        created_at=now,
    )
    on = TwoStep(seed="of no authenticator") if kind is not Kind.RECIPIENT else TwoStep()
    account = account._replace(two_step=on)
    plant(town.store, account, Policy(domain_of(canonical)))
    return account


def tokens(town: Town, account: Account) -> list[str]:
    """Sessions that began just now, whose password was typed just now."""
    made = []
    for _ in range(SESSIONS):
        secret, now = new_token(os.urandom), time.time()
        session = a_session(
            account,
            digest=digest(secret),
            code_entered=True,
            started_at=now,
            last_seen_at=now,
            reauthenticated_at=now,
            expires_at=int(now) + 7200,
        )
        plant(town.store, session)
        made.append(session_token(account.id, secret))
    return made


def inhabit(town: Town) -> dict[str, list[str]]:
    """Ann of the examples, with a message; and each fuzzer's sessions."""
    person(town, ANN, Kind.RECIPIENT)
    town.sends(ANN)
    held = {}
    for one in FUZZERS:
        account = person(town, f"{one.who}@portal.example", one.kind) if one.kind else None
        held[one.who] = tokens(town, account) if account else []
    return held
