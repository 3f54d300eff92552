"""A packet from its planned parts: bytes from the archive, pages from the PDF engine, cover and index, and all of it as one PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cobranza_rules.catalogue import translator
from cobranza_rules.domain.company import NO_PICTURES, Pictures
from cobranza_rules.language import N_, Sentence, _, joined
from cobranza_rules.packets.assembling import Leaves, Properties, assemble, pages_in
from cobranza_rules.packets.built_part import BuiltPart
from cobranza_rules.packets.foreign_files import ForeignFile, ForeignPages, ForeignReader
from cobranza_rules.packets.front_pages import FrontPages
from cobranza_rules.packets.inside_files import embedded_files
from cobranza_rules.packets.material import StoredFile
from cobranza_rules.packets.planning import PlannedPart, StatementPages, WrittenPage
from cobranza_rules.packets.refusals import Refusal
from cobranza_rules.packets.written_pages import Style, notice_of, written_html
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.documents import DamagedDocumentError, DocumentArchive

if TYPE_CHECKING:
    from cobranza_rules.letters.pdf import PdfEngine
    from cobranza_rules.letters.template_folder import TemplateFolder

LEFT_OUT = {
    "script": N_("scripts"),
    "action": N_("actions"),
    "attachment": N_("embedded files"),
    "form": N_("form fields"),
    "link": N_("links"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What builds a packet: the archive of documents, the engine of its own pages, and the reader of pages from outside."""

    archive: DocumentArchive
    engine: PdfEngine
    templates: TemplateFolder
    reader: ForeignReader
    style: Style
    pictures: Pictures = NO_PICTURES


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built. `cover` names the template; `fields` are those of `packet_catalogue` but what the building itself finds.

    `mark` stands on every sheet, such as that of a draft; "" for none.
    """

    cover: str
    title: str
    parts: Sequence[PlannedPart]
    statements: Mapping[str, bytes]
    fields: Mapping[str, Any]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Packet:
    content: bytes
    pages: int
    parts: tuple[BuiltPart, ...]
    files: int


def build_packet(desk: Desk, order: Order) -> Packet:
    """The same order over the same archive gives the same bytes. Raises ProblemError where a template or the engine fails."""
    parts = tuple(_Building(desk, order).parts())
    embedded = embedded_files(desk.archive, parts, desk.style.language)
    front = FrontPages(desk.engine, desk.templates, desk.style.language, desk.pictures).made(
        order.cover, order.title, order.fields, parts, embedded
    )
    leaves = [Leaves("", title, pdf) for title, pdf in front]
    leaves += [Leaves(part.section(desk.style.language), part.title(desk.style.language), part.pdf) for part in parts]
    subject = f"{order.fields['addressee']['company']} · {order.fields['reference']}"
    properties = Properties(order.title, desk.style.company, subject, desk.style.language, desk.style.dated, order.mark)
    content = assemble(leaves, embedded, properties)
    return Packet(content, sum(pages_in(pdf) for _title, pdf in front) + sum(part.pages for part in parts), parts, len(embedded))


@dataclass
class _Building:
    desk: Desk
    order: Order
    contents: dict[str, bytes] = field(default_factory=dict)

    def parts(self) -> Iterator[BuiltPart]:
        files = {part.content.digest: part.content for part in self.order.parts if isinstance(part.content, StoredFile)}
        there = {digest: file for digest, file in files.items() if self._fetched(digest)}
        read = self.desk.reader.read([ForeignFile(file.media_type, self.contents[digest]) for digest, file in there.items()])
        pages = dict(zip(there, read, strict=True))
        for part in self.order.parts:
            match part.content:
                case StoredFile() as file:
                    yield self._of_file(part, file, pages.get(file.digest, ForeignPages(refused=Refusal.MISSING)))
                case StatementPages(currency=currency):
                    yield self._own(part, self.order.statements[currency])
                case WrittenPage() as page:
                    yield self._own(part, self._written(page, part.title))

    def _fetched(self, digest: str) -> bool:
        try:
            self.contents[digest] = self.desk.archive.get(digest)
        except DamagedDocumentError:
            return False
        return True

    def _own(self, part: PlannedPart, pdf: bytes) -> BuiltPart:
        missing = [file for file in part.embedded if not self._fetched(file.digest)]
        note = _("{files} is not in the archive any more", files=", ".join(file.name for file in missing)) if missing else None
        return BuiltPart(part, pdf, pages_in(pdf), tuple(file for file in part.embedded if file not in missing), note)

    def _of_file(self, part: PlannedPart, file: StoredFile, found: ForeignPages) -> BuiltPart:
        embedded = tuple(each for each in part.embedded if self._fetched(each.digest))
        if found.refused is not None:
            there = found.refused is not Refusal.MISSING
            notice = self._written(notice_of(file, found.refused, len(self.contents.get(file.digest, b""))), part.title)
            said = _("attached as it came") if there else _("missing")
            return BuiltPart(part, notice, pages_in(notice), (*embedded, file) if there else embedded, said, found.refused)
        if "repaired" in found.left_out:
            return BuiltPart(part, found.content, found.pages, (*embedded, file), _("mended while it was read; attached as it came too"))
        words = [Sentence(LEFT_OUT[name]) for name in found.left_out]
        note = _("left out: {what}", what=joined(words)) if words else None
        return BuiltPart(part, found.content, found.pages, embedded, note)

    def _written(self, page: WrittenPage, title: Sentence) -> bytes:
        """What the engine says of a page it says of this one."""
        try:
            return self.desk.engine.render(written_html(page, title, self.desk.style))
        except ProblemError as error:
            told = title.text(translator(self.desk.style.language))
            raise ProblemError([replace(problem, file=problem.file or told) for problem in error.problems]) from None
