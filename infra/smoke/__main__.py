"""`make smoke URL=https://portal.example.com`: what only the outside of a running portal can show, one line a check.

For a stage that was just deployed, and in the same way for the local gateway and the rehearsal. It needs no account and
no library, and changes nothing but the trail: one refused logon. With API= it looks whether the API's own address is
closed and whether a second stage answers; with ADDRESS= and MAILBOX= it asks for a reset mail and opens its link.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from infra.smoke.asking import NotAsked, Target, Wrong, over_the_network
from infra.smoke.checks import CHECKS, Check

USAGE = "usage: make smoke URL=https://... [API=https://...execute-api.../portal/] [ADDRESS=... MAILBOX=https://...]"


def walk(target: Target, say: Callable[[str], object] = print, checks: Sequence[Check] = CHECKS) -> int:
    """Every check, whatever becomes of the ones before it; how many have failed."""
    failed = 0
    for check in checks:
        name = check.__name__.replace("_", " ")
        try:
            check(target)
        except NotAsked as why:
            say(f"--    {name}: needs {why}")
        except (Wrong, OSError, KeyError, ValueError) as why:
            failed += 1
            say(f"FAIL  {name}: {why}")
        else:
            say(f"ok    {name}")
    return failed


def main(environment: Mapping[str, str]) -> int:
    """Walk through the portal that the environment names."""
    given = {name: environment.get(name, "") for name in ("URL", "API", "ADDRESS", "MAILBOX")}
    if not given["URL"].startswith(("https://", "http://")):
        print(USAGE, file=sys.stderr)
        return 2
    target = Target(
        given["URL"].rstrip("/"), over_the_network, given["API"], given["ADDRESS"], given["MAILBOX"]
    )
    return 1 if walk(target) else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
