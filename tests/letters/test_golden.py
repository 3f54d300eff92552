"""The texts of all letters and mails as they stand; `pytest tests/letters --renew-golden` writes them anew, and the diff is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.template_folder import TemplateFolder

from .docx_files import text_of
from .sample_letters import letter

GOLDEN = Path(__file__).parent / "golden"
LETTERS = ("transmittal", "first-reminder", "second-reminder", "statement")
MAILS = ("transmittal", "acknowledgement-request", "first-reminder", "second-reminder")


def compare(name: str, text: str, request: pytest.FixtureRequest) -> None:
    file = GOLDEN / name
    if request.config.getoption("--renew-golden", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", LETTERS)
def test_letters(name: str, language: str, templates: TemplateFolder, request: pytest.FixtureRequest) -> None:
    content = templates.letter(name, language).word(fields_of(letter(name, language, 3)))
    compare(f"letter-{name}.{language}.txt", text_of(content), request)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", MAILS)
def test_mails(name: str, language: str, templates: TemplateFolder, request: pytest.FixtureRequest) -> None:
    kind = name if name in LETTERS else "transmittal"
    subject, html = templates.mail(name, language).render(fields_of(letter(kind, language, 3)))
    compare(f"mail-{name}.{language}.html", f"Subject: {subject}\n{html}\n", request)


def test_every_golden_file_is_compared() -> None:
    expected = {f"letter-{name}.{language}.txt" for name in LETTERS for language in ("es", "en")}
    expected |= {f"mail-{name}.{language}.html" for name in MAILS for language in ("es", "en")}
    assert {file.name for file in GOLDEN.iterdir()} == expected
