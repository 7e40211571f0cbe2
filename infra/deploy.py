"""`python -m infra.deploy STAGE`: one stage, from its settings to a portal that answers. Running it again is safe.

First it says everything that is missing, and begins nothing. Then: the data stack, the first keys, the package under
its digest, the service stack, and the invitation of the first administrator. A stack that fails rolls itself back.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.keys import InvalidKeys
from infra.edge import settle_name
from infra.keys import first_keys, former_is_there
from infra.package import package_stage
from infra.permissions import function_name
from infra.preflight import identity, lacking, records
from infra.stacks import Failed, change
from infra.stages import ROOT, Stage, stage_of, usage
from infra.warm import ALIAS, warm

DATA = ROOT / "infra" / "data.yaml"
MISSING, WAITING = 2, 3
Clients = Callable[[str], Any]


def main(arguments: list[str]) -> int:
    """Deploy the stage that is named."""
    if wrong := usage("deploy", arguments):
        print(wrong, file=sys.stderr)
        return MISSING
    stage = stage_of(arguments[0])
    session = boto3.Session()
    missing = lacking(stage, session)
    if missing:
        print(f"Nothing was begun. To deploy {stage.name}, this is missing:", file=sys.stderr)
        print("\n".join(f"  - {one}" for one in missing), file=sys.stderr)
        return MISSING
    config = Config(retries={"total_max_attempts": 5, "mode": "standard"})
    try:
        return deploy(
            stage,
            lambda service: session.client(service, config=config),
            ROOT / "build" / stage.name,
        )
    except (ClientError, BotoCoreError, Failed, InvalidKeys) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1


def deploy(
    stage: Stage,
    client: Clients,
    build: Path,
    package: Callable[[Stage, Path], None] = package_stage,
    keys: Callable[[Any, str], bool] | None = None,
) -> int:
    """The whole of it, once nothing is missing. The rehearsal packages and makes keys in its own way."""
    stacks = client("cloudformation")
    print(f"1/5 {stage.data_stack}")
    manager, keys_secret = client("secretsmanager"), stage.shared["PORTAL_KEYS_SECRET"]
    parameters = data_parameters(stage) | {
        "FormerKeys": "yes" if former_is_there(manager, keys_secret) else "no"
    }
    made = change(stacks, stage.data_stack, {"TemplateBody": DATA.read_text()}, parameters, keeps=True)
    print("2/5 keys")
    (keys or first_keys)(manager, keys_secret)
    if not sends(client("sesv2"), stage):
        return WAITING
    print("3/5 package")
    package(stage, build)
    parameters = {"CertificateArn": os.environ.get("CERTIFICATE_ARN", "")}
    has_name = bool(parameters["CertificateArn"])
    template = uploaded(client("s3"), made["PackagesBucket"], build, has_name=has_name)
    print(f"4/5 {stage.stack}")
    told = change(stacks, stage.stack, template, parameters)
    print("5/5 first administrator")
    print(f"      {stage.shared['PORTAL_ADMIN_EMAIL']}: {set_up(client('lambda'), stage)}")
    print(f"{stage.shared['PORTAL_URL']} (API: {told['Url']}) {told.get('NameTarget', '')}")
    return 0


def data_parameters(stage: Stage) -> dict[str, str]:
    """What infra/data.yaml asks for."""
    return {
        "Stage": stage.name,
        "TablePrefix": stage.shared["PORTAL_TABLE_PREFIX"],
        "KeysSecret": stage.shared["PORTAL_KEYS_SECRET"],
        "MailDomain": stage.mail_domain,
        "MakeIdentity": os.environ.get("MAKE_IDENTITY", "yes"),
        "ConfigurationSet": stage.configuration_set,
        "EventBus": stage.event_bus,
        "AlarmAddress": os.environ.get("ALARM_ADDRESS", ""),
    }


def sends(ses: Any, stage: Stage) -> bool:
    """Whether SES sends for this stage; if not, what to do about it is said."""
    told = [identity(ses, one) for one in (stage.shared["PORTAL_MAIL_FROM"], stage.mail_domain)]
    known = [one for one in told if one is not None]
    if any(one.get("VerifiedForSendingStatus") for one in known):
        return True
    print("SES does not send for this stage yet. Publish these records, wait a little and run again:")
    print(records(known[-1], stage) if known else f"  (none: verify {stage.mail_domain} in SES first)")
    return False


def uploaded(s3: Any, bucket: str, build: Path, *, has_name: bool) -> dict[str, str]:
    """The package and the template that names it, each under its own digest: a rollback finds the former ones."""
    archive = (build / "deployment.zip").read_bytes()
    key = f"{hashlib.sha256(archive).hexdigest()}.zip"
    s3.put_object(Bucket=bucket, Key=key, Body=archive)
    template = json.loads((build / "sam.json").read_text(encoding="utf-8"))
    settle_name(template, has_name=has_name)
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    body = json.dumps(template, separators=(",", ":")).encode()
    name = f"{hashlib.sha256(body).hexdigest()}.json"
    s3.put_object(Bucket=bucket, Key=name, Body=body)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": name}).partition("?")[0]
    return {"TemplateURL": url}


def set_up(functions: Any, stage: Stage) -> str:
    """Invite the first administrator, again as long as nobody has used the invitation; what was done, in words."""
    name = {"FunctionName": function_name(stage.name, "setup")}
    if warm(stage, "setup"):
        name["Qualifier"] = ALIAS
        functions.get_waiter("published_version_active").wait(**name)  # its snapshot takes a while
    answer = functions.invoke(**name, Payload=b"{}")
    told = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Failed(f"setup: {told}")
    if not told["invited"]:
        return "was there already"
    return "invited by mail once more, since nobody has logged on yet" if told["again"] else "invited by mail"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
