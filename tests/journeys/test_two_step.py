"""The second step: turning it on, logging on with a code or a recovery code, turning it off."""

import re

import pytest

from tests.journeys.phones import Phone
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow


def test_enrolment_logon_and_end_in_a_browser_without_scripts(town: Town) -> None:
    address, browser = town.person(), town.browser()
    browser.opens("/logon")
    browser.submits("/logon", email=address, password=PASSWORD)
    browser.opens("/account/two-step")
    page = browser.submits("/account/two-step")
    assert page.heading == "Set up your authenticator app"
    secret = page.html.partition('class="secret pick">')[2].partition("</p>")[0].replace(" ", "").strip()
    phone = Phone(secret)
    page = browser.submits("/account/two-step/confirm", code="000000")
    assert (page.status, secret in page.html.replace(" ", "")) == (
        401,
        False,
    )  # shown once; yet a slip costs nothing
    page = browser.submits("/account/two-step/confirm", code=phone.code())
    assert page.heading == "Save your recovery codes"
    recovery = re.findall(r'<li class="pick">([^<]+)</li>', page.html)
    assert len(recovery) == 10
    browser.submits("/logoff")
    page = browser.submits("/logon", email=address, password=PASSWORD)
    assert (page.path, page.heading) == ("/logon/code", "Enter your code")
    page = browser.submits("/logon/code", code=phone.code())
    assert page.path == "/messages"
    browser.submits("/logoff")
    browser.submits("/logon", email=address, password=PASSWORD)
    page = browser.submits("/logon/code", code=recovery[0].strip().upper())
    assert page.path == "/messages"
    town.mail(address, "recovery code was used")
    browser.opens("/account/two-step/remove")
    browser.submits("/account/two-step/remove", password=PASSWORD, code=recovery[1].strip())
    assert town.client().logs_on(address, PASSWORD) == "portal"
