"""`python -m infra.package STAGE`: the template and the code of one stage, under build/STAGE, as they are deployed.
Beside the code lies the list of the libraries in it.

Chalice packages a copy of what runs in Lambda, with a configuration that names each step's own IAM policy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra import catalogues, templates
from infra.bindings import LIBRARY, asked, bindings
from infra.bundle import bundle
from infra.contract import read_contract
from infra.gateway_responses import read_gateway_responses
from infra.permissions import policy, read_permissions
from infra.sbom import write_sbom
from infra.stages import ROOT, Stage, stage_of, usage
from infra.template import merge_template
from infra.warm import snapped

ARCHIVE, SBOM = "deployment.zip", "deployment.cdx.json"
PACKAGED = ("app.py", "chalicelib", "requirements.txt")
WANTED_PYTHON = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
ONLY_PINNED = {"PIP_REQUIRE_HASHES": "1", "PIP_ONLY_BINARY": ":all:"}
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


def main(arguments: list[str]) -> int:
    """Package the stage that is named."""
    if wrong := usage("package", arguments):
        print(wrong, file=sys.stderr)
        return 2
    try:
        stage = chosen(stage_of(arguments[0]))
        asked()
    except ValueError as wrong_option:
        print(wrong_option, file=sys.stderr)
        return 1
    build = ROOT / "build" / stage.name
    package_stage(stage, build)
    tell(build)
    return 0


def chosen(stage: Stage) -> Stage:
    """The stage, with snapshots of what SNAP_START names: to check what is not switched on. No deployment asks."""
    return snapped(stage, os.environ.get("SNAP_START", ""))


def package_stage(stage: Stage, build: Path) -> None:
    """Template and code of one stage in a folder."""
    lay_out(build / "project", stage)
    write_json(build / "merge.json", merged(stage))
    run_chalice(build, stage.name)
    argon2 = bindings()
    print(f"      Argon2: {argon2.told}")
    bundle(build / ARCHIVE, {LIBRARY: argon2.library} if argon2.library else {})
    write_sbom(build / ARCHIVE, build / SBOM)


def merged(stage: Stage) -> dict[str, Any]:
    """What Chalice does not write."""
    return merge_template(stage, read_contract(), read_gateway_responses(stage.shared))


def lay_out(project: Path, stage: Stage) -> None:
    """A Chalice project of its own. What an earlier run downloaded stays: only then is packaging quick."""
    catalogues.compiled()
    for name in PACKAGED:
        remove(project / name)
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=IGNORED)
        else:
            project.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, project / name)
    templates.make_python(project / "chalicelib" / "presentation" / "templates")
    for step, row in read_permissions().items():
        written = policy(row, stage, step)
        write_json(project / ".chalice" / f"policy-{step}.json", written)
    write_json(project / ".chalice" / "config.json", with_policies(stage.configuration))


def remove(path: Path) -> None:
    """A file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def with_policies(configuration: dict[str, Any]) -> dict[str, Any]:
    """The same settings, and each function's own policy."""
    own = configuration["lambda_functions"]
    functions = {
        step: {**own.get(step, {}), "iam_policy_file": f"policy-{step}.json"} for step in read_permissions()
    }
    return {**configuration, "lambda_functions": functions}


def run_chalice(build: Path, stage: str) -> None:
    """Chalice needs a region to say which partition it is; it asks nobody and needs no account.

    Attack: one of its libraries is another than the one that was tried. Defence: no file without its hash from
    requirements.txt. On Linux pip gets all of them by that list; where Chalice would ask for a wheel or a source by its
    name alone, because what it got does not run in Lambda, pip refuses.
    """
    environment = {"AWS_DEFAULT_REGION": "eu-west-1", **os.environ, **ONLY_PINNED}
    command = [
        str(Path(sys.executable).with_name("chalice")),
        *("--project-dir", str(build / "project")),
        *("package", "--stage", stage, "--merge-template", str(build / "merge.json"), str(build)),
    ]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def tell(build: Path) -> None:
    """What was made, and whether it may be deployed: Lambda runs the version that packaged it."""
    resources = json.loads((build / "sam.json").read_text(encoding="utf-8"))["Resources"].values()
    functions = [one for one in resources if one["Type"] == "AWS::Serverless::Function"]
    runtimes = {one["Properties"]["Runtime"] for one in functions}
    size = (build / ARCHIVE).stat().st_size / 1e6
    where = build.relative_to(ROOT)
    print(f"{where}/sam.json: {len(functions)} functions on {', '.join(sorted(runtimes))}")
    print(f"{where}/{ARCHIVE}: {size:.1f} MB; what is in it: {where}/{SBOM}")
    if runtimes != {f"python{WANTED_PYTHON}"}:
        print(f"a rehearsal: deployments are packaged with Python {WANTED_PYTHON}, which .venv does not have")


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Readable, since people read templates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
