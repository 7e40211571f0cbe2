"""The YAML files of this folder, read by libyaml where PyYAML has it, in a tenth of the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Path) -> Any:
    """What the file says, without any tag that would make an object."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader, either of them
