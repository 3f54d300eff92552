"""The files that go with an invoice beside its XML: the PDF of the CFDI, and what supports it, such as the purchase order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cobranza_rules.domain.entry import Entry

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState


class SupportKind(StrEnum):
    CFDI = "cfdi"  # The printed representation of the CFDI, as a PDF
    PURCHASE_ORDER = "purchase_order"
    REMISSION = "remission"
    ACCEPTANCE = "acceptance_sheet"  # The customer's sheet that what was delivered is accepted
    OTHER = "other"


ANY = "any"  # Required: some support, of whatever kind


@dataclass(frozen=True, slots=True)
class SupportFile:
    """`name` is for people; `document` the SHA-256 of its bytes in the archive."""

    kind: SupportKind
    name: str
    media_type: str
    document: str

    @property
    def place(self) -> tuple[str, str]:
        """Where no second file may stand: an invoice has one CFDI, and of each other kind one file of a name."""
        return (self.kind.value, "" if self.kind is SupportKind.CFDI else self.name.casefold())

    def as_json(self) -> dict[str, str]:
        return {**asdict(self), "kind": self.kind.value}


def support_file(data: Mapping[str, Any]) -> SupportFile:
    """From an entry's data, or as `as_json` gives it."""
    return SupportFile(SupportKind(data["kind"]), data["name"], data["media_type"], data["document"])


def kinds_missing(required: Iterable[str], files: Iterable[SupportFile]) -> tuple[str, ...]:
    """Of the required kinds those of which there is no file; the printed CFDI supports nothing."""
    there = {file.kind.value for file in files}
    supported = bool(there - {SupportKind.CFDI.value})
    return tuple(kind for kind in sorted(set(required)) if not (supported if kind == ANY else kind in there))


def support_attached(state: InvoiceState, entry: Entry) -> InvoiceState:
    file = support_file(entry.data)
    return state if file in state.support else replace(state, support=(*state.support, file))


def support_withdrawn(state: InvoiceState, entry: Entry) -> InvoiceState:
    gone = (entry.data["kind"], entry.data["name"], entry.data["document"])
    return replace(state, support=tuple(file for file in state.support if (file.kind.value, file.name, file.document) != gone))
