"""A logo, a signature and initials of nobody, drawn for previews, documentation and tests."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from cobranza_rules.domain.company import Pictures

_NAVY, _GOLD, _INK = (31, 58, 95, 255), (184, 134, 46, 255), (24, 42, 120, 255)
_FINE = 4  # Drawn larger and made smaller, which smooths the lines.


def sample_pictures() -> Pictures:
    """Without a letterhead: most companies have a logo, and print name and address beside it."""
    return Pictures(logo=_logo(), signature=_signature(), rubric=_initials())


def _logo() -> bytes:
    picture = Image.new("RGBA", (520 * _FINE, 150 * _FINE))
    drawing = ImageDraw.Draw(picture)
    for corner, colour in ((8, _NAVY), (44, _GOLD)):
        left = corner * _FINE
        drawing.polygon([(left, 142 * _FINE), (left + 34 * _FINE, 8 * _FINE), (left + 68 * _FINE, 142 * _FINE)], fill=colour)
    drawing.text((150 * _FINE, 18 * _FINE), "KEMPER", fill=_NAVY, font=ImageFont.load_default(72 * _FINE))
    drawing.text((154 * _FINE, 104 * _FINE), "URGATE", fill=_GOLD, font=ImageFont.load_default(30 * _FINE))
    return _png(picture, (520, 150))


def _signature() -> bytes:
    picture = Image.new("RGBA", (640 * _FINE, 210 * _FINE))
    drawing = ImageDraw.Draw(picture)
    drawing.line(list(_pen(640 * _FINE, 210 * _FINE, 5.5)), fill=_INK, width=5 * _FINE, joint="curve")
    drawing.line([(60 * _FINE, 172 * _FINE), (590 * _FINE, 150 * _FINE)], fill=_INK, width=4 * _FINE)
    return _png(picture, (640, 210))


def _initials() -> bytes:
    picture = Image.new("RGBA", (240 * _FINE, 120 * _FINE))
    ImageDraw.Draw(picture).line(list(_pen(240 * _FINE, 120 * _FINE, 2.5)), fill=_INK, width=5 * _FINE, joint="curve")
    return _png(picture, (240, 120))


def _pen(width: int, height: int, turns: float) -> Iterator[tuple[float, float]]:
    """Loops that grow smaller from left to right, as a hurried pen draws them."""
    for step in range(400):
        part = step / 399
        angle = 2 * math.pi * turns * part
        size = height * 0.36 * (1 - 0.62 * part)
        yield width * (0.12 + 0.74 * part) + size * 0.8 * math.sin(angle), height * 0.52 - size * math.cos(angle * 1.07 + 0.6)


def _png(picture: Image.Image, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    picture.resize(size, Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
