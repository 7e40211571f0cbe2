"""The form behind a reset link: one read, by the cookie the link left."""

from __future__ import annotations

from infra.gateway.messages import Request
from tests.budgets.ledger import counting
from tests.fakes.premises import Premises
from tests.fakes.residents import a_resident


def test_the_form_behind_a_link_is_one_read(premises: Premises) -> None:
    token = a_resident(premises.portal).link()
    headers = [("Accept", "text/html"), ("Cookie", f"__Host-portal-reset={token}")]
    with counting(premises) as ledger:
        reply = premises.handle(Request("GET", "/password/reset", "", headers, b"", "192.0.2.1"))
    assert reply.status == 200
    assert ledger.told("password_reset") == ["GetItem resets"]
    assert [call.consistent for call in ledger.calls] == [True, True]
