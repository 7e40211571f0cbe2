"""What each page of the console needs: page -> state -> context, and what its forms may send. See page_samples.py."""

from types import SimpleNamespace
from typing import Any

AT = "2026-11-21T23:49:00.000Z"
EARLIER = "2026-11-02T08:15:30.000Z"
LATER = "2026-11-22T23:49:00.000Z"
ADMINISTRATOR = SimpleNamespace(address="admin@portal.test", kind="administrator", next="portal")
SUPPORT = SimpleNamespace(address="desk@portal.test", kind="support", next="portal")
EMAIL = "claire.o'neil+claims@insurer.example"
DOMAIN = "insurer.example"
SEEN_BY = {"caller": ADMINISTRATOR}

DOMAINS = [
    {"name": DOMAIN, "internal": False, "two_step_required": False, "ranges": None, "users": 214},
    {"name": "portal.test", "internal": True, "two_step_required": True, "ranges": ["203.0.113.0/24"], "users": None},
    {"name": "closed.example", "internal": False, "two_step_required": False, "ranges": [], "users": 0},
]
USERS = [
    {
        "email": EMAIL,
        "kind": "recipient",
        "status": "active",
        "locked": True,
        "two_step": False,
        "undeliverable": "bounced",
        "last_logon_at": AT,
    },
    {
        "email": "admin@portal.test",
        "kind": "administrator",
        "status": "active",
        "locked": False,
        "two_step": True,
        "undeliverable": "",
        "last_logon_at": EARLIER,
    },
    {
        "email": "frozen@insurer.example",
        "kind": "recipient",
        "status": "frozen",
        "two_step": False,
        "last_logon_at": None,
    },
    {
        "email": "gone@insurer.example",
        "kind": "support",
        "status": "disabled",
        "two_step": True,
        "last_logon_at": EARLIER,
    },
]
ATTEMPT = {
    "reference": "K7MW-3FQ9",
    "at": AT,
    "email": EMAIL,
    "url": "https://portal.example/logon",
    "browser": "Firefox",
    "browser_version": "128.0",
    "operating_system": "Windows 11",
    "address": "203.0.113.9",
    "outcome": "refused",
    "reason": "wrong_password",
}
ATTEMPTS = [
    ATTEMPT,
    ATTEMPT | {"outcome": "half_done", "reason": "", "reference": "", "browser": "Mobile Safari", "browser_version": "17.5"},
    ATTEMPT | {"outcome": "succeeded", "reason": None, "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348"},
    ATTEMPT | {"email": "nobody@elsewhere.example", "reason": "unknown_address", "browser": "", "operating_system": ""},
]
EVENT = {
    "at": AT,
    "kind": "account_disabled",
    "actor": "admin@portal.test",
    "before": {"status": "active", "ranges": None},
    "after": {"status": "disabled", "ranges": ["203.0.113.0/24", "2001:db8::/32"]},
    "reason": "Reported as compromised, ticket 4711",
    "source": "203.0.113.1",
    "reference": "",
}
EVENTS = [
    EVENT,
    EVENT | {"kind": "two_step_required", "before": {"two_step_required": False}, "after": {"two_step_required": True}},
    EVENT | {"kind": "authn_login_fail", "actor": "", "before": None, "after": None, "reason": "ip_denied", "reference": "K7MW-3FQ9"},
    EVENT | {"kind": "something_new", "actor": None, "before": {}, "after": {}, "reason": None, "source": ""},
]
MAILS = [
    {"at": AT, "what": "authn_password_reset", "state": "delivered", "detail": ""},
    {"at": AT, "what": "password_reset_asked", "state": "bounced", "detail": "mailbox_does_not_exist"},
    {"at": EARLIER, "what": "account_invited", "state": "withheld", "detail": "hourly limit"},
]
LIVE = [
    {"started_at": EARLIER, "last_seen_at": AT, "address": "203.0.113.9", "browser": "Firefox 128.0 on Windows 11"},
    {"started_at": AT, "last_seen_at": AT, "address": "2001:db8::7", "browser": ""},
]
USER = {
    "user": {
        "email": EMAIL,
        "domain": DOMAIN,
        "kind": "recipient",
        "status": "active",
        "created_at": EARLIER,
        "last_logon_at": AT,
    },
    "password": {"state": "chosen", "changed_at": EARLIER, "expires_at": None, "must_change": False},
    "two_step": {"active": False, "required": False, "required_by": [], "recovery_codes_left": 0, "stopped": False},
    "ranges": {"effective": None, "source": "none", "own": None, "domain": None},
    "lock": {"locked_until": None, "seconds_left": 0, "failures": 0, "stopped": False},
    "undeliverable": "",
    "sessions": LIVE,
    "attempts": ATTEMPTS,
    "events": EVENTS,
    "mails": MAILS,
    "own_account": False,
    "may_choose_password": True,
    "caller": ADMINISTRATOR,
}
TROUBLED = USER | {
    "password": {"state": "temporary_expired", "changed_at": None, "expires_at": AT, "must_change": True},
    "two_step": {
        "active": True,
        "required": True,
        "required_by": ["account", "domain"],
        "recovery_codes_left": 1,
        "stopped": True,
    },
    "ranges": {"effective": ["203.0.113.0/24"], "source": "domain", "own": None, "domain": ["203.0.113.0/24"]},
    "lock": {"locked_until": LATER, "seconds_left": 840, "failures": 11, "stopped": False},
    "undeliverable": "bounced",
}
NEW = USER | {
    "user": USER["user"] | {"status": "disabled", "last_logon_at": None},
    "password": {"state": "temporary_pending", "changed_at": None, "expires_at": LATER, "must_change": False},
    "ranges": {"effective": [], "source": "account", "own": [], "domain": None},
    "sessions": [],
    "attempts": [],
    "events": [],
    "mails": [],
    "may_choose_password": False,
}
FOUND = {"checked": 312, "refused": [{"at": AT, "email": EMAIL, "address": "198.51.100.7"}]}
RANGES = {"name": "", "your_address": "203.0.113.1", "caller": ADMINISTRATOR}
LISTED = ["203.0.113.0/24", "2001:db8::/32"]
SENT = {
    "id": "0199-ab",
    "to": EMAIL,
    "subject": "Your claim of 12 November",
    "sent_at": AT,
    "expires_at": LATER,
    "state": "sent",
    "read_at": None,
}
ONE = {"email": EMAIL, "caller": ADMINISTRATOR}
NOT_ONESELF = {"problem": "You cannot do this to your own account. Ask another administrator."}

