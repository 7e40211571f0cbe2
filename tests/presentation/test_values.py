"""Nothing that somebody else wrote is free text in a mail or on a page: every value has a writer and a form (WB-14)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta, nodes

from chalicelib.presentation.engine import ROOT, html_engine
from tests.mail.test_look import SAMPLES as MAIL_SAMPLES
from tests.presentation.forms_of_values import IN_FIELDS, MARK, NEVER_SHOWN
from tests.presentation.insiders import all_of_it
from tests.presentation.strangers import HEADERS
from tests.presentation.values import MAILS, PAGES, Value, Walk, by_path
from tests.presentation.watching import Shown, watched
from tests.web.page_samples import SAMPLES
from tests.world.world import World

IN_A_FIELD = re.compile(r'<input[^>]* value="[^"]*"|<textarea.*?</textarea>', re.DOTALL)
AGENTS = {
    "a sentence": HEADERS["User-Agent"],
    "a prefix": "Call +1 555 now http://evil.example CFNetwork/1.0 Darwin/1",
    "another spelling": "Chr\u043eme/140.0 (evil.example; \u202egnp.evil) Evilbot 555.0100",
    "long": "evil " * 80,
}


@pytest.fixture(scope="module", params=AGENTS.values(), ids=list(AGENTS))
def seen(request: pytest.FixtureRequest) -> tuple[list[Shown], list[Shown]]:
    """Every page and mail, with what everybody writes in it."""
    with watched() as found:
        all_of_it(World(), request.param)
    return found


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a context, with the way to it."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one, f"{path}[]")
    elif isinstance(value, str):
        yield path, str(value)


def known(walk: Mapping[str, Value], name: str, path: str) -> Value | None:
    """The value's row: of its page alone, of its path, or of what it is part of."""
    while path:
        if found := walk.get(f"{name}:{path}") or walk.get(path):
            return found
        path = path.rpartition(".")[0]
    return None


def wrong(walk: Mapping[str, Value], shown: list[Shown]) -> set[str]:
    """What no row knows, or what is not as its row says."""
    return {
        f"{one.name}: {path} = {text!r}"
        for one in shown
        for path, text in leaves(one.given)
        if (value := known(walk, one.name, path)) is None or not value.form(text)
    }


def test_wb_14_every_value_of_a_page_has_the_form_it_is_let_be(seen: tuple[list[Shown], list[Shown]]) -> None:
    pages, _ = seen
    assert {one.name for one in pages} == set(SAMPLES)
    assert wrong(by_path(PAGES), pages) == set()


def test_wb_14_every_value_of_a_mail_has_the_form_it_is_let_be(seen: tuple[list[Shown], list[Shown]]) -> None:
    _, mails = seen
    assert {one.name for one in mails} == set(MAIL_SAMPLES)
    assert wrong(by_path(MAILS), mails) == set()


def test_wb_14_nothing_a_stranger_wrote_is_in_a_mail(seen: tuple[list[Shown], list[Shown]]) -> None:
    """A brand's name and contact are the stage's or the domain's own, and staff's to write."""
    _, mails = seen
    for mail in mails:
        said = mail.said
        for value in (mail.given["portal_name"], mail.given["support_contact"]):
            said = unescape(said).replace(value, "")
        assert MARK not in said.lower(), mail.name


def test_wb_14_what_was_typed_stands_in_its_field_and_nowhere_else(
    seen: tuple[list[Shown], list[Shown]],
) -> None:
    """And what is only looked up is nowhere at all."""
    walk, (pages, _) = by_path(PAGES), seen
    for page in pages:
        said = unescape(page.said)
        outside = unescape(IN_A_FIELD.sub("", page.said))
        given = [
            (path, text, known(walk, page.name, path)) for path, text in leaves(page.given) if MARK in text
        ]
        apart = [one for one in given if one[2] and one[2].form in IN_FIELDS | NEVER_SHOWN]
        elsewhere = {text for _, text, value in given if (_, text, value) not in apart}
        for path, text, value in apart:
            if value and text not in elsewhere:
                assert text not in (outside if value.form in IN_FIELDS else said), f"{page.name}: {path}"


def test_wb_14_what_is_quoted_is_in_quotation_marks_and_no_link(
    seen: tuple[list[Shown], list[Shown]],
) -> None:
    """But in a message: its text is its sender's, and a link in it says where it leads (WB-18)."""
    pages, _ = seen
    quoted = [one for one in pages if "<q>" in one.said]
    may_quote = {"admin_attempts", "admin_invitations", "admin_user"}
    assert {"admin_attempts"} <= {one.name for one in quoted} <= may_quote
    for page in pages:
        links = " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', unescape(page.said)))
        assert page.name == "message" or "//" + MARK not in links
        for path, text in leaves(page.given):
            if path in {"attempts[].agent", "mails[].detail", "groups.invalid[]"} and MARK in text:
                said = unescape(page.said)
                assert said.count(f"<q><bdi>{text}</bdi></q>") == said.count(text)


@pytest.mark.parametrize("walk", [PAGES, MAILS], ids=["pages", "mails"])
def test_no_value_has_two_rows(walk: Walk) -> None:
    paths = [path for row in walk.values() for path in row.split()]
    assert sorted(paths) == sorted(set(paths))


@pytest.mark.parametrize(("folder", "rows"), [("pages", PAGES), ("mail", MAILS)])
def test_wb_14_no_template_asks_for_a_value_that_has_no_row(folder: str, rows: Any) -> None:
    """Nor one that only some states are given."""
    paths = {path.rpartition(":")[2] for path in by_path(rows)}
    roots = {re.split(r"[.\[]", path)[0] for path in paths}
    asked = set().union(*(undeclared(file) for file in (ROOT / folder).glob("*.*")))
    assert asked - roots == set()


def undeclared(file: Path) -> set[str]:
    """The names that a template takes from its context, and neither imports nor sets itself."""
    parsed = html_engine().parse(file.read_text(encoding="utf-8"))
    names = meta.find_undeclared_variables(parsed)
    for found in parsed.find_all((nodes.FromImport, nodes.Import, nodes.Assign, nodes.AssignBlock)):
        names -= set(written(found))
    return names - {"_trans", "actions"}  # the latter in console_action.html, which its pages extend


def written(node: nodes.Node) -> Iterator[str]:
    """The names an import or an assignment gives."""
    if isinstance(node, nodes.FromImport):
        yield from (one if isinstance(one, str) else one[1] for one in node.names)
    elif isinstance(node, nodes.Import):
        yield node.target
    else:
        yield from (one.name for one in node.find_all(nodes.Name) if one.ctx == "store")
