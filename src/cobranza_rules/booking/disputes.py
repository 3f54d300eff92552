"""Disputes that a person opens or closes by hand; closing one starts the wait of the ladder anew."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow


def set_dispute(keeper: Bookkeeper, number: str, *, opened: bool, who: str, reason: str, today: dt.date) -> InvoiceRow:
    """`number` or UUID of an invoice. Raises ProblemError where there is none, or where the dispute is already so."""
    row = invoice_named(keeper.session, number)
    if row.dispute_open == opened:
        what = _("{number} is disputed already", number=row.number) if opened else _("{number} is not disputed", number=row.number)
        raise ProblemError([Problem(what, _("'cobranza explain {number}' says how it stands", number=row.number))])
    if not reason.strip():
        raise ProblemError([Problem(_("a dispute is opened and closed with its reason"), _("say why with --comment"))])
    kind = EntryKind.DISPUTE_OPENED if opened else EntryKind.DISPUTE_CLOSED
    keeper.enter(row, kind, today, {"who": who, "reason": reason})
    return row
