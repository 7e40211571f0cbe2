"""A Cookie header is read as RFC 6265 writes it: nothing is taken for a cookie that a browser does not so name."""

from __future__ import annotations

import pytest

from chalicelib.web.cookies import read_cookie, session_name
from tests.world.visitors import Visitor
from tests.world.world import World

NAME = session_name(secure=True)
# What str.strip() takes off beyond RFC 6265's own: a browser takes each for the first letter of another name.
SPACES = [
    character for character in map(chr, range(0x10000)) if not character.strip() and character not in " \t"
]


@pytest.mark.parametrize("header", [f"{NAME}=a", f"x=y; {NAME}=a", f"x=y;\t{NAME}=a \t", f" {NAME}=\ta;x=y"])
def test_cookie_is_read_with_spaces_and_tabs_around_it(header: str) -> None:
    assert read_cookie(header, NAME) == "a"


@pytest.mark.parametrize("space", SPACES, ids=lambda one: f"U+{ord(one):04X}")
def test_wb_12_name_or_value_with_another_space_is_another_cookie(space: str) -> None:
    assert read_cookie(f"{space}{NAME}=a", NAME) is None
    assert read_cookie(f"x=y; {space}{NAME}=a", NAME) is None
    assert read_cookie(f"{NAME}{space}=a", NAME) is None
    assert read_cookie(f"{NAME}=a{space}", NAME) is None
    assert read_cookie(f"{NAME}={space}a", NAME) is None


def test_wb_12_planted_cookie_neither_logs_on_nor_ends_the_readers_session() -> None:
    """A thief's session under such a name changes nothing, whether the reader has one or not."""
    world = World()
    reader, thief = world.browser(), world.browser()
    account = world.person()
    reader.logs_on(account)
    thief.logs_on(world.person())
    for space in SPACES:
        planted = f"{space}{NAME}={thief.jar[NAME]}"
        assert shown_to(world.browser(), planted) == ""
        for header in (f"{NAME}={reader.jar[NAME]}; {planted}", f"{planted}; {NAME}={reader.jar[NAME]}"):
            assert shown_to(world.browser(), header) == account.address


def shown_to(stranger: Visitor, cookies: str) -> str:
    """Whose account a browser with these cookies is shown; "" for nobody's."""
    reply = stranger.get("/account", Cookie=cookies, Accept="application/json")
    return str(reply.json()["address"]) if reply.status == 200 else ""
