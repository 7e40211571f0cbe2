"""People who go on whatever breaks: each knows what they have typed, and not always whether it was taken."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from tests.faults.breaking import Killed
from tests.faults.chaos import Chaos
from tests.world.phones import Phone
from tests.world.residents import Resident, a_resident
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

DOCUMENTED = {200, 202, 204, 303, 401, 403, 409, 410, 422, 429, 503}


class Person:
    """One at a time acts for a person; strangers guess and ask for mails meanwhile."""

    def __init__(self, world: World, chaos: Chaos, answers: Counter[str], seed: int) -> None:
        self.world, self.chaos, self.answers = world, chaos, answers
        self.chance = random.Random(seed)
        with chaos.calm():
            self.resident: Resident = a_resident(world)
        self.passwords = [PASSWORD]  # the likeliest last: a change that was cut off may have been made
        self.phone: Phone | None = None
        self.visitor: Visitor | None = None

    def goes_on(self) -> None:
        """One more act, after a logon where there is no session."""
        if self.visitor is None:
            self.logs_on()
            return
        acts: list[Callable[[Visitor], object]] = [self.reads, self.reads, self.changes, self.proves]
        acts += [self.enrols, self.leaves, self.ends_others, self.resets]
        reply = self.chance.choice(acts)(self.visitor)
        if reply == 401:
            self.visitor = None

    def asks(self, visitor: Visitor, path: str, fields: object = None) -> Reply | None:
        """The answer, which is one of the documented; None where the function was stopped."""
        try:
            reply = visitor.get(path) if fields is None else visitor.post(path, fields)
        except Killed:
            self.answers["stopped"] += 1
            return None
        self.answers[str(reply.status)] += 1
        assert reply.status in DOCUMENTED, (path, reply.status, reply.text)
        return reply

    def follows(self, visitor: Visitor, reply: Reply | None) -> int:
        """Take up the session that an answer gives; its status, 0 where there was none."""
        if reply is None:
            self.visitor = None  # the session may go on under a secret that nobody has heard
            return 0
        if reply.status == 200 and "session" in reply.text:
            visitor.goes_on(reply)
        return reply.status

    def logs_on(self) -> bool:
        """By any of the passwords that may be in force, and the phone where a code is asked for."""
        for password in reversed(self.passwords):
            visitor = self.world.visitor()
            reply = self.asks(visitor, "/logon", {"email": self.resident.email, "password": password})
            if reply is None or reply.status != 200:
                continue
            if visitor.goes_on(reply) == "enter_code":
                assert self.phone
                self.world.clock.passes(60)
                code = self.asks(visitor, "/logon/code", {"code": self.phone.code()})
                if code is None or code.status != 200:
                    continue
                visitor.goes_on(code)
            self.passwords = [password]
            self.visitor = visitor
            return True
        return False

    def reads(self, visitor: Visitor) -> int:
        with self.chaos.calm():
            message = self.world.sends(self.resident.account)
        reply = self.asks(visitor, f"/messages/{message}")
        return reply.status if reply else 0

    def changes(self, visitor: Visitor) -> int:
        new, old = f"the {self.chance.randrange(10**9)}th lantern over the harbour", self.passwords[-1]
        self.passwords.append(new)
        both = {"new_password": new, "confirm_password": new}
        reply = self.asks(visitor, "/password/change", {"current_password": old, **both})
        if reply is not None and reply.status not in {200, 503}:
            self.passwords.remove(new)
        return self.follows(visitor, reply)

    def resets(self, visitor: Visitor) -> int:
        """By the newest link in the mailbox; asking for one is enough where there is none."""
        self.asks(visitor, "/password/forgot", {"email": self.resident.email})
        links = [mail for mail in self.world.mailer.sent if mail.to == self.resident.email]
        links = [mail for mail in links if "/password/reset/" in mail.text]
        if not links:
            return 0
        new = f"the {self.chance.randrange(10**9)}th lantern over the harbour"
        fields = {"token": links[-1].token("/password/reset"), "new_password": new, "confirm_password": new}
        reply = self.asks(self.world.visitor(), "/password/reset", fields)
        if reply is None or reply.status in {200, 503}:
            self.passwords.append(new)
        return 401 if reply is None or reply.status == 200 else 0

    def proves(self, visitor: Visitor) -> int:
        fields = {"password": self.passwords[-1]}
        if self.phone:
            self.world.clock.passes(60)
            fields["code"] = self.phone.code()
        return self.follows(visitor, self.asks(visitor, "/reauthenticate", fields))

    def enrols(self, visitor: Visitor) -> int:
        """2-step on, or off where it is on already."""
        if self.phone:
            self.world.clock.passes(60)
            proof = {"password": self.passwords[-1], "code": self.phone.code()}
            return self.follows(visitor, self.asks(visitor, "/account/two-step/remove", proof))
        proposed = self.asks(visitor, "/account/two-step", {})
        if proposed is None or proposed.status != 200:
            return proposed.status if proposed else 0
        self.phone = Phone(proposed.json()["secret"], self.world.clock)
        confirm = {"code": self.phone.code()}
        return self.follows(visitor, self.asks(visitor, "/account/two-step/confirm", confirm))

    def leaves(self, visitor: Visitor) -> int:
        reply = self.asks(visitor, "/logoff", {})
        return 401 if reply and reply.status == 204 else 0

    def ends_others(self, visitor: Visitor) -> int:
        reply = self.asks(visitor, "/account/sessions/revoke", {"others": True})
        return reply.status if reply else 0

    def is_disturbed(self, visitor: Visitor) -> None:
        """A stranger guesses, or asks for a mail."""
        if self.chance.random() < 0.5:
            self.asks(visitor, "/logon", {"email": self.resident.email, "password": "guess after guess"})
        else:
            self.asks(visitor, "/password/forgot", {"email": self.resident.email})
