"""The pages that the program writes itself: what came from outside stays text, and is cut where it has no end."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.language import Sentence, _
from cobranza_rules.packets.material import StoredFile
from cobranza_rules.packets.planning import WrittenPage
from cobranza_rules.packets.refusals import SENTENCES, Refusal
from cobranza_rules.packets.written_pages import LONGEST_TEXT, Style, notice_of, written_html
from tests.letters.docx_files import parsed

STYLE = Style("es", "Kemper & Hijos", dt.date(2026, 3, 2))


def text_of(page: WrittenPage, title: str = "Título") -> str:
    written = written_html(page, Sentence("{t}", {"t": title}), STYLE)
    return " ".join(parsed(written).find("body").text_content().split())


def test_what_comes_from_outside_stays_text() -> None:
    attack = "<script>alert(1)</script><img src=http://evil.example/x>{{ 7*7 }}"
    page = written_html(WrittenPage((("sender", attack),), ("Date",), ((attack,),), attack), Sentence("{t}", {"t": attack}), STYLE)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("{{ 7*7 }}") == 5


def test_labels_and_sentences_speak_the_language_of_the_packet() -> None:
    said = text_of(
        WrittenPage((("sender", _("not received")), ("CFDI", "-")), ("Date", "What happened"), (("2026-03-02", _("not received")),))
    )
    assert "Remitenteno recibidoCFDI-" in said
    assert "FechaQué pasó2026-03-02no recibido" in said


def test_a_text_without_end_is_cut_and_says_so() -> None:
    said = text_of(WrittenPage(text="x" * (LONGEST_TEXT + 7)))
    assert said.endswith("[7 caracteres más están en el mensaje incrustado]")
    assert "caracteres más" not in text_of(WrittenPage(text="x" * LONGEST_TEXT))


def test_a_notice_names_the_file_and_why() -> None:
    file = StoredFile("contrato.pdf", "application/pdf", "ab" * 32)
    said = text_of(notice_of(file, Refusal.TOO_MANY_PAGES, 1_500_000))
    assert "contrato.pdf" in said
    assert "tiene más páginas de las que admite un legajo" in said
    assert "1.50 MB" in said
    assert "ab" * 32 in said
    assert "no está en este archivo" in text_of(notice_of(file, Refusal.MISSING, 0))


def test_every_refusal_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Refusal)
