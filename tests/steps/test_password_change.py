"""The step `password_change`: after a temporary password, when it is forced, or by own wish."""

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.flows.strength import LABELS
from tests.fakes.planting import plant
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

ANIMALS = "".join(chr(0x1F400 + number * number * 5 % 63) for number in range(300))  # four bytes each
ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}


@pytest.fixture
def changing(world: World) -> tuple[Account, Visitor]:
    """Somebody who has logged on with a temporary password."""
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account, world.asks(account).temporary)
    return account, visitor


def by_wish(visitor: Visitor, **entries: object) -> Reply:
    return visitor.post("/password/change", {"current_password": PASSWORD, **ENTRIES, **entries})


def test_tp_03_temporary_password_opens_only_the_change_page(
    world: World, changing: tuple[Account, Visitor]
) -> None:
    visitor = changing[1]
    for path in (
        "/messages",
        "/messages/a",
        "/account",
        "/account/sessions",
        "/account/two-step",
        "/reauthenticate",
    ):
        reply = visitor.get(path)
        assert (reply.status, reply.code, reply.json()["next"]) == (403, "step_required", "change_password")
    for path in ("/account/sessions/revoke", "/account/two-step", "/account/two-step/remove", "/logon/code"):
        assert visitor.post(path).code == "step_required"
    assert visitor.get("/password/change").json()["fields"] == ["new_password", "confirm_password"]
    assert visitor.get("/help").status == 200
    assert visitor.post("/logoff").status == 204


def test_tp_04_change_gives_a_new_session_and_ends_all_others(
    world: World, changing: tuple[Account, Visitor]
) -> None:
    ann, visitor = changing
    other = world.visitor()
    other.logs_on(ann)
    restricted = visitor.token
    assert visitor.goes_on(visitor.post("/password/change", ENTRIES)) == "portal"
    assert visitor.get("/messages").status == 200
    assert visitor.get("/messages", Authorization=f"Bearer {restricted}").status == 401
    assert other.get("/messages").status == 401
    assert world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD}).status == 401


def test_tp_02_change_page_lives_ten_minutes(world: World) -> None:
    for seconds, status in ((599, 200), (600.75, 401)):
        ann, visitor = world.person(), world.visitor()
        visitor.logs_on(ann, world.asks(ann).temporary)
        world.clock.passes(seconds)
        assert visitor.post("/password/change", ENTRIES).status == status


def test_tp_02_temporary_password_is_burned_by_its_first_use(
    world: World, changing: tuple[Account, Visitor]
) -> None:
    ann = changing[0]
    temporary = world.mails(ann)[-1].temporary
    assert (
        world.visitor().post("/logon", {"email": ann.address, "password": temporary}).code == "invalid_logon"
    )
    assert world.visitor().logs_on(ann) == "portal"  # the chosen one lives on until the change


def test_tp_05_code_comes_before_the_change_page(world: World) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    assert visitor.logs_on(ann, world.asks(ann).temporary) == "enter_code"
    assert visitor.post("/password/change", ENTRIES).code == "step_required"
    assert visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()})) == "change_password"
    assert visitor.goes_on(visitor.post("/password/change", ENTRIES)) == "portal"


def test_forced_change_is_asked_at_the_next_logon_and_ends_with_it(world: World) -> None:
    ann, visitor = world.person(must_change_password=True), world.visitor()
    assert visitor.logs_on(ann) == "change_password"
    assert visitor.goes_on(visitor.post("/password/change", ENTRIES)) == "portal"
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_enrolment_follows_where_it_is_required(world: World) -> None:
    ann, visitor = world.person(must_change_password=True, two_step_required=True), world.visitor()
    visitor.logs_on(ann)
    assert visitor.goes_on(visitor.post("/password/change", ENTRIES)) == "enrol_two_step"


