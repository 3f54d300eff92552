"""A report or the tables of the accounting system become the book: charges are invoices, credits are evidences of what covers them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_notes import apply_waiting_credit_notes
from cobranza_rules.booking.ledger_charges import LedgerCharges, LedgerOrigin, state_open
from cobranza_rules.booking.ledger_credits import book_credit, settle_credits, settle_invoices
from cobranza_rules.booking.ledger_customers import LedgerCustomers, complete_customer
from cobranza_rules.booking.ledger_numbers import InvoiceNumbers
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payments import apply_waiting_payments
from cobranza_rules.domain.ledger_document import LedgerBook, LedgerDocument, Nature
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow


@dataclass(slots=True)
class LedgerOutcome:
    """`counts` is by (kind, outcome); kinds are customers, charges and credits. `newest` is the day of the newest credit."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    newest: dt.date | None = None


def book_ledger(
    keeper: Bookkeeper, book: LedgerBook, origin: LedgerOrigin, today: dt.date, opening: dt.date | None = None
) -> LedgerOutcome:
    """All that can be taken is in; what cannot is named in `problems`, and waits for the file to come again."""
    outcome = LedgerOutcome()
    for record in book.customers:
        try:
            with keeper.attempt():
                outcome.counts["customers", complete_customer(keeper, record, today, origin.file)] += 1
        except ProblemError as error:
            outcome.problems += error.problems
    customers = LedgerCustomers(keeper, today)
    charges = LedgerCharges(keeper, customers, origin, today, opening, InvoiceNumbers.of_the_book(keeper.session))
    invoices = _book_charges(charges, book, outcome)
    touched = _book_credits(charges, book, invoices, outcome)
    keeper.session.flush()
    settle_credits(keeper, touched, today)
    _let_in(charges, today)
    for invoice, document in invoices.values():
        state_open(keeper, invoice, 0 if document.cancelled else document.open.minor, today)
    outcome.problems += charges.problems
    return outcome


def _let_in(charges: LedgerCharges, today: dt.date) -> None:
    """What was waiting for invoices of which the ledger has told the UUID."""
    settle_invoices(charges.keeper, [invoice.id for invoice in charges.named], today)
    for invoice in charges.named:
        apply_waiting_payments(charges.keeper, invoice, today)
        apply_waiting_credit_notes(charges.keeper, invoice, today)


Booked = Mapping[int, tuple[InvoiceRow, LedgerDocument]]  # By the position of the document in its book


def _book_charges(charges: LedgerCharges, book: LedgerBook, outcome: LedgerOutcome) -> Booked:
    found: dict[int, tuple[InvoiceRow, LedgerDocument]] = {}
    for position, document in enumerate(book.documents):
        if document.nature is not Nature.CHARGE:
            continue
        booked = charges.book(document)
        if booked is None:
            continue
        invoice, taken = booked
        found[position] = (invoice, document)
        outcome.counts["charges", taken] += 1
    return found


def _book_credits(charges: LedgerCharges, book: LedgerBook, invoices: Booked, outcome: LedgerOutcome) -> set[int]:
    """Ids of the credits of which something is new: whatever else could change what one counts for settles it by itself."""
    linked = _linked(charges, book, invoices)
    touched: set[int] = set()
    for document in book.documents:
        if document.nature is not Nature.CREDIT:
            continue
        parts = linked.get(document.internal_id, {}) if book.links or document.source == TABLES else None
        customer = charges.customers.find(document)
        if customer is None:
            what = _("neither RFC nor code tells whose credit {number} is", number=document.number or document.concept)
            hint = _("import the customers with the codes of the accounting system, or a report with their RFC")
            charges.problems.append(Problem(what, hint, charges.origin.file, place=document.place))
            continue
        row, taken = book_credit(charges.keeper, document, parts, customer.id, charges.origin)
        if taken is not Taken.UNCHANGED:
            touched.add(row.id)
        outcome.counts["credits", taken] += 1
        if not document.cancelled and document.issued_on <= charges.today:
            outcome.newest = max(outcome.newest or document.issued_on, document.issued_on)
    return touched


TABLES = "dbf"  # The source of documents whose links are all there


def _linked(charges: LedgerCharges, book: LedgerBook, invoices: Booked) -> Mapping[str, dict[int, int]]:
    """By credit what it covers of each invoice. A link to a charge that has to wait waits with it."""
    by_id = {document.internal_id: invoice for invoice, document in invoices.values() if document.internal_id}
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for link in book.links:
        invoice = by_id.get(link.charge_id)
        if invoice is None:
            continue
        if link.amount.currency != invoice.currency:
            what = _(
                "a credit covers {amount} of invoice {number}, which is in {currency}",
                amount=link.amount,
                number=invoice.number,
                currency=invoice.currency,
            )
            charges.problems.append(Problem(what, _("correct the currency of the one or the other"), charges.origin.file))
            continue
        parts = found[link.credit_id]
        parts[invoice.id] = parts.get(invoice.id, 0) + link.amount.minor
    return found
