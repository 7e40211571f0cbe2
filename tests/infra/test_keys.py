"""The first keys of a stage, and an older stage's one secret split by use: nothing hashed, sealed or mailed is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.accounts import TwoStep
from chalicelib.domain.devices import knows
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.keys import USES, InvalidKeys, Keyring
from chalicelib.domain.messages import Message
from chalicelib.domain.sealing import Sealer
from chalicelib.domain.tokens import derive_token
from infra.data_stack import DATA, data_parameters
from infra.documents import read_yaml
from infra.keys import first_keys, former_is_there, hkdf, split_former, value_of
from infra.stacks import change
from infra.stages import Stage, stage_of
from tests.engine import Engine
from tests.fakes.planting import plant
from tests.world.phones import Phone
from tests.world.world import World

pytestmark = pytest.mark.slow

NAME = "portal/split/keys"
# Uses that the former version did not have: their keys are of no other secret.
NEWER = {"canary", "trail"}
# What the version before the split made of one ring: its keys, and a value of each use under each of them.
ANN = "ann@people.test"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD_THEN = "seven lanterns over a harbour"
FORMER = json.dumps(
    {
        "current": "k2",
        "keys": {
            "k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "k2": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
        },
    }
)
MADE = {
    "k1": {
        "hash": "$argon2id$v=19$m=8,t=1,p=1$ObJF9Mq9kNYmI0fxIkyAYA$sJ2uYUPC/ccIekX262xt4XDFWsPcdUeSL60Naxc85M4#k1",
        "seed": (
            "s1.k1.E1G7Krr1Z8Y-jti7-FT4w7JGRdsWN2zRSykrT6Dp"
            "FK0ljbgIbnjdO9eQS6QBwqImgRlmInAquc75N-n0UhQvW1UoLjpFqani"
        ),
        "body": "s1.k1.09RCFpa-sSYOVQqKoMurRRW6l8XsjsKa7K3LaigrkWSuVXKSjvJik9bJ8U28yk29kbhlFOQawV2vcQ",
        "device": "k1.1707776000.0000000000000000.oIzQXZ7bqNCMHmRvAzqh_CxO9HETjhZ7U_gT5jky8Ow",
    },
    "k2": {
        "hash": "$argon2id$v=19$m=8,t=1,p=1$KLXI74tHnkxZs8Z3XogADQ$vnS07CWWI3PrI7vy2ObWhT0N4gN7FTMUUyTN43y8AQQ#k2",
        "seed": (
            "s1.k2.zRMsfBCqeL4cJEBsynMtfDmyCLtl4UDOrKn1he3Y"
            "kO75xx2QT0_eFo9y-DxR_tBFQm_9rV26TeiiuQ3yCaLwwZPjA4S-HGBj"
        ),
        "body": "s1.k2.IU_9mRRQ-0h2mRPyTIXMPueaw3Dzu4Qtmd8CgcACoSlnUz8kExhkEaL1nTdws2CCScLMjreiVcS3Dw",
        "device": "k2.1707776000.0000000000000000.Sh72h5N5-vkho1KF0EifAWlhYT7w_0hltsadSlEqNtA",
    },
}
MAILED = "ZDbA1xkzUrANSudk_bRm66_HUM5HMaH8KGRaBuOCFpk"  # under k2, which was current


@pytest.fixture
def manager(moto: Any) -> Iterator[Any]:
    """Secrets Manager with an empty secret for each use."""
    made = moto_client()
    for use in USES:
        made.create_secret(Name=f"{NAME}/{use}")
    yield made
    for name in (NAME, *(f"{NAME}/{use}" for use in USES)):
        with suppress(ClientError):
            made.restore_secret(SecretId=name)
        with suppress(ClientError):
            made.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def moto_client() -> Any:
    import botocore.session  # noqa: PLC0415 - inside moto's own time

    return botocore.session.get_session().create_client("secretsmanager")


def held(manager: Any) -> dict[str, str]:
    return {use: value_of(manager, f"{NAME}/{use}") for use in USES}


def upgraded(manager: Any) -> dict[Any, Keyring]:
    manager.create_secret(Name=NAME, SecretString=FORMER)
    assert first_keys(manager, NAME)
    return {use: Keyring.from_json(text) for use, text in held(manager).items()}


def test_first_keys_are_one_of_each_use_and_stay(manager: Any) -> None:
    assert first_keys(manager, NAME)
    kept = held(manager)
    rings = [Keyring.from_json(text) for text in kept.values()]
    assert {ring.current for ring in rings} == {"k1"}
    assert len({ring.key() for ring in rings}) == len(USES)
    assert not first_keys(manager, NAME)
    assert held(manager) == kept


def test_run_that_broke_off_goes_on_where_it_was(manager: Any) -> None:
    assert first_keys(manager, NAME)
    kept = held(manager)
    manager.delete_secret(SecretId=f"{NAME}/seeds", ForceDeleteWithoutRecovery=True)
    manager.create_secret(Name=f"{NAME}/seeds")
    assert first_keys(manager, NAME)
    assert held(manager) == kept | {"seeds": value_of(manager, f"{NAME}/seeds")}


@pytest.mark.parametrize("key_id", MADE)
def test_what_the_former_version_made_still_works(manager: Any, key_id: str) -> None:
    rings, made = upgraded(manager), MADE[key_id]
    who = World().person(ANN).id
    assert Argon2Hasher(rings["pepper"]).verify(made["hash"], PASSWORD_THEN)
    assert Sealer(rings["seeds"]).open(made["seed"], who.encode()) == SEED.encode()
    assert Sealer(rings["bodies"]).open(made["body"], f"{who}/1".encode()) == b"The balance is 12."
    assert knows(rings["devices"], who, made["device"], 1_700_000_000.0)


def test_mail_that_is_sent_again_after_the_split_carries_the_same_link(manager: Any) -> None:
    assert derive_token(upgraded(manager)["mailed"].key(), "event-1", "reset") == MAILED


def test_going_back_to_the_former_version_loses_nothing_until_a_rotation(manager: Any) -> None:
    rings = upgraded(manager)
    assert {ring.current for use, ring in rings.items() if use not in NEWER} == {"k2"}
    assert value_of(manager, NAME) == FORMER


def test_person_of_the_former_version_logs_on_and_reads(manager: Any) -> None:
    upgraded(manager)
    world, made = (
        World(KEYS=json.dumps({use: json.loads(one) for use, one in held(manager).items()})),
        MADE["k1"],
    )
    phone = TwoStep(seed=made["seed"])
    ann = world.person(ANN, password_hash=made["hash"], two_step=phone)
    now = world.clock()
    plant(world.store, Message(ann.id, "1", "sender@bank.example", "Old", made["body"], now, now + 900))
    visitor = world.visitor()
    assert visitor.logs_on(ann, PASSWORD_THEN) == "enter_code"
    assert visitor.goes_on(visitor.post("/logon/code", {"code": Phone(SEED, world.clock).code()})) == "portal"
    assert visitor.get("/messages/1").json()["body"] == "The balance is 12."


def test_no_new_secret_tells_another_or_the_former_one(manager: Any) -> None:
    rings = upgraded(manager)
    former = Keyring.from_json(FORMER)
    keys = [ring.key(key_id) for ring in rings.values() for key_id in ("k1", "k2") if key_id in ring]
    assert len({*keys, former.key("k1"), former.key("k2")}) == len(keys) + 2


def test_former_secret_that_waits_for_its_deletion_stops_a_deployment_that_would_need_it(
    manager: Any,
) -> None:
    manager.create_secret(Name=NAME, SecretString=FORMER)
    assert former_is_there(manager, NAME)
    manager.delete_secret(SecretId=NAME)
    assert not former_is_there(manager, NAME)
    with pytest.raises(ClientError, match="InvalidRequestException"):
        first_keys(manager, NAME)
    assert set(held(manager).values()) == {""}


def test_once_it_was_split_the_former_secret_may_go(manager: Any) -> None:
    upgraded(manager)
    manager.delete_secret(SecretId=NAME)
    assert not first_keys(manager, NAME)


def test_tr_13_what_seals_the_copy_came_of_no_other_secret(manager: Any) -> None:
    """TR-13: whoever has the former secret, or has it deleted, neither forges a seal nor stops a deployment."""
    rings = upgraded(manager)
    assert rings["trail"].current == "k1"
    assert rings["trail"].key() not in {hkdf(Keyring.from_json(FORMER).key("k1"), use) for use in USES}
    manager.delete_secret(SecretId=NAME)
    manager.delete_secret(SecretId=f"{NAME}/trail", ForceDeleteWithoutRecovery=True)
    manager.create_secret(Name=f"{NAME}/trail")
    assert first_keys(manager, NAME)  # as a stage of the version before has it
    assert value_of(manager, f"{NAME}/trail")


@pytest.mark.parametrize("says", ["seeds: a key must have 32 bytes", "share a key"])
def test_lo_06_ring_that_was_spoilt_by_a_rotation_stops_the_deployment(manager: Any, says: str) -> None:
    first_keys(manager, NAME)
    spoilt = (
        '{"current":"k1","keys":{"k1":"c2hvcnQ="}}' if "32" in says else value_of(manager, f"{NAME}/pepper")
    )
    manager.put_secret_value(SecretId=f"{NAME}/seeds", SecretString=spoilt)
    with pytest.raises(InvalidKeys, match=says):
        first_keys(manager, NAME)


def test_kept_keys_of_the_local_portal_are_split_alike(manager: Any) -> None:
    rings = upgraded(manager)
    own = Keyring.one_for_each_use(split_former(FORMER))
    assert {use: ring.key("k1") for use, ring in own.items() if use not in NEWER} == {
        use: one.key("k1") for use, one in rings.items() if use not in NEWER
    }
    apart = split_former(FORMER)
    assert split_former(apart) == apart
    five = {use: ring for use, ring in json.loads(apart).items() if use not in NEWER}
    assert json.loads(split_former(json.dumps(five))).keys() == set(USES)  # of the version before
    for nonsense in ("nonsense", "[]", json.dumps(five | {"other": 1})):
        assert split_former(nonsense) == nonsense


def test_data_stack_has_a_secret_for_each_use_under_the_key_of_all_data() -> None:
    secrets = {
        name: one["Properties"]
        for name, one in read_yaml(DATA)["Resources"].items()
        if one["Type"] == "AWS::SecretsManager::Secret"
    }
    former = secrets.pop("Keys")
    assert former["Name"] == {"Ref": "KeysSecret"}
    assert {one["Name"]["Fn::Sub"] for one in secrets.values()} == {f"${{KeysSecret}}/{use}" for use in USES}
    assert all(one["KmsKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]} for one in secrets.values())


# What moto does not make of a stack, and nothing here asks for.
@pytest.mark.filterwarnings("ignore:Tried to parse AWS..(SES..|SNS..TopicPolicy):UserWarning:moto")
def test_former_secret_stays_in_the_stack_of_a_stage_that_has_it(engine: Engine) -> None:
    configuration = stage_of("staging").configuration
    renamed = json.loads(json.dumps(configuration["stages"]["staging"]).replace("staging", "splits"))
    stage = Stage("splits", {**configuration, "stages": {"splits": renamed}})
    template, parameters = {"TemplateBody": DATA.read_text()}, data_parameters(stage) | {"FormerKeys": "yes"}
    change(engine.client("cloudformation"), stage.data_stack, template, parameters)
    assert former_is_there(engine.client("secretsmanager"), stage.shared["PORTAL_KEYS_SECRET"])
