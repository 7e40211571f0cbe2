"""A stage's logo, from a file of `static/logos`, packaged with the rest. A bad one is found at start, not on a page."""

import re
from pathlib import Path

from chalicelib.domain.brand import Image, UnusableBrand, png
from chalicelib.domain.svg import is_plain_svg

FOLDER = Path(__file__).resolve().parent / "static" / "logos"
MOST = 8 * 1024  # bytes: the logo goes along with every page

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.(png|svg)")  # a file of the folder, never a path


def read_logo(name: str) -> Image:
    """The logo of this file name. Raises `UnusableBrand`."""
    file = FOLDER / name
    if not _NAME.fullmatch(name) or not file.is_file():
        raise UnusableBrand("logo", "no .png or .svg of this name in chalicelib/presentation/static/logos")
    data = file.read_bytes()
    if len(data) > MOST:
        raise UnusableBrand("logo", f"larger than {MOST} bytes")
    if name.endswith(".png"):
        return png(data)
    if not is_plain_svg(data):
        raise UnusableBrand(
            "logo", "not a drawing of shapes alone: no script, handler, reference or style sheet"
        )
    return Image(data, "svg+xml")
