"""The copy of the trail: its stack, in whichever account, and the way to it for whoever reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalicelib.domain.keys import Keyring
from chalicelib.services.trail_copy import Copies
from infra.choices import chosen
from infra.data_stack import Clients
from infra.stacks import Failed, change, description, kept
from infra.stages import ROOT, Stage

COPY: Path = ROOT / "infra" / "copy.yaml"
# The copy outlives the table's rows, so that none is without its copy; beyond that it is not kept.
LONGER_DAYS = 30
Elsewhere = tuple[Clients, str] | None


class NoCopy(Exception):
    """The stage was deployed before there was a copy."""


def copy_parameters(stage: Stage, writer: str = "") -> dict[str, str | None]:
    """What infra/copy.yaml asks for. None: as the stack has it."""
    days = stage.trail_days + LONGER_DAYS if stage.trail_days else 0
    return {
        "Stage": stage.name,
        "Writer": writer,
        "BreakGlassRole": chosen("BREAK_GLASS_ROLE"),
        "LockMode": chosen("COPY_LOCK"),
        "LockDays": str(days or 400),
        "KeepDays": str(days),
    }


def copy_bucket(stage: Stage, client: Clients, elsewhere: Elsewhere) -> str:
    """The bucket's name, once its stack is made or changed: by the stage's own clients, or those of another account.

    Attack: none is needed. A deployment that forgets which account has the copy makes another, empty one, and events go
    there from then on. Defence: where the copy is, the service stack knows.
    """
    known = kept(description(client("cloudformation"), stage.stack)).get("CopyBucket", "")
    stacks = (elsewhere[0] if elsewhere else client)("cloudformation")
    if known and description(stacks, stage.copy_stack) is None:
        raise Failed(f"the copy of the trail is in another account ({known}): say which by COPY_PROFILE")
    print(f"      {'in an account of its own' if elsewhere else 'in this account'}")
    parameters = copy_parameters(stage, elsewhere[1] if elsewhere else "")
    told = change(stacks, stage.copy_stack, {"TemplateBody": COPY.read_text()}, parameters, keeps=True)
    if known and told["Bucket"] != known:
        raise Failed(f"the copy of the trail is {known}, and this account has {told['Bucket']}")
    return told["Bucket"]


def copy_of(stage: Stage, client: Clients) -> tuple[Copies, Keyring]:
    """A stage's copy and the ring that seals it, to be read. Raises `NoCopy`."""
    bucket = kept(description(client("cloudformation"), stage.stack)).get("CopyBucket", "")
    if not bucket:
        raise NoCopy(f"{stage.name} has no copy of its trail yet: make deploy STAGE={stage.name} makes it")
    secret = f"{stage.shared['PORTAL_KEYS_SECRET']}/trail"
    text = client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    return Copies(client("s3"), bucket), Keyring.from_json(text)


def local_copy(told: dict[str, Any], s3: Any) -> tuple[Copies, Keyring]:
    """That of the portal that `make run` has started."""
    return Copies(s3, told["copy"]), Keyring.from_json(json.dumps(told["trail"]))
