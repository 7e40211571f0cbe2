"""`python -m tests.browser.tour`: writes docs/tour.md, in pictures, from what the tests of the flows kept on their way.

It opens no page itself. Nothing of it is committed.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.browser.chromium import ARTEFACTS, DESKTOP, PHONE, Screen
from tests.browser.flows import EVERY
from tests.browser.person import Person
from tests.journeys.town import Town

Flow = Callable[[Town, Person], None]
DOCS = Path(__file__).parents[2] / "docs"
SHOWN = ((DESKTOP, "66%"), (PHONE, "28%"))
INTRODUCTION = """# A tour of the portal

Page by page, as a recipient, an administrator and the support desk meet them; on a desktop by day and on a phone by
night. Drawn from the tests that walk through the running portal (`make tour`): do not edit it.
"""


def stops_of(flow: Flow, screen: Screen) -> Path:
    """Where the sentences of a flow's pictures are kept, by their names."""
    return ARTEFACTS / screen.name / f"{flow.__name__}.json"


def kept(flow: Flow, person: Person) -> None:
    """Somebody went through all of it."""
    where = stops_of(flow, person.screen)
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(json.dumps(person.stops), encoding="utf-8")


def not_walked() -> list[str]:
    """The flows that were not gone through to their end on each screen."""
    return [
        f"{flow.__name__} on a {screen.name}"
        for flow in EVERY
        for screen, _ in SHOWN
        if not stops_of(flow, screen).is_file()
    ]


def written() -> Iterator[str]:
    """The whole tour: a chapter a flow."""
    yield INTRODUCTION
    for flow in EVERY:
        title, _, _ = (flow.__doc__ or "").partition("\n")
        yield f"## {title.rstrip('.')}\n"
        for name, sentence in json.loads(stops_of(flow, DESKTOP).read_text(encoding="utf-8")).items():
            yield f"{sentence}\n\n{' '.join(_shown(name))}\n"


def _shown(name: str) -> Iterator[str]:
    for screen, width in SHOWN:
        picture = f"{name}-{screen.name}.png"
        shutil.copyfile(ARTEFACTS / screen.name / f"{name}.png", DOCS / "tour" / picture)
        yield f'<img src="tour/{picture}" alt="{name} on a {screen.name}" width="{width}" align="top">'


def main() -> None:
    """Write it down, or say what is missing."""
    if missing := not_walked():
        sys.exit(f"no tour, `make tour` goes through all of it: {', '.join(missing)}")
    shutil.rmtree(DOCS / "tour", ignore_errors=True)
    (DOCS / "tour").mkdir()
    parts = list(written())
    (DOCS / "tour.md").write_text("\n".join(parts), encoding="utf-8")
    print(f"{DOCS / 'tour.md'}: {len(parts) - 1 - len(EVERY)} pages")


if __name__ == "__main__":
    main()
