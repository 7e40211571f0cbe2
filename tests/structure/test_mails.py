"""One mail, one name: its value, its function in one family of `chalicelib/mail`, and its three templates."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from chalicelib.domain.mails import Mail
from chalicelib.mail.worker import WRITTEN_BY
from tests.structure.code import LIBRARY, tree_of

# What is no family of mails: what they are written with, and who sends them.
BESIDE = {"__init__", "backlog", "outgoing", "worker"}
FAMILIES = [file for file in sorted((LIBRARY / "mail").glob("*.py")) if file.stem not in BESIDE]
TEMPLATES = LIBRARY / "presentation" / "templates" / "mail"
ENDS = ("subject.txt", "txt", "html")
FUNCTIONS = Counter(
    node.name
    for file in FAMILIES
    for node in tree_of(file).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
)
FILES = {file.name for file in TEMPLATES.iterdir() if file.is_file()}


@pytest.mark.parametrize("mail", Mail)
def test_a_mail_has_one_function_of_its_name_in_one_family(mail: Mail) -> None:
    assert FUNCTIONS[mail] == 1, (
        f"chalicelib/mail/: a function {mail}(mail: Outgoing) -> Values in one family"
    )
    assert WRITTEN_BY[mail].__name__ == mail, "chalicelib/mail/worker.py: a line in WRITTEN_BY"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("mail", Mail)
def test_a_mail_has_a_template_of_its_name_for_each_part(mail: Mail, end: str) -> None:
    assert f"{mail}.{end}" in FILES


def test_every_function_and_every_template_is_a_mails() -> None:
    assert set(FUNCTIONS) - set(Mail) == set()
    assert {name.partition(".")[0] for name in FILES} - set(Mail) == set()


def test_what_is_beside_a_mails_three_templates_are_the_words_of_its_variants() -> None:
    """`two_step_changed.change.txt` says what `change` is; what all mails share is in `parts`."""
    more = {name for name in FILES if name.partition(".")[2] not in ENDS}
    for name in sorted(more):
        mail, variant, end = name.split(".")
        assert end == "txt"
        including = [(TEMPLATES / f"{mail}.{part}").read_text(encoding="utf-8") for part in ("txt", "html")]
        assert all(f'include "mail/{name}"' in source for source in including), name
        assert variant in (TEMPLATES / name).read_text(encoding="utf-8")


def test_every_cause_of_a_mail_withheld_has_words_in_the_console() -> None:
    """What has none is shown as a mail server's own words are: in quotation marks, in English."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (LIBRARY / "mail").glob("*.py"))
    words = (TEMPLATES.parent / "parts" / "console_words.html").read_text(encoding="utf-8")
    causes = set(re.findall(r'Withheld\("(\w+)"\)', sources))
    assert "too_late" in causes
    assert [cause for cause in sorted(causes) if f'"{cause}": _(' not in words] == []
