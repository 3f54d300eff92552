"""Credit days as desks write them: `30`, `30 días`, `net 30`, `contado`."""

from __future__ import annotations

import re

from cobranza_rules.domain.terms import LONGEST_CREDIT
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.heading_row import Column, folded, plain
from cobranza_rules.intake.sheet_row import SheetRow
from cobranza_rules.language import Sentence, _

_DAYS = re.compile(r"(?:net )?([0-9]{1,4})(?: (?:dias?|days?|d))?(?: (?:naturales|de credito))?")
_AT_ONCE = frozenset({"contado", "de contado", "cash", "pago inmediato", "due on receipt"})


def credit_days(row: SheetRow, column: Column, hint: Sentence | None = None) -> int | None:
    """None where the cell is empty, or says something else, which is told with the `hint`."""
    text = row.text(column, 100)
    if not text:
        return None
    if plain(text) in _AT_ONCE:
        return 0
    found = _DAYS.fullmatch(folded(text))
    if found and int(found.group(1)) <= LONGEST_CREDIT:
        return int(found.group(1))
    what = _("'{text}' is not a number of days from 0 to {limit}", text=shown(text), limit=LONGEST_CREDIT)
    row.blame(column, what, hint or _("write the days as a number, for example 30"))
    return None
