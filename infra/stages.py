"""The stages of .chalice/config.json: what each function of each finds in its environment, and the names around it.

`python -m infra.stages COMMAND STAGE` ends at once where there is no such stage, before COMMAND does anything slow.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
RUNNING = ROOT / "build" / "run" / "tables.json"  # where the tables are of the portal that was started last
FILE = ROOT / ".chalice" / "config.json"


def read_configuration() -> dict[str, Any]:
    """Chalice's own settings, of every stage."""
    configuration: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return configuration


@dataclass(frozen=True)
class Stage:
    """One of them: `portal-STAGE-data` stays, `portal-STAGE` is replaced, `portal-STAGE-copy` nobody can rewrite."""

    name: str
    configuration: dict[str, Any]

    @property
    def stack(self) -> str:
        """The functions and the API."""
        return f"portal-{self.name}"

    @property
    def data_stack(self) -> str:
        """Tables, keys, and everything else that outlives a version."""
        return f"portal-{self.name}-data"

    @property
    def copy_stack(self) -> str:
        """The copy of the trail, in whichever account."""
        return f"portal-{self.name}-copy"

    @property
    def trail_days(self) -> int:
        """How long events are kept; 0: for good."""
        return int(self.shared.get("PORTAL_TRAIL_DAYS") or 0)

    @cached_property
    def shared(self) -> dict[str, str]:
        """The variables of every function."""
        variables: dict[str, str] = self.configuration["stages"][self.name]["environment_variables"]
        return variables

    def function(self, step: str) -> dict[str, Any]:
        """What is said of one function: of every stage's, and above that of this stage's own."""
        levels = (self.configuration, self.configuration["stages"][self.name])
        general, own = (level.get("lambda_functions", {}).get(step, {}) for level in levels)
        return {**general, **own}

    def variables(self, step: str) -> dict[str, str]:
        """The variables of one function."""
        return {**self.shared, **self.function(step).get("environment_variables", {})}

    @property
    def days_of_logs(self) -> int:
        """How long logs are kept."""
        days: int = self.configuration["stages"][self.name]["log_retention_in_days"]
        return days

    @property
    def in_sandbox(self) -> bool:
        """Whether it may live in an account whose SES sends to verified recipients alone."""
        return bool(self.configuration["stages"][self.name].get("in_sandbox", False))

    @property
    def canary(self) -> bool:
        """Whether it walks: not where nobody can from AWS, since ranges or the lack of a name keep everybody out."""
        return bool(self.configuration["stages"][self.name].get("canary", True))

    @property
    def host(self) -> str:
        """The portal's own name, which PORTAL_URL says."""
        return urlsplit(self.shared["PORTAL_URL"]).netloc

    @property
    def mail_domain(self) -> str:
        """Where mail comes from."""
        return self.shared["PORTAL_MAIL_FROM"].rpartition("@")[2]

    @property
    def configuration_set(self) -> str:
        """Under which SES tells what became of each mail."""
        return self.variables("send_mail")["PORTAL_SES_CONFIGURATION_SET"]

    @property
    def event_bus(self) -> str:
        """Where other systems hear of contained accounts."""
        return self.variables("publish_event")["PORTAL_EVENT_BUS"]

    @property
    def publishes_everything(self) -> bool:
        """Whether all events go there, as `chalicelib/settings.py` reads it."""
        return self.variables("publish_event").get("PORTAL_PUBLISH_EVENTS", "").strip().lower() == "all"

    def of_data(self, output: str) -> dict[str, str]:
        """What the data stack exports under this name, for the service stack's template."""
        return {"Fn::ImportValue": f"{self.data_stack}-{output}"}


def stage_of(name: str) -> Stage:
    """One stage as it is configured."""
    return Stage(name, read_configuration())


def usage(command: str, arguments: list[str]) -> str:
    """How the command is called, or "" where it names one stage that there is."""
    stages = read_configuration()["stages"]
    if len(arguments) == 1 and arguments[0] in stages:
        return ""
    return f"usage: make {command} STAGE={'|'.join(stages)}"


if __name__ == "__main__":
    told = usage(sys.argv[1], sys.argv[2:])
    if told:
        print(told, file=sys.stderr)
    sys.exit(2 if told else 0)
