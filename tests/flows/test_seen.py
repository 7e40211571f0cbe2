"""A form that shows what is saved is not saved over what was saved since, by whomever."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Policy
from tests.console.staff import Staff, logged_on, staff
from tests.fakes.planting import plant
from tests.world.clicking import at_once, pressed_twice
from tests.world.phones import enrolled
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

DOMAIN, PORTAL, BRAND = (
    "/admin/domains/other.test/ip-ranges",
    "/admin/ip-ranges",
    "/admin/domains/other.test/brand",
)
MINE, THEIRS = "10.0.0.0/8", "192.0.2.0/24 # Basel"


@pytest.fixture
def window(world: World) -> Visitor:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    world.person("ann@other.test")
    plant(world.store, Policy("other.test"))
    return logged_on(world, world.browser(), account, phone)


@pytest.fixture
def desk(world: World, window: Visitor) -> Staff:
    """Somebody else, at the same time."""
    return staff(world)


def form(page: Reply) -> str:
    found = re.search(r'name="form" value="([\w.]+)"', page.text)
    assert found, page.text
    return found[1]


def lists(name: str, *ranges: str, **more: str) -> dict[str, Any]:
    return {"form": name, "restriction": "listed", "ranges": "\n".join(ranges), "confirm": "true", **more}


@pytest.mark.parametrize(
    ("page", "path", "more"),
    [
        (DOMAIN, DOMAIN, {}),
        (PORTAL, PORTAL, {"scope": "portal"}),
        (PORTAL, PORTAL, {"scope": "admin"}),
        ("/admin/users/ann@other.test", "/admin/users/ann@other.test/ip-ranges", {}),
    ],
)
def test_list_of_an_older_window_is_shown_beside_what_is_saved(
    window: Visitor, desk: Staff, page: str, path: str, more: dict[str, str]
) -> None:
    name, theirs = form(window.get(page)), THEIRS if "users" not in path else "192.0.2.0/24"
    everybody = ["0.0.0.0/0"] if "scope" in more else []
    assert desk.visitor.post(path, {"ranges": [*everybody, theirs], **more}).status == 200
    refused = window.post(path, lists(name, *everybody, MINE, **more))
    assert refused.status == 409
    assert "Something changed while you were working" in refused.text
    assert f"<code>{theirs}</code>" in refused.text
    assert re.search(rf"{MINE}</textarea>", refused.text)
    both = lists(form(refused), *everybody, MINE, theirs, **more)
    assert window.post(path, both).status == 303
    once_more = window.post(path, lists(name, *everybody, MINE, **more))
    assert once_more.status == 409


@pytest.mark.parametrize("how", ["after", "at once"])
def test_wb_20_button_pressed_twice_is_no_older_window(
    world: World, window: Visitor, desk: Staff, how: str
) -> None:
    fields = lists(form(window.get(DOMAIN)), MINE)
    again = (
        at_once(world, window, DOMAIN, fields) if how == "at once" else pressed_twice(window, DOMAIN, fields)
    )
    assert (again.status, again.header("Location")) == (303, f"{DOMAIN}?done=ranges_saved")


def test_a_list_that_is_tried_first_still_knows_what_it_was_filled_in_from(
    window: Visitor, desk: Staff
) -> None:
    name = form(window.get(DOMAIN))
    assert desk.visitor.post(DOMAIN, {"ranges": [THEIRS]}).status == 200
    tried = window.post(f"{DOMAIN}/dry-run", lists(name, MINE))
    assert tried.status == 200
    assert window.post(DOMAIN, lists(form(tried), MINE)).status == 409


def test_a_program_and_a_form_without_a_name_say_what_they_mean(window: Visitor, desk: Staff) -> None:
    desk.visitor.post(DOMAIN, {"ranges": [THEIRS]})
    assert desk.visitor.post(DOMAIN, {"ranges": [MINE], "form": "x.123456789abc"}).status == 200
    assert window.post(DOMAIN, lists("", THEIRS)).status == 303


def test_brand_of_an_older_window_is_not_saved_over_another_s(window: Visitor, desk: Staff) -> None:
    name = form(window.get(BRAND))
    assert (
        desk.visitor.post(BRAND, {"name": "Bank of Basel", "support_contact": "help@basel.test"}).status
        == 200
    )
    for more in ({"preview": "true"}, {}):
        refused = window.post(BRAND, {"form": name, "name": "Bank", "colour": "", "logo": "", **more})
        assert refused.status == 409
        assert "Bank of Basel" in refused.text
    told = desk.visitor.get(BRAND).json()
    assert (told["name"], told["support_contact"]) == ("Bank of Basel", "help@basel.test")
    assert window.post(BRAND, {"form": form(refused), "name": "Bank"}).status == 303


def test_kind_that_somebody_else_has_changed_since_is_looked_at_again(window: Visitor, desk: Staff) -> None:
    path = "/admin/users/ann@other.test/kind"
    name = form(window.get(path))
    desk.visitor.post(path, {"kind": "administrator", "reason": "Joins the team"})
    chosen = {"kind": "support", "reason": "Joins the desk"}
    refused = window.post(path, {"form": name, **chosen})
    assert refused.status == 409
    assert "Something changed while you were working" in refused.text
    assert desk.visitor.get(path).json()["kind"] == "administrator"
    fields = {"form": form(refused), **chosen}
    assert pressed_twice(window, path, fields).header("Location").endswith("?done=kind_changed")
    assert desk.visitor.get(path).json()["kind"] == "support"


def test_what_one_button_changes_leaves_what_somebody_else_has_changed_since(
    window: Visitor, desk: Staff
) -> None:
    page = window.get("/admin/domains").text
    (button,) = re.findall(
        r"<form[^>]*>((?:(?!</form>).)*Require 2-step<span[^>]*> for other.test.*?)</form>", page, re.DOTALL
    )
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', button))
    assert desk.visitor.post("/admin/domains", {"domain": "other.test", "internal": True}).status == 200
    assert window.post("/admin/domains", fields).status == 303
    (now,) = [
        one for one in desk.visitor.get("/admin/domains").json()["domains"] if one["domain"] == "other.test"
    ]
    assert (now["internal"], now["two_step_required"]) == (True, True)


def test_an_invitation_that_somebody_else_has_withdrawn_is_not_opened_by_an_older_window(
    world: World, window: Visitor, desk: Staff
) -> None:
    bob = world.person("bob@other.test", password=None)
    path = f"/admin/users/{bob.address}"
    name = form(window.get(path))
    desk.does(bob, "withdraw", reason="Mistyped")
    refused = window.post(f"{path}/invite", {"form": name})
    assert (refused.status, world.mails(bob)) == (409, [])
    assert "Something changed while you were working" in refused.text
    fields = {"form": form(window.get(path))}
    assert pressed_twice(window, f"{path}/invite", fields).header("Location").endswith("?done=invited_again")
    assert world.stored(bob).open
