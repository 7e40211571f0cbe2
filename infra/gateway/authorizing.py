"""Asks the request authorizer about one request, remembers nothing (TTL 0) and reads its policy as API Gateway does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from infra.gateway.events import authorizer_event

log = logging.getLogger(__name__)
# Of a statement's resource.
LONGEST_RESOURCE = 512
Invoke = Callable[[str, dict[str, Any]], Any]


@dataclass(frozen=True)
class Permit:
    """The context that goes on to the step."""

    context: dict[str, str]


@dataclass(frozen=True)
class Refusal:
    """The gateway response that is due instead, and what the authorizer told for it."""

    kind: str
    context: dict[str, str] = field(default_factory=dict)


def authorize(event: dict[str, Any], invoke: Invoke) -> Permit | Refusal:
    """One question, one verdict. Whatever is not a well-formed Allow is a refusal."""
    question = authorizer_event(event)
    try:
        verdict = invoke("authorizer", question)
    except Exception as error:  # a crash of the authorizer must never let a request through
        if str(error) == "Unauthorized":
            return Refusal("UNAUTHORIZED")
        log.exception("the authorizer failed")
        return Refusal("AUTHORIZER_FAILURE")
    try:
        context = stringified(verdict.get("context") or {})
        allowed = allows(verdict["policyDocument"], question["methodArn"])
        context["principalId"] = str(verdict["principalId"])
    except (AttributeError, KeyError, TypeError, ValueError):
        log.exception("the authorizer gave no policy")
        return Refusal("AUTHORIZER_CONFIGURATION_ERROR")
    return Permit(context) if allowed else Refusal("ACCESS_DENIED", context)


def allows(policy: dict[str, Any], method_arn: str) -> bool:
    """An explicit Deny wins over any Allow; no statement at all means no."""
    effects = {one["Effect"] for one in policy["Statement"] if covers(one, method_arn)}
    return effects == {"Allow"}


def covers(statement: dict[str, Any], method_arn: str) -> bool:
    """Whether a statement is about calling this method."""
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    if any(len(one) > LONGEST_RESOURCE for one in resources):
        message = "a resource is too long"
        raise ValueError(message)
    return any(one.lower() in {"execute-api:invoke", "execute-api:*", "*"} for one in actions) and any(
        fnmatchcase(method_arn, one.replace("[", "[[]")) for one in resources
    )


def listed(value: str | list[str]) -> list[str]:
    """IAM writes one or many."""
    return [value] if isinstance(value, str) else value


def stringified(context: dict[str, Any]) -> dict[str, str]:
    """API Gateway takes text, numbers and booleans only and hands each on as text."""
    return {key: as_text(value) for key, value in context.items()}


def as_text(value: object) -> str:
    """One value of the context."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    message = f"a context value may not be {type(value).__name__}"
    raise TypeError(message)
