"""What is typed into a field is what arrives: no browser has put it right before our own rule sees it (IN-04)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, repeat
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import DESKTOP
from tests.browser.conftest import Arrives
from tests.browser.flows.console import at_the_console
from tests.browser.gallery import Gallery
from tests.journeys.town import Town
from tests.web.page_samples import STATES, Seen, sample

# Each is another text to some rule of a browser's: another domain, another number, another day, or none.
AWKWARD = (
    "ann@ma\u00dfanfertigung.example",
    "Ann@B\u00dcCHER.example",
    "ann@bu\u0308cher.example",
    "ann@b\u00fccher\u3002example",
    "ann@\uff45xample.example",
    "ann@xn--bcher-kva.example",
    " ann@b.example\u00a0",
    "ann@b.example, bob@c.example",
    "\u0661\uff12 e1",
    "21.11.2026",
    "HTTP://B\u00dcCHER.example/%7Eann",
)
BOXES = {"checkbox", "radio", "hidden"}
SENT = "(form) => { form.noValidate = true; HTMLFormElement.prototype.submit.call(form); }"
OPENED = "(all) => all.forEach((one) => { one.open = true; })"


def written() -> dict[str, str]:
    """Each page with a field that is written into, and a state that shows it."""
    found: dict[str, str] = {}
    for page, state in STATES:
        inputs = Seen(sample(page, state).html).all("input")
        if any("name" in one and one["type"] not in BOXES for one in inputs):
            found.setdefault(page, state)
    return found


def sends(page: Page, number: int, texts: Iterator[str]) -> dict[str, str]:
    """Fill in this form's fields, each with the next of the texts, and send it; what was typed, by name."""
    form, typed = page.locator("form").nth(number), {}
    for field in form.locator("input[name]:not([type=hidden], [type=checkbox], [type=radio])").all():
        name = str(field.get_attribute("name"))
        typed[name] = next(texts)
        field.fill(typed[name])
    if typed:
        with page.expect_navigation():
            form.evaluate(SENT)
    return typed


def arrived(gallery: Gallery) -> dict[str, str]:
    """What the form carried."""
    request = gallery.watch.requests[-1]
    return dict(parse_qsl(request.post_data or urlsplit(request.url).query, keep_blank_values=True))


@pytest.mark.parametrize(("name", "state"), written().items())
def test_in_04_what_is_typed_into_any_form_is_what_arrives(gallery: Gallery, name: str, state: str) -> None:
    gallery.lights(DESKTOP, "light")
    answer, texts = sample(name, state), cycle(AWKWARD)
    filled = False
    for number in range(answer.html.count("<form")):
        page = gallery.hangs(answer.html, answer.csp)
        page.locator("details").evaluate_all(OPENED)
        typed = sends(page, number, texts)
        if typed:
            assert typed.items() <= arrived(gallery).items()
            filled = True
    assert filled


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize(("name", "state"), [("logon", "fresh"), ("admin_messages", "none")])
def test_in_04_no_text_is_another_one_when_it_arrives(
    gallery: Gallery, name: str, state: str, text: str
) -> None:
    gallery.lights(DESKTOP, "light")
    answer = sample(name, state)
    page = gallery.hangs(answer.html, answer.csp)
    number = page.locator("form").count() - 1
    typed = sends(page, number, repeat(text))
    assert typed
    assert typed.items() <= arrived(gallery).items()


def test_in_05_invitation_goes_to_whom_the_administrator_saw_and_to_nobody_else(
    town: Town, arrives: Arrives
) -> None:
    person = arrives(DESKTOP)
    at_the_console(town, person)
    person.follows("Users")
    person.types("Email address", "ann@ma\u00dfanfertigung.example")
    person.presses("Invite")
    assert person.status == 422
    person.reads("it begins with xn--")
    assert town.mails("ann@massanfertigung.example") == []
    person.types("Email address", "ann@b\u00fccher.example")
    person.presses("Invite")
    assert person.status == 409
    assert person.fact("You entered") == "ann@b\u00fccher.example"
    assert person.fact("Mail servers write") == "ann@xn--bcher-kva.example"
    assert town.mails("ann@xn--bcher-kva.example") == []
    person.presses("Invite")
    person.reads("The user is invited")
    town.mail("ann@xn--bcher-kva.example", "temporary password")
