"""An error stands at its field, and is linked and focused at the top, on every form that can be refused (WB-16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import pytest

from chalicelib.domain.accounts import Kind
from tests.console.staff import logged_on
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

RECOVERY = "0000-0000-0000-0000-0000-0000-00"
VOID = {"input", "meta", "link", "br", "img"}


class Refused(HTMLParser):
    """A page that refuses: where its summary leads, what stands at each field, and which panels are shut."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.links: list[str] = []
        self.focused: list[str] = []
        self.found: dict[str, dict[str, str | None]] = {}
        self.shut: set[str] = set()
        self.texts: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        inside = [*self.open, (tag, attributes)]
        if "autofocus" in attributes:
            self.focused.append(tag)
        if tag == "a" and any(one.get("role") == "alert" and "autofocus" in one for _, one in self.open):
            self.links += [str(attributes["href"])] if str(attributes["href"]).startswith("#") else []
        if name := attributes.get("id"):
            self.found[name] = attributes
            self.shut |= {name} if any(t == "details" and "open" not in a for t, a in inside) else set()
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, attributes in self.open:
            if name := attributes.get("id"):
                self.texts[name] = self.texts.get(name, "") + data


def at_fields(reply: Reply) -> list[str]:
    """The fields an error stands at, each linked from the summary, marked, described, and in sight."""
    page = Refused(reply.text)
    assert page.focused == ["div"], "the summary alone has the focus"
    for href in page.links:
        name = href[1:]
        field = page.found.get(name)
        assert field is not None, f"{href} leads nowhere"
        assert f"{name}-error" in str(field.get("aria-describedby")).split()
        assert page.texts[f"{name}-error"].strip()
        assert field.get("aria-invalid") == "true" or field.get("tabindex") == "-1"  # a group of radios
        assert name not in page.shut, f"{href} leads into a panel that is shut"
    marked = {name for name, one in page.found.items() if one.get("aria-invalid") == "true"}
    assert marked <= {href[1:] for href in page.links}
    return [href[1:] for href in page.links]


def anybody(world: World) -> Visitor:
    return world.browser()


def at_the_code(world: World) -> Visitor:
    browser = world.browser()
    browser.logs_on(enrolled(world)[0])
    return browser


def with_a_link(world: World) -> Visitor:
    browser = world.browser()
    browser.get("/password/reset/" + world.asks(world.person()).token("/password/reset"))
    return browser


def logged_in(world: World) -> Visitor:
    browser = world.browser()
    browser.logs_on(world.person())
    return browser


def with_a_key(world: World) -> Visitor:
    browser = logged_in(world)
    assert browser.post("/account/two-step").status == 200
    return browser


def with_two_step(world: World) -> Visitor:
    account, phone = enrolled(world)
    return logged_on(world, world.browser(), account, phone)


def administrator(world: World) -> Visitor:
    world.person("ann@people.test")
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    assert browser.post("/admin/domains", {"domain": "people.test"}).status == 303
    return browser


