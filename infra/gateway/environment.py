"""The environment that the functions find on a developer's machine; whatever is already set stays as it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.keys import USES
from infra.gateway.emulator import Emulator
from infra.gateway.options import CannotStart
from infra.keys import new_ring, split_former
from infra.tables import create_tables
from infra.workable import complaint

ALL = "AWS_ENDPOINT_URL"
DYNAMODB, STREAMS, SES = f"{ALL}_DYNAMODB", f"{ALL}_DYNAMODB_STREAMS", f"{ALL}_SESV2"
S3 = f"{ALL}_S3"
# Where something is that is not embedded.
ELSEWHERE = (ALL, DYNAMODB, STREAMS, SES, S3)


def portal_defaults(port: int) -> dict[str, str]:
    """Settings with which the portal runs at once. The keys are new at every start: so are the tables."""
    prefix = os.environ.get("PORTAL_TABLE_PREFIX", "portal-local-")
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": os.environ.get("AWS_DEFAULT_REGION", "eu-west-1"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PORTAL_URL": f"http://localhost:{port}",
        "PORTAL_MAIL_FROM": "portal@portal.test",
        "PORTAL_SUPPORT_CONTACT": "support@portal.test",
        "PORTAL_ADMIN_EMAIL": "admin@portal.test",
        "PORTAL_TABLE_PREFIX": "portal-local-",
        # Each set of tables has a copy of its own.
        "PORTAL_COPY_BUCKET": f"{re.sub('[^a-z0-9]+', '-', prefix.lower())[:50].strip('-') or 'portal'}-copy",
        "PORTAL_KEYS": json.dumps({use: new_ring() for use in USES}),
    }


@contextmanager
def prepared(port: int) -> Iterator[None]:
    """Everything a function needs, tables included. Raises `CannotStart`."""
    elsewhere = {name for name in (ALL, DYNAMODB, SES, S3) if os.environ.get(name)}
    if not elsewhere:
        forget_aws()
    for name, value in portal_defaults(port).items():
        os.environ.setdefault(name, value)
    os.environ["PORTAL_KEYS"] = split_former(os.environ["PORTAL_KEYS"])
    if found := complaint(os.environ):
        message = f"{found} (docs/settings.md)"
        raise CannotStart(message)
    with ExitStack() as closing:
        if ALL not in elsewhere and not elsewhere >= {DYNAMODB, SES, S3}:
            os.environ[ALL] = embedded(closing)
            closing.callback(os.environ.pop, ALL)
        make_ready()
        yield


def forget_aws() -> None:
    """Nothing of the AWS set-up of whoever runs it counts beside the embedded services.

    A profile that is not there would stop it; one with an endpoint of its own, or AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
    would lead past the embedded services into a real account; a proxy could not find them.
    """
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    os.environ["no_proxy"] = ",".join(filter(None, [direct, "127.0.0.1", "localhost"]))


def embedded(closing: ExitStack) -> str:
    """The address of DynamoDB and SES on this machine."""
    try:
        return closing.enter_context(Emulator()).url
    except RuntimeError as error:
        raise CannotStart(str(error)) from error


def make_ready() -> None:
    """Tables, and a sender that SES sends for."""
    session = botocore.session.get_session()
    config = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2})
    with answering("DynamoDB", DYNAMODB):
        create_tables(session.create_client("dynamodb", config=config), os.environ["PORTAL_TABLE_PREFIX"])
    with answering("SES", SES):
        ses = session.create_client("sesv2", config=config)
        with suppress(ses.exceptions.AlreadyExistsException):
            ses.create_email_identity(EmailIdentity=os.environ["PORTAL_MAIL_FROM"])
    with answering("S3", S3):
        make_copy(session.create_client("s3", config=config), os.environ["PORTAL_COPY_BUCKET"])


def make_copy(s3: Any, bucket: str) -> None:
    """The bucket of infra/copy.yaml, as far as it matters here: nothing in it is written over or deleted."""
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        s3.create_bucket(
            Bucket=bucket,
            ObjectLockEnabledForBucket=True,
            CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
        )
        kept = {"Mode": "COMPLIANCE", "Days": 1}
        s3.put_object_lock_configuration(
            Bucket=bucket,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": kept},
            },
        )


@contextmanager
def known(file: Path) -> Iterator[None]:
    """Where the tables and the copy are, for `make verify STAGE=local`, as long as they are there. The key of the seals
    is of this start alone, and for whoever has started it.
    """
    told = {
        "endpoint": os.environ.get(DYNAMODB) or os.environ[ALL],
        "prefix": os.environ["PORTAL_TABLE_PREFIX"],
        "copies": os.environ.get(S3) or os.environ[ALL],
        "copy": os.environ["PORTAL_COPY_BUCKET"],
        "trail": json.loads(os.environ["PORTAL_KEYS"])["trail"],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(told))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def answering(service: str, variable: str) -> Iterator[None]:
    """A service that is not there, or does not do what it is asked, is said in one sentence."""
    try:
        yield
    except (BotoCoreError, ClientError, ValueError) as error:
        name = variable if os.environ.get(variable) else ALL
        message = f"The {service} of {name} cannot be used: {error}"
        raise CannotStart(message) from error


def streams_client() -> object:
    """Streams live where the tables live, also when only the tables' address is replaced."""
    address = os.environ.get(STREAMS) or os.environ.get(DYNAMODB)
    config = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 2})
    session = botocore.session.get_session()
    return session.create_client("dynamodbstreams", endpoint_url=address, config=config)


def mail_service() -> str:
    """Where the portal hands in its mails."""
    return os.environ.get(SES) or os.environ[ALL]
