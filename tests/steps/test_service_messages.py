"""The step `service_messages`: what a sending system's key can do, and all that it cannot."""

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from tests.console.staff import staff
from tests.fakes.looking import trail
from tests.fakes.samples import NOW
from tests.world.mailer import VIRUS
from tests.world.ses_events import arrive, bounce, delivery
from tests.world.systems import BODY, DRAFT, System, system
from tests.world.world import CONTRACT, World

DAY = 86400


def a_sender(world: World, **fields: Any) -> System:
    return system(world, staff(world), **fields)


def test_a_message_reaches_a_new_recipient_who_is_invited_by_its_sender(world: World) -> None:
    sender = a_sender(world)
    message = sender.sent()
    notice, invitation = sorted(world.mails("ann@people.test"), key=lambda mail: "temporary" in mail.subject)
    assert f"/messages/{message}" in notice.text
    assert BODY not in notice.text
    assert "desk@sender.test" in invitation.text
    assert invitation.temporary
    sender.sent()
    assert sum("temporary" in mail.subject for mail in world.mails("ann@people.test")) == 1


def test_its_recipient_reads_it_under_the_id_that_its_sender_has(world: World) -> None:
    sender, ann, reader = a_sender(world), world.person("ann@people.test"), world.visitor()
    message = sender.sent()
    reader.logs_on(ann)
    (line,) = reader.get("/messages").json()["messages"]
    assert (line["id"], line["from"]) == (message, "desk@sender.test")
    assert reader.get(f"/messages/{message}").json()["body"] == BODY
    assert sender.state(message) == "read"


def test_tr_05_every_act_is_in_the_trail_under_the_services_name(world: World) -> None:
    desk = staff(world)
    sender, ann = system(world, desk), world.person("ann@people.test")
    assert sender.posts(f"/service/messages/{sender.sent()}/recall").status == 200
    actor = f"Mail gateway (smp_{sender.id})"
    assert {event["actor"] for event in desk.trail(ann, "message_sent")} == {actor}
    assert {event["actor"] for event in desk.trail(ann, "message_recalled")} == {actor}
    acts = desk.visitor.get(f"/admin/events?actor=smp_{sender.id}").json()["events"]
    assert sorted(event["kind"] for event in acts) == ["message_recalled", "message_sent"]


@pytest.mark.parametrize("sender", ["desk@other.test", "desk@sub.sender.test", "desk@sender.test.other.test"])
def test_ad_13_it_speaks_for_its_domains_alone(world: World, sender: str) -> None:
    refused = a_sender(world).sends(**{"from": sender})
    assert (refused.status, refused.code) == (403, "sender_not_permitted")
    assert world.rows("messages")["messages"] == {}
    assert world.mails("ann@people.test") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from", "desk"),
        ("to", "a@x.test,b@y.test"),
        ("subject", "one\r\nBcc: all@x.test"),
        ("subject", "x" * 201),
        ("body", " "),
        ("expires_in_days", 0),
        ("expires_in_days", 366),
    ],
)
def test_what_cannot_be_sent_is_refused_by_its_field(world: World, field: str, value: Any) -> None:
    refused = a_sender(world).sends("k", **{field: value})
    assert (refused.status, refused.json()["field"]) == (422, field)
    assert world.rows("messages")["messages"] == {}


# An Idempotency-Key.


def test_rl_05_the_same_key_and_body_are_one_message_and_one_answer(world: World) -> None:
    sender = a_sender(world)
    first, second = sender.sends("k1"), sender.sends("k1")
    assert (first.status, first.json()) == (second.status, second.json())
    assert len(world.mails("ann@people.test")) == 2  # the invitation and the notice
    assert sender.sends("k2").json() != first.json()
    assert a_sender(world).sends("k1").json() != first.json()


def test_without_a_key_each_request_is_a_message(world: World) -> None:
    sender = a_sender(world)
    assert sender.sent() != sender.sent()