USER = "/admin/users/ann@people.test"
MESSAGE = {"to": "ann@people.test", "subject": "One", "body": "Two", "expires_in_days": "3"}
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}
CASES: list[tuple[Callable[[World], Visitor], str, Mapping[str, str], list[str]]] = [
    (anybody, "/logon", {"email": "", "password": PASSWORD}, ["email"]),
    (anybody, "/logon", {"email": "ann@people.test", "password": "x" * 300}, ["password"]),
    (anybody, "/password/forgot", {"email": "ann@"}, ["email"]),
    (at_the_code, "/logon/code", {"code": "000000"}, ["code"]),
    (at_the_code, "/logon/code", {"code": ""}, ["code"]),
    (at_the_code, "/logon/code", {"code": RECOVERY}, ["recovery"]),
    (at_the_code, "/logon/code", {"code": "k7mw"}, ["recovery"]),
    (with_a_link, "/password/reset", {**NEW, "confirm_password": "another"}, ["confirm_password"]),
    (with_a_link, "/password/reset", {**NEW, "confirm_password": ""}, ["confirm_password"]),
    (with_a_link, "/password/reset", {"new_password": "", "confirm_password": ""}, ["new_password"]),
    (
        with_a_link,
        "/password/reset",
        {"new_password": "qzx7 w", "confirm_password": "qzx7 w"},
        ["new_password"],
    ),
    (
        with_a_link,
        "/password/reset",
        {"new_password": "qzx7 w", "confirm_password": "x"},
        ["new_password", "confirm_password"],
    ),
    (
        with_a_link,
        "/password/reset",
        {"new_password": "x" * 300, "confirm_password": "x" * 300},
        ["new_password"],
    ),
    (with_a_link, "/password/reset", {"new_password": CHOSEN}, ["confirm_password"]),
    (logged_in, "/password/change", {**NEW, "current_password": "wrong"}, ["current_password"]),
    (logged_in, "/password/change", {**NEW, "current_password": ""}, ["current_password"]),
    (logged_in, "/password/change", {**NEW, "current_password": "x" * 300}, ["current_password"]),
    (
        logged_in,
        "/password/change",
        {"new_password": CHOSEN, "confirm_password": "x", "current_password": PASSWORD},
        ["confirm_password"],
    ),
    (
        logged_in,
        "/password/change",
        {"new_password": PASSWORD, "confirm_password": PASSWORD, "current_password": PASSWORD},
        ["new_password"],
    ),
    (with_a_key, "/account/two-step/confirm", {"code": "000000"}, ["code"]),
    (with_a_key, "/account/two-step/confirm", {}, ["code"]),
    (logged_in, "/account/two-step/confirm", {"code": "000000"}, []),
    (with_two_step, "/account/two-step", {}, []),
    (with_two_step, "/account/two-step/remove", {"password": "wrong", "code": "000000"}, ["password"]),
    (with_two_step, "/account/two-step/remove", {"password": PASSWORD, "code": "000000"}, ["code"]),
    (with_two_step, "/account/two-step/remove", {"password": PASSWORD}, ["code"]),
    (with_two_step, "/account/two-step/recovery-codes", {"password": "", "code": ""}, ["password"]),
    (with_two_step, "/account/two-step/recovery-codes", {"password": "x" * 300, "code": "1"}, ["password"]),
    (with_two_step, "/reauthenticate", {"password": "wrong", "code": "000000"}, ["password"]),
    (with_two_step, "/reauthenticate", {"password": PASSWORD, "code": "000000"}, ["code"]),
    (with_two_step, "/reauthenticate", {"password": ""}, ["password"]),
    (with_two_step, "/reauthenticate", {"password": PASSWORD, "code": "1" * 101}, ["code"]),
    (logged_in, "/account/preferences", {"language": "tlh"}, ["language"]),
    (logged_in, "/account/preferences", {"time_zone": "Nowhere/X"}, ["time_zone"]),
    (administrator, "/admin/users", {"email": "", "kind": "recipient"}, ["email"]),
    (administrator, "/admin/users", {"email": "ann@people.test", "kind": "recipient"}, []),
    (administrator, "/admin/users", {"email": "new@people.test", "kind": "pope"}, ["kind"]),
    (administrator, "/admin/domains", {"domain": ""}, ["domain"]),
    (administrator, "/admin/domains", {"domain": "people.test", "internal": "perhaps"}, ["internal"]),
    (administrator, f"{USER}/password", {"new_password": "short"}, ["new_password"]),
    (administrator, f"{USER}/password", {"new_password": CHOSEN, "force_change": "x"}, ["force_change"]),
    (administrator, f"{USER}/contain", {"reason": ""}, ["reason"]),
    (administrator, f"{USER}/contain", {"reason": "x", "disable": "x"}, ["disable"]),
    (administrator, f"{USER}/contain", {"reason": "x", "restriction": "listed", "ranges": ""}, ["ranges"]),
    (
        administrator,
        f"{USER}/contain",
        {"reason": "x", "restriction": "listed", "ranges": "300.1"},
        ["ranges"],
    ),
    (administrator, f"{USER}/contain", {"reason": "x", "restriction": "x", "ranges": ""}, ["restriction"]),
    (administrator, f"{USER}/two-step/reset", {"reason": "", "confirm": "true"}, ["reason"]),
    (administrator, f"{USER}/two-step/reset", {"reason": "x", "confirm": "x"}, ["confirm"]),
    (administrator, f"{USER}/disable", {"confirm": "x"}, ["confirm"]),
    (administrator, f"{USER}/ip-ranges", {"restriction": "listed", "ranges": "300.1"}, ["ranges"]),
    (administrator, f"{USER}/ip-ranges/dry-run", {"restriction": "x"}, ["restriction"]),
    (administrator, "/admin/domains/people.test/ip-ranges", {"restriction": "listed"}, ["ranges"]),
    (
        administrator,
        "/admin/ip-ranges",
        {"scope": "admin", "restriction": "listed", "ranges": "x"},
        ["ranges"],
    ),
    (
        administrator,
        "/admin/ip-ranges",
        {"scope": "portal", "restriction": "listed", "ranges": "x"},
        ["ranges"],
    ),
    *[
        (administrator, "/admin/messages", {**MESSAGE, name: ""}, [name])
        for name in ("to", "subject", "body")
    ],
    (administrator, "/admin/messages", {**MESSAGE, "expires_in_days": "400"}, ["expires_in_days"]),
    (administrator, "/admin/messages", {**MESSAGE, "expires_in_days": "soon"}, ["expires_in_days"]),
    (administrator, "/admin/messages", {**MESSAGE, "body": "x" * 12_001}, ["body"]),
    (administrator, "/admin/domains/people.test/brand", {"name": "a<b"}, ["name"]),
    (administrator, "/admin/domains/people.test/brand", {"colour": "#eee"}, ["colour"]),
    (administrator, "/admin/domains/people.test/brand", {"logo": "x"}, ["logo"]),
    (administrator, "/admin/domains/people.test/brand", {"support_contact": "a<b"}, ["support_contact"]),
]


