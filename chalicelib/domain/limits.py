"""How much of what is too much: the counted limits of the portal (LG-06, RS-13, TF-03). Counting is `storage/throttles`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in `seconds`, for each subject of this `name`."""

    name: str
    count: int
    seconds: int

    def key(self, subject: str, now: float) -> str:
        """The counter of this subject and of the window `now` is in."""
        return f"{self.name}#{subject}#{int(now // self.seconds)}"

    def left(self, now: float) -> int:
        """Seconds until the window ends, at least 1; goes into Retry-After."""
        return int(self.seconds - now % self.seconds) + 1


LOGONS_BY_SOURCE = Limit("logon", 20, 300)
RESETS_BY_SOURCE = Limit("forgot", 20, 3600)
BAD_LINKS_BY_SOURCE = Limit("bad-link", 20, 3600)
RESET_MAILS_HOURLY = Limit("reset-mail-hour", 3, 3600)
RESET_MAILS_DAILY = Limit("reset-mail-day", 10, 86400)
CODES = (Limit("codes", 5, 300), Limit("codes-hour", 20, 3600), Limit("codes-day", 50, 86400))
