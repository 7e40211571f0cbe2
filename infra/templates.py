"""`python -m infra.templates FOLDER`: the templates of a package, made Python once, so that no function compiles one.

A page's first rendering costs 40 ms and an administrator's 140 ms otherwise, at full speed; most functions have a third
of that. `chalicelib/presentation/engine.py` takes these where they are and the templates themselves where they are not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from jinja2 import Environment, meta

from chalicelib.presentation.engine import HTML, MADE, TEXT, html_engine, text_engine
from chalicelib.presentation.engine import ROOT as TEMPLATES

ROOT = Path(__file__).parents[1]


def make_python(folder: Path) -> None:
    """Put a module for each template into this copy of the templates, in place of the templates.

    In a process of its own: Jinja2 writes some names in the order of a set, which hangs on a process's seed, and the
    same templates must give the same package.
    """
    subprocess.run(
        [sys.executable, "-m", "infra.templates", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=True,
    )


def main(folder: Path) -> None:
    """Each engine has its own, since a page escapes what a text does not: what it shows, and what that includes."""
    for kind, engine in ((HTML, html_engine()), (TEXT, text_engine())):
        wanted = needed(engine, {name for name in engine.list_templates() if name.endswith(f".{kind}")})
        engine.compile_templates(
            folder / MADE / kind, filter_func=wanted.__contains__, zip=None, ignore_errors=False
        )
    for kind in (HTML, TEXT):
        for source in folder.rglob(f"*.{kind}"):
            source.unlink()


def needed(engine: Environment, names: set[str]) -> set[str]:
    """These templates and all they include, import or extend."""
    found, waiting = set(names), list(names)
    while waiting:
        source = (TEMPLATES / waiting.pop()).read_text(encoding="utf-8")
        more = {name for name in meta.find_referenced_templates(engine.parse(source)) if name} - found
        found |= more
        waiting += more
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
