"""`.venv-emulator/bin/python infra/translate.py SAM.json CLOUDFORMATION.json`: what AWS's own translator makes of it.

CloudFormation runs this translator when a stack is made; what it adds or leaves out is in no template of ours. It is in
the emulator's environment alone, so nothing else of this repository may be imported here.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

# Where the packages would be; whoever reads the result looks at everything else.
CODE = {"Bucket": "portal-packages", "Key": "package.zip"}


class NoManagedPolicies:
    """The translator asks IAM for their names. No role of ours has one."""

    def load(self) -> dict[str, str]:
        """None."""
        return {}


def translated(template: dict[str, Any]) -> dict[str, Any]:
    """The same stack in CloudFormation's own words."""
    from samtranslator.translator.transform import transform  # noqa: PLC0415 - of the emulator's environment only

    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = CODE
    made: dict[str, Any] = transform(template, {}, NoManagedPolicies())
    return made


def main(source: Path, target: Path) -> None:
    """From one file to the other."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    template = json.loads(source.read_text(encoding="utf-8"))
    with contextlib.redirect_stdout(io.StringIO()):  # it measures itself aloud
        made = translated(template)
    # CloudFormation counts the file as it is sent, with its blanks.
    target.write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
