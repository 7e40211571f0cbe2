"""What a deployment is told by its environment, once: the stacks keep it, and taking it back is asked for by name.

CERTIFICATE_ARN   the certificate of the portal's name
ALARM_ADDRESS     who is mailed when an alarm goes off
BREAK_GLASS_ROLE  the ARN of the role that alone may change or remove events
COPY_PROFILE      the AWS profile of the account that holds the copy of the trail; nothing: the stage's own
COPY_LOCK         GOVERNANCE: a lock that a right can lift, to try a stage out; COMPLIANCE, unless it is said: nobody
MAKE_IDENTITY     no: the domain that mail comes from is verified in this account already
TRIAL             yes: without a certificate, to look at the functions; such a portal cannot be used
REMOVE            CERTIFICATE_ARN, ALARM_ADDRESS, BREAK_GLASS_ROLE, any of them: no more
"""

from __future__ import annotations

import os
from collections.abc import Iterator

LOCKS = ("GOVERNANCE", "COMPLIANCE")
REMOVABLE = ("CERTIFICATE_ARN", "ALARM_ADDRESS", "BREAK_GLASS_ROLE")


def chosen(name: str) -> str | None:
    """What this run says. None: nothing, it stays as it is. Empty: it is removed.

    Attack: a run in which a variable was forgotten takes the portal's name or the alarms away. Defence: what is not
    said is kept by CloudFormation, and an empty variable says nothing.
    """
    return "" if name in removed() else os.environ.get(name) or None


def removed() -> list[str]:
    """What is to be no more."""
    return os.environ.get("REMOVE", "").split()


def is_trial() -> bool:
    """Whether a portal that nobody can use is wanted."""
    return os.environ.get("TRIAL") == "yes"


def wrong_choices() -> Iterator[str]:
    """What cannot be meant."""
    for name in removed():
        if name not in REMOVABLE:
            yield f"REMOVE as some of {' '.join(REMOVABLE)}, not {name}"
        elif os.environ.get(name):
            yield f"{name} to be given or removed, not both"
    for name, values in (("MAKE_IDENTITY", ("yes", "no")), ("TRIAL", ("yes",)), ("COPY_LOCK", LOCKS)):
        if os.environ.get(name, "") not in {"", *values}:
            yield f"{name} as {' or '.join(values)}, or not at all"
