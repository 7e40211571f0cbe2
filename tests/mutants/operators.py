"""The ways a file is broken: cosmic-ray's operators, as many as break a rule of their own, and ours that leave out.

Cosmic-ray replaces every operator by every other: `<` by nine, all but two of which the same tests notice. Here each is
replaced by what moves its edge and by what turns its sense, so that a mutant stands for a rule.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, TypeGuard

COSMIC_RAY = (
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("FloorDiv_Mul", "Mod_Mul", "LShift_RShift", "Pow_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ZeroIterationForLoop",
)
LITERALS = (ast.List, ast.Tuple, ast.Set)


class Change(NamedTuple):
    """In place of what stands from `start` to `end`, both (line, column in bytes), `text`."""

    operator: str
    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def changed(source: str, change: Change) -> str:
    """The source with this change."""
    lines = source.encode().splitlines(keepends=True)
    (first, left), (last, right) = change.start, change.end
    before = b"".join(lines[: first - 1]) + lines[first - 1][:left]
    behind = lines[last - 1][right:] + b"".join(lines[last:])
    return (before + change.text.encode() + behind).decode()


def left_out(source: str) -> Iterator[Change]:
    """One condition of several, one item of a list, one statement: what a hurried hand forgets."""
    tree = ast.parse(source)
    silent = set(chain.from_iterable(ast.walk(one) for one in _unread(tree)))
    for node in ast.walk(tree):
        if node not in silent:
            yield from _conditions(node, source)
            yield from _items(node)
            yield from _statements(node)


def unread_lines(source: str) -> set[int]:
    """Lines that hold nothing but what is read by people and type checkers: imports and annotations of arguments."""
    tree = ast.parse(source)
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update(_lines(node))
        elif isinstance(node, ast.FunctionDef) and node.body:
            found.update(range(node.lineno, node.body[0].lineno))
        elif _for_type_checkers(node):
            found.add(node.lineno)
    return found


def _unread(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            yield node.annotation
        elif isinstance(node, ast.FunctionDef):
            yield node.args
            yield from filter(None, [node.returns])
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
            yield node.slice  # dict[str, int], as a name for it has it
        elif _for_type_checkers(node):
            yield node


def _for_type_checkers(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _conditions(node: ast.AST, source: str) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        for kept in (node.left, node.right):
            yield _replaced("LeaveOutCondition", node, ast.get_source_segment(source, kept) or "")
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            others = [ast.get_source_segment(source, kept) or "" for kept in node.values if kept is not one]
            word = " and " if isinstance(node.op, ast.And) else " or "
            yield _replaced("LeaveOutCondition", node, f"({word.join(others)})")


def _items(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, LITERALS) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        several = len(node.elts) > 1
        if not isinstance(node, ast.Set) or several:
            for one in node.elts if several or isinstance(node, ast.List) else []:
                yield _replaced("LeaveOutItem", one, "*[]")
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield Change("LeaveOutItem", _start(key), _end(value), "**{}")


def _statements(node: ast.AST) -> Iterator[Change]:
    """Calls for their effect, and what adds to a value; not docstrings."""
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if called or isinstance(node, ast.AugAssign):
        assert isinstance(node, ast.Expr | ast.AugAssign)
        yield _replaced("LeaveOutStatement", node, "pass")


def _replaced(operator: str, node: ast.expr | ast.stmt, text: str) -> Change:
    return Change(operator, _start(node), _end(node), text)


def _start(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
