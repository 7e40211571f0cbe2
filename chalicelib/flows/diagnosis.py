"""What a refused person can be told from what they sent alone: never from the account, so it says nothing about one.

Attack: a hint that a known address gets and an unknown one does not. Defence: nothing here reads the store.
"""

import re
from urllib.parse import urlsplit

from chalicelib.domain.alphabet import UNMISTAKABLE
from chalicelib.domain.temporary import parse_temporary
from chalicelib.presentation.browsers import read_browser
from chalicelib.presentation.languages import marked
from chalicelib.web.request import Request

SPACES = marked(
    "Your password began or ended with a space, which counts. Did it come along when you copied it?"
)
TEMPORARY = marked(
    "What you entered is a temporary password. It works once and for a limited time: ask for a fresh one,"
    " or enter the password that you chose yourself."
)
INCOMPLETE = marked(
    "What you entered looks like part of a temporary password. A whole one has five groups of five characters."
)
HOST = marked(
    "You came here under another address than the portal's own. Please use the link in the message you received."
)
BROWSER = marked("Your browser may be too old for this portal. Please try one of the supported browsers.")

_PART = re.compile(f"(?:[{UNMISTAKABLE}]{{5}}-){{1,4}}[{UNMISTAKABLE}]{{0,5}}")


def diagnose(request: Request) -> list[str]:
    """Sentences for the page of a refused logon; often none. The host sent is compared and never repeated (RS-05)."""
    password = request.text("password")
    found = []
    if request.host and request.host.lower() not in {
        urlsplit(one).netloc for one in request.settings.same_origins
    }:
        found.append(HOST)
    if parse_temporary(password) is not None:
        found.append(TEMPORARY)
    elif _PART.fullmatch(password.strip().lower()):
        found.append(INCOMPLETE)
    elif password != password.strip():
        found.append(SPACES)
    if read_browser(request.user_agent).supported is False:
        found.append(BROWSER)
    return [request.say(sentence) for sentence in found]
