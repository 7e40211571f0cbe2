"""Small images for tests, made of bytes: a PNG of any size, whole or with something wrong."""

from __future__ import annotations

import base64
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RED = bytes((168, 35, 44))


def part(name: bytes, content: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def head(width: int, height: int) -> bytes:
    """The part that tells the size: eight bits, red, green, blue."""
    return part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def picture(width: int = 120, height: int = 40, more: bytes = b"") -> bytes:
    """A red PNG. `more` stands between its size and its pixels."""
    rows = (b"\x00" + RED * width) * height
    return SIGNATURE + head(width, height) + more + part(b"IDAT", zlib.compress(rows, 9)) + part(b"IEND", b"")


def weighing(size: int) -> bytes:
    """A PNG of exactly so many bytes."""
    return picture(more=part(b"tEXt", b"x" * (size - len(picture()) - 12)))


def in_base64(data: bytes) -> str:
    """As an administrator hands it in."""
    return base64.b64encode(data).decode("ascii")
