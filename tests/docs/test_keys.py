"""docs/security.md shows which function reads which key: what each step asks for, no more and no less."""

from __future__ import annotations

from chalicelib.domain.keys import USES
from tests.docs.coverage import SECURITY
from tests.docs.tables import rows
from tests.structure.code import NEEDS


def table() -> list[list[str]]:
    """What the steps say."""
    marks = {step: [("reads" if use in needs.keys else "") for use in USES] for step, needs in NEEDS.items()}
    return [[f"`{step}`", *row] for step, row in marks.items() if any(row)]


def test_lo_06_which_function_reads_which_key_is_shown() -> None:
    written = [f"| {' | '.join(row)} |" for row in table()]
    assert rows(SECURITY, "function") == table(), "it should be:\n" + "\n".join(written)


def test_columns_are_the_uses() -> None:
    assert f"| function | {' | '.join(USES)} |" in SECURITY.read_text(encoding="utf-8").splitlines()


def test_every_use_is_read_by_somebody_and_explained() -> None:
    section = (
        SECURITY.read_text(encoding="utf-8").partition("## Keys, and who reads them")[2].partition("\n|")[0]
    )
    assert [use for use in USES if f"`{use}`" not in section] == []
    assert {use for needs in NEEDS.values() for use in needs.keys} == set(USES)
