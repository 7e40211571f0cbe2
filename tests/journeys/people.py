"""The two kinds of visitors: a browser without JavaScript, and a program that speaks JSON.

Each comes from an address of its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from chalicelib.domain.two_step import STEP_SECONDS
from infra.contract import read_contract
from tests.gateway import PROGRAM as SERVED_BY
from tests.world import contract

T = TypeVar("T")
CONTRACT = read_contract()
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PROGRAM = "portal-client/2.1 (journey)"
SESSION_COOKIE, RESET_COOKIE, ADDRESS_COOKIE = "portal-session", "portal-reset", "portal-address"
REDIRECTS = 6
SOON = 2.0


def time_step() -> int:
    """The authenticator's step now, when it has two seconds left: the code of the one before it must not grow too old
    on its way."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < SOON:
        time.sleep(left)
    return int(time.time()) // STEP_SECONDS


class From(HTTPAdapter):
    """Connects from a chosen address of 127.0.0.0/8, which is what the gateway sees as the source."""

    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, source_address=(self._source, 0), **more)


def together(*acts: Callable[[], T]) -> list[T]:
    """Do all of it at once, as several people would: a refusal takes its time on purpose."""
    with ThreadPoolExecutor(len(acts)) as people:
        return [one.result() for one in [people.submit(act) for act in acts]]


def connection(source: str) -> requests.Session:
    """A session that comes from there."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", From(source))
    if SERVED_BY == "infra.gateway":
        session.hooks["response"].append(as_the_contract_says)
    return session


def as_the_contract_says(answer: requests.Response, *_: object, **__: object) -> None:
    """Whoever asks in a test: the answer is one that the published contract has."""
    sent, kind = answer.request, answer.headers.get("Content-Type", "")
    path = urlsplit(str(sent.url)).path
    contract.check(CONTRACT, str(sent.method), path, answer.status_code, kind, answer.content)


class Client:
    """A program: JSON in, JSON out, the session as a bearer token."""

    def __init__(self, url: str, source: str) -> None:
        self.url = url
        self.source = source
        self.token: str | None = None
        self._session = connection(source)
        self._session.headers.update({"Accept": "application/json", "User-Agent": PROGRAM})

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: object = None, **headers: str) -> requests.Response:
        return self.send("POST", path, json={} if body is None else body, headers=headers)

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """Any request; the bearer token goes along unless the caller says otherwise."""
        headers = dict(more.pop("headers", {}))
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self._session.request(
            method, self.url + path, headers=headers, allow_redirects=False, timeout=15, **more
        )
        self._session.cookies.clear()  # a program keeps the token, not the cookie
        return answer

    def logs_on(self, email: str, password: str) -> str:
        """Log on, go on as that session, and say what comes next."""
        return self.goes_on(self.post("/logon", {"email": email, "password": password}))

    def tries(self, email: str, password: str) -> Callable[[], requests.Response]:
        """An attempt to log on, to be made when it is called."""
        return lambda: self.post("/logon", {"email": email, "password": password})

    def goes_on(self, answer: requests.Response) -> str:
        """Take the session of an answer; what comes next."""
        assert answer.status_code == 200, answer.text
        document = answer.json()
        self.token = document["session"]["token"]
        step: str = document["next"]
        return step


@dataclass
class HtmlForm:
    """One form of a page: where it goes, and what it holds before anything is typed."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """What a person finds on a page: words, headings, links and forms."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.forms: list[HtmlForm] = []
        self._skipped = ""
        self._goes_on = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"style", "script"}:
            self._skipped = tag
        elif tag == "wbr":
            self._goes_on = True  # a word may be broken there and is one all the same
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(HtmlForm(given.get("action", ""), given.get("method", "get")))
        elif tag in {"input", "select"} and given.get("name") and self.forms:
            # A list counts as left at its first choice, "": who chooses says what.
            self.forms[-1].values[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._skipped = ""

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            before = self.words.pop() if self._goes_on and self.words else ""
            self.words.append(before + " ".join(data.split()))
            self._goes_on = False


@dataclass(frozen=True)
class Seen:
    """A page as it arrived."""

    status: int
    path: str
    html: str
    headers: Mapping[str, str]
    text: str
    links: list[str]
    forms: list[HtmlForm]

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.DOTALL)
        return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""

    def form(self, action: str) -> HtmlForm:
        """The form that posts to this path, whatever query it carries along."""
        return next(form for form in self.forms if form.action.partition("?")[0] == action)

    def facts(self) -> dict[str, str]:
        """The terms and values of the page's description lists."""
        pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", self.html, re.DOTALL)
        return {term: re.sub(r"<[^>]+>", "", value).strip() for term, value in pairs}


