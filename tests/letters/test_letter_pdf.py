from __future__ import annotations

import dataclasses
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.page_numbers import Numbering, number_pages
from cobranza_rules.letters.pdf import PdfEngine, WeasyprintEngine, WkhtmltopdfEngine, choose_engine
from cobranza_rules.letters.pdf_engine import checked_pdf
from cobranza_rules.letters.sample_letters import letter
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import ProblemError

NAMES = ["transmittal", "acknowledgement-form", "first-reminder", "second-reminder", "statement"]


@pytest.fixture(params=["wkhtmltopdf", "weasyprint"])
def engine(request: pytest.FixtureRequest) -> PdfEngine:
    if request.param == "wkhtmltopdf" and shutil.which("wkhtmltopdf") is None:
        pytest.skip("wkhtmltopdf is not packaged on this system")
    return choose_engine(request.param)


def pages_of(content: bytes) -> list[str]:
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    return text.split("\f")[:-1]


def info_of(content: bytes, tmp_path: Path) -> str:
    (tmp_path / "x.pdf").write_bytes(content)
    return subprocess.run(["pdfinfo", "-isodates", str(tmp_path / "x.pdf")], capture_output=True, check=True, text=True).stdout


@pytest.mark.parametrize(("name", "language"), [(name, language) for name in NAMES for language in ("es", "en")])
def test_a_letter_of_ten_invoices_fills_one_page(engine: PdfEngine, templates: TemplateFolder, name: str, language: str) -> None:
    made = letter(name, language, 10)
    pages = pages_of(engine.render(templates.letter(name, language).html(fields_of(made))))
    assert len(pages) == 1
    for line in made.lines:
        assert line.number in pages[0]
    assert ("Página 1 de 1" if language == "es" else "Page 1 of 1") in pages[0]
    if name != "acknowledgement-form":  # Whoever receives the invoices signs that one.
        assert "Gerente de Administración" in pages[0] or "Analista de Crédito y Cobranza" in pages[0]


def test_a_letter_of_sixty_invoices_has_every_row_once_and_numbers_its_pages(
    engine: PdfEngine, templates: TemplateFolder, tmp_path: Path
) -> None:
    made = letter("first-reminder", count=60)
    content = engine.render(templates.letter("first-reminder", "es").html(fields_of(made)))
    pages = pages_of(content)
    assert len(pages) == 2
    rows = re.findall(r"^\s*(F-1\d{3})\b", "\n".join(pages), re.MULTILINE)
    assert sorted(rows) == sorted([line.number for line in made.lines] + [line.number for line in made.held])
    for number, page in enumerate(pages, start=1):
        assert f"Página {number} de {len(pages)}" in page
        assert len(re.findall(r"Factura +Emisión +Vencimiento +Días vencidos", page)) == 1
    assert "ATENTAMENTE" in pages[-1]
    assert "aviso de privacidad" in pages[-1]
    assert "Syntax Error" not in info_of(content, tmp_path)


def test_long_tables_have_their_heading_on_every_page_and_no_page_is_empty(engine: PdfEngine, templates: TemplateFolder) -> None:
    """Rows of different heights: some purchase orders take two lines."""
    made = letter("transmittal", count=150)
    lines = tuple(
        dataclasses.replace(line, purchase_order="Pedido de compra abierto " * (index % 3)) for index, line in enumerate(made.lines)
    )
    pages = pages_of(engine.render(templates.letter("transmittal", "es").html(fields_of(dataclasses.replace(made, lines=lines)))))
    with_rows = [page for page in pages if re.search(r"^ *F-1\d{3}\b", page, re.MULTILINE)]
    assert len(with_rows) >= 4
    for page in with_rows:
        assert page.count("Folio fiscal (UUID)") == 1
    assert len(pages) - len(with_rows) <= 1
    assert re.findall(r"^ *(F-1\d{3})\b", "\n".join(pages), re.MULTILINE) == [line.number for line in lines]


def test_the_same_letter_gives_the_same_pdf_dated_as_the_letter(engine: PdfEngine, templates: TemplateFolder, tmp_path: Path) -> None:
    html = templates.letter("transmittal", "es").html(fields_of(letter("transmittal", count=3)))
    first = engine.render(html)
    time.sleep(1.1)  # A clock in the file would have moved on.
    assert engine.render(html) == first
    info = info_of(first, tmp_path)
    assert "CreationDate:    2026-03-05T00:00:00Z" in info
    assert "612 x 792 pts (letter)" in info


