"""The step `walk_canary`: a person's way through the portal, told leg by leg, and seen in nobody's lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.canary import canary_address, canary_password
from chalicelib.domain.events import ATTEMPTS, EventKind
from chalicelib.domain.held_keys import KeysUnread
from chalicelib.runtime import log
from chalicelib.services.own_portal import Answer
from chalicelib.steps import walk_canary
from chalicelib.steps.walk_canary import MAIL_SECONDS
from tests.console.staff import staff
from tests.world.canary import asking_in, set_up, walks, who
from tests.world.ses_events import arrive, bounce, delivery
from tests.world.world import World

WHOLE = {"failed": None}
LEGS = ["health", "logon", "deep", "reset", "mail", "logoff"]
SET = "portal-dev"


def delivers(world: World) -> None:
    world.delivers()


def told(world: World, what: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, world.lines) if line["what"] == what]


def measured(world: World, metric: log.Metric) -> list[Any]:
    return [line[metric.name] for line in map(json.loads, world.lines) if metric.name in line]


def test_whole_walk_has_a_time_for_each_leg_and_counts_as_one(world: World) -> None:
    set_up(world)
    world.delivers()
    world.lines.clear()
    assert walks(world) == WHOLE
    assert [line["leg"] for line in told(world, "canary_leg")] == LEGS
    assert [line["CanaryLegTime"] for line in told(world, "canary_leg")] == [0, 0, 0, 0, 0.5, 0]
    assert (measured(world, log.WALKS), measured(world, log.LEG_FAILURES)) == ([1], [])
    assert [mail.to for mail in world.mails()][-1] == canary_address(world.rings["canary"])
    live = [one for one in world.fake.tables.sessions.values() if one.account_id == who(world)]
    assert live == []


def test_twelve_walks_an_hour_all_get_their_mail(world: World) -> None:
    """A person's limits, three an hour and ten a day, would end it after a quarter of an hour."""
    set_up(world)
    for _ in range(2 * 12):
        assert walks(world) == WHOLE
        world.clock.passes(300)
    withheld = [one for one in world.fake.tables.events.values() if one.kind is EventKind.MAIL_WITHHELD]
    assert withheld == []
    assert sum(mail.to.startswith("success+") for mail in world.mailer.sent) == 2 * 12


def test_it_walks_where_everybody_needs_a_second_step(world: World) -> None:
    strict = World(REQUIRE_TWO_STEP="all")
    set_up(strict)
    assert walks(strict) == WHOLE


def test_where_ses_tells_of_deliveries_the_mail_must_be_delivered(world: World) -> None:
    told_of = World(SES_CONFIGURATION_SET=SET)
    set_up(told_of)
    told_of.delivers()

    def beside() -> None:
        told_of.delivers()
        if told_of.clock.now % 8 < 4:
            arrive(told_of, delivery(told_of.mailer.sent[-1], at=told_of.clock()))

    assert walks(told_of, beside=beside) == WHOLE
    told_of.clock.passes(300)
    assert walks(told_of) == {"failed": "mail"}
    assert told(told_of, "canary_leg")[-2]["cause"] == "the mail is sent"


def test_mail_that_comes_back_fails_at_once(world: World) -> None:
    told_of = World(SES_CONFIGURATION_SET=SET)
    set_up(told_of)

    def beside() -> None:
        told_of.delivers()
        arrive(told_of, bounce(told_of.mailer.sent[-1], "Transient", at=told_of.clock()))

    assert walks(told_of, beside=beside) == {"failed": "mail"}
    assert told(told_of, "canary_leg")[-2]["cause"] == "the mail is bounced"


def test_mail_that_nobody_sends_fails_after_its_time_and_the_session_ends_all_the_same(world: World) -> None:
    set_up(world)
    world.delivers()
    began = world.clock.now
    assert walks(world, beside=lambda: None) == {"failed": "mail"}
    assert MAIL_SECONDS <= world.clock.now - began < MAIL_SECONDS + 5
    lines = told(world, "canary_leg")
    assert (lines[-2]["leg"], lines[-2]["cause"]) == ("mail", "the mail is waiting")
    assert (lines[-2]["CanaryLegFailures"], lines[-1]["leg"]) == (1, "logoff")
    assert measured(world, log.WALKS) == [0]
    assert [one for one in world.fake.tables.sessions.values() if one.account_id == who(world)] == []


def test_mail_of_the_walk_before_is_not_taken_for_this_one(world: World) -> None:
    set_up(world)
    assert walks(world) == WHOLE
    world.clock.passes(300)
    assert walks(world, beside=lambda: None) == {"failed": "mail"}


def test_account_that_is_not_set_up_fails_at_the_logon(world: World) -> None:
    assert walks(world) == {"failed": "logon"}
    (line,) = [one for one in told(world, "canary_leg") if one["leg"] == "logon"]
    assert (line["level"], line["cause"]) == ("ERROR", "401 invalid_logon")
    assert measured(world, log.WALKS) == [0]


def test_what_is_failing_is_told_with_the_leg(world: World) -> None:
    set_up(world)
    world.portal = world.portal._replace(sending=lambda: ("paused", None))
    assert walks(world) == {"failed": "deep"}
    assert told(world, "canary_leg")[-2]["cause"] == "503 unavailable ses paused"


def test_keys_that_cannot_be_read_fail_the_logon(world: World) -> None:
    set_up(world)
    known = world.keyring

    def away(use: Any) -> Any:
        if use == "canary":
            cause = "secretsmanager:EndpointConnectionError"
            raise KeysUnread(cause)
        return known(use)

    world.portal = world.portal._replace(keyring=away)
    assert walks(world) == {"failed": "logon"}
    assert told(world, "canary_leg")[-1]["cause"] == "secretsmanager:EndpointConnectionError"


