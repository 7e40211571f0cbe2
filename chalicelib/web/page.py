"""What a step gives back: facts for a client, a page for a person, and what both need besides."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Page(NamedTuple):
    """An answer in both voices.

    `facts` is the JSON document (None: no body). `template` and `view` are the HTML page; a page with `location`
    redirects a browser with 303 instead, as every post should end. A page with `text` is that text for everybody.
    """

    status: int = 200
    facts: Mapping[str, object] | None = None
    template: str | None = None
    view: Mapping[str, object] = MappingProxyType({})
    location: str | None = None
    text: str | None = None
    cookies: tuple[str, ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})
