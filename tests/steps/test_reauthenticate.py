"""The step `reauthenticate`: password, and the code where there is one; the session goes on under a new secret."""

from urllib.parse import quote_plus

import pytest

from chalicelib.domain.access import GUARDS
from chalicelib.domain.accounts import Kind, Status
from chalicelib.web.paths import suffix
from chalicelib.web.unfinished import LABELS
from tests.console.staff import logged_on
from tests.web.page_samples import Seen
from tests.world.phones import Phone, enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

PATH = "/reauthenticate"
COOKIE = "__Host-portal-unfinished"
WRONG = "not this one at all"


def test_se_02_session_gets_a_new_secret(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    before = visitor.token
    assert visitor.goes_on(visitor.post(PATH, {"password": PASSWORD})) == "portal"
    assert visitor.get("/account").status == 200
    assert visitor.get("/account", Authorization=f"Bearer {before}").status == 401
    assert world.stored(ann).failures == 0


def test_wrong_password_is_refused_and_recorded(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    reply = visitor.post(PATH, {"password": WRONG})
    assert (reply.status, reply.code) == (401, "invalid_logon")
    (event,) = world.store.events.by_reference(reply.json()["reference"])
    assert event.reason == "wrong_password"
    assert visitor.get("/account").status == 200


@pytest.mark.parametrize("failures", [5, 20, 100])
def test_lg_13_strangers_failures_refuse_no_confirmation(world: World, failures: int) -> None:
    """However the account is locked, paced or stopped: who is logged on can confirm, and so can contain."""
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    locked = world.stored(ann)._replace(
        failures=failures, attempted_at=world.clock(), locked_until=world.clock() + 900
    )
    world.fake.tables.accounts[ann.id] = locked
    assert visitor.post(PATH, {"password": PASSWORD}).status == 200
    assert world.stored(ann) == locked


def test_lg_13_wrong_confirmations_count_for_their_session_alone(world: World) -> None:
    ann, thief, other = world.person(), world.visitor(), world.visitor()
    thief.logs_on(ann)
    other.logs_on(ann)
    before = world.stored(ann)
    replies = [thief.post(PATH, {"password": WRONG}) for _ in range(5)]
    assert {reply.code for reply in replies} == {"invalid_logon"}
    assert thief.get("/account").code == "session_required"
    assert other.post(PATH, {"password": PASSWORD}).status == 200
    assert world.stored(ann) == before
    (event,) = world.store.events.by_reference(replies[-1].json()["reference"])
    assert (event.reason, event.details) == ("wrong_password", {"session_ended": True})


def test_lg_13_right_confirmation_starts_the_count_afresh(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    for _ in range(3):
        for _ in range(4):
            assert visitor.post(PATH, {"password": WRONG}).code == "invalid_logon"
        visitor.goes_on(visitor.post(PATH, {"password": PASSWORD}))
    assert visitor.get("/account").status == 200


def test_lg_13_codes_of_strangers_who_know_the_password_refuse_no_confirmation(world: World) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    stranger = world.visitor()
    stranger.logs_on(ann)
    for _ in range(5):
        stranger.post("/logon/code", {"code": "000000"})
    world.clock.passes(60)
    assert visitor.post(PATH, {"password": PASSWORD, "code": phone.code()}).status == 200


def test_lg_13_fifth_wrong_code_ends_the_session_it_is_confirmed_in(world: World) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    statuses = [visitor.post(PATH, {"password": PASSWORD, "code": "000000"}).code for _ in range(6)]
    assert statuses == ["invalid_code"] * 5 + ["session_required"]
    assert world.stored(ann).two_step.failures == 0


@pytest.mark.parametrize("code", ["000000", "", None])
def test_code_is_needed_where_there_is_one(world: World, code: str | None) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(60)
    assert visitor.get(PATH).json() == {"fields": ["password", "code"]}
    body = {"password": PASSWORD} | ({} if code is None else {"code": code})
    reply = visitor.post(PATH, body)
    assert (reply.status, reply.code) == (401, "invalid_code")
    assert visitor.goes_on(visitor.post(PATH, {"password": PASSWORD, "code": phone.code()})) == "portal"


def test_se_11_it_is_good_for_ten_minutes(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    world.clock.passes(1200)
    visitor.goes_on(visitor.post(PATH, {"password": PASSWORD}))
    world.clock.passes(599)
    assert visitor.post("/account/two-step").status == 200
    world.clock.passes(1)
    assert visitor.post("/account/two-step").code == "reauthentication_required"


def test_session_does_not_live_longer_for_it(world: World) -> None:
    """The absolute lifetime is of the logon; reading the wire contract, `expires_at` tells it."""
    visitor = world.visitor()
    visitor.logs_on(world.person())
    reply = visitor.post(PATH, {"password": PASSWORD})
    assert reply.json()["session"]["expires_at"] == "2030-03-18T05:46:40.000Z"


def test_browser_is_sent_there_and_back(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    world.clock.passes(700)
    sent = browser.post("/account/two-step")
    assert (sent.status, sent.header("Location").partition("?")[0]) == (303, PATH)
    page = browser.post(PATH, {"password": "not this one at all"})
    assert (page.status, "This is not your password." in page.text) == (401, True)
    back = browser.post(f"{PATH}?next=/account/two-step", {"password": PASSWORD})
    assert (back.status, back.header("Location")) == (303, "/account/two-step")


def stale_desk(world: World) -> tuple[Visitor, Phone]:
    """An administrator's browser, whose password was typed more than ten minutes ago."""
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    world.clock.passes(600)
    return browser, phone


def pressed_again(page: Reply) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and what it sends."""
    seen = Seen(page.text.partition('aria-labelledby="unfinished"')[2].partition("</section>")[0])
    (action,) = [str(one["action"]) for one in seen.all("form")]
    return action, {str(one["name"]): str(one["value"]) for one in seen.all("input")}


def test_what_met_the_prompt_is_not_done_and_is_done_when_pressed_again(world: World) -> None:
    ann, (browser, phone) = world.person("o'brien+news@people.test"), stale_desk(world)
    path = "/admin/users/o%27brien%2Bnews@people.test"
    fields = {"disable": "true", "reason": "Seen at 3 o'clock & later; ünlikely", "ranges": "192.0.2.0/24"}
    reply = browser.post(f"{path}/contain", fields)
    assert (reply.status, reply.header("Location")) == (303, f"/reauthenticate{suffix(path)}")
    assert world.stored(ann).epoch == 1
    reply = browser.post(reply.header("Location"), {"password": PASSWORD, "code": phone.code()})
    page = browser.get(reply.header("Location"))
    assert "has not been done yet" in page.text
    assert "Contain the account" in page.text
    assert world.stored(ann).epoch == 1
    assert pressed_again(page) == (f"{path}/contain", fields)
    assert browser.post(*pressed_again(page)).header("Location").startswith(f"{path}?done=contained")
    assert world.stored(ann).status is Status.DISABLED
    assert COOKIE not in browser.jar


def test_secret_is_not_kept_and_its_form_is_filled_in_anew(world: World) -> None:
    ann, (browser, phone) = world.person(), stale_desk(world)
    reply = browser.post(f"/admin/users/{ann.address}/password", {"new_password": CHOSEN})
    assert CHOSEN not in str(browser.jar)
    assert quote_plus(CHOSEN) not in str(browser.jar)
    reply = browser.post(reply.header("Location"), {"password": PASSWORD, "code": phone.code()})
    page = browser.get(reply.header("Location"))
    assert "Please enter it again" in page.text
    assert page.text.count('name="new_password"') == 1


def test_too_long_a_form_is_not_kept(world: World) -> None:
    ann, (browser, phone) = world.person(), stale_desk(world)
    reply = browser.post(f"/admin/users/{ann.address}/ip-ranges", {"ranges": "2001:db8::/32\n" * 300})
    assert len(browser.jar[COOKIE]) < 400
    reply = browser.post(reply.header("Location"), {"password": PASSWORD, "code": phone.code()})
    assert "Please enter it again" in browser.get(reply.header("Location")).text


def test_form_of_another_account_does_not_wait_for_whoever_comes_next(world: World) -> None:
    ann, (browser, _) = world.person(), stale_desk(world)
    browser.post(f"/admin/users/{ann.address}/disable", {"reason": "x"})
    left = browser.jar[COOKIE]
    other, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), other, phone)
    browser.jar[COOKIE] = left
    reply = browser.post("/reauthenticate", {"password": PASSWORD, "code": phone.code()})
    assert reply.header("Location") == "/admin/overview"
    assert "has not been done yet" not in browser.get("/account").text


def test_form_that_is_none_of_ours_is_not_kept_and_breaks_nothing(world: World) -> None:
    ann, (browser, _) = world.person(), stale_desk(world)
    reply = browser.post(f"/admin/users/{ann.address}/contain", {f"x{number}": "1" for number in range(21)})
    assert (reply.status, "?" in browser.jar[COOKIE]) == (303, False)


@pytest.mark.parametrize(
    "value",
    ["", "x", "{}:", "{}://evil.test?a=1", "{}:/logoff?x=1", "{}:/admin/users/x?a=%00", "{}:/not-me?token=t"],
)
def test_cookie_that_somebody_wrote_posts_nowhere_but_to_a_form_of_ours(world: World, value: str) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    browser.jar[COOKIE] = value.replace("{}", account.id)
    page = browser.get("/account")
    assert page.status == 200
    forms = {str(one["action"]) for one in Seen(page.text).all("form")}
    assert forms == {"/logoff", "/account/erasure"}


def test_every_form_that_can_meet_the_prompt_has_its_words() -> None:
    fresh = {route.removeprefix("POST ") for route, guard in GUARDS.items() if guard.fresh}
    fresh -= {"GET /account/export"}  # it has no form: a file is asked for again by its link
    assert set(LABELS) >= fresh | {"/account/sessions/revoke"}


def test_refused_person_keeps_the_navigation(world: World) -> None:
    """A support person on a page for administrators alone is not lost there."""
    account, phone = enrolled(world, kind=Kind.SUPPORT)
    page = logged_on(world, world.browser(), account, phone).get("/admin/messages")
    assert page.status == 403
    assert {"/messages", "/account", "/admin/overview"} <= {
        str(one.get("href")) for one in Seen(page.text).all("a")
    }


def test_form_of_a_session_that_is_over_waits_behind_the_logon(world: World) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    world.clock.passes(1800)
    fields = {"domain": "harbour.test", "internal": "true"}
    reply = browser.post("/admin/domains", fields)
    assert reply.header("Location") == "/logon?next=%2Fadmin%2Fdomains&notice=nothing_changed"
    page = browser.get(reply.header("Location"))
    assert "Your session ended. Nothing was changed." in page.text
    assert "harbour" not in page.text
    reply = browser.post("/logon?next=/admin/domains", {"email": account.address, "password": PASSWORD})
    reply = browser.post(reply.header("Location"), {"code": phone.code()})
    assert pressed_again(browser.get(reply.header("Location"))) == ("/admin/domains", fields)


def test_text_of_a_secure_message_lies_in_no_cookie(world: World) -> None:
    ann, (account, phone) = world.person(), enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    world.clock.passes(1800)
    browser.post("/admin/messages", {"to": ann.address, "subject": "Forty", "body": "minutes"})
    assert not any(word in str(browser.jar) for word in ("Forty", "minutes", ann.address))
    reply = browser.post("/logon?next=/admin/messages", {"email": account.address, "password": PASSWORD})
    reply = browser.post(reply.header("Location"), {"code": phone.code()})
    assert "minutes</textarea>" in browser.get(reply.header("Location")).text


def test_what_waits_is_shown_once_and_to_nobody_else(world: World) -> None:
    bert, (ann_, phone) = world.person(), enrolled(world)
    browser = world.browser()
    browser.logs_on(ann_)
    browser.post("/logon/code", {"code": phone.code()})
    world.clock.passes(1800)
    browser.post("/account/preferences", {"language": "de"})
    kept = browser.jar[COOKIE]
    browser.logs_on(bert)
    browser.jar[COOKIE] = kept
    assert "has not been done yet" not in browser.get("/account").text
    assert COOKIE not in browser.jar
