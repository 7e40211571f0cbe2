"""What must hold of messages, of domains and of counters."""

from __future__ import annotations

from chalicelib.domain.accounts import PORTAL_POLICY
from chalicelib.domain.addresses import AccountId, DomainId, DomainName, domain_id, limit_key
from chalicelib.domain.brand import brand_key
from chalicelib.domain.events import SERVICE_TRAIL, EventKind
from chalicelib.domain.limits import (
    NEW_CLIENTS_DAILY,
    RESET_MAILS_DAILY,
    RESET_MAILS_HOURLY,
    SELF_SERVICE_MAILS,
)
from chalicelib.domain.messages import MOVING, REPLIES, UNSENT
from chalicelib.domain.replies import answered_by
from infra.verify.invariants import Case, Wrong, of

# A place is taken only where there is one, so these never hold more.
NEVER_MORE = {
    one.name: one.most
    for one in (SELF_SERVICE_MAILS, RESET_MAILS_HOURLY, RESET_MAILS_DAILY, NEW_CLIENTS_DAILY)
}


@of("messages")
def message_is_somebodys(case: Case) -> Wrong:
    """A row of nobody, which whoever is invited next under its key would read. What waits unsent is its writer's, and
    what a service may ask of is the service's, and a reply its reader's.
    """
    who = case.value.account_id
    if who.startswith(SERVICE_TRAIL):
        if not case.around.service(who):
            yield "it is of no service"
        return
    if who == MOVING:
        former = case.around.account(case.value.recipient)
        if former is None or former.alias_of != case.value.id:
            yield "it waits to be carried over, and no former address leads there"
        return
    account = case.around.account(AccountId(who.removeprefix(UNSENT).removeprefix(REPLIES)))
    if account is None:
        yield "it is of no account"
    elif (
        account.former and not case.around.is_carried_over(account) and not who.startswith((UNSENT, REPLIES))
    ):
        yield "it lies under a former address, where nobody reads it"


@of("messages")
def message_has_its_events(case: Case) -> Wrong:
    """Sent, read and recalled: each change has its event."""
    message = case.value
    if message.account_id.startswith((UNSENT, SERVICE_TRAIL, MOVING)):
        return  # kept for an hour, and sent to nobody (ADR 30); or no message, but where one went (ADR 46)
    if message.account_id.startswith(REPLIES):
        about = answered_by(message)
        trail = case.around.trail(AccountId(message.account_id.removeprefix(REPLIES)))
        kinds = {event.kind for event in trail if event.told["message"] == about}
        if EventKind.REPLY_RECEIVED not in kinds:
            yield "no event tells that it was received", message.sent_at
        return
    told = {
        event.kind for event in case.around.trail(message.account_id) if event.told["message"] == message.id
    }
    for kind, at in (
        (EventKind.MESSAGE_SENT, message.sent_at),
        (EventKind.MESSAGE_READ, message.read_at),
        (EventKind.MESSAGE_RECALLED, message.recalled_at),
        (EventKind.MESSAGE_ANSWERED, message.answered_at),
    ):
        if at is not None and kind not in told:
            yield f"no event tells that it was {kind.value.removeprefix('message_')}", at


@of("messages")
def message_was_read_in_its_time(case: Case) -> Wrong:
    """Nobody reads one that was taken back or is over, and nobody takes back what was read."""
    message = case.value
    if message.read_at is not None and message.recalled_at is not None:
        yield "it was read and taken back"
    if message.read_at is not None and not message.sent_at <= message.read_at <= message.expires_at:
        yield "it was read outside its time"


@of("domains")
def rules_are_under_their_domain(case: Case) -> Wrong:
    """Rules under another key are nobody's, and their domain has none."""
    key, name = case.item["domain"]["S"], case.item.get("name", {}).get("S")
    if name is None:
        if not key.startswith((brand_key(DomainId("")), limit_key(AccountId("")))):
            yield "it is neither the rules nor the brand of a domain, nor whom somebody is limited to"
    elif key != (PORTAL_POLICY if name == PORTAL_POLICY else domain_id(DomainName(name))):
        yield f"its key is not that of {name}"


@of("throttles")
def count_is_within_its_limit(case: Case) -> Wrong:
    """A place is taken before the work, by a condition: never one more than there are."""
    most = NEVER_MORE.get(case.value.key.partition("#")[0])
    if most is not None and case.value.count > most:
        yield f"it counts {case.value.count:.0f} of {most}"


@of("throttles")
def counter_ends(case: Case) -> Wrong:
    """What never ends is never deleted."""
    if not case.value.expires_at:
        yield "it has no end"
