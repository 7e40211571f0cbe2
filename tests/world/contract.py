"""Holds every answer of the tests' portal to the published contract: status, code, media type, and the body.

What an operation gives and its entry does not say fails the test that got it, and the failure says what to write. The
other way round, what an entry says and nobody got: with GIVEN_ANSWERS set, each answer is written down there, and
`python -m infra.openapi.ungiven FILE` tells what is missing.
"""

from __future__ import annotations

import atexit
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from infra.contract import Contract
from infra.openapi.answers import PAGE, REDIRECT, Answers, read_answers
from infra.openapi.refusals import guard, refusals
from infra.openapi.schemas import REFERENCE, answer_schemas

GIVEN = "GIVEN_ANSWERS"
WRITE = "infra/openapi/answers.yaml: {} answered {}; write {}"
_given: set[tuple[str, str]] = set()


def check(contract: Contract, method: str, path: str, status: int, kind: str, body: bytes) -> None:
    """Raise AssertionError for an answer that the contract does not have."""
    match = contract.match(path)
    operation = match.operations.get(method) if match else None
    if operation is None:
        return
    answers, media = read_answers()[operation.operation_id], kind.partition(";")[0]
    if status >= 400:
        _refused(answers, status, media, body)
    else:
        _given_to(answers, status, media, body if method != "HEAD" else b"")


def _refused(answers: Answers, status: int, media: str, body: bytes) -> None:
    name, codes = answers.operation.operation_id, _refusals(answers.operation.operation_id)
    code = json.loads(body)["code"] if media == "application/problem+json" and body else ""
    told = f"{status} {code}".strip()
    _given.add((name, code or f"{status}-page"))
    known = codes.get(status, [])
    assert known, WRITE.format(name, told, "its code into `refuses`")
    assert not code or code in known, WRITE.format(name, told, f"`{code}` into `refuses`")


@cache
def _refusals(name: str) -> dict[int, list[str]]:
    return refusals(read_answers()[name])


def _given_to(answers: Answers, status: int, media: str, body: bytes) -> None:
    name = answers.operation.operation_id
    if status == 303 and (REDIRECT in answers.html or (answers.html and guard(answers).next is not None)):
        _given.add((name, REDIRECT))
        return
    if media == "text/html" and status in answers.gives and PAGE in answers.html:
        _given.add((name, PAGE))
        return
    assert status in answers.gives, WRITE.format(
        name, f"{status} {media}", f"{status} into `gives`, or how into `html`"
    )
    _given.add((name, str(status)))
    expected = answers.media(status)
    assert not body or media in expected, WRITE.format(name, media, f"what it gives in place of {expected}")
    if body and answers.schema(status):
        whole(answers.schema(status), json.loads(body), name)


def whole(schema: str, told: Any, name: str) -> None:
    """Raise AssertionError for a body that is not what its schema says, or has a field that it does not say."""
    if error := best_match(_validator(schema).iter_errors(told)):
        where = "/".join(map(str, error.absolute_path))
        raise AssertionError(
            f"infra/openapi/schemas.yaml: {schema}, given by {name}, at /{where}: {error.message}"
        )


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(
        strict({"$ref": REFERENCE + schema}), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def strict(node: Any) -> Any:
    """The same as a JSON schema, references filled in, in which no object has a field that is not named."""
    if isinstance(node, list):
        return [strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return strict(answer_schemas()[node["$ref"].removeprefix(REFERENCE)])
    made = {
        name: strict(one)
        for name, one in node.items()
        if name not in {"nullable", "properties", "description"}
    }
    if "properties" in node:
        made["properties"] = {name: strict(one) for name, one in node["properties"].items()}
        made.setdefault("additionalProperties", False)
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") else made


def _write_down() -> None:
    """Several processes of a run add to one file."""
    lines = "".join(f"{name} {what}\n" for name, what in sorted(_given))
    with Path(os.environ[GIVEN]).open("a", encoding="utf-8") as file:
        file.write(lines)


if GIVEN in os.environ:
    atexit.register(_write_down)
