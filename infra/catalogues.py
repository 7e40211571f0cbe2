"""The message catalogues: `python -m infra.catalogues` brings them up to date with the source; says what is missing.

All wording is in the source in English and in `chalicelib/presentation/locales/LANGUAGE/ROOM.po` in each
other language, a file for each room of the wording. `compiled` makes the one
catalogue a language has at run time. Babel reads and writes them; it is never packaged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from chalicelib.presentation.languages import COMPILED, LANGUAGES, LOCALES, SOURCE

ROOT = Path(__file__).parents[1]
SPOKEN = tuple(name for name in LANGUAGES if name != SOURCE)
# Which file a text belongs to, by where it stands: the first that fits.
ROOMS = {
    "mails": ("presentation/templates/mail/", "mail/"),
    "console": (
        "presentation/templates/pages/admin_",
        "presentation/templates/parts/console",
        "presentation/templates/console",
        "flows/console",
        "steps/admin_",
        "domain/networks",
    ),
    "pages": ("",),
}
METHODS = [("**.py", "python"), ("presentation/templates/**", "jinja2")]
OPTIONS = {"presentation/templates/**": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
# `_()` and `{% trans %}` in templates; in Python `form.say()`, and `marked()` where a text is only written down.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "_count": (1, 2),
    "say": None,
    "_say": None,
    "marked": None,
    "Criterion": (2,),  # the domain knows no language; whoever shows its labels says them
    "InvalidRange": (2,),  # the domain knows no language; flows/ranges.py says its causes
}


def room_of(file: str) -> str:
    """The catalogue a source file's texts are in."""
    return next(room for room, places in ROOMS.items() if file.startswith(places))


def extracted() -> dict[str, Catalog]:
    """Every text of the source, in its room."""
    rooms = {room: Catalog(charset="utf-8") for room in ROOMS}
    known: set[object] = set()
    for file, _line, message, _comments, context in _texts():
        if message not in known:  # the room that says it first keeps it: one text has one translation
            known.add(message)
            rooms[room_of(file)].add(message, context=context)
    return rooms


def _texts() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    found = extract_from_dir(ROOT / "chalicelib", METHODS, OPTIONS, KEYWORDS)
    yield from sorted(found, key=lambda one: (list(ROOMS)[::-1].index(room_of(one[0])), one[0], one[1]))


def catalogue_file(language: str, room: str) -> Path:
    """Where the translations of one room lie."""
    return LOCALES / language / f"{room}.po"


def read(language: str, room: str) -> Catalog:
    """One of them; empty where there is none yet."""
    file = catalogue_file(language, room)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as source:
        return read_po(source, locale=language)


def update(language: str, room: str, template: Catalog) -> list[object]:
    """Add what is new, drop what is gone, keep what is there; gives the texts that wait for a translation."""
    catalogue = read(language, room)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    file = catalogue_file(language, room)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as target:
        # Neither line numbers nor dates: a file changes only when its words do.
        write_po(target, catalogue, width=110, no_location=True, omit_header=True, sort_output=True)
    return [message.id for message in catalogue if message.id and not _is_translated(message.string)]


def _is_translated(string: str | Iterable[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def together(language: str) -> Catalog:
    """Every room's translations in one."""
    whole = Catalog(locale=language, charset="utf-8")
    for room in ROOMS:
        for message in read(language, room):
            if message.id and _is_translated(message.string) and not message.fuzzy:
                whole.add(message.id, message.string, context=message.context)
    return whole


def compiled(locales: Path = LOCALES) -> None:
    """Write each language's catalogue as it is read at run time, into this folder's copy of the locales."""
    for language in SPOKEN:
        made = locales / language / COMPILED
        made.parent.mkdir(parents=True, exist_ok=True)
        sources = [catalogue_file(language, room) for room in ROOMS]
        newest = max((file.stat().st_mtime for file in sources if file.exists()), default=0.0)
        if made.exists() and made.stat().st_mtime > newest:
            continue
        beside = made.with_suffix(f".{id(made):x}")
        with beside.open("wb") as target:
            write_mo(target, together(language))
        beside.replace(made)  # at once: test runs beside each other compile it too


def main() -> int:
    """Update every catalogue; 1 while a text has no translation."""
    missing = 0
    for room, template in extracted().items():
        for language in SPOKEN:
            waiting = update(language, room, template)
            missing += len(waiting)
            print(f"{language} {room}: {len(template)} texts, {len(waiting)} without a translation")
    compiled()
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