ADMIN_SAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "admin_domains": {
        "some": SEEN_BY | {"domains": DOMAINS, "notice": "domain_added"},
        "none": SEEN_BY | {"domains": []},
        "invalid": SEEN_BY
        | {
            "domains": DOMAINS[:1],
            "typed": {"domain": "exa mple", "internal": True},
            "errors": {"domain": "Enter a domain such as example.com."},
        },
        "support": {"domains": DOMAINS, "caller": SUPPORT},
    },
    "admin_users": {
        "domain": SEEN_BY | {"domain": DOMAIN, "q": "", "users": USERS, "next_url": "/admin/users?after=x"},
        "search": SEEN_BY | {"domain": "", "q": "claire", "users": USERS[:1], "next_url": None},
        "asked_nothing": SEEN_BY | {"domain": "", "q": "", "users": None, "next_url": None, "notice": "invited"},
        "none": SEEN_BY | {"domain": DOMAIN, "q": "zoe", "users": [], "next_url": ""},
        "exists": SEEN_BY
        | {
            "domain": "",
            "q": "",
            "users": None,
            "next_url": None,
            "typed": {"email": EMAIL, "kind": "support"},
            "errors": {"email": "This address has an account already."},
        },
        "support": {"domain": DOMAIN, "q": "", "users": USERS, "next_url": None, "caller": SUPPORT},
    },
    "admin_user": {
        "plain": USER | {"notice": "password_set"},
        "troubled": TROUBLED | {"reauthenticate_first": "/admin/users/claire@insurer.example"},
        "new": NEW,
        "frozen": USER | {"user": USER["user"] | {"status": "frozen"}, "notice": "not_a_notice"},
        "stopped": USER | {"lock": USER["lock"] | {"failures": 100, "stopped": True}},
        "own": USER | {"own_account": True, "ranges": USER["ranges"] | {"own": LISTED, "effective": LISTED, "source": "account"}},
        "support": TROUBLED | {"caller": SUPPORT},
        "read_only": USER | {"may_act": False},
    },
    "admin_password": {
        "missed": ONE
        | {
            "action": "password",
            "may_choose_password": True,
            "force_change": False,
            "criteria": [
                {"id": "length", "label": "At least 15 characters", "met": False},
                {"id": "common", "label": "Not a common password", "met": True},
            ],
            "errors": {"new_password": "This password does not meet the criteria marked below."},
        },
        "mailed": ONE | {"action": "password", "may_choose_password": False, "problem": "Something changed meanwhile."},
        "force_change": ONE
        | {"action": "force_change", "may_choose_password": True, "problem": "Something changed meanwhile."},
    },
    "admin_status": {
        "disable": ONE | {"action": "disable"} | NOT_ONESELF,
        "unconfirmed": ONE | {"action": "disable", "errors": {"confirm": "Tick this to disable the account."}},
        "enable": ONE | {"action": "enable", "problem": "Something changed meanwhile."},
        "unlock": ONE | {"action": "unlock", "problem": "Something changed meanwhile."},
    },
    "admin_two_step": {
        "require": ONE | {"action": "require", "required": False, "problem": "Something changed meanwhile."},
        "require_no_more": ONE | {"action": "require", "required": True, "problem": "Something changed meanwhile."},
        "reset": ONE
        | {
            "action": "reset",
            "reason": "",
            "errors": {"reason": "Say why, for the record.", "confirm": "Tick this once you have made sure."},
        },
    },
    "admin_ip_ranges": {
        "portal": RANGES
        | {
            "subject": "portal",
            "lists": [{"scope": "portal", "ranges": None}, {"scope": "admin", "ranges": LISTED}],
            "notice": "ranges_saved",
        },
        "domain": RANGES | {"subject": "domain", "name": DOMAIN, "lists": [{"scope": "", "ranges": []}]},
        "tried": RANGES
        | {"subject": "domain", "name": DOMAIN, "lists": [{"scope": "", "ranges": LISTED}], "dry_run": FOUND},
        "tried_none": RANGES
        | {
            "subject": "portal",
            "lists": [{"scope": "admin", "ranges": LISTED}],
            "dry_run": {"checked": 312, "refused": []},
        },
        "tried_nothing": RANGES
        | {
            "subject": "account",
            "name": EMAIL,
            "lists": [{"scope": "", "ranges": LISTED}],
            "inherited": LISTED,
            "dry_run": {"checked": 0, "refused": []},
        },
        "locks_out": RANGES
        | {
            "subject": "portal",
            "lists": [{"scope": "portal", "ranges": ["198.51.100.0/24"]}],
            "would_lock_you_out": True,
        },
        "unreadable": RANGES
        | {
            "subject": "account",
            "name": EMAIL,
            "lists": [{"scope": "", "ranges": ["10.0.0.1/8"]}],
            "errors": {"ranges": '"10.0.0.1/8" has host bits set. Did you mean 10.0.0.0/8?'},
        },
        "empty": RANGES
        | {
            "subject": "domain",
            "name": DOMAIN,
            "lists": [{"scope": "", "ranges": [], "restriction": "listed"}],
            "errors": {"ranges": "Enter at least one range, or choose Nobody."},
        },
    },
    "admin_sessions": {"changed": ONE | {"problem": "Something changed meanwhile."}},
    "admin_contain": {
        "unreadable": ONE
        | {
            "asked": {
                "disable": False,
                "require_two_step": False,
                "restriction": "listed",
                "ranges": ["10.0.0.1/8"],
                "reason": "Ticket 4711",
            },
            "errors": {"ranges": '"10.0.0.1/8" has host bits set.'},
        },
        "no_reason": ONE | {"asked": {}, "errors": {"reason": "Say why, for the record."}},
        "oneself": ONE | {"asked": {}} | NOT_ONESELF,
    },
    "admin_delivery": {"no_reason": ONE | {"errors": {"reason": "Say why, for the record."}}},
    "admin_attempts": {
        "found": SEEN_BY
        | {
            "search": {"reference": "", "email": EMAIL, "since": "2026-11-01"},
            "attempts": ATTEMPTS,
            "next_url": "/admin/attempts?after=x",
        },
        "asked_nothing": {
            "search": {"reference": "", "email": "", "since": ""},
            "attempts": None,
            "next_url": None,
            "caller": SUPPORT,
        },
        "none": SEEN_BY
        | {"search": {"reference": "K7MW-3FQ9", "email": "", "since": ""}, "attempts": [], "next_url": None},
        "invalid": SEEN_BY
        | {
            "search": {"reference": "?", "email": "a@", "since": "yesterday"},
            "attempts": None,
            "next_url": None,
            "errors": {"reference": "A reference has eight characters.", "since": "Enter a date."},
        },
    },
    "admin_events": {
        "some": SEEN_BY | {"email": EMAIL, "events": EVENTS, "next_url": "/admin/events?after=x"},
        "none": {"email": EMAIL, "events": [], "next_url": None, "caller": SUPPORT},
    },
    "admin_messages": {
        "some": SEEN_BY
        | {
            "messages": [
                SENT,
                SENT | {"state": "read", "read_at": LATER},
                SENT | {"state": "expired", "subject": ""},
                SENT | {"state": "recalled"},
            ],
            "next_url": "/admin/messages?after=x",
            "notice": "message_sent",
        },
        "none": SEEN_BY | {"messages": [], "next_url": None},
        "invalid": SEEN_BY
        | {
            "messages": [],
            "next_url": None,
            "typed": {"to": "a@", "subject": "Hello", "body": "<b>Hi</b>\n", "expires_in_days": "900"},
            "errors": {"to": "Enter a whole email address.", "expires_in_days": "Between 1 and 365."},
        },
    },
}