@pytest.mark.parametrize("change", [{"body": "Other"}, {"to": "bob@people.test"}, {"expires_in_days": 3}])
def test_the_same_key_with_another_body_is_refused_and_does_nothing(
    world: World, change: dict[str, Any]
) -> None:
    sender = a_sender(world)
    sender.sends("k1")
    before = world.rows("messages", "accounts", "events")
    refused = sender.sends("k1", **change)
    assert (refused.status, refused.code) == (422, "idempotency_mismatch")
    assert world.rows("messages", "accounts", "events") == before


def test_a_key_is_kept_for_a_day_and_no_longer(world: World) -> None:
    sender = a_sender(world)
    first = sender.sends("k1").json()
    world.clock.passes(DAY - 1)
    assert sender.sends("k1").json() == first
    world.clock.passes(1)
    assert sender.sends("k1", body="Other").json() != first


@pytest.mark.parametrize("act", range(1, 6))
@pytest.mark.parametrize("applied", [False, True])
def test_what_the_first_could_not_finish_the_next_one_does_once(
    world: World, act: int, applied: bool
) -> None:
    sender = a_sender(world)
    world.fake.fail(act, applied=applied)
    sender.sends("k1")
    world.fake.heal()
    world.clock.passes(10)
    second = sender.sends("k1")
    assert second.status == 201
    assert second.json() == sender.sends("k1").json()
    sent = [event for event in world.fake.tables.events.values() if event.kind is EventKind.MESSAGE_SENT]
    assert [event.told["message"] for event in sent] == [second.json()["id"]]


@pytest.mark.parametrize("key", ["x" * 256, "a b", "\u00e4"])
def test_a_key_that_cannot_be_one_is_refused(world: World, key: str) -> None:
    refused = a_sender(world).sends(key)
    assert (refused.status, refused.json().get("field")) == (422, "Idempotency-Key")


# What became of it.


def test_states_from_the_mail_and_from_the_recipient(world: World) -> None:
    sender, ann, reader = a_sender(world), world.person("ann@people.test"), world.visitor()
    message = sender.sent()
    assert sender.state(message) == "waiting"
    mail = world.mails(ann)[-1]
    assert sender.state(message) == "waiting"
    arrive(world, delivery(mail, NOW + 1))
    assert sender.state(message) == "delivered"
    reader.logs_on(ann)
    reader.get(f"/messages/{message}")
    assert sender.state(message) == "read"


def test_a_bounce_counts_whatever_came_before_it(world: World) -> None:
    sender, ann = a_sender(world), world.person("ann@people.test")
    message = sender.sent()
    mail = world.mails(ann)[-1]
    arrive(world, delivery(mail, NOW + 1), bounce(mail, at=NOW + 2), delivery(mail, NOW + 3))
    assert sender.state(message) == "bounced"


def test_what_ses_would_not_take_has_bounced(world: World) -> None:
    sender, ann = a_sender(world), world.person("ann@people.test")
    message = sender.sent()
    world.mailer.fault = VIRUS
    world.mails(ann)
    assert sender.state(message) == "bounced"


def test_it_expires_when_its_days_are_over(world: World) -> None:
    sender = a_sender(world)
    message = sender.sent(expires_in_days=1)
    world.clock.passes(DAY - 1)
    assert sender.state(message) == "waiting"
    world.clock.passes(1)
    assert sender.state(message) == "expired"
    gone = next(key for key in world.fake.tables.messages if not key[0].startswith("service:"))
    del world.fake.tables.messages[gone]  # as DynamoDB does, some day
    assert sender.state(message) == "expired"


