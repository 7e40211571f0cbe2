"""An administrator sets a password, has one changed, or ends every session: what the user's devices notice."""

import pytest

from tests.journeys.desk import Desk, guest, presses, seated, user_path
from tests.journeys.people import Client, link, temporary_password, token_of
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow

TYPED = "copper lanterns over a harbour"
OTHER = "seven lanterns over a bridge"


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town)


def dead(client: Client) -> bool:
    answer = client.get("/account")
    return (answer.status_code, answer.json()["code"]) == (401, "session_required")


def test_typed_password_ends_every_session_at_the_next_request(town: Town, desk: Desk) -> None:
    """SE-06, SE-07."""
    ann, phone = guest(town)
    laptop = town.client()
    laptop.logs_on(ann, PASSWORD)
    done = desk.does(ann, "password", {"new_password": TYPED})
    assert (done["done"], done["changed"], done["force_change"]) == ("password_set", True, True)
    assert dead(phone)
    assert dead(laptop)
    assert town.client().post("/logon", {"email": ann, "password": PASSWORD}).status_code == 401
    assert town.client().logs_on(ann, TYPED) == "change_password"


def test_owner_is_told_when_and_by_whom_and_can_stop_it(town: Town, desk: Desk) -> None:
    """ML-01: the notice of every change names an administrator as its author, and carries no password."""
    ann = town.person()
    desk.does(ann, "password", {"new_password": TYPED})
    mail = town.mail(ann, "password has been reset")
    assert "administrator" in mail["text"]
    assert TYPED not in mail["text"] + mail["html"]
    assert town.client().post("/not-me", {"token": token_of(link(mail, "/not-me/"))}).status_code == 200
    assert town.client().post("/logon", {"email": ann, "password": TYPED}).status_code == 401


def test_made_password_is_mailed_and_the_old_one_is_void(town: Town, desk: Desk) -> None:
    """TP-06: an administrator's temporary password revokes at once."""
    ann, client = guest(town)
    assert desk.does(ann, "password")["done"] == "password_mailed"
    assert dead(client)
    assert town.client().post("/logon", {"email": ann, "password": PASSWORD}).status_code == 401
    mail = town.mail(ann, "choose a new password")
    assert desk.user(ann)["password_state"] == "temporary_pending"
    assert town.client().logs_on(ann, temporary_password(mail)) == "change_password"
    town.mail(ann, "password has been reset")


def test_trail_names_actor_before_and_after_and_no_secret(town: Town, desk: Desk) -> None:
    """AD-03."""
    ann = town.person()
    epoch = town.account(ann).epoch
    desk.does(ann, "password", {"new_password": TYPED})
    (event,) = desk.trail(ann, "authn_password_reset")
    assert event["actor"] == desk.address
    assert event["source"] == desk.client.source
    assert event["before"] == {"must_change_password": False, "epoch": epoch}
    assert event["after"] == {"must_change_password": True, "epoch": epoch + 1}
    for text in (TYPED, "argon2"):
        assert text not in desk.client.get(f"/admin/events?email={ann}").text
        assert text not in desk.client.get(user_path(ann)).text
        assert text not in "".join(town.dump("events")["events"])
        assert text not in town.gateway.log


def test_in_a_browser_by_way_of_directories_domains_user(town: Town, desk: Desk) -> None:
    ann, client = guest(town)
    browser, domain = desk.browser(), ann.partition("@")[2]
    page = browser.opens("/admin/domains")
    where = next(one for one in page.links if one.startswith(f"/admin/users?domain={domain}"))
    page = browser.opens(where + f"&q={ann.partition('@')[0]}")
    page = browser.opens(next(one for one in page.links if one == user_path(ann)))
    assert page.heading.startswith(ann)
    for word in ("Directories", "Domains", "Set a password", "Force change at logon", "Live sessions"):
        assert word in page.text
    page = presses(browser, f"{user_path(ann)}/password", new_password="short", force_change="true")
    assert page.status == 422
    assert "short" not in page.html.replace("shorter", "")
    page = presses(browser, f"{user_path(ann)}/password", new_password=TYPED, force_change="true")
    assert (page.status, page.path.partition("?")[0]) == (200, user_path(ann))
    assert "The new password is in force." in page.text
    assert dead(client)
    page = presses(browser, f"{user_path(ann)}/password", new_password="")
    assert "A temporary password is made and on its way" in page.text
