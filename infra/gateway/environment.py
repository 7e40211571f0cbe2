"""The environment that the functions find on a developer's machine; whatever is already set stays as it is."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import botocore.session
from botocore.config import Config

from infra.gateway.emulator import Emulator
from infra.tables import create_tables

DYNAMODB, SES = "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SESV2"


def portal_defaults(port: int) -> dict[str, str]:
    """Settings with which the portal runs at once. The keys are new at every start: so are the tables."""
    keys = {"current": "k1", "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode("ascii")}}
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
        "PORTAL_KEYS": json.dumps(keys),
    }


@contextmanager
def prepared(port: int) -> Iterator[None]:
    """Everything a function needs, tables included."""
    for name, value in portal_defaults(port).items():
        os.environ.setdefault(name, value)
    if os.environ.get("AWS_ENDPOINT_URL") or (os.environ.get(DYNAMODB) and os.environ.get(SES)):
        make_ready()
        yield
        return
    with Emulator() as emulator:
        os.environ["AWS_ENDPOINT_URL"] = emulator.url
        try:
            make_ready()
            yield
        finally:
            del os.environ["AWS_ENDPOINT_URL"]


def make_ready() -> None:
    """Tables, and a sender that SES sends for."""
    session = botocore.session.get_session()
    create_tables(session.create_client("dynamodb"), os.environ["PORTAL_TABLE_PREFIX"])
    ses = session.create_client("sesv2")
    with suppress(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity=os.environ["PORTAL_MAIL_FROM"])


def streams_client() -> object:
    """Streams live where the tables live, also when only the tables' address is replaced."""
    address = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB_STREAMS") or os.environ.get(DYNAMODB)
    config = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 2})
    session = botocore.session.get_session()
    return session.create_client("dynamodbstreams", endpoint_url=address, config=config)


def mail_service() -> str:
    """Where the portal hands in its mails."""
    return os.environ.get(SES) or os.environ["AWS_ENDPOINT_URL"]
