"""The step `admin_services`: made, listed, rotated and revoked by administrators; each key shown once."""

import html
import re
from typing import Any, NoReturn

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.repeats import REPEAT_SECONDS
from chalicelib.domain.services import KEY, MOST_DOMAINS, split_key
from tests.console.staff import Staff, logged_on, staff
from tests.world.clicking import at_once, pressed_twice
from tests.world.phones import enrolled
from tests.world.systems import System, system
from tests.world.visitors import Reply, Visitor
from tests.world.world import World


def listed(desk: Staff) -> list[Any]:
    found: list[Any] = desk.visitor.get("/admin/services").json()["services"]
    return found


def rotated(desk: Staff, service: System) -> System:
    reply = desk.visitor.post(f"/admin/services/{service.id}/rotate")
    assert reply.status == 200, reply.text
    return System(service.id, reply.json()["key"], service.asks)


def opens(service: System) -> bool:
    return service.sends().status == 201


def test_ad_14_one_is_made_and_its_key_is_shown_once_and_kept_nowhere(world: World) -> None:
    desk = staff(world)
    made = system(
        world, desk, name="Gateway", domains=["Sender.test", "sender.test"], ranges=["192.0.2.0/24"]
    )
    assert re.fullmatch(KEY, made.key)
    (line,) = listed(desk)
    assert (line["id"], line["name"], line["domains"]) == (made.id, "Gateway", ["sender.test"])
    assert (line["ranges"], line["created_by"], line["last_used_at"]) == (
        ["192.0.2.0/24"],
        desk.account.address,
        None,
    )
    secret = made.key[-49:]
    assert secret not in str(world.fake.tables) + str(world.lines)
    assert secret not in desk.visitor.get("/admin/services").text
    assert secret not in desk.visitor.get("/admin/services", Accept="text/html").text


def test_what_was_done_to_it_is_in_its_trail_and_among_its_administrators_acts(world: World) -> None:
    desk = staff(world)
    made = system(world, desk)
    world.clock.passes(1)
    rotated(desk, made)
    world.clock.passes(1)
    desk.visitor.post(f"/admin/services/{made.id}/revoke")
    kinds = ["service_revoked", "service_key_rotated", "service_made"]
    for query in (f"email=smp_{made.id}", f"actor={desk.account.address}"):
        told = desk.visitor.get(f"/admin/events?{query}").json()["events"]
        acts = [event for event in told if event["kind"].startswith("service")]
        assert [event["kind"] for event in acts] == kinds
        assert {event["actor"] for event in acts} <= {desk.account.address, ""}
        assert {event["details"]["service"] for event in acts} == {"Mail gateway"}
    for asked in ("email", "actor"):
        page = desk.visitor.get(f"/admin/events?{asked}=smp_{made.id}", Accept="text/html")
        assert page.status == 200
        assert "/admin/users/smp_" not in page.text


def test_ad_14_two_keys_live_at_once_and_a_third_ends_the_first(world: World) -> None:
    desk = staff(world)
    first = system(world, desk)
    second = rotated(desk, first)
    assert opens(first)
    assert opens(second)
    assert [key["last_used_at"] is not None for key in listed(desk)[0]["keys"]] == [True, True]
    third = rotated(desk, second)
    assert not opens(first)
    assert opens(second)
    assert opens(third)


def test_ad_14_a_revoked_one_opens_nothing_and_comes_back_by_nothing(world: World) -> None:
    desk = staff(world)
    first = system(world, desk)
    second = rotated(desk, first)
    for _ in range(2):  # asked for again, it is so
        reply = desk.visitor.post(f"/admin/services/{first.id}/revoke")
        assert (reply.status, reply.json()["id"]) == (200, first.id)
    assert not opens(first)
    assert not opens(second)
    assert desk.visitor.post(f"/admin/services/{first.id}/rotate").code == "conflict"
    (line,) = listed(desk)
    assert (line["keys"], line["revoked_by"]) == ([], desk.account.address)
    revoked = [one for one in world.fake.tables.events.values() if one.kind is EventKind.SERVICE_REVOKED]
    assert len(revoked) == 1


