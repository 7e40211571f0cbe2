"""A QR code as inline SVG, without style attributes, which the page's policy forbids."""

import io

import segno


def qr_svg(text: str) -> str:
    """The SVG element of this text's QR code, which takes whatever size its page gives it.

    With a size of its own and no view box a style sheet's size cuts it off, and half a code cannot be scanned.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
        nl=False,
    )
    return out.getvalue().decode("utf-8")
