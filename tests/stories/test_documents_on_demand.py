"""A person asks for documents: the templates are looked at, a letter is written, a case is handed over. Each call is a program of its own."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pikepdf
import pytest

from tests.cfdi_files import invoice
from tests.letters.docx_files import docx

from .desk import UNIVERSITY, customer_list
from .folders import make_folder
from .program import Program

MONDAY = "2026-03-02"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("documents")
    program = Program(make_folder(folder / "workspace"))
    came = folder / "came"
    came.mkdir()
    (came / "CLIENTES.csv").write_bytes(customer_list(UNIVERSITY + "direccion@robotica.example"))
    (came / "FA-1.xml").write_bytes(invoice("FA-1", "1160.00"))
    program("import", str(came), "--opening", "2026-02-27", "--payments-through", MONDAY, "--on", MONDAY)
    return program


def test_templates_are_looked_at_before_anybody_needs_them(program: Program, tmp_path: Path) -> None:
    assert program("letter", "check").splitlines()[-1].endswith(" letters checked; 0 of them cannot be used as they are.")
    broken = program.base / "templates" / "letters" / "demand.es.docx"
    broken.write_bytes(docx("Debe {{ totl }} al {{ date }}."))
    try:
        said = program("letter", "check", "demand", code=1).splitlines()
    finally:
        broken.unlink()
    assert said == [
        "1 letters checked; 1 of them cannot be used as they are.",
        "letters/demand.es.docx (Debe {{ totl }} al {{ date }}.): there is no field 'totl'; did you mean 'total'?",
    ]
    shown = program("letter", "preview", "first-reminder", "--language", "es", "-o", str(tmp_path)).splitlines()
    assert shown[0] == f"{tmp_path / 'first-reminder.es.png'} written"
    assert (tmp_path / "first-reminder.es.png").read_bytes().startswith(b"\x89PNG")


def test_a_letter_and_a_packet_are_asked_for(program: Program, tmp_path: Path) -> None:
    said = program("letter", "first-reminder", "C-001", "-o", str(tmp_path), "--on", MONDAY)
    names = [f"primer-recordatorio-C-001-MXN.{kind}" for kind in ("pdf", "docx")]
    assert said.splitlines() == [f"{tmp_path / name} written" for name in names]
    told = program.json("packet", "account", "C-001", "-o", str(tmp_path / "cuenta.pdf"), "--on", MONDAY)
    assert (told["kind"], told["parts"], told["notices"]) == ("account", 2, [])
    content = (tmp_path / "cuenta.pdf").read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == told["sheets"]
        assert set(pdf.attachments) == {"FA-1.xml", "sha256.txt"}
    program("packet", "account", "C-001", "-o", str(tmp_path / "otra.pdf"), "--on", MONDAY)
    assert (tmp_path / "otra.pdf").read_bytes() == content
    events = program.json("case", "C-001")["events"]
    assert [event["kind"] for event in events][-3:] == ["letter_made", "packet_made", "packet_made"]
    assert json.loads(program("case", "verify", "--json"))["intact"]
    assert program.sent() == []


def test_a_reader_finds_nothing_wrong_with_a_packet(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "caso.pdf"
    program.installed("packet", "escalation", "C-001", "-o", str(file), "--on", MONDAY)
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "Case for Administration" in text
    assert "invoice FA-1 issued for 1,160.00 MXN" in " ".join(text.split())


def test_usage_says_what_is_missing(program: Program) -> None:
    said = program("packet", "escalation", code=2)
    assert "Missing argument 'CUSTOMER'" in said
    said = program("letter", "first-reminder", "C-001", "--format", "odt", code=2)
    assert "write one or several of docx, pdf, with commas between them" in said
    assert "cobranza letter" in program("letter", "--help")
