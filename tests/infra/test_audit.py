"""`make audit`: a finding fails, an audit that could not be made says so and never looks like a clean one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra import audit
from infra.audit import LOCKED, rounds, unfinished, verdict

SAFE = {"name": "segno", "version": "1.6.6", "vulns": []}
UNKNOWN = {"name": "six", "skip_reason": "Dependency not found"}
FLAW = {"id": "PYSEC-2026-1", "fix_versions": ["3.1.7"], "description": "Lets anybody in."}
UNSAFE = {"name": "jinja2", "version": "3.1.6", "vulns": [FLAW]}


def test_a_finding_fails_and_says_what_to_update_to(capsys: Any) -> None:
    assert verdict([SAFE, UNSAFE]) == 1
    assert "jinja2 3.1.6: PYSEC-2026-1, mended in 3.1.7: Lets anybody in." in capsys.readouterr().out


def test_a_finding_that_nobody_has_mended_fails_too(capsys: Any) -> None:
    assert verdict([UNKNOWN, {**UNSAFE, "vulns": [{**FLAW, "fix_versions": []}]}]) == 1
    assert "mended in no version yet" in capsys.readouterr().out


def test_libraries_without_a_flaw_pass(capsys: Any) -> None:
    assert verdict([SAFE]) == 0
    assert capsys.readouterr().out == "1 pins audited, 0 known vulnerabilities\n"


def test_a_library_that_nobody_knows_is_named(capsys: Any) -> None:
    assert verdict([SAFE, UNKNOWN]) == 0
    assert "NOT AUDITED: six\n" in capsys.readouterr().out


def test_a_service_that_knows_nothing_is_no_clean_audit(capsys: Any) -> None:
    assert verdict([UNKNOWN, UNKNOWN]) == 0
    told = capsys.readouterr().out
    assert told.startswith("NOT AUDITED: https://pypi.org")
    assert "0 known" not in told


@pytest.mark.parametrize(
    ("there", "code", "said"), [(False, 0, "cannot be reached"), (True, 1, "broken pin")]
)
def test_an_audit_that_breaks_off_fails_only_where_the_service_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, there: bool, code: int, said: str
) -> None:
    monkeypatch.setattr(audit, "answers", lambda: there)
    assert unfinished("broken pin") == code
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_a_service_that_refuses_the_connection_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "HOST", "http://127.0.0.1:9")
    assert not audit.answers()


def test_every_pin_is_asked_about_once_and_two_versions_of_one_library_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("a==1 \\\n    --hash=sha256:0\nb==2.0 ; python_version < '3.12' \\\n    --hash=sha256:1\n")
    other.write_text("# c==9\na==1 \\\n    --hash=sha256:0\nb==2.1 \\\n    --hash=sha256:2\n")
    assert rounds((one, other)) == [["a==1", "b==2.0"], ["b==2.1"]]


def test_what_ships_and_every_other_list_is_asked_about() -> None:
    pins = {pin.partition("==")[0] for row in rounds(LOCKED) for pin in row}
    assert {"pynamodb", "chalice", "boto3", "pytest", "ministack", "checkov", "pip-audit", "cmake"} <= pins
