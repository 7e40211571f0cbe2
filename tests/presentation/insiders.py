"""Staff and mail servers write too, into what users and other staff read; and staff read what everybody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from chalicelib.domain.accounts import Account, Kind, Policy
from chalicelib.domain.addresses import DomainName
from tests.console.staff import Staff, logged_on
from tests.fakes.planting import plant
from tests.presentation.strangers import (
    ALIKE,
    HEADERS,
    HEBREW,
    LINK,
    SEARCH,
    SENTENCE,
    TYPED,
    hostile,
    mailbox_proves_itself,
    newcomer_chooses,
    owner_looks_round,
    recipient_answers,
    says,
    strangers_try,
    thieves_get_in,
)
from tests.world.phones import enrolled
from tests.world.ses_events import arrive, bounce, complaint, delay, mailed, ses_event
from tests.world.visitors import PASSWORD
from tests.world.world import World

MOVED_TO = "dora.moved@people.test"


def all_of_it(world: World, agent: str = HEADERS["User-Agent"]) -> None:
    """Every page and every mail, with what everybody wrote."""
    headers = HEADERS | {"User-Agent": agent}
    ann = world.person("ann@insurer.example")
    strangers_try(world, ann, headers)
    owner_looks_round(world, ann, headers)
    thieves_get_in(world, ann, headers)
    desk = behind_the_console(world, headers)
    desk.visitor.post("/admin/messages", {"to": ann.address, "subject": HEBREW, "body": SENTENCE})
    recipient_answers(world, ann, headers, world.store.directory.sent_by(desk.account.address, None, 1)[0].id)
    staff_writes(desk, ann)
    newcomer_chooses(world, "new@people.test", headers)
    mailbox_proves_itself(world, MOVED_TO, headers)
    mail_servers_answer(world, ann)
    staff_reads(world, desk, ann)
    world.delivers()


def behind_the_console(world: World, headers: Mapping[str, str]) -> Staff:
    """An administrator, whose browser is no better."""
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR, address="admin@insurer.example")
    plant(world.store, Policy(DomainName("insurer.example")))
    world.person("colleague@insurer.example", kind=Kind.ADMINISTRATOR)  # who hears of what is done to others
    world.person("cleo@insurer.example")
    world.person("dora@insurer.example")
    browser = logged_on(world, hostile(world, headers), account, phone)
    return Staff(account, browser, phone)


def staff_writes(desk: Staff, ann: Account) -> None:
    """What administrators say to others, in words that must not be taken for the portal's; and what they mistype."""
    desk.visitor.post("/reauthenticate", {"password": PASSWORD, "code": desk.phone.code()})
    ask, words = desk.visitor.post, HEBREW
    for message in ({"to": ann.address}, {"to": "new@people.test"}, {"to": says("to"), "body": says("body")}):
        ask("/admin/messages", {"subject": words, "body": words, **message})
    ask("/admin/users", {"email": says("email"), "kind": "support"})
    ask("/admin/users", {"email": "eve@people.test", "kind": "support"})
    ask("/admin/users", {"email": "new.admin@insurer.example", "kind": "administrator"})
    ask("/admin/domains", {"domain": says("domain")})
    ask("/admin/domains", {"domain": "\u0435vil.example"})
    ask("/admin/users", {"email": "call-555-0100@\u0435vil.example", "kind": "support"})
    ask("/admin/messages", {"to": "call-555-0100@\u0435vil.example", "subject": words, "body": words})
    ask("/admin/domains/insurer.example/brand", {"name": "evil \u05d0", "support_contact": SENTENCE})
    ask("/admin/domains/insurer.example/brand", {"name": f"<{says('name')}>", "logo": says("logo")})
    ask("/admin/ip-ranges", {"restriction": "listed", "ranges": "evil\u202e.example"})
    for name, domains in (("Evil gateway", "insurer.example"), (says("name"), says("domains"))):
        ask("/admin/services", {"name": name, "domains": domains, "restriction": "none"})
    ask("/admin/services", {"name": "Gateway", "domains": "\u0435vil.example"})
    ask("/admin/users/cleo@insurer.example/kind", {"kind": "support", "reason": SENTENCE})
    for domains in (says("domains"), "\u0435vil.example", "insurer.example, people.test"):
        ask(
            "/admin/users/cleo@insurer.example/kind",
            {"kind": "support", "reach": "some", "domains": domains, "reason": SENTENCE},
        )
    for new in (says("new_email"), MOVED_TO):
        ask("/admin/users/dora@insurer.example/address", {"new_email": new, "reason": SENTENCE})
    ask("/admin/users/cleo@insurer.example/erase", {"confirm": SENTENCE, "reason": SENTENCE})
    ask("/admin/users/import", {"csv": "call-555-0100@\u0435vil.example"})
    for several in ({"csv": f"{SENTENCE}\nnew.one@people.test"}, {"csv": SENTENCE, "kind": SENTENCE}):
        ask("/admin/users/import", several)
    user = f"/admin/users/{ann.address}"
    for action, fields in ACTIONS:
        ask(f"{user}/{action}", fields)
        ask(f"/admin/users/{quote(SENTENCE)}/{action}", fields | {"evil": SENTENCE})


ACTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("two-step/reset", {"reason": ""}),
    ("two-step/reset", {"reason": SENTENCE}),
    ("two-step", {"required": "true"}),
    ("two-step", {"required": SENTENCE}),
    ("ip-ranges/dry-run", {"restriction": "nobody"}),
    ("ip-ranges", {"restriction": "listed", "ranges": SENTENCE}),
    ("withdraw", {"reason": SENTENCE}),
    ("kind", {"kind": SENTENCE, "reason": SENTENCE}),
    ("invite", {}),
    ("deliverable", {"reason": ""}),
    ("deliverable", {"reason": SENTENCE}),
    ("password", {"new_password": "evil"}),
    ("password", {}),
    ("force-change", {}),
    ("sessions/revoke", {}),
    ("sessions/revoke", {"evil": SENTENCE}),
    ("disable", {"confirm": SENTENCE}),
    ("contain", {"reason": "\x00", "restriction": "listed", "ranges": SENTENCE}),
    ("contain", {"reason": SENTENCE, "disable": "true"}),
)


def mail_servers_answer(world: World, ann: Account) -> None:
    """What a server far away says of a mail and of its reader, wherever it may say something."""
    mail = mailed(world, ann)
    lies = {"status": SENTENCE, "diagnosticCode": SENTENCE, "action": SENTENCE}
    nobody = [{"emailAddress": says("recipient"), **lies}]
    arrive(
        world,
        bounce(mail, "Permanent", SENTENCE) | {"also": SENTENCE},
        bounce(mail, SENTENCE, SENTENCE),
        complaint(mail, SENTENCE * 5) | {"also": SENTENCE},
        delay(mail, "Call_us\u202e_at_evil"),
        ses_event("Bounce", mail, bounceType="Transient", bouncedRecipients=nobody, reportingMTA=SENTENCE),
        ses_event(
            "Complaint", mail, complainedRecipients=nobody, userAgent=SENTENCE, complaintSubType=SENTENCE
        ),
        ses_event("Delivery", mail, recipients=[says("recipient")], smtpResponse=SENTENCE),
        ses_event("Reject", mail, reason=SENTENCE),
        ses_event("Rendering Failure", mail, errorMessage=SENTENCE, templateName=SENTENCE),
    )


def staff_reads(world: World, desk: Staff, ann: Account) -> None:
    """The console's pages, by its own links and by crafted ones."""
    for path in (
        "/admin/overview",
        "/admin/domains",
        "/admin/users",
        "/admin/users?domain=INSURER.example&q=evil.example",
        "/admin/users" + LINK,
        f"/admin/users/{ann.address}",
        f"/admin/users/{ann.address}/messages?kind=message",
        f"/admin/users/{ann.address}/messages" + LINK,
        "/admin/domains/insurer.example/ip-ranges",
        "/admin/domains/INSURER.example/ip-ranges",
        f"/admin/domains/{quote(SENTENCE)}/ip-ranges",
        "/admin/domains/insurer.example/brand",
        "/admin/ip-ranges" + LINK,
        "/admin/attempts",
        f"/admin/attempts?email={quote(TYPED)}",
        f"/admin/attempts?email={quote(ALIKE)}",
        f"/admin/attempts?{SEARCH}",
        f"/admin/attempts?email={quote(says('email'))}%0A",
        f"/admin/events?email={quote(TYPED)}",
        f"/admin/events?email={ann.address}",
        f"/admin/events?email={quote(SENTENCE)}",
        "/admin/messages" + LINK,
        *(
            f"/admin/messages/{one.id}/replies" + LINK
            for one in world.store.directory.sent_by(desk.account.address, None, 9)
        ),
        "/admin/services" + LINK,
        *(
            f"/admin/events?{of}=smp_{one.id}"
            for one in world.store.services.every()
            for of in ("email", "actor")
        ),
    ):
        desk.visitor.get(path)
        world.clock.passes(1)
