"""All mutants of one file, each known by what it does to a line. Only this asks cosmic-ray."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from tests.mutants.judging import Mutant
from tests.mutants.operators import COSMIC_RAY, changed, left_out, unread_lines


def mutants_of(source: str) -> list[Mutant]:
    """In the order of their lines, each text once; what no compiler takes is none."""
    unread, seen, found = unread_lines(source), {source}, []
    for operator, text in _texts(source):
        if text in seen or not _compiles(text):
            continue
        seen.add(text)
        number, line, becomes = _difference(source, text)
        if number not in unread:
            found.append(Mutant(operator, number, line, becomes, text))
    return sorted(found, key=lambda one: one.number)


def _texts(source: str) -> Iterator[tuple[str, str]]:
    for change in left_out(source):
        yield change.operator, changed(source, change)
    nodes = list(ast_nodes(get_ast(source)))
    for name in COSMIC_RAY:
        operator = get_operator(f"core/{name}")()
        for occurrence in range(sum(len(list(operator.mutation_positions(node))) for node in nodes)):
            yield name, mutate_code(source, operator, occurrence) or source


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _difference(source: str, text: str) -> tuple[int, str, str]:
    """The first line that is another: its number, how it reads, and how it reads then."""
    before, after = source.splitlines(), text.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    _, first, last, then, until = next(one for one in matcher.get_opcodes() if one[0] != "equal")
    line = next(filter(str.strip, before[first:last]), "")
    becomes = next(filter(str.strip, after[then:until]), "")
    return before.index(line, first) + 1 if line else first + 1, line.strip(), becomes.strip()
