"""docs/events.md and its schemas are what runs: made anew from the tables, whole, and true of what is published."""

from __future__ import annotations

import json
import re
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from chalicelib.domain.accounts import Status
from chalicelib.domain.administration import Actor, Containment, contain, done
from chalicelib.domain.details import Details
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.personal import IMPERSONAL, IMPERSONAL_STATE, PERSONAL, PERSONAL_STATE
from chalicelib.domain.published import AUDIT_SOURCE, DETAILS, NOTICE_SOURCE, NOTICES, VERSIONS, audit, notice
from infra import event_schemas, event_words
from infra.event_page import PAGE, SCHEMA, page, written
from tests.docs.tables import plain, rows
from tests.fakes.samples import an_account, an_event
from tests.published import complaints

TEXT = PAGE.read_text(encoding="utf-8")
MEASURES = set(re.findall(r"`(\w+)`", TEXT.partition("`measures` are any of")[2].partition("among them")[0]))
# As it was before there was a second family: names, fields in their order, types.
NOTICE_FIELDS: dict[str, Any] = {
    "version": int,
    "id": str,
    "at": str,
    "account_id": str,
    "email": str,
    "by": str,
    "reason": (str, type(None)),
    "measures": list,
}


def examples() -> list[Any]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


def test_page_and_schemas_are_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m infra.event_page writes it"
    assert SCHEMA.read_text(encoding="utf-8") == written(), "python -m infra.event_page writes it"


def test_every_kind_is_there_with_its_version_its_sentence_and_its_details() -> None:
    assert set(VERSIONS) == set(DETAILS) == set(event_words.KINDS) == set(EventKind)
    assert {plain(kind) for kind, *_ in rows(PAGE, "kind")} == set(EventKind)
    assert set(event_words.DETAILS) == set(get_type_hints(Details))
    assert {name for names in DETAILS.values() for name in names} == set(event_words.DETAILS)


def test_every_detail_is_personal_or_is_not() -> None:
    """One that is added tomorrow stays inside until somebody has decided."""
    assert set(event_words.DETAILS) == IMPERSONAL | PERSONAL
    assert set() == IMPERSONAL & PERSONAL
    assert set() == IMPERSONAL_STATE & PERSONAL_STATE


def test_every_schema_is_one_and_stands_by_itself_in_the_file() -> None:
    found = json.loads(SCHEMA.read_text(encoding="utf-8"))
    registry: Registry[Any] = Registry().with_resource(found["$id"], Resource.from_contents(found))
    event = json.loads(json.dumps(audit(a_full_event(), personal=True)))
    for name, one in found["$defs"].items():
        Draft202012Validator.check_schema(one)
        errors = list(Draft202012Validator(one, registry=registry).iter_errors(event))
        assert bool(errors) is (name not in {"event", EventKind.ACCOUNT_CONTAINED.value})
    assert set(found["$defs"]) == {"event", *NOTICES.values(), *EventKind}


def a_full_event(**facts: Any) -> Event:
    """Everything that a containment tells."""
    account = an_account(ranges=None)
    details: Any = {
        "actor_kind": "administrator",
        "reason": "call from ann@people.test",
        "before": {"status": "active", "ranges": ["192.0.2.0/24"], "support_contact": "desk@people.test"},
        "after": {"status": "disabled", "ranges": None, "support_contact": None},
        "measures": ["password", "sessions"],
    }
    event = an_event(account.id, EventKind.ACCOUNT_CONTAINED, email=account.address, details=details)
    return event._replace(actor="desk@people.test", source="192.0.2.1", user_agent="x", zone="UTC", **facts)


