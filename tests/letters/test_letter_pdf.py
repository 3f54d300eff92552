from __future__ import annotations

import contextlib
import dataclasses
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml

from cobranza_rules.letters.child_process import LARGEST_MEMORY
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.page_numbers import Numbering
from cobranza_rules.letters.pdf import PdfEngine, WeasyprintEngine, WkhtmltopdfEngine, choose_engine
from cobranza_rules.letters.pdf_engine import LARGEST_PDF, checked_pdf
from cobranza_rules.letters.sample_letters import letter
from cobranza_rules.letters.template import compile_template
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import ProblemError

from .docx_files import saved
from .fake_program import SIMPLE_PDF, fake_program

NAMES = ["transmittal", "acknowledgement-form", "first-reminder", "second-reminder", "statement"]


@pytest.fixture(params=["wkhtmltopdf", "weasyprint"])
def engine(request: pytest.FixtureRequest) -> Iterator[PdfEngine]:
    if request.param == "wkhtmltopdf" and shutil.which("wkhtmltopdf") is None:
        pytest.skip("wkhtmltopdf is not packaged on this system")
    chosen = choose_engine(request.param)
    yield chosen
    chosen.close()


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
        assert len(re.findall(r"Emisión +Vencimiento +Días venc", page)) == 1
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
    engine.close()
    engine.render(templates.letter("first-reminder", "es").html(fields_of(letter("first-reminder", count=60))))
    assert engine.render(html) == first  # Whatever its process has printed before.
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


PAGE = "<html><head></head><body>x</body></html>"


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("sleep 600 & wait", "the PDF was not ready after 1 seconds; raise pdf.timeout_seconds, or shorten the letter"),
        ("echo kaputt >&2; exit 3", "wkhtmltopdf failed: kaputt; 'cobranza doctor' checks the engine"),
        ("exit 3", "wkhtmltopdf failed: 3; 'cobranza doctor' checks the engine"),
        ("true", "wkhtmltopdf made no complete PDF; try again; 'cobranza doctor' checks the engine"),
        ('printf "%%PDF-1.4 cut off" > "$target"', "wkhtmltopdf made no complete PDF; try again; 'cobranza doctor' checks the engine"),
        ("while true; do echo noise >&2; done", "the PDF was not ready after 1 seconds; raise pdf.timeout_seconds, or shorten the letter"),
    ],
)
def test_an_engine_that_hangs_fails_or_is_cut_off_gives_a_problem_and_no_pdf(tmp_path: Path, script: str, problem: str) -> None:
    started = time.monotonic()
    engine = fake_program(tmp_path, script)
    with pytest.raises(ProblemError) as caught:
        engine.render(PAGE)
    assert str(caught.value) == problem
    assert time.monotonic() - started < 10
    engine.close()


def test_a_letter_that_waits_for_the_processor_is_given_more_time(tmp_path: Path) -> None:
    """Stopped, as by a machine that has no time for it: what counts is what the program has used."""
    (tmp_path / "simple.pdf").write_bytes(SIMPLE_PDF)
    engine = fake_program(tmp_path, f'(sleep 1.5; kill -CONT $$) & kill -STOP $$; cp {tmp_path}/simple.pdf "$target"')
    assert engine.render(PAGE).startswith(b"%PDF-")
    engine.close()


def test_a_machine_that_never_has_time_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobranza_rules.letters.patience.MOST_WAITING", 1.2)
    monkeypatch.setattr("cobranza_rules.letters.child_process.MOST_WAITING", 1.2)
    engine = fake_program(tmp_path, "kill -STOP $$")
    with pytest.raises(ProblemError) as caught:
        engine.render(PAGE)
    assert str(caught.value) == (
        "the PDF was not ready after 1.2 seconds, for the machine is busy with other work; "
        "try again when it is less busy, or raise pdf.timeout_seconds"
    )


def test_a_program_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(ProblemError) as caught:
        WkhtmltopdfEngine("/nowhere/wkhtmltopdf").render(PAGE)
    assert str(caught.value).startswith("wkhtmltopdf does not run: ")


def test_a_letter_that_ends_the_process_is_tried_once_more_alone_and_stops_no_other(tmp_path: Path) -> None:
    """The process prints one, two and three by itself. At the broken letter it ends; so does a fresh one; four is printed by a third."""
    (tmp_path / "simple.pdf").write_bytes(SIMPLE_PDF)
    engine = fake_program(tmp_path, f'if grep -q broken letter.html; then exit 1; fi; cp {tmp_path}/simple.pdf "$target"')
    for text in ("one", "two", "three", "broken", "four"):
        if text == "broken":
            with pytest.raises(ProblemError) as caught:
                engine.render(PAGE.replace("x", text))
            assert str(caught.value) == "wkhtmltopdf failed: 1; 'cobranza doctor' checks the engine"
        else:
            assert engine.render(PAGE.replace("x", text)).startswith(b"%PDF-")
    engine.close()
    assert (tmp_path / "starts").read_text().count("started") == 3
    assert (tmp_path / "lines").read_text().count("letter.html letter.pdf") == 6


def test_a_letter_that_only_a_tired_process_cannot_print_is_printed(tmp_path: Path) -> None:
    (tmp_path / "simple.pdf").write_bytes(SIMPLE_PDF)
    engine = fake_program(tmp_path, f'n=$((n + 1)); [ "$n" -gt 2 ] && exit 1; cp {tmp_path}/simple.pdf "$target"')
    for _letter in range(5):
        assert engine.render(PAGE).startswith(b"%PDF-")
    engine.close()
    assert (tmp_path / "starts").read_text().count("started") == 3


