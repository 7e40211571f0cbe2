"""The step `password_reset`: the link, the form behind it, and the one post that spends it."""

import json
import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status, next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.tokens import Token, digest
from chalicelib.flows.strength import LABELS
from tests.fakes.planting import plant
from tests.web.page_samples import Seen
from tests.world.visitors import CHOSEN, PASSWORD, Reply
from tests.world.world import World

ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}
COOKIE = "__Host-portal-reset"


def issued(world: World, **facts: Any) -> tuple[Account, str]:
    """Somebody who asked for a reset, and the token of the mail's link."""
    account = world.person(**facts)
    return account, world.asks(account).token("/password/reset")


def posts(world: World, token: object, **entries: object) -> Reply:
    return world.visitor().post("/password/reset", {"token": token, **ENTRIES, **entries})


def hidden(page: Reply) -> dict[str, str]:
    """What a page's form posts beside what is typed."""
    fields = Seen(page.text).all("input")
    return {str(one["name"]): str(one["value"]) for one in fields if one.get("type") == "hidden"}


def test_link_moves_its_token_into_a_cookie_for_ten_minutes(world: World) -> None:
    """RS-04."""
    ann, token = issued(world)
    reply = world.browser().get(f"/password/reset/{token}", **{"Sec-Fetch-Site": "cross-site"})
    assert (reply.status, reply.header("Location"), reply.body) == (303, "/password/reset", b"")
    assert reply.cookies == {
        COOKIE: f"{COOKIE}={ann.id}.{token}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure",
    }
    assert (reply.header("Referrer-Policy"), reply.header("Cache-Control")) == ("same-origin", "no-store")


def test_browser_resets_by_the_cookie_and_gets_no_session(world: World) -> None:
    """RS-10: no automatic logon."""
    ann, token = issued(world)
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    page = browser.get("/password/reset")
    assert page.status == 200
    assert token not in page.text
    reply = browser.post("/password/reset", ENTRIES)
    assert (reply.status, reply.header("Location")) == (303, "/password/reset?done=1")
    assert browser.jar == {COOKIE: f"done.{ann.id}.{token}"}
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_form_names_its_account_for_the_reader_and_for_a_password_manager(world: World) -> None:
    """RS-16."""
    ann, token = issued(world)
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    for page in (
        browser.get("/password/reset"),
        browser.post("/password/reset", {**ENTRIES, "confirm_password": "x"}),
    ):
        (field,) = [
            field for field in Seen(page.text).all("input") if field.get("autocomplete") == "username"
        ]
        assert (field["value"], "name" in field, "readonly" in field) == (ann.address, False, True)


def test_form_sets_no_password_by_a_link_that_was_opened_after_it(world: World) -> None:
    """RS-16: the stranger's link, opened in the victim's browser beside the victim's own form."""
    ann, token = issued(world)
    stranger, strangers = issued(world)
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    form = hidden(browser.get("/password/reset"))
    browser.get(f"/password/reset/{strangers}")
    reply = browser.post("/password/reset", {**form, **ENTRIES})
    assert reply.status == 410
    assert "Another link was opened" in reply.text
    assert [world.stored(one).epoch for one in (ann, stranger)] == [1, 1]
    browser.get(f"/password/reset/{token}")
    assert (
        browser.post("/password/reset", {**hidden(browser.get("/password/reset")), **ENTRIES}).status == 303
    )
    assert [world.stored(one).epoch for one in (ann, stranger)] == [next_epoch(1, world.clock()), 1]


def test_cookie_that_names_another_account_opens_nothing(world: World) -> None:
    """RS-16: what a cookie says of its owner is looked up, never believed."""
    _, token = issued(world)
    bert = world.person()
    for cookie in (f"{bert.id}.{token}", f"{'a' * 40}.{token}"):
        assert world.browser().get("/password/reset", Cookie=f"{COOKIE}={cookie}").status == 410
        assert world.browser().post("/password/reset", ENTRIES, Cookie=f"{COOKIE}={cookie}").status == 410
    assert world.stored(bert).epoch == 1


@pytest.mark.parametrize(
    "change",
    [{"epoch": 2}, {"status": Status.DISABLED}, {"alias_of": "x"}, {"ranges": ("192.0.2.0/24",)}],
    ids=["moved on", "disabled", "alias", "outside"],
)
def test_form_is_not_shown_for_a_link_that_can_set_no_password(world: World, change: dict[str, Any]) -> None:
    """RS-17: with the cookie of a link opened before the account moved on, after it, and with its token alone."""
    ann, token = issued(world)
    before, after = world.browser(), world.browser()
    before.get(f"/password/reset/{token}")
    plant(world.store, world.stored(ann)._replace(**change))
    after.get(f"/password/reset/{token}")
    pages = [before.get("/password/reset"), after.get("/password/reset")]
    pages.append(world.browser().get("/password/reset", Cookie=f"{COOKIE}={token}"))
    assert {page.status for page in pages} == {410}
    assert not any("Choose a new password" in page.text for page in pages)


