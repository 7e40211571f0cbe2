"""A form that met the password prompt, or the end of its session: where it was going and what stood in it, in a cookie.

Attack: somebody leaves a form that contains nobody, and walks away believing that it did; or another person's form is
waiting when one confirms a password of one's own. Defence: whoever confirms reads that it is not done yet and presses
again; the cookie names its account, opens nothing, and holds no secret.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode

from chalicelib.presentation.languages import marked
from chalicelib.web.cookies import (
    clear_unfinished,
    read_cookie,
    session_name,
    set_unfinished,
    unfinished_name,
)
from chalicelib.web.paths import filled, page_of
from chalicelib.web.request import Request

MOST = 3500  # characters; a browser drops a cookie of more than 4096
MOST_FIELDS = 20
# What each form does that may be kept, in the words of its button.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "/account/sessions/revoke": marked("End sessions"),
        "/account/erasure": marked("Have your account erased"),
        "/account/two-step": marked("Turn on 2-step authentication"),
        "/account/two-step/confirm": marked("Turn on 2-step authentication"),
        "/admin/users": marked("Invite a user"),
        "/admin/users/import": marked("Invite several people"),
        "/admin/users/{email}/invite": marked("Invite again"),
        "/admin/users/{email}/withdraw": marked("Withdraw the invitation"),
        "/admin/users/{email}/kind": marked("Change the kind"),
        "/admin/users/{email}/password": marked("Set a password"),
        "/admin/users/{email}/force-change": marked("Force change at logon"),
        "/admin/users/{email}/disable": marked("Disable the account"),
        "/admin/users/{email}/enable": marked("Enable the account"),
        "/admin/users/{email}/unlock": marked("Unlock"),
        "/admin/users/{email}/two-step": marked("Change whether 2-step is required"),
        "/admin/users/{email}/two-step/reset": marked("Reset 2-step"),
        "/admin/users/{email}/ip-ranges": marked("Save ranges"),
        "/admin/users/{email}/sessions/revoke": marked("Revoke sessions"),
        "/admin/users/{email}/contain": marked("Contain the account"),
        "/admin/users/{email}/deliverable": marked("Allow mail again"),
        "/admin/users/{email}/erase": marked("Erase the account"),
        "/admin/users/{email}/address": marked("Change the address"),
        "/admin/domains": marked("Add domain"),
        "/admin/domains/{domain}/ip-ranges": marked("Save ranges"),
        "/admin/domains/{domain}/brand": marked("Save brand"),
        "/admin/ip-ranges": marked("Save ranges"),
        "/admin/services": marked("Make a service"),
        "/admin/services/{id}/rotate": marked("New key for a service"),
        "/admin/services/{id}/revoke": marked("Revoke a service"),
        "/admin/messages": marked("Send a secure message"),
        "/messages/{id}/reply": marked("Send reply"),
        "/account/preferences": marked("Language and time zone"),
    }
)
# The text of a secure message lies in clear nowhere, so not in a browser's cookie either.
_PRIVATE = frozenset({"/admin/messages", "/messages/{id}/reply"})
_UNSENT = r"[a-z2-7]{16}"  # a session's handle, under which the text of a message is kept sealed (ADR 30)
_LONE = r"(form=[0-9a-f]*)?"  # a button, which may send the name of its form along
_SECRET = ("password", "code", "token")
# As `filled` writes a path, the slash of an address too, which no `next` may hold: only a form of ours goes there.
_PATH = r"(/(?!\.+(/|$))([A-Za-z0-9_.@~-]|%[2-7][0-9A-F])+)+"


class Unfinished(NamedTuple):
    """Where a form goes, and its fields as they were sent; none where it held a secret, or more than a cookie can.

    `unsent`: under which name its page has kept them, where they are not for a cookie.
    """

    path: str
    fields: tuple[tuple[str, str], ...] = ()
    whole: bool = True
    unsent: str = ""


def remembered(request: Request) -> tuple[str, ...]:
    """The cookie for the form of this refused post; none for a program, which knows what it sent.

    Nor for a lone button, on whose page its owner is again after confirming; what waited before it waits no more.

    Attack: somebody leaves a form at the prompt, minutes later confirms for another button, and is told that what they
    were about to do is the form they gave up. Defence: the newest alone waits, and none where nothing is kept (WB-15).
    """
    owner = _owner(request)
    if request.wants_json or owner is None or request.resource not in LABELS:
        return ()
    if re.fullmatch(_LONE, request.posted) and page_of(request.resource) == request.resource:
        return forgotten(request)
    kept = None if request.resource in _PRIVATE else _kept(request.posted)
    value = f"{owner}:{filled(request.resource, request.params)}" + ("" if kept is None else f"?{kept}")
    return (set_unfinished(value, secure=request.settings.secure),)


def _kept(posted: str) -> str | None:
    """A form's fields for the cookie; None where they hold a secret or are too many for it."""
    try:
        pairs = parse_qsl(posted, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    if any(value and any(one in name for one in _SECRET) for name, value in pairs):
        return None
    fields = urlencode(pairs)
    return fields if len(fields) <= MOST else None


def _owner(request: Request) -> str | None:
    """Whose form it is: the caller's, or of whom the session was that is over. It only says who may see it again."""
    if request.caller is not None:
        return request.caller.account_id
    session = read_cookie(request.cookies, session_name(request.settings.secure)) or ""
    return session.partition(".")[0] or None


def waiting(request: Request) -> Unfinished | None:
    """The form that waits for whoever asks, if one does."""
    value = read_cookie(request.cookies, unfinished_name(request.settings.secure)) or ""
    owner, _, rest = value.partition(":")
    path, found, fields = rest.partition("?")
    path, _, unsent = path.partition("#")
    if owner != request.known.account_id or re.fullmatch(_PATH, path) is None:
        return None
    if unsent:
        return Unfinished(path, unsent=unsent) if re.fullmatch(_UNSENT, unsent) else None
    return Unfinished(path, tuple(parse_qsl(fields, keep_blank_values=True)), bool(found))


def named(owner: str, path: str, unsent: str, seconds: int, *, secure: bool) -> str:
    """The cookie for what a page has kept sealed: whose it is, where it goes, under which name it is found again."""
    return set_unfinished(f"{owner}:{path}#{unsent}", secure=secure, seconds=seconds)


def forgotten(request: Request) -> tuple[str, ...]:
    """The cookie that takes it away."""
    return (clear_unfinished(secure=request.settings.secure),)


def seen(request: Request) -> tuple[str, ...]:
    """The same for what was shown, once; what its own page has kept waits until it is sent, or given up there."""
    form = waiting(request)
    return () if form and form.unsent else forgotten(request)


def shown(request: Request) -> dict[str, object] | None:
    """What the page its owner is back on shows of it, above everything else."""
    form = waiting(request)
    if form is None or (form.unsent and form.path == filled(request.resource, request.params)):
        return None
    resource = next((one for one in LABELS if _is(one, form.path)), None)
    return {
        "action": form.path,
        "fields": form.fields,
        "label": request.say(LABELS[resource]) if resource else "",
        "whom": _whom(form.path),
        "whole": form.whole and resource is not None,
        "elsewhere": bool(form.unsent),
    }


def _whom(path: str) -> str:
    """The address, the domain or the beginning of a service's keys that a path is about."""
    service = re.fullmatch(r"/admin/services/([a-z2-7]{16})/\w+", path)
    parts = (part for part in map(unquote, path.split("/")) if "@" in part or "." in part)
    return f"smp_{service[1]}" if service else next(parts, "")


def _is(resource: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", resource), path) is not None
