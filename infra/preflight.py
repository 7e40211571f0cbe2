"""What must be there before a deployment begins; it asks, and changes nothing."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.account import identity, lacking_in
from infra.bindings import asked
from infra.choices import wrong_choices
from infra.package import WANTED_PYTHON
from infra.sender import records
from infra.stages import Stage
from infra.workable import complaint

PLACEHOLDER = "example.com"


def lacking(stage: Stage, session: boto3.Session) -> list[str]:
    """What must be there before anything is begun, all of it at once, each with what to do about it."""
    here = [wrong_python(), wrong_option(), *wrong_choices(), placeholders(stage), unworkable(stage)]
    found, no_way = [one for one in here if one], no_way_to_aws(session)
    if no_way or os.environ.get("AWS_ENDPOINT_URL"):  # an emulator has neither mail domains nor quotas
        return found + no_way
    client = cache(session.client)
    return [*found, *lacking_in(stage, client), *filter(None, [unverified_sender(stage, client("sesv2"))])]


def wrong_python() -> str:
    """Lambda runs what this Python compiled."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here == WANTED_PYTHON:
        return ""
    return f"Python {WANTED_PYTHON}: .venv has {here}; install it, then `make clean` and again"


def wrong_option() -> str:
    """What packaging would stop at when the data stack is already there."""
    try:
        asked()
    except ValueError as wrong:
        return str(wrong)
    return ""


def placeholders(stage: Stage) -> str:
    """Settings that nobody has filled in yet."""
    if os.environ.get("AWS_ENDPOINT_URL"):  # a rehearsal, where no name is looked up
        return ""
    left = sorted(name for name, value in stage.shared.items() if PLACEHOLDER in value)
    return f"settings of your own in .chalice/config.json for {', '.join(left)}" if left else ""


def unworkable(stage: Stage) -> str:
    """What the functions would refuse to start on, or could not work with."""
    found = complaint(stage.shared)
    return f"settings that work in .chalice/config.json: {found}" if found else ""


def no_way_to_aws(session: boto3.Session) -> list[str]:
    """A region, credentials, and that they work."""
    missing = []
    if not session.region_name:
        missing.append("a region: set AWS_DEFAULT_REGION")
    if session.get_credentials() is None:
        missing.append("credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if missing:
        return missing
    try:
        session.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        return [f"credentials that work: AWS says {error}"]
    return []


def unverified_sender(stage: Stage, ses: Any) -> str:
    """SES sends for nobody who has not shown that the domain is theirs. One that SES does not know is made first."""
    try:
        told = [identity(ses, one) for one in (stage.shared["PORTAL_MAIL_FROM"], stage.mail_domain)]
    except ClientError as error:
        return f"an answer from AWS (the sender): {error}"
    known = [one for one in told if one is not None]
    if not known:
        print(f"SES does not know {stage.mail_domain} yet: this run makes its identity and stops there.")
        return ""
    if any(one.get("VerifiedForSendingStatus") for one in known):
        return ""
    looked_for = records(ses, known[-1], stage)
    return f"a verified sender: SES still looks for these records of {stage.mail_domain}:\n{looked_for}"
