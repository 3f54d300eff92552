"""Workbooks with large sheets: looked at piece by piece, and read piece by piece, so that no more than a piece is ever in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import python_calamine

from cobranza_rules.intake.archive import MB, ZipLimits, read_entry, stream_entry
from cobranza_rules.intake.error_cells import as_texts
from cobranza_rules.intake.formula_cells import BOOK_PARTS, MOST_TOLD, Cells, parts_by_sheet, unsaved_in
from cobranza_rules.intake.shared_strings import SharedStrings, TooLongTextsError
from cobranza_rules.intake.sheet_pieces import PIECE, NotPlainError, extent_of, pieces_of
from cobranza_rules.intake.sheet_rows import Rows, plain_cells
from cobranza_rules.intake.table import MOST_COLUMNS, MOST_ROWS, Value
from cobranza_rules.intake.workbook_bounds import DAMAGED, MOST_CELLS, RESAVE
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

LARGE = 12 * MB  # XML of a sheet from which on it is read in pieces, which takes longer
_SHEETS = "xl/worksheets/"
_STRINGS = "xl/sharedStrings.xml"
_BOOK = ("[Content_Types].xml", "_rels/.rels", *BOOK_PARTS, "xl/styles.xml")  # All that its reader needs beside sheets and texts


@dataclass(frozen=True, slots=True)
class Workbook:
    """The archive of a workbook as it came, with the bounds that hold for its parts."""

    archive: zipfile.ZipFile
    file: str
    limits: ZipLimits

    def names(self) -> list[str]:
        return [info.filename for info in self.archive.infolist() if info.filename.lower().endswith((".xml", ".rels"))]

    def read(self, name: str) -> bytes:
        return read_entry(self.archive, self.archive.getinfo(name), self.file, self.limits)

    def stream(self, name: str) -> Iterator[bytes]:
        return stream_entry(self.archive, self.archive.getinfo(name), self.file, self.limits, PIECE)

    def has_large_sheets(self) -> bool:
        return any(info.filename.startswith(_SHEETS) and info.file_size > LARGE for info in self.archive.infolist())


@dataclass(slots=True)
class Sheet:
    """What the look at a sheet has found: how many rows, formulas without values, and what stands after its rows."""

    rows: int = 0
    columns: int = 0
    unsaved: set[tuple[int, int]] = field(default_factory=set)
    tail: bytes = b""


@dataclass(slots=True)
class LargeWorkbook:
    """Raises NotPlainError where it has to be read as a whole. `sheets` are by their names; `parts` those of the workbook but for its rows."""

    book: Workbook
    parts: dict[str, bytes] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    strings: SharedStrings = field(init=False)

    def __post_init__(self) -> None:
        names = self.book.names()
        self.strings = SharedStrings(self.book.stream(_STRINGS) if _STRINGS in names else iter(()))
        self.parts = {name: self.book.read(name) for name in _BOOK if name in names}
        for sheet, part in self._places(names).items():
            self.sheets[sheet] = self._looked_at(part)
            self.parts[part] = self.sheets[sheet].tail

    def _places(self, names: Iterable[str]) -> Mapping[str, str]:
        places = parts_by_sheet(self.parts)
        if sorted(places.values()) != sorted(name for name in names if name.startswith(_SHEETS) and name.count("/") == 2):
            raise NotPlainError
        return places

    def _looked_at(self, part: str) -> Sheet:
        found = Sheet()
        for piece in pieces_of(self.book.stream(part)):
            extent = extent_of(piece, found.rows)
            found.rows, found.columns = max(found.rows, extent.rows), max(found.columns, extent.columns)
            if not extent.within(MOST_ROWS, MOST_COLUMNS, MOST_CELLS) or found.rows * found.columns > MOST_CELLS:
                raise NotPlainError  # Whoever reads it as a whole says what is wrong.
            self.strings.check(piece)
            if len(found.unsaved) < MOST_TOLD:
                found.unsaved |= unsaved_in(piece)
            found.tail = piece
        return found

    def unsaved(self) -> Mapping[str, Cells]:
        return {name: frozenset(sheet.unsaved) for name, sheet in self.sheets.items()}

    def rows(self, name: str) -> Rows:
        return Rows(lambda: self._read(name), self.sheets[name].rows)

    def _read(self, name: str) -> Iterator[list[Value]]:
        part = parts_by_sheet(self.parts)[name]
        given = 0
        for piece in pieces_of(self.book.stream(part)):
            sheet = self._laid_out({**self.parts, part: self._with_texts(piece)}, name)
            if sheet.start is None:
                continue
            top, left = sheet.start
            yield from ([] for _row in range(given, top))
            before: list[Value] = [None] * left
            for row in sheet.to_python(skip_empty_area=True):
                yield before + plain_cells(row)
            given = top + sheet.height

    def _with_texts(self, piece: bytes) -> bytes:
        try:
            return self.strings.written_into(as_texts(piece))
        except TooLongTextsError:
            what = _("the cells of a sheet show more text than any table holds")
            raise ProblemError([Problem(what, _("shorten the text, or split the file"), self.book.file)]) from None

    def _laid_out(self, parts: Mapping[str, bytes], name: str) -> python_calamine.CalamineSheet:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        packed.seek(0)
        try:
            with python_calamine.CalamineWorkbook.from_filelike(packed) as workbook:
                return workbook.get_sheet_by_name(name)
        except python_calamine.CalamineError:
            raise ProblemError([Problem(DAMAGED, RESAVE, self.book.file)]) from None
