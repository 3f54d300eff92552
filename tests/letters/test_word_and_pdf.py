"""Each letter as Word shows it (by LibreOffice) and as our PDF: the same text on as many pages, tables and signature in the same places."""

from __future__ import annotations

import dataclasses
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pypdfium2
import pytest
from docx import Document

from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.libreoffice import find_libreoffice
from cobranza_rules.letters.pdf import choose_engine
from cobranza_rules.letters.sample_letters import sample_document
from cobranza_rules.letters.sample_pictures import sample_pictures
from cobranza_rules.letters.template_folder import TemplateFolder

from .test_golden import LANGUAGES, LETTERS

# Points. Old Qt knows no half pixels: its letters are up to three percent smaller or larger, so that a paragraph may have a line less, and
# what follows moves up. Two lines are let pass, of a page of sixty.
ACROSS, DOWN = 6.0, 14.0
HEADINGS = ("Encabezado de tabla", "Encabezado de importe", "Rótulo")  # Styles
# Old Qt also paints the first line of a block that has moved to the next page on the page before, where nobody sees it.
UNSEEN = 8


@dataclass(frozen=True)
class Place:
    page: int
    x: float
    y: float

    def near(self, other: Place) -> bool:
        return self.page == other.page and abs(self.x - other.x) <= ACROSS and abs(self.y - other.y) <= DOWN


class Printed:
    """A PDF, read."""

    def __init__(self, content: bytes) -> None:
        self.document = pypdfium2.PdfDocument(content)

    def __len__(self) -> int:
        return len(self.document)

    @cached_property
    def texts(self) -> list[Any]:
        return [page.get_textpage() for page in self.document]

    def words(self) -> Counter[str]:
        """Without what is between them: the two break lines at other places, also after hyphens."""
        return Counter(word for text in self.texts for word in re.findall(r"\w+", text.get_text_range()))

    def places(self, word: str) -> list[Place]:
        """Of the middle of the word, wherever it stands."""
        return list(self._found(word))

    def _found(self, word: str) -> Iterator[Place]:
        for number, text in enumerate(self.texts):
            searcher = text.search(word, match_case=True, match_whole_word=True)
            while (found := searcher.get_next()) is not None:
                first, last = text.get_charbox(found[0]), text.get_charbox(found[0] + found[1] - 1)
                yield Place(number, (first[0] + last[2]) / 2, first[1])


@dataclass(frozen=True)
class Pair:
    word: bytes
    shown: Printed
    ours: Printed
    signer: str


@pytest.fixture(scope="module")
def pairs(templates: TemplateFolder) -> dict[tuple[str, str], Pair]:
    """All of them at once: LibreOffice takes longer to start than to show a letter."""
    office = find_libreoffice()
    assert office is not None, "script/setup --development installs libreoffice-writer-nogui"
    engine = choose_engine("auto")
    made = {}
    for name, language in [(name, language) for name in LETTERS for language in LANGUAGES]:
        _template, subject = templates.fitting(name, language)
        document = dataclasses.replace(sample_document(name, language, subject), pictures=sample_pictures())
        template, fields = templates.letter(name, language, subject, document.pictures), fields_of(document)
        made[name, language] = (template.word(fields), engine.render(template.html(fields)), document.signer)
    shown = office.as_pdfs({f"{name}.{language}": word for (name, language), (word, _pdf, _signer) in made.items()})
    return {
        key: Pair(word, Printed(shown[".".join(key)]), Printed(pdf), signer.name if signer else "")
        for key, (word, pdf, signer) in made.items()
    }


@pytest.fixture(params=[(name, language) for name in LETTERS for language in LANGUAGES], ids=".".join)
def pair(request: pytest.FixtureRequest, pairs: dict[tuple[str, str], Pair]) -> Pair:
    return pairs[request.param]


def test_both_have_the_same_text_on_as_many_pages(pair: Pair) -> None:
    assert len(pair.ours) == len(pair.shown)
    missing, more = pair.shown.words() - pair.ours.words(), pair.ours.words() - pair.shown.words()
    assert not missing
    assert more.total() <= UNSEEN * (len(pair.ours) - 1), more


def test_tables_and_signature_stand_in_the_same_places(pair: Pair) -> None:
    headings = first_rows(pair.word)
    assert headings
    for heading in headings:
        ours, shown = pair.ours.places(heading), pair.shown.places(heading)
        assert shown, heading
        far = [place for place in shown if not any(place.near(one) for one in ours)]
        assert not far, (heading, far, ours)
    if pair.signer and pair.shown.places(pair.signer):  # The form of acknowledgement is for others to sign.
        assert lowest(pair.ours.places(pair.signer)).near(lowest(pair.shown.places(pair.signer)))


def lowest(places: list[Place]) -> Place:
    """The signature is below what else names the signer."""
    return max(places, key=lambda place: (place.page, -place.y))


def first_rows(word: bytes) -> set[str]:
    """What stands in the first rows of the tables, those inside of others too, where it is short enough to stay on one line."""
    document = Document(io.BytesIO(word))
    tables = list(document.tables)
    for table in tables:
        tables += [inner for row in table.rows for cell in row.cells for inner in cell.tables]
    headings = [paragraph for table in tables for cell in table.rows[0].cells for paragraph in cell.paragraphs]
    return {heading.text for heading in headings if heading.style.name in HEADINGS and 3 < len(heading.text) < 14}
