"""`python -m infra.openapi.ungiven FILE`: what infra/openapi/answers.yaml says and no test was ever answered.

FILE holds what was answered, written while the tests ran with GIVEN_ANSWERS=FILE (tests/world/contract.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

from infra.openapi.answers import NOTHING, Answers, read_answers
from infra.openapi.refusals import every_code, own

Given = tuple[str, str]


def main(arguments: list[str]) -> int:
    """Say what nobody was answered; fail when there is any."""
    if len(arguments) != 1:
        print("usage: python -m infra.openapi.ungiven FILE", file=sys.stderr)
        return 2
    file, declared = Path(arguments[0]), {one for answers in read_answers().values() for one in said(answers)}
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    given = {(name, what) for name, what in map(str.split, lines)}
    missing = sorted(one for one in declared - given if not shown_to_a_person(*one, given))
    for name, what in missing:
        print(f"infra/openapi/answers.yaml: {name} says {what}, and no test was ever answered that")
    if not missing:
        print(f"{len(declared)} kinds of answers, each given")
    return 1 if missing else 0


def shown_to_a_person(name: str, what: str, given: set[Given]) -> bool:
    """Whether a browser was refused with the status of this code. A page does not say the code."""
    told = every_code().get(what)
    return told is not None and (name, f"{told['status']}-page") in given


def said(answers: Answers) -> set[Given]:
    """What an entry says, and what follows from the operation's guard."""
    name = answers.operation.operation_id
    statuses = {str(status) for status, given in answers.gives.items() if given != NOTHING or status < 300}  # noqa: PLR2004
    html = {word for word in answers.html.split() if word != "or"}
    return {(name, what) for what in (*statuses, *html, *own(answers))}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
