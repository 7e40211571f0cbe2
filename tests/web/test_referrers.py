"""What of a page's address goes along with the next request: its origin to ourselves, and to others nothing at all."""

from __future__ import annotations

import pytest

from infra.gateway_responses import HTML, with_pages
from tests.web.page_samples import STATES, Seen, sample
from tests.world.settings import PORTAL_URL
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

NEW = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
# No request, so no referrer: the support contact's; a key for the authenticator on this device; a file out of the page.
TELLING_NOBODY = ("mailto:", "tel:", "otpauth://totp/", "data:text/plain;")
LEADS = ("href", "src", "action", "formaction", "srcset", "data", "poster", "ping", "cite")


@pytest.mark.parametrize(("page", "state"), STATES)
def test_rs_04_no_page_leads_to_another_origin_or_loads_from_one(page: str, state: str) -> None:
    """A referrer that never leaves the portal: not by its policy alone. A link in somebody's message says so itself."""
    for tag, attributes in Seen(sample(page, state).html).elements:
        if tag == "a" and "noreferrer" in str(attributes.get("rel", "")).split():
            continue
        for name in LEADS:
            where = str(attributes.get(name) or "/")
            ours = where.startswith(("#", "?", "/", f"{PORTAL_URL}/", "data:image/", *TELLING_NOBODY))
            assert ours, f"<{tag} {name}={where}>"
            assert not where.startswith("//")


@pytest.mark.parametrize("kind", sorted(with_pages({})))
def test_wb_13_the_gateways_own_answers_have_the_same_policy(kind: str) -> None:
    response = with_pages({})[kind]
    assert response.headers["Referrer-Policy"] == "same-origin"
    (told,) = [one for one in Seen(response.bodies[HTML]).all("meta") if one.get("name") == "referrer"]
    assert told["content"] == "strict-origin"


def test_rs_04_page_whose_address_is_a_mailed_link_says_its_origin_alone(world: World) -> None:
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    visitor.goes_on(visitor.post("/password/change", NEW))
    token = world.mails(account)[-1].token("/not-me")
    browser = world.browser()
    for path, status in ((f"/not-me/{token}", 200), (f"/not-me/{'A' * 43}", 410), ("/not-me/x", 410)):
        page = browser.get(path)
        assert (page.status, page.header("Referrer-Policy")) == (status, "same-origin")
        (told,) = [one for one in Seen(page.text).all("meta") if one.get("name") == "referrer"]
        assert told["content"] == "strict-origin"
    assert 'name="referrer"' not in browser.get("/logon").text
