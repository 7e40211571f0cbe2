"""Where a person is sent next is always a plain path of this portal (WB-07)."""

import pytest

from chalicelib.web.paths import safe_next


@pytest.mark.parametrize(
    "path",
    ["/messages", "/messages/0199-ab", "/admin/users/claire.o%27neil%2Bclaims@insurer.example", "/a_b/~c"],
)
def test_path_of_the_portal_is_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https:evil.example", "%2f%2fevil.example", "/%2fevil.example",
     "/a/%2e%2e", "/%5cevil.example", "javascript:alert(1)", "/a?next=b", "/a#b", "/a//b", "/", "", None,
     "/a\n", "/" + "a" * 300, "/%2b"],
)  # fmt: skip
def test_anything_else_is_not(path: str | None) -> None:
    assert safe_next(path) is None
