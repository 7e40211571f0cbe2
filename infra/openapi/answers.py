"""infra/openapi/answers.yaml: what each operation answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chalicelib.domain.refusals import Code
from infra.contract import Operation, read_contract
from infra.documents import read_yaml
from infra.openapi import Incomplete, Json
from infra.openapi.schemas import answer_schemas

FILE = Path(__file__).with_name("answers.yaml")
SAY = "infra/openapi/answers.yaml: {}: {}"
NOTHING, PAGE, REDIRECT = "nothing", "page", "redirect"
KNOWN = {"gives", "html", "refuses", "leads", "file", "asked"}


@dataclass(frozen=True)
class Answers:
    """What one operation answers to whom, and how its example is asked for."""

    operation: Operation
    gives: Mapping[int, str]
    html: str = ""
    refuses: tuple[Code, ...] = ()
    leads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """What its example is answered with: the first that is written down."""
        return next(iter(self.gives))

    def schema(self, status: int) -> str:
        """The name of the JSON answer's schema; "" where it is no JSON."""
        given = self.gives.get(status, NOTHING)
        return "" if given == NOTHING or "/" in given else given

    def media(self, status: int) -> tuple[str, ...]:
        """What a program may be answered in."""
        given = self.gives.get(status, NOTHING)
        if given == NOTHING:
            return ()
        return tuple(given.split()) if "/" in given else ("application/json",)


@cache
def read_answers(file: Path = FILE) -> Mapping[str, Answers]:
    """One for each operation. An operation without, or one of no operation, ends the program and says where."""
    written = read_yaml(file)
    operations = {one.operation_id: one for one in read_contract().operations}
    for missing in (one for one in operations if one not in written):
        raise Incomplete(
            SAY.format(missing, "write what it gives and how its example is asked for, as the others do")
        )
    for left in (one for one in written if one not in operations):
        raise Incomplete(SAY.format(left, "infra/api.yaml has no such operation any more"))
    return MappingProxyType({name: _checked(operations[name], one) for name, one in written.items()})


def _checked(operation: Operation, written: Json) -> Answers:
    name = operation.operation_id
    for key in ("gives", "asked"):
        if not written.get(key):
            raise Incomplete(SAY.format(name, f"`{key}` is missing"))
    if strange := sorted(set(written) - KNOWN):
        raise Incomplete(SAY.format(name, f"nobody reads {', '.join(strange)}"))
    for given in written["gives"].values():
        if given != NOTHING and "/" not in given and given not in answer_schemas():
            raise Incomplete(f"infra/openapi/schemas.yaml: {given}, which {name} gives, is not there")
    refuses = tuple(_code(name, one) for one in written.get("refuses", ()))
    return Answers(operation, **{**written, "refuses": refuses})


def _code(name: str, written: str) -> Code:
    if written not in set(Code):
        raise Incomplete(SAY.format(name, f"`{written}` is no code of chalicelib/domain/refusals.py"))
    return Code(written)
