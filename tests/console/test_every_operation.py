"""AD-01: every operation of the contract, and everybody who might ask it. Deny by default, to programs and browsers.

The table is written from the contract's text and not from `domain/access.py`, so that a slip there is seen here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from infra.contract import Operation
from tests.console.staff import Staff, logged_on, staff
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, Visitor
from tests.world.world import CONTRACT, World

NEEDS = {
    "public": "home health help well_known logon password_forgot password_reset password_criteria not_me"
    " address_change",
    "session": "logoff session",
    "code": "logon_code",
    "change": "password_change",
    "enrol": "account_two_step.show reauthenticate",
    "enrol now": "account_two_step.propose account_two_step.confirm",
    "canary": "health_deep",
    "whole now": "account_export",
    "whole": "account account_activity account_sessions account_preferences account_two_step.show_removal"
    " account_two_step.remove account_two_step.renew account_two_step.move messages message_reply",
    "desk": "admin_overview admin_users.show admin_users.export admin_user "
    "admin_domains.show admin_attempts admin_events",
    "administrator": "admin_ip_ranges.show_domain admin_ip_ranges.show_portal admin_ip_ranges.try_account"
    " admin_ip_ranges.try_domain admin_ip_ranges.try_portal admin_messages admin_brand.show"
    " admin_services.show admin_kind.show admin_erase.show admin_invitations.show_several"
    " admin_address.show",
    "administrator now": "admin_users.submit admin_password admin_status admin_two_step admin_sessions admin_contain"
    " admin_invitations.invite admin_invitations.withdraw admin_invitations.submit_several admin_kind.submit"
    " admin_address.submit"
    " admin_delivery admin_domains.submit admin_ip_ranges.save_account admin_ip_ranges.save_domain"
    " admin_ip_ranges.save_portal admin_brand.submit admin_services.submit admin_services.rotate admin_services.revoke"
    " admin_erase.submit",
    "service": "service_messages",  # no session whatever: tests/steps/test_service_messages.py asks with keys
}
EVERYBODY = (
    "nobody",
    "enter_code",
    "change_password",
    "enrol_two_step",
    "recipient",
    "support",
    "administrator",
    "stale administrator",
)
HALF_DONE = EVERYBODY[1:4]
STAGES = {"code": {"enter_code"}, "change": {"change_password"}, "enrol": {"enrol_two_step"}}
NO_ENTRY = {"session_required", "step_required", "not_permitted", "reauthentication_required", "not_found"}


def need_of(operation: Operation) -> str:
    """What an operation needs; an operation that nobody wrote down is a failure."""
    for need, names in NEEDS.items():
        if {operation.operation_id, operation.step} & set(names.split()):
            return need
    pytest.fail(f"{operation.operation_id} stands in no row: who may ask it?")


def refusal_for(who: str, need: str) -> str | None:  # noqa: PLR0911 - one line for each rule
    """The code of the refusal, or None for those who may."""
    if need == "public":
        return None
    if who == "nobody" or need == "service":
        return "session_required"
    if need == "session":
        return None
    if who in HALF_DONE:
        return None if who in STAGES.get(need.split(maxsplit=1)[0], set()) else "step_required"
    if need == "code":
        return "step_required"
    if need == "canary":
        return "not_permitted"
    if need in {"desk", "administrator", "administrator now"} and who == "recipient":
        return "not_permitted"
    if need.startswith("administrator") and who == "support":
        return "not_permitted"
    return "reauthentication_required" if need.endswith("now") and who.startswith("stale") else None


@dataclass
class Cast:
    """Everybody, logged on as far as they get; `make` gives a visitor of either sort."""

    world: World
    browsers: bool = False

    def __post_init__(self) -> None:
        self._people: dict[str, Callable[[], Visitor]] = {
            "nobody": self._visitor,
            "enter_code": self._with_code_due,
            "change_password": self._with_temporary,
            "enrol_two_step": lambda: self._plain(two_step_required=True),
            "recipient": self._plain,
            "support": lambda: self._staff(Kind.SUPPORT),
            "administrator": lambda: self._staff(Kind.ADMINISTRATOR),
            "stale administrator": self._stale,
        }

    def make(self, who: str) -> Visitor:
        return self._people[who]()

    def _visitor(self) -> Visitor:
        return self.world.browser() if self.browsers else self.world.visitor()

    def _plain(self, **facts: Any) -> Visitor:
        visitor = self._visitor()
        visitor.logs_on(self.world.person(**facts))
        return visitor

    def _with_code_due(self) -> Visitor:
        account, _ = enrolled(self.world)
        visitor = self._visitor()
        visitor.logs_on(account)
        return visitor

    def _with_temporary(self) -> Visitor:
        account = self.world.person()
        visitor = self._visitor()
        visitor.logs_on(account, self.world.asks(account).temporary)
        return visitor

    def _staff(self, kind: Kind) -> Visitor:
        account, phone = enrolled(self.world, kind=kind)
        return logged_on(self.world, self._visitor(), account, phone)

    def _stale(self) -> Visitor:
        visitor = self._staff(Kind.ADMINISTRATOR)
        self.world.clock.passes(600)
        return visitor


def path_of(operation: Operation, target: str) -> str:
    """A path of this operation about somebody who is there."""
    path = operation.path.replace("{email}", target).replace("{domain}", "people.test")
    return path.replace("{id}", "0-0").replace("{token}", "t" * 43)


@pytest.mark.parametrize("who", EVERYBODY)
def test_ad_01_program_gets_exactly_what_it_may(world: World, who: str) -> None:
    target = world.person().address
    visitor = Cast(world).make(who)
    for operation in CONTRACT.operations:
        expected = refusal_for(who, need_of(operation))
        before = world.rows()
        reply = visitor.sends(operation.method, path_of(operation, target), **body_of(operation))
        if expected:
            assert (operation.operation_id, reply.code) == (operation.operation_id, expected)
            assert reply.status == (401 if expected == "session_required" else 403)
            assert world.rows() == before
        else:
            assert reply.code not in NO_ENTRY - {"not_found"}, operation


@pytest.mark.parametrize("who", EVERYBODY)
def test_ad_01_tf_07_browser_is_led_to_what_is_due(world: World, who: str) -> None:
    target = world.person().address
    visitor = Cast(world, browsers=True).make(who)
    places = {"nobody": "/logon", "enter_code": "/logon/code"}
    places |= {"change_password": "/password/change", "enrol_two_step": "/account/two-step"}
    for operation in CONTRACT.operations:
        expected = refusal_for(who, need_of(operation))
        if expected is None:
            continue
        before = world.rows()
        reply = visitor.sends(operation.method, path_of(operation, target), b"", FORM)
        if operation.step in {"session", "health_deep", "service_messages"}:  # JSON for everybody
            status = 401 if who == "nobody" or operation.step == "service_messages" else 403
            assert (reply.status, reply.code) == (status, expected)
        elif who in places and (who == "nobody" or operation.method == "GET"):
            assert (reply.status, reply.header("Location").partition("?")[0]) == (303, places[who]), operation
        elif expected == "reauthentication_required":
            assert (reply.status, reply.header("Location").partition("?")[0]) == (303, "/reauthenticate")
        else:
            assert reply.status in {303, 403}, operation
        assert world.rows() == before


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def body_of(operation: Operation) -> dict[str, Any]:
    """Nothing that could be acted on: who may ask is decided before the body is read."""
    headers = {"Content-Type": "application/json"}
    return {"headers": headers, "body": b'{"nonsense": 1}'} if operation.method == "POST" else {}


def test_ad_06_administrator_without_2_step_reaches_no_page_of_the_console(world: World) -> None:
    visitor = world.visitor()
    assert visitor.logs_on(world.person(kind=Kind.ADMINISTRATOR)) == "enrol_two_step"
    for operation in CONTRACT.operations:
        if operation.path.startswith("/admin"):
            reply = visitor.sends(operation.method, path_of(operation, "x@y.test"), **body_of(operation))
            assert (reply.status, reply.code) == (403, "step_required")


def test_se_11_ad_06_ten_minutes_to_the_second(world: World) -> None:
    desk, ann = staff(world), world.person()
    world.clock.passes(600 - 30 - 1)
    assert desk.does(ann, "disable")["status"] == "disabled"
    world.clock.passes(1)
    assert desk.tries(ann, "enable").code == "reauthentication_required"
    assert desk.visitor.get("/admin/domains").status == 200
    desk.types_it_again()
    assert desk.does(ann, "enable")["status"] == "active"


def test_ad_02_users_that_are_not_there_look_alike_to_everybody(world: World) -> None:
    desk: Staff = staff(world)
    for action in ("disable", "enable", "unlock", "force-change", "sessions/revoke", "password"):
        gone = [
            desk.visitor.post(f"/admin/users/{one}/{action}") for one in ("no@people.test", "%C3%A9@x", "no")
        ]
        assert {one.same for one in gone} == {gone[0].same}
        assert (gone[0].status, gone[0].code) == (404, "not_found")


def test_a_session_of_the_wrong_kind_stays_it_after_a_new_password(world: World) -> None:
    """A forced change does not lift anybody: a recipient is a recipient afterwards."""
    account = world.person(must_change_password=True)
    visitor = world.visitor()
    assert visitor.logs_on(account) == "change_password"
    fields = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.goes_on(visitor.post("/password/change", fields)) == "portal"
    assert visitor.get("/admin/users").code == "not_permitted"
