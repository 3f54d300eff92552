"""One table of Visual FoxPro (DBF) through dbfread, within bounds that its header has to keep before a record is read."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import dbfread

from cobranza_rules.intake.code_page import CodePage, judged
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

MOST_RECORDS = 1_000_000
MOST_FIELDS = 255  # Visual FoxPro's own limit
# Visual FoxPro, "Table File Structure": records, bytes of the header and of a record, language driver; name, type, width and decimals of a field.
_HEAD = struct.Struct("<4xLHH17xB2x")
_FIELD = struct.Struct("<11sc4xBB14x")
_FIELD_BYTES, _END_OF_FIELDS = 32, 0x0D
_JUDGED = 50_000  # Records whose letters are looked at for the code page
_LONGEST_MEMO = 2000
SHORTEST_MEMO_FILE = 512  # Its header
_MEMO_TYPES = frozenset("MGP")
_AGAIN = _("copy it again while nobody works in AdminPAQ")

Record = Mapping[str, Any]  # Texts, ints, Decimals, dates and None by the names of the fields, upper case


class UnreadableField(str):
    """What stands in a field that does not hold what its type says."""

    __slots__ = ()


class _Fields(dbfread.FieldParser):  # type: ignore[misc] # dbfread ships no types
    """Only the fields that are wanted; numbers without a detour through float where the table has them as text."""

    wanted: frozenset[str] = frozenset()
    memo_budget = 0  # Bytes: records that all point at one large memo must not cost its size each time.

    def field_type_supported(self, field_type: str) -> bool:
        """A table may have fields of any type beside those that are wanted."""
        del field_type
        return True

    def parse(self, field: Any, data: bytes) -> Any:
        if field.name.upper() not in self.wanted:
            return None
        try:
            return super().parse(field, data)
        except (ValueError, ArithmeticError, struct.error, OSError):
            return UnreadableField(data[:30].decode("ascii", errors="replace").strip())

    def parseN(self, field: Any, data: bytes) -> Decimal | None:  # noqa: N802 (dbfread finds it by this name)
        del field
        text = data.strip(b" \x00*")
        return Decimal(text.decode("ascii").replace(",", ".")) if text else None

    parseF = parseN  # noqa: N815

    def parseB(self, field: Any, data: bytes) -> Decimal:  # noqa: N802
        """A double of Visual FoxPro: the shortest number that reads the same."""
        del field
        return Decimal(repr(struct.unpack("<d", data)[0]))

    def parseM(self, field: Any, data: bytes) -> str:  # noqa: N802
        text = super().parseM(field, data) if self.memo_budget > 0 else None
        self.memo_budget -= len(text or "")
        return text[:_LONGEST_MEMO] if isinstance(text, str) else ""


@dataclass(slots=True)
class DbfTable:
    """`name` is how problems name the table; `without_memo` says that it keeps texts in a memo file that is not there."""

    name: str
    path: Path
    page: CodePage
    count: int
    fields: frozenset[str]
    without_memo: bool
    problems: list[Problem]

    def records(self, wanted: frozenset[str]) -> Iterator[tuple[int, Record]]:
        """Those that are not deleted, with their numbers, which count deleted ones too, from 1; one in memory at a time."""
        memo = self.path.with_suffix(".fpt")
        budget = 2 * memo.stat().st_size if memo.exists() else 0
        table = _dbf(self.path, self.page.encoding, type("_Wanted", (_Fields,), {"wanted": wanted, "memo_budget": budget}))
        yield from zip(_numbers(self.path, self.count), table, strict=False)


def open_table(path: Path, name: str, texts: frozenset[str]) -> DbfTable:
    """`path` ends in `.dbf`, its memo file beside it in `.fpt`. By the letters of the fields `texts` the code page is judged.

    Raises ProblemError where the file is no such table, or one beyond all bounds.
    """
    try:
        header, length, told, driver, fields = _head(path)
        _dbf(path, "ascii", _Fields)
    except (ValueError, struct.error, UnicodeDecodeError, dbfread.DBFNotFound):
        raise _refused(name, _("the file is no DBF table"), _AGAIN) from None
    if told > MOST_RECORDS:
        raise _refused(name, _("the table tells of {count} records, more than the {limit} allowed", count=told, limit=MOST_RECORDS), _AGAIN)
    held = max(path.stat().st_size - header, 0) // length
    problems = []
    if held < told:
        what = _("the table breaks off: it tells of {told} records and holds {held}", told=told, held=held)
        problems.append(Problem(what, _AGAIN, name))
    count = min(held, told)
    spans = [(start, width) for field, kind, start, width in fields if kind == "C" and field in texts]
    page = judged(_texts(path, header, length, count, spans), driver)
    without_memo = any(kind in _MEMO_TYPES for _name, kind, _start, _width in fields) and not path.with_suffix(".fpt").exists()
    return DbfTable(name, path, page, count, frozenset(field for field, *_rest in fields), without_memo, problems)


def _dbf(path: Path, encoding: str, parser: type[_Fields]) -> Any:
    return dbfread.DBF(
        str(path),
        encoding=encoding,
        ignorecase=False,
        parserclass=parser,
        recfactory=lambda items: {name.upper(): value for name, value in items},
        ignore_missing_memofile=True,
        char_decode_errors="replace",
    )


def _head(path: Path) -> tuple[int, int, int, int, list[tuple[str, str, int, int]]]:
    """Bytes of the header and of a record, how many records, the language driver, and name, type, start and width of each field.

    Raises ValueError or struct.error where they do not fit together.
    """
    with path.open("rb") as file:
        told, header, length, driver = _HEAD.unpack(file.read(_HEAD.size))
        descriptors = file.read(max(header - _HEAD.size, 0))
    fields, start = [], 1
    for at in range(0, len(descriptors) - _FIELD_BYTES + 1, _FIELD_BYTES):
        if descriptors[at] == _END_OF_FIELDS:
            break
        name, kind, width, decimals = _FIELD.unpack_from(descriptors, at)
        width += decimals << 8 if kind == b"C" else 0
        fields.append((name.split(b"\0")[0].decode("ascii").upper(), kind.decode("ascii"), start, width))
        start += width
    if not fields or len(fields) > MOST_FIELDS or start != length:
        raise ValueError(start)
    return header, length, told, driver, fields


def _numbers(path: Path, count: int) -> Iterator[int]:
    """The numbers of the records that are not deleted."""
    header, length, *_rest = _head(path)
    with path.open("rb") as file:
        for number in range(count):
            file.seek(header + number * length)
            if file.read(1) == b" ":
                yield number + 1


def _texts(path: Path, header: int, length: int, count: int, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(header)
        for _number in range(min(count, _JUDGED)):
            record = file.read(length)
            yield from (record[start : start + width] for start, width in spans)


def _refused(file: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file)])
