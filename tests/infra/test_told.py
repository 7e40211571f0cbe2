"""`/_local/events`: what the local bus took, and nothing that it did not take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.published import AUDIT_SOURCE, NOTICE_SOURCE
from chalicelib.services.event_bus import Entry
from infra.gateway.__main__ import Front
from infra.gateway.api import LocalApi
from infra.gateway.mailbox import Mailbox
from infra.gateway.messages import Answer, Request
from infra.gateway.told import MOST, PATH, Told
from tests.fakes.samples import an_account, an_event
from tests.world.bus import Bus, a_teller
from tests.world.world import World

ENTRY = {"Source": "s", "DetailType": "<b>&", "Detail": json.dumps({"id": "1", "email": "<i>"})}


def ask(told: Told, accept: str = "application/json", method: str = "GET") -> Answer:
    return told.handle(Request(method, PATH, "", [("Accept", accept)], b"", "127.0.0.1"))


def heard(*codes: str, entries: int = 1) -> Told:
    """One call, each entry answered by this code; "" for taken."""
    told, context = Told(), dict[str, Any]()
    told.note({"Entries": [ENTRY] * entries}, context)
    told.keep({"Entries": [{"ErrorCode": code} if code else {"EventId": "7"} for code in codes]}, context)
    return told


def test_what_was_taken_is_shown_as_a_rule_s_target_would_get_it() -> None:
    (one,) = json.loads(ask(heard("")).body)["events"]
    assert (one["id"], one["source"], one["detail-type"], one["detail"]["id"]) == ("7", "s", "<b>&", "1")


def test_what_was_not_taken_is_not_shown() -> None:
    told = heard("ThrottlingException", "", "InternalFailure", entries=3)
    assert len(json.loads(ask(told).body)["events"]) == 1


def test_page_runs_nothing_and_shows_what_an_event_holds_as_text() -> None:
    answer = ask(heard(""), accept="text/html")
    page = answer.body.decode()
    assert "&lt;b&gt;&amp;" in page
    assert "<i>" not in page
    assert "default-src 'none'" in dict(answer.headers)["Content-Security-Policy"]
    assert "None yet" in ask(Told(), accept="text/html").body.decode()


def test_it_only_shows_and_keeps_no_more_than_so_many() -> None:
    assert ask(Told(), method="POST").status == 405
    told = heard(*[""] * (MOST + 5), entries=MOST + 5)
    assert len(json.loads(ask(told).body)["events"]) == MOST


def test_the_front_shows_it_beside_the_mailbox_once_the_portal_is_open() -> None:
    front, request = Front(), Request("GET", PATH, "", [], b"", "127.0.0.1")
    assert front(request).status == 503
    front.open(LocalApi(), Mailbox(list), heard(""))
    assert len(json.loads(front(request).body)["events"]) == 1


def test_calls_of_the_portal_s_own_client_are_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    told, bus = Told(), Bus()
    bus.refuses = lambda one: "InternalFailure" if one["DetailType"] == "refused" else ""
    teller = a_teller(world, bus, everything=True)
    emitter = teller.publisher._client.meta.events
    emitter.register("provide-client-params.events.PutEvents", told.note)
    emitter.register("after-call.events.PutEvents", told.keep)
    assert teller.tell([an_event(an_account().id, EventKind.ACCOUNT_FROZEN)]) == [None]
    assert teller.publisher.put([Entry("s", "refused", "{}")]) == ["events:InternalFailure"]
    found = json.loads(ask(told).body)["events"]
    assert [one["source"] for one in found] == [AUDIT_SOURCE, NOTICE_SOURCE]
