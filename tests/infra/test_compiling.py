"""Modules as Lambda loads them."""

from __future__ import annotations

import importlib.util
import marshal
import types
from typing import Any

import pytest

from infra.compiling import compiled

SOURCE = b"def answer():\n    return 42\n"


def test_compiled_module_is_trusted_without_its_source() -> None:
    made = compiled({"library/core.py": SOURCE})["library/core.py"]
    assert made[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(made[4:8], "little") == 0b01  # by its hash, and unchecked
    assert made[8:16] == importlib.util.source_hash(SOURCE)
    code = marshal.loads(made[16:])
    assert isinstance(code, types.CodeType)
    assert code.co_filename == "/var/task/library/core.py"
    found: dict[str, object] = {}
    exec(code, found)  # our own three lines above
    assert found["answer"]() == 42  # type: ignore[operator]


def test_a_module_knows_its_lines_and_no_columns() -> None:
    made = compiled({"core.py": b"def fails(one):\n\n    return one.missing.again\n"})["core.py"]
    (inner,) = [part for part in marshal.loads(made[16:]).co_consts if isinstance(part, types.CodeType)]
    places = list(inner.co_positions())
    assert {line for line, _, _, _ in places} == {1, 3}
    assert {column for _, _, column, _ in places} == {None}


def test_texts_for_readers_of_the_source_are_left_out_and_its_lines_stay_where_they_are() -> None:
    source = b'''"""Of the module."""
class One:
    """Of the class,
    two lines."""
    def act(self):
        """Of the method."""
        return "kept", 1 / 0
'''
    code = marshal.loads(compiled({"library/core.py": source})["library/core.py"][16:])
    assert isinstance(code, types.CodeType)
    made: dict[str, Any] = {}
    exec(code, made)
    assert [made["__doc__"], made["One"].__doc__, made["One"].act.__doc__] == ["."] * 3
    with pytest.raises(ZeroDivisionError) as raised:
        made["One"]().act()
    assert raised.traceback[-1].frame.code.raw is made["One"].act.__code__
    assert raised.traceback[-1].lineno + 1 == 7
    assert b"kept" in marshal.dumps(code)
    assert b"Of the" not in marshal.dumps(code)
