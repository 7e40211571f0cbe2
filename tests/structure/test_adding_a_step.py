"""What a step consists of: for one that lacks anything, a single test names each file and what belongs in it.

`docs/adding-a-step.md` is the same list for people. Whether what is in a file is right, the other tests say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from chalicelib.domain.access import GUARDS
from chalicelib.presentation.languages import SOURCE
from infra.catalogues import SPOKEN, catalogue_file, extracted, read
from infra.documents import read_yaml
from infra.openapi.answers import FILE as ANSWERS
from tests.console.test_every_operation import NEEDS as WHO_MAY_ASK
from tests.structure.code import LIBRARY, ROOT, STEPS
from tests.structure.test_map import CONTRACT, WITHOUT_ROUTES, module, registered
from tests.web.page_samples import SAMPLES

pytestmark = pytest.mark.slow

ROLES = read_yaml(ROOT / "infra" / "permissions.yaml")
GUIDE = (ROOT / "docs" / "adding-a-step.md").read_text(encoding="utf-8")
PLACES = {
    "code": "chalicelib/steps/{step}.py",
    "map": "app.py",
    "guard": "chalicelib/domain/access.py",
    "page": "chalicelib/presentation/templates/pages/{step}.html",
    "words": "chalicelib/presentation/locales/{language}/pages.po",
    "route": "infra/api.yaml",
    "answers": "infra/openapi/answers.yaml",
    "role": "infra/permissions.yaml",
    "test": "tests/steps/test_{step}.py",
    "sample": "tests/web/page_samples.py",
    "audience": "tests/console/test_every_operation.py",
}


def lacking(step: str) -> list[str]:
    """What is missing for this step, each as `file: what belongs in it`."""
    return [*_everywhere(step), *_behind_a_route(step), *_with_a_page(step)]


def _everywhere(step: str) -> Iterator[str]:
    if step not in registered():
        yield f"app.py: app.register_blueprint({step}.step)  # what a person meets there"
    if step not in ROLES:
        yield f"infra/permissions.yaml: a row `{step}:` with what it may do to which table, or `{{}}`"
    if not (ROOT / "tests" / "steps" / f"test_{step}.py").is_file():
        yield f"tests/steps/test_{step}.py: what the step does, and what it refuses"


def _behind_a_route(step: str) -> Iterator[str]:
    if step in WITHOUT_ROUTES:
        return
    contract = {f"{one.method} {one.path}": one for one in CONTRACT.operations}
    answers = read_yaml(ANSWERS)
    audience = {name for names in WHO_MAY_ASK.values() for name in names.split()}
    for route, answer in module(step).ROUTES.items():
        operation = f"{step}.{answer.answer.__name__}"
        if route not in contract:
            yield f"infra/api.yaml: {route} with operationId {operation}"
        if operation not in answers:
            yield f"infra/openapi/answers.yaml: {operation}: what it gives, and how its example is asked for"
        if route not in GUARDS:
            yield f'chalicelib/domain/access.py: "{route}": who may call it'
        if not audience & {step, operation}:
            yield f"tests/console/test_every_operation.py: {operation} in the row of those who may ask it"


def _with_a_page(step: str) -> Iterator[str]:
    source = (LIBRARY / "steps" / f"{step}.py").read_text(encoding="utf-8")
    if f'template="{step}"' not in source:
        return
    page = LIBRARY / "presentation" / "templates" / "pages" / f"{step}.html"
    if not page.is_file():
        yield f"{page.relative_to(ROOT)}: the page, every text of it in _()"
    if step not in SAMPLES:
        yield f"tests/web/page_samples.py: {step}, each of its states with what it shows"
    for language in SPOKEN:
        for room in sorted(waiting(language)):
            file = catalogue_file(language, room).relative_to(ROOT)
            yield f"{file}: {len(waiting(language)[room])} texts wait for a translation (`make words` puts them there)"


@cache
def waiting(language: str) -> dict[str, list[Any]]:
    """The texts of the source that a language lacks, by room."""
    found = {}
    for room, catalogue in extracted().items():
        known = {one.id for one in read(language, room) if one.string}
        if missing := [one.id for one in catalogue if one.id and one.id not in known]:
            found[room] = missing
    return found


@pytest.mark.parametrize("step", STEPS)
def test_a_step_lacks_nothing(step: str) -> None:
    missing = lacking(step)
    assert not missing, "\n  ".join([f"{step} lacks:", *missing])


def test_the_guide_names_every_file_of_a_step() -> None:
    told = re.findall(r"^\d+\. `([^`]+)`", GUIDE, re.MULTILINE)
    languages = [PLACES["words"].format(language=language) for language in SPOKEN]
    named = [place.format(step="STEP") for what, place in PLACES.items() if what != "words"]
    assert sorted(told) == sorted([*named, *languages])
    assert SOURCE not in SPOKEN
