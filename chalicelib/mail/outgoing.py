"""An outgoing mail: what it is about, what it carries, and its words, from the three templates of its name.

It may not choose which mail is due, and it sends nothing.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import InvalidAddress, canonical_address
from chalicelib.domain.brand import OURS, Brand
from chalicelib.domain.colours import shades
from chalicelib.domain.events import Event
from chalicelib.domain.limits import Limit
from chalicelib.domain.mails import Mail
from chalicelib.domain.resets import SUPERSEDED, Purpose, Reset, link_key, temporary_key
from chalicelib.domain.temporary import make_temporary, parse_temporary
from chalicelib.domain.tokens import Token, derive_token, digest
from chalicelib.portal import Portal
from chalicelib.presentation.browsers import read_browser
from chalicelib.presentation.engine import html_engine, text_engine
from chalicelib.presentation.languages import LANGUAGES, SOURCE, direction, translation
from chalicelib.services.ses import RenderedMail, header_value

Values = dict[str, object]  # what the templates of one mail are filled in with

NOT_ME_SECONDS = 7 * 86400


class Withheld(Exception):
    """A mail that is due and is not sent, for this reason; an answer, not a failure."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outgoing(NamedTuple):
    """A mail that is due: its name, its event, whose it is, and what it is written with.

    The secrets it carries are derived from its event, with the key that its claim names: a mail sent twice carries the
    same ones, whichever key has become the current one in between. Only digests and hashes of them are stored. `now` is
    the moment it is written.
    """

    name: Mail
    event: Event
    account: Account
    brand: Brand
    portal: Portal
    now: float
    key_id: str | None = None  # None for the current one

    def url(self, path: str) -> str:
        """Where a link of the mail leads: to the portal as its settings name it, whatever a request said (RS-05)."""
        return f"{self.portal.settings.portal_url}{path}"

    def link(self, purpose: Purpose, lifetime: int) -> tuple[Token, Reset]:
        """A link's token and its row; valid from the event on, not from when the mail got out."""
        token = derive_token(self._key(), self.event.id, purpose.value)
        return token, self._row(link_key(purpose, digest(token)), purpose, lifetime)

    def temporary(self, lifetime: int) -> tuple[str, Reset]:
        """A temporary password and its row (TP-01)."""
        text = make_temporary(hmac.digest(self._key(), f"temporary:{self.event.id}".encode(), "sha512"))
        parsed = parse_temporary(text)
        if parsed is None:  # never: it was made in that form
            raise ValueError("temporary")
        row = self._row(temporary_key(self.account.id, parsed.name), Purpose.TEMPORARY, lifetime)
        return text, row._replace(password_hash=self.portal.hasher.hash(text))

    def not_me_url(self, *limits: Limit, enrolled_at: float | None = None) -> str:
        """The URL that freezes. It carries today's epoch: once the account has moved on, the notice is history.

        With `enrolled_at`, it is about the second step that was set up then, and undoes it while that is young (TF-12).
        """
        token, row = self.link(Purpose.NOT_ME, NOT_ME_SECONDS)
        try:
            self.issue([row._replace(enrolled_at=enrolled_at)], limits)
        except Withheld as withheld:
            if withheld.reason != SUPERSEDED:
                raise  # what happened is told all the same, though its link was stored long ago and is history
        return self.url(f"/not-me/{token}")

    def of_first_sitting(self, logon: str) -> "Outgoing":
        """The same mail, with the secrets of the logon in which a first password is chosen: one link for all of it."""
        return self._replace(event=self.event._replace(id=f"{self.account.id}~{logon}"))

    def renews_not_me(self, *, enrolled_at: float) -> bool:
        """Whether a mail that is out, or will be, carries this link; from now on it undoes that second step as well."""
        _, row = self.link(Purpose.NOT_ME, NOT_ME_SECONDS)
        return self.portal.store.outbox.renew(row._replace(enrolled_at=enrolled_at), self.account.epoch)

    def issue(
        self, rows: Sequence[Reset], limits: Sequence[Limit] = (), budget_at: float | None = None
    ) -> None:
        """Store what the mail carries. Withheld where the account has moved on or a limit is reached.

        Only what strangers can cause counts against the budget of all mails: an administrator's mail and a notice
        never wait for their flood (ML-06).
        """
        outbox, asked_at = self.portal.store.outbox, self.event.at
        why_not = outbox.issue(rows, self.account.epoch, asked_at, limits, budget_at)
        if why_not is not None:
            raise Withheld(why_not)

    def _key(self) -> bytes:
        return self.portal.keyring("mailed").key(self.key_id)

    def _row(self, key: str, purpose: Purpose, lifetime: int) -> Reset:
        account = self.account
        return Reset(
            key, account.id, purpose, account.epoch, self.event.at + lifetime, address=account.address
        )


def named(sender: str | None) -> str:
    """Whoever is said to have written or invited; "" for what is no address in its one spelling.

    Attack: the sender's place holds a sentence, which a mail of ours would say (WB-14). Defence: an address, or nobody.
    """
    try:
        return sender if sender and canonical_address(sender) == sender else ""
    except InvalidAddress:
        return ""


def words_of(mail: Outgoing, values: Values) -> RenderedMail:
    """The mail in its words, in the reader's language and time.

    The reader's browser says which; an administrator's, by which the event came about, says nothing about the reader.
    """
    event, account = mail.event, mail.account
    own = event.actor is None or event.actor == account.address
    asked = (account.language, event.language if own else None)
    lang = next((one for one in asked if one and one in LANGUAGES), mail.portal.settings.language)
    facts: Values = {
        "lang": lang,
        "zone": account.time_zone or (event.zone or "" if own else ""),
        "address": account.address,
        "at": event.at,
        "by": event.told["actor_kind"] or "yourself",
        "source_address": event.source or "",
        "browser": read_browser(event.user_agent).described(translation(lang)) if event.user_agent else "",
    }
    return render_mail(mail.name, facts | values, mail.brand)


def facade(brand: Brand) -> Values:
    """What a mail shows of whom it comes from."""
    made, logo = shades(brand.colour), brand.in_mail.logo
    return {
        "portal_name": brand.name,
        "support_contact": brand.support_contact,
        "logo_size": logo.fitted(240, 40) if logo else None,
        "plate": made.plate,
        "ink": made.ink,
        "dark": made.dark,
    }


# What every template may use without being given it. A fact that is not known is said to be so.
COMMON: Mapping[str, object] = {
    "lang": SOURCE,
    "zone": "",
    "source_address": "",
    "browser": "",
}


def render_mail(name: str, values: Mapping[str, object], brand: Brand = OURS) -> RenderedMail:
    """Fill in the three templates `mail/<name>`. A value that is missing is an error, not an empty place."""
    every = {**COMMON, **facade(brand), **values}
    lang = str(every["lang"])
    every["direction"] = direction(lang)
    text, html = text_engine(lang), html_engine(lang)
    return RenderedMail(
        subject=header_value(text.get_template(f"mail/{name}.subject.txt").render(every)),
        text=text.get_template(f"mail/{name}.txt").render(every).strip() + "\n",
        html=html.get_template(f"mail/{name}.html").render(every),
        sender_name=brand.name,
        logo=brand.in_mail.logo,
    )
