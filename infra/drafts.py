"""`python -m infra.drafts`: the templates that CI reads, under build/drafts, with no code beside them.

A template does not depend on what is in the zip, so nothing is downloaded or built for it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from infra.package import lay_out, merged, run_chalice, write_json
from infra.stages import ROOT, Stage, stage_of
from infra.warm import snapped

DRAFTS = ROOT / "build" / "drafts"


def main() -> None:
    """The stages whose settings differ most, and one with what no stage has switched on."""
    shutil.rmtree(DRAFTS, ignore_errors=True)
    DRAFTS.mkdir(parents=True)
    for stage in (stage_of("dev"), stage_of("prod"), snapped(stage_of("staging"), "all")):
        with tempfile.TemporaryDirectory() as scratch:
            template = json.loads(drafted(stage, Path(scratch)).read_text(encoding="utf-8"))
            # What is deployed has no space between its words: the limits of a template are for that.
            (DRAFTS / f"{stage.name}.json").write_text(json.dumps(template, indent=0), encoding="utf-8")


def drafted(stage: Stage, build: Path) -> Path:
    """The template of a stage, as it is packaged."""
    lay_out(build / "project", stage)
    (build / "project" / "requirements.txt").write_text("", encoding="utf-8")
    write_json(build / "merge.json", merged(stage))
    run_chalice(build, stage.name)
    return build / "sam.json"


if __name__ == "__main__":
    main()
