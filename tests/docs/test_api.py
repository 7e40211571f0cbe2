"""docs/openapi.json and docs/api.md are what the portal is today, and each example is what it really answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from chalicelib.domain.refusals import Code
from infra.contract import API, read_contract
from infra.documents import read_yaml
from infra.openapi import Incomplete, answers, schemas
from infra.openapi.__main__ import DOCS, written
from infra.openapi.answers import read_answers
from infra.openapi.document import document
from infra.openapi.recorded import AGAIN, read_examples
from tests.docs.examples import examples
from tests.docs.running import ROOT
from tests.world import contract

DOCUMENT: dict[str, Any] = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {one["operationId"]: one for methods in DOCUMENT["paths"].values() for one in methods.values()}
CODES = {"400", "401", "403", "404", "409", "410", "413", "415", "422", "429", "503"}


@pytest.mark.parametrize("name", ["openapi.json", "api.md"])
def test_page_is_what_is_made_of_the_code_today(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == written()[DOCS / name], AGAIN


def test_every_example_is_what_the_portal_answers() -> None:
    kept, now = read_examples(), examples()
    assert {name: one for name, one in now.items() if one != kept.get(name)} == {}, AGAIN
    assert set(kept) == set(now) == {one.operation_id for one in read_contract().operations}
    for name, one in now.items():
        assert one.status == read_answers()[name].status, name


def test_example_of_a_json_answer_is_of_its_schema() -> None:
    seen = 0
    for name, example in read_examples().items():
        schema = read_answers()[name].schema(example.status)
        if schema:
            contract.whole(schema, example.told, name)
            seen += 1
    assert seen > 50


def test_it_is_a_valid_document_that_says_its_version() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["info"]["version"] == read_yaml(API)["info"]["version"]
    assert DOCUMENT["servers"]


def test_every_operation_says_what_generators_and_people_need() -> None:
    for name, operation in OPERATIONS.items():
        assert operation["summary"], name
        assert operation["tags"], name
        assert "security" in operation, name
        told = set(operation["responses"])
        assert {"400", "403", "429", "503"} <= told, name
        assert any(status[0] in "23" for status in told), name
        assert {one for one in told if one[0] in "45"} <= CODES, name


def test_every_2xx_body_is_typed() -> None:
    for name, operation in OPERATIONS.items():
        for status, answer in operation["responses"].items():
            for kind, one in answer.get("content", {}).items() if status[0] == "2" else ():
                assert "$ref" in one["schema"] or kind != "application/json", (name, status)
                assert one["schema"], (name, status, kind)
            kinds = list(answer.get("content", {}))
            assert not kinds or "application/json" not in kinds or kinds[0] == "application/json", name


def test_security_is_the_guards() -> None:
    assert OPERATIONS["logon.submit"]["security"] == []
    assert {"session": []} in OPERATIONS["account.show"]["security"]
    assert {} in OPERATIONS["password_criteria.submit"]["security"]
    assert "401" in OPERATIONS["account.show"]["responses"]
    assert "401" not in OPERATIONS["help.show"]["responses"]


def test_every_code_is_a_problem_of_its_status() -> None:
    responses = DOCUMENT["components"]["responses"]
    found: dict[str, set[int]] = {}
    for one in responses.values():
        for code, example in one["content"]["application/problem+json"]["examples"].items():
            found.setdefault(code, set()).add(example["value"]["status"])
    assert {code: statuses for code, statuses in found.items() if len(statuses) != 1} == {}
    never = {Code.METHOD_NOT_ALLOWED.value}  # of no operation
    assert set(Code) - set(found) == never


def test_api_yaml_says_nothing_of_answers() -> None:
    told = [
        one["operationId"]
        for item in read_yaml(API)["paths"].values()
        for method, one in item.items()
        if method in {"get", "post"} and set(one["responses"]) != {"default"}
    ]
    assert told == [], "what an operation answers is written in infra/openapi/answers.yaml"


def incomplete(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, change: Any) -> str:
    """What is said of answers.yaml after this change of it."""
    told = read_yaml(answers.FILE)
    change(told)
    file = tmp_path / "answers.yaml"
    file.write_text(json.dumps(told))
    with pytest.raises(Incomplete) as said:
        read_answers(file)
    return str(said.value)


def test_a_route_without_an_answer_is_told_where_to_write_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    said = incomplete(monkeypatch, tmp_path, lambda told: told.pop("help.show"))
    assert said.startswith("infra/openapi/answers.yaml: help.show: write what it gives")
    said = incomplete(monkeypatch, tmp_path, lambda told: told["help.show"].pop("asked"))
    assert said == "infra/openapi/answers.yaml: help.show: `asked` is missing"
    said = incomplete(monkeypatch, tmp_path, lambda told: told["help.show"].update(gives={200: "Nobody"}))
    assert "infra/openapi/schemas.yaml: Nobody, which help.show gives" in said
    said = incomplete(monkeypatch, tmp_path, lambda told: told["help.show"].update(refuses=["odd"]))
    assert "`odd` is no code" in said
    said = incomplete(monkeypatch, tmp_path, lambda told: told.update(gone=told["help.show"]))
    assert "infra/api.yaml has no such operation" in said


def test_a_word_that_is_none_is_told() -> None:
    with pytest.raises(Incomplete, match="'txt' is no word"):
        schemas.expanded({"name": "txt"})


def test_the_guide_says_where_answers_are_written() -> None:
    guide = (ROOT / "docs" / "adding-a-step.md").read_text(encoding="utf-8")
    assert "infra/openapi/answers.yaml" in guide
    assert "python -m tests.docs.contract" in guide


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": 418}, "answered 418"),
        ({"status": 409, "kind": "application/problem+json", "body": b'{"code": "exists"}'}, "answered 409"),
        ({"body": b'{"status": "fine"}'}, "'fine' is not one of"),
        ({"body": b'{"status": "ok", "more": 1}'}, "'more' was unexpected"),
        ({"kind": "text/csv"}, "answered text/csv"),
    ],
)
def test_an_answer_that_the_contract_does_not_have_is_seen(change: dict[str, Any], said: str) -> None:
    right = {"status": 200, "kind": "application/json", "body": b'{"status": "ok"}'}
    contract.check(read_contract(), "GET", "/health", **right)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=said):
        contract.check(read_contract(), "GET", "/health", **(right | change))  # type: ignore[arg-type]


def test_the_document_is_made_the_same_twice() -> None:
    assert document() == document()
