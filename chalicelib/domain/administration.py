"""What an administrator can do to an account: each measure is the account as it shall be, and what to record.

Storing the difference in one conditional transaction is `storage/administration.py`. Every measure that touches a
credential or the status moves the epoch, so that everything opened or issued before is void with it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.accounts import Account, Status, TwoStep, next_epoch
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Hint, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details
    from chalicelib.domain.repeats import Once


Domains = tuple[str, ...] | None  # None: every one


class Actor(NamedTuple):
    """Who acts, as of the session it is done in. The write tests that this still holds (SE-10).

    `once`: a browser's form, whose repeat writes nothing but is told what the first has done (WB-20). `first`: another
    administrator, who asked for the same, where the act wants two.
    """

    account_id: AccountId
    epoch: int
    once: "Once | None" = None
    first: "Actor | None" = None


class Measure(NamedTuple):
    """The account as it shall be, and the events that tell of it (each makes its own mail due).

    `limits`: where it changes, the domains that it was limited to and those that it shall be; None for every one.
    """

    new: Account
    events: tuple[EventKind, ...]
    limits: tuple[Domains, Domains] | None = None


def refuse_former(account: Account) -> None:
    """Nothing is done to a former address, or another name: what is meant is the account, which has another one."""
    if account.alias_of is not None:
        raise Refusal(Code.CONFLICT, "former_address", hint=Hint.FORMER_ADDRESS)


def set_password(account: Account, password_hash: str, at: float, *, force_change: bool) -> Measure:
    """A password chosen by the administrator. A frozen account is opened by it; a disabled one stays disabled."""
    new = (
        _moved(account, at)
        .forgiven()
        ._replace(
            password_hash=password_hash,
            password_changed_at=at,
            must_change_password=force_change,
            status=_thawed(account),
        )
    )
    return Measure(new, (EventKind.PASSWORD_RESET,))


def issue_password(account: Account, at: float) -> Measure:
    """A password that is made and mailed: the old one is void now, the temporary one comes with the event's mail."""
    new = (
        _moved(account, at)
        .forgiven()
        ._replace(
            password_hash=None,
            must_change_password=False,
            status=_thawed(account),
        )
    )
    return Measure(new, (EventKind.PASSWORD_RESET, EventKind.PASSWORD_ISSUED))


def force_change(account: Account, at: float) -> Measure:
    """The next logon must choose a new password; sessions that are open end now."""
    return Measure(_moved(account, at)._replace(must_change_password=True), (EventKind.CHANGE_FORCED,))


def revoke_sessions(account: Account, at: float) -> Measure:
    """Every session, half-done logon and outstanding link is void."""
    return Measure(_moved(account, at), (EventKind.SESSIONS_REVOKED,))


def disable(account: Account, actor: Actor, at: float) -> Measure:
    """No logon until it is enabled again. Nobody disables themselves, so an administrator always remains (AD-07)."""
    _not_oneself(account, actor)
    if account.status is Status.DISABLED:
        return Measure(account, ())
    return Measure(_moved(account, at)._replace(status=Status.DISABLED), (EventKind.ACCOUNT_DISABLED,))


def erase(account: Account, actor: Actor, at: float) -> Measure:
    """Closed at once and for good; what there is of it goes within minutes (ADR 53). Nobody erases themselves."""
    _not_oneself(account, actor)
    if account.status is Status.ERASED:
        return Measure(account, ())
    new = _moved(account, at)._replace(status=Status.ERASED, password_hash=None, must_change_password=False)
    return Measure(new, (EventKind.ACCOUNT_ERASED,))


def enable(account: Account, at: float) -> Measure:
    """Logon is possible again; what was void stays void (AD-04)."""
    if account.status is Status.ACTIVE:
        return Measure(account, ())
    new = _moved(account, at).forgiven()._replace(status=Status.ACTIVE)
    return Measure(new, (EventKind.ACCOUNT_ENABLED,))


def unlock(account: Account) -> Measure:
    """Forget the failures, of passwords and of codes."""
    two_step = account.two_step.forgiven()
    new = account.forgiven()._replace(attempted_at=0, known_attempted_at=0, two_step=two_step)
    return Measure(new, (EventKind.ACCOUNT_UNLOCKED,))


def require_two_step(account: Account, *, required: bool) -> Measure:
    """Asked for at the very next request: a session without a second step may then only enrol (TF-07)."""
    if account.two_step_required == required:
        return Measure(account, ())
    return Measure(account._replace(two_step_required=required), (EventKind.TWO_STEP_REQUIRED,))


