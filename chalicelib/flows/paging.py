"""A list that comes page by page: how long a page is, and the ways between them. May not know what is listed."""

from collections.abc import Mapping
from urllib.parse import urlencode

from chalicelib.web.request import Request

ROWS = 25  # of a table on one page, which so stays under 50 KB
ROWS_OF_A_PROGRAM = 100


def rows_of(request: Request) -> int:
    """How many rows a page of a list has: few for a person, more for a program."""
    return ROWS_OF_A_PROGRAM if request.wants_json else ROWS


def turning(request: Request, path: str, asked: Mapping[str, str], before: str | None) -> dict[str, str]:
    """The ways from one page of a list to the next and back to the newest, "" where there is none (TR-02)."""
    fields = {name: value for name, value in asked.items() if value}
    newest = f"{path}?{urlencode(fields)}" if fields else path
    return {
        "earlier_url": f"{path}?{urlencode({**fields, 'before': before})}" if before else "",
        "newest_url": newest if request.query.get("before") else "",
    }
