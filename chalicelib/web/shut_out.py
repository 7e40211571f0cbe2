"""What somebody outside the permitted IP ranges is told, in their language, as values of the authorizer's context.

API Gateway's own page shows them (`ACCESS_DENIED` in `infra/gateway_responses.yaml`): no step has seen the request. It
puts the values in as they are, so they are escaped here, and none is anybody's but ours.
"""

from datetime import UTC, datetime
from html import escape
from types import MappingProxyType

from chalicelib.domain.refusals import Code
from chalicelib.presentation.languages import marked, translation
from chalicelib.web.sentences import SENTENCES

ACCOUNT = marked(
    "Your account can be used from certain networks only, and you are on another one. Nothing was changed."
)
WHAT = MappingProxyType(
    {
        "account_ranges": ACCOUNT,
        "domain_ranges": ACCOUNT,
        "admin_ranges": marked(
            "The console can be used from certain networks only, and you are on another one. Nothing was changed."
        ),
    }
)
PORTAL = marked(
    "The portal can be used from certain networks only, and you are on another one. Nothing was changed."
)


def told(rule: str, language: str, reference: str, at: float, *, logged_on: bool) -> dict[str, str]:
    """The words of the page, each for its place; `rule` is which ranges were not met."""
    say = translation(language)
    words = {
        "title": say(SENTENCES[Code.ADDRESS_NOT_PERMITTED].title),
        "what": say(WHAT.get(rule, PORTAL)),
        "advice": say(
            marked(
                "Try again from the network you usually use, for example the one at work. Or ask support, and pass on"
                " the details below."
            )
        ),
        "help": say(marked("Help with logging on")),
        "log_off_label": say(marked("Log off")),
        "own_label": say(marked("Your account")),
        "address_label": say(marked("Your network address")),
        "reference_label": say(marked("Reference")),
        "time_label": say(marked("Date and time")),
        "support_label": say(marked("Support contact")),
    }
    return {
        **{name: _as_markup(text) for name, text in words.items()},
        "code": Code.ADDRESS_NOT_PERMITTED.value,
        "reference": reference,
        "lang": language,
        "time": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC",
        "log_off": "" if logged_on else "hidden",
        # Only the console is shut: what is their own is open to them.
        "own": "" if logged_on and rule == "admin_ranges" else "hidden",
    }


def _as_markup(text: str) -> str:
    """ASCII alone: how API Gateway would encode anything else is written nowhere."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")
