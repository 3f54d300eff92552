"""What a workbook would cost to lay out, found in its XML parts before its reader lays anything out.

The reader makes the whole rectangle around a sheet's cells, however few are filled, and a copy of a shared string for each cell that shows
it, and reserves memory for counts that are only told: two cells far apart, one long string shown a million times, or one false number would
take all memory and end the process. The XML is read as a stream and nothing is kept.
"""

from __future__ import annotations

from xml.parsers import expat

from cobranza_rules.intake.archive import MB
from cobranza_rules.intake.plain_extent import column_number, plain_extent
from cobranza_rules.intake.table import MOST_COLUMNS, MOST_ROWS
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

MOST_CELLS = 4_000_000  # Rows times columns of a sheet, from A1
MOST_SHARED = 512 * MB  # Cells that show a shared string times the longest such string
DAMAGED = _("the workbook is damaged or no workbook")
RESAVE = _("open it in your spreadsheet program and save it again as .xlsx")


class WorkbookBounds:
    """Cells state their place in `r` or follow the one before (ECMA-376 part 1, 18.3.1.4 and 18.3.1.73)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.row = self.column = self.last_row = self.last_column = 0
        self.row_told = ""
        self.showing = self.longest = 0

    def check(self, part: bytes) -> None:
        """Raises ProblemError where the part is no XML, declares a DOCTYPE, or reaches too far."""
        if b"\x00" in part:  # UTF-16 has it in every tag: expat would read it, the sheet reader would see other tags in the same bytes.
            raise self._refused(DAMAGED, RESAVE)
        if (plain := plain_extent(part)) and plain.within(MOST_ROWS, MOST_COLUMNS, MOST_CELLS):
            self.showing += plain.showing
            self.longest = max(self.longest, _longest_shared(part))
            return
        self.row = self.column = self.last_row = self.last_column = 0
        self.row_told = ""
        parser = expat.ParserCreate("UTF-8")  # Whatever the part declares: this is how its reader will read it.
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(part, True)
        except (expat.ExpatError, ValueError):
            raise self._refused(DAMAGED, RESAVE) from None
        self.longest = max(self.longest, _longest_shared(part))

    def check_strings(self) -> None:
        """After all parts, for the strings may come before or after the cells that show them. Raises ProblemError."""
        if self.showing * self.longest > MOST_SHARED:
            what = _("the workbook shows a text of {length} characters in up to {cells} cells", length=self.longest, cells=self.showing)
            raise self._refused(what, _("shorten the text, or split the file"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name not in ("c", "row"):  # Asked first: this is called for every element of a sheet.
            if not attributes and ":" not in name:
                return
            self._counts(attributes)
            name = name.rpartition(":")[2]
        place = attributes.get("r", "").strip()
        if name == "c":
            self.showing += attributes.get("t", "").strip() == "s"
            self._cell(place)
        elif name == "row":
            self._row(int(place) if place else self.row + 1)

    def _counts(self, attributes: dict[str, str]) -> None:
        """`count` and `uniqueCount` are hints for which the reader reserves memory, so that a false one alone could take all of it."""
        for name in ("count", "uniqueCount"):
            told = attributes.get(name, "").strip()
            if told and (not told.isdecimal() or int(told) > MOST_CELLS):
                raise self._refused(_("a part of the workbook counts {count} entries", count=told[:30]), RESAVE)

    def _cell(self, place: str) -> None:
        letters = place.rstrip("0123456789")
        self.column = column_number(letters) if place else self.column + 1
        if self.column > self.last_column:
            self.last_column = self.column
            self._bound()
        # A cell may state another row than the one that it stands in, and its reader believes the cell.
        if place and place[len(letters) :] != self.row_told:
            self._row(int(place[len(letters) :]), self.column)

    def _row(self, row: int, column: int = 0) -> None:
        self.row, self.column, self.row_told = row, column, str(row)
        if row > self.last_row:
            self.last_row = row
            self._bound()

    def _bound(self) -> None:
        if self.last_column > MOST_COLUMNS or self.last_row > MOST_ROWS or self.last_column * self.last_row > MOST_CELLS:
            what = _(
                "a sheet of the workbook reaches too far: {rows} rows and {columns} columns", rows=self.last_row, columns=self.last_column
            )
            raise self._refused(what, _("delete the empty rows and columns after the data, or split the file"))

    def _doctype(self, *_declaration: object) -> None:
        raise self._refused(_("a part of the workbook declares a document type (DOCTYPE)"), _("do not open it; ask its sender"))

    def _refused(self, what: Sentence, hint: Sentence) -> ProblemError:
        return ProblemError([Problem(what, hint, self.file)])


def _longest_shared(part: bytes) -> int:
    """Bytes of the longest shared string (`si`, 18.4.8) with its tags, or more: what is not written as usual counts as one string."""
    if b"<si" not in part and b":si" not in part:
        return 0
    # A comment or CDATA could hold a false end of a string.
    return len(part) if b"<!" in part else max(map(len, part.split(b"si>")))
