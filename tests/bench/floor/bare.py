"""Chalice's runtime, PynamoDB with its client and the one model it takes to make it, Argon2."""

import os

from argon2.low_level import hash_secret_raw
from chalice import Blueprint
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

step = Blueprint(__name__)
NEEDED = (hash_secret_raw,)


class Row(Model):
    """A table."""

    class Meta:
        """Its name."""

        table_name = "bare"
        region = os.environ["AWS_REGION"]

    key = UnicodeAttribute(hash_key=True)


client = Row._get_connection().connection.client


def answer(event: object, context: object) -> None:
    """Nothing."""
