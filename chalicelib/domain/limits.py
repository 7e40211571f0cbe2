"""How much is too much: the counted limits of the portal (LG-06, RS-13, TF-03). Counting is `storage/throttles`."""

from typing import NamedTuple


class Limit(NamedTuple):
    """At most `most` in `seconds`, for each subject of this `name`."""

    name: str
    most: int
    seconds: int

    def key(self, subject: str, now: float) -> str:
        """The counter of this subject and of the window `now` is in."""
        return f"{self.name}#{subject}#{int(now // self.seconds)}"

    def left(self, now: float) -> int:
        """Seconds until the window ends, at least 1; goes into Retry-After."""
        return int(self.seconds - now % self.seconds) + 1

    def but_the_last(self) -> "Limit":
        """The same counter, with its last place kept free."""
        return self._replace(most=self.most - 1)


def last_second(now: float, seconds: int) -> float:
    """The end of the window that `now` is in, under which what is told once in it is filed.

    Attack: filed under its beginning, what comes late in it lies before what was counted meanwhile, and in no number.
    Defence: it lies where nobody has counted yet (ADR 42).
    """
    return now // seconds * seconds + seconds - 1


# Of resets, how many accounts one source asks about; and in all so many times as much, whatever it asks about (RS-13).
ASKED_AGAIN = 10
LOGONS_BY_SOURCE = Limit("logon", 20, 300)
RESETS_BY_SOURCE = Limit("forgot", 20, 3600)
BAD_LINKS_BY_SOURCE = Limit("bad-link", 20, 3600)
# Of an account as it is: a success (its epoch moves) voids every link that is out, and the count begins afresh (RS-15).
RESET_MAILS_HOURLY = Limit("reset-mail-hour", 3, 3600)
RESET_MAILS_DAILY = Limit("reset-mail-day", 10, 86400)
# All mails together that somebody at a keyboard can cause, whoever asks and for whom: beyond it they wait (ML-06).
SELF_SERVICE_MAILS = Limit("self-service-mail", 300, 60)
TOO_MANY = "too_many_mails"
BUDGET_SPENT = "mail_budget_spent"
# Strangers outside the permitted ranges, as events (IP-09): of one network by one rule, and of all together.
SHUT_OUTS_BY_SOURCE = Limit("shut-out", 1, 300)
SHUT_OUTS = Limit("shut-outs", 60, 60)
NEW_CLIENTS_DAILY = Limit("new-client", 10, 86400)


def warning_daily(about: str) -> Limit:
    """One warning a day about the same thing, under a counter of its own (LG-15).

    Attack: one warning is caused first, on purpose or not, and the day's next one, about the intrusion, is withheld.
    Defence: no warning takes another's place.
    """
    return Limit(f"warning-{about}", 1, 86400)


class Pace(NamedTuple):
    """While fewer than `below` codes failed in a row, one attempt every `seconds`."""

    below: int
    seconds: int


# TF-03: five codes at once, then one in five minutes, from twenty on one an hour; never more than 5 in 5 minutes, 20 in
# an hour, 50 in a day. At 100 in a row the codes are stopped until an administrator resets the second step.
PACES = (Pace(5, 0), Pace(20, 300), Pace(100, 3600))


def code_wait(failures: int, attempted_at: float, now: float) -> int | None:
    """Seconds until the next code may be tried, at least 1; None when codes are stopped for good."""
    for pace in PACES:
        if failures < pace.below:
            return max(1, int(attempted_at + pace.seconds - now) + 1)
    return None


def stops_codes(failures: int) -> bool:
    """Whether just this wrong code stopped the codes: true of one attempt, since each has a number of its own."""
    return failures == PACES[-1].below