def test_what_is_personal_is_left_out_and_the_schema_wants_it_so() -> None:
    told = audit(a_full_event(), personal=False)
    text = json.dumps(told)
    assert [one for one in ("@people.test", "192.0.2", "call from") if one in text] == []
    assert told["details"] == {
        "actor_kind": "administrator",
        "before": {"status": "active"},
        "after": {"status": "disabled"},
        "measures": ["password", "sessions"],
    }
    judge = Draft202012Validator(event_schemas.schema(EventKind.ACCOUNT_CONTAINED))
    assert list(judge.iter_errors(told)) == []
    said = audit(a_full_event(), personal=True)
    wrong = {
        error.json_path
        for error in judge.iter_errors(json.loads(json.dumps(said | {"personal_data": False})))
    }
    assert wrong == {
        *(f"$.{one}" for one in ("email", "actor", "source", "user_agent", "time_zone")),
        *("$.details", "$.details.before", "$.details.after"),
    }


def test_schemas_allow_for_fields_that_are_added_and_our_own_tests_do_not() -> None:
    told = json.loads(json.dumps(audit(a_full_event(), personal=True)))
    later = told | {"new": 1, "details": told["details"] | {"newer": 2}}
    kind = EventKind.ACCOUNT_CONTAINED
    assert list(Draft202012Validator(event_schemas.schema(kind)).iter_errors(later)) == []
    for one in (told | {"new": 1}, told | {"details": {"newer": 2}}):
        assert list(Draft202012Validator(event_schemas.schema(kind, closed=True)).iter_errors(one)) != []
    assert complaints(a_full_event()) == []
    strange: Any = {"attempts": {}}
    assert complaints(a_full_event()._replace(details=strange)) != []


@pytest.mark.parametrize("event", [one for one in EventKind if one in NOTICES])
def test_a_notice_is_as_it_always_was(event: EventKind) -> None:
    """Whoever acts on notices today need change nothing, whatever the stage publishes besides."""
    full: Any = {"actor_kind": "administrator", "reason": "because", "measures": ["password"]}
    empty: Any = {}
    for details in (empty, full):
        told = notice(an_event(an_account().id, event, email="a@people.test", details=details))
        assert list(told) == list(NOTICE_FIELDS)
        wrong = [name for name, kind in NOTICE_FIELDS.items() if not isinstance(told[name], kind)]
        assert (wrong, told["version"], NOTICE_SOURCE) == ([], 1, "secure-messaging-portal.accounts")
    assert sorted(set(NOTICES.values())) == [
        "account.contained",
        "account.disabled",
        "account.frozen",
        "account.password_reset",
    ]


def test_every_measure_is_documented() -> None:
    account = an_account()
    asked = [Containment(disable=True), Containment(require_two_step=True, ranges=(), sets_ranges=True)]
    found = [done(account, contain(account, Actor(an_account().id, 1), one, 0).new) for one in asked]
    assert {name for names in found for name in names} == MEASURES
    assert all(names[:2] == ["password", "sessions"] for names in found)


def test_examples_are_events_and_the_rules_match_them() -> None:
    told, rule, event, rule_of_all = examples()
    judge = Draft202012Validator(event_schemas.notice(told["detail-type"], closed=True))
    assert list(judge.iter_errors(told["detail"])) == []
    assert (told["source"] in rule["source"], told["detail-type"] in rule["detail-type"]) == (True, True)
    assert set(rule["detail-type"]) <= set(NOTICES.values())
    assert set(told["detail"]["measures"]) <= MEASURES
    kind = EventKind(event["detail-type"])
    judge = Draft202012Validator(event_schemas.schema(kind, closed=True), format_checker=FormatChecker())
    assert list(judge.iter_errors(event["detail"])) == []
    assert (event["source"], rule_of_all["source"]) == (AUDIT_SOURCE, [AUDIT_SOURCE])


def test_event_holds_no_secret_and_a_notice_no_address_of_the_actor() -> None:
    account = an_account(status=Status.DISABLED)
    facts: Any = {"email": account.address, "actor": "desk@people.test", "source": "192.0.2.1"}
    event = an_event(account.id, EventKind.PASSWORD_RESET, **facts)
    told = json.dumps(notice(event))
    assert account.address in told
    assert "desk@people.test" not in told
    assert "192.0.2.1" not in told
