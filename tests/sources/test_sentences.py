"""Every paragraph of the two documents is a statement with tests that exist, or says why it is none."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.sources.sentences import PARAGRAPHS, SAYS_NOTHING, STATEMENTS

TESTS = Path(__file__).parents[1]


@cache
def names_in(file: str) -> frozenset[str]:
    """The tests that stand in a file."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def paragraph_of(sentence: str) -> int:
    return int(sentence.rstrip("abcdefgh"))


@pytest.mark.parametrize("statement", STATEMENTS, ids=" ".join)
def test_statement_is_shown_by_tests_that_exist(statement: tuple[str, str]) -> None:
    says, shown_by = STATEMENTS[statement]
    assert says
    assert shown_by, "no test shows it"
    for test in shown_by:
        file, _, name = test.partition("::")
        assert name.startswith("test_")
        assert (TESTS / file).is_file(), test
        assert name in names_in(file), test


@pytest.mark.parametrize("document", PARAGRAPHS)
def test_every_paragraph_is_accounted_for_once(document: str) -> None:
    said = {paragraph_of(sentence) for name, sentence in STATEMENTS if name == document}
    silent = set(SAYS_NOTHING[document])
    assert said | silent == set(range(1, PARAGRAPHS[document] + 1))
    assert said & silent == set()
    assert all(SAYS_NOTHING[document].values())


def test_sentences_of_one_paragraph_are_told_apart() -> None:
    for document, sentence in STATEMENTS:
        letter = sentence.lstrip("0123456789")
        number = sentence.removesuffix(letter)
        assert letter in {"", "a"} or (document, f"{number}{chr(ord(letter) - 1)}") in STATEMENTS
        assert letter != "" or (document, f"{number}a") not in STATEMENTS


def test_statement_without_a_test_would_be_seen() -> None:
    assert "test_that_never_was" not in names_in("sources/test_sentences.py")
