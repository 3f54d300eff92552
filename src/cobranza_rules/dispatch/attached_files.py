"""Files that leave with invoices as they came: the printed CFDI and its support. None is opened or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.domain.letter import Enclosed
from cobranza_rules.domain.support import SupportFile, SupportKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import InvoiceRow

CFDI, SUPPORT = "cfdi", "support"  # As the rules call what is attached


def attached_files(keeper: Bookkeeper, action: PlannedAction) -> Iterator[tuple[str, InvoiceRow, SupportFile]]:
    """By what the rules call it, in the order of invoices and of their files."""
    if action.subject == "invoice" and not _wanted(action).isdisjoint((CFDI, SUPPORT)):
        yield from _files_of(keeper.invoices([item.subject_id for item in action.items]), action)


def enclosed_with(rows: Sequence[InvoiceRow], action: PlannedAction) -> Enclosed:
    """What leaves with an action for these invoices, by kind."""
    files = [file for _group, _row, file in _files_of(rows, action)]
    kinds = Counter(file.kind.value for file in files)
    pdf = kinds.pop(SupportKind.CFDI.value, 0)
    xml = sum(row.document is not None for row in rows) if CFDI in _wanted(action) else 0
    return Enclosed(xml, pdf, tuple((kind.value, kinds[kind.value]) for kind in SupportKind if kinds[kind.value]))


def _files_of(rows: Sequence[InvoiceRow], action: PlannedAction) -> Iterator[tuple[str, InvoiceRow, SupportFile]]:
    wanted = _wanted(action)
    for row in rows:
        for file in state_of(row).support:
            group = CFDI if file.kind is SupportKind.CFDI else SUPPORT
            if group in wanted:
                yield group, row, file


def _wanted(action: PlannedAction) -> set[str]:
    return {kind for step in action.steps for kind in step.attach}
