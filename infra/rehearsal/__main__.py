"""`python -m infra.rehearsal`: one stage deployed to an emulator and served from its package, until it is ended.

It takes the place of the local gateway for whoever walks through the portal: same port, same announcement. The stage
is STAGE of .chalice/config.json under a name of its own, with the PORTAL_ variables of this process put in as settings
of the stage: they reach the functions through the template or not at all.
"""

from __future__ import annotations

import copy
import json
import os
import signal
import sys
import threading
import zipfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from infra import deploy
from infra.data_stack import DATA, data_parameters
from infra.gateway import mailbox
from infra.gateway.__main__ import Front, announce, nudge, stop_politely
from infra.gateway.api import LocalApi
from infra.gateway.demonstration import send_demonstration
from infra.gateway.emulator import Emulator
from infra.gateway.environment import mail_service, portal_defaults, streams_client
from infra.gateway.event_source import EventSource
from infra.gateway.server import make_server
from infra.gateway.terminal import show_everything
from infra.keys import split_former
from infra.package import chosen, package_stage, write_json
from infra.permissions import logical
from infra.rehearsal import stack
from infra.rehearsal.runtime import Function, runtime_client
from infra.stacks import change
from infra.stages import ROOT, Stage, read_configuration
from infra.workers import CANARY

BUILD = ROOT / "build" / "rehearsal"
# Keys reach a function by its secret, never by a variable.
NOT_SETTINGS = {
    "PORTAL_KEYS",
    "PORTAL_KEYS_SECRET",
    "PORTAL_SES_CONFIGURATION_SET",
    "PORTAL_EVENT_BUS",
    "PORTAL_COPY_BUCKET",
}
UNKNOWN_TO_EMULATOR = {
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::WAFv2::LoggingConfiguration",
}


def main() -> int:
    """Rehearse until somebody ends it."""
    show_everything()
    signal.signal(signal.SIGTERM, stop_politely)
    with ExitStack() as closing:
        try:
            serve(int(os.environ.get("PORT", "8000")), closing)
        except KeyboardInterrupt:
            return 0
    return 0


def serve(port: int, closing: ExitStack) -> None:
    """Deploy, start, listen."""
    front = Front()
    server = make_server(front, port)
    closing.callback(server.close)
    prepare(server.effective_port, closing)
    stage = chosen(rehearsed(os.environ.get("STAGE", "dev")))
    template = deployed(stage)
    functions = started(stage, template, closing)
    ring(template, functions)
    sources = event_sources(stage, template, functions)
    for one in sources:
        closing.callback(one.stop)
    call = partial(invoke, functions, stack.authorizer_of(template))
    front.open(
        LocalApi(stack.contract_of(template), call, after_write=lambda: nudge(sources)),
        mailbox.Mailbox(mailbox.read_ministack(mail_service())),
    )
    send_demonstration()
    nudge(sources)
    announce(server.effective_port)
    threading.Thread(target=partial(walk, functions), daemon=True).start()
    server.run()


def prepare(port: int, closing: ExitStack) -> None:
    """The settings of this process where nobody has given others, and an emulator where there is none."""
    for name, value in portal_defaults(port).items():
        os.environ.setdefault(name, value)
    if not os.environ.get("AWS_ENDPOINT_URL"):
        os.environ["AWS_ENDPOINT_URL"] = closing.enter_context(Emulator()).url


def rehearsed(name: str) -> Stage:
    """The stage under a name of its own, so that several can be rehearsed in one emulator."""
    configuration = copy.deepcopy(read_configuration())
    own = os.environ["PORTAL_TABLE_PREFIX"].removeprefix("portal-").strip("-")
    written = json.dumps(configuration["stages"][name])
    renamed = written.replace(f"portal-{name}", f"portal-{own}").replace(f"/{name}/", f"/{own}/")
    renamed_stage = json.loads(renamed)
    given = {
        key: value
        for key, value in os.environ.items()
        if key.startswith("PORTAL_") and key not in NOT_SETTINGS
    }
    renamed_stage["environment_variables"].update(given)
    # The emulator tells nobody of a delivery, so the canary does not wait for one.
    renamed_stage["lambda_functions"][CANARY]["environment_variables"] = {}
    return Stage(own, {**configuration, "stages": {own: renamed_stage}})