@pytest.mark.parametrize("name", ["a" * 16, "nonsense", "%00", "A" * 16])
def test_one_that_there_is_not_is_not_found(world: World, name: str) -> None:
    desk = staff(world)
    replies = [desk.visitor.post(f"/admin/services/{name}/{act}") for act in ("rotate", "revoke")]
    assert {(reply.status, reply.code) for reply in replies} == {(404, "not_found")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a@b"),
        ("name", "x" * 61),
        ("name", "one\ntwo"),
        ("domains", []),
        ("domains", ["sender.test", "not a domain!"]),
        ("domains", ["desk@sender.test"]),
        ("domains", "sender.test"),
        ("ranges", ["192.0.2.1/24"]),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(world: World, field: str, value: Any) -> None:
    desk = staff(world)
    good: dict[str, Any] = {"name": "Gateway", "domains": ["sender.test"]}
    refused = desk.visitor.post("/admin/services", good | {field: value})
    assert (refused.status, refused.json()["field"]) == (422, field)
    assert listed(desk) == []


def test_ad_14_a_key_that_was_made_is_shown_whatever_cannot_be_read_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack on itself: 503 after the change, asked again, and the key in use is ended that nobody had to lose."""
    desk = staff(world)
    made = system(world, desk)

    def away() -> NoReturn:
        raise Unavailable("dynamodb:away")

    monkeypatch.setattr(world.fake.services, "every", away)
    path = f"/admin/services/{made.id}/rotate"
    assert desk.visitor.post(path, {}).json()["key"].startswith(made.key[:20])
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    key = world.fake.tables.services[made.id].current
    page = desk.visitor.sends("POST", path, f"replaces={key.handle}".encode(), form)
    assert (page.status, made.key[:20] in page.text) == (200, True)


def test_ad_13_more_domains_than_a_key_can_have_are_refused(world: World) -> None:
    many = " ".join(f"d{number}.test" for number in range(MOST_DOMAINS + 1))
    refused = staff(world).visitor.post("/admin/services", {"name": "Gateway", "domains": [many]})
    assert (refused.status, refused.json()["field"]) == (422, "domains")


def test_ad_14_two_rotations_at_once_give_two_keys_that_live_or_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second with what they saw before is told to look again: no key that was shown is dead."""
    desk, other = staff(world), staff(world)
    made = system(world, desk)
    rotate, others = world.fake.services.rotate, [other]
    beside: list[System] = []

    def overtaken(*given: Any) -> bool:
        while others:
            beside.append(rotated(others.pop(), made))
        return rotate(*given)

    monkeypatch.setattr(world.fake.services, "rotate", overtaken)
    refused = desk.visitor.post(f"/admin/services/{made.id}/rotate")
    assert (refused.status, refused.code) == (409, "conflict")
    assert opens(made)
    assert opens(beside[0])


# In a browser.


def at_the_console(world: World) -> Visitor:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    return logged_on(world, world.browser(), account, phone)


def form_of(page: Reply) -> str:
    found = re.search(r'name="form" value="(\w+)"', page.text)
    assert found
    return found[1]


def shown(reply: Reply) -> str:
    found = re.search(r'id="key">([^<]+)<', reply.text)
    assert found, reply.text
    assert split_key(html.unescape(found[1]))
    return found[1]


FIELDS = {"name": "Gateway", "domains": "sender.test\nother.test", "restriction": "none", "ranges": ""}


@pytest.mark.parametrize("sent", ["after", "at once"])
def test_wb_20_a_form_that_is_sent_twice_makes_one_key_and_shows_it(world: World, sent: str) -> None:
    """The second answer, which is all that is seen, shows the key that the first has made."""
    browser = at_the_console(world)

    def press(path: str, fields: dict[str, str]) -> Reply:
        page = browser.get("/admin/services")
        fields = fields | (rotation_of(page) if path.endswith("/rotate") else {"form": form_of(page)})
        if sent == "at once":
            return at_once(world, browser, path, fields)
        return pressed_twice(browser, path, fields)

    made = press("/admin/services", FIELDS)
    assert made.status == 201
    (service,) = world.fake.tables.services.values()
    changed = press(f"/admin/services/{service.id}/rotate", {})
    assert changed.status == 200
    for reply in (made, changed):
        assert opens(System(service.id, shown(reply), world.visitor()))
    assert [one.kind for one in world.fake.tables.events.values() if one.kind.startswith("service_")] == [
        EventKind.SERVICE_MADE,
        EventKind.SERVICE_ROTATED,
    ]


def test_wb_20_after_its_minute_the_same_form_shows_no_key_again(world: World) -> None:
    browser = at_the_console(world)
    fields = FIELDS | {"form": form_of(browser.get("/admin/services"))}
    assert shown(browser.post("/admin/services", fields))
    (service,) = world.fake.tables.services.values()
    rotation = rotation_of(browser.get("/admin/services"))
    browser.post(f"/admin/services/{service.id}/rotate", rotation)
    world.clock.passes(REPEAT_SECONDS + 1)
    for path, sent in (("/admin/services", fields), (f"/admin/services/{service.id}/rotate", rotation)):
        again = browser.post(path, sent)
        assert again.status == 409
        assert 'id="key"' not in again.text


def rotation_of(page: Reply) -> dict[str, str]:
    found = re.search(r'name="replaces" value="(\w+)"', page.text)
    assert found
    return {"form": form_of(page), "replaces": found[1]}


def test_ad_14_an_old_form_brings_no_ended_key_back(world: World) -> None:
    """Its minute is over, so it is another act; but what it is to replace is not the newest key any more."""
    desk, browser = staff(world), at_the_console(world)
    made = system(world, desk)
    path, old = f"/admin/services/{made.id}/rotate", rotation_of(browser.get("/admin/services"))
    leaked = System(made.id, shown(browser.post(path, old)), made.asks)
    newer = [rotated(desk, made) for _ in range(2)]
    assert not opens(leaked)
    world.clock.passes(REPEAT_SECONDS + 1)
    again = browser.post(path, old)
    assert (again.status, 'id="key"' in again.text) == (409, False)
    assert not opens(leaked)
    assert all(opens(one) for one in newer)


def test_ad_14_a_form_that_says_no_key_or_what_is_none_rotates_nothing(world: World) -> None:
    browser = at_the_console(world)
    made = system(world, staff(world))
    path, form = f"/admin/services/{made.id}/rotate", rotation_of(browser.get("/admin/services"))
    for fields in ({"form": form["form"]}, form | {"replaces": ""}, form | {"replaces": "é" * 12}):
        assert browser.post(path, fields).status == 409
    assert opens(made)
    assert len(listed_keys(world, made)) == 1


def listed_keys(world: World, service: System) -> list[Any]:
    (line,) = [one for one in listed(staff(world)) if one["id"] == service.id]
    keys: list[Any] = line["keys"]
    return keys


def test_ad_14_a_program_says_which_key_it_means_or_leaves_it_out(world: World) -> None:
    desk = staff(world)
    made = system(world, desk)
    path, first = f"/admin/services/{made.id}/rotate", listed(desk)[0]["keys"][0]["handle"]
    assert desk.visitor.post(path, {"replaces": first}).status == 200
    refused = desk.visitor.post(path, {"replaces": first})
    assert (refused.status, refused.code) == (409, "conflict")
    assert desk.visitor.post(path).status == 200


def test_wb_20_one_page_s_forms_make_a_key_for_each_service(world: World) -> None:
    browser = at_the_console(world)
    for name in ("One", "Two"):
        form = form_of(browser.get("/admin/services"))
        assert browser.post("/admin/services", FIELDS | {"name": name, "form": form}).status == 201
    page = browser.get("/admin/services")
    handles = {one.id: one.current.handle for one in world.fake.tables.services.values()}
    keys = [
        shown(browser.post(f"/admin/services/{one}/rotate", {"form": form_of(page), "replaces": handle}))
        for one, handle in handles.items()
    ]
    assert keys[0][-49:] != keys[1][-49:]


def test_in_05_domains_are_shown_in_both_spellings_before_anything_is_made(world: World) -> None:
    browser = at_the_console(world)
    fields = FIELDS | {"domains": "büro.test sender.test", "form": form_of(browser.get("/admin/services"))}
    asked = browser.post("/admin/services", fields)
    assert asked.status == 409
    assert "xn--bro-hoa.test" in asked.text
    assert world.fake.tables.services == {}
    assert (
        browser.post("/admin/services", fields | {"domains": "xn--bro-hoa.test\nsender.test"}).status == 201
    )


def test_a_refused_form_comes_back_as_it_was_filled_in(world: World) -> None:
    browser = at_the_console(world)
    refused = browser.post("/admin/services", FIELDS | {"domains": "what is this!"})
    assert refused.status == 422
    assert "Gateway" in refused.text
    assert "Enter at least one domain" in refused.text


def test_wb_15_what_met_the_prompt_waits_and_says_which_service_it_is_about(world: World) -> None:
    browser = at_the_console(world)
    form = form_of(browser.get("/admin/services"))
    browser.post("/admin/services", FIELDS | {"form": form})
    (service,) = world.fake.tables.services.values()
    form = form_of(browser.get("/admin/services"))
    world.clock.passes(600)
    path = f"/admin/services/{service.id}/revoke"
    assert browser.post(path, {"form": form}).header("Location").startswith("/reauthenticate")
    page = browser.get("/admin/services").text
    assert "Revoke a service" in page
    assert f"<bdi>smp_{service.id}</bdi>" in page
    assert f'action="{path}"' in page
    assert world.fake.tables.services[service.id].revoked_at is None
