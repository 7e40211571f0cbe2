"""The step `password_forgot`: the same answer and the same two writes for everybody; the worker decides."""

import re
from urllib.parse import quote

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.events import EventKind
from tests.fakes.looking import trail
from tests.world.clicking import at_once, pressed_twice
from tests.world.mailer import UNREACHABLE
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

TYPED = "__Host-portal-way-back"


def test_en_04_answer_is_the_same_for_everybody(world: World) -> None:
    primary = world.person()
    throttled = world.person()
    for _ in range(3):
        world.asks(throttled)
    addresses = [
        primary.address,
        throttled.address,
        "nobody@nowhere.test",
        world.person(status=Status.DISABLED).address,
        world.person(status=Status.FROZEN).address,
        world.person(undeliverable="bounced").address,
        world.person(kind=Kind.ADMINISTRATOR).address,
        world.person(alias_of=primary.id).address,
    ]
    replies = [world.visitor().post("/password/forgot", {"email": email}) for email in addresses]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert (replies[0].status, set(replies[0].json())) == (202, {"detail"})
    pages = [world.browser().post("/password/forgot", {"email": email}) for email in addresses]
    alike = {str(page.same).replace(email, "") for page, email in zip(pages, addresses, strict=True)}
    assert len(alike) == 1  # but for what was typed, which goes back to whoever typed it
    assert (pages[0].status, pages[0].header("Location")) == (303, "/password/forgot?sent=1")


def test_en_03_same_acts_and_no_account_is_read(world: World) -> None:
    for email in (world.person().address, "nobody@nowhere.test"):
        before = len(world.fake.acts)
        world.visitor().post("/password/forgot", {"email": email})
        assert world.fake.acts[before:] == ["sessions.standing", "events.ask_reset"]
    assert world.hasher.runs == 1  # that of the person who was there already


def test_en_04_answer_is_the_same_while_mail_fails(world: World) -> None:
    world.mailer.fault = UNREACHABLE
    ann = world.person()
    replies = [
        world.visitor().post("/password/forgot", {"email": email})
        for email in (ann.address, "nobody@nowhere.test")
    ]
    assert replies[0].same == replies[1].same
    world.delivers()


def test_tp_06_asking_changes_nothing(world: World) -> None:
    ann, owner = world.person(), world.visitor()
    owner.logs_on(ann)
    before = world.rows("accounts", "sessions")
    world.asks(ann)
    assert world.rows("accounts", "sessions") == before
    assert owner.get("/account").status == 200
    assert world.visitor().logs_on(ann) == "portal"


def test_tp_07_asking_again_voids_nothing_and_success_voids_all(world: World) -> None:
    ann = world.person()
    first, second, third = world.asks(ann), world.asks(ann), world.asks(ann)
    visitor = world.visitor()
    assert visitor.logs_on(ann, first.temporary) == "change_password"
    assert world.visitor().logs_on(ann, second.temporary) == "change_password"
    body = {
        "new_password": "seven lanterns over a harbour",
        "confirm_password": "seven lanterns over a harbour",
    }
    visitor.goes_on(visitor.post("/password/change", body))
    late = world.visitor().post("/logon", {"email": ann.address, "password": third.temporary})
    assert late.code == "invalid_logon"
    token = third.token("/password/reset")
    assert world.visitor().post("/password/reset", {"token": token, **body}).code == "link_unusable"


def test_rs_13_three_mails_an_hour_and_ten_a_day(world: World) -> None:
    """Windows of the clock: three in each hour, never more than ten in one day."""
    ann = world.person()
    world.clock.now = 1_900_022_400.0  # the start of a day, and so of an hour
    counts = []
    for _ in range(6):
        for _ in range(5):
            world.visitor().post("/password/forgot", {"email": ann.address})
        counts.append(len(world.mails(ann)))
        world.clock.passes(3600)
    assert counts == [3, 6, 9, 10, 10, 10]
    assert world.visitor().logs_on(ann) == "portal"  # it never locks the account


