"""The QR code of a 2-step seed: whole at any size, and nothing in it that the page's policy forbids."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import segno

from chalicelib.presentation.qr import qr_svg

URI = "otpauth://totp/Portal:ann@people.test?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Portal"


def test_code_scales_as_a_whole_to_whatever_size_its_page_gives_it() -> None:
    svg = ET.fromstring(qr_svg(URI))
    side = segno.make(URI, error="m", micro=False).symbol_size(border=4)[0]
    assert svg.get("viewBox") == f"0 0 {side} {side}"
    assert svg.get("width") is None
    assert svg.get("height") is None


def test_code_has_no_style_and_no_script() -> None:
    for element in ET.fromstring(qr_svg(URI)).iter():
        assert element.tag.rpartition("}")[2] in {"svg", "path"}
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