def test_what_was_done_with_it_is_told_when_its_row_is_long_gone(world: World) -> None:
    """DynamoDB takes a message away after its end; what its sender asks is told for a month more."""
    sender, ann, reader = a_sender(world), world.person("ann@people.test"), world.visitor()
    read, recalled, neither = (sender.sent(expires_in_days=1) for _ in range(3))
    reader.logs_on(ann)
    reader.get(f"/messages/{read}")
    assert sender.posts(f"/service/messages/{recalled}/recall").status == 200
    told = {one: sender.gets(f"/service/messages/{one}").json() for one in (read, recalled)}
    world.clock.passes(2 * DAY)
    for gone in [key for key in world.fake.tables.messages if not key[0].startswith("service:")]:
        del world.fake.tables.messages[gone]
    assert {one: sender.gets(f"/service/messages/{one}").json() for one in (read, recalled)} == told
    again = {one: sender.posts(f"/service/messages/{one}/recall") for one in (read, recalled, neither)}
    assert (again[read].status, again[read].code) == (409, "already_read")
    assert again[recalled].json() == told[recalled]
    assert (again[neither].status, again[neither].json()["state"]) == (200, "expired")


def test_recalling_what_is_over_is_the_same_before_its_row_is_taken_away(world: World) -> None:
    sender, ann = a_sender(world), world.person("ann@people.test")
    message = sender.sent(expires_in_days=1)
    world.clock.passes(DAY)
    reply = sender.posts(f"/service/messages/{message}/recall")
    assert (reply.status, reply.json()["state"]) == (200, "expired")
    assert EventKind.MESSAGE_RECALLED not in trail(world.store, ann)


def test_tr_05_what_is_sent_as_an_administrator_is_not_among_what_they_sent(world: World) -> None:
    """Nor may they take it back: they would be told that they had sent it."""
    desk, ann = staff(world), world.person("ann@people.test")
    domain = desk.account.address.partition("@")[2]
    sender = system(world, desk, domains=[domain])
    message = sender.sent(**{"from": desk.account.address})
    assert desk.visitor.get("/admin/messages").json()["messages"] == []
    refused = desk.visitor.post(f"/admin/messages/{message}/recall", {"to": ann.address})
    assert (refused.status, refused.code) == (404, "not_found")
    reader = world.visitor()
    reader.logs_on(ann)
    assert reader.get("/messages").json()["messages"][0]["from"] == desk.account.address
    assert reader.get(f"/messages/{message}").json()["from"] == desk.account.address


def test_recall_before_it_is_read_and_409_after(world: World) -> None:
    sender, ann, reader = a_sender(world), world.person("ann@people.test"), world.visitor()
    unread, read = sender.sent(), sender.sent()
    reader.logs_on(ann)
    reader.get(f"/messages/{read}")
    for _ in range(2):
        recalled = sender.posts(f"/service/messages/{unread}/recall")
        assert (recalled.status, recalled.json()["state"]) == (200, "recalled")
    assert trail(world.store, ann).count(EventKind.MESSAGE_RECALLED) == 1
    assert reader.get(f"/messages/{unread}").status == 404
    refused = sender.posts(f"/service/messages/{read}/recall")
    assert (refused.status, refused.code) == (409, "already_read")
    assert sender.state(read) == "read"


def test_a_reading_between_look_and_recall_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sender, ann, reader = a_sender(world), world.person("ann@people.test"), world.visitor()
    message = sender.sent()
    reader.logs_on(ann)
    recall = world.fake.sendings.recall

    def late(*given: Any) -> bool:
        reader.get(f"/messages/{message}")
        return recall(*given)

    monkeypatch.setattr(world.fake.sendings, "recall", late)
    assert sender.posts(f"/service/messages/{message}/recall").code == "already_read"


def test_ad_13_another_services_message_is_as_none(world: World) -> None:
    sender, other = a_sender(world), a_sender(world)
    message = sender.sent()
    for path in ("/service/messages/{}", "/service/messages/{}/recall"):
        asks = other.gets if path.endswith("{}") else other.posts
        alien, none = asks(path.format(message)), asks(path.format("0" * 11 + "-" + "a" * 16))
        assert alien.same == none.same
        assert (alien.status, alien.code) == (404, "not_found")
    assert sender.state(message) == "waiting"


