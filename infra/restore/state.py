"""How far a restore has come, written down after each page: whatever ends it, the next run goes on from there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class State:
    """One restore of one stage to one moment. `steps` are done; `after` is where the step at hand goes on."""

    file: Path | None
    at: float
    started: float
    reopen: bool = False
    steps: list[str] = field(default_factory=list)
    after: dict[str, Any] | None = None
    lost: dict[str, list[list[Any]]] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)  # to erase an account: the key of the last one
    report: dict[str, list[str]] = field(default_factory=dict)
    closed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path, at: float, now: float, *, reopen: bool) -> State:
        """What an earlier run has left, or the beginning of one."""
        if file.exists():
            return cls(file, **json.loads(file.read_text(encoding="utf-8")))
        return cls(file, at, now, reopen)

    def keep(self) -> None:
        """Write it down, whole or not at all. A dry run has no file."""
        if self.file is None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        half = self.file.with_suffix(".half")
        kept = {name: value for name, value in asdict(self).items() if name != "file"}
        half.write_text(json.dumps(kept), encoding="utf-8")
        half.replace(self.file)

    def is_done(self, step: str) -> None:
        """The next one begins at its beginning."""
        self.steps.append(step)
        self.after = None
        self.keep()

    def tell(self, heading: str, line: str) -> None:
        """Something an operator must look at; once, however often a step is begun."""
        lines = self.report.setdefault(heading, [])
        if line not in lines:
            lines.append(line)
