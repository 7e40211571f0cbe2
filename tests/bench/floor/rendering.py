"""The same, and Jinja2 with an environment to render in."""

from bare import client  # type: ignore[import-not-found]  # beside this file once compiled
from jinja2 import Environment

NEEDED = (client, Environment(autoescape=True))


def answer(event: object, context: object) -> None:
    """Nothing."""
