"""What the emulator made of the two stacks: functions as they were created, and the API as its definition says."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

from infra.contract import Contract, Operation
from infra.gateway_responses import MOCKED
from infra.rehearsal.runtime import Configuration
from infra.warm import ALIASED

INTEGRATED = re.compile(rf"functions/\$\{{(\w+?)(?:\.Arn|{ALIASED})\}}/invocations$")
SECRETS = re.compile(r":secret:([^\"]+)-\?{6}\"")
ANY = "x-amazon-apigateway-any-method"
METHODS = {"get", "head", "post", "put", "patch", "delete"}


class NotAsDeclared(Exception):
    """The template would not deploy what infra/api.yaml says."""


def functions(client: Any, manager: Any, template: dict[str, Any]) -> dict[str, Configuration]:
    """Every function by its logical name, with what Lambda was told about it."""
    declared = {
        name: one["Properties"]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::Serverless::Function"
    }
    roles = {name: template["Resources"][f"{name}Role"] for name in declared}
    return {
        name: permitted(configuration(client, one), manager, roles[name]) for name, one in declared.items()
    }


def configuration(client: Any, declared: dict[str, Any]) -> Configuration:
    """One function; of one with an alias, the version behind that."""
    name, alias = declared["FunctionName"], declared.get("AutoPublishAlias")
    told = client.get_function_configuration(FunctionName=name, **({"Qualifier": alias} if alias else {}))
    variables = told.get("Environment", {}).get("Variables", {})
    return Configuration(
        name,
        told["Handler"],
        variables,
        float(told["Timeout"]),
        told["MemorySize"],
        told["Version"],
        started_by(declared, told),
    )


def started_by(declared: dict[str, Any], told: dict[str, Any]) -> str:
    """What Lambda calls the way in which a container comes to be."""
    if "ProvisionedConcurrencyConfig" in declared:
        return "provisioned-concurrency"
    published = told["Version"] != "$LATEST"
    return "snap-start" if published and told["SnapStart"]["ApplyOn"] == "PublishedVersions" else "on-demand"


def permitted(function: Configuration, manager: Any, role: dict[str, Any]) -> Configuration:
    """The emulator lets everybody read every secret. So a function finds copies of those that its role may read, and
    looks for any other in vain, as on AWS.
    """
    own = f"{function.variables['PORTAL_KEYS_SECRET']}/readable-by/{function.name}"
    for name in readable(role):
        copied = f"{own}/{name.rpartition('/')[2]}"
        with suppress(manager.exceptions.ResourceExistsException):
            manager.create_secret(Name=copied)
        value = manager.get_secret_value(SecretId=name)["SecretString"]
        manager.put_secret_value(SecretId=copied, SecretString=value)
    return replace(function, variables={**function.variables, "PORTAL_KEYS_SECRET": own})


def readable(role: dict[str, Any]) -> list[str]:
    """The names of the secrets whose values a role may get."""
    policies = role["Properties"].get("Policies", [])
    statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    allowed = [one["Resource"] for one in statements if "secretsmanager:GetSecretValue" in one["Action"]]
    return SECRETS.findall(json.dumps(allowed))


def called_by_the_clock(template: dict[str, Any]) -> list[str]:
    """The logical names of the functions behind a rule."""
    rules = [
        one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Events::Rule"
    ]
    targets = [target["Arn"]["Fn::Sub"] for rule in rules for target in rule["Targets"]]
    return [target.strip("${}").removesuffix(".Arn").removesuffix(ALIASED) for target in targets]


def contract_of(template: dict[str, Any]) -> Contract:
    """The routes as API Gateway reads them: the function behind each by its integration, the gate before each."""
    body = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    paths = {}
    for path, item in body["paths"].items():
        answered(path, item)
        paths[path] = {verb.upper(): operation(verb, path, item[verb]) for verb in item if verb in METHODS}
    return Contract(paths)


def answered(path: str, item: dict[str, Any]) -> None:
    """Other methods get their 405, whatever they carry: the gateway of the rehearsal answers so without asking."""
    if ANY not in item:
        raise NotAsDeclared(f"{path}: other methods have no answer")
    mock = item[ANY]["x-amazon-apigateway-integration"]
    if mock["passthroughBehavior"] != "never" or set(mock["requestTemplates"]) != set(MOCKED):
        raise NotAsDeclared(f"{path}: to a body of another type the answer is a fault")


def operation(verb: str, path: str, method: dict[str, Any]) -> Operation:
    """One method."""
    if method["security"] != [{"gate": []}]:
        raise NotAsDeclared(f"{verb} {path}: no authorizer")
    return Operation(verb.upper(), path, integrated(method["x-amazon-apigateway-integration"]["uri"]))


def authorizer_of(template: dict[str, Any]) -> str:
    """The function that API Gateway asks first."""
    body = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    gate = body["components"]["securitySchemes"]["gate"]["x-amazon-apigateway-authorizer"]
    if (gate["type"], gate["authorizerResultTtlInSeconds"]) != ("request", 0):
        raise NotAsDeclared("the authorizer's verdict would be remembered")
    return integrated(gate["authorizerUri"])


def integrated(uri: dict[str, str]) -> str:
    """The logical name of the function that an integration calls."""
    found = INTEGRATED.search(uri["Fn::Sub"])
    if found is None:
        raise NotAsDeclared(f"no function in {uri}")
    return found[1]


def mappings(template: dict[str, Any]) -> dict[str, list[Any]]:
    """The functions behind the events table's stream, with the patterns that wake them."""
    found = [
        one["Properties"]
        for one in template["Resources"].values()
        if one.get("Type") == "AWS::Lambda::EventSourceMapping"
    ]
    return {
        one["FunctionName"]["Ref"].removesuffix(ALIASED): [
            json.loads(each["Pattern"]) for each in one["FilterCriteria"]["Filters"]
        ]
        for one in found
    }
