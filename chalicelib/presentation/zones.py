"""The world's time zones, by the names of the IANA database that this machine has. It may not know a request or a page.

A zone's name comes from a cookie or a form, and zoneinfo looks for a file of that name: what cannot be one is no zone.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LONGEST = 64  # the longest name has 32
# What people choose from: places, and UTC. The rest are old spellings and offsets, which are taken all the same.
PLACES = frozenset(
    "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific UTC".split()  # noqa: SIM905 - names to read
)


def zone(name: str) -> "ZoneInfo | None":
    """The zone of this name, None if there is none."""
    if not name or len(name) > LONGEST or not all(c.isalnum() or c in "_+-/" for c in name) or ".." in name:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - for those whose zone is known

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def places() -> tuple[str, ...]:
    """Every zone a person may look for, in the order of the names. Reads the database's folders, once."""
    from zoneinfo import available_timezones  # noqa: PLC0415 - as above

    return tuple(sorted(name for name in available_timezones() if name.split("/")[0] in PLACES))
