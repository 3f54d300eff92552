"""Parts become one PDF: pages in order, foliated, with outline, embedded files and properties. The same parts give the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, OutlineItem, Pdf

from cobranza_rules.catalogue import translator
from cobranza_rules.language import _
from cobranza_rules.packets.foliation import Foliation

PROGRAM = "cobranza-rules"


@dataclass(frozen=True, slots=True)
class Leaves:
    """`pdf` are the pages of one part; `section` is the heading under which the outline has it, "" for none. Both are texts as shown."""

    section: str
    title: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside the packet, under a name of its own. `source` says that it is what pages of the packet were made from."""

    name: str
    media_type: str
    content: bytes
    description: str
    source: bool


@dataclass(frozen=True, slots=True)
class Properties:
    """`mark` stands on every sheet; "" for none."""

    title: str
    author: str
    subject: str
    language: str
    dated: dt.date
    mark: str = ""


def pages_in(pdf: bytes) -> int:
    """Of a PDF of ours."""
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def assemble(parts: Sequence[Leaves], embedded: Sequence[Embedded], properties: Properties) -> bytes:
    with ExitStack() as stack:
        pdf = stack.enter_context(Pdf.new())
        firsts = []
        for part in parts:
            firsts.append(len(pdf.pages))
            pdf.pages.extend(stack.enter_context(Pdf.open(io.BytesIO(part.pdf))).pages)
        _foliate(pdf, properties.language, properties.mark)
        _outline(pdf, parts, firsts)
        _embed(pdf, embedded)
        _describe(pdf, properties)
        file = io.BytesIO()
        pdf.save(
            file,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
        return file.getvalue()


def _foliate(pdf: Pdf, language: str, mark: str) -> None:
    foliation, translate, count = Foliation(pdf), translator(language), len(pdf.pages)
    for number, page in enumerate(pdf.pages, start=1):
        foliation.stamp(page, _("Sheet {number} of {count}", number=number, count=count).text(translate), mark)


def _outline(pdf: Pdf, parts: Sequence[Leaves], firsts: Sequence[int]) -> None:
    with pdf.open_outline() as outline:
        section: OutlineItem | None = None
        for part, first in zip(parts, firsts, strict=True):
            item = OutlineItem(part.title, first)
            if not part.section:
                section = None
                outline.root.append(item)
                continue
            if section is None or section.title != part.section:
                section = OutlineItem(part.section, first)
                section.is_closed = True
                outline.root.append(section)
            section.children.append(item)


def _embed(pdf: Pdf, embedded: Sequence[Embedded]) -> None:
    """As associated files too (ISO 32000-2, 7.11.4 and 14.13), so that programs find the CFDI of an invoice."""
    specs = Array()
    for file in embedded:
        pdf.attachments[file.name] = AttachedFileSpec(
            pdf,
            file.content,
            filename=file.name,
            description=file.description,
            mime_type=file.media_type,
            relationship=Name.Source if file.source else Name.Supplement,
        )
        specs.append(pdf.attachments[file.name].obj)
    if embedded:
        pdf.Root.AF = specs


def _describe(pdf: Pdf, properties: Properties) -> None:
    day = properties.dated
    stamp = f"D:{day:%Y%m%d}000000Z"
    told = {"/Title": properties.title, "/Author": properties.author, "/Subject": properties.subject}
    for key, value in (told | {"/Creator": PROGRAM, "/Producer": PROGRAM, "/CreationDate": stamp, "/ModDate": stamp}).items():
        pdf.docinfo[key] = value
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told_again:
        told_again["dc:title"] = properties.title
        told_again["dc:creator"] = [properties.author]
        told_again["dc:description"] = properties.subject
        told_again["xmp:CreateDate"] = told_again["xmp:ModifyDate"] = f"{day.isoformat()}T00:00:00Z"
        told_again["pdf:Producer"] = PROGRAM
    pdf.Root.Lang = pikepdf.String(properties.language)
    pdf.Root.PageMode = Name.UseOutlines
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
