"""Deposits as people are shown them: how each stands, what it pays and by what, what is left of it, and what it may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.crossings import crossing_of
from cobranza_rules.booking.deposit_advices import advices, open_claims
from cobranza_rules.booking.deposit_reading import Payers, around_of, deposits_of
from cobranza_rules.booking.deposit_shares import left_of, payments_of
from cobranza_rules.booking.identity import normal_name
from cobranza_rules.cash.deposit import Policy, Proposal
from cobranza_rules.cash.proposing import proposals
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.exchange import Crossing
from cobranza_rules.language import Sentence
from cobranza_rules.money import Money
from cobranza_rules.store.tables import ApplicationRow, BankLineRow, CustomerRow, EvidenceRow, InvoiceRow

OPEN = (LineState.OPEN.value, LineState.PART_APPLIED.value)
LEFT_ALONE = 5  # Workdays after which a deposit that nobody has applied is an exception


@dataclass(frozen=True, slots=True)
class Standing:
    """`customers` are the codes of those whose payment it is; of one that is applied in part and has one customer, the rest is its unapplied cash."""

    line: BankLineRow
    amount: Money
    left: Money
    customers: tuple[str, ...]

    @property
    def unapplied_of(self) -> str:
        return self.customers[0] if self.left and len(self.customers) == 1 else ""


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment of which the deposit is an evidence: its id, customer, what it covers by invoice number, and the kinds of its evidences.

    `crossings` are those of its parts, by invoice number, that are in another currency than the payment.
    """

    id: int
    customer: str
    covers: tuple[tuple[str, Money], ...]
    evidences: tuple[str, ...]
    crossings: Mapping[str, Crossing] = field(default_factory=dict)


def deposits_in(keeper: Bookkeeper, states: Collection[str] = OPEN) -> Iterator[Standing]:
    """The oldest first; of all states where none is named, withdrawals left out."""
    query = select(BankLineRow).where(BankLineRow.minor > 0).order_by(BankLineRow.booked_on, BankLineRow.id)
    for line in keeper.session.scalars(query.where(BankLineRow.state.in_(states)) if states else query):
        yield standing_of(keeper, line)


def left_alone(keeper: Bookkeeper, today: dt.date, workdays: int = LEFT_ALONE) -> Iterator[tuple[Standing, int]]:
    """Deposits that nobody has applied as a whole for longer than so many workdays, and for how many."""
    for found in deposits_in(keeper):
        waited = keeper.calendar.between(found.line.booked_on, today)
        if waited > workdays:
            yield found, waited


def standing_of(keeper: Bookkeeper, line: BankLineRow) -> Standing:
    ids = {payment.customer_id for payment in payments_of(keeper, line.id)}
    codes = keeper.session.execute(select(CustomerRow.code, CustomerRow.name).where(CustomerRow.id.in_(ids)).order_by(CustomerRow.id))
    names = tuple(code or name for code, name in codes)
    return Standing(line, Money(line.minor, line.currency), Money(left_of(line), line.currency), names)


def why(line: BankLineRow) -> Sentence | None:
    kept = (line.detail or {}).get("reason")
    return Sentence.from_json(kept) if kept else None


def paid_by(keeper: Bookkeeper, line: BankLineRow) -> list[Paid]:
    found = []
    for payment in payments_of(keeper, line.id):
        covered = (
            select(ApplicationRow, InvoiceRow)
            .join(InvoiceRow, InvoiceRow.id == ApplicationRow.invoice_id)
            .where(ApplicationRow.payment_id == payment.id, ApplicationRow.applied)
            .order_by(InvoiceRow.id)
        )
        kinds = select(EvidenceRow.kind).where(EvidenceRow.payment_id == payment.id).distinct().order_by(EvidenceRow.kind)
        parts = [(part, invoice) for part, invoice in keeper.session.execute(covered)]
        covers = tuple((invoice.number, Money(part.minor, part.currency)) for part, invoice in parts)
        crossings = {invoice.number: each for part, invoice in parts if (each := crossing_of(part, invoice, payment)) is not None}
        customer = keeper.session.get_one(CustomerRow, payment.customer_id)
        found.append(Paid(payment.id, customer.code or customer.name, covers, tuple(keeper.session.scalars(kinds)), crossings))
    return found


def proposed(
    keeper: Bookkeeper, lines: Iterable[BankLineRow], policy: Policy, today: dt.date
) -> Iterator[tuple[BankLineRow, list[Proposal], dict[int, str]]]:
    """What each open deposit may be, with the numbers of the invoices that are named. Nothing is written."""
    claims = advices(open_claims(keeper.session, keeper.calendar, today))
    for line in lines:
        (deposit,) = deposits_of(keeper, [line], Payers.of(keeper, [line]))
        alike = _customers_called(keeper, deposit.name) if deposit.name and deposit.customer is None else []
        said = [each for each in claims if each.currency == line.currency]
        customers = {each for each, _name in alike} | {each.customer for each in said}
        around = around_of(keeper, [deposit], policy, {}, (), customers)
        found = proposals(deposit, around, said, alike)
        yield line, found, {each.id: each.number for each in around.invoices.values()}


def _customers_called(keeper: Bookkeeper, name: str) -> list[tuple[int, str]]:
    """Customers of exactly that name: it narrows what a person is shown, and no more."""
    first = name.split(" ", maxsplit=1)[0]
    query = select(CustomerRow.id, CustomerRow.name).where(func.upper(CustomerRow.name).like(f"{first[:3]}%"))
    return [(key, called) for key, called in keeper.session.execute(query.order_by(CustomerRow.id)) if normal_name(called) == name]
