"""Where a person is sent next is always a plain path of this portal (WB-07)."""

from urllib.parse import unquote

import pytest

from chalicelib.domain.access import GUARDS
from chalicelib.web.paths import filled, page_of, safe_next


@pytest.mark.parametrize(
    "path",
    [
        "/messages",
        "/messages/0199-ab",
        "/admin/users/claire.o%27neil%2Bclaims@insurer.example",
        "/admin/users/profit%26loss@bank.example",
        "/admin/users/100%25@bank.example",
        "/admin/users/a%252Fb@bank.example",
        "/a_b/~c",
    ],
)
def test_path_of_the_portal_is_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https:evil.example", "%2f%2fevil.example", "/%2fevil.example",
     "/a/%2e%2e", "/%5cevil.example", "javascript:alert(1)", "/a?next=b", "/a#b", "/a//b", "/", "", None,
     "/a\n", "/" + "a" * 300, "/%2b",
     "/%2Fevil.example", "/%5Cevil.example", "/a%0A", "/a%00", "/%2E%2E", "/a%25%2F%2Fb", "/%40", "/a%20b",
     f"/not-me/{'A' * 43}", f"/not-me/{'A' * 43}.", f"/not-me/{'A' * 43}%21", f"/{'A' * 43}/b"],
)  # fmt: skip
def test_anything_else_is_not(path: str | None) -> None:
    assert safe_next(path) is None


@pytest.mark.parametrize("character", "!#$%&'*+=?^`{|}~-_.")
def test_in_06_path_of_whatever_an_address_may_have_is_one_of_ours(character: str) -> None:
    """But for the slash, which somebody on the way might decode: whoever is there comes back to the first page."""
    address = f"a{character}b@bank.example"
    path = filled("/admin/users/{email}/contain", {"email": address})
    assert safe_next(path) == path
    assert unquote(path) == f"/admin/users/{address}/contain"
    assert (
        filled("/admin/users/{email}", {"email": "a/{id}@b.test", "id": "c"})
        == "/admin/users/a%2F%7Bid%7D@b.test"
    )


@pytest.mark.parametrize(
    "route", [route for route in GUARDS if route.startswith("POST") and GUARDS[route].next]
)
def test_whoever_must_type_the_password_first_comes_back_to_the_page_of_the_form(route: str) -> None:
    resource = page_of(route.removeprefix("POST "))
    if GUARDS[route].fresh or resource == "/account/sessions":
        assert f"GET {resource}" in GUARDS
