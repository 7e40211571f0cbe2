"""Notices: the mails that tell the owner what was done to the account (ML-01).

None has a limit: whoever changes a credential cannot use up the notice of it.
"""

from urllib.parse import quote

from chalicelib.domain.accounts import FEW_CODES, Kind
from chalicelib.domain.events import EventKind
from chalicelib.domain.sessions import Next
from chalicelib.mail.outgoing import Outgoing, Values, Withheld

CHANGES = {
    EventKind.TWO_STEP_ENROLLED: "on",
    EventKind.TWO_STEP_MOVED: "moved",
    EventKind.TWO_STEP_REMOVED: "off",
    EventKind.RECOVERY_CODES_RENEWED: "codes",
    EventKind.TWO_STEP_RESET: "reset",
    EventKind.TWO_STEP_STOPPED: "stopped",
}

SET_UP = frozenset({"on", "moved"})  # a key that nobody has used yet, which the notice undoes (TF-12)


def password_was_reset(mail: Outgoing) -> Values:
    """A new password, whatever the way."""
    return {"not_me_url": mail.not_me_url()}


def password_set(mail: Outgoing) -> Values:
    """The first own password. Where a second step must be set up in the same logon, one mail for both (ML-09).

    Attack: a thief of the invitation sets both up; the second moves the epoch, and the link of the only mail is dead.
    Defence: that link has a name that both events know, and the second renews it for its own epoch and factor.
    """
    told = mail.event.told
    follows = told["next"] == Next.ENROL_TWO_STEP
    if follows and told["logon"]:
        mail = mail.of_first_sitting(told["logon"])
    return {"not_me_url": mail.not_me_url(), "two_step_follows": follows}


def two_step_changed(mail: Outgoing) -> Values:
    """2-step was turned on, turned off, moved, reset by an administrator, given new recovery codes, or stopped."""
    change = CHANGES[mail.event.kind]
    enrolled_at = mail.event.at if change in SET_UP else None
    logon = mail.event.told["logon"]
    if enrolled_at and logon and mail.of_first_sitting(logon).renews_not_me(enrolled_at=enrolled_at):
        raise Withheld("told_with_the_first_password")
    return {"not_me_url": mail.not_me_url(enrolled_at=enrolled_at), "change": change}


def recovery_code_used(mail: Outgoing) -> Values:
    """A recovery code was spent, to log on or to confirm something."""
    logged_on = mail.event.kind is EventKind.RECOVERY_CODE_USED
    codes_left = len(mail.account.two_step.recovery)
    return {
        "not_me_url": mail.not_me_url(),
        "codes_left": codes_left,
        "few": codes_left <= FEW_CODES,
        "logged_on": logged_on,
    }


def account_frozen(mail: Outgoing) -> Values:
    """Somebody pressed "This was not me"; where that was about a second step, what became of it."""
    return {"forgot_url": mail.url("/password/forgot"), "two_step": mail.event.told["two_step"] or ""}


def account_contained(mail: Outgoing) -> Values:
    """An administrator contained the account."""
    return {"measures": mail.event.told["measures"] or []}


def kind_changed(mail: Outgoing) -> Values:
    """An administrator changed what the account may do."""
    if not mail.account.open:
        raise Withheld(f"account_{mail.account.status}")
    if mail.account.new:
        raise Withheld("invited_again")
    kind, limited = mail.account.kind.value, mail.account.limited
    return {"kind": kind, "limited": limited, "logon_url": mail.url("/logon")}


def administrator_changed(mail: Outgoing) -> Values:
    """Something was done to another administrator's account (AD-09). It has no acting link: one acts in the console."""
    if not mail.account.open or mail.account.kind is not Kind.ADMINISTRATOR:
        raise Withheld("no_administrator_any_more")
    told, actor = mail.event.told, mail.event.actor or ""
    whose = told["whose"] or ""
    return {
        "change": told["about"],
        "whose": whose,
        "actor": actor if "@" in actor and actor != whose else "",
        "by": told["actor_kind"] or "administrator",
        "user_url": mail.url(f"/admin/users/{quote(whose, safe='@')}"),
    }
