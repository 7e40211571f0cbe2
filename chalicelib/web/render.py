"""A page: its template, its style sheet and script inlined, and the policy that allows just those.

One answer is the whole page: nothing is loaded after it, from us or from anybody else. It may not decide what
a person sees; the step does, by the context it hands in.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from chalicelib.domain.brand import OURS, Brand
from chalicelib.domain.colours import shades
from chalicelib.presentation.engine import html_engine
from chalicelib.presentation.languages import LANGUAGES, SOURCE, direction

STATIC = Path(__file__).resolve().parents[1] / "presentation" / "static"

# What a page runs, in this order. A page that is not named here has no script, and its policy allows none.
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "logon": ("reveal", "support", "zone", "carry", "busy"),
    "logon_code": ("busy",),
    "reauthenticate": ("reveal", "busy"),
    "password_forgot": ("busy",),
    "password_reset": ("reveal", "criteria", "busy"),
    "password_change": ("reveal", "criteria", "busy"),
    "link_unusable": ("busy",),
    "address_change": ("busy",),
    "not_me": ("busy",),
    "account": ("busy",),
    "account_activity": ("busy",),
    "account_preferences": ("busy",),
    "account_sessions": ("busy",),
    "account_two_step": ("reveal", "support", "busy"),
    "message": ("support", "busy"),
    "message_reply": ("busy",),
    "messages": ("busy",),
    "admin_brand": ("picture", "busy"),
    "admin_address": ("busy",),
    "admin_contain": ("busy",),
    "admin_erase": ("busy",),
    "admin_delivery": ("busy",),
    "admin_domains": ("busy",),
    "admin_invitation": ("busy",),
    "admin_invitations": ("file", "busy"),
    "admin_ip_ranges": ("busy",),
    "admin_kind": ("busy",),
    "admin_messages": ("busy",),
    "admin_password": ("reveal", "busy"),
    "admin_services": ("support", "busy"),
    "admin_sessions": ("busy",),
    "admin_status": ("busy",),
    "admin_two_step": ("busy",),
    "admin_user": ("reveal", "busy"),
    "admin_users": ("busy",),
    "help": ("support",),
    "refusal": ("support",),
}
# What the sheet of all pages has not: each weighs what it needs.
SHEETS: Mapping[str, tuple[str, ...]] = {
    "password_reset": ("criteria",),
    "password_change": ("criteria",),
    "account_sessions": ("list",),
    "account_activity": ("list",),
    "messages": ("list",),
    "account_two_step": ("two_step",),
    "admin_password": ("criteria",),
    "admin_overview": ("overview",),
    "admin_brand": ("letterhead",),
    "admin_attempts": ("lines",),
    "admin_events": ("lines",),
    "admin_invitations": ("lines",),
}
TALKING = frozenset({"criteria"})  # the scripts that ask the portal something after the page was loaded


def facade(brand: Brand) -> dict[str, object]:
    """What a page shows of the stage it belongs to."""
    return {
        "portal_name": brand.name,
        "colour": brand.colour,
        "logo": brand.logo.uri if brand.logo else "",
        "support_contact": brand.support_contact,
    }


# What every page may use without its step saying so. `caller` has `address`, `kind` and `next`.
COMMON: Mapping[str, object] = {
    "lang": SOURCE,
    "languages_spoken": LANGUAGES,
    "zone": "",
    "now": 0,
    **facade(OURS),
    "caller": None,
    "unfinished": None,
    "path_next": "",
    "referrer": "",
    "reference": "",
    "errors": {},
    "problem": "",
}


class Rendered(NamedTuple):
    """A whole page, and the Content-Security-Policy it must be sent with."""

    html: str
    csp: str


class Inlined(NamedTuple):
    """What goes into a page as it is, and the policy that names it by its hash."""

    style: Markup
    script: Markup
    csp: str


def render(page: str, context: Mapping[str, object]) -> Rendered:
    """Fill in `pages/<page>.html`. A name the context lacks is an error, not an empty place."""
    values = {**COMMON, **context}
    inlined = inline(page, str(values["colour"]))
    lang = str(values["lang"])
    template = html_engine(lang).get_template(f"pages/{page}.html")
    html = template.render(values, direction=direction(lang), style=inlined.style, script=inlined.script)
    return Rendered(html, inlined.csp)


@cache
def inline(page: str, colour: str) -> Inlined:
    """The style and script of a page, and their policy: a script that is not our own file does not run."""
    names = SCRIPTS.get(page, ())
    style = _read("portal.css") + (_read("console.css") if page.startswith("admin_") else "")
    style += "".join(_read(f"{name}.css") for name in SHEETS.get(page, ()))
    style += accents(colour)
    script = "".join(_read(f"{name}.js") for name in names)
    policy = _policy(style, script, talks=not TALKING.isdisjoint(names))
    return Inlined(Markup(style), Markup(script), policy)  # noqa: S704 - our own files, nobody's input


def accents(colour: str) -> str:
    """The one colour a stage chooses, over the sheet's own tokens, which are the same derived from ours."""
    if colour == OURS.colour:
        return ""
    made = shades(colour)
    light = f"--accent:{made.plate};--accent-deep:{made.plate_deep};--accent-ink:{made.ink}"
    dark = f"--accent:{made.dark};--accent-deep:{made.dark_deep};--accent-ink:{made.dark}"
    return (
        f"@media screen{{:root{{{light}}}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _policy(style: str, script: str, *, talks: bool) -> str:
    parts = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        *([f"script-src {_hash(script)}"] if script else []),
        *(["connect-src 'self'"] if talks else []),
        "img-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
    return "; ".join(parts)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _read(name: str) -> str:
    text = (STATIC / name).read_text(encoding="utf-8")
    # Comments, indentation and line breaks are for whoever writes a sheet or a script; every page would carry them.
    if name.endswith(".css"):
        bare = re.sub(r"/\*.*?\*/\s*|^ +", "", text, flags=re.DOTALL | re.MULTILINE)
        return re.sub(r"\s*([{};,])\s*|(?<=:)\s+", r"\1", bare).replace(";}", "}")
    return re.sub(r"^ *//.*\n|^ +", "", text, flags=re.MULTILINE)
