"""All that is wrong with the letters of a folder, at once, with template, paragraph and text; and how they look."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from PIL import Image

from cobranza_rules.domain.company import Pictures
from cobranza_rules.letters.letter_check import check_letters, sample_of, trial_templates
from cobranza_rules.letters.libreoffice import LibreOffice, find_libreoffice
from cobranza_rules.letters.packet_catalogue import PACKET_BY_NAME, PACKET_TEMPLATES
from cobranza_rules.letters.page_pictures import PictureColumn, as_png, pages_of, side_by_side
from cobranza_rules.letters.pdf import PdfEngine, choose_engine
from cobranza_rules.letters.preview import preview_of
from cobranza_rules.letters.sample_packet import sample_packet_fields
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import ProblemError

from .conftest import ROOT
from .docx_files import docx, saved


@pytest.fixture
def folder(tmp_path: Path) -> TemplateFolder:
    (tmp_path / "letters").mkdir()
    return TemplateFolder(tmp_path)


def put(folder: TemplateFolder, name: str, content: bytes) -> None:
    (folder.root / "letters" / f"{name}.docx").write_bytes(content)


@pytest.fixture(scope="module")
def engine() -> Iterator[PdfEngine]:
    chosen = choose_engine("auto")
    yield chosen
    chosen.close()


class NoEngine:
    """Prints nothing: for what is found before anything is printed."""

    name, version = "none", "0"

    def render(self, _html: str) -> bytes:
        return b""

    def close(self) -> None:
        """It has no process."""


def said(folder: TemplateFolder, *names: str) -> list[str]:
    return [str(problem) for one in check_letters(folder, NoEngine(), names) for problem in one.problems]


def test_curly_quotation_marks_in_tags_are_told_although_they_work(folder: TemplateFolder) -> None:
    put(folder, "demand.es", docx("Dice “pago” {{ total }}", "{% if language == “es” %}sí{% endif %}", header="{{ place|default(‘x’) }}"))
    [checked] = check_letters(folder, NoEngine())
    assert checked.problems == ()
    hint = "they are taken for straight ones; use straight quotation marks, \" or '; in Word, undo right after typing them (Ctrl+Z)"
    assert [str(warning) for warning in checked.warnings] == [
        f"letters/demand.es.docx ({{% if language == “es” %}}sí{{% endif %}}): the tag '{{% if language == “es” %}}' has curly quotation marks; {hint}",
        f"letters/demand.es.docx ({{{{ place|default(‘x’) }}}}): the tag '{{{{ place|default(‘x’) }}}}' has curly quotation marks; {hint}",
    ]


def test_what_only_the_engine_refuses_is_told_of_its_template(folder: TemplateFolder, engine: PdfEngine) -> None:
    """A header of many lines leaves no room for text, and that is seen where a letter goes on."""
    tall = Document()
    tall.add_paragraph("{{ total }}")
    for row, text in enumerate(("Factura", "{%tr for line in lines %}", "{{ line.number }}", "{%tr endfor %}")):
        table = tall.add_table(1, 1) if row == 0 else tall.tables[0]
        (table.rows[0] if row == 0 else table.add_row()).cells[0].text = text
    for _line in range(60):
        tall.sections[0].header.add_paragraph("membrete")
    put(folder, "tall.es", saved(tall))
    [checked] = check_letters(folder, engine)
    assert [str(problem) for problem in checked.problems] == [
        "letters/tall.es.docx: header, footer and headings of tables do not fit on one page; make them lower in the template"
    ]


def test_every_shipped_letter_is_fit(templates: TemplateFolder, engine: PdfEngine) -> None:
    checked = check_letters(templates, engine)
    assert {(one.name, one.language) for one in checked} == {
        (name, language) for name, languages in trial_templates(templates).items() for language in languages
    }
    assert [problem for one in checked for problem in (*one.problems, *one.warnings)] == []
    assert set(PACKET_TEMPLATES) <= {one.name for one in checked}


def test_everything_that_is_wrong_is_said_at_once_with_its_place(folder: TemplateFolder) -> None:
    put(folder, "demand.es", docx("Debe {{ totl }}.", "{% if “draft” == “x” %}x{% endif %}", title="{{ nombre }}"))
    put(folder, "open.es", docx("{% if draft %}"))
    put(folder, "notice.es", docx("Son {{ total }}"))
    put(folder, "receipt.en", docx("{% for line in lines %}{{ line.numbr }}{% endfor %}", "{{ total.upper() }}"))
    filters = "capitalize, default, length, lower, title, trim, upper"
    assert [problem.partition(": ")[0::2] for problem in said(folder)] == [
        ("letters/demand.es.docx (Debe {{ totl }}.)", "there is no field 'totl'; did you mean 'total'?"),
        ("letters/demand.es.docx (document properties)", "there is no field 'nombre'; did you mean 'number'?"),
        ("letters/open.es.docx ({% if draft %})", "the tag '{% if %}' is never closed; write '{% endif %}' where it ends"),
        (
            "letters/receipt.en.docx ({% for line in lines %}{{ line.numbr }}{% endfor %})",
            "there is no field 'line.numbr'; did you mean 'line.number'?",
        ),
        (
            "letters/receipt.en.docx ({{ total.upper() }})",
            f"a template cannot use 'total.upper()' here; use fields, if, for, and the filters {filters}",
        ),
    ]


def test_fields_that_no_document_has_together_are_named(folder: TemplateFolder) -> None:
    put(folder, "mixed.es", docx("{{ payment.amount }} de {{ total }}"))
    assert said(folder) == [
        (
            "letters/mixed.es.docx: no document has all of the fields that the template names: payment, total; "
            "docs/letters.md says which of them belong together"
        ),
    ]


def test_a_page_of_a_packet_knows_its_own_fields_alone(folder: TemplateFolder) -> None:
    put(folder, "packet-index.es", docx("{% for entry in entries %}{{ entry.titel }}{% endfor %}", "{{ total }}"))
    assert [problem.partition(": ")[2] for problem in said(folder)] == [
        "there is no field 'entry.titel'; did you mean 'entry.title'?",
        "there is no field 'total'; did you mean 'title'?",
    ]


def test_a_trial_finds_what_only_writing_shows(folder: TemplateFolder) -> None:
    put(folder, "compare.es", docx("{% if line_count > 3 %}muchas{% endif %}"))
    [problem] = said(folder)
    assert problem.startswith("letters/compare.es.docx: the template cannot be filled in: ")


def test_only_what_is_named_is_looked_at(folder: TemplateFolder) -> None:
    put(folder, "demand.es", docx("{{ totl }}"))
    put(folder, "notice.es", docx("{{ ttal }}"))
    assert len(said(folder, "notice")) == 1
    with pytest.raises(ProblemError) as raised:
        check_letters(folder, NoEngine(), ("notce", "xyz"))
    assert [str(problem) for problem in raised.value.problems] == [
        "there is no letter 'notce'; did you mean 'notice'?",
        "there is no letter 'xyz'; there are: demand, notice",
    ]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", PACKET_TEMPLATES)
def test_the_sample_of_a_packet_has_every_field(name: str, language: str) -> None:
    fields = sample_packet_fields(name, language)
    assert fields.keys() == PACKET_BY_NAME.keys()
    for field in PACKET_BY_NAME.values():
        value = fields[field.name]
        if field.parts:
            for one in value if isinstance(value, list) else [value]:
                assert one.keys() == {part.name for part in field.parts}, field.name


@pytest.mark.parametrize("name", PACKET_TEMPLATES)
def test_pages_of_packets_carry_the_companys_pictures(name: str, templates: TemplateFolder) -> None:
    fields = sample_packet_fields(name, "es") | {"has_logo": True}
    logo = as_png(sheet("red"))
    assert "data:image/png" in templates.packet(name, "es", Pictures(logo=logo)).html(fields)
    assert "data:image/png" not in templates.packet(name, "es").html(fields | {"has_logo": False})


def sheet(colour: str, size: tuple[int, int] = (60, 80)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_pictures_stand_side_by_side_a_row_a_page() -> None:
    columns = [PictureColumn("Word", (sheet("red"), sheet("red"))), PictureColumn("PDF", (sheet("blue", (50, 90)),))]
    picture = Image.open(io.BytesIO(side_by_side(columns)))
    assert picture.size == (60 + 50 + 3 * 16, 30 + 90 + 80 + 3 * 16)
    assert (picture.getpixel((20, 50)), picture.getpixel((100, 50))) == ((255, 0, 0), (0, 0, 255))
    assert picture.getpixel((20, 160)) == (255, 0, 0)
    assert side_by_side(columns) == side_by_side(columns)


def test_what_is_no_pdf_has_no_pages() -> None:
    with pytest.raises(ProblemError, match="the PDF cannot be shown as a picture"):
        pages_of(b"%PDF-1.4 nothing")


def test_without_libreoffice_the_pdf_stands_alone(templates: TemplateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    template, fields = sample_of(templates, "first-reminder", "es")
    engine = choose_engine("wkhtmltopdf")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert find_libreoffice() is None
    alone = Image.open(io.BytesIO(preview_of(template, fields, engine, None)))
    assert alone.width == pages_of(engine.render(template.html(fields)))[0].width + 2 * 16


def office(folder: Path, script: str) -> LibreOffice:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return LibreOffice(str(program), timeout_seconds=1)


def test_with_it_the_word_document_stands_beside(templates: TemplateFolder, tmp_path: Path) -> None:
    template, fields = sample_of(templates, "packet-index", "en")
    engine = choose_engine("wkhtmltopdf")
    pdf = tmp_path / "shown.pdf"
    pdf.write_bytes(engine.render(template.html(fields)))
    beside = office(tmp_path, f'cp {pdf} "$(dirname "$8")/letter.pdf"')  # The last of its eight words is the Word document.
    both = Image.open(io.BytesIO(preview_of(template, fields, engine, beside)))
    assert both.width == 2 * pages_of(pdf.read_bytes())[0].width + 3 * 16


def test_one_that_hangs_or_makes_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="LibreOffice was not ready after 1 seconds; close other programs and try again"):
        office(tmp_path, "sleep 30").as_pdf(b"")
    with pytest.raises(ProblemError, match="LibreOffice made no complete PDF"):
        office(tmp_path, "exit 1").as_pdf(b"")


@pytest.mark.parametrize("page", ["packets.md", "packets.es.md"])
def test_the_page_of_packets_lists_every_field(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for field in PACKET_BY_NAME.values():
        [row] = [line for line in text.splitlines() if line.startswith(f"| `{field.name}` |")]
        assert all(f"`{part.name}`" in row for part in field.parts)
