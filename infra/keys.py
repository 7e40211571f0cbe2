"""The first keys of a stage: a secret for each use, made once; those of a former stage come from its one secret."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from typing import Any

from chalicelib.domain.keys import USES, InvalidKeys, Keyring, Use

Ring = dict[str, Any]
# Before each use had a secret, one ring served all: HKDF-SHA256 (RFC 5869) derived a key for each of these purposes.
FORMER_SALT = b"secure messaging portal keys"
# The seal under the trail's copy is younger, and never came of it: who has the former secret could forge it.
FORMER_PURPOSES: dict[Use, str] = {
    "pepper": "password-pepper",
    "seeds": "seal:two-step-seed",
    "bodies": "seal:message-body",
    "mailed": "mailed-secrets",
    "devices": "device-cookie",
}


def first_keys(manager: Any, name: str) -> bool:
    """Put keys into each secret that is empty. What is there already is never touched: without it no password verifies.

    Where a former version left its one secret, each use gets what was derived of it, under the same ids: nothing that
    was hashed, sealed or mailed is lost, and none of the new secrets leads back to the former one or to another.
    """
    empty = [use for use in USES if not value_of(manager, f"{name}/{use}")]
    former = value_of(manager, name) if FORMER_PURPOSES.keys() & set(empty) else ""
    for use in empty:
        inherits = former and use in FORMER_PURPOSES
        print(f"      {use}: {'from the former secret' if inherits else 'the first'}")
        ring = derived(former, use) if inherits else new_ring()
        manager.put_secret_value(SecretId=f"{name}/{use}", SecretString=json.dumps(ring))
    # A ring that a rotation spoilt, or that shares a key with another, stops here, and not the functions that start.
    held = ",".join(f'"{use}":{value_of(manager, f"{name}/{use}")}' for use in USES)
    Keyring.one_for_each_use(f"{{{held}}}")
    return bool(empty)


def former_is_there(manager: Any, name: str) -> bool:
    """Whether a former version's one secret is there and is not about to be deleted."""
    try:
        return "DeletedDate" not in manager.describe_secret(SecretId=name)
    except manager.exceptions.ResourceNotFoundException:
        return False


def value_of(manager: Any, name: str) -> str:
    """What a secret holds; "" where there is none, or nothing in it yet. One that is about to be deleted raises."""
    try:
        value: str = manager.get_secret_value(SecretId=name).get("SecretString", "")
    except manager.exceptions.ResourceNotFoundException:
        return ""
    return value


def new_ring() -> Ring:
    """One random key."""
    return {"current": "k1", "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode("ascii")}}


def derived(former: str, use: Use) -> Ring:
    """The ring of one use out of the one ring of a former version."""
    ring = Keyring.from_json(former)
    keys = {key_id: hkdf(ring.key(key_id), FORMER_PURPOSES[use]) for key_id in json.loads(former)["keys"]}
    encoded = {key_id: base64.b64encode(key).decode("ascii") for key_id, key in keys.items()}
    return {"current": ring.current, "keys": encoded}


def hkdf(key: bytes, purpose: str) -> bytes:
    """As former versions did it for each purpose."""
    extracted = hmac.digest(FORMER_SALT, key, "sha256")
    return hmac.digest(extracted, purpose.encode("utf-8") + b"\x01", "sha256")


def split_former(keys: str) -> str:
    """PORTAL_KEYS as it is; or, of somebody who kept tables with the one ring, or the five, of a former version, a ring
    for each use.
    """
    try:
        split = {use: derived(keys, use) for use in FORMER_PURPOSES}
    except InvalidKeys:
        try:
            split = json.loads(keys)
        except ValueError:
            return keys  # nonsense, and what is wrong with it `complaint` says
        if not isinstance(split, dict) or split.keys() != FORMER_PURPOSES.keys():
            return keys
    return json.dumps({**split, **{use: new_ring() for use in USES if use not in split}})
