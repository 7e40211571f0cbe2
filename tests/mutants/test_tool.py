"""What breaks the critical files: what it changes, where, what it counts as noticed, and its two lists."""

from __future__ import annotations

import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.changes import EVERY_LINE, copied, lines_since
from tests.mutants.judging import File, Mutant, Runner, shown, spread, survivors
from tests.mutants.operators import changed, left_out, unread_lines

ROOT = Path(__file__).parents[2]
CRITICAL: dict[str, Any] = tomllib.loads((ROOT / "tests/mutants/critical.toml").read_text(encoding="utf-8"))
EQUIVALENTS: dict[str, Any] = tomllib.loads(
    (ROOT / "tests/mutants/equivalents.toml").read_text(encoding="utf-8")
)
LISTED = [(path, one) for path, several in EQUIVALENTS.items() for one in several]


@pytest.mark.parametrize("path", CRITICAL)
def test_a_critical_file_is_there_and_so_are_its_tests(path: str) -> None:
    assert (ROOT / path).is_file()
    tests = [one for one in CRITICAL[path]["tests"] if one.startswith("tests/")]
    assert tests
    assert all((ROOT / one).is_file() for one in tests)


@pytest.mark.parametrize(("path", "one"), LISTED, ids=str)
def test_an_equivalent_is_of_a_line_that_is_there_and_has_its_reason(path: str, one: dict[str, str]) -> None:
    """One whose line has changed was reasoned about another line."""
    assert path in CRITICAL
    assert set(one) == {"operator", "line", "becomes", "reason"}
    assert len(one["reason"].split()) > 3
    lines = [line.strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()]
    assert one["line"] in lines


def test_each_equivalent_is_listed_once() -> None:
    names = [(path, one["operator"], one["line"], one["becomes"]) for path, one in LISTED]
    assert [name for name, often in Counter(names).items() if often > 1] == []


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("a = b & c", {"a = b", "a = c"}),
        ("a = é and (c or d)", {"a = (c or d)", "a = (é)", "a = é and ((c))", "a = é and ((d))"}),
        ("a = [b, *c]", {"a = [*[], *c]", "a = [b, *[]]"}),
        ("a = [b]", {"a = [*[]]"}),
        ("a = (b,)", set()),
        ("a, b = c", set()),
        ("a = {b: 1, **c}", {"a = {**{}, **c}"}),
        ("a.b(1)", {"pass"}),
        ("a |= b", {"pass"}),
        ('"""Words."""', set()),
        ("def a(b: int | None = None) -> int | str: ...", set()),
        ("a: int | str = b", set()),
        ("a = dict[str, int | str]", set()),
    ],
)
def test_one_thing_after_the_other_is_left_out(source: str, mutants: set[str]) -> None:
    assert {changed(source, one) for one in left_out(source)} == mutants


def test_what_only_people_and_type_checkers_read_is_not_broken() -> None:
    source = "import a\nfrom b import (\n    c,\n)\n\n\ndef d(\n    e=1,\n):\n    return c\n"
    assert unread_lines(source) == {1, 2, 3, 4, 7, 8, 9}
    assert unread_lines("if TYPE_CHECKING:\n    import a\nif a:\n    b()\n") == {1, 2}


def git(tree: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(tree), *identity, *words], check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose only file has got a line, lost one and been given another word in one, of five."""
    tree = tmp_path / "tree"
    tree.mkdir()
    git(tree, "init", "-q")
    (tree / ".gitignore").write_text("ignored\n")
    (tree / "a.py").write_text("one\ntwo\nthree\nfour\nfive\n")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "first", "--date", "2020-01-02T00:00:00Z")
    (tree / "a.py").write_text("one\ntwo!\nthree\nand a half\nfive\n")
    (tree / "ignored").write_text("")
    (tree / "new.py").write_text("")
    return tree


def test_lines_that_have_changed_are_those_of_the_tree_as_it_is(tree: Path) -> None:
    assert lines_since(tree, "HEAD", "a.py") == {2, 4}
    assert lines_since(tree, "2000-01-01", "a.py") == EVERY_LINE  # the history does not go back so far
    git(tree, "commit", "-q", "-a", "-m", "second")
    assert lines_since(tree, "HEAD", "a.py") == set()
    assert lines_since(tree, "HEAD~1", "a.py") == {2, 4}
    assert lines_since(tree, "tomorrow", "a.py") == set()


def test_the_copy_has_what_git_does_not_ignore(tree: Path, tmp_path: Path) -> None:
    copy = copied(tree, tmp_path / "copy")
    assert sorted(one.name for one in copy.iterdir()) == [".gitignore", "a.py", "new.py"]
    (copy / "old").write_text("")
    assert not (copied(tree, copy) / "old").exists()


def mutant(number: int, text: str = "") -> Mutant:
    return Mutant("Operator", number, "line", "becomes", text)


def test_some_are_spread_over_all_and_the_same_each_time() -> None:
    files = [File("a", [], [mutant(number) for number in range(60)]), File("b", [], [mutant(60)] * 40)]
    some = spread(files, 10)
    assert [len(file.mutants) for file in some] == [6, 4]
    assert some == spread(files, 10)
    assert spread(files, 0) == spread(files, 100) == files


WHOLE = "def double(a: int) -> int:\n    return a * 2\n"
TEST = "from thing import double\n\ndef test_double() -> None:\n    assert double(2) == 4\n"
BROKEN = {
    "noticed": WHOLE.replace("*", "-"),
    "survived": WHOLE.replace("*", "+"),
    "out of time": WHOLE.replace("return", "while a: pass\n    return"),
}


@pytest.mark.slow
def test_a_mutant_is_noticed_survives_or_runs_out_of_time_and_the_file_is_whole_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.mutants.judging.LEAST_SECONDS", 3)
    (tmp_path / "tests/mutants").mkdir(parents=True)
    runner_py = (ROOT / "tests/mutants/runner.py").read_text(encoding="utf-8")
    (tmp_path / "tests/mutants/runner.py").write_text(runner_py)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    (tmp_path / "thing.py").write_text(WHOLE)
    (tmp_path / "test_thing.py").write_text(TEST)
    runner, found = Runner(tmp_path), Counter[str]()
    try:
        file = File("thing.py", ["test_thing.py"], [mutant(2, text) for text in BROKEN.values()])
        alive = list(survivors(runner, file, found))
        with pytest.raises(SystemExit, match="fail before anything is broken"):
            list(survivors(runner, file._replace(tests=["test_nothing.py"]), found))
    finally:
        runner.end()
    assert [one.text for one in alive] == [BROKEN["survived"]]
    assert {one: found[one] for one in BROKEN} == dict.fromkeys(BROKEN, 1)
    assert (tmp_path / "thing.py").read_text() == WHOLE
    table = shown({"thing.py": found}, 7, 2.4)
    assert table.splitlines()[-1] == "3 of 7 mutants in 2 s"
    assert table.splitlines()[-2].split()[:5] == ["together", "3", "1", "1", "1"]
