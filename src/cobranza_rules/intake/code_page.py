"""In which code page the texts of a table were written. Mexican programs of the time wrote Windows-1252, and under DOS 850.

A table may declare neither, or the wrong one: a copy program that converts texts leaves the old mark. What the letters of its texts say is
compared with what it declares, and nothing is settled silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WINDOWS, DOS = "cp1252", "cp850"
# Byte 29 of the header (Visual FoxPro, "Table File Structure"): those with a page that is written in Mexico or the United States.
DECLARED = {0x01: "cp437", 0x02: DOS, 0x03: WINDOWS, 0x57: WINDOWS, 0x58: WINDOWS, 0x59: WINDOWS}
_LETTERS = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡ºª°´’‘“”–—·")
_MISREAD = re.compile("Ã[^A-Za-zÀ-ÿ ]")
_NAMES = {WINDOWS: "Windows-1252", DOS: "DOS 850", "cp437": "DOS 437"}


@dataclass(frozen=True, slots=True)
class CodePage:
    """`declared` is "" where the table names none that is known; `has_letters` says whether there are any beyond ASCII.

    `sure` is False where the letters would do for both pages, or for none.
    """

    encoding: str
    declared: str
    has_letters: bool
    sure: bool

    @property
    def name(self) -> str:
        return page_name(self.encoding)


def page_name(encoding: str) -> str:
    return _NAMES.get(encoding, encoding)


def judged(texts: Iterable[bytes], driver: int) -> CodePage:
    """`driver` is the language driver of the header. Only texts with letters beyond ASCII say anything.

    What is declared holds unless some of its letters cannot be Spanish and the other page makes Spanish letters of all of them.
    """
    declared = DECLARED.get(driver, "")
    high = b"".join(bytes(byte for byte in text if byte > 0x7F) for text in texts)
    pages = tuple(dict.fromkeys((declared or WINDOWS, WINDOWS, DOS)))
    if not high:
        return CodePage(pages[0], declared, has_letters=False, sure=True)
    odd = {page: _odd(high, page) for page in pages}
    whole = [page for page in pages if not odd[page]]
    if declared in whole or len(whole) == 1:
        return CodePage(declared if declared in whole else whole[0], declared, has_letters=True, sure=True)
    return CodePage(declared or min(pages, key=lambda page: odd[page]), declared, has_letters=True, sure=False)


def is_odd(text: str) -> bool:
    """Whether a sign beyond ASCII in it stands in no name: of drawings or currencies, a mark for what was lost, UTF-8 read as Windows-1252."""
    if text.isascii():
        return False
    return any(letter > "\x7f" and letter not in _LETTERS and not letter.isalpha() for letter in text) or bool(_MISREAD.search(text))


def _odd(high: bytes, page: str) -> int:
    return sum(letter not in _LETTERS for letter in high.decode(page, errors="replace"))
