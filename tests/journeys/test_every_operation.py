"""Every operation of the contract does its work: within its function's row of infra/permissions.yaml behind the local
gateway, and from its package in the rehearsal. A permission or a file that is missing would show in production first.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from chalicelib.domain.canary import canary_address, canary_password
from infra.contract import read_contract
from tests.domain.pictures import in_base64, picture
from tests.journeys.desk import seated, user_path
from tests.journeys.people import ADDRESS_COOKIE, RESET_COOKIE, Client, link, token_of
from tests.journeys.phones import Phone
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

pytestmark = pytest.mark.slow

CONTRACT = read_contract()
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}
REASON = "reported by the user"
NOWHERE = ["192.0.2.0/24"]


class Person:
    """Asks for one thing after another, is let through each time, and remembers which operations that were."""

    def __init__(self, client: Client, done: set[str]) -> None:
        self.client, self.done = client, done

    def gets(self, *paths: str, **headers: str) -> None:
        for path in paths:
            self._done("GET", path, self.client.get(path, **headers))

    def posts(self, path: str, body: object = None) -> Any:
        answer = self.client.post(path, body)
        self._done("POST", path, answer)
        told = answer.json() if answer.content else {}
        if "session" in told:
            self.client.goes_on(answer)
        return told

    def _done(self, method: str, path: str, answer: requests.Response) -> None:
        assert answer.status_code < 400, (method, path, answer.text)
        match = CONTRACT.match(path.partition("?")[0])
        assert match
        self.done.add(match.operations[method].operation_id)


def token(town: Town, address: str, subject: str, path: str) -> str:
    """Of the link in the newest mail of this subject."""
    return token_of(link(town.mail(address, subject), path))


def comes_in(town: Town, person: Person) -> str:
    """By a link of a mail, then by the password; their address."""
    ann = town.person()
    person.gets("/", "/health", "/help", "/logon", "/password/forgot", "/password/criteria")
    person.gets("/.well-known/change-password", "/.well-known/security.txt", "/robots.txt")
    person.posts("/password/forgot", {"email": ann})
    reset = token(town, ann, "choose a new password", "/password/reset/")
    person.gets(f"/password/reset/{reset}")
    person.gets("/password/reset", Cookie=f"{RESET_COOKIE}={reset}")
    person.posts("/password/criteria", {"token": reset, **NEW})
    person.posts("/password/reset", {"token": reset, **NEW})
    person.posts("/logon", {"email": ann, "password": CHOSEN})
    person.gets(
        "/session",
        "/messages",
        f"/messages/{town.sends(ann)}",
        "/account",
        "/password/change",
        "/reauthenticate",
    )
    newer = {"new_password": PASSWORD, "confirm_password": PASSWORD}
    person.posts("/password/change", {"current_password": CHOSEN, **newer})
    person.posts("/reauthenticate", {"password": PASSWORD})
    person.gets("/account/export")
    return ann


def keeps_safe(town: Town, person: Person, address: str) -> None:
    """Preferences, sessions, the second step and its end."""
    person.gets("/account/activity", "/account/preferences", "/account/sessions", "/account/two-step")
    person.posts("/account/preferences", {"language": "de", "time_zone": "UTC"})
    town.client().logs_on(address, PASSWORD)
    person.posts("/account/sessions/revoke", {"others": True})
    phone = Phone(person.posts("/account/two-step")["secret"])
    recovery = person.posts("/account/two-step/confirm", {"code": phone.code()})["recovery_codes"]
    person.posts("/logoff")
    person.posts("/logon", {"email": address, "password": PASSWORD})
    person.gets("/logon/code")
    person.posts("/logon/code", {"code": recovery[0]})
    newer = person.posts("/account/two-step/recovery-codes", {"password": PASSWORD, "code": recovery[1]})
    begin = {"password": PASSWORD, "code": newer["recovery_codes"][0]}
    other = Phone(person.posts("/account/two-step/move", begin)["secret"])
    moved = person.posts("/account/two-step/confirm", {"code": other.code()})
    person.gets("/account/two-step/remove")
    person.posts("/account/two-step/remove", {"password": PASSWORD, "code": moved["recovery_codes"][0]})


def was_not_it(town: Town, person: Person) -> None:
    """By the notice of a password that somebody has set by a link."""
    ann = town.person()
    person.posts("/password/forgot", {"email": ann})
    person.posts(
        "/password/reset", {"token": token(town, ann, "choose a new password", "/password/reset/"), **NEW}
    )
    notice = token(town, ann, "has been reset", "/not-me/")
    person.gets(f"/not-me/{notice}")
    person.posts("/not-me", {"token": notice})


def is_the_canary(town: Town, person: Person) -> None:
    """What an emulator cannot tell is not known, and no failure."""
    ring = town.rings["canary"]
    person.posts("/logon", {"email": canary_address(ring), "password": canary_password(ring)})
    person.gets("/health/deep")


def administers_a_user(town: Town, desk: Person) -> None:
    """Every measure on somebody's account, one after another; messages; and what the desk reads."""
    ann = town.person(undeliverable="bounced")
    measures: dict[str, dict[str, Any]] = {
        "password": {"new_password": CHOSEN},
        "force-change": {},
        "two-step": {"required": True},
        "two-step/reset": {"reason": REASON},
        "ip-ranges/dry-run": {"ranges": NOWHERE},
        "ip-ranges": {"ranges": NOWHERE},
        "sessions/revoke": {},
        "deliverable": {"reason": REASON},
        "kind": {"kind": "support", "reason": REASON},
        "disable": {},
        "enable": {},
        "unlock": {},
        "contain": {"disable": True, "require_two_step": True, "ranges": NOWHERE, "reason": REASON},
    }
    for name, fields in measures.items():
        desk.posts(f"{user_path(ann)}/{name}", fields)
    invited = town.new_address("invited")
    desk.posts("/admin/users", {"email": invited, "kind": "recipient"})
    desk.posts(f"{user_path(invited)}/invite")
    desk.posts(f"{user_path(invited)}/withdraw")
    desk.posts("/admin/users/import", {"emails": [invited, town.new_address("several")]})
    desk.gets("/admin/users/import", f"{user_path(ann)}/kind", f"{user_path(ann)}/messages")
    for to in (town.new_address("new"), ann):
        sent = desk.posts("/admin/messages", {"to": to, "subject": "Hello", "body": "Good day."})
    desk.posts(f"/admin/messages/{sent['id']}/recall", {"to": ann})
    desk.gets(user_path(ann), f"/admin/users?domain={ann.partition('@')[2]}", f"/admin/users?q={ann}")
    desk.gets(
        "/admin/overview",
        "/admin/users?q=a",
        "/admin/users/export?format=csv",
        "/admin/messages",
        f"/admin/events?email={ann}",
        f"/admin/events?actor={ann}",
    )
    desk.gets(f"/admin/attempts?email={ann}", "/admin/attempts", "/admin/attempts?reference=2222-2222")
    desk.gets(f"/admin/attempts/export?format=csv&email={ann}", "/admin/attempts/export?format=jsonl")
    desk.gets(
        f"/admin/events/export?format=csv&email={ann}", f"/admin/events/export?format=jsonl&actor={ann}"
    )


