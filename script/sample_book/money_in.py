"""What customers pay and what is credited to them: payment receipts (REP) and credit notes, with the balances that they leave."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sample_book.customers import END, START, Customer, bank_day_from, bank_days_later
from sample_book.invoices import Invoice, cents, exchange_rate, make_uuid

# Payments of what was overdue on the first day: customer, which of its overdue invoices (oldest first), the part of its balance, the date.
OVERDUE_PAID = (
    ("C-018", 0, "0.25", "2026-01-20"),  # Two part payments from before the program came
    ("C-020", 0, "0.30", "2026-02-12"),
    ("C-011", 0, "1", "2026-03-02"),
    ("C-011", 1, "1", "2026-03-02"),
    ("C-001", 0, "1", "2026-03-04"),
    ("C-005", 0, "1", "2026-03-05"),
    ("C-007", 0, "1", "2026-03-06"),
    ("C-007", 1, "1", "2026-03-06"),
    ("C-015", 0, "1", "2026-03-06"),
    ("C-022", 0, "1", "2026-03-09"),
    ("C-003", 0, "1", "2026-03-10"),
    ("C-014", 0, "1", "2026-03-11"),
    ("C-014", 1, "1", "2026-03-11"),
    ("C-025", 0, "1", "2026-03-12"),
    ("C-006", 0, "0.50", "2026-03-12"),
    ("C-024", 0, "1", "2026-03-13"),
    ("C-013", 0, "1", "2026-03-17"),
    ("C-012", 0, "1", "2026-03-17"),
    ("C-017", 0, "1", "2026-03-20"),
    ("C-023", 0, "0.50", "2026-03-20"),
    ("C-009", 0, "0.60", "2026-03-23"),
    ("C-016", 0, "0.50", "2026-03-24"),
    ("C-006", 0, "1", "2026-03-27"),
    ("C-023", 0, "1", "2026-03-30"),
    ("C-020", 0, "0.50", "2026-03-31"),
    ("C-019", 0, "1", "2026-04-06"),  # Its cheque of 19 March came back (deposits.CHEQUES).
)
CreditRow = tuple[str, tuple[int, ...], str, str, str]
# Credit notes: customer, which of its overdue invoices they name, the date, the description, the part of their subtotal.
CREDITED: tuple[CreditRow, ...] = (
    ("C-006", (0,), "2026-03-10", "Bonificación por participantes que no asistieron", "0.10"),
    ("C-008", (0, 1), "2026-03-18", "Bonificación por volumen del trimestre", "0.05"),  # Two invoices: how to share it is for a person
    ("C-013", (0,), "2026-03-27", "Diferencia con el precio cotizado", "0.03"),
)
DEDUCTED = frozenset({"C-013"})  # Whoever takes its credit note's amount off its payment, before the note is here
FIRST_RECEIPT = 501
FIRST_CREDIT_NOTE = 71


@dataclass(frozen=True)
class Applied:
    invoice: Invoice
    paid: Decimal
    installment: int
    before: Decimal

    @property
    def after(self) -> Decimal:
        return self.before - self.paid


@dataclass(frozen=True)
class Receipt:
    """A payment and its REP. `rate` is pesos a unit of the payment's currency; a dollar invoice may be paid in pesos."""

    number: str
    customer: Customer
    paid_on: dt.date
    issued_on: dt.date
    currency: str
    applied: tuple[Applied, ...]

    @property
    def uuid(self) -> str:
        return make_uuid(self.number)

    @property
    def crosses_currencies(self) -> bool:
        return self.currency != self.customer.currency

    @property
    def amount(self) -> Decimal:
        paid = sum((part.paid for part in self.applied), Decimal(0))
        return cents(paid * exchange_rate(self.paid_on)) if self.crosses_currencies else paid

    @property
    def operation(self) -> str:
        return f"{self.paid_on:%Y%m%d}{self.customer.position:03d}{int(self.number.split('-')[1]):07d}"


@dataclass(frozen=True)
class CreditNote:
    number: str
    customer: Customer
    issued_on: dt.date
    invoices: tuple[Invoice, ...]
    description: str
    subtotal: Decimal

    @property
    def uuid(self) -> str:
        return make_uuid(self.number)

    @property
    def tax(self) -> Decimal:
        return cents(self.subtotal * self.invoices[0].rate)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax


def money_in(invoices: Sequence[Invoice]) -> tuple[list[Receipt], list[CreditNote]]:
    """Changes the invoices' balances. A credit note that names several invoices changes none: a person has to share it out."""
    notes = [_credit_note(invoices, place, row) for place, row in enumerate(CREDITED)]
    planned: dict[tuple[dt.date, str], list[tuple[Invoice, Decimal]]] = defaultdict(list)
    for code, which, part, paid in OVERDUE_PAID:
        planned[dt.date.fromisoformat(paid), code].append((overdue_of(invoices, code)[which], Decimal(part)))
    for invoice in invoices:
        if (paid_on := _usual_payment(invoice, invoices)) is not None:
            planned[paid_on, invoice.customer.code].append((invoice, Decimal(1)))
    waiting = list(notes)
    deducted = {note.invoices[0].number: note.total for note in notes if note.customer.code in DEDUCTED}
    receipts = []
    for place, ((day, _code), parts) in enumerate(sorted(planned.items(), key=lambda item: item[0])):
        while waiting and waiting[0].issued_on <= day:
            _take_off(waiting.pop(0))
        receipts.append(_receipt(place, day, parts, deducted))
    for note in waiting:
        _take_off(note)
    return receipts, notes


def overdue_of(invoices: Sequence[Invoice], code: str) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.customer.code == code and invoice.overdue_at_start]


def _usual_payment(invoice: Invoice, invoices: Sequence[Invoice]) -> dt.date | None:
    """When an invoice that was not overdue at the start is paid within the six weeks, if it is."""
    late = invoice.customer.pays_after
    if invoice.overdue_at_start or late is None or invoice.method == "PUE" or any(other.substitutes is invoice for other in invoices):
        return None
    day = bank_day_from(invoice.due_on + dt.timedelta(days=late))
    return day if START <= day < END else None


def _receipt(place: int, day: dt.date, parts: Sequence[tuple[Invoice, Decimal]], deducted: Mapping[str, Decimal]) -> Receipt:
    applied = []
    for invoice, part in parts:
        paid = cents(invoice.balance * part) - deducted.get(invoice.number, 0)
        invoice.installments += 1
        applied.append(Applied(invoice, paid, invoice.installments, invoice.balance))
        invoice.balance -= paid
    customer = parts[0][0].customer
    # C-025 pays its first dollar invoice in pesos.
    currency = "MXN" if customer.code == "C-025" and parts[0][0].overdue_at_start else customer.currency
    issued_on = bank_days_later(day, 2 if customer.code == "C-011" and day == START else 0)
    return Receipt(f"P-{FIRST_RECEIPT + place}", customer, day, issued_on, currency, tuple(applied))


def _credit_note(invoices: Sequence[Invoice], place: int, row: CreditRow) -> CreditNote:
    code, which, day, description, part = row
    related = tuple(overdue_of(invoices, code)[index] for index in which)
    subtotal = cents(sum((invoice.subtotal for invoice in related), Decimal(0)) * Decimal(part))
    number = f"NC-{FIRST_CREDIT_NOTE + place}"
    return CreditNote(number, related[0].customer, dt.date.fromisoformat(day), related, description, subtotal)


def _take_off(note: CreditNote) -> None:
    if len(note.invoices) == 1:
        note.invoices[0].balance -= note.total
