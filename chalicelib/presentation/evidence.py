"""What somebody outside wrote, for the staff to see and nobody else: always quoted, never as words of ours (WB-14)."""

from chalicelib.presentation.engine import one_line

MOST = 120  # characters


def evidence(text: str) -> str:
    """One line of what can be seen of it, cut.

    Attack: a line break, an override of the writing direction or a very long text makes the quotation look as if it had
    ended. Defence: none of them is left; the template adds the marks and isolates the direction.
    """
    seen = str(one_line(text))
    return seen if len(seen) <= MOST else seen[: MOST - 1] + "\u2026"
