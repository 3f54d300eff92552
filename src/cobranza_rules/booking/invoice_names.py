"""The invoice that somebody names by number or UUID."""

from __future__ import annotations

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import InvoiceRow


def invoice_named(keeper: Bookkeeper, name: str) -> InvoiceRow:
    """Of several with one number the open one. Raises ProblemError where there is none."""
    query = select(InvoiceRow).where(InvoiceRow.number.in_(spellings(name)) | (InvoiceRow.uuid == name.upper()))
    row = keeper.session.scalar(query.order_by(InvoiceRow.status != "open", InvoiceRow.id))
    if row is None:
        raise ProblemError([Problem(_("there is no invoice '{number}'", number=name), _("'cobranza aging --detail' lists the open ones"))])
    return row
