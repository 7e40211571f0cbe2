"""What each page needs: page -> state -> context, besides what `web/render.py` COMMON has.

Every page is rendered from here in each of its states: by the tests, and by whoever wants to look at them.
"""

from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from chalicelib.domain.activity import SHOWN, Advice
from chalicelib.domain.events import FOLDED as FOLDED_KINDS
from chalicelib.flows.paging import ROWS
from chalicelib.flows.strength import LABELS as LABELS_OF_STRENGTH
from chalicelib.presentation.languages import LANGUAGES
from chalicelib.presentation.zones import places
from chalicelib.web.render import Rendered, render
from tests.web.admin_samples import ADMIN_SAMPLES

AT = 1_795_304_940.0
ADDRESS = "recipient@portal.test"
UNFINISHED = {
    "action": "/admin/users/claire@insurer.example/contain",
    "fields": (("reason", "Seen at 3 o'clock"), ("disable", "true")),
    "label": "Contain the account",
    "whom": "claire@insurer.example",
    "whole": True,
}
HANDLE = "k3x7qv2m5n4tz6ra"
BROWSER = "Firefox 128.0"
RECIPIENT = SimpleNamespace(address=ADDRESS, kind="recipient", next="portal")
ADMINISTRATOR = SimpleNamespace(address="admin@portal.test", kind="administrator", next="portal")
FEW = SimpleNamespace(**vars(RECIPIENT), few_codes=True, recovery_codes_left=1)
HALF = SimpleNamespace(address=ADDRESS, kind="recipient", next="change_password")
SUPPORT = {
    "reference": "K7MW-3FQ9",
    "at": AT,
    "url": "https://portal.example/logon",
    "browser": "Firefox",
    "browser_version": "128.0",
    "operating_system": "Android 14",
    "email": ADDRESS,
}
LABELS = {
    "length": "At least 15 characters",
    "maximum": "At most 256 characters",
    "common": "Not a common password, and not made of your address or of the portal's name",
    "different": "Different from the current and from the temporary password",
    "confirmed": "Both fields are the same",
}


def criteria(marks: str) -> list[dict[str, object]]:
    """One mark for each criterion: `+` met, `-` not met, `?` not checked yet."""
    met = {"+": True, "-": False, "?": None}
    return [
        {"id": key, "label": label, "met": met[mark]}
        for (key, label), mark in zip(LABELS.items(), marks, strict=True)
    ]


