"""What a cold start costs from the deployment package, in instructions: the same on any machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.gateway.emulator import Emulator
from infra.gateway.environment import portal_defaults
from tests.bench import cold

pytestmark = pytest.mark.deployment


@pytest.fixture(scope="module")
def ratios() -> Iterator[dict[str, float]]:
    with pytest.MonkeyPatch.context() as patched, Emulator() as emulator:
        for name, value in {**portal_defaults(8000), "AWS_ENDPOINT_URL": emulator.url}.items():
            patched.setenv(name, value)
        cold.prepare()
        yield cold.ratios(cold.count(list(cold.BUDGETED)))


@pytest.mark.parametrize("step", cold.BUDGETED)
def test_a_function_starts_for_little_more_than_the_libraries_it_cannot_do_without(
    step: str, ratios: dict[str, float]
) -> None:
    assert 1 < ratios[step] <= cold.LINE
