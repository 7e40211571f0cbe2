"""`python -m tests.browser.tour`: walks through every flow before Chromium and writes docs/tour.md, in pictures.

One visitor sits at a desk, one has a phone. Nothing of it is committed.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from infra import catalogues
from infra.gateway.emulator import Emulator
from tests.browser.chromium import DESKTOP, Screen, started
from tests.browser.flows import EVERY
from tests.browser.person import Person
from tests.browser.reaching import reached
from tests.engine import CREDENTIALS, Engine
from tests.journeys.town import Town

DOCS = Path(__file__).parents[2] / "docs"
PHONE = Screen("phone", 375, 720, phone=True)
INTRODUCTION = """# A tour of the portal

Page by page, as a recipient, an administrator and the support desk meet them; on a desktop and on a phone. Written by
`make tour`, which walks through the running portal: do not edit it.
"""


@dataclass
class Album:
    """What was seen, chapter by chapter: the sentence of each picture, by its name."""

    pictures: Path
    chapters: dict[str, dict[str, str]] = field(default_factory=dict)

    def keeps(self, person: Person, name: str, sentence: str) -> None:
        """A picture, and what it shows."""
        person.picture(self.pictures / f"{name}-{person.screen.name}.png")
        self.chapters[next(reversed(self.chapters))][name] = sentence

    def written(self) -> str:
        """The whole tour."""
        parts = [INTRODUCTION]
        for title, stops in self.chapters.items():
            parts.append(f"## {title}\n")
            parts.extend(_stop(self.pictures.name, name, sentence) for name, sentence in stops.items())
        return "\n".join(parts)


def _stop(folder: str, name: str, sentence: str) -> str:
    shown = " ".join(
        f'<img src="{folder}/{name}-{screen.name}.png" alt="{name} on a {screen.name}" width="{width}" align="top">'
        for screen, width in ((DESKTOP, "66%"), (PHONE, "28%"))
    )
    return f"{sentence}\n\n{shown}\n"


def main() -> None:
    """Walk, and write it down."""
    catalogues.compiled()
    pictures = DOCS / "tour"
    shutil.rmtree(pictures, ignore_errors=True)
    album = Album(pictures)
    with Emulator() as emulator, started() as browser:
        os.environ.update(CREDENTIALS, AWS_ENDPOINT_URL=emulator.url)
        town = Town(Engine(emulator.url))
        for flow in EVERY:
            title, _, _ = (flow.__doc__ or "").partition("\n")
            album.chapters[title.rstrip(".")] = {}
            for screen in (DESKTOP, PHONE):
                person = Person(browser, reached(town), screen, album.keeps)
                flow(town, person)
                person.leaves()
        town.stop()
    (DOCS / "tour.md").write_text(album.written(), encoding="utf-8")
    print(f"{DOCS / 'tour.md'}: {sum(map(len, album.chapters.values()))} pages")


if __name__ == "__main__":
    main()
