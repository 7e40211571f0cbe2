"""Addresses that are none, look-alikes and hostile paths: refused before any table is asked (IN-01, IN-02)."""

import pytest

from tests.world.world import World

NO_ADDRESSES = [
    "",
    "x",
    "@",
    "a@",
    "@b.test",
    "a@b",
    "a@@b.test",
    "a@b@c.test",
    "a b@c.test",
    "a@b .test",
    "<a@b.test>",
]
NO_ADDRESSES += [
    "a@b.test,c@d.test",
    "a@b.test;c@d.test",
    "a@b.test\r\nBcc: c@d.test",
    "a\x00@b.test",
    '"a"@b.test',
]
NO_ADDRESSES += [
    "a@[127.0.0.1]",
    "a@1.2.3.4",
    "a@-b.test",
    "a@b-.test",
    "a@b..test",
    ".a@b.test",
    "a.@b.test",
]
NO_ADDRESSES += [
    "mi\u212ae@b.test",
    "m\u0131ke@b.test",
    "\uff41@b.test",
    "stra\u00dfe@b.test",
    "a@\u00df.test",
]
NO_ADDRESSES += [
    "a@xn--portal-.test",
    "a" * 65 + "@b.test",
    "a@" + "b." * 130 + "test",
    "a@\u2603.test",
    "a@b.test\u200b",
]


@pytest.mark.parametrize("path", ["/logon", "/password/forgot"])
def test_in_02_no_address_reaches_no_table(world: World, path: str) -> None:
    acts, visitor = len(world.fake.acts), world.visitor()
    more = {"password": "guess after guess"} if path == "/logon" else {}
    for text in [*NO_ADDRESSES, "a" * 3000 + "@b.test"]:
        reply = visitor.post(path, {"email": text, **more})
        assert (reply.status, reply.code, reply.json()["field"]) == (422, "invalid_request", "email"), text
    asked = world.fake.acts[acts:]
    assert set(asked) == {"sessions.standing"}
    assert world.fake.tables.events == {}


@pytest.mark.parametrize(
    "text",
    ["mi\u212ae@b.test", "M\u0130KE@b.test", "mike@\uff42.test", "\uff4dike@b.test", "mike\u00a0@b.test"],
)
def test_in_01_look_alikes_never_resolve_to_the_account(world: World, text: str) -> None:
    world.person("mike@b.test")
    assert (
        world.visitor().post("/logon", {"email": text, "password": "quiet rivers carry seven stones"}).status
        == 422
    )


def test_in_01_domain_is_one_in_unicode_and_punycode(world: World) -> None:
    ann = world.person("ann@b\u00fccher.test")
    assert ann.address == "ann@xn--bcher-kva.test"
    for spelling in ("ann@B\u00dcCHER.test", "ANN@xn--bcher-kva.TEST"):
        assert world.visitor().logs_on(spelling) == "portal"


@pytest.mark.parametrize(
    "path",
    [
        "/messages/%00",
        "/messages/%ff%fe",
        "/messages/..%2f..",
        "/password/reset/%0d%0aSet-Cookie:a=b",
        "/not-me/%F0%9F",
        "/password/reset/" + "A" * 6000,
        "/logon?next=%ff%00",
        "/logon?notice=%0d%0a&notice=x",
        "/help?" + "a=b&" * 500,
    ],
)
def test_hostile_paths_and_queries_are_never_a_fault(world: World, path: str) -> None:
    for visitor in (world.visitor(), world.browser()):
        visitor.logs_on(world.person())
        reply = visitor.get(path)
        assert reply.status < 500
        assert all("\n" not in value and "\r" not in value for _, value in reply.pairs)
    assert not [line for line in world.lines if '"fault"' in line]
