"""A logon, a reset and a containment by the client that openapi-python-client makes of docs/openapi.json.

It runs in .venv-contract, beside the client `portal_client`; tests/contract/walks.py starts it.
"""

from __future__ import annotations

import os
from typing import Any

from portal_client import AuthenticatedClient, Client
from portal_client.api.account import account_show
from portal_client.api.console import admin_contain_submit
from portal_client.api.logging_on import logon_code_submit, logon_submit, session_show
from portal_client.api.messages import messages_read, messages_show
from portal_client.api.passwords import password_reset_submit
from portal_client.models import (
    Code,
    Contain,
    Containment,
    Logon,
    Messages,
    NextStep,
    OpenMessage,
    Problem401SessionRequired,
    ResetPassword,
    ThenLogOn,
)

GIVEN = os.environ
JSON = {"Accept": "application/json"}


def nobody() -> Client:
    return Client(base_url=GIVEN["PORTAL"], headers=JSON)


def holder(session: NextStep) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=GIVEN["PORTAL"], token=session.session.token, headers=JSON)


def is_a(told: Any, kind: Any) -> Any:
    assert isinstance(told, kind), told
    return told


def logs_on(email: str, password: str) -> NextStep:
    return is_a(logon_submit.sync(client=nobody(), body=Logon(email=email, password=password)), NextStep)


def resets() -> AuthenticatedClient:
    """With the link of a mail; the session from before is over."""
    before = logs_on(GIVEN["ANN"], GIVEN["PASSWORD"])
    assert before.next_ == "portal"
    listed = is_a(messages_show.sync(client=holder(before)), Messages).messages
    opened = is_a(messages_read.sync(listed[0].id, client=holder(before)), OpenMessage)
    assert opened.subject == listed[0].subject
    new = GIVEN["NEW_PASSWORD"]
    fields = ResetPassword(token=GIVEN["LINK"], new_password=new, confirm_password=new)
    assert is_a(password_reset_submit.sync(client=nobody(), body=fields), ThenLogOn).next_ == "log_on"
    refused = is_a(session_show.sync(client=holder(before)), Problem401SessionRequired)
    assert refused.code == "session_required"
    return holder(logs_on(GIVEN["ANN"], new))


def contains(ann: AuthenticatedClient) -> None:
    """By an administrator, with a code; the session that was just opened is over too."""
    half = logs_on(GIVEN["ADMIN"], GIVEN["PASSWORD"])
    assert half.next_ == "enter_code"
    desk = holder(is_a(logon_code_submit.sync(client=holder(half), body=Code(code=GIVEN["CODE"])), NextStep))
    fields = Contain(disable=True, require_two_step=True, reason="Reported by the user")
    done = is_a(admin_contain_submit.sync(GIVEN["ANN"], client=desk, body=fields), Containment)
    assert done.status == "disabled"
    assert is_a(account_show.sync(client=ann), Problem401SessionRequired).code == "session_required"
    print(" ".join(done.measures))


if __name__ == "__main__":
    contains(resets())