def test_a_process_makes_way_for_a_fresh_one_after_some_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobranza_rules.letters.printing_process.MOST_LETTERS", 4)
    (tmp_path / "simple.pdf").write_bytes(SIMPLE_PDF)
    engine = fake_program(tmp_path, f'cp {tmp_path}/simple.pdf "$target"')
    for _letter in range(9):
        engine.render(PAGE)
    engine.close()
    assert (tmp_path / "starts").read_text().count("started") == 3


def test_nothing_is_left_of_a_process_that_was_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pdf").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "pdf"))
    (tmp_path / "simple.pdf").write_bytes(SIMPLE_PDF)
    engine = fake_program(tmp_path, f'echo $$ > {tmp_path}/number; cp {tmp_path}/simple.pdf "$target"')
    engine.render(PAGE)
    number = int((tmp_path / "number").read_text())
    assert Path(f"/proc/{number}").exists()
    (folder,) = (tmp_path / "pdf").iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    engine.close()
    assert not Path(f"/proc/{number}").exists()
    assert list((tmp_path / "pdf").iterdir()) == []
    engine.render(PAGE)  # It begins anew when there is more to print.
    engine.close()


def test_the_program_gets_no_secret_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COBRANZA_MAIL__OUT__PASSWORD_ENV", "hunter2")
    engine = fake_program(tmp_path, f"env > {tmp_path}/seen; exit 1")
    with pytest.raises(ProblemError):
        engine.render(PAGE)
    assert "HOME=" in (tmp_path / "seen").read_text()
    assert "hunter2" not in (tmp_path / "seen").read_text()


def test_memory_and_size_of_the_program_are_bounded(tmp_path: Path) -> None:
    engine = fake_program(tmp_path, f"ulimit -v > {tmp_path}/memory; ulimit -f > {tmp_path}/size; exit 1")
    with pytest.raises(ProblemError):
        engine.render(PAGE)
    assert int((tmp_path / "memory").read_text()) * 1024 == LARGEST_MEMORY
    assert int((tmp_path / "size").read_text()) <= LARGEST_PDF / 512


def test_the_safe_options_stand_on_every_command_line(tmp_path: Path) -> None:
    engine = WkhtmltopdfEngine("/bin/true")
    command = engine.command()
    for option in ("--disable-javascript", "--disable-local-file-access", "--disable-plugins"):
        assert option in command
    assert command[command.index("--proxy") + 1] == "http://127.0.0.1:9"
    assert command[command.index("--javascript-delay") + 1] == "0"
    assert not {"-", "--enable-local-file-access", "--allow"} & set(command)
    options = engine.options(PageGeometry())
    assert options[options.index("--page-width") + 1] == "215.90mm"


def test_a_torso_is_no_pdf() -> None:
    with pytest.raises(ProblemError):
        checked_pdf(b"%PDF-1.4 ...", "x")
    assert checked_pdf(b"%PDF-1.4 ... %%EOF\n", "x")


def test_the_line_with_the_page_number_is_the_templates_own() -> None:
    numbering = Numbering.from_html(
        '<p class="numbered" style="x">Hoja <span class="page"></span> &amp; <b>de</b> <span class="pages"></span></p>'
    )
    assert numbering is not None
    assert numbering.text(2, 3) == "Hoja 2 & de 3"
    assert Numbering.from_html("<p>sin</p>") is None


def test_a_first_page_without_a_footer_has_no_number() -> None:
    """Word's "different first page" with nothing in it."""
    document = Document()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    page = "<w:fldSimple xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' w:instr=' PAGE '/>"
    section.footer.paragraphs[0].add_run("Hoja ")
    section.footer.paragraphs[0]._p.append(parse_xml(page))
    numbering = Numbering.from_html(compile_template(saved(document), "t").html(fields_of(letter())))
    assert numbering is not None
    assert [numbering.text(number, 3) for number in (1, 2)] == ["", "Hoja 2"]
    assert numbering.drawing(1, 3, PageGeometry()) == b""


def worker(monkeypatch: pytest.MonkeyPatch, script: str) -> WeasyprintEngine:
    monkeypatch.setattr("cobranza_rules.letters.weasyprint_engine._WORKER", (sys.executable, "-c", script))
    return WeasyprintEngine(1.0)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("import time; time.sleep(600)", "the PDF was not ready after 1 seconds; raise pdf.timeout_seconds, or shorten the letter"),
        ("raise SystemExit(7)", "WeasyPrint failed: 7; 'cobranza doctor' checks the engine"),
        (
            "import sys; sys.stdout.buffer.write(b'-' + (3).to_bytes(8) + b'oh!')",
            "WeasyPrint failed: oh!; 'cobranza doctor' checks the engine",
        ),
        (
            "import sys; sys.stdout.buffer.write(b'+' + (3).to_bytes(8) + b'oh!')",
            "weasyprint made no complete PDF; try again; 'cobranza doctor' checks the engine",
        ),
        (
            "import sys; sys.stdout.buffer.write(b'+' + (10**12).to_bytes(8))",
            "weasyprint made no complete PDF; try again; 'cobranza doctor' checks the engine",
        ),
    ],
)
def test_weasyprint_is_bounded_like_the_other_engine(monkeypatch: pytest.MonkeyPatch, script: str, problem: str) -> None:
    engine = worker(monkeypatch, f"{script}\nimport sys; sys.stdout.flush(); sys.stdin.read()")
    for _again in range(2):
        with pytest.raises(ProblemError) as caught:
            engine.render(PAGE)
        assert str(caught.value) == problem
        engine.close()


def test_weasyprint_goes_on_after_a_letter_that_ended_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WeasyprintEngine()
    first = engine.render(PAGE)
    assert engine._child is not None
    engine._child.process.kill()
    with contextlib.suppress(ProblemError):  # Nobody can know that it was not the letter.
        engine.render(PAGE)
    assert engine.render(PAGE) == first
    engine.close()
