"""The routes of infra/api.yaml, read once for the local gateway, the packager and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.documents import read_yaml

API = Path(__file__).with_name("api.yaml")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method on one path, and the step that answers it."""

    method: str
    path: str
    operation_id: str

    @property
    def step(self) -> str:
        """The Lambda function, its module and its test all have this name."""
        return self.operation_id.partition(".")[0]


@dataclass(frozen=True)
class Match:
    """A path of the contract that a request's path fits, and what stood in the places of its parameters."""

    path: str
    parameters: dict[str, str]
    operations: dict[str, Operation]

    @property
    def allowed(self) -> str:
        """The value of an Allow header."""
        return ", ".join(sorted(self.operations))


class Contract:
    """Every operation, and the way from a request's path to it."""

    def __init__(self, paths: dict[str, dict[str, Operation]]) -> None:
        self.paths = paths

    @property
    def operations(self) -> list[Operation]:
        """As they are written, the derived HEAD left out."""
        return [one for methods in self.paths.values() for verb, one in methods.items() if verb != "HEAD"]

    @property
    def steps(self) -> list[str]:
        """Every step with a route, in the order of the file."""
        return list(dict.fromkeys(one.step for one in self.operations))

    def match(self, raw_path: str) -> Match | None:
        """The path of the contract that fits; one without parameters goes before one with them."""
        if not raw_path.startswith("/"):
            return None
        for path in sorted(self.paths, key=lambda one: one.count("{")):
            parameters = path_parameters(path, raw_path)
            if parameters is not None:
                return Match(path, parameters, self.paths[path])
        return None


def path_parameters(path: str, raw_path: str) -> dict[str, str] | None:
    """What stands for each {name}, as it was sent: a REST API decodes nothing. A slash at the end is no segment."""
    wanted, given = path.rstrip("/").split("/"), raw_path.rstrip("/").split("/")
    if len(wanted) != len(given):
        return None
    parameters = {}
    for pattern, segment in zip(wanted, given, strict=True):
        if pattern.startswith("{") and segment:
            parameters[pattern.strip("{}")] = segment
        elif pattern != segment:
            return None
    return parameters


def read_contract(file: Path = API) -> Contract:
    """The contract as the file has it, and HEAD wherever it has GET."""
    paths = read_yaml(file)["paths"]
    return Contract({path: operations_of(path, item) for path, item in paths.items()})


def operations_of(path: str, item: dict[str, dict[str, str]]) -> dict[str, Operation]:
    """Every method a path answers to."""
    found = {
        method.upper(): Operation(method.upper(), path, item[method]["operationId"])
        for method in METHODS
        if method in item
    }
    if "GET" in found:
        found["HEAD"] = Operation("HEAD", path, found["GET"].operation_id)
    return found
