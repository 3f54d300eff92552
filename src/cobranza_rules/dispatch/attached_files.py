"""Files that leave with invoices as they came: the printed CFDI and its support. None is opened or changed."""

from __future__ import annotations

from collections.abc import Iterator

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.domain.support import SupportFile, SupportKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import InvoiceRow

CFDI, SUPPORT = "cfdi", "support"  # As the rules call what is attached


def attached_files(keeper: Bookkeeper, action: PlannedAction) -> Iterator[tuple[str, InvoiceRow, SupportFile]]:
    """By what the rules call it, in the order of invoices and of their files."""
    wanted = {kind for step in action.steps for kind in step.attach}
    if action.subject != "invoice":
        return
    for row in keeper.invoices([item.subject_id for item in action.items]):
        for file in state_of(row).support:
            group = CFDI if file.kind is SupportKind.CFDI else SUPPORT
            if group in wanted:
                yield group, row, file
