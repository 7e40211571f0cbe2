"""Who read whom, and who took their own data: an event in the reader's trail, folded: paging drowns nothing in it."""

import hashlib
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from chalicelib.domain.events import EventKind
from chalicelib.flows.events import event_of
from chalicelib.web.request import Request

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

FOLDED_SECONDS = 300


def reading_users(request: Request, details: "Details") -> AbstractContextManager[None]:
    """Record this reading beside what the block reads: by support and by administrators alike (AD-10)."""
    return reading(request, EventKind.USERS_READ, details)


def reading(request: Request, kind: EventKind, details: "Details") -> AbstractContextManager[None]:
    """Record a reading beside what the block reads.

    The same reading from the same place is one event in five minutes: its key is made from what was read and from the
    time in steps of five minutes, so that another page of a list writes the same row again. It tells when the first of
    them was: an earlier time would be before the logon that made it possible.
    """
    filed_at = request.now() // FOLDED_SECONDS * FOLDED_SECONDS
    same = f"{kind}|{sorted(details.items())}|{request.source}|{request.user_agent}"
    event = event_of(request, kind, request.known.account_id, details=details)
    key = hashlib.sha256(same.encode("utf-8", "backslashreplace")).hexdigest()[:32]
    return request.store.events.recording(event._replace(filed_at=filed_at, id=key))
