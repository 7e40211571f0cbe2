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


def exists(test: str) -> bool:
    """Whether `file::name` is a test."""
    file, _, name = test.partition("::")
    return name.startswith("test_") and (TESTS / file).is_file() and name in names_in(file)


def paragraph_of(sentence: str) -> int:
    return int(sentence.rstrip("abcdefgh"))


@pytest.mark.parametrize("statement", STATEMENTS, ids=" ".join)
def test_statement_is_shown_by_tests_that_exist(statement: tuple[str, str]) -> None:
    says, shown_by = STATEMENTS[statement]
    assert says
    assert shown_by, "no test shows it"
    assert [test for test in shown_by if not exists(test)] == []


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


@pytest.mark.parametrize(
    "named",
    [
        "sources/test_sentences.py::test_that_never_was",
        "sources/test_that_never_was.py::test_statement_is_shown_by_tests_that_exist",
        "sources/test_sentences.py::paragraph_of",
        "sources/test_sentences.py",
    ],
)
def test_statement_whose_test_is_gone_or_is_none_would_be_seen(named: str) -> None:
    assert exists("sources/test_sentences.py::test_statement_is_shown_by_tests_that_exist")
    assert not exists(named)
