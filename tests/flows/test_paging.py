"""From one page of a list to the next one and back."""

import pytest

from chalicelib.flows.paging import turning
from tests.fakes.requests import a_request


@pytest.mark.parametrize(
    ("here", "before", "earlier", "newest"),
    [
        ("", None, "", ""),
        ("", "p2", "/admin/attempts?email=a%40b.test&before=p2", ""),
        ("p2", "p3", "/admin/attempts?email=a%40b.test&before=p3", "/admin/attempts?email=a%40b.test"),
        ("p3", None, "", "/admin/attempts?email=a%40b.test"),
    ],
    ids=["only", "newest", "between", "last"],
)
def test_tr_02_each_page_leads_to_the_earlier_one_and_to_the_newest(
    here: str, before: str | None, earlier: str, newest: str
) -> None:
    request = a_request("GET", "/admin/attempts", query={"before": here} if here else {})
    asked = {"email": "a@b.test", "outcome": ""}
    turns = turning(request, "/admin/attempts", asked, before)
    assert turns == {"earlier_url": earlier, "newest_url": newest}
