"""The journal of collections out of the book, as it stands: payments and discounts between two days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.crossings import crossing_of
from cobranza_rules.domain.discount import STANDING, DiscountKind
from cobranza_rules.domain.journal import Accounts, Covered, JournalEntry, discount_entry, payment_entry
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import ApplicationRow, CustomerRow, DiscountRow, InvoiceRow, PaymentRow

VatOf = Callable[[InvoiceRow], int]


@dataclass(slots=True)
class Journal:
    """`entries` in the order of their days; `warnings` tell of what is not in them."""

    entries: list[JournalEntry] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def journal_of(session: Session, since: dt.date, until: dt.date, accounts: Accounts, vat_of: VatOf) -> Journal:
    """Both days are in. `vat_of` gives the VAT of an invoice in minor units. Raises ProblemError where a currency has no bank account."""
    made = Journal()
    payments = _payments(session, since, until)
    lacking = sorted({row.currency for row in payments} - accounts.banks.keys())
    if lacking:
        raise ProblemError(
            [
                Problem(
                    _("no account is set for the bank in {currency}", currency=currency),
                    _("name it under [accounting.accounts.banks] in cobranza.toml"),
                    place=f"accounting.accounts.banks.{currency}",
                )
                for currency in lacking
            ]
        )
    reading = _Reading(session, accounts, vat_of, made)
    made.entries = sorted(
        [*reading.of_payments(payments), *reading.of_discounts(since, until)], key=lambda entry: (entry.on, entry.currency)
    )
    return made


def _payments(session: Session, since: dt.date, until: dt.date) -> list[PaymentRow]:
    query = select(PaymentRow).where(PaymentRow.paid_on.between(since, until), stands())
    return list(session.scalars(query.order_by(PaymentRow.paid_on, PaymentRow.id)))


@dataclass(slots=True)
class _Reading:
    session: Session
    accounts: Accounts
    vat_of: VatOf
    made: Journal

    def of_payments(self, payments: list[PaymentRow]) -> Iterator[JournalEntry]:
        for row in payments:
            query = (
                select(ApplicationRow, InvoiceRow)
                .join(InvoiceRow, InvoiceRow.id == ApplicationRow.invoice_id)
                .where(ApplicationRow.payment_id == row.id, ApplicationRow.applied)
                .order_by(ApplicationRow.id)
            )
            parts = [(part, invoice) for part, invoice in self.session.execute(query)]
            covered = [self._covered_by(part, invoice, row) for part, invoice in parts]
            if any(each is None for each in covered):
                amount = Money(row.amount, row.currency)
                what = _(
                    "the payment of {amount} of {day} covers an invoice in another currency, and its rate is not known",
                    amount=amount,
                    day=str(row.paid_on),
                )
                self.made.warnings.append(Problem(what, _("enter it by hand, with its exchange difference"), warning=True))
                continue
            yield payment_entry(
                row.paid_on,
                row.currency,
                self._code(row.customer_id),
                row.operation,
                row.amount,
                [each for each in covered if each is not None],
                self.accounts,
            )

    def of_discounts(self, since: dt.date, until: dt.date) -> Iterator[JournalEntry]:
        """The credit note that documents one is not posted besides: it is the same money."""
        states = [state.value for state in STANDING]
        query = (
            select(DiscountRow, InvoiceRow)
            .join(InvoiceRow, InvoiceRow.id == DiscountRow.invoice_id)
            .where(DiscountRow.taken_on.between(since, until), DiscountRow.state.in_(states))
            .order_by(DiscountRow.taken_on, DiscountRow.id)
        )
        for row, invoice in self.session.execute(query):
            covered, kind = self._covered(invoice, row.minor), DiscountKind(row.kind)
            yield discount_entry(row.taken_on, row.currency, self._code(row.customer_id), kind, covered, self.accounts)

    def _covered_by(self, part: ApplicationRow, invoice: InvoiceRow, payment: PaymentRow) -> Covered | None:
        """None where it cannot be said in the payment's currency. Raises ProblemError where the accounts for exchange differences are not set."""
        if part.currency == payment.currency:
            return self._covered(invoice, part.minor)
        crossing = crossing_of(part, invoice, payment)
        booked = crossing.booked if crossing is not None else None
        if crossing is None or booked is None:
            return None
        if not (self.accounts.exchange_gain and self.accounts.exchange_loss):
            what = _("the accounts for exchange gains and losses are not set")
            hint = _("name exchange_gain and exchange_loss under [accounting.accounts] in cobranza.toml")
            raise ProblemError([Problem(what, hint, place="accounting.accounts.exchange_gain")])
        return replace(self._covered(invoice, booked.minor), collected=crossing.paid.minor)

    def _covered(self, invoice: InvoiceRow, minor: int) -> Covered:
        vat = 0
        if self.accounts.with_vat and invoice.document is not None:
            vat = self.vat_of(invoice)
        elif self.accounts.with_vat:
            what = _("the VAT of {number} is not known: its CFDI is not here", number=invoice.number)
            self.made.warnings.append(Problem(what, _("import its XML, and write the journal again"), warning=True))
        return Covered(invoice.number, invoice.uuid or "", minor, invoice.total, vat)

    def _code(self, customer_id: int) -> str:
        customer = self.session.get_one(CustomerRow, customer_id)
        return customer.code or customer.rfc