def test_pw_08_own_wish_needs_the_current_password(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    assert visitor.get("/password/change").json()["fields"][-1] == "current_password"
    assert visitor.post("/password/change", ENTRIES).status == 422
    assert by_wish(visitor, current_password="not this one at all").code == "invalid_logon"
    assert visitor.goes_on(by_wish(visitor)) == "portal"
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_change_of_own_wish_is_said_to_be_done(world: World) -> None:
    """And nothing else is: somebody who logged on only far enough to change it is not told so."""
    browser = world.browser()
    browser.logs_on(world.person())
    reply = by_wish(browser)
    assert (reply.status, reply.header("Location")) == (303, "/password/change?done=1")
    assert "Your password has been changed" in browser.get("/password/change?done=1").text
    forced = world.browser()
    forced.logs_on(world.person(must_change_password=True))
    assert "Choose a new password" in forced.get("/password/change?done=1").text


def test_late_question_of_the_page_takes_no_new_session_away(world: World) -> None:
    """The page asks about criteria while one types; who is quick confirms before that is answered."""
    browser = world.browser()
    browser.logs_on(world.person())
    old = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    by_wish(browser)
    asked = b'{"new_password": "", "confirm_password": ""}'
    json = {"Content-Type": "application/json", "Accept": "application/json", "Cookie": old}
    late = browser.sends("POST", "/password/criteria", asked, json)
    assert (late.status, late.cookies) == (401, {})
    assert browser.get("/messages").status == 200


def test_lg_13_new_password_may_need_many_tries(world: World) -> None:
    """The current one was right each time."""
    visitor = world.visitor()
    visitor.logs_on(world.person())
    for _ in range(7):
        assert by_wish(visitor, new_password="short", confirm_password="short").code == "criteria_not_met"
    assert visitor.goes_on(by_wish(visitor)) == "portal"


def test_pw_08_wrong_current_password_counts_for_this_session_alone(world: World) -> None:
    """LG-13 too: five, and this session is over; no lock follows, and none refuses it."""
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    for _ in range(5):
        assert by_wish(visitor, current_password="not this one at all").code == "invalid_logon"
    assert by_wish(visitor).code == "session_required"
    visitor = world.visitor()
    visitor.logs_on(ann)
    for _ in range(5):
        world.visitor().post("/logon", {"email": ann.address, "password": "guess after guess"})
    assert visitor.goes_on(by_wish(visitor)) == "portal"


def test_page_of_a_refused_password_says_how_strong_it_seemed(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person("wolkenkuckucksheim.zitronenfalter@people.test"))
    personal = "zitronenfalter wolkenkuckucksheim"
    for new, hint in ((CHOSEN, None), (personal, (1, LABELS[1]))):  # no praise for what is gone
        entries = {"current_password": PASSWORD, "new_password": new, "confirm_password": "x"}
        page = visitor.post("/password/change", entries, Accept="text/html")
        assert (page.status, page.hint) == (422, hint)
    wrong = visitor.post("/password/change", {**entries, "current_password": "x"}, Accept="text/html")
    assert (wrong.status, wrong.hint) == (401, None)


def test_pw_08_current_and_temporary_password_are_no_new_ones(
    world: World, changing: tuple[Account, Visitor]
) -> None:
    ann, visitor = changing
    temporary = world.mails(ann)[-1].temporary
    for new in (PASSWORD, temporary, temporary.upper()):
        reply = visitor.post("/password/change", {"new_password": new, "confirm_password": new})
        assert (reply.status, reply.code) == (422, "criteria_not_met")
        assert {one["id"]: one["met"] for one in reply.json()["criteria"]}["different"] is False
    full = world.visitor()
    full.logs_on(ann)
    reply = by_wish(full, new_password=PASSWORD, confirm_password=PASSWORD)
    assert reply.code == "criteria_not_met"


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("x" * 7 + " lan rop", True),
        ("z q j x k v w p", True),
        ("z q j x k v w", False),
        ("horse battery staple correct ", True),
        (ANIMALS[:15], True),
        ("\u6c34\u706b\u571f\u91d1\u6728\u65e5\u6708\u661f\u5c71\u5ddd\u6d77\u7a7a\u98a8\u96e8\u96ea", True),
    ],
)
def test_pw_05_any_characters_make_a_password(world: World, password: str, accepted: bool) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person(must_change_password=True))
    reply = visitor.post("/password/change", {"new_password": password, "confirm_password": password})
    assert reply.status == (200 if accepted else 422), reply.text


@pytest.mark.parametrize(("length", "status"), [(14, 422), (15, 200), (64, 200), (256, 200), (257, 422)])
@pytest.mark.parametrize("text", ["wild fjord quartz box " * 12, ANIMALS], ids=["words", "emoji"])
def test_pw_01_length_is_counted_in_code_points(world: World, length: int, status: int, text: str) -> None:
    password = text[:length]
    visitor = world.visitor()
    visitor.logs_on(world.person(must_change_password=True))
    reply = visitor.post("/password/change", {"new_password": password, "confirm_password": password})
    assert reply.status == status


@pytest.mark.parametrize(
    "password",
    ["SecureMessagingPortal", "passwordpassword", "ann.example ann.example", "annexampleannexample"],
)
def test_pw_06_common_and_personal_passwords_are_refused_with_the_reason(world: World, password: str) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person("ann.example@people.test", must_change_password=True))
    reply = visitor.post("/password/change", {"new_password": password, "confirm_password": password})
    unmet = {one["id"] for one in reply.json()["criteria"] if not one["met"]}
    assert unmet & {"not_common", "not_personal"}
    assert unmet <= {"not_common", "not_personal"}


def test_pw_09_old_password_is_as_good_as_a_new_one(world: World) -> None:
    ann = world.person()
    world.clock.passes(400 * 86400)
    assert world.visitor().logs_on(ann) == "portal"


def test_se_07_five_devices_are_out_after_one_change(world: World) -> None:
    ann, visitors = world.person(), [world.visitor() for _ in range(5)]
    for visitor in visitors:
        visitor.logs_on(ann)
    visitors[0].goes_on(by_wish(visitors[0]))
    assert [visitor.get("/account").status for visitor in visitors] == [200, 401, 401, 401, 401]


def test_se_10_change_that_lost_the_race_changes_nothing(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    hash_password = world.hasher.hash

    def moves(password: str) -> str:
        plant(world.store, world.stored(ann)._replace(epoch=9))
        return hash_password(password)

    world.hasher.hash = moves  # type: ignore[method-assign]
    assert by_wish(visitor).code == "session_required"
    assert world.stored(ann).password_hash == ann.password_hash


def test_notice_of_the_change_names_no_password(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    by_wish(visitor)
    mail = world.mails(ann)[-1]
    assert mail.subject == "Your password has been reset"
    assert visitor.source in mail.text
    for secret in (PASSWORD, CHOSEN, str(visitor.token)):
        assert secret not in mail.text + mail.html