def test_letters_have_the_size_that_the_template_says(engine: PdfEngine, templates: TemplateFolder) -> None:
    """An unpatched Qt would print 9.5 points as 7.3 (the box of a line is a little higher than its font)."""
    content = engine.render(templates.letter("transmittal", "es").html(fields_of(letter("transmittal", count=3))))
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    word = re.search(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">solicitamos<', boxes)
    assert word is not None
    assert 10.0 <= float(word[2]) - float(word[1]) <= 11.3
    left = re.search(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="[\d.]+" yMax="[\d.]+">Escuela<', boxes)
    assert left is not None
    assert float(left[1]) == pytest.approx(56.7, abs=2)


def test_a_draft_is_marked_on_the_page(engine: PdfEngine, templates: TemplateFolder) -> None:
    draft = letter("transmittal", count=2, draft=True, number="")
    page = pages_of(engine.render(templates.letter("transmittal", "es").html(fields_of(draft))))[0]
    assert "BORRADOR – sin firma" in page
    assert "Carta núm. por asignar" in page


def test_auto_takes_wkhtmltopdf_then_weasyprint_then_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobranza_rules.letters.pdf.shutil.which", lambda _name: "/opt/wkhtmltopdf")
    assert choose_engine("auto", 7) == WkhtmltopdfEngine("/opt/wkhtmltopdf", 7)
    assert choose_engine("weasyprint", 7) == WeasyprintEngine(7)
    monkeypatch.setattr("cobranza_rules.letters.pdf.shutil.which", lambda _name: None)
    assert choose_engine("auto", 7) == WeasyprintEngine(7)
    with pytest.raises(ProblemError) as caught:
        choose_engine("wkhtmltopdf")
    assert str(caught.value) == "wkhtmltopdf is not installed; install the package wkhtmltopdf, or set pdf.engine to weasyprint"
    monkeypatch.setattr("cobranza_rules.letters.pdf.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ProblemError) as caught:
        choose_engine("weasyprint")
    assert str(caught.value) == "WeasyPrint is not installed; install it with: pip install 'cobranza-rules[weasyprint]'"
    with pytest.raises(ProblemError) as caught:
        choose_engine("auto")
    assert str(caught.value) == (
        "there is no program that makes PDFs; install the package wkhtmltopdf, or WeasyPrint with: pip install 'cobranza-rules[weasyprint]'"
    )


def test_engines_name_themselves_and_their_version(engine: PdfEngine) -> None:
    assert engine.name in ("wkhtmltopdf", "weasyprint")
    assert re.match(r"\d+(\.\d+)+", engine.version)


def fake_program(folder: Path, script: str) -> WkhtmltopdfEngine:
    program = folder / "wkhtmltopdf"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "wkhtmltopdf 0.12.6" && exit\n{script}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return WkhtmltopdfEngine(str(program), 1.0)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("sleep 600 & wait", "the PDF was not ready after 1 seconds; raise pdf.timeout_seconds, or shorten the letter"),
        ("echo kaputt >&2; exit 3", "wkhtmltopdf failed: kaputt; 'cobranza doctor' checks the engine"),
        ("exit 0", "wkhtmltopdf made no complete PDF; try again; 'cobranza doctor' checks the engine"),
        (
            'for last; do :; done; printf "%%PDF-1.4 cut off" > "$last"',
            "wkhtmltopdf made no complete PDF; try again; 'cobranza doctor' checks the engine",
        ),
    ],
)
def test_an_engine_that_hangs_fails_or_is_cut_off_gives_a_problem_and_no_pdf(tmp_path: Path, script: str, problem: str) -> None:
    started = time.monotonic()
    with pytest.raises(ProblemError) as caught:
        fake_program(tmp_path, script).render("<html><head></head><body>x</body></html>")
    assert str(caught.value) == problem
    assert time.monotonic() - started < 10


def test_the_program_gets_no_secret_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COBRANZA_MAIL__OUT__PASSWORD_ENV", "hunter2")
    engine = fake_program(tmp_path, f"env > {tmp_path}/seen; exit 1")
    with pytest.raises(ProblemError):
        engine.render("<html><head></head><body>x</body></html>")
    assert "hunter2" not in (tmp_path / "seen").read_text()


def test_the_safe_options_stand_on_every_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.html").touch()
    command = WkhtmltopdfEngine("/bin/true").command(tmp_path / "a.html", tmp_path / "a.pdf", PageGeometry())
    for option in ("--disable-javascript", "--disable-local-file-access", "--disable-plugins"):
        assert option in command
    assert command[command.index("--proxy") + 1] == "http://127.0.0.1:9"
    assert command[command.index("--javascript-delay") + 1] == "0"
    assert command[command.index("--page-width") + 1] == "215.90mm"


def test_a_torso_is_no_pdf() -> None:
    with pytest.raises(ProblemError):
        checked_pdf(b"%PDF-1.4 ...", "x")
    assert checked_pdf(b"%PDF-1.4 ... %%EOF\n", "x")


def test_page_numbers_leave_a_file_alone_that_does_not_look_like_qts() -> None:
    numbering = Numbering.from_html(
        '<p class="numbered" style="x">Hoja <span class="page"></span> &amp; <b>de</b> <span class="pages"></span></p>'
    )
    assert numbering is not None
    assert numbering.text(2, 3) == "Hoja 2 & de 3"
    for content in (b"", b"%PDF-1.7\n%%EOF", b"%PDF-1.4\ntrailer\n<<\n/Size 3\n/Info 1 0 R\n/Root 2 0 R\n>>\nstartxref\n9\n%%EOF"):
        assert number_pages(content, numbering, PageGeometry()) == content
    assert Numbering.from_html("<p>sin</p>") is None
