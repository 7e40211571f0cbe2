"""The step `password_reset`: the link, the form behind it, and the one post that spends it."""

import json
import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.tokens import Token, digest
from chalicelib.flows.strength import LABELS
from tests.fakes.planting import plant
from tests.world.visitors import CHOSEN, PASSWORD, Reply
from tests.world.world import World

ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}
COOKIE = "__Host-portal-reset"


def issued(premises: World, **facts: Any) -> tuple[Account, str]:
    """Somebody who asked for a reset, and the token of the mail's link."""
    account = premises.person(**facts)
    return account, premises.asks(account).token("/password/reset")


def posts(premises: World, token: object, **entries: object) -> Reply:
    return premises.visitor().post("/password/reset", {"token": token, **ENTRIES, **entries})


def test_link_moves_its_token_into_a_cookie_for_ten_minutes(premises: World) -> None:
    """RS-04."""
    _, token = issued(premises)
    reply = premises.browser().get(f"/password/reset/{token}", **{"Sec-Fetch-Site": "cross-site"})
    assert (reply.status, reply.header("Location"), reply.body) == (303, "/password/reset", b"")
    assert reply.cookies == {
        COOKIE: f"{COOKIE}={token}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure",
    }
    assert (reply.header("Referrer-Policy"), reply.header("Cache-Control")) == ("same-origin", "no-store")


def test_browser_resets_by_the_cookie_and_gets_no_session(premises: World) -> None:
    """RS-10: no automatic logon."""
    ann, token = issued(premises)
    browser = premises.browser()
    browser.get(f"/password/reset/{token}")
    page = browser.get("/password/reset")
    assert page.status == 200
    assert token not in page.text
    reply = browser.post("/password/reset", ENTRIES)
    assert (reply.status, reply.header("Location")) == (303, "/password/reset?done=1")
    assert browser.jar == {}
    assert premises.visitor().logs_on(ann, CHOSEN) == "portal"


def test_page_of_a_refused_password_says_how_strong_it_seemed_and_the_first_page_nothing(
    premises: World,
) -> None:
    _, token = issued(premises)
    browser = premises.browser()
    browser.get(f"/password/reset/{token}")
    assert browser.get("/password/reset").hint is None
    assert browser.post("/password/reset", {**ENTRIES, "confirm_password": "x"}).hint == (4, LABELS[4])
    same = {"new_password": "passwordpassword", "confirm_password": "passwordpassword"}
    assert browser.post("/password/reset", same).hint == (0, LABELS[0])
    assert browser.post("/password/reset", {"new_password": "", "confirm_password": ""}).hint is None
    assert "strength" not in posts(premises, token, confirm_password="x").json()


def test_rs_10_success_ends_sessions_lifts_the_lock_and_is_told(premises: World) -> None:
    ann = premises.person()
    owner = premises.visitor()
    owner.logs_on(ann)
    token = premises.asks(ann).token("/password/reset")
    plant(premises.store, premises.stored(ann)._replace(failures=7, locked_until=4e9))
    assert posts(premises, token).json() == {"next": "log_on"}
    assert owner.get("/account").code == "session_required"
    assert (premises.stored(ann).failures, premises.stored(ann).locked_until) == (0, 0)
    assert premises.mails(ann)[-1].subject == "Your password has been reset"
    assert premises.visitor().logs_on(ann, CHOSEN) == "portal"
    assert premises.visitor().post("/logon", {"email": ann.address, "password": PASSWORD}).status == 401


def test_rs_01_link_is_good_until_its_last_second(premises: World) -> None:
    for seconds, status in ((3599.5, 200), (3600, 410)):
        _, token = issued(premises)
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
        premises.clock.passes(seconds)
        assert premises.visitor().get("/password/reset", Cookie=f"{COOKIE}={token}").status == status
        assert posts(premises, token).status == status


def test_rs_01_only_the_digest_is_stored(premises: World) -> None:
    _, token = issued(premises)
    stored = str(premises.fake.tables)
    assert token not in stored
    assert digest(Token(token)) in stored


def test_rs_02_link_is_used_once_and_the_first_password_stays(premises: World) -> None:
    ann, token = issued(premises)
    assert posts(premises, token).status == 200
    again = posts(
        premises, token, new_password="another one for later", confirm_password="another one for later"
    )
    assert again.code == "link_unusable"
    assert premises.visitor().logs_on(ann, CHOSEN) == "portal"


def test_rs_03_get_and_head_spend_and_change_nothing(premises: World) -> None:
    _, token = issued(premises)
    before = premises.rows("accounts", "resets", "sessions", "events", "throttles")
    for method in ("GET", "HEAD") * 5:
        visitor = premises.visitor(**{"User-Agent": "LinkScanner/1.0"})
        assert visitor.sends(method, f"/password/reset/{token}").status == 303
        assert visitor.sends(method, "/password/reset", headers={"Cookie": f"{COOKIE}={token}"}).status == 200
    assert premises.rows("accounts", "resets", "sessions", "events", "throttles") == before
    assert posts(premises, token).status == 200