# Its rate.


def test_ad_13_each_service_has_a_rate_of_its_own() -> None:
    world = World(SERVICE_REQUESTS_PER_MINUTE="2")
    desk = staff(world)
    sender, other = system(world, desk), system(world, desk)
    message = sender.sent()
    assert sender.state(message) == "waiting"
    refused = sender.sends()
    assert (refused.status, refused.code) == (429, "throttled")
    assert 1 <= int(refused.header("Retry-After")) <= 61
    assert sender.gets(f"/service/messages/{message}").status == 429
    assert other.sends().status == 201
    world.clock.passes(int(refused.header("Retry-After")))
    assert sender.sends().status == 201


# Its key: what it opens.


def test_ad_14_a_key_that_is_revoked_while_a_request_is_under_way_sends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = staff(world)
    sender, rows = system(world, desk), {}
    reserve = world.fake.sendings.reserve

    def slow(*given: Any) -> None:
        reserve(*given)
        desk.visitor.post(f"/admin/services/{sender.id}/revoke")
        rows.update(world.rows("messages", "accounts"))

    monkeypatch.setattr(world.fake.sendings, "reserve", slow)
    refused = sender.sends("k1")
    assert (refused.status, refused.code) == (401, "session_required")
    assert world.rows("messages", "accounts") == rows


def test_ad_13_a_service_key_reaches_the_services_routes_and_nothing_else(world: World) -> None:
    """Each route with a key: as without one; and none of its rows moved."""
    sender = a_sender(world)
    for operation in CONTRACT.operations:
        path = operation.path.replace("{email}", "ann@people.test").replace("{domain}", "people.test")
        path = path.replace("{id}", "0-0").replace("{token}", "t" * 43)
        with_key = sender.asks.sends(
            operation.method,
            path,
            b"{}" if operation.method == "POST" else b"",
            {"Content-Type": "application/json", "Authorization": f"Bearer {sender.key}"},
        )
        without = sender.asks.sends(
            operation.method,
            path,
            b"{}" if operation.method == "POST" else b"",
            {"Content-Type": "application/json", "Authorization": "Bearer nothing"},
        )
        if operation.path.startswith("/service/"):
            assert (with_key.status, without.status) in {(422, 401), (404, 401)}, operation
        else:
            assert with_key.same == without.same, operation
            assert with_key.status == 401 or operation.step in PUBLIC, operation


PUBLIC = frozenset(
    [
        "home",
        "health",
        "help",
        "well_known",
        "logon",
        "password_forgot",
        "password_reset",
        "password_criteria",
        "not_me",
        "address_change",
    ]
)


def test_ad_13_no_session_reaches_a_services_route(world: World) -> None:
    desk, browser = staff(world), world.browser()
    browser.jar["__Host-portal-session"] = desk.visitor.token or ""
    for visitor in (desk.visitor, browser, world.visitor()):
        replies = [
            visitor.post("/service/messages", DRAFT),
            visitor.get("/service/messages/0-0"),
            visitor.post("/service/messages/0-0/recall"),
        ]
        assert {(reply.status, reply.code) for reply in replies} == {(401, "session_required")}


def test_rl_05_whoever_comes_beside_the_first_waits_for_it(world: World) -> None:
    """Twenty at once that all did the first one's work would only be in its way."""
    sender, slept = a_sender(world), []
    claims, send = world.fake.tables.sendings, world.fake.sendings.send
    late: list[Any] = []

    def slow(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:  # the first goes on
            send(*late.pop())

    world.portal = world.portal._replace(sleep=slow)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.fake.sendings, "send", lambda *given: late.append(given))
        first = sender.sends("k1")
    assert sender.sends("k1").json() == first.json()
    assert slept == [0, 0.1, 0.2]
    assert [one.message_id for one in claims.values()] == [first.json()["id"]]
    assert sum(event.kind is EventKind.MESSAGE_SENT for event in world.fake.tables.events.values()) == 1
