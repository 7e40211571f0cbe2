"""What must hold of sending systems: keys that are two, told apart and in no doubt, and each change in the trail."""

from __future__ import annotations

import re

from chalicelib.domain.addresses import InvalidAddress, canonical_domain
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import InvalidRange, parse_ranges
from infra.verify.invariants import Case, Wrong, of


@of("services")
def service_keys_are_digests(case: Case) -> Wrong:
    """A table holds no key; and two keys of one digest are one, which no rotation ends."""
    service = case.value
    digests = [one.digest for one in (service.current, service.former) if one]
    if not all(re.fullmatch(r"[0-9a-f]{64}", one) for one in digests):
        yield "what is kept of a key is no digest"
    if len(set(digests)) < len(digests):
        yield "both of its keys are the same"
    if service.former and service.former.made_at > service.current.made_at:
        yield "its former key is the newer one"


@of("services")
def service_has_its_events(case: Case) -> Wrong:
    """Made and revoked: each has its event, in the service's own trail."""
    service = case.value
    told = {event.kind for event in case.around.trail(service.trail)}
    for kind, at in (
        (EventKind.SERVICE_MADE, service.created_at),
        (EventKind.SERVICE_REVOKED, service.revoked_at),
    ):
        if at is not None and kind not in told:
            yield f"no event tells that it was {kind.value.removeprefix('service_')}", at


@of("services")
def service_is_bound(case: Case) -> Wrong:
    """One that speaks for no domain, or from ranges that cannot be read, was not written by the portal."""
    service = case.value
    try:
        domains = [canonical_domain(one) for one in service.domains]
        ranges = service.ranges if service.ranges is None else parse_ranges(service.ranges)
    except (InvalidAddress, InvalidRange):
        domains, ranges = [], service.ranges
    if not domains or tuple(domains) != service.domains or ranges != service.ranges:
        yield "its domains or ranges are none that an administrator could have given"
