"""Drawings: shapes stand, and whatever acts, fetches, refers or multiplies is refused."""

from __future__ import annotations

import pytest

from chalicelib.domain.svg import is_plain_svg

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:e="http://evil.test/"'


def drawing(inside: str = "", attributes: str = "", before: str = "") -> bytes:
    return f'{before}<svg {NS} viewBox="0 0 8 8" {attributes}>{inside}</svg>'.encode()


@pytest.mark.parametrize(
    "data",
    [
        drawing(),
        drawing('<!-- drawn by hand --><path d="M0 0h8v8z" fill="#a8232c"/>', before='<?xml version="1.0"?>'),
        drawing(
            '<title>Acme</title><g transform="scale(2)"><circle r="2" style="fill:red"/></g>',
            'xml:space="preserve"',
        ),
        drawing(
            '<defs><linearGradient id="a"><stop offset="1"/></linearGradient></defs><rect fill="url(#a)"/>'
        ),
        drawing("""<clipPath id="c"/><rect clip-path="url('#c')"/>"""),
    ],
)
def test_shapes_and_colours_are_a_drawing(data: bytes) -> None:
    assert is_plain_svg(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a drawing",
        b"<svg/>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<path xmlns="http://www.w3.org/2000/svg"/>',
        drawing()[:-1],
        drawing() + drawing(),
        b"\xff\xfe" + drawing(),
        drawing("<script>alert(1)</script>"),
        drawing("<e:script/>"),
        drawing("<style>@import url(https://evil.test/x.css);</style>"),
        drawing("<foreignObject/>"),
        drawing('<image href="https://evil.test/x.png"/>'),
        drawing('<a href="javascript:alert(1)"><path/></a>'),
        drawing('<set attributeName="href" to="javascript:alert(1)"/>'),
        drawing('<animate attributeName="x"/>'),
        drawing('<use href="#a"/>'),
        drawing(attributes='onload="alert(1)"'),
        drawing('<path ONCLICK="alert(1)"/>'),
        drawing('<path e:onclick="alert(1)"/>'),
        drawing('<linearGradient href="https://evil.test/x.svg#a"/>'),
        drawing('<linearGradient xlink:href="//evil.test/x"/>'),
        drawing('<rect fill="url(https://evil.test/#a)"/>'),
        drawing('<rect style="fill: u\\72l(https://evil.test/)"/>'),
        drawing('<rect style="background: image-set(x)"/>'),
        drawing("<rect fill=\"url(#a) url( '//evil.test')\"/>"),
        drawing(before='<!DOCTYPE svg [<!ENTITY a "aaaa">]>', inside="<title>&a;</title>"),
        drawing(before='<!DOCTYPE svg SYSTEM "file:///etc/passwd">'),
        drawing(before='<?xml-stylesheet href="https://evil.test/x.css"?>'),
    ],
)
def test_what_is_more_than_shapes_is_refused(data: bytes) -> None:
    assert not is_plain_svg(data)