def hears_back(town: Town, desk: Person, person: Person) -> None:
    """A message whose recipient writes back, and what they wrote."""
    ann = town.person()
    sent = desk.posts("/admin/messages", {"to": ann, "subject": "Hello", "body": "Good day."})["id"]
    person.posts("/logon", {"email": ann, "password": PASSWORD})
    person.gets(f"/messages/{sent}/reply")
    person.posts(f"/messages/{sent}/reply", {"body": "Thank you."})
    desk.gets(f"/admin/messages/{sent}/replies", "/admin/messages")


def moves_to_another_address(town: Town, desk: Person, person: Person) -> None:
    """Asked for in the console, proven by a mail."""
    ann, to = town.person(), town.new_address("moved")
    desk.posts(f"{user_path(ann)}/password", {"new_password": CHOSEN})
    desk.gets(f"{user_path(ann)}/address")
    desk.posts(f"{user_path(ann)}/address", {"new_email": to, "reason": REASON})
    proof = token(town, to, "Confirm your new email address", "/address/")
    person.gets(f"/address/{proof}")
    person.gets("/address", Cookie=f"{ADDRESS_COOKIE}={proof}")
    person.posts("/address", {"token": proof})


def is_erased(town: Town, desk: Person, person: Person) -> None:
    """Asked for by its owner, decided in the console."""
    ann = town.person()
    person.posts("/logon", {"email": ann, "password": PASSWORD})
    person.posts("/account/erasure")
    desk.gets(f"{user_path(ann)}/erase")
    desk.posts(f"{user_path(ann)}/erase", {"confirm": ann, "reason": REASON})


def administers_a_domain(town: Town, desk: Person) -> None:
    """Its ranges and its brand, and the ranges of the portal."""
    name = town.new_address("harbour").replace("@", ".")
    domain = f"/admin/domains/{name}"
    for fields in ({"internal": True}, {"two_step_required": True}):
        desk.posts("/admin/domains", {"domain": name, **fields})
    desk.posts(f"{domain}/brand", {"name": "Harbour Bank", "logo": in_base64(picture())})
    for path, scope in ((domain, {}), ("/admin", {"scope": "portal"}), ("/admin", {"scope": "admin"})):
        desk.posts(f"{path}/ip-ranges/dry-run", {"ranges": NOWHERE, **scope})
        desk.posts(f"{path}/ip-ranges", {"ranges": None, **scope})
        desk.gets(f"{path}/ip-ranges")
    desk.gets("/admin/domains", f"{domain}/brand")


def lets_a_system_send(town: Town, desk: Person, done: set[str]) -> None:
    """A service, what it sends, and its end."""
    made = desk.posts("/admin/services", {"name": "Mail gateway", "domains": ["sender.test"]})
    newer = desk.posts(f"/admin/services/{made['id']}/rotate")
    client = town.client()
    client.token = newer["key"]
    sender = Person(client, done)
    draft = {"from": "desk@sender.test", "subject": "Hello", "body": "Good day."}
    for to in (town.new_address("new"), town.person()):
        sent = sender.posts("/service/messages", draft | {"to": to})
    sender.gets(f"/service/messages/{sent['id']}")
    sender.posts(f"/service/messages/{sent['id']}/recall")
    desk.gets("/admin/services", f"/admin/events?actor=smp_{made['id']}")
    desk.posts(f"/admin/services/{made['id']}/revoke")


def test_every_operation_of_the_contract_does_its_work(town: Town) -> None:
    done: set[str] = set()
    ann = Person(town.client(), done)
    keeps_safe(town, ann, comes_in(town, ann))
    was_not_it(town, Person(town.client(), done))
    is_the_canary(town, Person(town.client(), done))
    desk = Person(seated(town).client, done)
    administers_a_user(town, desk)
    hears_back(town, desk, Person(town.client(), done))
    moves_to_another_address(town, desk, Person(town.client(), done))
    is_erased(town, desk, Person(town.client(), done))
    administers_a_domain(town, desk)
    lets_a_system_send(town, desk, done)
    assert done == {one.operation_id for one in CONTRACT.operations}
