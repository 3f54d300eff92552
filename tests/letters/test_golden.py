"""The texts of all letters and mails as they stand; `pytest tests/letters --renew-golden` writes them anew, and the diff is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.domain.letter import Document
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.letters.field_catalogue import Subject
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.packet_catalogue import PACKET_TEMPLATES
from cobranza_rules.letters.sample_letters import (
    OF_ACCOUNTS,
    OF_INSTALMENTS,
    OF_PAYMENTS,
    account_letter,
    letter,
    payment_letter,
    sample_document,
)
from cobranza_rules.letters.sample_packet import sample_packet_fields
from cobranza_rules.letters.template_folder import TemplateFolder

from .conftest import ROOT
from .docx_files import text_of

GOLDEN = Path(__file__).parent / "golden"
LETTERS = sorted(TemplateFolder(ROOT / "templates").letters().keys() - set(PACKET_TEMPLATES))
MAILS = sorted(TemplateFolder(ROOT / "templates").mails())
LANGUAGES = ("es", "en")


def compare(name: str, text: str, request: pytest.FixtureRequest) -> None:
    file = GOLDEN / name
    if request.config.getoption("--renew-golden", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_letters(name: str, language: str, templates: TemplateFolder, request: pytest.FixtureRequest) -> None:
    template, subject = templates.fitting(name, language)
    content = template.word(fields_of(sample_document(name, language, subject)))
    compare(f"letter-{name}.{language}.txt", text_of(content), request)


def about(name: str, language: str) -> tuple[Document, Subject]:
    if name in OF_ACCOUNTS:
        return account_letter(language), Scope.CUSTOMER
    if name in OF_PAYMENTS:
        return payment_letter(language), Scope.PAYMENT
    if name in OF_INSTALMENTS:
        return sample_document(name, language, Scope.INSTALMENT), Scope.INSTALMENT
    return letter(name if name in LETTERS else "transmittal", language, 3), Scope.INVOICE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_mails(name: str, language: str, templates: TemplateFolder, request: pytest.FixtureRequest) -> None:
    document, scope = about(name, language)
    subject, html = templates.mail(name, language, scope).render(fields_of(document))
    compare(f"mail-{name}.{language}.html", f"Subject: {subject}\n{html}\n", request)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", PACKET_TEMPLATES)
def test_pages_of_packets(name: str, language: str, templates: TemplateFolder, request: pytest.FixtureRequest) -> None:
    content = templates.packet(name, language).word(sample_packet_fields(name, language))
    compare(f"letter-{name}.{language}.txt", text_of(content), request)


def test_every_golden_file_is_compared() -> None:
    expected = {f"letter-{name}.{language}.txt" for name in (*LETTERS, *PACKET_TEMPLATES) for language in LANGUAGES}
    expected |= {f"mail-{name}.{language}.html" for name in MAILS for language in LANGUAGES}
    assert {file.name for file in GOLDEN.iterdir()} == expected
