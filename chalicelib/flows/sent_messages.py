"""What an administrator sent: the list with what became of each, and what was written back to one of them.

May not show what a message says: that is between its sender's memory and its recipient.
"""

import re
from collections import Counter
from collections.abc import Sequence

from chalicelib.domain.events import iso
from chalicelib.domain.messages import Message
from chalicelib.domain.reach import reaches
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.replies import answered_by
from chalicelib.flows.own_messages import body_of
from chalicelib.flows.paging import rows_of, turning
from chalicelib.web.paths import filled
from chalicelib.web.request import Request

MESSAGE_ID = r"[0-9A-Za-z-]{1,64}"
PATH = "/admin/messages"
REPLIES = PATH + "/{id}/replies"
MOST_LINES = 400  # of replies beside a page of messages
# Bodies are 12,000 characters at most: of a person's page 50 KB, of Lambda's answer 6 MB, escaped twice.
REPLIES_ON_A_PAGE, REPLIES_FOR_A_PROGRAM = 3, 40


def sent_messages(request: Request) -> dict[str, object]:
    """A page of what this administrator sent. A position is an id, which opens nothing: the sender is the caller."""
    most, now = rows_of(request), request.now()
    found = request.store.directory.sent_by(request.known.address, _asked(request), most + 1)
    shown, before = found[:most], found[most - 1].id if len(found) > most else None
    shown = [one for one in shown if reaches(request.known, one.account_id)]
    replies, new = _replies(request, shown)
    return {
        "messages": [
            _facts(one, now) | {"replies": replies[one.id], "new_replies": new[one.id]} for one in shown
        ],
        "before": before,
        **turning(request, PATH, {}, before),
    }


def replies(request: Request) -> dict[str, object]:
    """What was written back to a message of this administrator, and noted as read; never the message's own words."""
    asked, caller = request.params.get("id", ""), request.known
    about = _sent(request, asked) if re.fullmatch(MESSAGE_ID, asked) else None
    place = _asked(request)
    most = REPLIES_FOR_A_PROGRAM if request.wants_json else REPLIES_ON_A_PAGE
    if about is None:
        raise Refusal(Code.NOT_FOUND, "no_such_message")
    found = request.store.replies.page(caller.account_id, asked, place, most + 1)
    shown, before = found[:most], found[most - 1].id if len(found) > most else None
    shown = [one for one in shown if one.readable(request.now())]
    listed = [_reply_facts(one, request) for one in shown]
    if request.method == "GET":  # a HEAD shows nobody anything
        request.store.replies.mark_read([one for one in shown if one.read_at is None], request.now())
    return {
        "message": {"id": about.id, "to": about.recipient, "subject": about.subject},
        "replies": listed,
        "before": before,
        **turning(request, filled(REPLIES, {"id": about.id}), {}, before),
    }


def _sent(request: Request, message_id: str) -> Message | None:
    """A message this administrator sent, by its id alone; another's is as none (AD-02)."""
    behind = f"{message_id}~"  # no id has that letter, and all of them stand before it
    found = request.store.directory.sent_by(request.known.address, behind, 1)
    there = found and found[0].id == message_id and reaches(request.known, found[0].account_id)
    return found[0] if there else None


def _replies(request: Request, shown: Sequence[Message]) -> tuple[Counter[str], Counter[str]]:
    """How many there are to each message of a page, and how many of those are new, in one trip."""
    if not shown:
        return Counter(), Counter()
    ids = sorted(one.id for one in shown)
    lines = request.store.replies.lines(request.known.account_id, ids[0], ids[-1], MOST_LINES)
    lines = [one for one in lines if one.readable(request.now())]
    return Counter(map(answered_by, lines)), Counter(answered_by(one) for one in lines if one.read_at is None)


def _asked(request: Request) -> str | None:
    """Where a page begins."""
    asked = request.query.get("before", "") if request.method in {"GET", "HEAD"} else ""
    if asked and not re.fullmatch(MESSAGE_ID, asked):
        raise invalid("position", "before")
    return asked or None


def _facts(message: Message, now: float) -> dict[str, object]:
    state = "read" if message.read_at is not None else "sent"
    if message.recalled_at is not None:
        state = "recalled"
    elif state == "sent" and now >= message.expires_at:
        state = "expired"
    return {
        "id": message.id,
        "to": message.recipient,
        "subject": message.subject,
        "state": state,
        "sent_at": iso(message.sent_at),
        "read_at": None if message.read_at is None else iso(message.read_at),
        "expires_at": iso(message.expires_at),
    }


def _reply_facts(reply: Message, request: Request) -> dict[str, object]:
    """One reply; without its words where they do not open for this account, as none ever does that was moved here."""
    return {
        "id": reply.id,
        "from": reply.sender,
        "sent_at": iso(reply.sent_at),
        "read_at": None if reply.read_at is None else iso(reply.read_at),
        "body": body_of(reply, request.portal),
        "expires_at": iso(reply.expires_at),
    }
