"""Permitted IP ranges as a form or a client sends them: null, a list and nobody are never taken for one another."""

from typing import Any

import pytest

from chalicelib.domain.refusals import Refusal
from chalicelib.flows.ranges import given_ranges, sets_ranges
from chalicelib.web.request import Request
from tests.fakes.requests import a_request


def sent(**fields: Any) -> Request:
    return a_request("POST", "/admin/ip-ranges", fields=fields)


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"ranges": None}, None),
        ({"ranges": []}, ()),
        ({"ranges": ["203.0.113.0/24"]}, ("203.0.113.0/24",)),
        ({"ranges": ["10.0.0.0 - 10.0.0.255", "10.1.0.0 255.255.0.0"]}, ("10.0.0.0/24", "10.1.0.0/16")),
        ({"restriction": "none", "ranges": ["203.0.113.0/24"]}, None),
        ({"restriction": "nobody", "ranges": ["203.0.113.0/24"]}, ()),
        (
            {"restriction": "listed", "ranges": ["203.0.113.7, 2001:db8::/32"]},
            ("203.0.113.7/32", "2001:db8::/32"),
        ),
    ],
)
def test_ranges_mean_what_was_chosen(fields: dict[str, Any], meant: tuple[str, ...] | None) -> None:
    assert given_ranges(sent(**fields)) == meant


@pytest.mark.parametrize("fields", [{"ranges": []}, {"ranges": ["", " , "]}, {"ranges": None}, {}])
def test_list_left_empty_is_refused_and_means_neither_nobody_nor_everybody(fields: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        given_ranges(sent(restriction="listed", **fields))
    assert refused.value.facts["field"] == "ranges"


@pytest.mark.parametrize("fields", [{}, {"restriction": "some", "ranges": []}])
def test_neither_a_list_nor_a_choice_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        given_ranges(sent(**fields))


def test_bad_entry_is_named_with_what_is_wrong_with_it() -> None:
    with pytest.raises(Refusal) as refused:
        given_ranges(sent(ranges=["10.0.0.1/8"]))
    assert refused.value.facts["entry"] == "10.0.0.1/8"
    assert "10.0.0.0/8" in str(refused.value.facts["cause"])


def test_containment_leaves_ranges_alone_unless_they_were_given() -> None:
    assert not sets_ranges(sent(restriction="keep", ranges=[]))
    assert not sets_ranges(sent())
    assert sets_ranges(sent(ranges=[]))
