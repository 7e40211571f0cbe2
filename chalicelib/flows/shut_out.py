"""Who is shut out by permitted IP ranges, as the trail holds it: found by the reference on their page (IP-09).

Attack: a flood from outside the ranges, from as many addresses as it likes, fills the trail; or one open page that asks
every second does. Defence: the same shut-out of the same network is one event in five minutes, whose reference each of
its pages has; and what nobody's account answers for is written sixty times a minute, whoever asks.
"""

import hashlib
import logging
from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import SHUT_OUTS_BY_SOURCE, last_second
from chalicelib.domain.networks import InvalidSource, parse_address, throttle_key
from chalicelib.domain.refusals import Code, Reason, Refusal
from chalicelib.domain.sessions import Caller
from chalicelib.domain.tokens import new_reference
from chalicelib.portal import Portal
from chalicelib.runtime import log

# In whose trail it lies when nobody is logged on: an address that no mail server has (RFC 2606).
STRANGERS = account_id(CanonicalAddress("strangers@outside.invalid"))


class ShutOut(NamedTuple):
    """A request from outside: by which `rule`, from where, and of whose session if it has one."""

    caller: Caller | None
    rule: str
    source: str
    resource: str
    headers: Mapping[str, str]

    @property
    def network(self) -> str:
        """What counts as one source; garbage is one."""
        try:
            return throttle_key(parse_address(self.source))
        except InvalidSource:
            return "unreadable"


def recorded(portal: Portal, one: ShutOut) -> str:
    """The reference under which it is in the trail already, or is written now. A line of the log tells of each."""
    event = _event(portal, one)
    log.write(
        logging.WARNING,
        "authz_fail",
        log.REFUSALS.of(which=Code.ADDRESS_NOT_PERMITTED),
        cause=one.rule,
        source=event.source,
        reference=event.reference,
    )
    if one.caller is not None:
        portal.store.events.record(event)
        return event.reference or ""
    try:
        portal.store.events.record_strangers(f"{one.network}#{one.rule}", event)
    except Refusal as refusal:
        # It is there, or there are too many, or nothing can be written: the log has it, and they are shut out.
        if refusal.code is not Code.THROTTLED:
            log.write(
                logging.WARNING, "shut_out_not_recorded", cause=refusal.cause, reference=event.reference
            )
    return event.reference or ""


def _event(portal: Portal, one: ShutOut) -> Event:
    now, caller = portal.clock(), one.caller
    filed_at = last_second(now, SHUT_OUTS_BY_SOURCE.seconds)
    who = caller.account_id if caller else STRANGERS
    same = hashlib.sha256(f"{who}|{one.rule}|{one.network}|{filed_at:.0f}".encode()).digest()
    return Event(
        account_id=who,
        kind=EventKind.REQUEST_REFUSED,
        at=now,
        id=same[16:].hex(),
        reference=new_reference(lambda size: same[:size]),
        reason=Reason.OUTSIDE_RANGES,
        email=caller.address if caller else None,
        source=one.source[:64],
        user_agent=one.headers.get("user-agent", "")[:400] or None,
        url=one.resource,
        details={"rule": one.rule},
        request=portal.request_id,
        filed_at=filed_at,
    )
