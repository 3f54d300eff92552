"""An index of very many documents and a history without end: rows stay whole, and every page says what its columns are."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator

import pytest

from cobranza_rules.language import N_, Sentence
from cobranza_rules.letters.pdf import PdfEngine, choose_engine
from cobranza_rules.letters.sample_packet import sample_packet_fields
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.packets.planning import WrittenPage
from cobranza_rules.packets.written_pages import Style, written_html
from tests.letters.conftest import ROOT


@pytest.fixture(scope="module", params=["wkhtmltopdf", "weasyprint"])
def engine(request: pytest.FixtureRequest) -> Iterator[PdfEngine]:
    chosen = choose_engine(request.param)
    yield chosen
    chosen.close()


def pages_of(content: bytes) -> list[str]:
    shown = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    return shown.split("\f")[:-1]


def words_apart(pages: list[str]) -> list[str]:
    """Rows of which words stand on more than one page: each word of row 7 begins with r7w."""
    where = defaultdict(set)
    for number, page in enumerate(pages):
        for row in re.findall(r"r(\d+)w", page):
            where[row].add(number)
    return [row for row, found in where.items() if len(found) > 1]


def words(row: int, count: int) -> str:
    return " ".join(f"r{row}w{word}-documento-de-nombre-largo" for word in range(count))


def test_no_row_of_an_index_is_broken_by_the_end_of_a_page(engine: PdfEngine) -> None:
    entries = [
        {
            "heading": f"Apartado {row}" if row % 9 == 0 else "",
            "number": str(row),
            "title": words(row, 3 + row * 7 % 9),
            "date": "02/03/2026",
            "sheets": str(row + 9),
            "note": words(row, 5) if row % 4 == 0 else "",
            "sha256": "9f86d081884c",
        }
        for row in range(90)
    ]
    files = [{"name": words(1000 + row, 3), "description": words(1000 + row, 4), "sha256": "9f86d081884c"} for row in range(30)]
    template = TemplateFolder(ROOT / "templates").packet("packet-index", "es")
    pages = pages_of(engine.render(template.html({**sample_packet_fields("packet-index", "es"), "entries": entries, "files": files})))
    assert len(pages) >= 8
    assert words_apart(pages) == []
    assert all("SHA-256" in page for page in pages)


def test_a_history_repeats_its_heading_on_every_page(engine: PdfEngine) -> None:
    rows = tuple((f"2026-03-{1 + row % 28:02}", words(row, 1 + row % 9)) for row in range(120))
    page = WrittenPage(headings=(N_("Date"), N_("What happened")), rows=rows)
    pages = pages_of(engine.render(written_html(page, Sentence("History of the case"), Style("es", "Kemper", dt.date(2026, 3, 2)))))
    assert len(pages) >= 4
    assert words_apart(pages) == []
    assert all(re.search(r"Fecha\s+Qué pasó", page) for page in pages)
