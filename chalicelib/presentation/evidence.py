"""What somebody outside wrote, for the staff to see and nobody else: always quoted, never as words of ours (WB-14)."""

MOST = 120  # characters


def evidence(text: str) -> str:
    """One line of what can be seen of it, cut.

    Attack: a line break, an override of the writing direction or a very long text makes the quotation look as if it had
    ended. Defence: none of them is left; the template adds the marks and isolates the direction.
    """
    seen = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return seen if len(seen) <= MOST else seen[: MOST - 1] + "\u2026"
