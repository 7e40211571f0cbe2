"""What each page of the console needs: page -> state -> context, and what its forms may send. See page_samples.py."""

from typing import Any

from tests.web.console_data import (
    ASKED,
    AT,
    ATTEMPTS,
    BRANDED,
    CAME_ALL,
    DOMAIN,
    DOMAINS,
    EMAIL,
    EVENTS,
    FOUND,
    INVITED,
    LATER,
    LIMITED,
    LISTED,
    MADE,
    MANY,
    NEW,
    NOT_ONESELF,
    ONE,
    OVERVIEW,
    RANGES,
    RESPELLED,
    REVOKED,
    SEARCH,
    SEEN_BY,
    SENT,
    SERVICE,
    SEVERAL,
    SUPPORT,
    TROUBLED,
    UNBRANDED,
    USED,
    USER,
    USERS,
)

FILES = {
    "csv_url": "/admin/events/export?format=csv&email=a%40b.example",
    "jsonl_url": "/admin/events/export?format=jsonl&email=a%40b.example",
}
WAYS = dict.fromkeys(("first_url", "previous_url", "next_url"), "")
RECEIVED: dict[str, Any] = {"from": EMAIL, "read_at": None, "expires_at": LATER}
ANSWERED: dict[str, Any] = {
    "message": {"id": "0199-ab", "to": EMAIL, "subject": "Your claim of 12 November"},
    "replies": [
        RECEIVED | {"id": "0199-ab-1", "sent_at": LATER, "body": "Thank you.\nAnn"},
        RECEIVED | {"id": "0199-ab-0", "sent_at": AT, "read_at": AT, "body": None},
    ],
    "newest_url": "",
    "earlier_url": "",
}
TO_ANN: dict[str, Any] = SEEN_BY | {
    "email": EMAIL,
    "kind": "",
    "sees_replies": True,
    "newest_url": "",
    "earlier_url": "",
}
DOMAINS_LISTED = SEEN_BY | WAYS | {"q": ""}
USERS_LISTED = (
    SEEN_BY
    | WAYS
    | {
        "domain": "",
        "search": ASKED,
        "users": None,
        "begins_here": False,
        "csv_url": "/admin/users/export?format=csv",
        "jsonl_url": "/admin/users/export?format=jsonl",
    }
)
KIND = ONE | {"kind": "administrator", "reach": "all", "domains": []}
ADMIN_SAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "admin_domains": {
        "some": DOMAINS_LISTED | {"domains": DOMAINS, "notice": "domain_added"},
        "middle": DOMAINS_LISTED
        | {"domains": DOMAINS, "q": "in"}
        | {one: f"/admin/domains?q=in&{one}=x" for one in WAYS},
        "none": DOMAINS_LISTED | {"domains": []},
        "none_so": DOMAINS_LISTED | {"domains": [], "q": "zoe"},
        "invalid": DOMAINS_LISTED
        | {
            "domains": DOMAINS[:1],
            "typed": {"domain": "exa mple", "internal": True},
            "errors": {"domain": "Enter a domain such as example.com."},
        },
        "respelled": DOMAINS_LISTED
        | {
            "domains": DOMAINS[:1],
            "typed": {"domain": "xn--bcher-kva.example", "internal": True},
            "respelled": {"typed": "b\u00fccher.example", "canonical": "xn--bcher-kva.example"},
        },
        "support": DOMAINS_LISTED | {"domains": DOMAINS, "caller": SUPPORT},
        "limited": DOMAINS_LISTED | {"domains": DOMAINS[:1], "caller": LIMITED},
    },
    "admin_overview": {
        "busy": SEEN_BY | OVERVIEW,
        "quiet": SEEN_BY | OVERVIEW | {"attention": []},
        "counting": SEEN_BY | OVERVIEW | {"at_least": True},
        "support": OVERVIEW | {"caller": SUPPORT},
        "limited": OVERVIEW | {"days": [], "bars": {"most": 1, "days": []}, "caller": LIMITED},
    },
    "admin_brand": {
        "own": SEEN_BY | BRANDED | {"notice": "brand_saved"},
        "none": SEEN_BY | UNBRANDED,
        "preview": SEEN_BY | BRANDED | {"preview": True},
        "stale": SEEN_BY | BRANDED | {"reauthenticate_first": "/admin/domains/insurer.example/brand"},
        "invalid": SEEN_BY
        | BRANDED
        | {
            "typed": {"name": "a\nb", "colour": "#ffff00", "logo": "AAAA", "support_contact": None},
            "errors": {
                "name": "Enter a name of one line.",
                "colour": "Enter a colour such as #0c5a68.",
                "logo": "Paste a PNG.",
                "support_contact": "Enter one line.",
            },
        },
    },
    "admin_users": {
        "domain": USERS_LISTED | {"domain": DOMAIN, "users": USERS, "next_url": "/admin/users?after=x"},
        "search": USERS_LISTED
        | {"search": ASKED | {"q": "claire", "status": "frozen", "two_step": "true", "sort": "-address"}}
        | {"users": USERS[:1]}
        | {one: f"/admin/users?q=claire&{one}=x" for one in WAYS},
        "asked_nothing": USERS_LISTED | {"notice": "invited"},
        "none": USERS_LISTED | {"domain": DOMAIN, "search": ASKED | {"q": "zoe"}, "users": []},
        "none_so_far": USERS_LISTED | {"users": [], "next_url": "/admin/users?after=x"},
        "nobody": USERS_LISTED | {"domain": DOMAIN, "users": []},
        "invalid": USERS_LISTED | {"errors": {"status": "Please check this."}},
        "exists": USERS_LISTED
        | {
            "typed": {"email": EMAIL, "kind": "support"},
            "errors": {"email": "This address has an account already."},
        },
        "respelled": USERS_LISTED
        | {"typed": {"email": RESPELLED["canonical"], "kind": "support"}, "respelled": RESPELLED},
        "support": USERS_LISTED | {"domain": DOMAIN, "users": USERS, "caller": SUPPORT},
        "limited": USERS_LISTED | {"users": USERS, "caller": LIMITED},
    },
    "admin_user": {
        "plain": USER | {"notice": "password_set"},
        "troubled": TROUBLED | {"reauthenticate_first": "/admin/users/claire@insurer.example"},
        "new": NEW,
        "invited": INVITED | {"notice": "invited_again"},
        "withdrawn": INVITED | {"user": NEW["user"], "notice": "withdrawn"},
        "frozen": USER | {"user": USER["user"] | {"status": "frozen"}, "notice": "not_a_notice"},
        "erased": USER | {"user": USER["user"] | {"status": "erased"}, "notice": "erased"},
        "stopped": USER | {"lock": USER["lock"] | {"failures": 100, "stopped": True}},
        "waits": USER
        | {
            "waits": [
                {"act": "reset_two_step", "by": "boss@portal.test", "until": LATER, "own": False},
                {"act": "make_administrator", "by": "admin@portal.test", "until": LATER, "own": True},
            ]
        },
        "disputed": USER | {"two_step": USER["two_step"] | {"active": True, "disputed_at": LATER}},
        "contained": TROUBLED
        | {
            "notice": "contained",
            "user": USER["user"] | {"status": "disabled", "kind": "support"},
            "two_step": USER["two_step"] | {"active": True},
            "ranges": USER["ranges"] | {"own": LISTED, "effective": LISTED, "source": "account"},
        },
        "own": USER
        | {
            "user": USER["user"] | {"kind": "administrator"},
            "own_account": True,
            "received": {"unread": 100, "replies": 3, "unread_replies": 1, "complete": False},
            "ranges": USER["ranges"] | {"own": LISTED, "effective": LISTED, "source": "account"},
        },
        "moved": USER
        | {"user": USER["user"] | {"status": "disabled"}, "moved_to": "claire.new@insurer.example"},
        "support": TROUBLED | {"caller": SUPPORT},
        "read_only": USER | {"may_act": False},
        "staff": USER
        | {
            "user": USER["user"] | {"kind": "administrator", "limited": True},
            "waits": [
                {
                    "act": "make_administrator",
                    "by": "boss@portal.test",
                    "until": LATER,
                    "own": False,
                    "domains": (DOMAIN, "portal.test"),
                }
            ],
        },
    },
    "admin_user_messages": {
        "some": TO_ANN | {"messages": CAME_ALL, "earlier_url": "/admin/users/claire/messages?before=x"},
        "replies": TO_ANN | {"kind": "reply", "messages": CAME_ALL[:2]},
        "none": TO_ANN | {"messages": [], "sees_replies": False, "caller": SUPPORT},
        "beyond": TO_ANN | {"messages": [], "newest_url": "/admin/users/claire/messages"},
    },
    "admin_invitations": {
        "empty": SEVERAL,
        "tried": SEVERAL
        | {
            "typed": {"csv": "\n".join(MANY), "kind": "support"},
            "tried": True,
            "groups": {
                "known": [EMAIL],
                "invalid": ["Ann Smith @ insurer"],
                "duplicate": [EMAIL],
                "not_yet": [],
            },
            "respelled": [RESPELLED],
        },
        "done": SEVERAL | {"groups": {"invited": MANY, "known": [EMAIL]}},
        "outside": SEVERAL
        | {"groups": {"invited": MANY[:3], "outside": ["ann@elsewhere.example"]}, "caller": LIMITED},
        "not_whole": SEVERAL
        | {"typed": {"csv": EMAIL, "kind": "recipient"}, "groups": {"invited": MANY[:20]}},
        "wrong": SEVERAL
        | {"typed": {"csv": "x", "kind": "recipient"}, "errors": {"csv": "Enter up to 500 addresses."}},
    },
    "admin_invitation": {
        "joined": ONE | {"action": "invite", "problem": "The user has chosen a password already."},
        "no_reason": ONE
        | {"action": "withdraw", "reason": "x", "errors": {"reason": "Say why, for the record."}},
    },
    "admin_kind": {
        "asked": KIND | {"kind": "recipient", "reason": "", "reauthenticate_first": "/admin/users"},
        "limited": KIND
        | {"kind": "support", "reach": "some", "domains": [DOMAIN, "portal.test"], "reason": ""},
        "wrong": KIND | {"kind": "", "reason": "x", "errors": {"reason": "Say why."}},
        "no_domain": KIND
        | {"reach": "some", "reason": "x", "errors": {"domains": "Enter at least one domain."}},
        "respelled": KIND
        | {"reach": "some", "reason": "x", "domains": ["xn--bcher-kva.example"]}
        | {"respelled": {"typed": "b\u00fccher.example", "canonical": "xn--bcher-kva.example"}},
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
        "mailed": ONE
        | {"action": "password", "may_choose_password": False, "problem": "Something changed meanwhile."},
        "force_change": ONE
        | {"action": "force_change", "may_choose_password": True, "problem": "Something changed meanwhile."},
    },
    "admin_status": {
        "disable": ONE | {"action": "disable"} | NOT_ONESELF,
        "unconfirmed": ONE
        | {"action": "disable", "errors": {"confirm": "Tick this to disable the account."}},
        "enable": ONE | {"action": "enable", "problem": "Something changed meanwhile."},
        "unlock": ONE | {"action": "unlock", "problem": "Something changed meanwhile."},
    },
    "admin_two_step": {
        "require": ONE | {"action": "require", "required": False, "problem": "Something changed meanwhile."},
        "require_no_more": ONE
        | {"action": "require", "required": True, "problem": "Something changed meanwhile."},
        "reset": ONE
        | {
            "action": "reset",
            "reason": "",
            "errors": {"reason": "Say why, for the record.", "confirm": "Tick this once you have made sure."},
        },
    },
    "admin_address": {
        "form": ONE | {"errors": {}},
        "taken": ONE
        | {"typed": {"new_email": "claire.new@insurer.example"}, "reason": "Married"}
        | {"problem": "An account with this address already exists."},
        "invalid": ONE
        | {
            "errors": {
                "new_email": "Enter the whole new email address.",
                "reason": "Say why, for the record.",
            }
        },
        "respelled": ONE
        | {"typed": {"new_email": "claire@xn--bcher-kva.example"}, "reason": "Renamed"}
        | {"respelled": {"typed": "claire@bücher.example", "canonical": "claire@xn--bcher-kva.example"}},
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
            "dry_run": {"checked": 312, "refused": [], "more": True},
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
        "saved_since": RANGES
        | {
            "subject": "domain",
            "name": DOMAIN,
            "lists": [{"scope": "", "ranges": LISTED}],
            "problem": "Something changed while you were working. Look at it again, then repeat it.",
            "now_saved": [*LISTED, "192.0.2.0/24 # Basel, 3rd floor"],
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
    "admin_erase": {
        "ask": ONE | {"status": "active", "own_account": False},
        "decided": ONE | {"status": "erased", "own_account": False},
        "oneself": ONE | {"status": "active", "own_account": True},
        "refused": ONE
        | {
            "status": "",
            "own_account": False,
            "typed": {"confirm": "anna", "reason": ""},
            "errors": {"confirm": "Enter the address of this account.", "reason": "Say why, for the record."},
        },
    },
    "admin_delivery": {"no_reason": ONE | {"errors": {"reason": "Say why, for the record."}}},
    "admin_attempts": {
        "found": SEEN_BY
        | {
            "search": SEARCH | {"email": EMAIL, "from": "2026-11-01", "outcome": "refused"},
            "attempts": ATTEMPTS,
            "earlier_url": "/admin/attempts?before=x",
            "newest_url": "",
            "csv_url": "/admin/attempts/export?format=csv",
            "jsonl_url": "/admin/attempts/export?format=jsonl",
        },
        "asked_nothing": {
            "search": SEARCH,
            "attempts": None,
            "caller": SUPPORT,
        },
        "none": SEEN_BY
        | {
            "search": SEARCH | {"reference": "K7MW-3FQ9"},
            "attempts": [],
            "earlier_url": "",
            "newest_url": "",
        },
        "not_yet": SEEN_BY
        | {
            "search": SEARCH | {"network": "203.0.113.0/24", "reason": "locked"},
            "attempts": [],
            "earlier_url": "/admin/attempts?before=x",
            "newest_url": "/admin/attempts",
        },
        "invalid": SEEN_BY
        | {
            "search": SEARCH | {"reference": "?", "email": "a@", "network": "here", "from": "yesterday"},
            "attempts": None,
            "errors": {"network": "Enter an address or a range.", "from": "Enter a date."},
        },
    },
    "admin_events": {
        "some": SEEN_BY
        | {
            "email": EMAIL,
            "actor": "",
            "changes": False,
            "events": EVENTS,
            "earlier_url": "/admin/events?before=x",
            "newest_url": "/admin/events",
            **FILES,
        },
        "changes": SEEN_BY
        | {
            "email": EMAIL,
            "actor": "",
            "changes": True,
            "events": EVENTS[:2],
            "earlier_url": "",
            "newest_url": "",
            **FILES,
        },
        "beyond": SEEN_BY
        | {
            "email": EMAIL,
            "actor": "",
            "changes": False,
            "events": [],
            "earlier_url": "",
            "newest_url": "/admin/events",
            **FILES,
        },
        "acts": SEEN_BY
        | {
            "email": "",
            "actor": EMAIL,
            "changes": False,
            "events": [one | {"email": "ann@people.test"} for one in EVENTS],
            "earlier_url": "",
            "newest_url": "",
            **FILES,
        },
        "acts_on_one": SEEN_BY
        | {
            "email": EMAIL,
            "actor": "desk@insurer.example",
            "changes": True,
            "events": [],
            "earlier_url": "",
            "newest_url": "",
            **FILES,
        },
        "none": {
            "email": EMAIL,
            "actor": "",
            "changes": False,
            "events": [],
            "earlier_url": "",
            "newest_url": "",
            **FILES,
            "caller": SUPPORT,
        },
    },
    "admin_services": {
        "some": SEEN_BY
        | {"services": [SERVICE, SERVICE | USED, SERVICE | REVOKED], "notice": "service_revoked"},
        "none": SEEN_BY | {"services": []},
        "made": SEEN_BY | {"services": [SERVICE], "made": MADE},
        "rotated": SEEN_BY | {"services": [SERVICE | USED], "made": MADE | {"done": "rotated"}},
        "invalid": SEEN_BY
        | {
            "services": [],
            "typed": {"name": "<b>x", "domains": ["a@b", "c"], "ranges": ["x"], "restriction": "listed"},
            "errors": {
                "name": "Enter a name.",
                "domains": "Enter a domain.",
                "ranges": "x: not an IP address",
            },
        },
        "respelled": SEEN_BY
        | {
            "services": [],
            "typed": {"name": "Gateway", "domains": ["xn--bro-hoa.test"]},
            "respelled": {"typed": "büro.test", "canonical": "xn--bro-hoa.test"},
        },
    },
    "admin_replies": {
        "some": SEEN_BY | ANSWERED,
        "earlier": SEEN_BY
        | ANSWERED
        | {
            "replies": [],
            "newest_url": "/admin/messages/0199-ab/replies",
            "later_url": "/admin/messages/0199-ab/replies",
        },
        "none": SEEN_BY | ANSWERED | {"replies": []},
    },
    "admin_messages": {
        "some": SEEN_BY
        | {
            "messages": [
                SENT,
                SENT | {"state": "read", "read_at": AT, "replies": 2, "new_replies": 1},
                SENT | {"state": "expired", "subject": "", "expires_at": AT},
                SENT | {"state": "recalled"},
            ],
            "earlier_url": "/admin/messages?before=x",
            "newest_url": "/admin/messages",
            "notice": "message_sent",
        },
        "none": SEEN_BY | {"messages": [], "earlier_url": "", "newest_url": ""},
        "invalid": SEEN_BY
        | {
            "messages": [],
            "earlier_url": "",
            "newest_url": "",
            "typed": {"to": "a@", "subject": "Hello", "body": "<b>Hi</b>\n", "expires_in_days": "900"},
            "errors": {"to": "Enter a whole email address.", "expires_in_days": "Between 1 and 365."},
        },
        "several": SEEN_BY
        | {
            "messages": [SENT],
            "earlier_url": "",
            "newest_url": "",
            "results": [
                {"to": EMAIL, "result": "sent"},
                {"to": EMAIL, "result": "twice"},
                {"to": "bob@", "result": "invalid"},
                {"to": "eve@people.test", "result": "not_sent"},
            ],
            "typed": {"to": "bob@\neve@people.test", "subject": "Hello", "body": "Good day."},
        },
        "unsent": SEEN_BY
        | {
            "messages": [],
            "earlier_url": "",
            "newest_url": "",
            "typed": {
                "to": "ann@people.test",
                "subject": "Hello",
                "body": "Dear Ann,\n\nHi",
                "expires_in_days": "9",
            },
            "unsent": True,
        },
        "respelled": SEEN_BY
        | {
            "messages": [],
            "earlier_url": "",
            "newest_url": "",
            "typed": {"to": RESPELLED["canonical"], "subject": "Hello", "body": "Hi"},
            "respelled": RESPELLED,
        },
    },
}

USER_POSTS = {
    "address": {"new_email", "reason"},
    "password": {"new_password", "force_change"},
    "invite": {"reason"},
    "kind": {"kind", "reach", "domains", "reason"},
    "withdraw": {"reason"},
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
    "erase": {"confirm", "reason"},
}
# route -> what its form may send; {} stands for one segment
ADMIN_POSTS: dict[str, set[str]] = {
    **{f"/admin/users/{{}}/{route}": fields | {"form"} for route, fields in USER_POSTS.items()},
    "/admin/users": {"form", "email", "kind"},
    "/admin/users/import": {"form", "emails", "csv", "kind", "dry_run"},
    "/admin/domains": {"form", "domain", "internal", "two_step_required"},
    "/admin/domains/{}/brand": {"form", "name", "colour", "logo", "support_contact", "preview"},
    "/admin/domains/{}/ip-ranges": {"form", "restriction", "ranges", "confirm"},
    "/admin/domains/{}/ip-ranges/dry-run": {"form", "restriction", "ranges", "confirm"},
    "/admin/ip-ranges": {"form", "scope", "restriction", "ranges", "confirm"},
    "/admin/ip-ranges/dry-run": {"form", "scope", "restriction", "ranges", "confirm"},
    "/admin/services": {"form", "name", "domains", "restriction", "ranges"},
    "/admin/services/{}/rotate": {"form", "replaces"},
    "/admin/services/{}/revoke": {"form"},
    "/admin/messages": {"form", "to", "subject", "body", "expires_in_days"},
    "/admin/messages/{}/recall": {"form", "to"},
}
ADMIN_GETS = {
    "/messages": {"q", "sort"},
    "/admin/domains": {"q"},
    "/admin/users": {"domain", "q", "status", "kind", "two_step", "idle_days", "sort"},
    "/admin/attempts": {"reference", "email", "network", "outcome", "reason", "from", "until"},
    "/admin/events": {"email", "actor", "changes"},
}
