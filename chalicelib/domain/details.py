"""What an event's `details` may hold: every key there is, with the type of its value. No other place names one.

A key is written in the dict that an event is made with, and read from `event.told`; at both ends the type checker knows
a misspelt one. A key lives on in rows and shows in the console, so it keeps its name and its meaning. These are types
alone: no code loads this module at run time (ADR 16).
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

# The sender of a message; of a changed password, where its session stood; the address before a change of it. A class
# could not name it: it is a keyword.
From = TypedDict("From", {"from": str | None}, total=False)


class Details(From, total=False):
    """What is None, or is not there, the event does not tell."""

    # An attempt to get in.
    next: str | None  # where the logon goes on: a `Next`
    logon: str | None  # the logon's name, by which what followed in it is found; opens nothing
    kind: str | None  # of the account: staff's at a logon or a measure, anybody's in an invitation
    failures: int | None  # in a row, with this one
    locks: bool | None  # this one set the first lock, which its owner hears of
    failures_before: int | None  # a right password came after so many wrong ones
    new_client: bool | None  # a browser the account had not seen
    session_ended: bool | None  # this one ended the session it was made in
    second_step: str | None  # what was entered: "code" or "recovery_code"
    rule: str | None  # which list of ranges a session's address was outside of

    # Something done to one's own account.
    first: bool | None  # this new password is the first own one
    by: str | None  # the link that did it: "link" or "not_me_link"
    two_step: str | None  # what became of the second step that a "not me" link was about: "removed" or "kept"
    count: int | None  # sessions ended
    language: str | None
    time_zone: str | None

    # Something an administrator did or read.
    actor_kind: str | None
    reason: str | None  # in the administrator's words
    before: Mapping[str, object] | None  # of what differs only
    after: Mapping[str, object] | None
    again: bool | None  # an invitation that goes out once more, to somebody who never came
    act: str | None  # what waits for a second administrator: see `domain/dual_control.py`
    domains: Sequence[str] | None  # those that a second administrator is asked to limit a new one to
    epochs: Sequence[int] | None  # of the account and of who asked, as they were then
    measures: Sequence[str] | None  # of a containment, see `administration.done`
    force_change: bool | None  # the password that was set must be changed at the next logon
    to: str | None  # the address that an account shall have, or has by now
    service: str | None  # the name of a sending system that was made, rotated or revoked
    policy: str | None  # the domain whose rules or brand changed; `*` is the portal
    attempts: Mapping[str, str] | None  # what was searched for
    events_of: str | None  # whose trail was read
    acts_of: str | None  # whose acts were read
    file: str | None  # as which kind of file they were taken away: "csv" or "jsonl"
    user: str | None  # whose page was read
    users: Mapping[str, str] | None  # which list of users was read: the domain, and how the addresses begin

    # A secure message.
    message: str | None  # its id
    reply: str | None  # the id of what was written back to it
    reader: str | None  # whose drawer that lies in: the account of whoever sent the message
    expires_at: float | None

    # What other administrators hear of one.
    whose: str | None  # the address of the one it was done to
    administrators: int | None  # so many were told

    # The note of a mail.
    about: str | None  # the kind of the event that made it due
    message_id: str | None  # SES's; what it tells of that mail later finds the note by it
    request: str | None  # the id of the request that made it due, again: what SES tells has the details alone
    mailed: str | None  # the account whose address it went to: an alias is mailed at another's
    mail: str | None  # of what SES tells: the kind of the event that made that mail due
    without_logo: str | None  # why SES did not take the logo
    cause: str | None  # why it was withheld or failed, or what SES tells of it
