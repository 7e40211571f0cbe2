"""From one page of a list to the next one and back."""

import pytest

from chalicelib.flows.paging import REMEMBERED, turning
from tests.fakes.requests import a_request

PATH, WHOSE = "/admin/attempts", "/admin/attempts?email=a%40b.test"


def ways(query: dict[str, str], further: str | None) -> dict[str, str]:
    request = a_request("GET", PATH, query=query)
    return turning(request, PATH, {"email": "a@b.test", "outcome": ""}, further)


@pytest.mark.parametrize(
    ("query", "further", "earlier", "later", "newest"),
    [
        ({}, None, "", "", ""),
        ({}, "p2", f"{WHOSE}&before=p2&later=0", "", ""),
        ({"before": "p2", "later": "0"}, "p3", f"{WHOSE}&before=p3&later=0.p2", WHOSE, WHOSE),
        ({"before": "p3", "later": "0.p2"}, None, "", f"{WHOSE}&before=p2&later=0", WHOSE),
        ({"before": "p3"}, "p4", f"{WHOSE}&before=p4&later=p3", "", WHOSE),
    ],
    ids=["only", "newest", "between", "last", "of a program"],
)
def test_tr_02_each_page_leads_to_the_earlier_one_the_later_one_and_the_newest(
    query: dict[str, str], further: str | None, earlier: str, later: str, newest: str
) -> None:
    assert ways(query, further) == {"earlier_url": earlier, "later_url": later, "newest_url": newest}


def test_tr_02_the_way_back_is_the_way_that_was_come_however_long_it_was() -> None:
    query: dict[str, str] = {}
    for number in range(1, 30):
        earlier = ways(query, f"p{number}")["earlier_url"]
        query = dict(one.split("=") for one in earlier.partition("?")[2].split("&")[1:])
    for number in range(28, 28 - REMEMBERED, -1):
        later = ways(query, "on")["later_url"]
        query = dict(one.split("=") for one in later.partition("?")[2].split("&")[1:])
        assert query["before"] == f"p{number}"
    assert ways(query, "on")["later_url"] == ""


@pytest.mark.parametrize("later", ["Call +1 555 0100", ".", "p1.", "p" * 201, "<b>", ".".join("p" * 10)])
def test_wb_14_what_cannot_be_a_position_is_no_way(later: str) -> None:
    assert ways({"before": "p2", "later": later}, None)["later_url"] == ""
