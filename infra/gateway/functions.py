"""Calls a Lambda function of the portal in this process, as the Lambda service would: JSON in, JSON out."""

from __future__ import annotations

import importlib
import json
import logging
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, cast

from infra.stages import read_configuration

log = logging.getLogger(__name__)
CONFIGURATION = read_configuration()
# Which function is at work, for whatever must know whose role counts.
running: ContextVar[str | None] = ContextVar("running", default=None)


class LambdaContext:
    """What a function is told about its own invocation."""

    def __init__(self, function_name: str) -> None:
        self.function_name = function_name
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:000000000000:function:{function_name}"
        self.aws_request_id = str(uuid.uuid4())
        self.memory_limit_in_mb = "1769"
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = "local"
        self._deadline = time.monotonic() + time_out(function_name)

    def get_remaining_time_in_millis(self) -> int:
        """Until the function's time-out, as .chalice/config.json says it; the local gateway does not cut it short."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def time_out(step: str) -> float:
    """Seconds after which Lambda stops this function."""
    own = CONFIGURATION["lambda_functions"].get(step, {})
    return float(own.get("lambda_timeout", CONFIGURATION["lambda_timeout"]))


def invoke(step: str, event: dict[str, Any]) -> Any:
    """Run one step. Event and answer go through JSON, so that neither can carry what the real wire could not."""
    function, event = function_of(step), json.loads(json.dumps(event))
    before = running.set(step)
    try:
        answer = function(event, LambdaContext(step))
    finally:
        running.reset(before)
    return cast(Any, json.loads(json.dumps(answer)))


def function_of(step: str) -> Callable[..., Any]:
    """The handler whose name Lambda is given."""
    handler = getattr(importlib.import_module(f"chalicelib.steps.{step}"), step)
    return cast(Callable[..., Any], handler)


def load(step: str) -> None:
    """Import it before the first request asks for it; one that is broken breaks its own requests only."""
    try:
        function_of(step)
    except Exception as error:  # whatever an import raises: the other steps still serve
        log.error("step %s cannot be loaded: %r", step, error)  # noqa: TRY400 - its first request logs the rest
