"""The support desk: from the reference a person reads out to the true reason, and nothing that it can change."""

import pytest

from chalicelib.domain.accounts import Kind
from tests.journeys.desk import Desk, seated, user_path
from tests.journeys.people import FIREFOX, Browser
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town, Kind.SUPPORT)


def fails_in_a_browser(town: Town, typed: str) -> tuple[Browser, str]:
    """Somebody who cannot get in, and the reference on their page."""
    browser = town.browser()
    browser.opens("/logon?next=/messages/secret-token")
    page = browser.submits("/logon", email=typed, password="wrong wrong wrong")
    assert page.status == 401
    return browser, page.facts()["Reference"]


def test_search_in_a_browser_says_the_reason_in_words(town: Town, desk: Desk) -> None:
    visitor, reference = fails_in_a_browser(town, ann := town.person())
    page = desk.browser().opens(f"/admin/attempts?reference={reference}")
    for words in ("Wrong password", "Firefox 140", "Linux", ann, visitor.source):
        assert words in page.text
    for secret in (FIREFOX, PASSWORD, "secret-token"):
        assert secret not in page.text


def test_user_page_in_a_browser_tells_everything_and_offers_nothing_to_change(town: Town, desk: Desk) -> None:
    ann = town.person(two_step_required=True, ranges=("127.0.0.0/8",))
    fails_in_a_browser(town, ann)
    town.client().post("/password/forgot", {"email": ann})
    town.mail(ann, "choose a new password")
    page = desk.browser().opens(user_path(ann))
    assert page.heading.startswith(ann)
    for words in (
        "Wrong password",
        "Last mails",
        "Required of this account",
        "127.0.0.0/8",
    ):
        assert words in page.text
    assert [form.action for form in page.forms if "/admin/" in form.action] == []
