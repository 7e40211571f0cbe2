"""The templates as they are packaged: made Python once, for every language at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from jinja2 import ModuleLoader, meta

from chalicelib.presentation import engine
from chalicelib.presentation.engine import HTML, MADE, TEXT, html_engine, text_engine
from chalicelib.presentation.languages import LANGUAGES
from infra.templates import make_python

pytestmark = pytest.mark.slow

ENGINES = {HTML: html_engine, TEXT: text_engine}
TEMPLATES = sorted(
    str(file.relative_to(engine.ROOT)) for kind in ENGINES for file in engine.ROOT.rglob(f"*.{kind}")
)


def kind_of(template: str) -> str:
    return template.rpartition(".")[2]


def text_of(template: str) -> str:
    return (engine.ROOT / template).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "templates"
    shutil.copytree(engine.ROOT, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    make_python(folder)
    return folder


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_is_packaged_as_python(made: Path, template: str) -> None:
    packaged = ENGINES[kind_of(template)]("de").overlay(loader=ModuleLoader(made / MADE / kind_of(template)))
    assert packaged.get_template(template).name == template


def test_templates_themselves_are_not_packaged(made: Path) -> None:
    files = [file for file in made.rglob("*") if file.is_file() and file.parent.name != "__pycache__"]
    assert {file.suffix for file in files} == {".py"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_a_packaged_template_needs_is_packaged_for_its_engine(made: Path, template: str) -> None:
    loader = ModuleLoader(made / MADE / kind_of(template))
    packaged = ENGINES[kind_of(template)]().overlay(loader=loader)
    for name in meta.find_referenced_templates(html_engine().parse(text_of(template))):
        assert name is not None
        assert packaged.get_template(name).name == name


@pytest.mark.parametrize("template", TEMPLATES)
def test_one_python_serves_every_language(template: str) -> None:
    engines = [ENGINES[kind_of(template)](language) for language in LANGUAGES]
    assert len({one.compile(text_of(template), template, template, raw=True) for one in engines}) == 1


def test_packaged_engine_takes_the_python(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ROOT", made)
    packaged = engine._engine("de", TEXT, autoescape=False)
    assert isinstance(packaged.loader, ModuleLoader)


def test_same_templates_give_the_same_python(made: Path, tmp_path: Path) -> None:
    make_python(tmp_path)
    for file in (made / MADE).rglob("*.py"):
        assert (tmp_path / file.relative_to(made)).read_bytes() == file.read_bytes()
