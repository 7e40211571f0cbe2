"""What staff of some domains alone may be told and may do."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.details import Details
from chalicelib.domain.events import EventKind
from chalicelib.domain.membership import Office
from chalicelib.domain.published import DETAILS
from chalicelib.domain.reach import ABOUT_OTHERS, looks_after, named_within, reaches, retold_to, told_to
from tests.domain.test_access import a_caller
from tests.fakes.samples import an_event

# Of others than the account in whose trail it stands.
NAMES_OTHERS = {"acts_of", "administrators", "attempts", "events_of", "policy", "user", "users", "whose"}
# These stand in a trail that is nobody's account: a service's.
ELSEWHERE = {EventKind.SERVICE_MADE, EventKind.SERVICE_ROTATED, EventKind.SERVICE_REVOKED}


def test_no_event_that_names_others_is_told_with_an_account_of_their_domain() -> None:
    named = {kind for kind, details in DETAILS.items() if NAMES_OTHERS & set(details)}
    # The last one's `from` is whoever wrote back.
    assert (named - ELSEWHERE) | {EventKind.REPLY_RECEIVED} == ABOUT_OTHERS


@pytest.mark.parametrize(
    ("domains", "address", "within"),
    [
        (None, "a@other.test", True),
        ((), "a@ours.test", False),
        (("ours.test",), "a@ours.test", True),
        (("ours.test",), "a@sub.ours.test", False),
        (("ours.test",), "a@ours.test.evil.test", False),
        (("x.test", "ours.test"), "a@ours.test", True),
    ],
)
def test_ad_20_a_domain_is_itself_alone(domains: Any, address: str, within: bool) -> None:
    caller, who = a_caller()._replace(domains=domains), account_id(canonical_address(address))
    assert reaches(caller, who) is within
    assert looks_after(caller, address.partition("@")[2]) is within
    assert told_to(caller)(an_event(who, EventKind.LOGON_REFUSED)) is within


@pytest.mark.parametrize("kind", sorted(ABOUT_OTHERS))
def test_what_one_of_their_domain_did_elsewhere_is_told_to_nobody_but_themselves(kind: EventKind) -> None:
    caller = a_caller()
    ours = caller._replace(domains=(caller.address.partition("@")[2],))
    other = account_id(canonical_address(f"boss@{caller.address.partition('@')[2]}"))
    assert told_to(caller)(an_event(other, kind))
    assert not told_to(ours)(an_event(other, kind))
    assert told_to(ours)(an_event(caller.account_id, kind))


OURS, OTHER = "a@ours.test", "b@other.test"
LISTS = {"domains": ["other.test", "ours.test"], "kind": "support"}


@pytest.mark.parametrize(
    ("kind", "details", "left"),
    [
        (EventKind.ADDRESS_CHANGED, {"from": OURS, "to": OTHER}, {"from": OURS}),
        (EventKind.ADDRESS_ASKED, {"to": OTHER, "reason": "x"}, {"reason": "x"}),
        (EventKind.ADDRESS_PROOF_ISSUED, {"to": OURS}, {"to": OURS}),
        # Who wrote to somebody of theirs is told.
        (EventKind.MESSAGE_SENT, {"from": OTHER}, {"from": OTHER}),
        (
            EventKind.MAIL_BOUNCED,
            {"mail": "address_proof_issued", "cause": f"550 {OTHER}"},
            {"mail": "address_proof_issued"},
        ),
        (EventKind.MAIL_BOUNCED, {"mail": "account_invited", "cause": f"550 {OURS}"}, None),
        (EventKind.MAIL_WITHHELD, {"about": "address_changed", "cause": "too_late"}, None),
        (EventKind.MAIL_SENT, {"about": "x", "mailed": account_id(canonical_address(OTHER))}, {"about": "x"}),
        (EventKind.MAIL_SENT, {"about": "x", "mailed": account_id(canonical_address(OURS))}, None),
        (
            EventKind.KIND_CHANGED,
            {"before": LISTS, "after": {"domains": None}},
            {"before": {"domains": ["ours.test"], "kind": "support"}, "after": {"domains": None}},
        ),
        (EventKind.SECOND_ASKED, {"domains": ["other.test"]}, {"domains": []}),
    ],
)
def test_ad_20_an_event_is_told_without_what_it_says_of_another_domain(
    kind: EventKind, details: Any, left: Any
) -> None:
    event = an_event(account_id(canonical_address(OURS)), kind)._replace(details=details)
    ours = a_caller()._replace(domains=("ours.test",))
    assert retold_to(ours)(event).details == (details if left is None else left)
    assert retold_to(a_caller())(event) is event


A, AB, ALL = ("a.test",), ("a.test", "b.test"), None


@pytest.mark.parametrize(
    ("office", "before", "more"),
    [
        (Office(Kind.ADMINISTRATOR), Office(Kind.RECIPIENT), True),
        (Office(Kind.ADMINISTRATOR, A), Office(Kind.RECIPIENT), True),
        (Office(Kind.ADMINISTRATOR, A), Office(Kind.SUPPORT, A), True),
        (Office(Kind.ADMINISTRATOR), Office(Kind.ADMINISTRATOR, A), True),
        (Office(Kind.ADMINISTRATOR, AB), Office(Kind.ADMINISTRATOR, A), True),
        (Office(Kind.ADMINISTRATOR, A), Office(Kind.ADMINISTRATOR, AB), False),
        (Office(Kind.ADMINISTRATOR, A), Office(Kind.ADMINISTRATOR, ALL), False),
        (Office(Kind.ADMINISTRATOR, A), Office(Kind.ADMINISTRATOR, A), False),
        (Office(Kind.ADMINISTRATOR), Office(Kind.ADMINISTRATOR), False),
        (Office(Kind.SUPPORT), Office(Kind.RECIPIENT), False),
        (Office(Kind.SUPPORT), Office(Kind.SUPPORT, A), False),
    ],
)
def test_a_second_administrator_is_asked_where_one_gets_more(
    office: Office, before: Office, more: bool
) -> None:
    assert office.gives_more_than(before) is more


def test_ad_20_before_and_after_name_of_domains_only_theirs() -> None:
    ours = a_caller()._replace(domains=A)
    event = an_event(
        ours.account_id,
        EventKind.KIND_CHANGED,
        details={"before": {"domains": [*AB]}, "after": {"domains": [*AB]}},
    )
    told = retold_to(ours)(event).told
    assert (told["before"], told["after"]) == ({"domains": [*A]}, {"domains": [*A]})


def test_an_address_that_is_not_told_is_of_nobodys_domain() -> None:
    assert not named_within(a_caller()._replace(domains=A), None)


def test_ad_20_where_an_account_came_from_and_whom_a_server_did_not_know_is_left_out() -> None:
    ours = a_caller()._replace(domains=A)
    moved = {"from": "ann@other.test", "to": "ann@a.test"}
    told = retold_to(ours)(an_event(ours.account_id, EventKind.ADDRESS_CHANGED, details=moved)).told
    assert (told["from"], told["to"]) == (None, "ann@a.test")
    cause = "550 <ann@other.test> is not here"
    for name in ("about", "mail"):
        details: Details = {"cause": cause}
        details[name] = EventKind.ADDRESS_PROOF_ISSUED.value
        assert (
            retold_to(ours)(an_event(ours.account_id, EventKind.MAIL_FAILED, details=details)).told["cause"]
            is None
        )