USER_POSTS = {
    "password": {"new_password", "force_change"},
    "force-change": set(),
    "disable": {"confirm"},
    "enable": set(),
    "unlock": set(),
    "two-step": {"required"},
    "two-step/reset": {"reason", "confirm"},
    "ip-ranges": {"restriction", "ranges", "confirm"},
    "ip-ranges/dry-run": {"restriction", "ranges", "confirm"},
    "sessions/revoke": set(),
    "contain": {"disable", "require_two_step", "restriction", "ranges", "reason"},
    "deliverable": {"reason"},
}
# route -> what its form may send; {} stands for one segment
ADMIN_POSTS: dict[str, set[str]] = {
    **{f"/admin/users/{{}}/{route}": fields for route, fields in USER_POSTS.items()},
    "/admin/users": {"email", "kind"},
    "/admin/domains": {"domain", "internal", "two_step_required"},
    "/admin/domains/{}/ip-ranges": {"restriction", "ranges", "confirm"},
    "/admin/domains/{}/ip-ranges/dry-run": {"restriction", "ranges", "confirm"},
    "/admin/ip-ranges": {"scope", "restriction", "ranges", "confirm"},
    "/admin/ip-ranges/dry-run": {"scope", "restriction", "ranges", "confirm"},
    "/admin/messages": {"to", "subject", "body", "expires_in_days"},
    "/admin/messages/{}/recall": {"to"},
}
ADMIN_GETS = {"/admin/users": {"domain", "q"}, "/admin/attempts": {"reference", "email", "since"}}
