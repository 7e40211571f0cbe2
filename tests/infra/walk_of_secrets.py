"""A walk that comes to every route and flow with every secret there is: what no sink may hold (LO-08)."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Kind
from chalicelib.domain.canary import canary_password
from infra.contract import Operation
from infra.gateway.messages import Request
from tests.console.staff import logged_on, staff
from tests.web.routes import fields_of
from tests.world.canary import set_up, walks
from tests.world.phones import Phone, enrolled
from tests.world.systems import system
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import CONTRACT, World

MARK = "sEcReT" + "7" * 37  # in the form of a token, and in no other text
ADDRESS = "typed.by.somebody@people.test"
SECRET = {"password", "new_password", "confirm_password", "current_password", "code", "token"}
PLAIN = {
    *(
        "email",
        "number",
        "handle",
        "others",
        "strength",
        "language",
        "cookies",
        "form",
        "time_zone",
        "kind",
        "reach",
        "reason",
        "confirm",
    ),
    *(
        "disable",
        "require_two_step",
        "ranges",
        "restriction",
        "scope",
        "required",
        "force_change",
        "to",
        "subject",
    ),
    *("body", "expires_in_days", "domain", "internal", "two_step_required", "name", "colour", "logo"),
    *("support_contact", "from", "domains", "new_email", "emails", "csv", "dry_run", "preview", "replaces"),
    "forgot",  # which button was pressed
    "link",  # the handle of a mailed link: of its digest, and good for nothing
}
WRONG = "canary of a wrong password"
ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}


class Watched(World):
    """Keeps each request as the functions saw it, what the authorizer said of it, and what came back."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        self.replies: list[tuple[str, Reply]] = []

    def invoke(self, step: str, event: dict[str, Any]) -> Any:
        answer = super().invoke(step, event)
        if step == "authorizer":
            operation = event["requestContext"]["operationName"]
            self.asked.append({"operation": operation, "event": event, "verdict": answer})
        return answer

    def answers(self, request: Request) -> Reply:
        reply = super().answers(request)
        self.replies.append((request.path, reply))
        return reply


def every_route(world: World) -> None:
    """Each route with a mark in whatever may hold a secret; by somebody without a session, and by an administrator."""
    for operation in CONTRACT.operations:
        for visitor in (world.visitor(), world.browser()):
            visitor.jar = dict.fromkeys(
                (
                    "__Host-portal-session",
                    "__Host-portal-reset",
                    "__Host-portal-device",
                    "__Host-portal-cookies",
                    "portal-session",
                ),
                MARK,
            )
            _asks(visitor, operation, Authorization=f"Bearer {MARK}.{MARK}")
            _asks(visitor, operation, Authorization="")
        for visitor in (world.visitor(), world.browser()):
            account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
            _asks(logged_on(world, visitor, account, phone), operation)
    world.delivers()


def _asks(visitor: Visitor, operation: Operation, **headers: str) -> None:
    path = operation.path.replace("{token}", MARK).replace("{email}", ADDRESS)
    path = path.replace("{domain}", "people.test").replace("{id}", "a" * 32)
    assert "{" not in path, path
    # Whoever comes from a page whose address is a link, and whoever puts a token where none belongs.
    referer = {"Referer": f"https://portal.example/not-me/{MARK}", **headers}
    if operation.method == "GET":
        odd = "" if path.startswith("/admin") else f"?token={MARK}&password={MARK}&next=/not-me/{MARK}"
        visitor.get(f"{path}{odd}", **referer)
    else:
        visitor.post(path, {name: _value(name, operation) for name in fields_of(operation)}, **referer)


def _value(name: str, operation: Operation) -> object:
    if name in SECRET:
        return MARK
    if name in {"email", "to"}:
        return ADDRESS
    kind = fields_of(operation)[name].kind
    return {bool: True, int: 3, list: ["192.0.2.0/24"]}.get(kind, "plain")


def every_secret(world: World) -> list[str]:
    """Walk through every flow; every secret there was on the way."""
    ann, visitor = world.person(), world.visitor()
    secrets = [PASSWORD, CHOSEN, WRONG]
    visitor.post("/logon", {"email": ann.address, "password": WRONG})
    mail = world.asks(ann)
    secrets += [mail.temporary, mail.temporary.replace("-", ""), mail.token("/password/reset")]
    world.browser().get(f"/password/reset/{secrets[-1]}")
    visitor.logs_on(ann, mail.temporary)
    secrets.append(str(visitor.token).partition(".")[2])
    visitor.post("/password/change", {"new_password": WRONG, "confirm_password": "x"})
    visitor.goes_on(visitor.post("/password/change", ENTRIES))
    secrets.append(str(visitor.token).partition(".")[2])
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    secrets.append(world.stored(ann).two_step.pending_seed or "")
    secrets.append(phone.code())
    enrolled = visitor.post("/account/two-step/confirm", {"code": phone.code()})
    secrets += enrolled.json()["recovery_codes"]
    visitor.goes_on(enrolled)
    half = world.visitor()
    half.logs_on(ann, CHOSEN)
    half.post("/logon/code", {"code": "918273"})
    half.goes_on(half.post("/logon/code", {"code": enrolled.json()["recovery_codes"][0]}))
    secrets += [str(half.token).partition(".")[2], "918273"]
    notice = world.mails(ann)[-1]
    told = next(mail for mail in world.mails(ann) if "/not-me/" in mail.text)
    secrets.append(told.token("/not-me"))
    world.visitor().get(f"/not-me/{secrets[-1]}")
    world.visitor().post("/not-me", {"token": notice.token("/not-me")})
    desk = staff(world)
    sender = system(world, desk)
    newer = desk.visitor.post(f"/admin/services/{sender.id}/rotate").json()["key"]
    sender.posts(f"/service/messages/{sender.sent(to=ann.address)}/recall")
    desk.visitor.post(f"/admin/services/{sender.id}/revoke")
    sender.sends()
    secrets += [sender.key[-49:], newer[-49:]]
    for fault in range(4):
        world.fake.fail(fault)
        world.visitor().post("/logon", {"email": ann.address, "password": WRONG})
    world.fake.heal()
    set_up(world)
    assert walks(world) == {"failed": None}
    secrets.append(canary_password(world.rings["canary"]))
    return [secret for secret in secrets if secret]
