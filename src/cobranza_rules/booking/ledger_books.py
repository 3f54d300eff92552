"""A report or the tables of the accounting system become the book: charges are invoices, credits are evidences of what covers them."""

from __future__ import annotations

import datetime as dt
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.ledger_charges import BookedCharge, LedgerCharges, LedgerOrigin, state_open
from cobranza_rules.booking.ledger_credits import TOGETHER, batched, book_credit, settle_credits
from cobranza_rules.booking.ledger_customers import LedgerCustomers, complete_customer
from cobranza_rules.booking.ledger_numbers import InvoiceNumbers
from cobranza_rules.booking.ledger_waiting import let_in
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.domain.ledger_document import LedgerBook, LedgerDocument, LedgerLink, Nature
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError


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
    booking = _Booking(charges, outcome)
    booking.take(book)
    keeper.session.flush()
    settle_credits(keeper, booking.touched, today)
    for some in batched(charges.named, TOGETHER):
        let_in(keeper, some, today)
    for start in range(0, len(booking.ids), TOGETHER):
        end = start + TOGETHER
        state_open(keeper, dict(zip(booking.ids[start:end], booking.open[start:end], strict=True)), today)
    outcome.problems += charges.problems
    return outcome


@dataclass(slots=True)
class _Booking:
    """Goes through the documents once, some at a time: of those that are done, ids and amounts are kept and nothing else.

    `ids` are those of the invoices and `open` what is stated of each, in minor units; `touched` the ids of the credits of which something
    is new: whatever else could change what one counts for settles it by itself. `linked` is what links need of each charge, by its number in
    the tables.
    """

    charges: LedgerCharges
    outcome: LedgerOutcome
    ids: array[int] = field(default_factory=lambda: array("q"))
    open: array[int] = field(default_factory=lambda: array("q"))
    touched: set[int] = field(default_factory=set)
    linked: dict[str, BookedCharge] = field(default_factory=dict)

    def take(self, book: LedgerBook) -> None:
        """With links, credits are booked after all charges; without, nothing says what they cover."""
        documents = iter(book.documents)
        links = bool(book.links)
        later: list[LedgerDocument] = []
        while some := list(islice(documents, TOGETHER)):
            self._book_charges([one for one in some if one.nature is Nature.CHARGE], keep=links)
            credits_ = [one for one in some if one.nature is Nature.CREDIT]
            if links:
                later += credits_
            else:
                self._book_credits(credits_, {})
        if links:
            parts = _parts_by_credit(self.charges, book.links, self.linked)
            for batch in batched(later, TOGETHER):
                self._book_credits(batch, parts)

    def _book_charges(self, documents: Sequence[LedgerDocument], *, keep: bool) -> None:
        for booked in self.charges.book(documents):
            self.ids.append(booked.invoice_id)
            self.open.append(0 if booked.document.cancelled else booked.document.open.minor)
            self.outcome.counts["charges", booked.taken] += 1
            if keep and booked.document.internal_id:
                self.linked[booked.document.internal_id] = booked
        self.charges.keeper.session.flush()

    def _book_credits(self, documents: Sequence[LedgerDocument], linked: Mapping[str, dict[int, int]]) -> None:
        for document in documents:
            parts = linked.get(document.internal_id, {}) if linked or document.source == TABLES else None
            self._book_credit(document, parts)

    def _book_credit(self, document: LedgerDocument, parts: Mapping[int, int] | None) -> None:
        charges = self.charges
        customer = charges.customers.find(document)
        if customer is None:
            what = _("neither RFC nor code tells whose credit {number} is", number=document.number or document.concept)
            hint = _("import the customers with the codes of the accounting system, or a report with their RFC")
            charges.problems.append(Problem(what, hint, charges.origin.file, place=document.place))
            return
        row, taken = book_credit(charges.keeper, document, parts, customer.id, charges.origin)
        if taken is not Taken.UNCHANGED:
            self.touched.add(row.id)
        self.outcome.counts["credits", taken] += 1
        if not document.cancelled and document.issued_on <= charges.today:
            self.outcome.newest = max(self.outcome.newest or document.issued_on, document.issued_on)


TABLES = "dbf"  # The source of documents whose links are all there


def _parts_by_credit(
    charges: LedgerCharges, links: Iterable[LedgerLink], linked: Mapping[str, BookedCharge]
) -> Mapping[str, dict[int, int]]:
    """By credit what it covers of each invoice. A link to a charge that has to wait waits with it."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for link in links:
        charge = linked.get(link.charge_id)
        if charge is None:
            continue
        if link.amount.currency != charge.currency:
            what = _(
                "a credit covers {amount} of invoice {number}, which is in {currency}",
                amount=link.amount,
                number=charge.number,
                currency=charge.currency,
            )
            charges.problems.append(Problem(what, _("correct the currency of the one or the other"), charges.origin.file))
            continue
        parts = found[link.credit_id]
        parts[charge.invoice_id] = parts.get(charge.invoice_id, 0) + link.amount.minor
    return found