def test_en_06_every_unusable_link_gets_the_same_answer(premises: World) -> None:
    _, used = issued(premises)
    posts(premises, used)
    superseded_owner, superseded = issued(premises)
    posts(premises, premises.asks(superseded_owner).token("/password/reset"))
    disabled_owner, disabled = issued(premises)
    plant(premises.store, disabled_owner._replace(status=Status.DISABLED))
    outside_owner, outside = issued(premises)
    plant(premises.store, outside_owner._replace(ranges=("192.0.2.0/24",)))
    _, expired = issued(premises)
    premises.clock.passes(3600)
    fresh_owner, fresh = issued(premises)
    plant(premises.store, fresh_owner._replace(ranges=()))
    tokens = [used, superseded, disabled, outside, expired, fresh, "A" * 43, "short", "", "A" * 200]
    replies = [posts(premises, token) for token in tokens]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert (replies[0].status, replies[0].code) == (410, "link_unusable")
    shown = [
        premises.browser().get("/password/reset", Cookie=f"{COOKIE}={token}")
        for token in (used, expired, "x")
    ]
    assert {page.same for page in shown} == {shown[0].same}
    assert "Send me a new link" in shown[0].text


def test_rs_07_nothing_sets_a_password_without_the_link(premises: World) -> None:
    ann, token = issued(premises)
    hashed = premises.stored(ann).password_hash
    for odd in (
        None,
        [token],
        {"token": token},
        7,
        True,
        "",
        " ",
        token + "=",
        token.lower() + "A",
        f"{token} ",
    ):
        reply = posts(premises, odd)
        assert reply.status in {410, 422}, odd
    assert premises.visitor().post("/password/reset", ENTRIES).code == "link_unusable"
    assert premises.visitor().post("/password/change", ENTRIES).code == "session_required"
    assert premises.visitor().post("/not-me", {"token": token}).code == "link_unusable"
    assert premises.stored(ann).password_hash == hashed


def test_rs_08_link_is_bound_to_its_purpose_and_epoch(premises: World) -> None:
    ann, token = issued(premises)
    posts(premises, token)
    not_me = premises.mails(ann)[-1].token("/not-me")
    assert posts(premises, not_me).code == "link_unusable"
    row = premises.fake.tables.resets[link_key(Purpose.NOT_ME, digest(Token(not_me)))]
    forged = row._replace(key=link_key(Purpose.RESET, digest(Token(not_me))))
    plant(premises.store, forged)  # even a row under the right key is not enough
    assert posts(premises, not_me).code == "link_unusable"


@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.DISABLED}, {"alias_of": "x"}])
def test_rs_09_link_is_dead_after_the_account_changed(premises: World, change: dict[str, Any]) -> None:
    ann, token = issued(premises)
    plant(premises.store, premises.stored(ann)._replace(**change))
    assert posts(premises, token).code == "link_unusable"


def test_rs_09_freeze_is_lifted_by_a_link_asked_for_afterwards(premises: World) -> None:
    ann, token = issued(premises, status=Status.FROZEN, password_hash=None)
    assert posts(premises, token).status == 200
    assert premises.stored(ann).status is Status.ACTIVE


def test_rs_12_refused_password_leaves_the_link_unspent(premises: World) -> None:
    ann, token = issued(premises)
    for new, confirmed in (("short", "short"), (CHOSEN, CHOSEN + "x"), (PASSWORD, PASSWORD)):
        reply = posts(premises, token, new_password=new, confirm_password=confirmed)
        assert (reply.status, reply.code) == (422, "criteria_not_met")
        assert next(one["id"] for one in reply.json()["criteria"]) == "length"
        assert not all(one["met"] for one in reply.json()["criteria"])
    assert posts(premises, token).status == 200
    assert premises.stored(ann).epoch == 2


def test_rs_13_twenty_bad_links_and_the_source_waits(premises: World) -> None:
    guesser = premises.visitor("198.51.100.7")
    for number in range(20):
        token = f"{number:043d}"
        assert guesser.post("/password/reset", {"token": token, **ENTRIES}).status == 410
    reply = guesser.post("/password/reset", {"token": "B" * 43, **ENTRIES})
    assert (reply.status, reply.code, bool(reply.header("Retry-After"))) == (429, "throttled", True)


def test_rl_05_retry_after_success_has_no_second_effect(premises: World) -> None:
    ann, token = issued(premises)
    premises.fake.fail(
        3, applied=True
    )  # standing, by_link, owner, then the write: done, but its answer is lost
    first = posts(premises, token)
    assert (first.status, first.header("Retry-After")) == (503, "5")
    after = premises.stored(ann)
    assert posts(premises, token).code == "link_unusable"
    assert premises.stored(ann) == after
    assert premises.visitor().logs_on(ann, CHOSEN) == "portal"
    assert len([mail for mail in premises.mails(ann) if mail.subject == "Your password has been reset"]) == 1


def test_reuse_is_recorded_with_its_cause_and_reference(premises: World) -> None:
    """LO-01: re-use of a consumed token is an event, and a warning in the log."""
    ann, token = issued(premises)
    posts(premises, token)
    reference = posts(premises, token).json()["reference"]
    (event,) = premises.store.events.by_reference(reference)
    assert (event.account_id, event.kind, event.reason) == (ann.id, EventKind.RESET_REFUSED, "link_used")
    (line,) = [json.loads(line) for line in premises.lines if reference in line]
    assert (line["level"], line["cause"]) == ("WARNING", "link_used")


def test_page_opened_without_a_link_is_no_guess_at_one(premises: World) -> None:
    visitor = premises.visitor()
    for _ in range(25):
        assert visitor.get("/password/reset").code == "link_unusable"
    assert premises.fake.tables.throttles == {}