def read(answer: requests.Response) -> Seen:
    """An answer as a page."""
    reader = _Reader()
    reader.feed(answer.text)
    where = urlsplit(answer.url)
    path = where.path + (f"?{where.query}" if where.query else "")
    return Seen(
        answer.status_code,
        path,
        answer.text,
        answer.headers,
        " ".join(reader.words),
        reader.links,
        reader.forms,
    )


class Browser:
    """A person's browser with scripts turned off: follows 303s, keeps cookies, posts the forms it finds."""

    def __init__(self, url: str, source: str, user_agent: str = FIREFOX) -> None:
        self.url = url
        self.source = source
        self.session = connection(source)
        self.session.headers.update(
            {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": user_agent}
        )
        self.trail: list[tuple[int, str]] = []
        self.page: Seen

    def opens(self, address: str, site: str = "none") -> Seen:
        """Type an address, or follow a link of a mail."""
        where = urlsplit(address)
        path = where.path + (f"?{where.query}" if where.query else "")
        return self._goes("GET", path, {"Sec-Fetch-Site": site})

    def submits(self, action: str, **typed: str) -> Seen:
        """Fill in the form of this page that goes there, and press its button."""
        form = self.page.form(action)
        unknown = set(typed) - set(form.values)
        assert not unknown, f"the form has no {unknown}"
        assert form.method == "post"
        return self._goes("POST", form.action, {"Sec-Fetch-Site": "same-origin"}, form.values | typed)

    @property
    def session_token(self) -> str | None:
        return self.session.cookies.get(SESSION_COOKIE)

    def _goes(
        self, method: str, path: str, headers: dict[str, str], form: dict[str, str] | None = None
    ) -> Seen:
        self.trail = []
        for _ in range(REDIRECTS):
            answer = self.session.request(
                method, self.url + path, headers=headers, data=form, allow_redirects=False, timeout=15
            )
            self.trail.append((answer.status_code, path))
            if answer.status_code != 303:
                self.page = read(answer)
                return self.page
            method, path, form = "GET", answer.headers["Location"], None
        message = f"redirected without end: {self.trail}"
        raise AssertionError(message)


def temporary_password(mail: dict[str, Any]) -> str:
    """The temporary password of a mail: it stands alone on its line, and so does each link."""
    alone = [
        line for line in mail["text"].splitlines() if re.fullmatch(r"[0-9a-z]{5}(-[0-9a-z]{5}){4}", line)
    ]
    assert len(alone) == 1, mail["text"]
    return str(alone[0])


def link(mail: dict[str, Any], path: str) -> str:
    """The link of a mail that leads to this path, alone on its line."""
    found = [line for line in mail["text"].splitlines() if re.fullmatch(rf"https?://[^/\s]+{path}\S*", line)]
    assert len(found) == 1, mail["text"]
    return str(found[0])


def digits_shown(page: Seen) -> str:
    """The number a page asks a person to type, which its untouched form lacks."""
    found = re.search(r'<label for="number">[^<]*?(\d{3})', page.html)
    assert found, page.html
    return found[1]


def token_of(address: str) -> str:
    """The last segment of a link."""
    return address.rsplit("/", 1)[1]
