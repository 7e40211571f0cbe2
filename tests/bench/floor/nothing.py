"""Lambda's runtime client alone: what a function costs that imports nothing."""


def answer(event: object, context: object) -> None:
    """Nothing."""
