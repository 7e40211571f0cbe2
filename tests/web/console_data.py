"""Domains, users, attempts, events and one user in several states, as the console's steps hand them to their pages."""

from types import SimpleNamespace
from typing import Any

from chalicelib.domain.brand import Brand, png
from tests.domain.pictures import picture

AT = "2026-11-21T23:49:00.000Z"
FIRST_AT = "2026-11-21T23:02:11.000Z"
EARLIER = "2026-11-02T08:15:30.000Z"
LATER = "2026-11-22T23:49:00.000Z"
ADMINISTRATOR = SimpleNamespace(address="admin@portal.test", kind="administrator", next="portal")
SUPPORT = SimpleNamespace(address="desk@portal.test", kind="support", next="portal")
LIMITED = SimpleNamespace(
    address="lee@portal.test",
    kind="administrator",
    next="portal",
    domains=("insurer.example", "xn--bcher-kva.example"),
)
EMAIL = "claire.o'neil+claims@insurer.example"
DOMAIN = "insurer.example"
SEEN_BY: dict[str, Any] = {"caller": ADMINISTRATOR, "form_name": "0123456789abcdef"}

DOMAINS = [
    {"name": DOMAIN, "internal": False, "two_step_required": False, "ranges": None, "users": 214},
    {
        "name": "portal.test",
        "internal": True,
        "two_step_required": True,
        "ranges": ["203.0.113.0/24"],
        "users": None,
    },
    {"name": "closed.example", "internal": False, "two_step_required": False, "ranges": [], "users": 0},
]
LOGO = png(picture(120, 40))
STAGE = Brand("Secure Messaging Portal", "#0c5a68", None, "support@portal.test")
OWN = Brand("Insurer of Example", "#6b21a8", LOGO, "+49 30 1234")
BRANDED: dict[str, Any] = {
    "domain": DOMAIN,
    "typed": {
        "name": OWN.name,
        "colour": OWN.colour,
        "logo": LOGO.in_base64,
        "support_contact": OWN.support_contact,
    },
    "stage": STAGE,
    "shown": OWN,
    "size": (120, 40),
    "mail_from": "portal@portal.test",
    "preview": False,
}
UNBRANDED = BRANDED | {
    "typed": {"name": None, "colour": None, "logo": None, "support_contact": None},
    "shown": STAGE,
    "size": None,
}
RESPELLED = {"typed": "ann@b\u00fccher.example", "canonical": "ann@xn--bcher-kva.example"}
ASKED = dict.fromkeys(("q", "status", "kind", "two_step", "idle_days", "sort"), "")
LISTED_USER: dict[str, Any] = {
    "email": EMAIL,
    "kind": "recipient",
    "status": "active",
    "two_step": False,
    "last_logon_at": AT,
    "invited_at": None,
}
INVITED_USER = LISTED_USER | {"email": "new@insurer.example", "last_logon_at": None, "invited_at": EARLIER}
USERS = [
    LISTED_USER,
    INVITED_USER,
    LISTED_USER | {"email": "admin@portal.test", "kind": "administrator", "two_step": True},
    LISTED_USER | {"email": "frozen@insurer.example", "status": "frozen"},
    INVITED_USER | {"email": "gone@insurer.example", "kind": "support", "status": "disabled"},
]
ATTEMPT: dict[str, Any] = {
    "reference": "K7MW-3FQ9",
    "at": AT,
    "email": EMAIL,
    "url": "https://portal.example/logon",
    "browser": "Firefox",
    "browser_version": "128.0",
    "operating_system": "Windows 11",
    "agent": "",
    "spelled": "",
    "user": EMAIL,
    "address": "203.0.113.9",
    "outcome": "refused",
    "reason": "wrong_password",
}
ATTEMPTS = [
    ATTEMPT,
    ATTEMPT
    | {
        "outcome": "half_done",
        "reason": "",
        "reference": "",
        "browser": "Mobile Safari",
        "browser_version": "17.5",
    },
    ATTEMPT | {"outcome": "succeeded", "reason": None, "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348"},
    ATTEMPT
    | {
        "email": "nobody@els\u0435where.example",
        "user": "",
        "spelled": "nobody@xn--elswhere-h4f.example",
        "reason": "unknown_address",
        "browser": "an unknown browser",
        "browser_version": "",
        "operating_system": "",
        "agent": "Your account is closed, call +1 555 0100 or see http://evil.example/1.0 CFNetwork/1.0 Darwin/1",
    },
]
EVENT: dict[str, Any] = {
    "at": AT,
    "kind": "account_disabled",
    "actor": "admin@portal.test",
    "by": "",
    "before": {"status": "active", "ranges": None},
    "after": {"status": "disabled", "ranges": ["203.0.113.0/24", "2001:db8::/32"]},
    "reason": "Reported as compromised, ticket 4711",
    "source": "203.0.113.1",
    "reference": "",
    "change": True,
    "count": 1,
}
SEARCH = dict.fromkeys(("reference", "email", "network", "outcome", "reason", "from", "until"), "")
EVENTS = [
    EVENT,
    EVENT
    | {
        "kind": "two_step_required",
        "before": {"two_step_required": False},
        "after": {"two_step_required": True},
    },
    EVENT
    | {
        "kind": "authn_login_fail",
        "change": False,
        "actor": "",
        "by": "nobody",
        "before": None,
        "after": None,
        "reason": "ip_denied",
        "reference": "K7MW-3FQ9",
    },
    EVENT
    | {
        "kind": "authn_login_fail",
        "actor": "",
        "before": None,
        "after": None,
        "reason": None,
        "source": None,
        "change": False,
        "by": "nobody",
        "count": 209,
        "first_at": FIRST_AT,
        "reasons": {"wrong_password": 139, "locked": 70},
        "sources": 209,
        "continues": False,
    },
    EVENT
    | {
        "kind": "password_reset_asked",
        "actor": "",
        "before": None,
        "after": None,
        "reason": None,
        "change": False,
        "by": "nobody",
        "count": 1000,
        "first_at": FIRST_AT,
        "reasons": {},
        "sources": 1,
        "continues": True,
    },
    EVENT
    | {
        "kind": "something_new",
        "actor": None,
        "by": "account",
        "before": {},
        "after": {},
        "reason": None,
        "source": "",
    },
    EVENT
    | {
        "kind": "mail_sent",
        "change": False,
        "actor": "",
        "by": "portal",
        "details": {"about": "authn_password_reset"},
        "before": None,
        "after": None,
    },
    EVENT | {"kind": "authz_policy_changed", "details": {"policy": "*"}, "after": {"admin_ranges": []}},
    EVENT
    | {
        "kind": "authz_policy_changed",
        "details": {"policy": DOMAIN},
        "before": {"ranges": ["203.0.113.0/24"], "notes": ["203.0.113.0/24 # Ann's house"]},
        "after": {"ranges": ["203.0.113.0/24"], "notes": []},
    },
    EVENT
    | {
        "kind": "trail_read",
        "change": False,
        "details": {"events_of": "a@b.example"},
        "before": None,
        "after": None,
    },
    EVENT
    | {
        "kind": "trail_read",
        "change": False,
        "details": {"acts_of": "a@b.example", "file": "csv"},
        "before": None,
        "after": None,
    },
    EVENT
    | {
        "kind": "users_read",
        "change": False,
        "details": {"users": {"domain": "", "q": ""}},
        "before": {},
        "after": None,
    },
]
MAILS = [
    {"at": AT, "what": "authn_password_reset", "state": "delivered", "detail": ""},
    {
        "at": AT,
        "what": "password_reset_asked",
        "state": "bounced",
        "detail": "Permanent/OnAccountSuppressionList",
    },
    {"at": EARLIER, "what": "account_invited", "state": "withheld", "detail": "hourly limit"},
]
LIVE = [
    {
        "started_at": EARLIER,
        "last_seen_at": AT,
        "address": "203.0.113.9",
        "browser": "Firefox 128.0 on Windows 11",
    },
    {"started_at": AT, "last_seen_at": AT, "address": "2001:db8::7", "browser": ""},
]
CAME: dict[str, Any] = {
    "id": "0199-ab",
    "from": "claims@acme.example",
    "service": None,
    "state": "waiting",
    "sent_at": AT,
    "read_at": None,
    "expires_at": LATER,
}
CAME_ALL = [
    CAME,
    CAME | {"state": "read", "read_at": AT, "service": "smp_k3x7qv2m5n4tz6ra"},
    CAME | {"state": "recalled", "sent_at": EARLIER},
    CAME | {"state": "expired", "sent_at": EARLIER, "expires_at": AT},
    CAME | {"state": "read", "read_at": AT},
]
RECEIVED = {"unread": 1, "replies": 0, "unread_replies": 0, "complete": True}
FREE = {"locked_until": None, "seconds_left": 0, "failures": 0, "stopped": False}
USER: dict[str, Any] = {
    "user": {
        "email": EMAIL,
        "domain": DOMAIN,
        "kind": "recipient",
        "status": "active",
        "created_at": EARLIER,
        "last_logon_at": AT,
    },
    "password": {"state": "chosen", "changed_at": EARLIER, "expires_at": None, "must_change": False},
    "two_step": {
        "active": False,
        "required": False,
        "required_by": [],
        "recovery_codes_left": 0,
        "stopped": False,
        "disputed_at": None,
    },
    "ranges": {"effective": None, "source": "none", "own": None, "domain": None},
    "lock": {"locked_until": None, "seconds_left": 0, "failures": 0, "stopped": False, "known": FREE},
    "undeliverable": "",
    "sessions": LIVE,
    "attempts": ATTEMPTS,
    "events": EVENTS[:-2],
    "before": "MjAyNi0xMS0yMQ",
    "more": {"events": True, "attempts": True, "mails": True, "messages": False},
    "mails": MAILS,
    "messages": CAME_ALL,
    "received": RECEIVED,
    "own_account": False,
    "may_choose_password": True,
    "caller": ADMINISTRATOR,
}
TROUBLED: dict[str, Any] = USER | {
    "password": {"state": "temporary_expired", "changed_at": AT, "expires_at": AT, "must_change": True},
    "two_step": {
        "active": True,
        "required": True,
        "required_by": ["account", "domain"],
        "recovery_codes_left": 1,
        "stopped": True,
        "disputed_at": None,
    },
    "ranges": {
        "effective": ["203.0.113.0/24"],
        "source": "domain",
        "own": None,
        "domain": ["203.0.113.0/24"],
    },
    "lock": {"locked_until": LATER, "seconds_left": 840, "failures": 11, "stopped": False, "known": FREE},
    "undeliverable": "bounced",
}
NEW: dict[str, Any] = USER | {
    "user": USER["user"] | {"status": "disabled", "last_logon_at": None},
    "password": {"state": "temporary_pending", "changed_at": AT, "expires_at": LATER, "must_change": False},
    "ranges": {"effective": [], "source": "account", "own": [], "domain": None},
    "sessions": [],
    "attempts": [],
    "events": [],
    "before": None,
    "more": {"events": False, "attempts": False, "mails": False, "messages": False},
    "mails": [],
    "messages": [],
    "received": RECEIVED | {"unread": 0},
    "may_choose_password": False,
}
INVITED: dict[str, Any] = NEW | {
    "user": NEW["user"] | {"status": "active"},
    "password": NEW["password"] | {"changed_at": None},
}
MANY = [f"ann.lee{number:03}@acme.example" for number in range(500)]
SEVERAL: dict[str, Any] = {
    "typed": {"csv": "", "kind": "recipient"},
    "tried": False,
    "groups": {},
    "respelled": [],
    "most": 500,
    "caller": ADMINISTRATOR,
}
FOUND: dict[str, Any] = {"checked": 312, "refused": [{"at": AT, "email": EMAIL, "address": "198.51.100.7"}]}
RANGES: dict[str, Any] = {"name": "", "your_address": "203.0.113.1", "caller": ADMINISTRATOR}
LISTED = ["203.0.113.0/24", "2001:db8::/32"]
SENT: dict[str, Any] = {
    "id": "0199-ab",
    "to": EMAIL,
    "subject": "Your claim of 12 November",
    "sent_at": AT,
    "expires_at": LATER,
    "state": "sent",
    "read_at": None,
    "replies": 0,
    "new_replies": 0,
}
ONE: dict[str, Any] = {"email": EMAIL, "caller": ADMINISTRATOR}
NOT_ONESELF: dict[str, Any] = {
    "problem": "You cannot do this to your own account. Ask another administrator."
}
SERVICE: dict[str, Any] = {
    "id": "abcdefgh234567ab",
    "handle": "smp_abcdefgh234567ab",
    "name": "Mail gateway <b>",
    "domains": ["sender.example", "statements.sender.example"],
    "ranges": None,
    "created_at": AT,
    "created_by": EMAIL,
    "last_used_at": None,
    "keys": [{"handle": "0f" * 6, "made_at": AT, "last_used_at": None}],
    "revoked_at": None,
    "revoked_by": None,
}
USED: dict[str, Any] = {
    "name": "Documents",
    "ranges": LISTED,
    "last_used_at": LATER,
    "keys": [
        {"handle": "1e" * 6, "made_at": LATER, "last_used_at": LATER},
        {"handle": "2d" * 6, "made_at": AT, "last_used_at": AT},
    ],
}
REVOKED: dict[str, Any] = {
    "name": "Newsletter",
    "ranges": [],
    "keys": [],
    "revoked_at": LATER,
    "revoked_by": EMAIL,
}
MADE: dict[str, Any] = {
    "id": "abcdefgh234567ab",
    "name": "Mail gateway",
    "key": "smp_abcdefgh234567ab_" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk",
    "done": "made",
}


