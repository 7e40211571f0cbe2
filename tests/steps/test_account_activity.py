"""The step `account_activity`: what its owner may see of an account's trail, and what to do about it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.activity import REASONS, SHOWN
from chalicelib.domain.events import EventKind
from chalicelib.presentation.engine import html_engine
from infra.openapi.schemas import answer_schemas
from tests.console.staff import staff
from tests.fakes.samples import an_event
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

PATH = "/account/activity"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SOURCE = "198.51.100.77"
EARLIER = re.compile(r'rel="next" href="([^"]+)"')


@pytest.fixture
def ann(world: World) -> Account:
    return world.person()


@pytest.fixture
def visitor(world: World, ann: Account) -> Visitor:
    one = world.visitor(SOURCE, **{"User-Agent": FIREFOX})
    one.logs_on(ann)
    return one


def lines(visitor: Visitor, kind: str | None = None) -> list[dict[str, Any]]:
    told = visitor.get(PATH).json()["events"]
    return [one for one in told if kind in (None, one["kind"])]


def test_logon_has_its_browser_network_and_time(world: World, visitor: Visitor) -> None:
    (line,) = lines(visitor)
    assert (line["kind"], line["by"], line["if_not_you"]) == ("authn_login_success", "account", "session")
    assert (line["address"], line["browser"]) == (SOURCE, "Firefox 128.0 on Linux")
    assert line["at"].endswith("Z")


def test_refusals_of_an_hour_are_one_line_in_the_owners_words(
    world: World, ann: Account, visitor: Visitor
) -> None:
    for _ in range(7):
        world.visitor().post("/logon", {"email": ann.address, "password": "wrong wrong wrong"})
    (line,) = lines(visitor, "authn_login_fail")
    assert (line["count"], line["addresses"], line["address"], line["reason"]) == (7, 7, "", None)
    assert line["reasons"] == {"wrong_password": 5, "too_many": 2}
    assert (line["by"], line["if_not_you"]) == ("nobody", "nothing")


def test_single_refusal_has_its_reference(world: World, ann: Account, visitor: Visitor) -> None:
    said = world.visitor().post("/logon", {"email": ann.address, "password": "wrong wrong wrong"}).json()
    (line,) = lines(visitor, "authn_login_fail")
    assert (line["reference"], line["reason"]) == (said["reference"], "wrong_password")


def test_guess_in_a_session_is_told_apart_from_strangers_guesses(
    world: World, ann: Account, visitor: Visitor
) -> None:
    """Attack: a thief in a session guesses the password, behind as many refused strangers as it takes."""
    for _ in range(3):
        world.visitor().post("/logon", {"email": ann.address, "password": "wrong wrong wrong"})
    fields = {"current_password": "guess guess guess", "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.post("/password/change", fields).status == 401
    (guess,) = lines(visitor, "authn_reauthentication_fail")
    assert (guess["count"], guess["address"], guess["if_not_you"]) == (1, SOURCE, "session")
    (refused,) = lines(visitor, "authn_login_fail")
    assert (refused["count"], refused["if_not_you"]) == (3, "nothing")


def test_tr_04_of_what_staff_did_there_is_neither_name_nor_place_nor_reason(
    world: World, ann: Account
) -> None:
    desk = staff(world)
    desk.does(ann, "ip-ranges", ranges=["127.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24"])
    desk.does(ann, "sessions/revoke")
    desk.does(ann, "contain", reason="suspicious mail")
    world.sends(ann)
    visitor = world.visitor(SOURCE)
    visitor.logs_on(ann, world.asks(ann).temporary)
    fields = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    visitor.goes_on(visitor.post("/password/change", fields))
    told = lines(visitor)
    by_staff = {one["kind"] for one in told if one["by"] == "administrator"}
    assert by_staff >= {"authz_ranges_changed", "session_revoked", "account_contained"}
    for one in told:
        if one["by"] == "administrator":
            assert (one["address"], one["addresses"], one["browser"], one["reason"]) == ("", 0, "", None)
            assert one["if_not_you"] == "support"
    for text in (visitor.get(PATH).text, visitor.get(PATH, Accept="text/html").text):
        for secret in (desk.account.address, desk.visitor.source, "suspicious mail", "192.0.2.0"):
            assert secret not in text


def test_tr_04_mails_readings_and_messages_sent_are_not_there(
    world: World, ann: Account, visitor: Visitor
) -> None:
    staff(world).trail(ann, "nothing")
    message = world.sends(ann)
    world.asks(ann)
    visitor.get(f"/messages/{message}")
    kinds = {one["kind"] for one in lines(visitor)}
    assert kinds == {"authn_login_success", "password_reset_asked", "message_read"}
    kept = {event.kind.value for event in world.store.events.of_account(ann.id)} - kinds
    assert kept == {"message_sent", "mail_sent"}


def test_tr_04_attempt_at_the_second_step_is_told_with_its_reason(world: World) -> None:
    bob, phone = enrolled(world)
    thief = world.visitor()
    thief.logs_on(bob)
    thief.post("/logon/code", {"code": "000000"})
    owner = world.visitor()
    owner.logs_on(bob)
    world.clock.passes(60)
    owner.goes_on(owner.post("/logon/code", {"code": phone.code()}))
    (code,) = lines(owner, "authn_code_fail")
    assert (code["reason"], code["address"], code["if_not_you"]) == ("wrong_code", thief.source, "password")
    (half,) = lines(owner, "authn_login_half_done")
    assert (half["count"], half["address"], half["if_not_you"]) == (1, thief.source, "password")


def test_own_changes_are_there(world: World, ann: Account, visitor: Visitor) -> None:
    world.visitor().logs_on(ann)
    visitor.post("/account/preferences", {"language": "de"})
    visitor.post("/account/sessions/revoke", {"others": True})
    visitor.goes_on(visitor.post("/reauthenticate", {"password": PASSWORD}))
    kinds = [one["kind"] for one in lines(visitor)]
    assert sorted(kinds) == sorted(
        [
            "authn_reauthenticated",
            "session_revoked",
            "account_preferences_changed",
            "authn_login_success",
            "authn_login_success",
        ]
    )
    assert {one["by"] for one in lines(visitor)} == {"account"}


def test_tr_03_nobody_sees_anothers(world: World, ann: Account, visitor: Visitor) -> None:
    for second in range(150):
        world.store.events.record(
            an_event(ann.id, EventKind.PASSWORD_CHANGED, world.clock() - second, source=SOURCE)
        )
    before = visitor.get(PATH).json()["before"]
    assert before
    eve = world.visitor()
    eve.logs_on(world.person())
    told = [eve.get(f"{PATH}{query}").json() for query in ("", f"?before={before}")]
    assert all(SOURCE not in str(one) for one in told)
    assert not told[1]["events"]


def test_tr_02_pages_go_back_to_the_first_event_whatever_is_not_shown(
    world: World, ann: Account, visitor: Visitor
) -> None:
    for ago in range(0, 230 * 900, 900):
        at = world.clock() - ago
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, at))
        world.store.events.record(an_event(ann.id, EventKind.LOGON_REFUSED, at - 1))
        for more in (2, 3, 4):
            world.store.events.record(an_event(ann.id, EventKind.TRAIL_READ, at - more))
    found, before = list[dict[str, Any]](), ""
    while before is not None:
        page = visitor.get(f"{PATH}?before={before}").json()
        assert len(page["events"]) <= 100
        found += page["events"]
        before = page["before"]
    count = {kind: sum(one["count"] for one in found if one["kind"] == kind) for kind in KINDS}
    assert count == {"authn_password_change": 230, "authn_login_fail": 230, "authn_login_success": 1}
    assert {one["kind"] for one in found} == set(KINDS)


KINDS = ("authn_password_change", "authn_login_fail", "authn_login_success")


def test_tr_02_person_turns_the_pages_by_links(world: World, ann: Account) -> None:
    browser = world.browser()
    browser.logs_on(ann)
    for second in range(60):
        world.store.events.record(an_event(ann.id, EventKind.PASSWORD_CHANGED, world.clock() - second))
    html, turned = browser.get(PATH).text, 0
    while link := EARLIER.search(html):
        html, turned = browser.get(unescape(link[1])).text, turned + 1
        assert f'href="{PATH}"' in html
    assert (turned, "Nothing earlier is recorded." in html) == (2, True)


@pytest.mark.parametrize("before", ["x", "MjAyNi0wMi0zMA", "%C3%A4"])
def test_tr_03_position_that_is_none_is_refused_by_its_field(visitor: Visitor, before: str) -> None:
    reply = visitor.get(f"{PATH}?before={before}")
    assert (reply.status, reply.code) == (422, "invalid_request")


def test_beside_each_is_what_can_be_done_at_once(world: World, ann: Account) -> None:
    browser = world.browser()
    browser.logs_on(ann)
    (other := world.visitor()).logs_on(ann)
    html = browser.get(PATH).text
    assert html.count("<summary>") == len(browser.get(PATH, Accept="application/json").json()["events"])
    assert 'action="/account/sessions/revoke"' in html
    assert 'href="/password/change"' in html
    assert browser.post("/account/sessions/revoke", {"others": "true"}).status == 303
    assert other.get("/account").status == 401
    assert PATH in browser.get("/account").text


def test_every_kind_and_reason_has_its_words() -> None:
    words = html_engine("en").get_template("parts/activity_words.html").module
    assert set(words.WHAT) == {kind.value for kind in SHOWN}  # type: ignore[attr-defined]
    assert set(words.WHY) == set(REASONS.values())  # type: ignore[attr-defined]


def test_reading_it_changes_nothing(world: World, visitor: Visitor) -> None:
    before = world.rows()
    visitor.get(PATH)
    assert world.rows() == before


def test_answer_has_the_fields_of_the_contract(visitor: Visitor) -> None:
    answer = visitor.get(PATH).json()
    schemas = answer_schemas()
    assert set(answer) == set(schemas["Activity"]["properties"])
    assert set(answer["events"][0]) == set(schemas["ActivityLine"]["properties"])
