"""What a pasted list or a file has for addresses: nothing that was meant is left out in silence."""

from __future__ import annotations

import pytest

from chalicelib.domain.refusals import Refusal
from chalicelib.flows.several import addresses_in

ANN, BOB = "ann@people.test", "bob@people.test"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\r\n", []),
        (f"{ANN}\n{BOB}", [ANN, BOB]),
        (f"\ufeff{ANN}\r\n\r\n  {BOB}  \r\n", [ANN, BOB]),
        (f"{ANN}, {BOB}", [ANN, BOB]),
        (f"{ANN};{BOB}", [ANN, BOB]),
        (f"Name,E-Mail\nAnn,{ANN}\n", [ANN]),
        (f"Adresse;Nom\n{ANN};Ann\n", [ANN]),
        (f'"Doe, Ann",{ANN}\n"Bob\nJunior",{BOB}', [ANN, BOB]),
        (f"Ann\t{ANN}", [ANN]),
        (f"Ann Doe <{ANN}>", [ANN]),
        (f"ann.people.test\n{BOB}", ["ann.people.test", BOB]),
        (f"{ANN}\nBob,Smith", [ANN, "Bob, Smith"]),
        (f"{ANN}\nmail", [ANN, "mail"]),
    ],
)
def test_addresses_of_a_list_or_a_table(text: str, found: list[str]) -> None:
    assert list(addresses_in(text)) == found


def test_what_no_table_can_be_is_refused() -> None:
    with pytest.raises(Refusal):
        list(addresses_in(f"{ANN}\n" + "x" * 140_000))
