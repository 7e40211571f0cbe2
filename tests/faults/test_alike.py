"""I7: a known and an unknown address are answered alike, whatever call breaks and however (EN-04; CVE-2024-45231)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.storage.store import DynamoStore
from tests.fakes.premises import Premises, Reply
from tests.fakes.residents import a_resident
from tests.fakes.samples import number
from tests.faults.breaking import Fault, breaking
from tests.faults.scenes import WRONG

OWN = {"reference"}  # what differs from answer to answer and says nothing


def essence(reply: Reply) -> tuple[int, Any, Any]:
    body = {name: value for name, value in reply.body.items() if name not in OWN}
    headers = {
        name: value for name, value in reply.headers.items() if name not in {"date", "x-amzn-requestid"}
    }
    return reply.status, body, headers


@pytest.mark.parametrize(
    "fault", [Fault.THROTTLED, Fault.SERVER_ERROR, Fault.TIMEOUT, Fault.LOST, Fault.LOST_ONCE]
)
@pytest.mark.parametrize("path", ["/logon", "/password/forgot"])
def test_i7_known_and_unknown_are_answered_alike_whatever_breaks(
    premises: Premises, real_store: DynamoStore, path: str, fault: Fault
) -> None:
    fields = {"password": WRONG} if path == "/logon" else {}
    for at in range(6):
        answers = []
        for email in (a_resident(premises.portal).email, f"nobody{number()}@people.test"):
            with breaking(real_store, fault, at):
                answers.append(essence(premises.visitor().post(path, email=email, **fields)))
        assert answers[0] == answers[1]
