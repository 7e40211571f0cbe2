"""docs/siem.md: its templates are templates, their rules take what is published, and what they miss is not lost."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.domain.events import EventKind
from chalicelib.domain.published import AUDIT_SOURCE, audit
from chalicelib.settings import read_settings
from infra.gateway.told import PATH
from tests.docs.running import REQUIRED, ROOT
from tests.docs.tables import rows
from tests.fakes.samples import an_account, an_event

PAGE = ROOT / "docs" / "siem.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"## (To a \w+)\n.*?```yaml\n(.*?)```", TEXT, re.DOTALL)
LINT = ROOT / ".venv-checks" / "bin" / "cfn-lint"


class Loader(yaml.SafeLoader):
    """CloudFormation's short forms as values."""


def short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, object]:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    return {suffix: loader.construct_sequence(node)}


Loader.add_multi_constructor("!", short_form)
TEMPLATES = {name: yaml.load(text, Loader) for name, text in BLOCKS}


def of_type(template: Any, kind: str) -> list[Any]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def test_there_is_one_for_a_bucket_a_queue_and_a_siem() -> None:
    assert list(TEMPLATES) == ["To a bucket", "To a queue", "To a SIEM"]


@pytest.mark.parametrize(("name", "text"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_cloudformation_would_take_it(name: str, text: str, tmp_path: Path) -> None:
    """By cfn-lint where the checks are installed; it is parsed everywhere, above."""
    assert set(TEMPLATES[name]) == {"AWSTemplateFormatVersion", "Parameters", "Resources"}
    if not LINT.exists():
        return
    file = tmp_path / "template.yaml"
    file.write_text(text, encoding="utf-8")
    ended = subprocess.run(
        [LINT, "--regions", "eu-west-1", "--", file], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize("name", TEMPLATES)
def test_its_rule_takes_what_is_published_and_keeps_what_its_target_does_not_take(name: str) -> None:
    (rule,) = of_type(TEMPLATES[name], "AWS::Events::Rule")
    pattern = rule["EventPattern"]
    detail = audit(an_event(an_account().id, EventKind.ACCOUNT_FROZEN), personal=False)
    assert pattern["source"] == [AUDIT_SOURCE]
    assert [name for name, wanted in pattern.get("detail", {}).items() if detail[name] not in wanted] == []
    (target,) = rule["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": {"GetAtt": "Missed.Arn"}}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86400
    (policy,) = of_type(TEMPLATES[name], "AWS::SQS::QueuePolicy")
    assert {"Ref": "Missed"} in policy["Queues"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"GetAtt": "Rule.Arn"}}}


def test_its_settings_are_settings() -> None:
    for name, value in (("PORTAL_PUBLISH_EVENTS", "all"), ("PORTAL_PUBLISH_PERSONAL_DATA", "kept")):
        assert f"`{name}` to `{value}`" in TEXT
        read_settings({**REQUIRED, name: value})
    assert f"`{PATH}`" in TEXT


def test_what_it_looks_for_are_kinds_of_events() -> None:
    words = {word for row in rows(PAGE, "what") for cell in row for word in re.findall(r"`(\w+)`", cell)}
    fields = {"account_id", "source", "user_agent", "actor_id", "administrator"}
    assert words - fields <= set(EventKind)
    assert len(words - fields) >= 8
