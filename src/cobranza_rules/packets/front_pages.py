"""Cover and index of a packet, from their Word templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cobranza_rules.catalogue import translator
from cobranza_rules.domain.company import NO_PICTURES, Pictures
from cobranza_rules.language import _
from cobranza_rules.letters.formats import short_date
from cobranza_rules.packets.assembling import Embedded, pages_in
from cobranza_rules.packets.built_part import BuiltPart
from cobranza_rules.packets.inside_files import sha256_of
from cobranza_rules.problems import ProblemError

if TYPE_CHECKING:
    from cobranza_rules.letters.pdf import PdfEngine
    from cobranza_rules.letters.template import CompiledTemplate
    from cobranza_rules.letters.template_folder import TemplateFolder

INDEX = "packet-index"
SHORT = 12  # Letters of a hash that stand in the index
_MOST_TRIALS = 5  # What they say of their own length could lengthen them; they settle at the second.


@dataclass(frozen=True, slots=True)
class FrontPages:
    engine: PdfEngine
    templates: TemplateFolder
    language: str
    pictures: Pictures = NO_PICTURES

    def made(
        self, cover: str, title: str, fields: Mapping[str, Any], parts: Sequence[BuiltPart], embedded: Sequence[Embedded]
    ) -> list[tuple[str, bytes]]:
        """Titles and PDF. Both say on which sheet things are, and so how long they are themselves: they are written until that is so.

        Raises ProblemError.
        """
        templates = [self.templates.packet(name, self.language, self.pictures) for name in (cover, INDEX)]
        lengths = [1, 1]
        pages: list[bytes] = []
        for _trial in range(_MOST_TRIALS):
            told = {**fields, "title": title, **self._told(parts, embedded, sum(lengths))}
            pages = [self._printed(template, told) for template in templates]
            found = [pages_in(page) for page in pages]
            if found == lengths:
                break
            lengths = found
        return list(zip((title, _("Index").text(translator(self.language))), pages, strict=True))

    def _printed(self, template: CompiledTemplate, fields: dict[str, Any]) -> bytes:
        """What the engine says of a page it says of its template."""
        try:
            return self.engine.render(template.html(fields))
        except ProblemError as error:
            raise ProblemError([replace(problem, file=problem.file or template.name) for problem in error.problems]) from None

    def _told(self, parts: Sequence[BuiltPart], embedded: Sequence[Embedded], before: int) -> dict[str, Any]:
        """The fields of `packet_catalogue` that follow from the parts; `before` is how many sheets stand before the first one."""
        entries, section, first = [], "", before + 1
        for number, part in enumerate(parts, start=1):
            heading = part.section(self.language)
            entries.append(self._entry(number, part, heading if heading != section else "", first))
            section, first = heading, first + part.pages
        files = [{"name": file.name, "description": file.description, "sha256": sha256_of(file.content)[:SHORT]} for file in embedded]
        counts = {"sheets": str(first - 1), "part_count": str(len(parts)), "file_count": str(len(embedded))}
        return {**counts, "entries": entries, "files": files}

    def _entry(self, number: int, part: BuiltPart, heading: str, first: int) -> dict[str, str]:
        return {
            "heading": heading,
            "number": str(number),
            "title": part.title(self.language),
            "date": short_date(part.planned.on, self.language),
            "sheets": str(first) if part.pages == 1 else f"{first}–{first + part.pages - 1}",
            "note": part.note.text(translator(self.language)) if part.note is not None else "",
            "sha256": part.file.digest[:SHORT] if part.file is not None else "",
        }
