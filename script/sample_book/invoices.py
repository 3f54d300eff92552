"""The invoices: the book that is open on the first day, and what is issued in the six weeks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sample_book.customers import END, START, Customer, bank_day_before, customers, is_bank_day

CENT = Decimal("0.01")
IVA = Decimal("0.16")
FIRST_FOLIO = {"FA": 1201, "FE": 301}
# Clave de producto o servicio and clave de unidad of the SAT's catalogues, description, unit price in pesos.
CATALOGUE = (
    ("86101700", "E48", "Curso de capacitación en seguridad industrial", "4850.00"),
    ("86132000", "E48", "Diplomado en gestión de proyectos, módulo", "7320.50"),
    ("81112500", "E48", "Licencia mensual de plataforma de aprendizaje", "1290.00"),
    ("80101500", "HUR", "Consultoría en procesos de formación", "985.75"),
    ("86101800", "E48", "Taller de actualización en el puesto de trabajo", "3640.00"),
    ("60105400", "H87", "Manual impreso del participante", "215.40"),
)
ENGLISH = (
    ("86101700", "E48", "Industrial safety training course", "430.00"),
    ("80101500", "HUR", "Training process consulting", "95.50"),
    ("81112500", "E48", "Learning platform licence, one month", "120.00"),
)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def make_uuid(number: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{number.lower()}.kemper.example")).upper()


def exchange_rate(day: dt.date) -> Decimal:
    """Pesos a dollar, invented."""
    return Decimal("17.1850") + Decimal(day.toordinal() % 9) * Decimal("0.0125")


@dataclass(frozen=True)
class Line:
    product: str
    unit: str
    description: str
    quantity: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        return cents(self.quantity * self.price)


@dataclass
class Invoice:
    """`plan` says how it came into the book: overdue, current, new or substitute."""

    customer: Customer
    issued_on: dt.date
    plan: str
    lines: tuple[Line, ...]
    method: str = "PPD"
    substitutes: Invoice | None = None
    number: str = ""
    hour: dt.time = dt.time(9)
    balance: Decimal = field(init=False)
    installments: int = 0

    def __post_init__(self) -> None:
        self.balance = self.total

    @property
    def uuid(self) -> str:
        return make_uuid(self.number)

    @property
    def rate(self) -> Decimal:
        return Decimal(0) if self.customer.foreign else IVA

    @property
    def subtotal(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """The sum of the lines' taxes, each rounded, as Anexo 20 wants it."""
        return sum((cents(line.amount * self.rate) for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax

    @property
    def due_on(self) -> dt.date:
        origin = self.substitutes or self
        return origin.issued_on + dt.timedelta(days=self.customer.credit_days)

    @property
    def overdue_at_start(self) -> bool:
        return self.plan == "overdue"


def all_invoices() -> list[Invoice]:
    """In the order of their folios, which is that of their issue."""
    found = [invoice for customer in customers() for invoice in _of(customer)]
    found.append(_substitute(found))
    found.sort(key=lambda invoice: (invoice.issued_on, invoice.substitutes is not None, invoice.customer.code))
    folios = dict(FIRST_FOLIO)
    of_day: dict[dt.date, int] = {}
    for invoice in found:
        series = "FE" if invoice.customer.foreign else "FA"
        invoice.number = f"{series}-{folios[series]}"
        folios[series] += 1
        turn = of_day[invoice.issued_on] = of_day.get(invoice.issued_on, 0) + 1
        invoice.hour = dt.time(9 + turn // 2, 12 + 23 * (turn % 2), (7 * turn) % 60)
    return found


def _of(customer: Customer) -> list[Invoice]:
    credit = dt.timedelta(days=customer.credit_days)
    planned = [(START - dt.timedelta(days=days) - credit, "overdue") for days in customer.overdue]
    planned += [(START + dt.timedelta(days=days) - credit, "current") for days in customer.current]
    dates = [(bank_day_before(day), plan) for day, plan in planned]
    dates += [(day, "new") for day in _new_dates(customer)]
    return [
        Invoice(customer, day, plan, _lines(customer, position), "PUE" if _paid_at_once(customer, day) else "PPD")
        for position, (day, plan) in enumerate(sorted(dates))
    ]


def _new_dates(customer: Customer) -> list[dt.date]:
    """Spread over the six weeks, beginning on another day for each customer."""
    every = [day for ahead in range((END - START).days) if is_bank_day(day := START + dt.timedelta(days=ahead))]
    return [every[(customer.position * 7 + step * len(every) // customer.new) % len(every)] for step in range(customer.new)]


def _paid_at_once(customer: Customer, day: dt.date) -> bool:
    """A few late invoices are PUE: paid in one go within the month, and so without a payment receipt."""
    return not customer.foreign and day >= dt.date(2026, 3, 30) and customer.position % 4 == 2


def _lines(customer: Customer, position: int) -> tuple[Line, ...]:
    catalogue = ENGLISH if customer.foreign else CATALOGUE
    mark = customer.position * 5 + position * 3
    target = Decimal(customer.scale) * (70 + (mark * 37) % 61) / 100
    count = 1 + mark % 3
    lines = []
    for step in range(count):
        product, unit, description, price = catalogue[(mark + step) % len(catalogue)]
        quantity = max(1, int(target / count / Decimal(price)))
        lines.append(Line(product, unit, description, quantity, Decimal(price)))
    return tuple(lines)


SUBSTITUTED_ON = dt.date(2026, 3, 11)


def _substitute(found: Sequence[Invoice]) -> Invoice:
    """C-005 found an error in the last of the invoices that were open on the first day; another with one unit less takes its place."""
    old = [invoice for invoice in found if invoice.customer.code == "C-005" and invoice.plan == "current"][-1]
    first = old.lines[0]
    corrected = Line(first.product, first.unit, first.description, first.quantity - 1, first.price)
    return Invoice(old.customer, SUBSTITUTED_ON, "substitute", (corrected, *old.lines[1:]), substitutes=old)
