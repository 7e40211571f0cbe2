"""Writes that lose against something that happened after they began: 409, and nothing is changed (SE-10)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Status, TwoStep
from tests.console.staff import staff
from tests.console.test_moments import MEANWHILE, between
from tests.fakes.planting import plant
from tests.world.phones import Phone
from tests.world.visitors import Visitor
from tests.world.world import World

HERE = ["10.0.0.0/8"]
OF_DOMAINS: dict[str, dict[str, Any]] = {
    "/admin/domains": {"domain": "new.test", "internal": True},
    "/admin/domains/people.test/ip-ranges": {"ranges": HERE},
    "/admin/domains/people.test/brand": {"name": "Harbour Bank"},
    "/admin/ip-ranges": {"scope": "portal", "ranges": HERE},
}
OF_USERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "enable": ({"status": Status.DISABLED}, {}),
    "deliverable": ({"undeliverable": "bounced"}, {"reason": "repaired"}),
}


@pytest.mark.parametrize("path", OF_DOMAINS)
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_se_10_policy_begun_before_the_actor_lost_standing_is_not_saved(
    world: World, path: str, meanwhile: str
) -> None:
    desk = staff(world)
    desk.visitor.post("/admin/domains", {"domain": "people.test"})
    before = world.rows("policies")
    between(world, lambda: plant(world.store, MEANWHILE[meanwhile](world.stored(desk.account))))
    refused = desk.visitor.post(path, OF_DOMAINS[path])
    assert (refused.status, refused.code) == (409, "conflict")
    assert world.rows("policies") == before


@pytest.mark.parametrize("action", OF_USERS)
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_se_10_what_is_lifted_stays_where_the_actor_lost_standing(
    world: World, action: str, meanwhile: str
) -> None:
    facts, fields = OF_USERS[action]
    desk, ann = staff(world), world.person(**facts)
    before = world.stored(ann)
    between(world, lambda: plant(world.store, MEANWHILE[meanwhile](world.stored(desk.account))))
    refused = desk.tries(ann, action, **fields)
    assert (refused.status, refused.code) == (409, "conflict")
    assert world.stored(ann) == before


@pytest.mark.parametrize("path", ["/admin/domains/people.test/ip-ranges", "/admin/ip-ranges"])
def test_a_dry_run_of_a_browser_is_a_page(world: World, path: str) -> None:
    desk, browser = staff(world), world.browser()
    desk.visitor.post("/admin/domains", {"domain": "people.test"})
    browser.jar = {"__Host-portal-session": str(desk.visitor.token)}
    shown = browser.post(f"{path}/dry-run", {"ranges": "192.0.2.0/24"})
    assert (shown.status, shown.header("Content-Type")) == (200, "text/html; charset=utf-8")
    assert "192.0.2.0/24" in shown.text


def test_a_first_code_that_loses_against_another_change_turns_nothing_on(world: World) -> None:
    ann = world.person()
    visitor: Visitor = world.visitor()
    visitor.logs_on(ann)
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    between(
        world,
        lambda: plant(world.store, world.stored(ann)._replace(two_step=TwoStep())),
        ("two_steps.enrol",),
    )
    refused = visitor.post("/account/two-step/confirm", {"code": phone.code()})
    assert (refused.status, refused.code) == (409, "conflict")
    assert not world.stored(ann).two_step.active
