"""The Nu HTML Checker over every page and mail in every language: `python -m tests.web.valid_html JAR` (make validate).

Whatever it says that has no reason here fails, and so does a reason that nothing needs any more.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.shut_out import told
from infra.gateway_responses import HTML, fill_in, with_pages
from tests.mail import test_look as mails
from tests.web.page_samples import STATES, sample

# What is left as it is: which files, what the checker says, why.
REASONED = (
    (
        r"page-",
        r"The “(table|row|rowgroup|cell|columnheader)” role is unnecessary for element",
        "a table that is shown as blocks on a phone is none to a screen reader any more, unless its roles are said",
    ),
    (r"page-", r"The “role” attribute must not be used on a “(td|th|tr)” element", "the same"),
    (
        r"mail-",
        r"The “(align|bgcolor|border|cellpadding|cellspacing|valign|width)” attribute .* is obsolete",
        "Outlook for Windows lays mails out with Word, which knows these and not the styles in their place",
    ),
    (r"mail-", r"CSS: “mso-[a-z-]+”: Property “mso-[a-z-]+” doesn't exist", "Outlook's own"),
    (
        r"mail-",
        r"CSS: “supported-color-schemes”: Property",
        "what mail programs of Apple read for a dark look",
    ),
    (
        r"page-",
        r"Bad value “a\\?\nb” for attribute “value” on element “input”: Line feed not allowed",
        "a sample of what somebody typed: it is shown again as it was sent",
    ),
)
NOT_THAT = "<!doctype html><html lang=en><title>x</title><p><div></p>"


def written(folder: Path) -> None:
    """Every page in each of its states, every mail, every answer of the gateway's own; and one that is wrong."""
    for language in LANGUAGES:
        for page, state in STATES:
            name = f"page-{language}-{page}-{state}.html"
            (folder / name).write_text(sample(page, state, lang=language).html, encoding="utf-8")
        for mail, number in mails.EVERY:
            name = f"mail-{language}-{mail}-{number}.html"
            (folder / name).write_text(mails.sample(mail, number, lang=language).html, encoding="utf-8")
        words = told("account_ranges", language, "K7MW-3FQ9", 1790000000, logged_on=False)
        for kind, response in with_pages({}).items():
            body = fill_in(response, HTML, "x", words, "198.51.100.7")
            (folder / f"gateway-{language}-{kind}.html").write_bytes(body)
    (folder / "control.html").write_text(NOT_THAT, encoding="utf-8")


def said(jar: str, folder: Path) -> list[dict[str, Any]]:
    """Each thing the checker says, with its file's name."""
    command = [
        "java",
        "-Xss16m",
        "-jar",
        jar,
        "--format",
        "json",
        "--exit-zero-always",
        "--stdout",
        str(folder),
    ]
    answer = subprocess.run(command, capture_output=True, check=True)
    messages: list[dict[str, Any]] = json.loads(answer.stdout)["messages"]
    return [one | {"file": str(one.get("url", "")).rpartition("/")[2]} for one in messages]


def reason_for(one: dict[str, Any]) -> int | None:
    """Which reason lets this one be."""
    for number, (files, words, _) in enumerate(REASONED):
        if re.match(files, one["file"]) and re.search(words, one["message"]):
            return number
    return None


def main(jar: str) -> int:
    """Say what is wrong; 1 where anything is, where a reason is not needed, or where the checker itself is blind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder)
        found = said(jar, folder)
        count = len(list(folder.iterdir())) - 1
    control = [one for one in found if one["file"] == "control.html"]
    others = [one for one in found if one["file"] != "control.html"]
    left = {(one["file"], one["message"]) for one in others if reason_for(one) is None}
    unused = set(range(len(REASONED))) - {reason_for(one) for one in others}
    for file, message in sorted(left):
        sys.stdout.write(f"{file}: {message}\n")
    for number in sorted(unused):
        sys.stdout.write(f"no longer needed: {REASONED[number][1]}\n")
    if not control:
        sys.stderr.write("the checker found nothing wrong with what is wrong for certain\n")
        return 1
    sys.stdout.write(f"{count} documents, {len(left)} findings without a reason\n")
    return 1 if left or unused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
