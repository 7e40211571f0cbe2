"""`python -m infra.rotation STAGE USE [--withdraw KEY]`: another key for one use, and nobody notices (LO-09).

A key is added, every running container reads it, and only then is anything made with it. What was made with the former
key keeps working until that one is withdrawn, which is a run of its own (docs/operations.md, "Rotating keys").
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.held_keys import REFRESH_SECONDS
from chalicelib.domain.keys import KEY_BYTES, USES, InvalidKeys, Keyring
from infra.keys import Ring, value_of
from infra.stages import read_configuration, stage_of

USAGE = f"usage: make rotate STAGE={{}} USE={'|'.join(USES)} [WITHDRAW=KEY]"
# Besides the time within which a container reads again, what a request may take that began before.
WAIT_SECONDS = REFRESH_SECONDS + 30


class NotRotated(Exception):
    """Nothing was changed; the message says why."""


def main(arguments: list[str]) -> int:
    """Rotate one secret of a stage, or take a key out of it."""
    stages = sorted(read_configuration()["stages"])
    match arguments:
        case [stage, use, *more] if stage in stages and use in USES and more[:1] in ([], ["--withdraw"]):
            name = f"{stage_of(stage).shared['PORTAL_KEYS_SECRET']}/{use}"
        case _:
            print(USAGE.format("|".join(stages)), file=sys.stderr)
            return 2
    manager = boto3.Session().client("secretsmanager")
    try:
        if more:
            withdraw(manager, name, *more[1:])
        else:
            rotate(manager, name)
    except (ClientError, BotoCoreError, InvalidKeys, NotRotated) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1
    return 0


def rotate(manager: Any, name: str, sleep: Callable[[float], None] = time.sleep) -> str:
    """Add a key, wait until every container has it, make it current. A run that broke off is gone on with."""
    ring = _read(manager, name)
    new = _added(ring)
    if new is None:
        new = f"k{max(map(_number, ring['keys'])) + 1}"
        ring["keys"][new] = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
        _write(manager, name, ring)
    print(f"{name}: {new} is there; waiting {WAIT_SECONDS} seconds until every container has it")
    sleep(WAIT_SECONDS)
    ring = _read(manager, name)  # as it is now, in case somebody else has changed it meanwhile
    ring["current"] = new
    _write(manager, name, ring)
    print(f"{name}: {new} is current; {', '.join(sorted(set(ring['keys']) - {new}))} stay until withdrawn")
    return new


def withdraw(manager: Any, name: str, key_id: str = "") -> None:
    """Take a key out. What it costs stands in docs/operations.md; Secrets Manager keeps the value before this one."""
    ring = _read(manager, name)
    if key_id not in ring["keys"]:
        raise NotRotated(f"{name} has {', '.join(sorted(ring['keys']))}")
    if key_id == ring["current"]:
        raise NotRotated(f"{key_id} is current: rotate first")
    del ring["keys"][key_id]
    _write(manager, name, ring)
    print(f"{name}: {key_id} is withdrawn; every container has let it go within {REFRESH_SECONDS} seconds")


def _added(ring: Ring) -> str | None:
    """A key that a former run has added and not yet made current."""
    newest = max(ring["keys"], key=_number)
    return newest if _number(newest) > _number(ring["current"]) else None


def _number(key_id: str) -> int:
    """Of k1, k2 and so on; 0 for an id that somebody chose otherwise."""
    return int(key_id[1:]) if key_id[:1] == "k" and key_id[1:].isdecimal() else 0


def _read(manager: Any, name: str) -> Ring:
    text = value_of(manager, name)
    Keyring.from_json(text)
    ring: Ring = json.loads(text)
    return ring


def _write(manager: Any, name: str, ring: Ring) -> None:
    text = json.dumps(ring)
    Keyring.from_json(text)
    manager.put_secret_value(SecretId=name, SecretString=text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
