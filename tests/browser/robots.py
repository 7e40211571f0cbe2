"""What happens to a mail before its reader sees it: programs that open, mangle and follow its links, and press buttons.

None of them types anything. Each is a function of a Chromium and a link; what it may not do is the tests' business.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, Page

from tests.browser.chromium import DESKTOP, context_on

Robot = Callable[[Browser, str], None]
MOST_PAGES = 25
HUNG_ON = (".", ">", "=", " ", "%20", "&amp;", "&#x3D;", html.unescape("&#x3D;"), ").", "%3E")
LINKS = "() => [...document.querySelectorAll('a[href]')].map((one) => one.href)"
# With the browser's own checks of what was typed, and in two ways without them.
SENDS = {
    "form.submit": "(form) => HTMLFormElement.prototype.submit.call(form)",
    "requestSubmit": "(form) => form.requestSubmit()",
    "unchecked": "(form) => { form.noValidate = true; form.requestSubmit(); }",
}


def looks_ahead(browser: Browser, link: str) -> None:
    """HEAD, as a gateway does that only wants to know where a link leads."""
    for _ in range(3):
        requests.head(link, allow_redirects=True, timeout=10)


def opens_twice(browser: Browser, link: str) -> None:
    """GET, twice over, keeping cookies and not."""
    for session in (requests.Session(), requests.Session()):
        for _ in range(2):
            session.get(link, timeout=10)


def mangles(browser: Browser, link: str) -> None:
    """Shouted, cut, and with whatever hangs on its end."""
    head, _, token = link.rpartition("/")
    for address in (
        f"{head}/{token.upper()}",
        f"{head}/{token.lower()}",
        f"{head}/{token[:-1]}",
        *[f"{link}{end}" for end in HUNG_ON],
    ):
        requests.get(address, timeout=10)


def follows(browser: Browser, link: str) -> None:
    """Opens it with scripts, and every link of each page it comes to."""
    context = context_on(browser, DESKTOP)
    page, origin = context.new_page(), urlsplit(link).netloc
    seen: set[str] = set()
    waiting = [link]
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        seen.add(address)
        page.goto(address)
        page.mouse.wheel(0, 2000)
        waiting += [one for one in page.evaluate(LINKS) if urlsplit(one).netloc == origin and one not in seen]
    context.close()


def submits(browser: Browser, link: str) -> None:
    """Every form of the page it leads to, as it is, in each way a script can."""
    for send in SENDS.values():
        for number in range(_opened(browser, link, lambda page: page.locator("form").count())):
            _opened(browser, link, lambda page, n=number, s=send: _sends(page, n, s))  # type: ignore[misc]


def clicks(browser: Browser, link: str) -> None:
    """Every button, tick and fold; with the browser's own checks of a form, and without them."""
    for checked in (True, False):
        for number in range(_opened(browser, link, lambda page: page.get_by_role("button").count())):
            _opened(browser, link, lambda page, n=number, c=checked: _clicks(page, n, checked=c))  # type: ignore[misc]


def _opened(browser: Browser, link: str, act: Callable[[Page], int]) -> int:
    """With a fresh browser each time, so that each act meets the page as it was."""
    context = context_on(browser, DESKTOP)
    page = context.new_page()
    page.goto(link)
    done = act(page)
    context.close()
    return done


def _sends(page: Page, number: int, send: str) -> int:
    page.locator("form").nth(number).evaluate(send)
    page.wait_for_load_state()
    page.wait_for_timeout(150)
    return 0


def _clicks(page: Page, number: int, *, checked: bool) -> int:
    page.evaluate(
        "(checked) => document.querySelectorAll('form').forEach((f) => { f.noValidate = !checked; })", checked
    )
    for box in page.locator("input[type=checkbox], input[type=radio], summary").all():
        box.click()
    page.get_by_role("button").nth(number).click()
    page.wait_for_load_state()
    page.wait_for_timeout(150)
    return 0


EVERY: dict[str, Robot] = {
    one.__name__: one for one in (looks_ahead, opens_twice, mangles, follows, submits, clicks)
}
