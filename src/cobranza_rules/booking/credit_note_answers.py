"""What Accounting says of a credit note that it was asked for: it is not chased any more, and shows among the exceptions."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discount_notes import uncredited
from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow


def answer_request(keeper: Bookkeeper, invoice: InvoiceRow, *, who: str, comment: str, today: dt.date) -> None:
    """Raises ProblemError where none of the invoice's credit notes was asked for, or nothing is said."""
    asked = [row for row in uncredited(keeper, invoice) if row.state == DiscountState.REQUESTED]
    problems = []
    if not asked:
        what = _("no credit note of {number} was asked for", number=invoice.number)
        problems.append(Problem(what, _("'cobranza discount list --state requested' shows those that were")))
    if not comment.strip():
        problems.append(Problem(_("an answer says something"), _("say it with --comment")))
    if problems:
        raise ProblemError(problems)
    for row in asked:
        row.answer = comment.strip()
        data = {
            "discount": row.id,
            "invoice": invoice.number,
            "minor": row.minor,
            "currency": row.currency,
            "who": who,
            "comment": row.answer,
        }
        keeper.note(row.customer_id, "credit_note_answered", today, data)
