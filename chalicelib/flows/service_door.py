"""What the authorizer asks of a sending system: its key, the networks it may be used from, and that it is used here.

Its routes open to no session, and it is looked up on no other route: there a key is a session that there is not
(ADR 46). One strongly consistent trip, as for people; at most once a minute also last use.
"""

import hashlib
import logging
from typing import NamedTuple

from chalicelib.domain.accounts import PORTAL_POLICY, Policy
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import last_second
from chalicelib.domain.networks import InvalidSource, parse_address, permitted
from chalicelib.domain.refusals import Code, Reason, Refusal
from chalicelib.domain.services import (
    HeldKey,
    Sender,
    Service,
    opened_by,
    sender_of_key,
    split_key,
    touch_due,
)
from chalicelib.domain.tokens import new_reference
from chalicelib.flows.shut_out import ShutOut, recorded
from chalicelib.runtime import log
from chalicelib.web import context as verdicts
from chalicelib.web.asked import UNREADABLE, Asked
from chalicelib.web.same_origin import check_same_origin

REFUSALS_SECONDS = 3600


class Standing(NamedTuple):
    """What the one trip found: the portal's policy, and the service whose key was presented, if it is one."""

    policy: Policy
    service: Service | None = None
    key: HeldKey | None = None

    @property
    def sender(self) -> Sender | None:
        """As its step is told of it."""
        return sender_of_key(self.service, self.key.digest) if self.service and self.key else None


def judged(request: Asked, arn: str) -> tuple[str, str, dict[str, str]]:
    """The effect, the whole stage and the context of the policy for a request that only a service may make."""
    standing = _standing(request)
    denied = _outside(request, standing)
    if denied:
        # A document, whatever a program's HTTP library accepts: no answer of API Gateway's own can be sure to be one.
        reference = _record(request, standing.sender, denied)
        outside = Refusal(Code.ADDRESS_NOT_PERMITTED, denied, reference=reference)
        return "Allow", arn, verdicts.write(None, outside)
    refusal = _refusal(request, standing)
    if refusal:
        said = {"code": refusal.code, "cause": refusal.cause, "resource": request.resource}
        log.write(logging.WARNING, "authz_fail", **said)
        return "Allow", arn, verdicts.write(None, refusal)
    _touch(request, standing)
    return "Allow", arn, verdicts.write(None, None, standing.sender)


def _standing(request: Asked) -> Standing:
    """Only from Authorization: a browser sends no key by itself, and no URL holds one."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    presented = split_key(text.strip()) if scheme.lower() == "bearer" else None
    services = request.portal.store.services
    policy, service = services.standing(presented.service if presented else None)
    key = opened_by(service, presented.digest) if presented else None
    return Standing(policy or Policy(PORTAL_POLICY), service, key)


def _outside(request: Asked, standing: Standing) -> str | None:
    """Which rule shuts this source address out, or None. A service's ranges are asked of its own key alone."""
    try:
        source = parse_address(request.source)
    except InvalidSource:
        return UNREADABLE
    if not permitted(source, standing.policy.ranges):
        return "portal_ranges"
    if standing.sender is None or standing.service is None:
        return None
    return None if permitted(source, standing.service.ranges) else "service_ranges"


def _refusal(request: Asked, standing: Standing) -> Refusal | None:
    try:
        check_same_origin(request.method, request.headers, request.portal.settings.same_origins)
    except Refusal as refusal:
        return refusal
    # Unknown, revoked, mistyped or a session's token: one answer, as to a session that there is not.
    return None if standing.sender else Refusal(Code.SESSION_REQUIRED, "unknown_service_key")


def _touch(request: Asked, standing: Standing) -> None:
    """Write when the key was last used, at most once a minute; a request does not fail because this does."""
    service, key, now = standing.service, standing.key, request.portal.clock()
    if service is None or key is None or not touch_due(key, now):
        return
    try:
        request.portal.store.services.touch(service, key, now)
    except Refusal as refusal:
        log.write(logging.WARNING, "touch_failed", cause=refusal.cause)


def _record(request: Asked, sender: Sender | None, rule: str) -> str:
    """A key used from outside its ranges is an event of its service, once an hour; each time it is a log line.

    Attack: whoever has found a key cannot use it, but can have an event written with each request, and the trail and
    the bill grow without an end. Defence: the event's key is made from service, rule and hour, and no other is written.
    """
    portal, now = request.portal, request.portal.clock()
    if sender is None:
        return recorded(portal, ShutOut(None, rule, request.source, request.resource, request.headers))
    filed_at = last_second(now, REFUSALS_SECONDS)
    same = hashlib.sha256(f"{sender.trail}|{rule}|{filed_at:.0f}".encode()).digest()
    reference = new_reference(lambda size: same[:size])
    log.write(
        logging.WARNING,
        "authz_fail",
        log.REFUSALS.of(which=Code.ADDRESS_NOT_PERMITTED),
        cause=rule,
        source=request.source[:64],
        reference=reference,
        account=sender.trail,
    )
    event = Event(
        account_id=sender.trail,
        kind=EventKind.REQUEST_REFUSED,
        at=now,
        id=f"{sender.id}-{rule}-{int(filed_at)}",
        reference=reference,
        reason=Reason.OUTSIDE_RANGES,
        source=request.source[:64],
        user_agent=request.headers.get("user-agent", "")[:400] or None,
        url=request.resource,
        actor=sender.actor,
        details={"rule": rule},
        request=portal.request_id,
        filed_at=filed_at,
    )
    portal.store.events.record(event)
    return reference