@pytest.mark.parametrize("leg", LEGS)
def test_portal_that_does_not_answer_fails_whichever_leg_it_is(world: World, leg: str) -> None:
    set_up(world)
    paths = {"health": "/health", "logon": "/logon", "deep": "/health/deep", "reset": "/password/forgot"}
    paths["logoff"] = "/logoff"
    ask, looked = asking_in(world), [0]

    def broken(method: str, path: str, fields: Mapping[str, str] | None, token: str | None) -> Answer:
        looked[0] += path == "/health/deep"
        second_look = path == "/health/deep" and looked[0] == 2
        if path == paths.get(leg) or (leg == "mail" and second_look):
            message = "the connection was closed by portal.example with sEcReT"
            raise ConnectionResetError(message)
        return ask(method, path, fields, token)

    assert walks(world, broken) == {"failed": leg}
    (line,) = [one for one in told(world, "canary_leg") if "cause" in one]
    assert (line["leg"], line["cause"]) == (leg, "no answer: ConnectionResetError")
    assert "sEcReT" not in "".join(world.lines)


def test_nonsense_for_an_answer_fails_and_is_not_repeated_in_the_log(world: World) -> None:
    set_up(world)
    ask = asking_in(world)
    for told_instead in (
        Answer(200, {"session": "sEcReT", "next": "portal"}),
        Answer(200, {}),
        Answer(200, {"session": {"token": "sEcReT"}, "next": "enter_code"}),
        Answer(500, {"code": "sEcReT with spaces"}),
        Answer(403, {"code": ["sEcReT"], "ses": {"sEcReT": 1}}),
    ):

        def lies(
            method: str,
            path: str,
            fields: Mapping[str, str] | None,
            token: str | None,
            answer: Answer = told_instead,
        ) -> Answer:
            return answer if path == "/logon" else ask(method, path, fields, token)

        assert walks(world, lies) == {"failed": "logon"}
    assert "sEcReT" not in "".join(world.lines)


def test_session_that_outlives_its_logoff_is_a_failure(world: World) -> None:
    set_up(world)
    ask = asking_in(world)

    def keeps(method: str, path: str, fields: Mapping[str, str] | None, token: str | None) -> Answer:
        return Answer(204, {}) if path == "/logoff" else ask(method, path, fields, token)

    assert walks(world, keeps) == {"failed": "logoff"}


def test_no_line_and_no_event_holds_its_password_or_its_session(world: World) -> None:
    set_up(world)
    ask, tokens = asking_in(world), []

    def seen(method: str, path: str, fields: Mapping[str, str] | None, token: str | None) -> Answer:
        tokens.append(token)
        return ask(method, path, fields, token)

    assert walks(world, seen) == WHOLE
    secrets = {canary_password(world.rings["canary"]), *(one.partition(".")[2] for one in tokens if one)}
    assert len(secrets) == 2
    written = "".join(world.lines) + str(world.fake.tables.events)
    assert [one for one in secrets if one in written] == []
    assert canary_address(world.rings["canary"]) not in "".join(world.lines)


def test_people_s_numbers_and_the_lists_of_the_console_do_not_know_it(world: World) -> None:
    set_up(world)
    desk, ann = staff(world), world.person()
    world.visitor().logs_on(ann)
    world.asks(ann)
    world.lines.clear()
    before = desk.visitor.get("/admin/attempts").json()["attempts"]
    assert walks(world) == WHOLE
    people = {log.LOGONS, log.LOCKS, log.CODES, log.MAILS_BY_FATE, log.MAIL_WAIT}
    assert [line for line in map(json.loads, world.lines) if {one.name for one in people} & line.keys()] == []
    assert desk.visitor.get("/admin/attempts").json()["attempts"] == before
    domains = {one["domain"] for one in desk.visitor.get("/admin/domains").json()["domains"]}
    assert "simulator.amazonses.com" not in domains
    for query in ("", "?q=success", "?status=active", f"?q={canary_address(world.rings['canary'])}"):
        listed = {one["email"] for one in desk.visitor.get(f"/admin/users{query}").json()["users"]}
        assert not any(one.startswith("success+") for one in listed), query
    users = desk.visitor.get("/admin/users?domain=simulator.amazonses.com").json()["users"]
    assert [one["email"] for one in users] == [canary_address(world.rings["canary"])]
    world.lines.clear()
    world.visitor().logs_on(ann)
    assert measured(world, log.LOGONS) == [1]


def test_wrong_passwords_for_it_are_listed_like_anybodys(world: World) -> None:
    """Somebody who tries to be the canary is worth seeing."""
    set_up(world)
    email = canary_address(world.rings["canary"])
    world.visitor().post("/logon", {"email": email, "password": "wrong"})
    (refused,) = [one for one in world.fake.tables.events.values() if one.kind in ATTEMPTS]
    assert refused.reason == "wrong_password"
    shown = staff(world).visitor.get("/admin/attempts").json()["attempts"]
    assert refused.reference in {one["reference"] for one in shown}


def test_function_asks_the_portal_by_its_own_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(world)
    urls: list[str] = []

    def asking(url: str) -> Any:
        urls.append(url)
        return asking_in(world)

    monkeypatch.setattr(walk_canary, "asking", asking)
    world.portal = world.portal._replace(sleep=lambda _: delivers(world))
    assert world.invoke("walk_canary", {}) == WHOLE
    assert urls == [world.settings.portal_url]
