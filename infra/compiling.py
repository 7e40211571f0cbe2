"""`python -X no_debug_ranges -m infra.compiling`: modules of a package, as Lambda loads them.

In a process of its own: whether a compiled module says in which column each instruction begins is settled when Python
starts. Those columns are a quarter of all that is packaged, and only a traceback that quotes its source would use them;
the source stays at home. Lines are kept: the log names them.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHERE = "/var/task/"
UNCHECKED_HASH = 0b01


def compiled(sources: dict[str, bytes]) -> dict[str, bytes]:
    """Each of these modules, by its name in the package, compiled."""
    made = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", "-m", "infra.compiling"],
        cwd=ROOT,
        input=marshal.dumps(sources),
        capture_output=True,
        check=True,
    )
    modules: dict[str, bytes] = marshal.loads(made.stdout)  # noqa: S302 - of our own process
    return modules


def module(name: str, source: bytes) -> bytes:
    """A compiled module that Python trusts without looking at the source: in Lambda nobody changes it."""
    code = compile(without_docstrings(source), WHERE + name, "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little")
    return head + importlib.util.source_hash(source) + marshal.dumps(code)


def without_docstrings(source: bytes) -> ast.Module:
    """A dot for each: a dataclass without any would write itself one, at each start."""
    tree = ast.parse(source)
    for part in ast.walk(tree):
        if isinstance(part, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match part.body:
                case [ast.Expr(ast.Constant(str()) as text), *_]:
                    text.value = "."
    return tree


if __name__ == "__main__":
    given: dict[str, bytes] = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - of our own process
    sys.stdout.buffer.write(marshal.dumps({name: module(name, source) for name, source in given.items()}))