def test_rs_13_source_that_asks_too_much_waits(world: World) -> None:
    asker = world.visitor("198.51.100.7")
    for number in range(20):
        assert asker.post("/password/forgot", {"email": f"p{number}@x.test"}).status == 202
    reply = asker.post("/password/forgot", {"email": "one.more@x.test"})
    assert (reply.status, reply.code) == (429, "throttled")
    assert 0 < int(reply.header("Retry-After")) <= 3601
    world.clock.passes(3600)
    assert asker.post("/password/forgot", {"email": "one.more@x.test"}).status == 202


def test_rs_13_office_asks_about_as_many_as_the_stage_says_and_one_of_them_shuts_out_nobody() -> None:
    """Behind one address sit many: who presses ten times takes one place, and how many there are is a setting."""
    world = World(RESET_REQUESTS_PER_HOUR="2")
    office = world.visitor("198.51.100.8")
    for _ in range(10):
        assert office.post("/password/forgot", {"email": "ann@x.test"}).status == 202
    assert office.post("/password/forgot", {"email": "bob@x.test"}).status == 202
    assert office.post("/password/forgot", {"email": "eve@x.test"}).status == 429
    assert office.post("/password/forgot", {"email": "ann@x.test"}).status == 202


def test_rs_06_mail_goes_to_the_stored_address_only(world: World) -> None:
    world.person("mike@example.test")
    for typed in ("MIKE@EXAMPLE.test", " mike@example.test "):
        assert world.visitor().post("/password/forgot", {"email": typed}).status == 202
    for typed in ("m\u0131ke@example.test", "mi\u212ae@example.test", "mike@example.test,eve@evil.test"):
        assert world.visitor().post("/password/forgot", {"email": typed}).status == 422
    for odd in (["mike@example.test", "eve@evil.test"], {"a": "mike@example.test"}, None, 7):
        assert world.visitor().post("/password/forgot", {"email": odd}).status == 422
    twice = b"email=mike%40example.test&email=eve%40evil.test"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert world.visitor().sends("POST", "/password/forgot", twice, kind).status == 422
    assert {mail.to for mail in world.mails()} == {"mike@example.test"}


@pytest.mark.parametrize(
    "name", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "Forwarded", "X-Host"]
)
@pytest.mark.parametrize("value", ["evil.example", "portal.example:x@evil.example", "host=evil.example"])
def test_rs_05_links_come_from_the_settings(world: World, name: str, value: str) -> None:
    ann = world.person()
    assert world.visitor().post("/password/forgot", {"email": ann.address}, **{name: value}).status == 202
    (mail,) = world.mails(ann)
    assert "evil" not in mail.text + mail.html
    assert mail.token("/password/reset")


def test_mail_carries_a_temporary_password_and_a_link(world: World) -> None:
    ann = world.person()
    mail = world.asks(ann)
    assert mail.token("/password/reset")
    assert world.visitor().logs_on(ann, mail.temporary) == "change_password"
    assert PASSWORD not in mail.text


def test_asking_under_an_alias_mails_the_primary(world: World) -> None:
    primary = world.person()
    alias = world.person(alias_of=primary.id)
    world.visitor().post("/password/forgot", {"email": alias.address})
    (mail,) = world.mails()
    assert mail.to == primary.address
    assert world.visitor().logs_on(primary, mail.temporary) == "change_password"


