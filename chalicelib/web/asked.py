"""One REQUEST event as the authorizer reads it, and the policy that answers it. May not judge."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.domain.sessions import Caller
from chalicelib.portal import Portal

UNREADABLE = "source_address_unreadable"


class Asked(NamedTuple):
    """What of a REQUEST event counts, with the portal it asks. `source` is the raw text: garbage is judged too.

    Header names are in lower case; the last value of a repeated header counts, as for API Gateway.
    """

    portal: Portal
    method: str
    resource: str
    source: str
    headers: Mapping[str, str]
    language: str  # that was chosen with this request's address; "" or not to be trusted


def asked(event: Mapping[str, Any], portal: Portal) -> Asked:
    """What was asked, by whatever header names."""
    around = event.get("requestContext") or {}
    headers = event.get("headers") or {}
    return Asked(
        portal=portal,
        method=str(event.get("httpMethod") or ""),
        resource=str(event.get("resource") or around.get("resourcePath") or ""),
        # Attack: X-Forwarded-For is the caller's to write. Defence: only what API Gateway saw itself (IP-01).
        source=str((around.get("identity") or {}).get("sourceIp") or ""),
        headers={str(name).lower(): str(value) for name, value in headers.items()},
        language=str((event.get("queryStringParameters") or {}).get("language") or ""),
    )


def shut_out(request: Asked, caller: Caller | None, rule: str, reference: str) -> dict[str, str]:
    """The words of the page for whoever is outside the permitted ranges."""
    from chalicelib.web.request import language_of  # noqa: PLC0415 - words, for those who are shut out
    from chalicelib.web.shut_out import told  # noqa: PLC0415 - as above

    language = language_of(request.headers, request.language, caller, request.portal.settings.language)
    return told(rule, language, reference, request.portal.clock(), logged_on=caller is not None)


def whole_stage(arn: str) -> str:
    """Every method of the API's stage. The answer is for one request all the same: nothing is remembered (TTL 0).

    Attack: the method's own ARN has the path in it, as anybody may send it: too long for a statement or with a star or
    a question mark, it is no policy or another one, and each such request is a fault that wakes somebody. Defence: no
    part of it comes from the path (IP-06).
    """
    api, _, rest = arn.partition("/")
    return f"{api}/{rest.partition('/')[0]}/*"


def policy(effect: str, arn: str, facts: dict[str, str]) -> dict[str, Any]:
    """One statement, and the context of what it allows or denies."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    return {
        "principalId": "caller",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": facts,
    }
