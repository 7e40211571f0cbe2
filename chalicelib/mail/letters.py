"""One function a mail: its words, from what it must carry. Each has three templates of its name."""

from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.domain.accounts import Account
from chalicelib.domain.brand import Brand
from chalicelib.domain.events import Event
from chalicelib.domain.rendered_mail import RenderedMail
from chalicelib.mail.render import render_mail
from chalicelib.presentation.browsers import read_browser
from chalicelib.presentation.languages import LANGUAGES, SOURCE, translation


@dataclass(frozen=True, slots=True)
class Sender:
    """What every mail says of the portal, and as whom."""

    portal_url: str
    brand: Brand
    language: str = SOURCE


class WayIn(NamedTuple):
    """A single-use link and, in most mails, a temporary password, with their lifetime in seconds."""

    link: str
    lifetime: int
    temporary: str = ""


def invitation(sender: Sender, event: Event, account: Account, way: WayIn) -> RenderedMail:
    """A first-time user's temporary password."""
    return _letter("invitation", sender, event, account, kind=account.kind.value, **_way(sender, way))


def message_waiting(sender: Sender, event: Event, account: Account) -> RenderedMail:
    """A message waits; neither its subject nor its body is said."""
    url = f"{sender.portal_url}/messages/{event.told['message']}"
    values = {"sender": event.told["from"], "expires_at": event.told["expires_at"]}
    return _letter("message_waiting", sender, event, account, message_url=url, **values)


def password_reset(sender: Sender, event: Event, account: Account, way: WayIn) -> RenderedMail:
    """The way back in that was asked for."""
    return _letter("password_reset", sender, event, account, **_way(sender, way))


def password_reset_fresh(sender: Sender, event: Event, account: Account, way: WayIn) -> RenderedMail:
    """A fresh temporary password for an expired one that was typed."""
    return _letter("password_reset_fresh", sender, event, account, **_way(sender, way))


def account_locked(sender: Sender, event: Event, account: Account, way: WayIn) -> RenderedMail:
    """Too many wrong passwords, and the way back in."""
    return _letter("account_locked", sender, event, account, **_way(sender, way))


def password_was_reset(sender: Sender, event: Event, account: Account, not_me: str) -> RenderedMail:
    """The notice of every new password."""
    return _letter("password_was_reset", sender, event, account, not_me_url=not_me)


def account_frozen(sender: Sender, event: Event, account: Account) -> RenderedMail:
    """The owner pressed "this was not me"."""
    return _letter(
        "account_frozen", sender, event, account, forgot_url=f"{sender.portal_url}/password/forgot"
    )


def two_step_changed(
    sender: Sender, event: Event, account: Account, not_me: str, change: str
) -> RenderedMail:
    """2-step was turned on or off."""
    return _letter("two_step_changed", sender, event, account, not_me_url=not_me, change=change)


def recovery_code_used(sender: Sender, event: Event, account: Account, not_me: str) -> RenderedMail:
    """A recovery code was spent."""
    left = len(account.two_step.recovery)
    return _letter("recovery_code_used", sender, event, account, not_me_url=not_me, codes_left=left)


def suspicious_logon(
    sender: Sender, event: Event, account: Account, not_me: str, reason: str
) -> RenderedMail:
    """A logon its owner should look at."""
    return _letter("suspicious_logon", sender, event, account, not_me_url=not_me, reason=reason)


def new_client_logon(sender: Sender, event: Event, account: Account, not_me: str) -> RenderedMail:
    """The first logon from a browser not seen before."""
    return _letter("new_client_logon", sender, event, account, not_me_url=not_me)


def account_contained(sender: Sender, event: Event, account: Account) -> RenderedMail:
    """An administrator contained the account."""
    return _letter("account_contained", sender, event, account, measures=event.told["measures"] or [])


def _letter(name: str, sender: Sender, event: Event, account: Account, /, **values: object) -> RenderedMail:
    lang = _language(sender, event, account)
    agent, say = event.user_agent, translation(lang)
    shown = {
        "lang": lang,
        "zone": account.time_zone or (event.zone or "" if _own(event, account) else ""),
        "address": account.address,
        "at": event.at,
        "by": event.told["actor_kind"] or "yourself",
        "source_address": event.source or "",
        "browser": read_browser(agent).described(say) if agent else "",
    }
    return render_mail(name, shown | values, sender.brand)


def _language(sender: Sender, event: Event, account: Account) -> str:
    """What the owner chose, else that of the browser the owner sat at, else the portal's: an administrator's browser
    says nothing about the reader.
    """
    asked = event.language if _own(event, account) else None
    return next((one for one in (account.language, asked) if one and one in LANGUAGES), sender.language)


def _own(event: Event, account: Account) -> bool:
    return event.actor is None or event.actor == account.address


def _way(sender: Sender, way: WayIn) -> dict[str, object]:
    return {
        "reset_url": f"{sender.portal_url}/password/reset/{way.link}",
        "logon_url": f"{sender.portal_url}/logon",
        "temporary_password": way.temporary,
        "lifetime": way.lifetime,
    }
