"""A siege: strangers with any number of addresses, and the owner of one account, for a simulated week in random order.

    siege = Siege(seed=1)                       # owner_is_away: who comes back to it only when asked
    siege.lasts(days=7, then=siege.owner_can_get_in)     # asked after each move

What is asked leaves no trace: the portal is put back to what it was before the question. Left out, because no rule of
mails can answer for them: an account that is disabled, an address that mail does not reach, and strangers who share the
owner's IP address.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.tokens import Token, digest
from tests.world.settings import PORTAL_URL
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

HOME = "203.0.113.7"
DAY = 86400
ASKED_FOR = {EventKind.RESET_ASKED.value, EventKind.LOGON_REFUSED.value}


class Siege:
    """One account and everybody who wants in."""

    def __init__(self, seed: int, *, owner_is_away: bool = False) -> None:
        self.away = owner_is_away
        self.chance = random.Random(seed)
        self.world = World()
        self.world.clock.now -= self.world.clock.now % DAY  # strangers begin at midnight
        self.owner = self.world.person("owner@people.test")
        self.password = PASSWORD
        self.home = self.world.browser(HOME)
        self.home.logs_on(self.owner)
        self.moments, self.successes = 0, Counter[int]()

    @property
    def day(self) -> int:
        return int(self.world.clock.now // DAY)

    def lasts(self, days: int, then: Callable[[], bool]) -> None:
        """Move after move; `then` must be true after each."""
        over = self.world.clock.now + days * DAY
        moves = [self.guesses] * 4 + [self.guesses_as_the_lock_lapses] * 8 + [self.asks_for_mails] * 4
        moves += [self.waits] * 6
        if not self.away:
            moves += [self.owner_logs_on, self.owner_resets, self.owner_says_not_me]
        while self.world.clock.now < over:
            self.chance.choice(moves)()
            self.world.mails()
            self.world.events.clear()
            self.moments += 1
            assert then(), f"shut out at moment {self.moments}, {self.world.clock.now % DAY / 3600:.2f} h"

    # Strangers

    def guesses(self) -> None:
        for _ in range(self.chance.choice([1, 5, 25])):
            self._logs_on(self.world.visitor(), "guess after guess")

    def guesses_as_the_lock_lapses(self) -> None:
        for _ in range(self.chance.choice([1, 4])):
            account = self.world.stored(self.owner)
            free = max(account.locked_until, account.attempted_at + 900)
            self.world.clock.now = max(self.world.clock.now, free)
            self._logs_on(self.world.visitor(), "guess after guess")

    def asks_for_mails(self) -> None:
        for _ in range(self.chance.choice([1, 3, 12])):
            self._asks(self.world.visitor())

    def waits(self) -> None:
        now = self.world.clock.now
        to_midnight = DAY - now % DAY
        spans = [1, 60, 300, 300, 899, 900, 3599, 3600, min(to_midnight, 7200)]
        self.world.clock.passes(self.chance.choice(spans))

    # The owner

    def owner_logs_on(self) -> None:
        if self._logs_on(self.home, self.password) and self.chance.random() < 0.2:
            new = f"the {self.chance.randrange(10**9)}th lantern over the harbour"
            both = {"new_password": new, "confirm_password": new}
            if self.home.post("/password/change", {"current_password": self.password, **both}).status == 303:
                self.password = new
                self.successes[self.day] += 1

    def owner_resets(self) -> None:
        if not self.live_links():
            self._asks(self.home)
            self.world.mails()
        new = f"the {self.chance.randrange(10**9)}th lantern over the harbour"
        assert self._sets_by(self.live_links()[-1], new)
        self.password = new
        self.successes[self.day] += 1

    def owner_says_not_me(self) -> None:
        for token in self._tokens("/not-me")[-1:]:
            if self.world.visitor(HOME).post("/not-me", {"token": token}).status == 200:
                self.successes[self.day] += 1

    # What is asked at each moment

    def owner_can_get_in_by_mail(self) -> bool:
        """A link in the mailbox is alive, or asking now brings one; by it a password is set, and opens the portal."""
        with self._as_if():
            if not self.live_links():
                self._asks(self.home)
                self.world.mails()
            links = self.live_links()
            new = "by way of the mailbox, at any moment"
            return bool(links) and self._sets_by(links[-1], new) and self._logs_on(self.home, new)

    def owner_can_get_in(self) -> bool:
        """Both ways: by the mailbox, and by the right password where there is one, from the owner's own browser."""
        account = self.world.stored(self.owner)
        by_password = self.password_opens() if account.open and account.password_hash else True
        return by_password and self.owner_can_get_in_by_mail()

    def password_opens(self) -> bool:
        """The right password does, from home."""
        with self._as_if():
            return self._logs_on(self.home, self.password)

    def live_links(self) -> list[str]:
        """The tokens in the owner's mailbox that set a password now."""
        rows, now = self.world.fake.tables.resets, self.world.clock.now
        account = self.world.stored(self.owner)
        found = []
        for token in self._tokens("/password/reset"):
            row = rows.get(link_key(Purpose.RESET, digest(Token(token))))
            if row is not None and row.unusable(account, now) is None:
                found.append(token)
        return found

    def mails_of_each_day(self) -> Counter[int]:
        """Ways in that somebody at a keyboard caused."""
        return Counter(
            int(event.at // DAY)
            for event in self.world.fake.tables.events.values()
            if event.kind is EventKind.MAIL_SENT and event.details["about"] in ASKED_FOR
        )

    def _logs_on(self, visitor: Visitor, password: str) -> bool:
        reply = visitor.post("/logon", {"email": self.owner.address, "password": password})
        return reply.status in {200, 303}

    def _asks(self, visitor: Visitor) -> None:
        visitor.post("/password/forgot", {"email": self.owner.address})

    def _sets_by(self, token: str, new: str) -> bool:
        entries = {"token": token, "new_password": new, "confirm_password": new}
        return self.world.visitor(HOME).post("/password/reset", entries).status == 200

    def _tokens(self, path: str) -> list[str]:
        start = f"{PORTAL_URL}{path}/"
        lines = (line for mail in self.world.mailer.sent[-60:] for line in mail.text.splitlines())
        return [line.removeprefix(start) for line in lines if line.startswith(start)]

    @contextmanager
    def _as_if(self) -> Iterator[None]:
        """Whatever happens in here has not happened."""
        store, mailer = self.world.fake, self.world.mailer
        tables = {name: dict(table) for name, table in vars(store.tables).items()}
        delivered, sent, jar = set(store._delivered), mailer.sent[:], copy.copy(self.home.jar)
        try:
            yield
        finally:
            for name, table in tables.items():
                setattr(store.tables, name, table)
            store._delivered, mailer.sent, self.home.jar = delivered, sent, jar