def deployed(stage: Stage) -> dict[str, Any]:
    """By the very program of `make deploy`, with the keys of this process as the first ones."""
    keys = os.environ["PORTAL_KEYS"]
    os.environ["PORTAL_KEYS"] = split_former(keys)
    former = keys != os.environ["PORTAL_KEYS"]
    if former:
        leave_former_keys(stage, keys)
    client, put = boto3.Session().client, None if former else put_own_keys
    if deploy.deploy(stage, client, BUILD, package_for_emulator, put):
        sys.exit("the rehearsal ends here")
    template: dict[str, Any] = json.loads((BUILD / "sam.json").read_text(encoding="utf-8"))
    return template


def leave_former_keys(stage: Stage, keys: str) -> None:
    """The data stack as a former version left it: one secret with keys, which the deployment then splits."""
    parameters = data_parameters(stage) | {"FormerKeys": "yes"}
    template = {"TemplateBody": DATA.read_text()}
    change(boto3.client("cloudformation"), stage.data_stack, template, parameters)
    name = stage.shared["PORTAL_KEYS_SECRET"]
    boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString=keys)


def put_own_keys(manager: Any, name: str) -> bool:
    """Tests make accounts of their own, whose passwords are hashed with these."""
    for use, ring in json.loads(os.environ["PORTAL_KEYS"]).items():
        manager.put_secret_value(SecretId=f"{name}/{use}", SecretString=json.dumps(ring))
    return True


def package_for_emulator(stage: Stage, build: Path) -> None:
    """The same package; of the template the emulator must not see what it does not know."""
    package_stage(stage, build)
    template = json.loads((build / "sam.json").read_text(encoding="utf-8"))
    known = {name: one for name, one in template["Resources"].items() if known_to_emulator(one)}
    write_json(build / "sam.json", {**template, "Resources": known})


def known_to_emulator(resource: dict[str, Any]) -> bool:
    """It refuses a template with an alarm that is computed from several metrics, or composed of several alarms."""
    computed = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    return resource["Type"] not in UNKNOWN_TO_EMULATOR and not computed


def started(stage: Stage, template: dict[str, Any], closing: ExitStack) -> dict[str, Function]:
    """Every function from the unpacked package."""
    package, logs = BUILD / stage.name / "package", BUILD / stage.name / "logs"
    with zipfile.ZipFile(BUILD / "deployment.zip") as archive:
        archive.extractall(package)  # our own, made a moment ago
    logs.mkdir(exist_ok=True)
    client = boto3.client("lambda")
    stop_emulated(client)
    runtime = runtime_client(BUILD / "runtime")
    functions = {}
    for name, one in stack.functions(client, boto3.client("secretsmanager"), template).items():
        functions[name] = Function(one, package, runtime, logs / f"{one.name}.log")
        closing.callback(functions[name].stop)
    return functions


def stop_emulated(client: Any) -> None:
    """The emulator would run the workers too, in a process of its own making, and every mail would go out twice."""
    for one in client.list_event_source_mappings()["EventSourceMappings"]:
        client.delete_event_source_mapping(UUID=one["UUID"])
    clock = boto3.client("events")
    for rule in clock.list_rules()["Rules"]:
        clock.disable_rule(Name=rule["Name"])


def ring(template: dict[str, Any], functions: dict[str, Function]) -> None:
    """Call what the clock calls, as EventBridge would within the hour; one that fails ends the rehearsal."""
    for name in stack.called_by_the_clock(template):
        if name == logical(CANARY):
            continue  # before anybody answers, it has nowhere to walk
        print(f"{name} by the clock: {functions[name].invoke({'source': 'aws.events'})}", flush=True)


def walk(functions: dict[str, Function]) -> None:
    """The canary, from its package, once there is something to walk through; a test reads what it says."""
    print(f"the canary: {functions[logical(CANARY)].invoke({'source': 'aws.events'})}", flush=True)


def event_sources(
    stage: Stage, template: dict[str, Any], functions: dict[str, Function]
) -> list[EventSource]:
    """The events table's stream in front of each function that the template maps to it."""
    table = stage.shared["PORTAL_TABLE_PREFIX"] + "events"
    sources = []
    for name, patterns in stack.mappings(template).items():
        function = functions[name].invoke
        sources.append(EventSource(streams_client(), table, function, patterns=patterns))
        sources[-1].start()
    return sources


def invoke(functions: dict[str, Function], authorizer: str, step: str, event: dict[str, Any]) -> Any:
    """The gateway's way to a function; it asks for the authorizer by its role and for steps by their logical names."""
    return functions[authorizer if step == "authorizer" else step].invoke(event)


if __name__ == "__main__":
    sys.exit(main())