@pytest.mark.parametrize(
    ("who", "path", "fields", "wanted"), CASES, ids=lambda one: one if isinstance(one, str) else None
)
def test_wb_16_error_stands_at_its_field(
    world: World, who: Callable[[World], Visitor], path: str, fields: Mapping[str, str], wanted: list[str]
) -> None:
    """WB-16: and in the summary, which has the focus and leads to it, whatever panel it stands in."""
    reply = who(world).post(path, dict(fields))
    assert 400 <= reply.status < 500, reply.text
    assert at_fields(reply) == wanted


@pytest.mark.parametrize(
    ("path", "fields", "wrong"),
    [
        ("/admin/messages", MESSAGE, {"expires_in_days": "soon"}),
        ("/admin/messages", MESSAGE, {"subject": "x" * 201}),
        ("/admin/domains", {"domain": "kept.test"}, {"internal": "perhaps"}),
        (f"{USER}/contain", {"reason": "seen at three"}, {"disable": "perhaps"}),
    ],
)
def test_wb_16_one_wrong_field_takes_nothing_else_away(
    world: World, path: str, fields: dict[str, str], wrong: dict[str, str]
) -> None:
    """WB-16: what was typed in the other fields is there again, even where one is no number, or too long."""
    page = administrator(world).post(path, fields | wrong)
    assert page.status == 422
    assert all(value in page.text for name, value in fields.items() if name not in wrong)


def test_wb_16_address_is_there_again_beside_a_password_that_is_none(world: World) -> None:
    """WB-16."""
    page = world.browser().post("/logon", {"email": "ann@people.test", "password": "x" * 8200})
    assert (page.status, 'value="ann@people.test"' in page.text, "xxxx" in page.text) == (422, True, False)
