"""How SES stands to the account that sends here, in a word. It may not send, and waits for three seconds at most."""

import time
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

OK, PAUSED, DOWN, NOT_KNOWN = "ok", "paused", "down", "not_known"
# Attack: whoever has the canary's session asks for its health a thousand times a second, and SES, which answers this
# question once a second, refuses it to whoever needs the answer. Defence: a container asks twice a minute at most.
AGAIN_SECONDS = 30.0
_told: "dict[str, tuple[float, Standing]]" = {}


class Standing(NamedTuple):
    """A word, and SES's own code where it did not answer as it should."""

    word: str
    cause: str | None = None


def standing(session: botocore.session.Session, region: str) -> Standing:
    """What SES said within the last half minute, or says now."""
    at, told = _told.get(region, (-AGAIN_SECONDS, Standing(NOT_KNOWN)))
    now = time.monotonic()
    if now - at >= AGAIN_SECONDS:
        told = ask(_client(session, region))
        _told[region] = now, told
    return told


def ask(client: Any) -> Standing:
    """`paused`: SES takes no mail of this account. `down`: it does not answer, or has a fault. `not_known`: it does not
    answer this question, since it may not be asked, or is an emulator that lacks it; of mails that says nothing.
    """
    try:
        account = client.get_account()
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        faulty = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
        code = error.response.get("Error", {}).get("Code", "?")
        return Standing(DOWN if faulty else NOT_KNOWN, f"ses:{code}")
    except BotoCoreError as error:
        return Standing(DOWN, f"ses:{type(error).__name__}")
    if "SendingEnabled" not in account:
        return Standing(NOT_KNOWN)
    shut = account.get("EnforcementStatus") == "SHUTDOWN"
    return Standing(OK if account["SendingEnabled"] and not shut else PAUSED)


@cache
def _client(session: botocore.session.Session, region: str) -> Any:
    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1, "mode": "standard"})
    return session.create_client("sesv2", region_name=region, config=config)