def test_asking_is_recorded_without_a_secret(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.post("/password/forgot", {"email": f" {ann.address} "})
    (event,) = world.store.events.of_account(ann.id)
    assert (event.kind, event.email, event.source) == (EventKind.RESET_ASKED, ann.address, visitor.source)
    assert event.url == "https://portal.example/password/forgot"


def test_page_says_where_the_mail_went_and_lets_it_be_corrected(world: World) -> None:
    browser = world.browser()
    reply = browser.post("/password/forgot", {"email": " Ann+news@People.test "})
    assert "People" not in reply.header("Location")
    page = browser.get(reply.header("Location"))
    assert "<bdi>Ann+news@People.test</bdi>" in page.text
    assert 'value="Ann+news@People.test"' in browser.get("/password/forgot").text
    assert "<bdi>" not in world.browser().get("/password/forgot?sent=1").text.partition("<footer")[0]


@pytest.mark.parametrize("cookie", ["", ":", ":/x", "%00%FF:", "a" * 4000, "%0A:%0A", "%E2%80%AE:/"])
def test_cookie_that_somebody_wrote_shows_nothing_and_breaks_nothing(world: World, cookie: str) -> None:
    page = world.browser().get("/password/forgot?sent=1", Cookie=f"{TYPED}={cookie}")
    assert page.status == 200
    assert "If there is an account for the address you entered" in page.text


def test_what_was_typed_is_never_markup(world: World) -> None:
    cookie = quote("<svg onload=alert(1)>@x.test") + ":"
    for path in ("/password/forgot", "/password/forgot?sent=1"):
        assert "<svg onload" not in world.browser().get(path, Cookie=f"{TYPED}={cookie}").text


def test_page_one_came_for_survives_the_way_back_in(world: World) -> None:
    """From a message's link: forgot, the mail's link, the new password, the logon, the message."""
    ann, browser = world.person(), world.browser()
    browser.post("/logon?next=/messages/7", {"email": ann.address, "password": "", "forgot": "1"})
    reply = browser.post("/password/forgot?next=/messages/7", {"email": ann.address})
    assert reply.header("Location") == "/password/forgot?sent=1&next=%2Fmessages%2F7"
    assert 'href="/logon?next=%2Fmessages%2F7"' in browser.get(reply.header("Location")).text
    world.delivers()
    token = world.mails(ann)[-1].token("/password/reset")
    browser.get(f"/password/reset/{token}")
    browser.post("/password/reset", {"new_password": CHOSEN, "confirm_password": CHOSEN})
    done = browser.get("/password/reset?done=1")
    assert 'href="/logon?next=%2Fmessages%2F7"' in done.text
    reply = browser.post("/logon?next=/messages/7", {"email": ann.address, "password": CHOSEN})
    assert reply.header("Location") == "/messages/7"
    assert TYPED not in browser.jar


def form_of(browser: Visitor) -> dict[str, str]:
    """The form of a page freshly opened, filled in."""
    page = browser.get("/password/forgot").text
    (name,) = re.findall(r'<input type="hidden" name="form" value="([0-9a-f]{16})">', page)
    return {"form": name, "email": "ann@people.test"}


@pytest.mark.parametrize("sent", ["after", "at once"])
def test_wb_20_asked_twice_by_one_form_is_asked_once(world: World, sent: str) -> None:
    ann, browser = world.person("ann@people.test"), world.browser()
    fields = form_of(browser)
    if sent == "at once":
        reply = at_once(world, browser, "/password/forgot", fields)
    else:
        reply = pressed_twice(browser, "/password/forgot", fields)
    assert (reply.status, reply.header("Location")) == (303, "/password/forgot?sent=1")
    assert trail(world.store, ann) == [EventKind.RESET_ASKED]
    assert len(world.mails(ann)) == 1
    assert set(world.fake.tables.throttles.values()) == {1}  # nor does it take a second place of its source


def test_wb_20_asked_by_two_pages_or_by_a_program_is_asked_each_time(world: World) -> None:
    ann, browser, program = world.person("ann@people.test"), world.browser(), world.visitor()
    for _ in range(2):
        browser.post("/password/forgot", form_of(browser))
    for _ in range(2):
        assert program.post("/password/forgot", form_of(browser)).status == 202
    assert len(trail(world.store, ann)) == 4


def test_wb_20_the_last_that_a_source_may_ask_is_answered_twice_too(world: World) -> None:
    """Whose mail is on its way is not told to wait."""
    browser = world.browser("198.51.100.9")
    for number in range(19):
        browser.post("/password/forgot", form_of(browser) | {"email": f"p{number}@x.test"})
    assert pressed_twice(browser, "/password/forgot", form_of(browser)).status == 303
    one_more = form_of(browser) | {"email": "one.more@x.test"}
    assert browser.post("/password/forgot", one_more).status == 429
