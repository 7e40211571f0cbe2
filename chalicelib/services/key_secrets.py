"""The rings as Secrets Manager has them, in one call (docs/adr/0026). May not keep one, nor say when it asks."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.held_keys import KeysUnread
from chalicelib.domain.keys import InvalidKeys, Keyring, Use

# Answers that the next call would get as well: the secret, its value or the permission is not there.
FINAL = frozenset({"ResourceNotFoundException", "AccessDeniedException", "InvalidRequestException"})


def read_rings(manager: Any, secret: str, uses: Sequence[Use]) -> dict[Use, Keyring]:
    """The rings of these uses; raises KeysUnread, which names the secret and never what is in it."""
    names = {use: f"{secret}/{use}" for use in uses}
    try:
        texts = _texts(manager, list(names.values()))
        return {use: Keyring.from_json(texts[name]) for use, name in names.items()}
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "?")
        raise KeysUnread(f"secretsmanager:{code}", final=code in FINAL) from error
    except BotoCoreError as error:
        raise KeysUnread(f"secretsmanager:{type(error).__name__}") from error
    except InvalidKeys as invalid:
        raise KeysUnread(f"invalid_keys: {invalid}", final=True) from None


def _texts(manager: Any, names: list[str]) -> dict[str, str]:
    """Secrets by their names. It may batch only for those who read several."""
    if len(names) == 1:
        return {names[0]: manager.get_secret_value(SecretId=names[0])["SecretString"]}
    answer = manager.batch_get_secret_value(SecretIdList=names)
    found = {one["Name"]: one["SecretString"] for one in answer["SecretValues"] if "SecretString" in one}
    if lacking := [name for name in names if name not in found]:
        # What a batch could not read it says beside the rest of an answer that looks well.
        codes = [one.get("ErrorCode") for one in answer.get("Errors", [])]
        raise KeysUnread(f"{lacking}: {codes}", final=not codes or any(code in FINAL for code in codes))
    return found
