"""Pictures of the workspace in letters: in Word and in the PDF's HTML, only those that a letter shows, as large as fits."""

from __future__ import annotations

import base64
import dataclasses
import io
import re

import pytest
from docx import Document
from PIL import Image

from cobranza_rules.domain.company import NO_PICTURES, CompanyPictures, Pictures
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.placed_pictures import with_pictures
from cobranza_rules.letters.sample_letters import ANALYST, MANAGER, letter
from cobranza_rules.letters.sample_pictures import sample_pictures
from cobranza_rules.letters.template_folder import TemplateFolder

from .conftest import ROOT
from .docx_files import docx, parts_of

GIVEN = sample_pictures()
TEMPLATE = (ROOT / "templates/letters/transmittal.es.docx").read_bytes()


def media_of(word: bytes) -> set[bytes]:
    return {content for name, content in parts_of(word).items() if name.startswith("word/media/")}


def shown(templates: TemplateFolder, pictures: Pictures) -> tuple[set[bytes], str]:
    made = letter("transmittal", pictures=pictures)
    template = templates.letter("transmittal", "es", pictures=pictures)
    return media_of(template.word(fields_of(made))), template.html(fields_of(made))


def test_word_and_pdf_show_the_same_bytes(templates: TemplateFolder) -> None:
    media, html = shown(templates, GIVEN)
    assert media == {GIVEN.logo, GIVEN.signature, GIVEN.rubric}
    embedded = {base64.b64decode(found) for found in re.findall(r'src="data:image/png;base64,([^"]+)"', html)}
    assert embedded == media


def test_a_letter_carries_no_picture_that_it_does_not_show(templates: TemplateFolder) -> None:
    media, html = shown(templates, Pictures(logo=GIVEN.logo))
    assert media == {GIVEN.logo}
    assert html.count("<img") == 1
    media, html = shown(templates, NO_PICTURES)
    assert (media, html.count("<img")) == (set(), 0)


def test_the_authors_grey_pictures_reach_nobody(templates: TemplateFolder) -> None:
    grey = media_of(TEMPLATE)
    assert len(grey) == 4
    for pictures in (NO_PICTURES, GIVEN, dataclasses.replace(GIVEN, letterhead=GIVEN.logo)):
        assert not grey & shown(templates, pictures)[0]


def test_a_letterhead_takes_the_place_of_the_printed_one(templates: TemplateFolder) -> None:
    made = letter("transmittal", pictures=Pictures(letterhead=GIVEN.logo))
    word = templates.letter("transmittal", "es", pictures=made.pictures).word(fields_of(made))
    header = Document(io.BytesIO(word)).sections[0].first_page_header
    assert len(header.tables) == 0
    assert len(header._element.xpath(".//a:blip")) == 1


def test_a_picture_keeps_its_proportions_within_its_place() -> None:
    file = io.BytesIO()
    Image.new("RGB", (100, 400)).save(file, "PNG")
    places = Document(io.BytesIO(TEMPLATE)).element.xpath(".//wp:inline[wp:docPr/@descr='firma']/wp:extent")
    filled = with_pictures(TEMPLATE, Pictures(signature=file.getvalue()), "t")
    shapes = Document(io.BytesIO(filled)).inline_shapes
    assert [(shape.height, shape.width * 4) for shape in shapes] == [(int(places[0].get("cy")), int(places[0].get("cy")))]


def test_a_photograph_is_declared_as_one() -> None:
    file = io.BytesIO()
    Image.new("RGB", (50, 50)).save(file, "JPEG")
    parts = parts_of(with_pictures(TEMPLATE, Pictures(logo=file.getvalue()), "t"))
    assert parts["word/media/workspace-logo.jpeg"] == file.getvalue()
    assert b'Extension="jpeg" ContentType="image/jpeg"' in parts["[Content_Types].xml"]


def test_a_template_without_places_stays_as_it_is() -> None:
    content = docx("Hola")
    assert with_pictures(content, GIVEN, "t") is content


def test_the_same_pictures_give_the_same_template(templates: TemplateFolder) -> None:
    assert with_pictures(TEMPLATE, GIVEN, "t") == with_pictures(TEMPLATE, GIVEN, "t")
    assert templates.letter("transmittal", "es", pictures=GIVEN) is templates.letter("transmittal", "es", pictures=sample_pictures())
    assert templates.letter("transmittal", "es", pictures=GIVEN).digest == templates.letter("transmittal", "es").digest


@pytest.mark.parametrize(
    ("signer", "analyst", "signature", "rubric"),
    [(MANAGER, ANALYST, b"manager", b"analyst"), (ANALYST, ANALYST, b"", b"analyst"), (None, None, b"", b"")],
)
def test_each_person_signs_with_their_own(signer: object, analyst: object, signature: bytes, rubric: bytes) -> None:
    pictures = CompanyPictures(logo=b"logo", signatures={MANAGER.role: b"manager"}, rubrics={ANALYST.role: b"analyst"})
    made = pictures.of(signer=signer, analyst=analyst)  # type: ignore[arg-type]  # people of the sample
    assert made == Pictures(logo=b"logo", signature=signature, rubric=rubric)