def reset_two_step(account: Account, at: float) -> Measure:
    """A lost authenticator: seed and recovery codes are gone, the next logon enrols again (TF-09)."""
    new = _moved(account, at)._replace(
        two_step=TwoStep(last_step=account.two_step.last_step), two_step_required=True
    )
    return Measure(new, (EventKind.TWO_STEP_RESET,))


def restrict(account: Account, ranges: tuple[str, ...] | None) -> Measure:
    """The account's own permitted ranges; None lifts the restriction, () permits nobody."""
    if account.ranges == ranges:
        return Measure(account, ())
    return Measure(account._replace(ranges=ranges), (EventKind.RANGES_CHANGED,))


def lift_undeliverable(account: Account, at: float) -> Measure:
    """Mail may go to this address again; a bounce from before is old news."""
    if account.undeliverable is None:
        return Measure(account, ())
    return Measure(account._replace(undeliverable=None, delivery_lifted_at=at), (EventKind.ADDRESS_LIFTED,))


class Containment(NamedTuple):
    """What is asked of `contain`. `ranges` unset leaves them as they are."""

    disable: bool = False
    require_two_step: bool = False
    ranges: tuple[str, ...] | None = None
    sets_ranges: bool = False


def contain(account: Account, actor: Actor, asked: Containment, at: float) -> Measure:
    """All measures at once: the password is void, every session ends, and what was asked for besides.

    A compromised password must not open the page that changes it, so forcing a change means a temporary password by
    mail, not the old password once more.
    """
    _not_oneself(account, actor)
    new = _moved(account, at)._replace(password_hash=None, must_change_password=False)
    if asked.disable:
        new = new._replace(status=Status.DISABLED)
    if asked.require_two_step:
        new = new._replace(two_step_required=True)
    if asked.sets_ranges:
        new = new._replace(ranges=asked.ranges)
    issued = () if new.status is Status.DISABLED else (EventKind.PASSWORD_ISSUED,)
    return Measure(new, (EventKind.ACCOUNT_CONTAINED, *issued))


def record_of(account: Account) -> dict[str, object]:
    """An account's state as a before or an after in the trail: never a secret."""
    return {
        "status": account.status.value,
        "kind": account.kind.value,
        "password": "set" if account.password_hash else "none",
        "must_change_password": account.must_change_password,
        "two_step": account.two_step.active,
        "two_step_required": account.two_step_required,
        "ranges": None if account.ranges is None else list(account.ranges),
        "epoch": account.epoch,
    }


def difference(old: Account, new: Account, limits: tuple[Domains, Domains] | None = None) -> "Details":
    """`before` and `after`, of what differs only."""
    before, after = record_of(old), record_of(new)
    if limits:
        before["domains"], after["domains"] = (None if one is None else list(one) for one in limits)
    names = [name for name in before if before[name] != after[name]]
    return {"before": {name: before[name] for name in names}, "after": {name: after[name] for name in names}}


def done(old: Account, new: Account) -> list[str]:
    """The measures of a containment in words for its notice."""
    measures: Sequence[tuple[str, bool]] = (
        ("password", True),
        ("sessions", True),
        ("disabled", new.status is Status.DISABLED),
        ("force_change", new.status is not Status.DISABLED),
        ("two_step", new.two_step_required and not old.two_step_required),
        ("ranges", new.ranges != old.ranges),
    )
    return [name for name, applies in measures if applies]


def _moved(account: Account, at: float) -> Account:
    return account._replace(epoch=next_epoch(account.epoch, at))


def _thawed(account: Account) -> Status:
    return Status.ACTIVE if account.status is Status.FROZEN else account.status


def _not_oneself(account: Account, actor: Actor) -> None:
    if account.id == actor.account_id:
        raise Refusal(Code.OWN_ACCOUNT, "not_oneself")


def is_so(meant: Account, now: Account | None) -> bool:
    """Whether an account is what a measure makes of it, as far as another measure can undo it."""
    return now is not None and _set_by_measures(meant) == _set_by_measures(now)


def _set_by_measures(account: Account) -> tuple[object, ...]:
    return (
        account.kind,
        account.limited,
        account.status,
        account.must_change_password,
        account.two_step_required,
        account.two_step.active,
        account.ranges,
        account.undeliverable,
    )
