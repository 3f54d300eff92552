"""The texts of a large workbook, which its cells name by number (ECMA-376 part 1, 18.4.8 and 18.4.9), kept on the disk.

A cell that names one gets it written into itself (18.18.11, `inlineStr`), so that a piece of a sheet needs no other part to be read.
"""

from __future__ import annotations

import mmap
import re
import tempfile
from array import array
from collections.abc import Iterator
from typing import IO

from cobranza_rules.intake.archive import MB
from cobranza_rules.intake.sheet_pieces import NotPlainError

LARGEST_PIECE = 64 * MB  # With its texts written into its cells
_STRING = re.compile(rb"<si>(.*?)</si>|<si/>", re.DOTALL)
_STRING_END = b"</si>"
_UNUSUAL = re.compile(rb"<!|\x00|:si|<(?:c|row)[\s/>]")  # A cell in a text would become one of the sheet.
_NAMED = re.compile(rb' t="s"><v>([0-9]{1,9})</v>')


class TooLongTextsError(Exception):
    """The cells of one piece would show more text than any table does."""


class SharedStrings:
    """Raises NotPlainError where `part`, their XML as it is unpacked, is written in an unusual way."""

    def __init__(self, part: Iterator[bytes]) -> None:
        self._ends = array("Q", [0])
        self._texts: mmap.mmap | bytes = b""
        with tempfile.TemporaryFile(prefix="cobranza-") as file:
            held = b""
            for more in part:
                held += more
                cut = held.rfind(_STRING_END) + len(_STRING_END)
                if cut >= len(_STRING_END):
                    self._keep(held[:cut], file)
                    held = held[cut:]
                elif len(held) > 4 * MB:
                    raise NotPlainError
            self._keep(held, file)
            file.flush()
            if self._ends[-1]:
                self._texts = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # Outlives the file's name and handle

    def _keep(self, part: bytes, file: IO[bytes]) -> None:
        texts = [match.group(1) or b"" for match in _STRING.finditer(part)]
        if part.count(b"<si") != len(texts) or _UNUSUAL.search(part):
            raise NotPlainError
        for text in texts:
            cell = b' t="inlineStr"><is>%b</is>' % text
            file.write(cell)
            self._ends.append(self._ends[-1] + len(cell))

    def check(self, piece: bytes) -> None:
        """Raises NotPlainError where a cell names a text in an unusual way, or one that is not there."""
        numbers = _NAMED.findall(piece)
        if piece.count(b't="s"') != len(numbers) or max(map(int, numbers), default=0) > max(len(self._ends) - 2, 0):
            raise NotPlainError

    def written_into(self, piece: bytes) -> bytes:
        """Of a piece that was checked. Raises TooLongTextsError."""
        parts: list[bytes] = _NAMED.split(piece)
        numbers = [int(number) for number in parts[1::2]]
        ends, texts = self._ends, self._texts
        if sum([ends[number + 1] - ends[number] for number in numbers]) > LARGEST_PIECE:
            raise TooLongTextsError
        parts[1::2] = [texts[ends[number] : ends[number + 1]] for number in numbers]
        if isinstance(texts, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            texts.madvise(mmap.MADV_DONTNEED)  # Pages that were read would stay in memory until all of the file is.
        return b"".join(parts)
