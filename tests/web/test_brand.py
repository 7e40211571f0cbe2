"""A stage's name, colour and logo, wherever a person sees them: one setting each."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from chalicelib.domain.brand import Brand, Image, png
from chalicelib.domain.colours import shades
from chalicelib.web.render import Rendered, facade, render
from infra.gateway_responses import HTML, JSON, fill_in, with_pages
from tests.domain.pictures import picture
from tests.web.page_samples import SAMPLES, Seen
from tests.web.test_pages import WEIGHT
from tests.world.world import World

ACME = Brand("Acme & Söhne", "#a8232c", png(picture()), "+49 30 1234")
HEAVIEST = Image(b"x" * 8192, "svg+xml")


def shown(page: str, state: str, brand: Brand = ACME) -> Rendered:
    return render(page, SAMPLES[page][state] | facade(brand))


def style_of(rendered: Rendered) -> str:
    (style,) = re.findall(r"<style>(.*?)</style>", rendered.html, re.DOTALL)
    return str(style)


@pytest.mark.parametrize("page", sorted(SAMPLES))
def test_every_page_carries_the_brand_and_its_policy_lets_that_through(page: str) -> None:
    answer = shown(page, next(iter(SAMPLES[page])))
    seen = Seen(answer.html)
    assert seen.title.endswith(" - Acme & Söhne")
    assert ACME.logo is not None
    assert [dict(image) for image in seen.all("img") if image.get("alt") == ""] == [
        {"src": ACME.logo.uri, "alt": ""}
    ]
    assert "fill='%23a8232c'" in str(seen.all("link")[0]["href"])
    assert "+49 30 1234" in answer.html
    digest = base64.b64encode(hashlib.sha256(style_of(answer).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.csp.split("; ")
    assert "img-src data:" in answer.csp.split("; ")


def test_the_colour_and_what_is_derived_from_it_come_after_our_own() -> None:
    style, made = style_of(shown("logon", "fresh")), shades(ACME.colour)
    light, dark = style.rfind(f"--accent:{made.plate};"), style.rfind(f"--accent:{made.dark};")
    assert style.rfind("--accent: ") < light < dark
    assert "prefers-color-scheme:dark" in style[light:dark]
    assert (
        style_of(shown("logon", "fresh", Brand("Acme", "#0c5a68"))).count("--accent:") == 3
    )  # light, dark, paper


def test_without_a_logo_there_is_the_envelope() -> None:
    html = shown("logon", "fresh", Brand("Acme", "#a8232c")).html
    assert "<img" not in html
    assert 'class="plate"' in html
    assert 'class="plate"' not in shown("logon", "fresh").html


@pytest.mark.parametrize("page", sorted(SAMPLES))
def test_heaviest_logo_leaves_a_page_light(page: str) -> None:
    heaviest = Brand("Acme", "#a8232c", HEAVIEST)
    largest = max(len(shown(page, state, heaviest).html.encode()) for state in SAMPLES[page])
    assert largest < (WEIGHT + len(HEAVIEST.uri) if page == "admin_user" else WEIGHT)


def test_name_is_the_authenticators_issuer_and_no_password() -> None:
    world = World(NAME="Harbour Messages")
    ann = world.person()
    visitor = world.visitor()
    visitor.logs_on(ann)
    proposed = visitor.post("/account/two-step", {}).json()
    assert "issuer=Harbour%20Messages" in proposed["otpauth_uri"]
    entries = {"new_password": "Harbour-Messages-1!", "confirm_password": "Harbour-Messages-1!"}
    told = {one["id"]: one["met"] for one in visitor.post("/password/criteria", entries).json()["criteria"]}
    assert [name for name, met in told.items() if not met] == ["not_personal"]


@pytest.mark.parametrize("kind", sorted(with_pages({})))
def test_the_gateways_own_pages_carry_name_and_colour(kind: str) -> None:
    name = "$context.authorizer.code #set & <Ko"
    response = with_pages({"PORTAL_NAME": name.replace("<", ""), "PORTAL_COLOUR": "#a8232c"})[kind]
    page = fill_in(response, HTML, "the-request-id").decode()
    assert "<span>&dollar;context.authorizer.code &num;set &amp; Ko</span>" in page
    assert "--accent:rgb(168 35 44)" in page
    assert (
        f"--accent:rgb({' '.join(str(int(shades('#a8232c').dark[at : at + 2], 16)) for at in (1, 3, 5))})"
        in page
    )
    (style,) = re.findall("<style>(.*?)</style>", page)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in response.headers["Content-Security-Policy"]
    assert "dollar" not in fill_in(response, JSON, "the-request-id").decode()
