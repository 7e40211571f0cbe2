"""The people behind the console: administrators and the support desk, at a terminal or before a browser."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from chalicelib.domain.accounts import Kind, Policy, TwoStep
from chalicelib.domain.addresses import account_id, canonical_address, domain_of
from chalicelib.domain.sealing import Sealer
from chalicelib.domain.two_step import new_seed
from tests.fakes.planting import plant
from tests.journeys.people import Browser, Client, Seen
from tests.journeys.phones import Phone
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

MINUTE = 60


@dataclass
class Desk:
    """One member of the staff, logged on, with an authenticator."""

    town: Town
    address: str
    client: Client
    phone: Phone

    def get(self, path: str, **headers: str) -> Any:
        """What a page of the console tells a program."""
        answer = self.client.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def user(self, address: str) -> Any:
        """The page of one user."""
        return self.get(user_path(address))

    def does(self, address: str, action: str, body: object = None) -> Any:
        """An action on a user that is accepted."""
        answer = self.tries(address, action, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tries(self, address: str, action: str, body: object = None) -> Any:
        """An action on a user, however it ends."""
        return self.client.post(f"{user_path(address)}/{action}", body)

    def browser(self) -> Browser:
        """The same person before a browser, logged on there too."""
        browser = self.town.browser()
        browser.opens("/logon")
        browser.submits("/logon", email=self.address, password=PASSWORD)
        page = browser.submits("/logon/code", code=self.phone.code())
        assert page.status == 200, page.text
        return browser

    def becomes_stale(self, seconds: float = 10 * MINUTE) -> None:
        """Let the last typing of the password be so long ago, in every session of this person."""
        self._ages("reauthenticated_at", seconds)

    def is_away(self, seconds: float = 30 * MINUTE) -> None:
        """Let every session of this person have been idle for so long."""
        self._ages("last_seen_at", seconds)

    def _ages(self, attribute: str, seconds: float) -> None:
        who = account_id(canonical_address(self.address))
        table = self.town.engine.client("dynamodb")
        for session in self.town.store.sessions.of_account(who):
            table.update_item(
                TableName=f"{self.town.prefix}sessions",
                Key={"account_id": {"S": who}, "digest": {"S": session.digest}},
                UpdateExpression=f"SET {attribute} = :old",
                ExpressionAttributeValues={":old": {"N": str(time.time() - seconds)}},
            )


def user_path(address: str) -> str:
    """Where a user's page is."""
    return f"/admin/users/{quote(address, safe='@')}"


def seated(town: Town, kind: Kind = Kind.ADMINISTRATOR, source: str | None = None, **facts: Any) -> Desk:
    """Somebody new on the staff, with 2-step, logged on."""
    address, seed = town.person(kind.value, kind=kind, **facts), new_seed(os.urandom)
    account = town.account(address)
    sealed = Sealer(town.rings["seeds"], os.urandom).seal(seed.encode("ascii"), account.id.encode())
    plant(town.store, account._replace(two_step=TwoStep(seed=sealed)), Policy(domain_of(account.address)))
    desk = Desk(town, address, town.client(source), Phone(seed))
    assert desk.client.logs_on(address, PASSWORD) == "enter_code"
    assert desk.client.goes_on(desk.client.post("/logon/code", {"code": desk.phone.code()})) == "portal"
    return desk


def guest(town: Town, **facts: Any) -> tuple[str, Client]:
    """A recipient who is logged on."""
    address, client = town.person(**facts), town.client()
    client.logs_on(address, PASSWORD)
    return address, client


class _Form(HTMLParser):
    """The fields of the forms of a page as a browser would send them untouched: what is ticked, chosen and written."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], set[str]]] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}, set()))
        if not self.forms or not given.get("name"):
            return
        _, values, names = self.forms[-1]
        names.add(given["name"])
        if tag == "textarea":
            values[given["name"]], self._area = "", given["name"]
        elif tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            values[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][1][self._area] += data.removeprefix("\n")


def presses(browser: Browser, action: str, at: str = "", **typed: str) -> Seen:
    """Fill in the form of the page that goes to this path and press its button, or the one that goes to `at`."""
    reader = _Form()
    reader.feed(browser.page.html)
    found = [form for form in reader.forms if form[0].partition("?")[0] == action]
    assert found, f"no form to {action}: {[form[0] for form in reader.forms]}"
    target, values, names = found[0]
    assert not set(typed) - names, f"the form has no {set(typed) - names}"
    return browser._goes("POST", at or target, {"Sec-Fetch-Site": "same-origin"}, values | typed)
