"""Somebody presses a button twice: the browser throws the first answer away, and only the second one is seen."""

from __future__ import annotations

from typing import Any

from tests.world.visitors import Reply, Visitor
from tests.world.world import World


def pressed_twice(browser: Visitor, path: str, fields: dict[str, Any]) -> Reply:
    """The first answer, cookies and all, never gets there; the second request is as the first."""
    browser.twin().post(path, fields)
    return browser.post(path, fields)


def at_once(world: World, browser: Visitor, path: str, fields: dict[str, Any]) -> Reply:
    """Both are let in by the authorizer; then the first is done, and only then does the second come to its step."""
    api, invoke, waiting = world._api, world.invoke, [browser.twin()]

    def meanwhile(step: str, event: dict[str, Any]) -> Any:
        if step != "authorizer" and waiting:
            waiting.pop().post(path, fields)
        return invoke(step, event)

    api._invoke = meanwhile
    try:
        return browser.post(path, fields)
    finally:
        api._invoke = invoke
