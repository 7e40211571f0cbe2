"""Who Schemathesis is: somebody with sessions, one after another. It runs in .venv-contract (SCHEMATHESIS_HOOKS).

A session ends by what is sent with it: five wrong passwords, a logoff, "end all others". Then the next one is taken.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import Any

import schemathesis

TOKENS = deque(Path(os.environ["TOKENS"]).read_text(encoding="utf-8").split())
OVER = "session_required"

if TOKENS:

    @schemathesis.auth(refresh_interval=None)
    class Session:
        """The one that is alive."""

        def get(self, case: Any, context: Any) -> str:
            return TOKENS[0]

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook  # type: ignore[untyped-decorator, unused-ignore]
def after_call(context: Any, case: Any, response: Any) -> None:
    """Leave a session that is over; the last one is kept, and the run sees that nothing gets past 401 any more."""
    sent = response.request.headers.get("Authorization", "")
    if (
        response.status_code == 401
        and len(TOKENS) > 1
        and sent == f"Bearer {TOKENS[0]}"
        and OVER in response.text
    ):
        TOKENS.popleft()
