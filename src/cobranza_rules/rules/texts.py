"""How texts are compared: composed (Unicode NFC), and for `contains` without regard to case."""

from __future__ import annotations

import unicodedata


def composed(text: str) -> str:
    """An accent typed on a Mac (decomposed) and one typed on Windows are the same letter."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def spellings(name: str) -> tuple[str, ...]:
    """A name that somebody has typed, as it may stand on file: as it is, composed and decomposed."""
    return tuple({name, composed(name), unicodedata.normalize("NFD", name)})


def folded(text: str) -> str:
    """Full case folding (Unicode 3.13, D145); composed again, because folding may take letters apart."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