OPEN, MIXED = criteria("?????"), criteria("++-+-")
FAIR = {"score": 2, "label": LABELS_OF_STRENGTH[2]}
MISSED = {"new_password": "This password does not meet the criteria marked below."}
QR = Markup(
    '<svg viewBox="0 0 9 9" class="segno"><path class="qrline" stroke="#000" d="M1 1.5h7m-7 2h7"/></svg>'
)
CODES = [f"{n:04d}-HJKM-NPQR-STUV-WXYZ-23456789" for n in range(10)]
SESSION = {
    "handle": "h1",
    "current": True,
    "started_at": AT,
    "last_seen_at": AT + 60,
    "address": "203.0.113.9",
    "browser": BROWSER,
}
OTHER = SESSION | {"handle": "h2", "current": False, "browser": "Safari 17.5", "address": "2001:db8::7"}
MESSAGE = {
    "id": "01J9",
    "from": "claims@insurer.example",
    "subject": "Your claim of 12 November",
    "sent_at": AT,
    "read_at": None,
    "expires_at": AT + 30 * 86400,
    "body": "Dear customer,\n\nyour claim has been accepted.\n  Sum: 1,240.00\n\nKind regards",
}
WITH_ADDRESSES = MESSAGE | {
    "body": "Dear customer,\n\nthe conditions are at https://insurer.example/conditions/2026?language=en&page=12."
    "\nQuestions? Write to claims@insurer.example (we answer within a day).\n\nKind regards"
}
IN_ALL = {"search": {"q": "", "sort": ""}, "first_url": "", "previous_url": "", "next_url": ""}
FOUND = {
    "search": {"q": "claim", "sort": "unread"},
    "first_url": "/messages?q=claim&sort=unread",
    "previous_url": "/messages?q=claim&sort=unread&after=read.01J9",
    "next_url": "/messages?q=claim&sort=unread&before=read.01J8",
}
REPLY = {
    "caller": RECIPIENT,
    "message": MESSAGE,
    "action": "/messages/01J9/reply",
    "form_name": "0123456789abcdef",
    "typed": "",
}
READ = MESSAGE | {"id": "01J8", "subject": "Documents for your signature", "read_at": AT}
CHANGE = {"criteria": OPEN, "needs_current": False, "reason": "", "address": ADDRESS}
ACCOUNT = {
    "caller": RECIPIENT,
    "address": ADDRESS,
    "last_logon_at": AT,
    "password_changed_at": AT,
    "two_step": False,
    "two_step_required": False,
    "language": "",
    "time_zone": "",
    "alone": False,
    "fresh": True,
}
LOGON = {
    "at": AT,
    "kind": "authn_login_success",
    "by": "account",
    "reasons": {},
    "address": "203.0.113.9",
    "addresses": 1,
    "browser": BROWSER,
    "reference": None,
    "count": 1,
    "first_at": AT,
    "last_at": AT,
    "continues": False,
    "if_not_you": "session",
}
REFUSED = {"by": "nobody", "reasons": {"wrong_password": 1}, "reference": "K7MW-3FQ9"}
BY_STAFF = {"by": "administrator", "address": "", "addresses": 0, "browser": ""}
EVERY_KIND = [
    LOGON
    | {"kind": kind.value, "if_not_you": what.value}
    | (REFUSED if kind in FOLDED_KINDS else BY_STAFF if what is Advice.SUPPORT else {})
    for kind, what in SHOWN.items()
]
FOLDED = LOGON | {
    "kind": "authn_login_fail",
    "by": "nobody",
    "reasons": {"wrong_password": 5, "too_many": 7},
    "address": "",
    "addresses": 3,
    "browser": "",
    "count": 12,
    "first_at": AT - 900,
    "continues": True,
    "if_not_you": "nothing",
}
ACTIVITY = {"caller": RECIPIENT, "events": [], "newest_url": "", "earlier_url": ""}
PREFERENCES = {
    "caller": RECIPIENT,
    "language": None,
    "time_zone": None,
    "languages": dict(LANGUAGES),
    "time_zones": list(places()),
    "saved": False,
}
HELP = {
    "support": SUPPORT | {"address": "203.0.113.9"},
    "supported": True,
    "supported_browsers": ["Chrome and Edge 111 or later", "Firefox 115 or later", "Safari 16.4 or later"],
    "portal_url": "https://portal.example",
    "kept": {"events": 0, "attempts": 0, "read_messages": 0},
}
ADDRESS_ASKED = {
    "state": "ask",
    "address": "recipient.new@portal.test",
    "number": "472",
    "link": "k7mw3fq9hjnprstv",
}
NOT_ME = {"state": "ask", "two_step": "", "token": "t0ken", "number": "472"}
TWO_STEP = {"caller": RECIPIENT, "required": False, "moving": False, "form": "0123456789abcdef"}
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEY = {
    "state": "enrol",
    "secret": SEED,
    "otpauth_uri": f"otpauth://totp/Secure%20Messaging:{ADDRESS}?secret={SEED}&issuer=Secure%20Messaging",
    "qr_svg": QR,
}
SHEET = {
    "state": "codes",
    "recovery_codes": CODES,
    "next_url": "/messages",
    "done": "on",
    "label": f"Recovery codes of Secure Messaging Portal for {ADDRESS}",
    "at": AT,
}
REFUSAL = {"title": "Page not found", "detail": "There is nothing at this address.", "reference": "K7MW-3FQ9"}

SAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "logon": {
        "fresh": {"state": "fresh", "path_next": "?next=%2Fmessages%2F01J9"},
        "refused": {
            "state": "refused",
            "email": ADDRESS,
            "support": SUPPORT,
            "portal_url": "https://portal.example",
            "lock_seconds": 900,
        },
        "throttled": {"state": "throttled", "retry_after": 840, "reference": "K7MW-3FQ9"},
        "no_cookies": {"state": "no_cookies", "email": ADDRESS},
        "logged_off": {"state": "logged_off"},
        "session_ended": {"state": "session_ended"},
        "nothing_changed": {"state": "nothing_changed"},
        "invalid": {
            "state": "fresh",
            "email": "recipient@",
            "errors": {"email": "Enter a whole email address."},
        },
    },
    "logon_code": {
        "fresh": {"state": "fresh", "caller": HALF},
        "refused": {"state": "refused", "caller": HALF, "errors": {"code": "That code is not right."}},
        "refused_recovery": {
            "state": "refused",
            "caller": HALF,
            "errors": {"recovery": "That recovery code is not right."},
        },
        "throttled": {"state": "throttled", "retry_after": 300, "reference": "K7MW-3FQ9"},
    },
    "password_forgot": {
        "fresh": {"sent": False, "form_name": "0123456789abcdef"},
        "asked_where_somebody_looks_first": {"sent": True, "dormant_days": 365},
        "invalid": {
            "sent": False,
            "email": "recipient@",
            "errors": {"email": "Enter a whole email address."},
        },
        "sent": {"sent": True, "email": ADDRESS},
        "sent_elsewhere": {"sent": True},
    },
    "password_reset": {
        "fresh": {"done": False, "criteria": OPEN, "address": ADDRESS, "link": HANDLE},
        "missed": {
            "done": False,
            "link": HANDLE,
            "criteria": MIXED,
            "strength": FAIR,
            "errors": MISSED,
            "address": ADDRESS,
        },
        "done": {"done": True},
        "first": {"done": True, "first": True},
    },
    "password_change": {
        "temporary": CHANGE | {"reason": "temporary", "caller": HALF},
        "forced": CHANGE | {"reason": "forced", "caller": HALF},
        "own": CHANGE | {"needs_current": True, "caller": RECIPIENT},
        "missed": CHANGE | {"criteria": MIXED, "errors": MISSED, "caller": RECIPIENT, "needs_current": True},
        "done": CHANGE | {"done": True, "caller": RECIPIENT},
    },
    "link_unusable": {
        "fresh": {"reference": "K7MW-3FQ9"},
        "page_expired": {"why": "page_expired", "reference": "K7MW-3FQ9"},
        "no_cookies": {"why": "page_expired", "cookies": False, "reference": "K7MW-3FQ9"},
        "another_link": {"why": "another_link", "reference": "K7MW-3FQ9"},
    },
    "account": {
        "plain": ACCOUNT,
        "few_codes": ACCOUNT | {"caller": FEW, "two_step": True, "recovery_codes_left": 1},
        "console_shut": ACCOUNT | {"caller": ADMINISTRATOR, "console_shut": True},
        "not_done": ACCOUNT | {"unfinished": UNFINISHED},
        "kept_elsewhere": ACCOUNT
        | {
            "unfinished": {
                "action": "/admin/messages",
                "fields": (),
                "label": "Send a secure message",
                "whom": "",
                "whole": False,
                "elsewhere": True,
            }
        },
        "not_kept": ACCOUNT | {"unfinished": UNFINISHED | {"fields": (), "whole": False}},
        "two_step": ACCOUNT
        | {
            "caller": ADMINISTRATOR,
            "alone": True,
            "two_step": True,
            "two_step_required": True,
            "recovery_codes_left": 9,
            "notice": "Your password has been changed.",
            "last_logon_at": None,
            "language": "Deutsch",
            "time_zone": "Europe/Berlin",
            "fresh": False,
        },
    },
    "account_sessions": {
        "several": {"caller": RECIPIENT, "sessions": [SESSION, OTHER], "notice": "revoked"},
        "one": {"caller": RECIPIENT, "sessions": [SESSION], "notice": "others_revoked"},
    },
    "account_activity": {
        "every_kind": ACTIVITY | {"events": EVERY_KIND[:ROWS]},
        "every_other_kind": ACTIVITY | {"events": EVERY_KIND[ROWS:]},
        "folded": ACTIVITY | {"events": [FOLDED, LOGON], "earlier_url": "/account/activity?before=eA"},
        "none": ACTIVITY | {"newest_url": "/account/activity"},
    },
    "account_preferences": {
        "open": PREFERENCES,
        "set": PREFERENCES | {"language": "de", "time_zone": "Europe/Berlin", "saved": True},
        "refused": PREFERENCES | {"errors": {"time_zone": "Choose one that is in the list."}},
    },
    "account_two_step": {
        "off": TWO_STEP | {"state": "off"},
        "required": TWO_STEP | {"state": "off", "required": True, "caller": HALF},
        "enrol": TWO_STEP | KEY,
        "enrol_moving": TWO_STEP | KEY | {"moving": True},
        "code": TWO_STEP | {"state": "code"},
        "code_refused": TWO_STEP | {"state": "code", "errors": {"code": "That code is not right."}},
        "code_moving": TWO_STEP | {"state": "code", "moving": True},
        "codes": TWO_STEP | SHEET,
        "moved": TWO_STEP | SHEET | {"next_url": "/account", "done": "moved"},
        "renewed": TWO_STEP | SHEET | {"next_url": "/account/two-step", "done": "renewed"},
        "on": TWO_STEP | {"state": "on", "recovery_codes_left": 9},
        "on_few": TWO_STEP | {"state": "on", "recovery_codes_left": 1, "caller": FEW},
        "on_required": TWO_STEP
        | {
            "state": "on",
            "required": True,
            "recovery_codes_left": 9,
            "caller": ADMINISTRATOR,
        },
    },
    "reauthenticate": {
        "plain": {"two_step": False, "address": ADDRESS, "caller": RECIPIENT},
        "two_step": {
            "two_step": True,
            "address": ADDRESS,
            "caller": RECIPIENT,
            "problem": "The password or the code is not right.",
        },
    },
    "address_change": {
        "ask": ADDRESS_ASKED,
        "untyped": ADDRESS_ASKED
        | {"errors": {"number": "Type the three digits to confirm the address. Nothing has happened yet."}},
        "done": {"state": "done"},
        "void": {"state": "void", "reference": "K7MW-3FQ9"},
        "page_expired": {"state": "void", "why": "page_expired"},
        "another_link": {"state": "void", "why": "another_link"},
    },
    "not_me": {
        "ask": NOT_ME,
        "untyped": NOT_ME | {"errors": {"number": "Type the three digits to freeze your account."}},
        "ask_removed": NOT_ME | {"two_step": "removed"},
        "ask_kept": NOT_ME | {"two_step": "kept"},
        "done": {"state": "done", "two_step": ""},
        "done_removed": {"state": "done", "two_step": "removed"},
        "done_kept": {"state": "done", "two_step": "kept"},
        "frozen": {"state": "frozen", "two_step": ""},
        "frozen_kept": {"state": "frozen", "two_step": "kept"},
        "void": {"state": "void", "reference": "K7MW-3FQ9"},
    },
    "messages": {
        "some": {"caller": RECIPIENT, "messages": [MESSAGE, READ], "last_logon_at": AT} | IN_ALL,
        "none": {"caller": ADMINISTRATOR, "messages": []} | IN_ALL,
        "found": {"caller": RECIPIENT, "messages": [READ]} | FOUND,
        "not_found": {"caller": RECIPIENT, "messages": []} | FOUND | {"next_url": "", "previous_url": ""},
        "so_far": {"caller": RECIPIENT, "messages": []} | FOUND,
        "behind_the_last": {"caller": RECIPIENT, "messages": []} | IN_ALL | {"first_url": "/messages"},
    },
    "message": {
        "one": {"caller": RECIPIENT, "message": MESSAGE, "can_reply": False, "replied_at": None},
        "addresses": {"caller": RECIPIENT, "message": WITH_ADDRESSES, "can_reply": True, "replied_at": None},
        "replied": {
            "caller": RECIPIENT,
            "message": MESSAGE,
            "can_reply": True,
            "replied_at": AT,
            "notice": "replied",
        },
    },
    "message_reply": {
        "empty": REPLY,
        "refused": REPLY | {"errors": {"body": "Enter a message."}},
        "typed": REPLY | {"typed": "x" * 20, "errors": {"body": "This is too long."}},
        "unsent": REPLY | {"typed": "Dear Ann,\n\nHi", "unsent": True},
    },
    "help": {
        "supported": HELP,
        "too_old": HELP | {"supported": False, "kept": {"events": 730, "attempts": 90, "read_messages": 30}},
        "unknown": HELP | {"supported": None, "caller": RECIPIENT},
    },
    "refusal": {
        "not_found": REFUSAL | {"status": 404, "at": AT, "caller": RECIPIENT},
        "forbidden": REFUSAL
        | {"status": 403, "title": "Not permitted", "detail": "Your account may not do this."},
        "throttled": REFUSAL
        | {"status": 429, "title": "Too many requests", "detail": "Please wait.", "retry_after": 60},
        "unavailable": REFUSAL
        | {"status": 503, "title": "Not available", "detail": "Nothing was changed.", "retry_after": 5},
    },
}
SAMPLES.update(ADMIN_SAMPLES)
STATES = [(page, state) for page, states in SAMPLES.items() for state in states]


class Seen(HTMLParser):
    """A page taken apart: every element with its attributes, and the text of some."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def inputs(self) -> list[dict[str, str | None]]:
        """Every field a person fills in."""
        return [one for one in self.all("input", "textarea", "select") if one.get("type") != "hidden"]


def sample(page: str, state: str, **more: object) -> Rendered:
    return render(page, {"support_contact": "help@portal.test"} | SAMPLES[page][state] | more)
