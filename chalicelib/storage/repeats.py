"""A form's act is done once: its mark is a row of the throttles, written in the act's own transaction (WB-20)."""

from typing import TYPE_CHECKING, Any

from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.storage.tables import ThrottleRow
from chalicelib.storage.transaction import Transaction

if TYPE_CHECKING:
    from chalicelib.domain.repeats import Once


def once_in(transaction: Transaction, once: "Once") -> None:
    """Let a form's act be done once, until its repeat is another act, as part of the act's own transaction (WB-20).

    Of two at the same moment one loses on this row, and `committed` says so. It tells what was done, and no more:
    the mark is a digest of what only the browser has.
    """
    row, now = ThrottleRow, int(once.at)
    noted = [row.done.set(once.done), row.expires_at.set(int(once.until))]
    first = row.expires_at.does_not_exist() | (row.expires_at <= now)
    transaction.update("once", row(once.mark), noted, first, shown=True)


def committed(transaction: Transaction) -> dict[str, dict[str, Any] | None]:
    """Write all, as `commit` does; raises OVERTAKEN with what was `done` for the repeat of a form.

    Whatever else failed with it: what the first has changed is no reason to tell its repeat that somebody was quicker.
    """
    failed = transaction.commit()
    if "once" in failed:
        done = (failed["once"] or {}).get(ThrottleRow.done.attr_name, {}).get("S", "")
        raise Refusal(Code.CONFLICT, "sent_twice", hint=Hint.OVERTAKEN, facts={"done": done})
    return failed
