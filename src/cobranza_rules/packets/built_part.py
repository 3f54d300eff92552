"""A part of a packet with its pages."""

from __future__ import annotations

from dataclasses import dataclass

from cobranza_rules.catalogue import translator
from cobranza_rules.language import Sentence
from cobranza_rules.packets.material import StoredFile
from cobranza_rules.packets.planning import HEADINGS, PlannedPart
from cobranza_rules.packets.refusals import Refusal


@dataclass(frozen=True, slots=True)
class BuiltPart:
    """`note` says what was left out, or why its pages are a notice; `refused` where they are one. `embedded` are files that are there."""

    planned: PlannedPart
    pdf: bytes
    pages: int
    embedded: tuple[StoredFile, ...]
    note: Sentence | None = None
    refused: Refusal | None = None

    def title(self, language: str) -> str:
        return self.planned.title.text(translator(language))

    def section(self, language: str) -> str:
        return translator(language)(HEADINGS[self.planned.section])

    @property
    def file(self) -> StoredFile | None:
        """What its pages were made from; None for pages that the program has written."""
        return self.planned.content if isinstance(self.planned.content, StoredFile) else None
