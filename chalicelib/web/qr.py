"""A QR code as inline SVG, without style attributes, which the page's policy forbids."""

import io

import segno


def qr_svg(text: str) -> str:
    """The SVG element of this text's QR code."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, scale=4, border=4, dark="#000", light="#fff", nl=False
    )
    return out.getvalue().decode("utf-8")
