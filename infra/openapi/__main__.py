"""`python -m infra.openapi`: writes docs/openapi.json and docs/api.md."""

from __future__ import annotations

import json
from pathlib import Path

from infra.openapi.document import document
from infra.openapi.reference import reference

DOCS = Path(__file__).parents[2] / "docs"


def written() -> dict[Path, str]:
    """Each file with what belongs into it."""
    whole = document()
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    return {DOCS / "openapi.json": text, DOCS / "api.md": reference(whole)}


def write() -> None:
    """Write them."""
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