def test_page_says_that_its_own_ten_minutes_are_over_not_the_links_hour(world: World) -> None:
    """RS-17."""
    ann, token = issued(world)
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    form = hidden(browser.get("/password/reset"))
    world.clock.passes(601)
    browser.jar.clear()  # as a browser does with a cookie whose Max-Age is over
    for reply in (browser.post("/password/reset", {**form, **ENTRIES}), browser.get("/password/reset")):
        assert reply.status == 410
        assert "Open the link in your mail again" in reply.text
    browser.get(f"/password/reset/{token}")
    assert browser.post("/password/reset", {**form, **ENTRIES}).status == 303
    assert world.stored(ann).epoch == next_epoch(1, world.clock())


def test_page_claims_a_new_password_to_nobody_who_set_none(world: World) -> None:
    nobody = world.browser().get("/password/reset?done=1")
    assert (nobody.status, nobody.header("Location")) == (303, "/logon")
    _, token = issued(world)
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    assert "Your password has been changed" not in browser.get("/password/reset?done=1").text
    browser.post("/password/reset", ENTRIES)
    done = browser.get("/password/reset?done=1").text
    assert "Your password has been changed" in done
    assert "?language=" not in done  # said once: in another language it would be a link that is over
    assert browser.jar == {}
    assert browser.get("/password/reset?done=1").header("Location") == "/logon"
    assert not any(counted.startswith("bad-link") for counted in world.fake.tables.throttles)


def test_link_is_opened_even_while_the_tables_are_away(world: World) -> None:
    """The redirect needs nothing; the form looks for itself."""
    _, token = issued(world)
    browser = world.browser()
    world.fake.fail(1)  # standing, then the link's row
    assert browser.get(f"/password/reset/{token}").status == 303
    assert browser.jar == {COOKIE: token}
    assert browser.get("/password/reset").status == 200


def test_page_of_a_refused_password_says_how_strong_it_seemed_and_the_first_page_nothing(
    world: World,
) -> None:
    _, token = issued(world)
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    assert browser.get("/password/reset").hint is None
    assert browser.post("/password/reset", {**ENTRIES, "confirm_password": "x"}).hint is None
    same = {"new_password": "passwordpassword", "confirm_password": "passwordpassword"}
    assert browser.post("/password/reset", same).hint == (0, LABELS[0])
    assert browser.post("/password/reset", {"new_password": "", "confirm_password": ""}).hint is None
    assert "strength" not in posts(world, token, confirm_password="x").json()


def test_rs_10_success_ends_sessions_lifts_the_lock_and_is_told(world: World) -> None:
    ann = world.person()
    owner = world.visitor()
    owner.logs_on(ann)
    token = world.asks(ann).token("/password/reset")
    plant(world.store, world.stored(ann)._replace(failures=7, locked_until=4e9))
    assert posts(world, token).json() == {"next": "log_on"}
    assert owner.get("/account").code == "session_required"
    assert (world.stored(ann).failures, world.stored(ann).locked_until) == (0, 0)
    assert world.mails(ann)[-1].subject == "Your password has been reset"
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"
    assert world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD}).status == 401


def test_rs_01_link_is_good_until_its_last_second(world: World) -> None:
    for seconds, status in ((3599.5, 200), (3600, 410)):
        _, token = issued(world)
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
        world.clock.passes(seconds)
        assert world.visitor().get("/password/reset", Cookie=f"{COOKIE}={token}").status == status
        assert posts(world, token).status == status


def test_rs_01_only_the_digest_is_stored(world: World) -> None:
    _, token = issued(world)
    stored = str(world.fake.tables)
    assert token not in stored
    assert digest(Token(token)) in stored


def test_rs_02_link_is_used_once_and_the_first_password_stays(world: World) -> None:
    ann, token = issued(world)
    assert posts(world, token).status == 200
    again = posts(
        world, token, new_password="another one for later", confirm_password="another one for later"
    )
    assert again.code == "link_unusable"
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_rs_03_get_and_head_spend_and_change_nothing(world: World) -> None:
    _, token = issued(world)
    before = world.rows("accounts", "resets", "sessions", "events", "throttles")
    for method in ("GET", "HEAD") * 5:
        visitor = world.visitor(**{"User-Agent": "LinkScanner/1.0"})
        assert visitor.sends(method, f"/password/reset/{token}").status == 303
        assert visitor.sends(method, "/password/reset", headers={"Cookie": f"{COOKIE}={token}"}).status == 200
    assert world.rows("accounts", "resets", "sessions", "events", "throttles") == before
    assert posts(world, token).status == 200


