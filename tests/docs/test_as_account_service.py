"""The two examples of docs/as-account-service.md do what the page says, as they stand there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.docs.running import ROOT
from tests.journeys.desk import seated
from tests.journeys.town import Town
from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World

PAGE = (ROOT / "docs" / "as-account-service.md").read_text(encoding="utf-8")
SERVICE, LAMBDA = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
MOST = 30  # lines: it is to be read at a glance


def test_each_is_read_at_a_glance() -> None:
    assert max(len(one.splitlines()) for one in (SERVICE, LAMBDA)) <= MOST


@contextmanager
def serving(portal: str) -> Iterator[str]:
    """The service of the page before this portal; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {**os.environ, "PORTAL": portal, "PORT": port}
    process = subprocess.Popen([sys.executable, "-c", SERVICE], env=settings, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def asks(url: str, token: str | None) -> requests.Response:
    """As soon as it listens."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    deadline = time.monotonic() + 15
    while True:
        try:
            return requests.get(url, headers=headers, timeout=15)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_a_service_knows_who_is_there_and_nobody_who_is_contained(engine: Any) -> None:
    town = Town(engine)
    try:
        ann, client, half = town.person(), town.client(), town.client()
        client.logs_on(ann, PASSWORD)
        half.logs_on(town.person(two_step_required=True), PASSWORD)
        with serving(town.url) as url:
            assert asks(url, client.token).json() == {"hello": ann, "kind": "recipient"}
            assert asks(url, half.token).status_code == 401
            assert asks(url, None).status_code == 401
            seated(town).does(ann, "contain", {"reason": "reported"})
            assert asks(url, client.token).status_code == 401
    finally:
        town.stop()


def verdicts(world: World, path: str) -> Any:
    """The last event that a step was invoked with, verdict and all."""
    return next(
        event for step, event in reversed(world.events) if event.get("path") == path and step != "authorizer"
    )


def test_a_lambda_behind_the_authorizer_believes_the_verdict_alone(world: World) -> None:
    made: dict[str, Any] = {}
    exec(LAMBDA, made)  # the example of the page
    handler, visitor = made["handler"], world.visitor()
    ann = world.person()
    visitor.logs_on(ann)
    visitor.get("/messages")
    answer = handler(verdicts(world, "/messages"), None)
    assert (answer["statusCode"], ann.address in answer["body"]) == (200, True)
    assert visitor.get("/admin/users").status == 403
    refused = verdicts(world, "/admin/users")
    assert "caller" in refused["requestContext"]["authorizer"]
    assert handler(refused, None)["statusCode"] == 401
    half = world.visitor()
    half.logs_on(enrolled(world)[0])
    assert half.get("/messages").status == 403
    assert handler(verdicts(world, "/messages"), None)["statusCode"] == 401
    world.visitor().get("/messages")
    assert handler(verdicts(world, "/messages"), None)["statusCode"] == 401
    assert handler({"requestContext": {}}, None)["statusCode"] == 401
