"""A stage's logo: a small file of its own folder, looked at before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.presentation import logos
from chalicelib.settings import BadSettings, read_settings
from tests.domain.pictures import picture, weighing
from tests.test_settings import REQUIRED

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of logos, with something beside it."""
    (tmp_path / "beside.png").write_bytes(picture())
    (tmp_path / "logos").mkdir()
    monkeypatch.setattr(logos, "FOLDER", tmp_path / "logos")
    return tmp_path / "logos"


def test_a_picture_and_a_drawing_are_logos(folder: Path) -> None:
    (folder / "acme.png").write_bytes(picture(60, 30))
    (folder / "acme-2.svg").write_bytes(DRAWING)
    logo = read_settings({**REQUIRED, "PORTAL_LOGO": "acme.png"}).brand.logo
    assert logo is not None
    assert (logo.kind, logo.width, logo.height) == ("png", 60, 30)
    drawn = read_settings({**REQUIRED, "PORTAL_LOGO": "acme-2.svg"}).brand.logo
    assert drawn is not None
    assert drawn.uri.startswith("data:image/svg+xml;base64,PHN2Zy")


def test_a_logo_may_have_eight_kilobytes_and_no_byte_more(folder: Path) -> None:
    (folder / "a.png").write_bytes(weighing(8192))
    (folder / "b.png").write_bytes(weighing(8193))
    assert logos.read_logo("a.png").kind == "png"
    with pytest.raises(BadSettings, match=r"PORTAL_LOGO.*larger"):
        read_settings({**REQUIRED, "PORTAL_LOGO": "b.png"})


OTHERS = ["none.png", "../beside.png", "/etc/passwd", "folder.png", ".png", "a.gif", "a.PNG", "a.png\n"]


@pytest.mark.parametrize("name", [*OTHERS, "scripted.svg", "false.png"])
def test_portal_refuses_to_start_on_any_other_file(folder: Path, name: str) -> None:
    (folder / "folder.png").mkdir()
    (folder / ".png").write_bytes(picture())
    (folder / "a.gif").write_bytes(b"GIF89a")
    (folder / "scripted.svg").write_bytes(DRAWING.replace(b"<path", b"<script/><path"))
    (folder / "false.png").write_bytes(DRAWING)
    with pytest.raises(BadSettings, match="PORTAL_LOGO"):
        read_settings({**REQUIRED, "PORTAL_LOGO": name})


def test_every_logo_of_the_folder_is_one() -> None:
    for file in logos.FOLDER.glob("*.*"):
        if file.suffix != ".md":
            assert logos.read_logo(file.name).data == file.read_bytes()
