"""What customers say to have paid, as people enter it, and that a payment was not found; a reply's claim makes the same entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.named_together import amount_of, invoices_named
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow


@dataclass(frozen=True, slots=True)
class PaymentClaim:
    """`amount` as written, "" for the whole balance; `reference` is the transfer's; `document` the digest of its receipt, or ""."""

    who: str
    comment: str
    amount: str = ""
    reference: str = ""
    document: str = ""


def claim_payment(keeper: Bookkeeper, names: Sequence[str], claim: PaymentClaim, today: dt.date) -> list[tuple[InvoiceRow, bool]]:
    """Each invoice, and whether it says anything new of it. Raises ProblemError with all that is wrong; then nothing is entered."""
    problems: list[Problem] = []
    if not claim.comment.strip():
        problems.append(Problem(_("a payment is claimed with who says so and how"), _("say so with --comment")))
    invoices = invoices_named(keeper.session, names, problems)
    amount = amount_of(claim.amount, invoices, problems)
    if problems:
        raise ProblemError(problems)
    told = {"who": claim.who, "comment": claim.comment, "reference": claim.reference.strip(), "document": claim.document}
    told |= {"amount": amount.plain()} if amount is not None else {}
    found = []
    for invoice in invoices:
        # While one is looked for, saying it again begins no new days.
        new = invoice.claimed_on is None or invoice.claim_expired_on is not None
        if new:
            keeper.enter(invoice, EntryKind.PAYMENT_CLAIMED, today, {name: value for name, value in told.items() if value})
        found.append((invoice, new))
    return found


def reject_claim(keeper: Bookkeeper, names: Sequence[str], *, who: str, comment: str, today: dt.date) -> list[InvoiceRow]:
    """The payment was not found. Raises ProblemError with all that is wrong; then nothing is changed."""
    problems: list[Problem] = []
    if not comment.strip():
        problems.append(Problem(_("a claimed payment is rejected with its reason"), _("say where it was looked for with --comment")))
    invoices = invoices_named(keeper.session, names, problems)
    for invoice in invoices:
        if invoice.status == "open" and invoice.claimed_on is None:
            hint = _("'cobranza explain {number}' says how it stands", number=invoice.number)
            problems.append(Problem(_("nobody says that {number} was paid", number=invoice.number), hint))
    if problems:
        raise ProblemError(problems)
    for invoice in invoices:
        keeper.enter(invoice, EntryKind.CLAIM_REJECTED, today, {"who": who, "comment": comment})
    return invoices
