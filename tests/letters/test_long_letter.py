"""A letter of several pages in an engine that repeats nothing: what stands on which page, and how far the text moves."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.shared import Pt

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.long_letter import LongLetter, surely_long
from cobranza_rules.letters.page_stamps import Overlay, Stamped
from cobranza_rules.letters.pdf import PdfEngine, choose_engine
from cobranza_rules.letters.print_marks import ROW, TOP, Mark, mark_html, marks_of
from cobranza_rules.letters.print_strays import without_strays
from cobranza_rules.letters.sample_letters import letter
from cobranza_rules.letters.template import compile_template
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import ProblemError

from .docx_files import saved

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(before: int = 0) -> bytes:
    """A letterhead and another header, two footers, `before` paragraphs of 20 points, and two tables with a heading each."""
    made = Document()
    section = made.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "MEMBRETE"
    section.header.paragraphs[0].text = "CORTO"
    section.first_page_footer.paragraphs[0].text = "PIE-UNO"
    section.footer.paragraphs[0].text = "PIE-OTRO"
    for number in range(before):
        paragraph = made.add_paragraph(f"antes {number}")
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(20)
    for heading in ("TITULO-A", "TITULO-B"):
        table = made.add_table(4, 1)
        for row, text in zip(table.rows, (heading, "{%tr for line in lines %}", "{{ line.number }}", "{%tr endfor %}"), strict=True):
            row.cells[0].text = text
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    return saved(made)


def long_letter(rows: int = 3) -> LongLetter:
    made = LongLetter(compile_template(document(), "t").html(fields_of(letter(count=rows))))
    made.measure(heights(30, 20, 10, 15, 12, 18))
    made.text_html()
    return made


def heights(*values: float) -> list[list[Mark]]:
    """Of letterhead, header, first footer, footer and headings."""
    return [[Mark(ROW, 0, 0, value)] for value in values]


def rows(*pages: Sequence[int]) -> list[list[Mark]]:
    """Marks of rows by page: 0 and 4 are the headings of tables of three rows."""
    return [[Mark(ROW, row, 0, 10.0 * row) for row in page] for page in pages]


def test_the_frame_leaves_room_for_the_highest_of_each() -> None:
    frame = long_letter().frame
    assert (frame.top, frame.bottom, frame.heading, frame.first_top) == (72 + 18, 72, 18, 72)  # Margins of an inch; header from 36 on


def test_the_first_page_has_the_letterhead_and_others_the_heading_that_goes_on() -> None:
    first, second, third = long_letter().stamped(rows([0, 1, 2], [3, 4, 5], [6, 7]))
    assert first == Stamped(18, [Overlay(0, 36, 30), Overlay(2, 792 - 36 - 10, 10)])
    assert second == Stamped(18 - 12, [Overlay(1, 36, 20), Overlay(3, 792 - 36 - 15, 15), Overlay(4, 72, 12)])
    assert third == Stamped(0, [Overlay(1, 36, 20), Overlay(3, 792 - 36 - 15, 15), Overlay(5, 72, 18)])


def test_a_page_that_begins_without_a_table_moves_up_into_the_room_of_the_heading() -> None:
    made = long_letter().stamped(rows([0, 1, 2, 3], [4, 5, 6, 7], []))
    assert [page.up for page in made] == [18, 18, 18]
    assert [len(page.overlays) for page in made] == [2, 2, 2]


def test_a_row_whose_mark_is_drawn_on_two_pages_is_on_the_later_one() -> None:
    assert len(long_letter().stamped(rows([0, 1, 2], [2, 3, 4, 5, 6, 7]))[1].overlays) == 3
    assert len(long_letter().stamped(rows([0, 1, 2, 3, 4], [4, 5, 6, 7]))[1].overlays) == 2


def test_an_empty_strip_of_a_row_whose_text_stands_on_the_next_page_is_cut_off() -> None:
    marks = rows([0, 1, 2], [3, 4, 5, 6, 7])
    marks[0] += [Mark(TOP, row, 0, 200.0 * row) for row in (0, 1, 2, 3)]
    assert [page.until for page in long_letter().stamped(marks)] == [601.0, None]


def test_a_heading_alone_at_the_end_of_a_page_moves_its_table_once() -> None:
    made = long_letter()
    assert "page-break-before:always" not in made.text_html()
    assert made.move_on(rows([0, 1, 2, 3, 4], [5, 6, 7]))
    assert made.text_html().count("page-break-before:always") == 1
    assert not made.move_on(rows([0, 1, 2, 3, 4], [5, 6, 7]))  # It cannot be helped: a row as high as a page.


def test_more_rows_than_marks_can_tell_apart() -> None:
    made = long_letter(200)
    pages = made.stamped([[Mark(ROW, row % 256, 0, 0) for row in page] for page in (range(201), range(201, 300), range(300, 402))])
    assert [len(page.overlays) for page in pages] == [2, 2, 3]


@pytest.mark.parametrize("of_pieces", [(30, 600, 10, 15, 12, 18), (30, 20, 10, 15, 12)])
def test_pieces_that_leave_no_room_are_told(of_pieces: tuple[float, ...]) -> None:
    with pytest.raises(ProblemError) as caught:
        long_letter().measure(heights(*of_pieces))
    assert str(caught.value) == "header, footer and headings of tables do not fit on one page; make them lower in the template"


def test_only_letters_of_many_rows_are_not_tried_on_one_page() -> None:
    template = compile_template(document(), "t")
    assert [surely_long(template.html(fields_of(letter(count=count)))) for count in (1, 19, 20)] == [False, False, True]


def test_marks_are_read_as_qt_writes_them() -> None:
    assert "rgb(254,241,242)" in mark_html(256 + 18)
    drawing = (
        b"/CSp cs 0.996078431 0.945098039 0.949019607 scn\n/GSa gs\nq\n0.768472881 0 0 0.768472881 0 -959.822628 cm\n100 1301 0 1 re\nf\n"
        b"/CSp cs 0.996078431 0.945098039 0.949019607 scn\n/GSa gs\nq\n0.768472881 0 0 0.768472881 0 0 cm\n0 0 500 10 re\nf\n"
        b"/CSp cs 0.500000000 0.945098039 0.949019607 scn\n/GSa gs\nq\n0.768472881 0 0 0.768472881 0 0 cm\n0 0 0 0 re\nf\n"
    )
    (mark,) = marks_of(drawing)
    assert (mark.kind, mark.code, round(mark.right, 1), round(mark.below, 1)) == (ROW, 18, 57.6, 30.0)


def drawn(baseline: int, ground: int) -> bytes:
    """A line of text and a filled rectangle of 40 units, as Qt writes them; 1,000 units are 576 points."""
    place = b"q\n0.768 0 0 0.768 0 0 cm\n"
    text = place + b"/CSp cs 0 0 0 scn\n/GSa gs\nBT\n/F8 16 Tf 1 0 0 -1 0 0 Tm\n5 -%d Td <0001> Tj\nET\nQ\n" % baseline
    return b"before\n" + place + b"0 %d 866 40 re\nf\nQ\n" % ground + text + b"after\n"


def test_what_begins_where_the_page_ends_is_left_out_of_it() -> None:
    whole = drawn(980, 940)
    assert without_strays(whole, 576) is whole
    assert without_strays(drawn(1014, 999), 576) == b"before\nafter\n"
    assert without_strays(drawn(1014, 960), 576) == drawn(1014, 960).partition(b"q\n0.768 0 0 0.768 0 0 cm\n/CSp")[0] + b"after\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[PdfEngine]:
    if shutil.which("wkhtmltopdf") is None:
        pytest.skip("wkhtmltopdf is not packaged on this system")
    chosen = choose_engine("wkhtmltopdf")
    yield chosen
    chosen.close()


def shown_text(content: bytes) -> str:
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("before", range(27, 33))
def test_wherever_a_page_ends_each_has_its_header_footer_and_heading(engine: PdfEngine, before: int) -> None:
    html = compile_template(document(before), "t").html(fields_of(letter(count=30)))
    text = shown_text(engine.render(html))
    pages = [page.split() for page in text.split("\f")[:-1]]
    assert len(pages) >= 3
    for number, words in enumerate(pages):
        assert [word in words for word in ("MEMBRETE", "PIE-UNO", "CORTO", "PIE-OTRO")] == [
            number == 0,
            number == 0,
            number > 0,
            number > 0,
        ]
        shown = [word for word in words if re.match(r"TITULO|F-", word)]
        assert not shown or shown[0].startswith("TITULO"), shown  # What goes on has its heading
        for heading, following in itertools.pairwise([*shown, "TITULO"]):
            assert not (heading.startswith("TITULO") and following.startswith("TITULO")), shown  # and no heading stands alone.
    found = re.findall(r"F-1\d{3}", text)
    assert found == [line.number for line in letter(count=30).lines] * 2


def several_lines() -> bytes:
    """A table with a heading whose rows have three lines each, and one without, of two columns whose rows are as high."""
    made = Document()
    for headed, columns in ((True, 1), (False, 2)):
        table = made.add_table(4 if headed else 3, columns)
        texts = ["TITULO"] if headed else []
        for row, text in zip(table.rows, [*texts, "{%tr for line in lines %}", "{{ line.number }}", "{%tr endfor %}"], strict=True):
            row.cells[0].text = text
        for place in range(2):
            table.rows[-2].cells[-1].add_paragraph(f"{'x' if headed else 'y'}{{{{ line.number }}}}-{place}")
        if headed:
            table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    return saved(made)


def test_no_row_is_broken_by_the_end_of_a_page(engine: PdfEngine) -> None:
    html = compile_template(several_lines(), "t").html(fields_of(letter(count=40)))
    pages = shown_text(engine.render(html)).split("\f")
    assert len(pages) > 6
    numbers = [line.number for line in letter(count=40).lines]
    for kind in "xy":
        where = [[number for number, page in enumerate(pages) if f"{kind}{name}-{part}" in page] for name in numbers for part in (0, 1)]
        assert all(len(each) == 1 for each in where)
        assert where[::2] == where[1::2]
    assert all("TITULO" in page for page in pages if "xF-" in page)


@pytest.mark.parametrize(("name", "words"), [("transmittal", "ATENTAMENTE"), ("formal-demand", "3. Intereses moratorios")])
def test_a_block_that_moves_to_the_next_page_leaves_nothing_behind(
    engine: PdfEngine, templates: TemplateFolder, name: str, words: str
) -> None:
    """Qt writes its first line on the page before, too, hidden under the end of that page."""
    content = engine.render(templates.letter(name, "es").html(fields_of(letter(name, "es", count=24))))
    assert [words in page for page in shown_text(content).split("\f")] == [False, True, False]
