"""Delimited text (CSV) as spreadsheet programs of Mexican and foreign desks write it: three encodings, four delimiters."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from cobranza_rules.intake.sheet_rows import Rows
from cobranza_rules.intake.table import MOST_COLUMNS, MOST_ROWS, Table, Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

METADATA = "~"  # Of the files of metadata that the SAT's bulk download gives: nothing is quoted in them, and names hold quotation marks
DELIMITERS = (",", ";", "\t", "|", METADATA)
_SAMPLE_LINES = 50
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MIXED = _("some lines are in UTF-8 and others in Windows-1252; each was read in its own, from here on in the other one")
_AGAIN = _("save it again as 'CSV UTF-8' in your spreadsheet program")


def read_delimited(content: bytes, file: str, told: str = "") -> Table:
    """Values stay text, so that leading zeros survive. `told` is the delimiter where it is known, else it is guessed. Raises ProblemError."""
    text = decoded(content)
    problems: tuple[Problem, ...] = ()
    if text is None:
        raise _no_text(content, file)
    if mixed := _line_by_line(content):
        text, line = mixed
        problems = (Problem(_MIXED, _AGAIN, file, line, warning=True),)
    delimiter, text = _announced(text)
    delimiter = told or delimiter or delimiter_of(text)
    length = _checked_length(text, delimiter, file)
    return Table("", Rows(lambda: _rows(text, delimiter), length), problems=problems)


def _rows(text: str, delimiter: str) -> Iterator[list[Value]]:
    for cells in _reader(text, delimiter):
        yield [cell.strip() or None for cell in cells]


def _reader(text: str, delimiter: str) -> Any:
    """A line at a time: no copy of the text is made."""
    lines = (line.group() for line in _LINE.finditer(text))
    return csv.reader(lines, delimiter=delimiter, quoting=_quoting(delimiter), strict=True)


def _checked_length(text: str, delimiter: str, file: str) -> int:
    """How many rows there are, all of which can be read. Raises ProblemError."""
    reader, length = _reader(text, delimiter), 0
    try:
        for cells in reader:
            length += 1
            if length > MOST_ROWS or len(cells) > MOST_COLUMNS:
                what = _("the table has more than {rows} rows or {columns} columns", rows=MOST_ROWS, columns=MOST_COLUMNS)
                raise _refused(file, reader.line_num, what, _("split the file"))
    except csv.Error:
        what = _("the quotation marks of a row do not close, or a cell is far too long")
        raise _refused(file, reader.line_num, what, _("correct the row, or save the file again in your spreadsheet program")) from None
    return length


def _line_by_line(content: bytes) -> tuple[str, int] | None:
    """Parts of two encodings put together, which happens where exports are joined: each line in its own, and where the other one begins.

    None where one encoding does for all lines. Letters of Windows-1252 that happen to be UTF-8 (`Ã³`) stand in no word.
    """
    if content[:2] in _UTF16_MARKS or content.isascii():
        return None
    first, unmarked = "", content.removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(io.BytesIO(unmarked), 1):
        kind = _encoding_of(line)
        first = first or kind
        if kind and kind != first:
            return "".join(one.decode(_encoding_of(one) or "ascii", errors="replace") for one in io.BytesIO(unmarked)), number
    return None


def _encoding_of(line: bytes) -> str:
    """Empty where it has no letters that tell."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "" if line.isascii() else "utf-8"


def _no_text(content: bytes, file: str) -> ProblemError:
    """A table with one stray sign in it is told apart from a picture."""
    text = damaged(content)
    if text is None:
        return _refused(file, 0, _("the file is no text: neither UTF-8 nor Windows-1252"), _AGAIN)
    at = min(text.index(letter) for letter in _CONTROLS if letter in text)
    what = _("the character U+{code} cannot stand in a table", code=f"{ord(text[at]):04X}")
    return _refused(file, text.count("\n", 0, at) + 1, what, _("delete it, and save the file again"))


def damaged(content: bytes) -> str | None:
    """Text with control characters in it, which no table can have; None where the bytes are none even so."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def decoded(content: bytes) -> str | None:
    """None where the bytes are no text. Windows-1252 is what Excel writes as plain CSV; UTF-16 is its 'Unicode text'.

    Some letters of UTF-8 (`Í`, `Á`) hold bytes that Windows-1252 has not: where lines of both stand together, each is read in its own.
    """
    encodings = ("utf-16",) if content[:2] in _UTF16_MARKS else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if _is_text(text) else None
    mixed = _line_by_line(content)
    return mixed[0] if mixed and _is_text(mixed[0]) else None


def delimiter_of(text: str) -> str:
    """The one that gives the most lines the same number of columns, and among equals the most columns."""
    lines = sample_of(text)
    return max(DELIMITERS, key=lambda delimiter: shape_by(lines, delimiter))


def sample_of(text: str) -> list[str]:
    return [line[: 2**14] for line in text[: 2**16].splitlines() if line.strip()][:_SAMPLE_LINES]


def shape_by(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many lines share one number of columns, two at least, and that number; (0, 1) where the delimiter parts nothing.

    Lines that break inside quotation marks are counted as they stand: this is a guess, and the typical line decides.
    """
    counts = Counter(len(next(csv.reader([line], delimiter=delimiter, quoting=_quoting(delimiter)))) for line in lines)
    shapes = [(times, columns) for columns, times in counts.items() if columns > 1]
    return max(shapes, default=(0, 1))


def _quoting(delimiter: str) -> Literal[0, 3]:
    return csv.QUOTE_NONE if delimiter == METADATA else csv.QUOTE_MINIMAL


def _announced(text: str) -> tuple[str, str]:
    """Excel's own first line `sep=;` names the delimiter. The line stays as an empty row, so that row numbers are those that Excel shows."""
    first, _break, rest = text.partition("\n")
    announced = first.strip()
    if announced.lower().startswith("sep=") and announced[4:] in DELIMITERS:
        return announced[4:], "\n" + rest
    return "", text


def _is_text(text: str) -> bool:
    """No control characters but those that part lines and cells: a picture decodes as Windows-1252 all too easily."""
    return not any(letter in text for letter in _CONTROLS)


_CONTROLS = (*tuple(chr(code) for code in range(32) if chr(code) not in "\t\n\r\x0c\x1a"), "\x7f")


def _refused(file: str, line: int, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file, line)])
