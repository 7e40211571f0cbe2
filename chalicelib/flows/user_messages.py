"""What an account has received, as the console shows it: when, from whom and what became of it.

May not show what a message says or what it is about: that is between its sender and its reader. The role of the step
may not even read it (ADR 59).
"""

import re
from collections.abc import Sequence

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import iso
from chalicelib.domain.listing import CameTo
from chalicelib.domain.messages import Message, fate_of
from chalicelib.domain.reach import named_within, outside
from chalicelib.domain.refusals import invalid
from chalicelib.flows.paging import rows_of, turning
from chalicelib.web.paths import filled
from chalicelib.web.request import Request

PATH = "/admin/users/{email}/messages"
COUNTED = 100  # of the newest lines, for the numbers of a user's page; each has some 300 bytes
SHOWN = 10
WAITING = "waiting"
REPLY = "reply"
KINDS = ("", "message", REPLY)
_POSITION = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


def received_facts(request: Request, account: Account, came: CameTo) -> dict[str, object]:
    """The newest messages, and how many wait to be read; `complete` is false where there are more than were counted."""
    if not _sees_replies(request, account):
        came = came._replace(replies=[])
    messages, now = came.messages[:COUNTED], request.now()
    replies = [one for one in came.replies[:COUNTED] if _may_see(request, one)]
    return {
        "messages": [_line(one, now) for one in messages[:SHOWN]],
        "received": {
            "unread": _waiting(messages, now),
            "replies": len(replies),
            "unread_replies": _waiting(replies, now),
            "complete": len(came.messages) <= COUNTED and len(came.replies) <= COUNTED,
        },
    }


def page_of_messages(request: Request, account: Account) -> dict[str, object]:
    """A page of what the account has received, or of the replies to it; newest first, those of the newest message."""
    kind, before, most = _asked(request), request.query.get("before", "") or None, rows_of(request)
    if kind == REPLY and not _sees_replies(request, account):
        raise outside("replies_to_staff")
    found = request.store.directory.received(account.id, before, most + 1, replies=kind == REPLY)
    shown, further = found[:most], found[most - 1].id if len(found) > most else None
    if kind == REPLY:
        shown = [one for one in shown if _may_see(request, one)]
    path = filled(PATH, {"email": account.address})
    return {
        "messages": [_line(one, request.now()) for one in shown],
        "before": further,
        "kind": kind,
        "sees_replies": _sees_replies(request, account),
        **turning(request, path, {"kind": kind}, further),
    }


def _sees_replies(request: Request, account: Account) -> bool:
    """Whoever writes back may be of any domain: staff of some see the replies to themselves alone (ADR 58)."""
    return request.known.domains is None or request.known.account_id == account.id


def _may_see(request: Request, reply: Message) -> bool:
    """Nor what came of what they had sent before they were limited (ADR 58)."""
    return request.known.domains is None or named_within(request.known, reply.sender)


def _asked(request: Request) -> str:
    kind, before = request.query.get("kind", ""), request.query.get("before", "")
    if kind not in KINDS:
        raise invalid("kind", "kind")
    if before and not _POSITION.fullmatch(before):
        raise invalid("position", "before")
    return kind


def _waiting(lines: Sequence[Message], now: float) -> int:
    return sum(fate_of(one, now) == WAITING for one in lines)


def _line(message: Message, now: float) -> dict[str, object]:
    return {
        "id": message.id,
        "from": message.sender,
        "service": f"smp_{message.service}" if message.service else None,
        "state": fate_of(message, now),
        "sent_at": iso(message.sent_at),
        "read_at": None if message.read_at is None else iso(message.read_at),
        "expires_at": iso(message.expires_at),
    }
