"""The .docx of a document compiled once is docxtpl's own, part by part, whatever a template holds that the PDF can show too."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.shared import Pt
from docxtpl import DocxTemplate
from lxml import etree

from cobranza_rules.letters.field_catalogue import OF_ANY
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.template import compile_template
from cobranza_rules.letters.word import ENVIRONMENT

from .docx_files import docx, packed, parts_of, saved, with_body_xml
from .sample_letters import account_letter, letter
from .test_letter_html import png
from .test_letter_links import NAMESPACES
from .test_letter_numbering import NUMBERING, item, plain
from .test_saved_templates import SAVED, WORDS


def everything() -> bytes:
    """Pictures in body and header, rich text, a link, loops in rows and paragraphs, fields in header, footer and properties."""
    document = Document()
    section = document.sections[0]
    section.header.paragraphs[0].add_run().add_picture(io.BytesIO(png()), width=Pt(80))
    section.header.add_paragraph("{{ company.name }} {% if draft %}{{ draft_mark }}{% endif %}")
    section.footer.paragraphs[0].text = "{{ company.privacy_notice }}"
    rich = document.add_paragraph()
    rich.add_run("{{ addressee.company }}").bold = True
    rich.add_run(" debe {{ to").italic = True
    rich.add_run("tal }}").underline = True
    relationship = rich.part.relate_to("https://www.kemper.example", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    rich._p.append(parse_xml(f'<w:hyperlink {NAMESPACES} r:id="{relationship}"><w:r><w:t>{{{{ reference }}}}</w:t></w:r></w:hyperlink>'))
    table = document.add_table(4, 2)
    texts = [("Factura", "Saldo"), ("{%tr for line in lines %}", ""), ("{{ line.number }}", "{{ line.balance }}"), ("{%tr endfor %}", "")]
    for row, cells in zip(table.rows, texts, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    for text in ("{%p for copy in copies %}", "c.c.p. {{ copy.name }}", "{%p endfor %}", "{%p for line in lines %}"):
        document.add_paragraph(text)
    document.add_paragraph("sello ").add_run().add_picture(io.BytesIO(png()), width=Pt(20))  # In a loop: their ids have to differ.
    document.add_paragraph("{%p endfor %}")
    document.core_properties.title = "Carta {{ number }} a {{ addressee.company }}"
    return saved(document)


def with_lists() -> bytes:
    xml = plain("{%p for line in lines %}") + item(1, text="{{ line.number }}") + plain("{%p endfor %}") + item(2, 1, text="{{ total }}")
    return packed(parts_of(with_body_xml(xml)) | {"word/numbering.xml": NUMBERING.encode()})


DOCUMENTS = {
    "everything": everything(),
    "lists": with_lists(),
    "words": with_body_xml(WORDS),
    "plain": docx("uno {{ total }}", header="{{ number }}", footer="{{ place }}"),
    **{file.name: file.read_bytes() for file in sorted(SAVED.iterdir())},
}


def canonical(xml: bytes) -> bytes:
    """Ids of drawings are left out: docxtpl numbers them from 1001 on in each part's own way."""
    return re.sub(rb'(<wp:docPr [^>]*?id=")\d+', rb"\1", etree.tostring(etree.fromstring(xml), method="c14n"))


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("draft", [False, True])
def test_every_part_is_docxtpls_own(name: str, draft: bool) -> None:
    content = DOCUMENTS[name]
    fields = fields_of(account_letter(draft=draft) if "account-statement" in name else letter(count=3, draft=draft))
    ours = parts_of(compile_template(content, "t", OF_ANY).word(fields))
    reference = DocxTemplate(io.BytesIO(content))
    reference.render(fields, jinja_env=ENVIRONMENT)
    file = io.BytesIO()
    reference.save(file)
    theirs = parts_of(file.getvalue())
    of_word = [part for part in theirs if part.startswith("word/")]
    assert set(of_word) <= set(ours)
    for part in of_word:
        if part.endswith(".xml"):
            assert canonical(ours[part]) == canonical(theirs[part]), part
        elif not part.endswith(".rels"):
            assert ours[part] == theirs[part], part


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_document_and_fields_give_the_same_bytes(name: str) -> None:
    fields = fields_of(account_letter() if "account-statement" in name else letter(count=3))
    first, second = (compile_template(DOCUMENTS[name], "t", OF_ANY) for _compiled in range(2))
    assert first.word(fields) == second.word(fields) == first.word(fields)
    assert first.html(fields) == second.html(fields)


def test_pictures_that_a_loop_repeats_have_ids_of_their_own() -> None:
    made = parts_of(compile_template(DOCUMENTS["everything"], "t").word(fields_of(letter(count=5))))["word/document.xml"]
    ids = re.findall(rb'<wp:docPr [^>]*?id="(\d+)"', made)
    assert len(ids) == len(set(ids)) == 5


def test_there_are_pictures_links_and_lists_among_the_documents() -> None:
    names = {part for content in DOCUMENTS.values() for part in parts_of(content)}
    assert {"word/media/image1.png", "word/numbering.xml", "word/header1.xml", "word/footer1.xml"} <= names
    assert b"<w:hyperlink" in parts_of(DOCUMENTS["everything"])["word/document.xml"]
    assert Path(SAVED / "libreoffice-first-reminder.es.docx").is_file()
