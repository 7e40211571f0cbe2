"""The model: what a request is entitled to, judged from its credentials and the tables, by rules written anew.

It knows nothing of steps and guards: a credential is right, alive and of the account, or it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyotp

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import AccountId, InvalidAddress, account_id, canonical_address
from chalicelib.domain.resets import Purpose, Reset, link_key, temporary_key
from chalicelib.domain.sessions import Credential, Session
from chalicelib.domain.temporary import parse_temporary
from chalicelib.domain.tokens import digest, parse_token, split_session_token
from chalicelib.domain.two_step import recovery_digest
from infra.contract import Operation
from tests.world.world import World

NOBODY: frozenset[AccountId] = frozenset()
DESK = {
    "admin_users.show",
    "admin_user.show",
    "admin_user.show_messages",
    "admin_domains.show",
    "admin_overview.show",
    "admin_attempts.show",
    "admin_attempts.export",
    "admin_users.export",
    "admin_events.show",
    "admin_events.export",
}
UNHURRIED = {"admin_messages", "admin_user", "admin_attempts", "admin_events"}


@dataclass(frozen=True)
class Asked:
    """One request: what is asked, with which session, which body, which link in the cookie, about whom."""

    operation: Operation
    token: str | None
    body: dict[str, Any]
    cookie: str | None
    about: AccountId | None


@dataclass
class Model:
    """What everybody holds. Seeds are known here because the portal shows them once."""

    world: World
    seeds: dict[AccountId, str] = field(default_factory=dict)
    proposed: dict[AccountId, str] = field(default_factory=dict)
    proposed_in: dict[AccountId, str] = field(default_factory=dict)

    @property
    def now(self) -> float:
        return self.world.clock()

    def account(self, who: AccountId) -> Account:
        return self.world.fake.tables.accounts[who]

    def may_set_password(self, asked: Asked) -> frozenset[AccountId]:
        """Whose password hash this request may change."""
        name, session = asked.operation.operation_id, self.session(asked.token)
        if name in {"password_reset.submit", "not_me.submit"}:
            purpose = Purpose.RESET if name.startswith("password") else Purpose.NOT_ME
            return self._by_link(purpose, asked)
        if name == "password_change.submit" and session:
            stage = self.stage(session)
            right = self._password(session.account_id, asked.body.get("current_password"))
            allowed = stage == "change" or (stage == "portal" and right)
            return frozenset({session.account_id}) if allowed else NOBODY
        if asked.operation.step in {"admin_password", "admin_contain"} and self.may_administer(asked):
            return frozenset({asked.about}) if asked.about else NOBODY
        return NOBODY

    def may_open(self, asked: Asked) -> frozenset[AccountId]:
        """Whose session this request may open, or lift to another stage."""
        name, session, body = asked.operation.operation_id, self.session(asked.token), asked.body
        if name == "logon.submit":
            return self._by_logon(body)
        if session is None:
            return NOBODY
        who, stage = session.account_id, self.stage(session)
        coded = self._code(who, body.get("code"))
        allowed = {
            "logon_code.submit": stage == "code" and coded,
            "password_change.submit": who in self.may_set_password(asked),
            "account_two_step.confirm": stage in {"enrol", "portal"}
            and self.now < session.reauthenticated_at + 600
            and self._proposed(session, body.get("code")),
            **dict.fromkeys(
                ("account_two_step.remove", "account_two_step.renew", "account_two_step.move"),
                stage == "portal" and coded and self._password(who, body.get("password")),
            ),
            "reauthenticate.submit": stage in {"enrol", "portal"}
            and self._password(who, body.get("password"))
            and (coded or not self.account(who).two_step.active),
        }
        return frozenset({who}) if allowed.get(name) else NOBODY

    def may_administer(self, asked: Asked) -> bool:
        """Whether the console may answer this at all."""
        session = self.session(asked.token)
        if session is None or self.stage(session) != "portal" or not session.code_entered:
            return False
        kind, operation = self.account(session.account_id).kind, asked.operation
        if operation.operation_id in DESK:
            return kind in {Kind.ADMINISTRATOR, Kind.SUPPORT}
        unhurried = (
            operation.method == "GET" or operation.step in UNHURRIED or operation.path.endswith("dry-run")
        )
        fresh = unhurried or self.now < session.reauthenticated_at + 600
        return kind is Kind.ADMINISTRATOR and fresh

    def session(self, token: str | None) -> Session | None:
        """The session of a token, if it is alive."""
        who = split_session_token(token) if token else None
        found = self.world.fake.tables.sessions.get(who) if who else None
        if found is None or not self._alive(found):
            return None
        return found

    def stage(self, session: Session) -> str:
        """What is due before anything else."""
        account = self.account(session.account_id)
        if account.two_step.active and not session.code_entered:
            return "code"
        if session.opened_with is Credential.TEMPORARY or account.must_change_password:
            return "change"
        required = account.two_step_required or account.kind is not Kind.RECIPIENT
        return "enrol" if required and not account.two_step.active else "portal"

    def _alive(self, session: Session) -> bool:
        account = self.account(session.account_id)
        in_time = self.now < session.expires_at and self.now < session.last_seen_at + 1800
        count = account.session_serial if session.whole else account.half_done(known=session.known)
        kept = session.serial > count - 10
        return account.status is Status.ACTIVE and account.epoch == session.epoch and in_time and kept

    def _by_link(self, purpose: Purpose, asked: Asked) -> frozenset[AccountId]:
        tables = self.world.fake.tables
        for text in (asked.body.get("token"), asked.cookie):
            token = parse_token(text)
            row = tables.resets.get(link_key(purpose, digest(token))) if token else None
            if row and self._live(row):
                return frozenset({row.account_id})
        return NOBODY

    def _by_logon(self, body: dict[str, Any]) -> frozenset[AccountId]:
        email = body.get("email")
        if not isinstance(email, str):
            return NOBODY
        try:
            who = account_id(canonical_address(email))
        except InvalidAddress:
            return NOBODY
        account = self.world.fake.tables.accounts.get(who)
        if account is None or account.status is not Status.ACTIVE or self.now < account.locked_until:
            return NOBODY
        typed = body.get("password")
        right = self._password(who, typed) or self._temporary(who, typed)
        return frozenset({who}) if right else NOBODY

    def _live(self, row: Reset) -> bool:
        account = self.account(row.account_id)
        unspent = row.spent_at is None and self.now < row.valid_until
        current = row.epoch == account.epoch or self._of_a_fresh_factor(row, account)
        return unspent and current and account.status is not Status.DISABLED

    def _of_a_fresh_factor(self, row: Reset, account: Account) -> bool:
        """The notice of a second step that no logon has used lasts a day, whatever else has changed (TF-12)."""
        made = row.enrolled_at
        return (
            made is not None
            and account.two_step.active
            and account.two_step.unused_since == made
            and self.now < made + 86400
        )

    def _password(self, who: AccountId, typed: object) -> bool:
        stored = self.account(who).password_hash
        return isinstance(typed, str) and stored is not None and self.world.hasher.verify(stored, typed)

    def _temporary(self, who: AccountId, typed: object) -> bool:
        parsed = parse_temporary(typed) if isinstance(typed, str) else None
        row = self.world.fake.tables.resets.get(temporary_key(who, parsed.name)) if parsed else None
        if parsed is None or row is None or row.password_hash is None or not self._live(row):
            return False
        return self.world.hasher.verify(row.password_hash, parsed.text)

    def _code(self, who: AccountId, typed: object) -> bool:
        two_step = self.account(who).two_step
        if not isinstance(typed, str) or not two_step.active:
            return False
        if recovery_digest(typed) in two_step.recovery:
            return True
        return any(step > two_step.last_step for step in self._steps(self.seeds.get(who), typed))

    def _proposed(self, session: Session, typed: object) -> bool:
        """A seed is good in the logon that it was shown to, whatever secrets that has had since."""
        who = session.account_id
        if self.now >= self.account(who).two_step.pending_until or self.proposed_in.get(who) != session.logon:
            return False
        return isinstance(typed, str) and bool(self._steps(self.proposed.get(who), typed))

    def _steps(self, seed: str | None, typed: str) -> list[int]:
        around = int(self.now // 30)
        codes = pyotp.TOTP(seed) if seed else None
        return [
            step for step in (around - 1, around, around + 1) if codes and codes.generate_otp(step) == typed
        ]
