import contextlib
import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.intake.archive import LARGEST_DIRECTORY
from cobranza_rules.intake.spreadsheet import LARGEST_FILE, read_tables
from cobranza_rules.intake.table import by_cell, column_letters
from cobranza_rules.intake.workbook_bounds import MOST_CELLS
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError

DAMAGED = "c.xlsx: the workbook is damaged or no workbook; open it in your spreadsheet program and save it again as .xlsx"
NOON = dt.datetime(2026, 3, 2, 12, 5)  # noqa: DTZ001 (a cell has no zone)
SHEET = "xl/worksheets/sheet1.xml"


def changed(content: bytes, change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    """The same workbook with one part of its archive changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(old.read(info)) if info.filename == part else old.read(info))
    return target.getvalue()


def test_cells_keep_their_kinds_and_places(workbooks: Any) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Hoja 1"
    sheet["B3"], sheet["C3"], sheet["D3"], sheet["E3"], sheet["F3"] = (
        " hola ",
        30,
        3.25,
        dt.date(2026, 3, 2),
        NOON,
    )
    sheet["G3"], sheet["H3"], sheet["I3"], sheet["J3"], sheet["K3"] = True, "=1+1", "00123", 0.1, "   "
    workbook.create_sheet("oculta").sheet_state = "hidden"
    workbook.create_sheet("vacía")
    workbook.create_chartsheet("gráfica")
    first, second = read_tables(workbooks.saved(workbook), "c.xlsx")
    assert (first.name, second.name, list(second.rows)) == ("Hoja 1", "vacía", [])
    cells = [
        None,
        "hola",
        30,
        Decimal("3.25"),
        dt.date(2026, 3, 2),
        NOON,
        "TRUE",
        None,
        "00123",
        Decimal("0.1"),
        None,
    ]
    assert [list(row) for row in first.rows] == [[None] * 11, [None] * 11, cells]
    assert type(first.value(2, 2)) is int
    assert first.place(2, 1) == "Hoja 1!B3"
    assert first.value(2, 99) is first.value(99, 0) is None


def test_a_formula_counts_by_its_stored_value(workbooks: Any) -> None:
    content = changed(workbooks.of([["=1+1"]]), lambda part: part.replace(b"<v></v>", b"<v>2</v>").replace(b"<v/>", b"<v>2</v>"))
    assert read_tables(content, "c.xlsx")[0].value(0, 0) == 2


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")])
def test_columns_have_the_letters_of_spreadsheet_programs(column: int, letters: str) -> None:
    assert column_letters(column) == letters


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(
        lambda text: not text.startswith("=")
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6))
def test_what_is_written_is_read_back(workbooks: Any, rows: list[list[Any]]) -> None:
    table = read_tables(workbooks.of(rows), "c.xlsx")[0]
    assert [[table.value(at, column) for column in range(len(row))] for at, row in enumerate(rows)] == rows


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_a_workbook_with_a_password_is_told(said: Any) -> None:
    locked = OLD + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600
    assert said(read_tables, locked, "c.xlsx") == ["c.xlsx: the workbook has a password; save it without a password"]


def test_a_damaged_old_workbook_is_told(said: Any) -> None:
    assert said(read_tables, OLD + b"\x00" * 600, "c.xls") == [
        "c.xls: the workbook is damaged or no workbook; open it in your spreadsheet program and save it again as .xlsx"
    ]


def test_a_spreadsheet_beyond_the_size_is_told(said: Any) -> None:
    assert said(read_tables, b"a" * (LARGEST_FILE + 1), "c.csv") == [
        "c.csv: the spreadsheet is larger than 50 MB; split it, or remove what is not needed"
    ]


def test_the_encoding_that_a_part_declares_changes_nothing(workbooks: Any, said: Any) -> None:
    declared = changed(workbooks.of([["ñ"]]), lambda part: b'<?xml version="1.0" encoding="klingon"?>' + part)
    assert read_tables(declared, "c.xlsx")[0].value(0, 0) == "ñ"
    for change in (lambda part: part.decode().encode("utf-16"), lambda part: part.replace(b"<t>n</t>", b"<t>\xf1</t>")):
        assert said(read_tables, changed(workbooks.of([["n"]]), change), "c.xlsx") == [DAMAGED]


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part[:-40],
        lambda _part: b"",
        lambda part: part.replace(b'r="A1"', b'r="A\xff1"'),
        lambda part: part.replace(b"row r=", b"row r=x"),
        lambda part: part.replace(b'r="A1"', b'r="A1B1"'),
        lambda part: part.replace(b'r="A1"', b'r="A"'),
        lambda part: part.replace(b'r="A1"', b'r="AAAA1"'),
    ],
)
def test_damaged_parts_are_told(workbooks: Any, said: Any, change: Callable[[bytes], bytes]) -> None:
    assert said(read_tables, changed(workbooks.of([["a"]]), change), "c.xlsx") == [DAMAGED]


def test_archives_that_are_no_workbook_are_told(said: Any) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert said(read_tables, target.getvalue(), "c.xlsx") == [DAMAGED]
    assert said(read_tables, b"PK\x03\x04" + b"x" * 100, "c.xlsx") == [
        "c.xlsx: the archive is damaged; download it again, or pack it again"
    ]


@pytest.mark.parametrize(
    ("cells", "rows", "columns"),
    [
        (b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 1048576, 1),
        (b'<row r="2"><c r="SG2"><v>1</v></c></row>', 2, 501),
        (b'<row r="2"><c r="SF2"><v>1</v></c></row><row r="100000"/>', 100000, 500),
        (b'<row r="2"><c r="B99999999999"><v>1</v></c></row>', 99999999999, 2),
        (b'<row r="2"><c r="B300000"/><c r="B2"/></row>', 300000, 2),
        (b'<x:row xmlns:x="urn:x" r="300000"/>', 300000, 1),
        (b"<row>" + b"<c/>" * 501 + b"</row>", 2, 501),
    ],
)
def test_cells_far_away_are_refused_before_the_sheet_is_laid_out(workbooks: Any, said: Any, cells: bytes, rows: int, columns: int) -> None:
    content = changed(workbooks.of([["a"]]), lambda part: part.replace(b"</sheetData>", cells + b"</sheetData>"))
    assert said(read_tables, content, "c.xlsx") == [
        f"c.xlsx: a sheet of the workbook reaches too far: {rows} rows and {columns} columns; delete the empty rows and columns after the data, or split the file"
    ]


@pytest.mark.parametrize(("count", "shown"), [("4294967295", "4294967295"), ("4000001", "4000001"), ("-1", "-1"), ("9" * 50, "9" * 30)])
@pytest.mark.parametrize("name", ["count", "uniqueCount"])
def test_counts_that_are_only_told_reserve_no_memory(workbooks: Any, said: Any, name: str, count: str, shown: str) -> None:
    target = io.BytesIO(workbooks.of([[1]]))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst {name}="{count}"><si><t>a</t></si></sst>')
    assert said(read_tables, target.getvalue(), "c.xlsx") == [
        f"c.xlsx: a part of the workbook counts {shown} entries; open it in your spreadsheet program and save it again as .xlsx"
    ]


LONG = b"x" * 10_000


@pytest.mark.parametrize(
    "string",
    [
        b"<si><t>" + LONG + LONG + b"</t></si>",
        b"<si><t>" + LONG + b"<!--</si>-->" + LONG + b"</t></si>",
        b'<x:si xmlns:x="urn:x"><x:t>' + LONG + LONG + b"</x:t></x:si >",
    ],
)
def test_a_long_text_that_many_cells_show_is_refused_before_it_is_copied(workbooks: Any, said: Any, string: bytes) -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(2, 30_002))
    content = changed(workbooks.of([["a"]]), lambda part: part.replace(b"</sheetData>", cells + b"</sheetData>"))
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + string + b"<si/></sst>")
    (told,) = said(read_tables, target.getvalue(), "c.xlsx")
    assert re.fullmatch(
        r"c\.xlsx: the workbook shows a text of 200\d\d characters in up to 30000 cells; shorten the text, or split the file",
        told,
    )


NUMBERS = st.one_of(st.just(""), st.integers(1, 40).map(str), st.sampled_from(["1048576", "99999999999", "4294967297", "0", "-1", "1e3"]))
PLACES = st.tuples(st.one_of(st.sampled_from(["A", "b", "Z", "AA", "XFD", "AAAA", "", "$A"])), NUMBERS).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NUMBERS, st.lists(PLACES, max_size=4)), max_size=5))
def test_no_places_of_cells_make_the_reader_lay_out_more_than_the_bound(workbooks: Any, rows: list[tuple[str, list[str]]]) -> None:
    """The reader would end the whole process where memory does not suffice, and the test with it."""

    def place(told: str) -> str:
        return f' r="{told}"' if told else ""

    cells = "".join(f"<row{place(number)}>{''.join(f'<c{place(told)}><v>1</v></c>' for told in places)}</row>" for number, places in rows)
    content = changed(workbooks.of([["a"]]), lambda part: part.replace(b"</sheetData>", cells.encode() + b"</sheetData>"))
    with contextlib.suppress(ProblemError):
        (table,) = read_tables(content, "c.xlsx")
        assert sum(map(len, table.rows)) <= MOST_CELLS


def test_a_document_type_in_a_part_is_refused(workbooks: Any, said: Any) -> None:
    content = changed(workbooks.of([["a"]]), lambda part: b'<!DOCTYPE worksheet [<!ENTITY x "lol">]>' + part)
    assert said(read_tables, content, "c.xlsx") == [
        "c.xlsx: a part of the workbook declares a document type (DOCTYPE); do not open it; ask its sender"
    ]


def test_a_bomb_is_refused_by_what_it_states(workbooks: Any, said: Any) -> None:
    content = changed(workbooks.of([["a"]]), lambda part: part + b" " * (5 * 2**20))
    assert said(read_tables, content, "c.xlsx") == [
        "c.xlsx: the file expands more than 300 times, as only a harmful archive does; do not open it; ask its sender"
    ]


def test_a_bomb_that_understates_its_size_does_not_reach_the_reader(workbooks: Any, said: Any) -> None:
    content = bytearray(changed(workbooks.of([["a"]]), lambda part: part + b" " * (50 * 2**20)))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    struct.pack_into("<L", content, at + 24, 600)  # APPNOTE.TXT 4.3.12: the size after unpacking, in the central directory
    assert said(read_tables, bytes(content), "c.xlsx") == [
        "c.xlsx: the file in the archive is damaged; download the archive again, or pack it again"
    ]


def test_an_archive_with_an_endless_directory_is_refused(said: Any) -> None:
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, LARGEST_DIRECTORY + 1, 0, 0)
    assert said(read_tables, b"PK\x03\x04" + end, "c.xlsx") == [
        "c.xlsx: the archive lists too many files; unpack it yourself and give the folder"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimited_text_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = [["Clave", "Razón social", "RFC"], ["007", "UNIVERSIDAD ROBOTICA ESPAÑOLA", "URE180429TM6"], ["8", "", '"H" & E']]
    text = "\r\n".join(delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if '"' in cell else cell for cell in row) for row in rows)
    table = read_tables(text.encode(encoding), "c.csv")[0]
    assert [list(row) for row in table.rows] == [rows[0], rows[1], ["8", None, '"H" & E']]
    assert table.place(1, 1) == "B2"


def test_commas_inside_cells_do_not_outvote_the_semicolon() -> None:
    text = "Clave;Nombre;Domicilio\n1;A;Calle 1, Col. Centro, Monterrey, N.L.\n2;B;Calle 2, Col. Norte, Monterrey, N.L.\n"
    assert [len(row) for row in read_tables(text.encode(), "c.csv")[0].rows] == [3, 3, 3]


def test_the_line_that_names_the_delimiter_keeps_row_numbers_right() -> None:
    table = read_tables(b"sep=|\r\na;b|c\r\n", "c.csv")[0]
    assert list(table.rows[0]) == []
    assert (table.value(1, 0), table.value(1, 1), table.place(1, 1)) == ("a;b", "c", "B2")


def test_a_break_inside_quotation_marks_is_one_row() -> None:
    table = read_tables(b'a,"first\nsecond",c\nd,e,f\n', "c.csv")[0]
    assert (table.value(0, 1), table.value(1, 0)) == ("first\nsecond", "d")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"a,\x81\n", b"\xff\xfea", b"a,\xf1\x00\n"])
def test_what_is_no_text_is_told(said: Any, content: bytes) -> None:
    assert said(read_tables, content, "c.csv") == [
        "c.csv: the file is no text: neither UTF-8 nor Windows-1252; save it again as 'CSV UTF-8' in your spreadsheet program"
    ]


@pytest.mark.parametrize(("content", "line", "code"), [(b"a,b\nc,d\x00e\n", 2, "0000"), ("ñ\x07,b".encode(), 1, "0007")])
def test_a_stray_sign_in_a_table_is_told_with_its_line(said: Any, content: bytes, line: int, code: str) -> None:
    assert said(read_tables, content, "c.csv") == [
        f"c.csv:{line}: the character U+{code} cannot stand in a table; delete it, and save the file again"
    ]


@pytest.mark.parametrize(
    ("content", "line"), [(b'a,b\n"never closed,c\nd,e\n', 3), (b'a,b\n"x"y,c\n', 2), (b"a,b\n" + b"x" * 200_000 + b",c\n", 2)]
)
def test_rows_that_cannot_be_told_apart_are_told(said: Any, content: bytes, line: int) -> None:
    assert said(read_tables, content, "c.csv") == [
        f"c.csv:{line}: the quotation marks of a row do not close, or a cell is far too long; correct the row, or save the file again in your spreadsheet program"
    ]


@pytest.mark.parametrize("content", [b"a\n" * 250_001, b"," * 500 + b"\n"])
def test_rows_and_columns_of_text_are_bounded(said: Any, content: bytes) -> None:
    (told,) = said(read_tables, content, "c.csv")
    assert told.endswith("the table has more than 250000 rows or 500 columns; split the file")


cells = st.tuples(st.sampled_from(["Clientes!", "Otra!"]), st.integers(0, 40), st.integers(1, 40))


@given(st.lists(cells, max_size=8))
def test_problems_are_told_in_the_order_of_their_cells(found: list[tuple[str, int, int]]) -> None:
    """Sheet by sheet, row by row, column by column; those of no cell first."""
    problems = [Problem(_("wrong"), place=f"{sheet}{column_letters(column)}{row}") for sheet, column, row in found]
    sheets = list(dict.fromkeys(sheet for sheet, _column, _row in found))
    ordered = sorted(found, key=lambda cell: (sheets.index(cell[0]), cell[2], cell[1]))
    whole = Problem(_("wrong"))
    assert by_cell([*problems, whole]) == [
        whole,
        *(Problem(_("wrong"), place=f"{sheet}{column_letters(column)}{row}") for sheet, column, row in ordered),
    ]