def _attention(kind: str, users: list[str], count: int = 0, *, more: bool = False) -> dict[str, Any]:
    url = "/admin/users/claire.o%27neil%2Bclaims@insurer.example"
    return {"kind": kind, "count": count or len(users), "more": more, "users": users, "url": url}


COUNTS: list[dict[str, Any]] = [
    {
        "day": f"2026-11-{day:02}",
        "logons": day * 9 % 50,
        "refused": day * 5 % 40,
        "refusals": {"wrong_password": day * 4 % 40, "unknown_address": day} if day * 5 % 40 else {},
        "whole": True,
    }
    for day in range(8, 22)
]
OVERVIEW: dict[str, Any] = {
    "attention": [
        _attention("locked", [EMAIL]),
        _attention("contained", [EMAIL, "bob@insurer.example"]),
        _attention("undeliverable", [f"person{one}@insurer.example" for one in range(5)], 9),
        _attention("invitations_expired", ["new@insurer.example"]),
        _attention("frozen", ["frozen@insurer.example"], 100, more=True),
        _attention("mails_waiting", [EMAIL]),
        _attention("few_recovery_codes", ["admin@portal.test"]),
        _attention("only_administrator", ["admin@portal.test"]),
        _attention("refusals_unusual", [], 311),
    ],
    "days": COUNTS,
    "bars": {
        "most": 50,
        "days": [{"logons": one["logons"] * 2, "refused": one["refused"] * 2} for one in COUNTS],
    },
    "at_least": False,
}
