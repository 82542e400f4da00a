"""The SVG picture as pixels, by resvg, which is an extra: `pip install 'backcalc[png]'`."""

from __future__ import annotations

from math import sqrt
from struct import pack
from zlib import crc32

from resvg_py import svg_to_bytes

from backcalc.render.pictures import svg
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import Scene

ZOOM = 2.0  # Pixels of the file for one of the picture, as screens have them today,
MOST_PIXELS = 40_000_000  # but fewer where there would be more than so many: each takes four bytes, and time.
_HEAD = 33  # Bytes of the signature, and of the chunk that tells the size.


def data(found: Scene, mark: str, *, top_down: bool = False) -> bytes:
    """The file, with a text in it that says whose it is."""
    picture = placed(found, top_down=top_down)
    zoom = min(ZOOM, sqrt(MOST_PIXELS / (picture.width * picture.height)))
    text = "\n".join(svg.svg(picture))
    pixels = bytes(svg_to_bytes(svg_string=text, width=int(picture.width * zoom)))
    return pixels[:_HEAD] + _chunk(b"tEXt", b"Software\0" + mark.encode("latin-1")) + pixels[_HEAD:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of the format: its length, kind, content and checksum."""
    return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))
