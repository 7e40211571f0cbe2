"""A form that shows what is saved: what it was filled in from goes with it, so that it is not saved over by mistake.

Attack: none is needed. A list is open in a second window since this morning, another administrator adds an office, and
saving the first window's shuts that office out without a word. Defence: it is shown again, beside what is saved now.
A program says what it means each time.
"""

import hashlib
import json

from chalicelib.domain.accounts import Account
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.flows.repeats import FORM, form_name
from chalicelib.web.request import Request

FORM_OF_BEFORE = "form_of_before"
_TAG_LENGTH = 12


def of_account(account: Account) -> object:
    """What of an account its page shows and a form of it could save over."""
    return account.status.value, account.ranges


def named_after(request: Request, shown: object) -> str:
    """A fresh name for the forms of a page, by which is told what they were filled in from."""
    return f"{form_name(request)}.{_tag_of(shown)}"


def named_as_before(request: Request) -> str:
    """The same for a page that answers such a form and saved nothing: it still shows what that one did."""
    tag = _tag_in(request)
    return f"{form_name(request)}.{tag}" if tag else form_name(request)


def not_saved_over(request: Request, saved: object, new: object) -> None:
    """Raise CONFLICT for a form that was filled in from something else than is saved; not for one whose press before
    this one has saved just that (WB-20).
    """
    tag = _tag_in(request)
    if tag and saved != new and tag != _tag_of(saved):
        raise Refusal(Code.CONFLICT, FORM_OF_BEFORE)


def _tag_of(shown: object) -> str:
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:_TAG_LENGTH]


def _tag_in(request: Request) -> str:
    return "" if request.wants_json else request.text(FORM).partition(".")[2][:_TAG_LENGTH]