def test_en_06_every_unusable_link_gets_the_same_answer(world: World) -> None:
    _, used = issued(world)
    posts(world, used)
    superseded_owner, superseded = issued(world)
    posts(world, world.asks(superseded_owner).token("/password/reset"))
    disabled_owner, disabled = issued(world)
    plant(world.store, disabled_owner._replace(status=Status.DISABLED))
    outside_owner, outside = issued(world)
    plant(world.store, outside_owner._replace(ranges=("192.0.2.0/24",)))
    _, expired = issued(world)
    world.clock.passes(3600)
    fresh_owner, fresh = issued(world)
    plant(world.store, fresh_owner._replace(ranges=()))
    tokens = [used, superseded, disabled, outside, expired, fresh, "A" * 43, "short", "", "A" * 200]
    replies = [posts(world, token) for token in tokens]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert (replies[0].status, replies[0].code) == (410, "link_unusable")
    shown = [
        world.browser().get("/password/reset", Cookie=f"{COOKIE}={token}") for token in (used, expired, "x")
    ]
    assert {page.same for page in shown} == {shown[0].same}
    assert "Send me a new link" in shown[0].text


def test_rs_07_nothing_sets_a_password_without_the_link(world: World) -> None:
    ann, token = issued(world)
    hashed = world.stored(ann).password_hash
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
        reply = posts(world, odd)
        assert reply.status in {410, 422}, odd
    assert world.visitor().post("/password/reset", ENTRIES).code == "link_unusable"
    assert world.visitor().post("/password/change", ENTRIES).code == "session_required"
    assert world.visitor().post("/not-me", {"token": token}).code == "link_unusable"
    assert world.stored(ann).password_hash == hashed


def test_rs_08_link_is_bound_to_its_purpose_and_epoch(world: World) -> None:
    ann, token = issued(world)
    posts(world, token)
    not_me = world.mails(ann)[-1].token("/not-me")
    assert posts(world, not_me).code == "link_unusable"
    row = world.fake.tables.resets[link_key(Purpose.NOT_ME, digest(Token(not_me)))]
    forged = row._replace(key=link_key(Purpose.RESET, digest(Token(not_me))))
    plant(world.store, forged)  # even a row under the right key is not enough
    assert posts(world, not_me).code == "link_unusable"


@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.DISABLED}, {"alias_of": "x"}])
def test_rs_09_link_is_dead_after_the_account_changed(world: World, change: dict[str, Any]) -> None:
    ann, token = issued(world)
    plant(world.store, world.stored(ann)._replace(**change))
    assert posts(world, token).code == "link_unusable"


def test_rs_09_freeze_is_lifted_by_a_link_asked_for_afterwards(world: World) -> None:
    ann, token = issued(world, status=Status.FROZEN, password_hash=None)
    assert posts(world, token).status == 200
    assert world.stored(ann).status is Status.ACTIVE


def test_rs_12_refused_password_leaves_the_link_unspent(world: World) -> None:
    ann, token = issued(world)
    for new, confirmed in (("short", "short"), (CHOSEN, CHOSEN + "x"), (PASSWORD, PASSWORD)):
        reply = posts(world, token, new_password=new, confirm_password=confirmed)
        assert (reply.status, reply.code) == (422, "criteria_not_met")
        assert next(one["id"] for one in reply.json()["criteria"]) == "length"
        assert not all(one["met"] for one in reply.json()["criteria"])
    assert posts(world, token).status == 200
    assert world.stored(ann).epoch == next_epoch(1, world.clock())


def test_rs_13_twenty_bad_links_and_the_source_waits(world: World) -> None:
    guesser = world.visitor("198.51.100.7")
    for number in range(20):
        token = f"{number:043d}"
        assert guesser.post("/password/reset", {"token": token, **ENTRIES}).status == 410
    reply = guesser.post("/password/reset", {"token": "B" * 43, **ENTRIES})
    assert (reply.status, reply.code, bool(reply.header("Retry-After"))) == (429, "throttled", True)


def test_rl_05_retry_after_success_has_no_second_effect(world: World) -> None:
    ann, token = issued(world)
    world.fake.fail(3, applied=True)  # standing, by_link, owner, then the write: done, but its answer is lost
    first = posts(world, token)
    assert (first.status, first.header("Retry-After")) == (503, "5")
    after = world.stored(ann)
    assert posts(world, token).code == "link_unusable"
    assert world.stored(ann) == after
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"
    assert len([mail for mail in world.mails(ann) if mail.subject == "Your password has been reset"]) == 1


def test_reuse_is_recorded_with_its_cause_and_reference(world: World) -> None:
    """LO-01: re-use of a consumed token is an event, and a warning in the log."""
    ann, token = issued(world)
    posts(world, token)
    reference = posts(world, token).json()["reference"]
    (event,) = world.store.events.by_reference(reference)
    assert (event.account_id, event.kind, event.reason) == (ann.id, EventKind.RESET_REFUSED, "link_used")
    (line,) = [json.loads(line) for line in world.lines if reference in line]
    assert (line["level"], line["cause"]) == ("WARNING", "link_used")


def test_page_opened_without_a_link_is_no_guess_at_one(world: World) -> None:
    visitor = world.visitor()
    for _ in range(25):
        assert visitor.get("/password/reset").code == "link_unusable"
    assert world.fake.tables.throttles == {}
