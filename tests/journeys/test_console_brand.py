"""An administrator gives a domain its brand, and whoever gets its mails knows them by it."""

from __future__ import annotations

import pytest

from tests.domain.pictures import in_base64, picture
from tests.journeys.desk import presses, seated
from tests.journeys.town import Town

pytestmark = pytest.mark.slow

LOGO = in_base64(picture(96, 32))


def test_a_domain_gets_its_brand_and_its_mails_carry_it(town: Town) -> None:
    desk = seated(town)
    domain = desk.address.partition("@")[2]
    path, browser = f"/admin/domains/{domain}/brand", desk.browser()
    assert f'href="{path}"' in browser.opens("/admin/domains").html
    browser.opens(path)
    page = presses(browser, path, name="Harbour\u202e Bank", colour="#123456", logo=LOGO)
    assert (page.status, "Enter a name of one line" in page.text) == (422, True)
    page = presses(browser, path, name="Harbour Bank", support_contact="harbour@bank.test")
    assert "The brand is saved." in page.text
    assert f'src="data:image/png;base64,{LOGO}"' in page.html
    new = town.new_address("branded")
    desk.client.post("/admin/messages", {"to": new, "subject": "Hello", "body": "Good day."})
    for words in ("Your temporary password for Harbour Bank", "A secure message is waiting"):
        mail = town.mail(new, words)
        assert "by Harbour Bank." in mail["text"]
        assert "harbour@bank.test" in mail["text"]
        assert '<img src="cid:logo" alt="Harbour Bank"' in mail["html"]
        assert "background:#123456" in mail["html"]
    browser.opens(path)
    page = presses(browser, path, name="", colour="", logo="", support_contact="")
    assert "Harbour Bank" not in page.text
    client = town.client()
    client.post("/password/forgot", {"email": new})
    assert "by Secure Messaging Portal." in town.mail(new, "Choose a new password")["text"]
