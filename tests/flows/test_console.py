"""An action of the console that was not accepted comes back on its own page, with the sentence at its field."""

from typing import Any

import pytest

from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.console import correct
from tests.fakes.requests import ADMINISTRATOR, CONSOLES_PORTAL, a_request


def view_of(refusal: Refusal) -> dict[str, Any]:
    params = {"email": "claire@insurer.example"}
    request = a_request(
        "POST", "/admin/users/{email}/x", portal=CONSOLES_PORTAL, params=params, caller=ADMINISTRATOR
    )
    page = correct(request, refusal, "admin_x", {"more": 1})
    assert page is not None
    return dict(page.view)


@pytest.mark.parametrize(
    ("refusal", "field", "words"),
    [
        (Refusal(Code.CRITERIA_NOT_MET, "criteria"), "new_password", "does not meet the criteria"),
        (invalid("no_range_listed", "ranges"), "ranges", "at least one range"),
        (invalid("reason_required", "reason"), "reason", "Say why"),
        (
            Refusal(
                Code.INVALID_REQUEST,
                "range",
                facts={"field": "ranges", "entry": "10.0.0.1/8", "cause": "bad"},
            ),
            "ranges",
            "10.0.0.1/8: bad",
        ),
    ],
)
def test_what_must_be_corrected_is_said_at_its_field(refusal: Refusal, field: str, words: str) -> None:
    view = view_of(refusal)
    assert words in view["errors"][field]
    assert view["problem"] == ""
    assert (view["email"], view["more"]) == ("claire@insurer.example", 1)


def test_what_belongs_to_no_field_is_said_on_top() -> None:
    view = view_of(Refusal(Code.CONFLICT, "changed_meanwhile"))
    assert view["errors"] == {}
    assert "Look at it again" in view["problem"]


def test_what_no_correction_helps_has_no_page_here() -> None:
    request = a_request("POST", "/admin/users/{email}/x", portal=CONSOLES_PORTAL, caller=ADMINISTRATOR)
    assert correct(request, Refusal(Code.NOT_FOUND, "no_such_user"), "admin_x", {}) is None
