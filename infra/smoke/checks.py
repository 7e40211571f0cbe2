"""What is looked at, a function each: it returns, or raises what it found instead."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from infra.smoke.asking import JSON, PAGE, NotAsked, Target, Wrong, expect

Check = Callable[[Target], None]
MAIL_SECONDS = 60.0
GUARDS = (
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cache-Control",
    "Content-Security-Policy",
)
# 43 characters that could be a link's token and are none.
NO_TOKEN = "A" * 43


def health(target: Target) -> None:
    """It answers; and what it depends on it tells no stranger."""
    if expect(target.get("/health"), 200).told() != {"status": "ok"}:
        raise Wrong("another document than it should be")
    expect(target.get("/health/deep"), 401, code="session_required")


def pages(target: Target) -> None:
    """Everybody's pages are there for a browser, and the rest sends it to the logon page."""
    for path in ("/logon", "/help", "/password/forgot"):
        page = expect(target.get(path, PAGE), 200)
        if "text/html" not in page.header("Content-Type") or b"<h1" not in page.body:
            raise Wrong(f"{path} is no page")
    for path in ("/account", "/admin/users"):
        if "/logon" not in expect(target.get(path, PAGE), 303).header("Location"):
            raise Wrong(f"{path} does not lead to the logon page")


def security_headers(target: Target) -> None:
    """Pages, documents and the gateway's own answers carry the security headers."""
    asked = (
        ("/logon", PAGE),
        ("/health", JSON),
        ("/no/such/page", PAGE),
        ("/no/such/page", JSON),
        ("/account", JSON),
    )
    for path, accepted in asked:
        reply = target.get(path, accepted)
        if lacking := [name for name in GUARDS if not reply.header(name)]:
            raise Wrong(f"{path} lacks {', '.join(lacking)}")
        if "no-store" not in reply.header("Cache-Control"):
            raise Wrong(f"{path} may be stored")


def wrong_logon(target: Target) -> None:
    """A wrong logon is refused with a reference, and says nothing else."""
    fields = {"email": "nobody@smoke.example", "password": "not the password of anybody"}
    refused = expect(target.post("/logon", fields), 401, code="invalid_logon")
    if not refused.told().get("reference") or refused.header("Set-Cookie"):
        raise Wrong("no reference, or a cookie")


def other_sites(target: Target) -> None:
    """A form of another site is refused."""
    refused = target.send(
        "/password/forgot",
        b"email=a%40b.example",
        "application/x-www-form-urlencoded",
        Origin="https://evil.example",
    )
    expect(refused, 403, code="cross_origin")


def odd_paths(target: Target) -> None:
    """A long path, or one with characters that mean something in a policy, is no fault."""
    for segment in ("a" * 700, "*", "%2A", "%3F%23", "a%2Fb", "%00", "%FF"):
        expect(target.get(f"/messages/{segment}"), 400, 401, 403, 404)
    expect(target.get("/messages/" + "a" * 2000), 400, 401, 403, 404, 414)


def decoded_once(target: Target) -> None:
    """What a path names is decoded, and once: of a link that cannot be one, no cookie is made."""
    for token, is_one in ((NO_TOKEN, True), ("%41" + NO_TOKEN[1:], True), ("%2541" + NO_TOKEN[1:], False)):
        cookie = expect(target.get(f"/password/reset/{token}", PAGE), 303).header("Set-Cookie")
        if (f"={NO_TOKEN}" in cookie) != is_one:
            raise Wrong(f"{token[:8]}... is decoded {'twice' if not is_one else 'not at all'}")


def head(target: Target) -> None:
    """HEAD is answered where GET is, without a body, and nowhere else."""
    told = expect(target.get("/logon", method="HEAD"), 200)
    if told.body:
        raise Wrong("a body")
    if told.header("Content-Length") == "0":
        raise Wrong("its length is not that of what GET gives")
    expect(target.get("/logoff", method="HEAD"), 405)


def slash_at_the_end(target: Target) -> None:
    """It makes no difference."""
    expect(target.get("/logon/", PAGE), 200)


def other_methods(target: Target) -> None:
    """A method that a path lacks is told so, whatever is sent along; a type nobody sends is no fault."""
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", "text/xml"):
        refused = expect(target.send("/logon", b"<a/>", kind, "DELETE"), 405, code="method_not_allowed")
        if refused.header("Allow") != "GET, HEAD, POST":
            raise Wrong(f"Allow: {refused.header('Allow')}")
    expect(target.send("/logon", b"x", "image/png", "PUT"), 405, 415)


def no_such_page(target: Target) -> None:
    """A path without a route is not found, for whoever shows credentials too."""
    for headers in (JSON, {**JSON, "Authorization": "Bearer a.b"}):
        expect(target.get("/no/such/page", headers), 404, code="not_found")


def too_large(target: Target) -> None:
    """A body that is too large is told so."""
    expect(target.send("/logon", b"a" * 20_000, "application/json"), 413, code="too_large")


def own_address_closed(target: Target) -> None:
    """Beside the portal's name, the API's own address answers nothing."""
    if not target.api:
        raise NotAsked("API=, the address that `make deploy` prints")
    if urlsplit(target.api).netloc == urlsplit(target.url).netloc:
        raise NotAsked("a name of the portal's own in URL=: this is the API's own address")
    for path in ("/health", "/logon"):
        expect(target.ask("GET", target.api.rstrip("/") + path, JSON, None), 403)


def no_second_stage(target: Target) -> None:
    """The one that SAM makes by default would have no firewall, no rates and no log."""
    if not target.api:
        raise NotAsked("API=, the address that `make deploy` prints")
    expect(
        target.ask("GET", target.api.rstrip("/").rpartition("/")[0] + "/Stage/health", JSON, None), 403, 404
    )


def mail_and_link(target: Target) -> None:
    """A reset mail comes, with a link to this very portal, which opens the form and spends nothing."""
    if not target.address or not target.mailbox:
        raise NotAsked(
            "ADDRESS=, an account that may be mailed, and MAILBOX=, where its mails can be read as JSON"
        )
    before = len(links(target))
    expect(target.post("/password/forgot", {"email": target.address}), 202)
    deadline = time.monotonic() + MAIL_SECONDS
    while len(found := links(target)) == before:
        if time.monotonic() > deadline:
            raise Wrong(f"no mail with a link in {MAIL_SECONDS:.0f} seconds")
        time.sleep(0.2)
    cookie = expect(target.get(found[-1], PAGE), 303).header("Set-Cookie").partition(";")[0]
    page = expect(target.get("/password/reset", {**PAGE, "Cookie": cookie}), 200)
    if b'name="new_password"' not in page.body:
        raise Wrong("the link opens no form")


def links(target: Target) -> list[str]:
    """The paths of the reset links in the mails to the address, oldest first; of this portal alone."""
    reply = expect(target.ask("GET", f"{target.mailbox}?to={quote(target.address)}", JSON, None), 200)
    texts = [one["text"] for one in reply.told()["mail"] if one["to"].lower() == target.address.lower()]
    host = re.escape(urlsplit(target.url).netloc).replace(r"127\.0\.0\.1", r"(?:127\.0\.0\.1|localhost)")
    return [
        path
        for text in texts
        for path in re.findall(rf"^https?://{host}(/password/reset/\S+)$", text, re.MULTILINE)
    ]


CHECKS: tuple[Check, ...] = (
    health,
    pages,
    security_headers,
    wrong_logon,
    other_sites,
    odd_paths,
    decoded_once,
    head,
    slash_at_the_end,
    other_methods,
    no_such_page,
    too_large,
    own_address_closed,
    no_second_stage,
    mail_and_link,
)
