"""Charges of the accounting system become invoices; one whose CFDI is here is its other source, and says what it holds open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cobranza_rules.booking.agreed_or_asked import agreed_or_asked
from cobranza_rules.booking.agreements import cover_invoice
from cobranza_rules.booking.bookkeeper import Bookkeeper, put_state
from cobranza_rules.booking.ledger_customers import LedgerCustomers
from cobranza_rules.booking.ledger_numbers import InvoiceNumbers, number_of
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payment_terms import due_when_issued
from cobranza_rules.booking.request_ties import tie_invoice
from cobranza_rules.booking.support import require_support
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.ledger_document import LedgerDocument
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import ApplicationRow, CustomerRow, InvoiceRow, LedgerChargeRow

BEGUN = -1  # In place of the id of an invoice that is not written yet
LONGEST_SERIES, LONGEST_FOLIO = 25, 40  # Of a CFDI (Anexo 20): what is longer is no series and no folio.


@dataclass(frozen=True, slots=True)
class LedgerOrigin:
    """The file of a report or of tables as the user named it, and the digest under which its bytes are kept."""

    file: str
    digest: str


@dataclass(frozen=True, slots=True)
class KnownCharges:
    """Invoices with what the accounting system has said of them before, by the ids of the invoices; and customers by theirs."""

    invoices: Mapping[int, InvoiceRow]
    charges: Mapping[int, LedgerChargeRow]
    customers: Mapping[int, CustomerRow]

    @staticmethod
    def of(session: Session, ids: Iterable[int | None]) -> KnownCharges:
        found = {key for key in ids if key is not None}
        if not found:
            return KnownCharges({}, {}, {})
        invoices = {row.id: row for row in session.scalars(select(InvoiceRow).where(InvoiceRow.id.in_(found)))}
        charges = {row.invoice_id: row for row in session.scalars(select(LedgerChargeRow).where(LedgerChargeRow.invoice_id.in_(found)))}
        of_customers = select(CustomerRow).where(CustomerRow.id.in_({row.customer_id for row in invoices.values()}))
        return KnownCharges(invoices, charges, {row.id: row for row in session.scalars(of_customers)})


@dataclass(frozen=True, slots=True)
class BookedCharge:
    """What became of a charge; `invoice_id`, `currency` and `number` are those of its invoice."""

    document: LedgerDocument
    invoice_id: int
    currency: str
    number: str
    taken: Taken


@dataclass(slots=True)
class LedgerCharges:
    """Bound to one import. What is wrong with a row is left in `problems`, and the row waits for a better one."""

    keeper: Bookkeeper
    customers: LedgerCustomers
    origin: LedgerOrigin
    today: dt.date
    opening: dt.date | None
    numbers: InvoiceNumbers
    problems: list[Problem] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)  # Ids of invoices that stood in a row
    named: list[int] = field(default_factory=list)  # Invoices of which the UUID has become known
    _begun: list[tuple[InvoiceRow, LedgerDocument, CustomerRow]] = field(default_factory=list)  # New ones, until they are written together

    def book(self, documents: Sequence[LedgerDocument]) -> list[BookedCharge]:
        """Those of some rows that do not have to wait. What the book has of them is read, and what is new is written, at once for all."""
        known = KnownCharges.of(self.keeper.session, [self._find(document) for document in documents])
        booked: list[BookedCharge] = []
        for document in documents:
            found = self._find(document)
            if found == BEGUN:  # The same number stands in a row before.
                booked += self._write_new()
                found = self._find(document)
            if found is None:
                self._begin(document)
            elif (again := self._book_known(document, found, known)) is not None:
                booked.append(again)
        return booked + self._write_new()

    def _find(self, document: LedgerDocument) -> int | None:
        return self.numbers.find(document.uuid, document.series, document.folio)

    def _book_known(self, document: LedgerDocument, found: int, known: KnownCharges) -> BookedCharge | None:
        invoice = known.invoices.get(found) or self.keeper.session.get_one(InvoiceRow, found)
        if self._twice(document, invoice) or self._conflicts(document, invoice, known):
            return None
        charge = known.charges.get(found)
        taken = self._follow(invoice, charge, document)
        return self._booked(document, invoice, self._charge(invoice, charge, document), taken)

    def _booked(self, document: LedgerDocument, invoice: InvoiceRow, charge: LedgerChargeRow, taken: Taken) -> BookedCharge:
        self.seen.add(invoice.id)
        self._close(invoice, charge)
        return BookedCharge(document, invoice.id, invoice.currency, invoice.number, taken)

    def _refuse(self, document: LedgerDocument, what: Sentence, hint: Sentence) -> None:
        self.problems.append(Problem(what, hint, self.origin.file, place=document.place))

    def _twice(self, document: LedgerDocument, invoice: InvoiceRow) -> bool:
        """Of two rows that say one number, only one can be right."""
        if invoice.id not in self.seen:
            return False
        first = self.keeper.session.scalar(select(LedgerChargeRow.place).where(LedgerChargeRow.invoice_id == invoice.id))
        what = _("invoice {number} stands already at {place}", number=invoice.number, place=first or "")
        self._refuse(document, what, _("leave one of the two; the first row was taken"))
        return True

    def _begin(self, document: LedgerDocument) -> None:
        """A new invoice; one that cannot be told, or whose customer cannot, has to wait."""
        series, folio = number_of(document.series, document.folio) if document.folio else (document.series.strip().upper(), "")
        number = "-".join(part for part in (series, folio) if part) or document.uuid[:8]
        if not number or len(series) > LONGEST_SERIES or len(folio) > LONGEST_FOLIO:
            self._refuse(document, _("the row has no number of an invoice"), _("a charge has a folio, and perhaps a series before it"))
            return
        if document.total.minor < 0:
            self._refuse(document, _("the amount {amount} is negative", amount=document.total), _("a charge has no negative amounts"))
            return
        customer = self.customers.find(document)
        if customer is None:
            what = _("neither RFC nor code tells whose invoice {number} is", number=number)
            self._refuse(document, what, _("import the customers with the codes of the accounting system, or a report with their RFC"))
            return
        row = InvoiceRow(
            customer_id=customer.id,
            uuid=document.uuid or None,
            series=series,
            folio=folio,
            number=number,
            currency=document.total.currency,
            issued_on=document.issued_on,
            payment_method="",
            payment_terms="",
            purchase_order="",
            document=None,
        )
        self._begun.append((row, document, customer))
        self.numbers.put(BEGUN, document.uuid, series, folio)

    def _write_new(self) -> list[BookedCharge]:
        begun, self._begun = self._begun, []
        for row, _document, _customer in begun:
            put_state(row, InvoiceState())
            self.keeper.session.add(row)
        if begun:
            self.keeper.session.flush()
        return [self._issue(row, document, customer) for row, document, customer in begun]

    def _issue(self, row: InvoiceRow, document: LedgerDocument, customer: CustomerRow) -> BookedCharge:
        self.numbers.put(row.id, row.uuid or "", row.series or "", row.folio or "")
        due = due_when_issued(self.keeper, row, customer, document.total)
        if due["due_on"] is None and document.due_on is not None:
            due["due_on"] = document.due_on.isoformat()  # What was agreed with the customer comes first, where it is known.
        self.keeper.enter(row, EntryKind.ISSUED, row.issued_on, {"minor": document.total.minor, "ledger": True, **due})
        if row.uuid:
            self.named.append(row.id)
        if self.opening is not None and row.issued_on <= self.opening:
            self.keeper.enter(row, EntryKind.DELIVERED, row.issued_on, {"opening": True})
        self._tie(row)
        return self._booked(document, row, self._charge(row, None, document), Taken.NEW)

    def _tie(self, row: InvoiceRow) -> None:
        """To the agreement that covers it and the request that it answers, as an invoice of which the CFDI came first."""
        agreed, asked = agreed_or_asked(self.keeper, row.customer_id)
        if agreed:
            cover_invoice(self.keeper, row, self.today)
        require_support(self.keeper, row, self.today)
        if asked:
            tie_invoice(self.keeper, row, self.today)

    def _conflicts(self, document: LedgerDocument, invoice: InvoiceRow, known: KnownCharges) -> bool:
        """Two sources that contradict each other: which of them is right nobody can tell from here."""
        total, other = Money(invoice.total, invoice.currency), _("correct it where it is wrong; until then the row waits")
        before = len(self.problems)
        if document.total != total:
            what = _(
                "invoice {number} is over {total} here, but over {told} in the book",
                number=invoice.number,
                total=document.total,
                told=total,
            )
            self._refuse(document, what, other)
        if document.uuid and invoice.uuid and document.uuid != invoice.uuid:
            what = _(
                "invoice {number} has the UUID {uuid} here, but {told} in the book",
                number=invoice.number,
                uuid=document.uuid,
                told=invoice.uuid,
            )
            self._refuse(document, what, other)
        customer = known.customers.get(invoice.customer_id) or self.keeper.session.get_one(CustomerRow, invoice.customer_id)
        if self.customers.contradicts(document, customer):
            named = document.party.rfc or document.customer_code
            what = _(
                "invoice {number} is one of {named} here, but of {told} in the book", number=invoice.number, named=named, told=customer.rfc
            )
            self._refuse(document, what, other)
        return len(self.problems) > before

    def _follow(self, invoice: InvoiceRow, known: LedgerChargeRow | None, document: LedgerDocument) -> Taken:
        """What a further row adds: a UUID, and a due date where nothing else gives one."""
        if document.uuid and invoice.uuid is None:
            invoice.uuid = document.uuid
            self.numbers.add(invoice.id, document.uuid, "", "")
            name_applications(self.keeper, invoice)
            self.named.append(invoice.id)
        told_before = known is not None and invoice.due_on == known.due_on
        if (
            document.due_on
            and invoice.credit_days is None
            and (invoice.due_on is None or told_before)
            and invoice.due_on != document.due_on
        ):
            data = {"due_on": document.due_on.isoformat(), "credit_days": None}
            self.keeper.enter(invoice, EntryKind.DUE_SET, self.today, data)
        if known is None:
            return Taken.UPDATED
        same = (known.open, known.due_on, known.cancelled) == (document.open.minor, document.due_on, document.cancelled)
        return Taken.UNCHANGED if same else Taken.UPDATED

    def _charge(self, invoice: InvoiceRow, known: LedgerChargeRow | None, document: LedgerDocument) -> LedgerChargeRow:
        row = known or LedgerChargeRow(invoice_id=invoice.id)
        row.source, row.internal_id = document.source[:80], document.internal_id[:40]
        row.total, row.open, row.due_on, row.cancelled = document.total.minor, document.open.minor, document.due_on, document.cancelled
        row.file, row.place, row.document, row.known_at = self.origin.file, document.place, self.origin.digest, self.keeper.known_at
        if known is None:
            self.keeper.session.add(row)
        return row

    def _close(self, invoice: InvoiceRow, charge: LedgerChargeRow) -> None:
        """What was substituted stays so: its CFDI says more than that it is cancelled."""
        if charge.cancelled and invoice.closed is None:
            self.keeper.enter(invoice, EntryKind.CANCELLED, self.today, {"ledger": True})


def name_applications(keeper: Bookkeeper, invoice: InvoiceRow) -> None:
    """What payments cover of the invoice is named by its UUID, too, now that it is known."""
    named = update(ApplicationRow).where(ApplicationRow.invoice_id == invoice.id).values(invoice_uuid=invoice.uuid)
    keeper.session.execute(named)


def state_open(keeper: Bookkeeper, stated: Mapping[int, int], today: dt.date) -> None:
    """Enters what the ledger holds open of invoices, where that is news: minor units by id."""
    for invoice in keeper.invoices(list(stated)):
        keeper.enter(invoice, EntryKind.LEDGER_STATED, today, {"minor": stated[invoice.id]})
    keeper.session.flush()
