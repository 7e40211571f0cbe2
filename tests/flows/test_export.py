"""A list as a file: what a spreadsheet, a reader of CSV and a reader of JSON Lines make of it."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

from chalicelib.domain.refusals import Refusal
from chalicelib.flows.export import as_file, export_links, file_asked_for
from tests.fakes.requests import a_request

COLUMNS = ("name", "more")
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
]


def text_of(kind: str, *values: object) -> str:
    rows = [{"name": value, "more": "x"} for value in values]
    return as_file(kind, "list", COLUMNS, rows, "/list/export", {}, None).text or ""


def cells(*values: object) -> list[str]:
    read = list(csv.reader(StringIO(text_of("csv", *values), newline=""), strict=True))
    assert read[0] == list(COLUMNS)
    assert {row[1] for row in read[1:]} <= {"x"}
    return [row[0] for row in read[1:]]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("before", ["", " ", "\xa0 "])
def test_tr_08_what_a_spreadsheet_takes_for_a_formula_is_text(before: str, text: str) -> None:
    assert cells(before + text) == [f"'{before}{text}"]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("before", ["", " ", '"', '\xa0"" '])
def test_tr_08_nor_is_what_stands_behind_a_semicolon_where_that_parts_the_columns(
    before: str, text: str
) -> None:
    """Attack: a browser that calls itself `x;=HYPERLINK("https://evil.example")`, and a German Excel."""
    assert cells(f"x;{before}{text}") == [f"x;'{before}{text}"]


def test_tr_08_nor_is_what_stands_there_in_json() -> None:
    assert cells({"reason": "x; =1"}) == ['{"reason": "x;\' =1"}']


@pytest.mark.parametrize(
    "text",
    [
        "a=1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:1)",
        "a;b",
        ";",
        "ann+x@people.test",
        "1-1",
        "",
        "'",
        "ümlaut",
        "a\tb",
    ],
)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert cells(text) == [text]


@pytest.mark.parametrize("text", ["a,b", 'say "x"', "two\nlines", "two\r\nlines", "\u2028", '",=1+1'])
def test_tr_08_nothing_ends_its_cell_or_its_row(text: str) -> None:
    """Attack: a name such as `",=1+1` begins a cell of its own, which is a formula."""
    assert cells(text, "next") == [text, "next"]
    lines = text_of("jsonl", text, "next").splitlines()
    assert [json.loads(line)["name"] for line in lines] == [text, "next"]


def test_csv_is_that_of_rfc_4180() -> None:
    assert text_of("csv", "a,b", "c") == 'name,more\r\n"a,b",x\r\nc,x\r\n'
    assert text_of("csv") == "name,more\r\n"


def test_values_that_are_no_text_are_told_as_json_has_them() -> None:
    values: list[object] = [None, True, 3, {"a": [1]}, []]
    assert cells(*values) == ["", "true", "3", '{"a": [1]}', "[]"]
    assert [json.loads(line)["name"] for line in text_of("jsonl", *values).split("\n")[:-1]] == values
    assert text_of("jsonl") == ""


@pytest.mark.parametrize(
    ("kind", "said"), [("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl")]
)
def test_tr_07_each_part_says_where_the_next_one_begins(kind: str, said: str) -> None:
    part = as_file(kind, "list", COLUMNS, [], "/list/export", {"email": "a@b.test", "actor": ""}, "p2")
    assert part.headers == {
        "Content-Type": said,
        "Content-Disposition": f'attachment; filename="list-incomplete.{kind}"',
        "Link": f'</list/export?format={kind}&email=a%40b.test&before=p2>; rel="next"',
    }
    last = as_file(kind, "list", COLUMNS, [], "/list/export", {"email": "a@b.test"}, None)
    assert last.headers == {
        "Content-Type": said,
        "Content-Disposition": f'attachment; filename="list.{kind}"',
    }


def test_links_of_a_page_begin_at_its_first_row() -> None:
    assert export_links("/list/export", {"email": "a@b.test", "actor": ""}, "p2") == {
        "csv_url": "/list/export?format=csv&email=a%40b.test&before=p2",
        "jsonl_url": "/list/export?format=jsonl&email=a%40b.test&before=p2",
    }


@pytest.mark.parametrize("kind", ["", "CSV", "xlsx", "json"])
def test_any_other_kind_is_refused_by_its_field(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        file_asked_for(a_request("GET", "/list/export", query={"format": kind} if kind else {}))
    assert refused.value.facts["field"] == "format"
