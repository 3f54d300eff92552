"""Charges of the accounting system become invoices; one whose CFDI is here is its other source, and says what it holds open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper, put_state
from cobranza_rules.booking.ledger_customers import LedgerCustomers
from cobranza_rules.booking.ledger_numbers import InvoiceNumbers, number_of
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.booking.payment_terms import due_when_issued
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.ledger_document import LedgerDocument
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import ApplicationRow, CustomerRow, InvoiceRow, LedgerChargeRow

LONGEST_SERIES, LONGEST_FOLIO = 25, 40  # Of a CFDI (Anexo 20): what is longer is no series and no folio.


@dataclass(frozen=True, slots=True)
class LedgerOrigin:
    """The file of a report or of tables as the user named it, and the digest under which its bytes are kept."""

    file: str
    digest: str


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
    places: dict[int, str] = field(default_factory=dict)  # Where each invoice stood, by its id
    named: list[InvoiceRow] = field(default_factory=list)  # Those of which the UUID has become known

    def book(self, document: LedgerDocument) -> tuple[InvoiceRow, Taken] | None:
        """None where the row has to wait."""
        found = self.numbers.find(document.uuid, document.series, document.folio)
        if found is None:
            invoice = self._new_invoice(document)
            if invoice is None:
                return None
            charge, outcome = self._charge(invoice, None, document), Taken.NEW
        else:
            invoice = self.keeper.session.get_one(InvoiceRow, found)
            if self._twice(document, invoice) or self._conflicts(document, invoice):
                return None
            known = self.keeper.session.scalar(select(LedgerChargeRow).where(LedgerChargeRow.invoice_id == found))
            outcome = self._follow(invoice, known, document)
            charge = self._charge(invoice, known, document)
        self.places[invoice.id] = document.place
        self._close(invoice, charge)
        return invoice, outcome

    def _refuse(self, document: LedgerDocument, what: Sentence, hint: Sentence) -> None:
        self.problems.append(Problem(what, hint, self.origin.file, place=document.place))

    def _twice(self, document: LedgerDocument, invoice: InvoiceRow) -> bool:
        """Of two rows that say one number, only one can be right."""
        first = self.places.get(invoice.id)
        if first is not None:
            what = _("invoice {number} stands already at {place}", number=invoice.number, place=first)
            self._refuse(document, what, _("leave one of the two; the first row was taken"))
        return first is not None

    def _new_invoice(self, document: LedgerDocument) -> InvoiceRow | None:
        series, folio = number_of(document.series, document.folio) if document.folio else (document.series.strip().upper(), "")
        number = "-".join(part for part in (series, folio) if part) or document.uuid[:8]
        if not number or len(series) > LONGEST_SERIES or len(folio) > LONGEST_FOLIO:
            self._refuse(document, _("the row has no number of an invoice"), _("a charge has a folio, and perhaps a series before it"))
            return None
        if document.total.minor < 0:
            self._refuse(document, _("the amount {amount} is negative", amount=document.total), _("a charge has no negative amounts"))
            return None
        customer = self.customers.find(document)
        if customer is None:
            what = _("neither RFC nor code tells whose invoice {number} is", number=number)
            self._refuse(document, what, _("import the customers with the codes of the accounting system, or a report with their RFC"))
            return None
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
        put_state(row, InvoiceState())
        self.keeper.session.add(row)
        self.keeper.session.flush()
        self.numbers.add(row.id, document.uuid, series, folio)
        due = due_when_issued(self.keeper, row, customer, document.total)
        if due["due_on"] is None and document.due_on is not None:
            due["due_on"] = document.due_on.isoformat()  # What was agreed with the customer comes first, where it is known.
        self.keeper.enter(row, EntryKind.ISSUED, row.issued_on, {"minor": document.total.minor, "ledger": True, **due})
        if row.uuid:
            self.named.append(row)
        if self.opening is not None and row.issued_on <= self.opening:
            self.keeper.enter(row, EntryKind.DELIVERED, row.issued_on, {"opening": True})
        return row

    def _conflicts(self, document: LedgerDocument, invoice: InvoiceRow) -> bool:
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
        customer = self.keeper.session.get_one(CustomerRow, invoice.customer_id)
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
            self.named.append(invoice)
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


def state_open(keeper: Bookkeeper, invoice: InvoiceRow, minor: int, today: dt.date) -> None:
    """Enters what the ledger holds open of an invoice, where that is news."""
    keeper.enter(invoice, EntryKind.LEDGER_STATED, today, {"minor": minor})
