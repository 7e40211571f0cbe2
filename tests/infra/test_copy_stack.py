"""The stack of the trail's copy: made where it is to be, found again there, and never made a second time elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.choices import wrong_choices
from infra.copy_stack import COPY, NoCopy, copy_bucket, copy_of, local_copy
from infra.deploy import other_account
from infra.keys import new_ring
from infra.stacks import Failed, change
from infra.stages import Stage, stage_of
from tests.engine import Engine

# What moto does not make of a stack, and nothing here asks for.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse AWS..S3..BucketPolicy:UserWarning:moto"),
]

SERVICE = {
    "TemplateBody": json.dumps(
        {
            "Parameters": {"CopyBucket": {"Type": "String"}},
            "Resources": {
                "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "CopyBucket"}}}
            },
        }
    )
}


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    """A stage of the test's own, as staging is."""
    name = f"c{abs(hash(request.node.name)) % 10**6}"
    configuration = stage_of("staging").configuration
    renamed = json.loads(json.dumps(configuration["stages"]["staging"]).replace("staging", name))
    return Stage(name, {**configuration, "stages": {name: renamed}})


def test_tr_16_bucket_is_made_once_and_locks(engine: Engine, stage: Stage) -> None:
    """TR-16: by its own template; a second deployment changes nothing."""
    bucket = copy_bucket(stage, engine.client, None)
    assert bucket.startswith(f"portal-{stage.name}-copy-")
    assert copy_bucket(stage, engine.client, None) == bucket
    s3 = engine.client("s3")
    s3.head_bucket(Bucket=bucket)
    change(engine.client("cloudformation"), stage.stack, SERVICE, {"CopyBucket": bucket})
    assert copy_bucket(stage, engine.client, None) == bucket
    manager = engine.client("secretsmanager")
    manager.create_secret(
        Name=f"{stage.shared['PORTAL_KEYS_SECRET']}/trail", SecretString=json.dumps(new_ring())
    )
    copies, ring = copy_of(stage, engine.client)
    assert (copies.bucket, ring.current) == (bucket, "k1")


def test_tr_16_deployment_that_forgets_where_the_copy_is_stops(engine: Engine, stage: Stage) -> None:
    """TR-16: it would make another one, empty, and events would go there from then on."""
    stacks = engine.client("cloudformation")
    change(stacks, stage.stack, SERVICE, {"CopyBucket": "portal-x-copy-999988887777"})
    with pytest.raises(Failed, match="COPY_PROFILE"):
        copy_bucket(stage, engine.client, None)
    change(stacks, stage.copy_stack, {"TemplateBody": COPY.read_text()}, {"Stage": stage.name})
    with pytest.raises(Failed, match="portal-x-copy-999988887777"):
        copy_bucket(stage, engine.client, None)


def test_stage_from_before_there_was_a_copy_is_told_so(engine: Engine, stage: Stage) -> None:
    with pytest.raises(NoCopy, match="make deploy"):
        copy_of(stage, engine.client)


def test_other_account_is_one_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPY_PROFILE", raising=False)
    session: Any = None
    assert other_account(session) is None
    monkeypatch.setenv("COPY_LOCK", "NONE")
    assert list(wrong_choices()) == ["COPY_LOCK as GOVERNANCE or COMPLIANCE, or not at all"]


def test_local_copy_is_where_the_portal_says() -> None:
    copies, ring = local_copy({"copy": "x", "trail": new_ring()}, None)
    assert (copies.bucket, ring.current) == ("x", "k1")
