"""The papers for Accounting from the book: what was collected and taken off between two days, and the credit notes that are asked for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.crossings import crossing_of, said_of_crossing, taken_by
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.correspondence import ANALYST, ANSWER_WORKDAYS, Writer, initials
from cobranza_rules.dispatch.reductions import Payments, Reduction, captured, reductions_of, undocumented
from cobranza_rules.domain.discount import UNCREDITED
from cobranza_rules.domain.letter import Addressee, CollectedLine, CollectionsRelation, CreditNoteRequest, CreditRequest
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import ApplicationRow, CreditNoteRow, CustomerRow, DiscountRow, InvoiceRow, PaymentRow

ACCOUNTING = "accounting"
BY_DISCOUNT = "01"  # TipoRelacion of a credit note for a discount (Anexo 20)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Payments from `since` to `until`, both included, of one customer; of all of them without one. `template` is that of the paper."""

    template: str
    language: str
    since: dt.date
    until: dt.date
    customer: CustomerRow | None = None


def collections_relations(session: Session, writer: Writer, wanted: Wanted) -> list[CollectionsRelation]:
    """One for each currency of the payments. Raises ProblemError where there were none, or where one cannot be shown in its currency."""
    payments = _payments(session, wanted)
    parts = _parts(session, payments)
    if problems := [
        _in_two_currencies(payment) for payment in payments if any(taken_by(p, payment) is None for p, _i in parts[payment.id])
    ]:
        raise ProblemError(problems)
    rows = {row.id: row for found in parts.values() for _part, row in found} | {row.id: row for row in _with_notes(session, wanted)}
    rows |= {row.id: row for row in _discounted(session, wanted)}
    taken: dict[str, list[Reduction]] = defaultdict(list)
    for one in reductions_of(session, list(rows.values()), wanted.language):
        if wanted.since <= one.on <= wanted.until:
            taken[one.invoice.currency].append(one)
    lines = _Lines(session, wanted.language)
    made = [
        lines.relation(writer, wanted, currency, [payment for payment in payments if payment.currency == currency], parts, taken[currency])
        for currency in sorted({payment.currency for payment in payments} | taken.keys())
    ]
    if not made:
        what = _("nothing was collected from {since} to {until}", since=str(wanted.since), until=str(wanted.until))
        raise ProblemError([Problem(what, _("name other days with --since and --until, or import the payments first"))])
    return made


def _payments(session: Session, wanted: Wanted) -> list[PaymentRow]:
    query = select(PaymentRow).where(PaymentRow.paid_on.between(wanted.since, wanted.until), stands())
    if wanted.customer is not None:
        query = query.where(PaymentRow.customer_id == wanted.customer.id)
    return list(session.scalars(query.order_by(PaymentRow.paid_on, PaymentRow.id)))


def _parts(session: Session, payments: Sequence[PaymentRow]) -> dict[int, list[tuple[ApplicationRow, InvoiceRow]]]:
    found: dict[int, list[tuple[ApplicationRow, InvoiceRow]]] = defaultdict(list)
    query = (
        select(ApplicationRow, InvoiceRow)
        .join(InvoiceRow, InvoiceRow.id == ApplicationRow.invoice_id)
        .where(ApplicationRow.payment_id.in_([payment.id for payment in payments]), ApplicationRow.applied)
        .order_by(ApplicationRow.id)
    )
    for part, row in session.execute(query):
        found[part.payment_id].append((part, row))
    return found


def _in_two_currencies(payment: PaymentRow) -> Problem:
    amount = Money(payment.amount, payment.currency)
    what = _(
        "the payment of {amount} of {day} covers an invoice in another currency, and its rate is not known",
        amount=amount,
        day=str(payment.paid_on),
    )
    return Problem(what, _("choose days or a customer without it; Accounting needs its exchange difference on a paper of its own"))


def _with_notes(session: Session, wanted: Wanted) -> Iterator[InvoiceRow]:
    """Invoices that credit notes of those days have reduced."""
    query = select(CreditNoteRow).where(CreditNoteRow.issued_on.between(wanted.since, wanted.until))
    if wanted.customer is not None:
        query = query.where(CreditNoteRow.customer_id == wanted.customer.id)
    notes = list(session.scalars(query))
    keys = {f"c{note.id}" for note in notes}
    of_customers = select(InvoiceRow).where(InvoiceRow.customer_id.in_({note.customer_id for note in notes})).order_by(InvoiceRow.id)
    for row in session.scalars(of_customers):
        if not keys.isdisjoint(row.applied):
            yield row


def _discounted(session: Session, wanted: Wanted) -> Iterator[InvoiceRow]:
    """Invoices off which something was taken that no credit note documents yet."""
    states = [state.value for state in UNCREDITED]
    query = select(InvoiceRow).join(DiscountRow, DiscountRow.invoice_id == InvoiceRow.id).where(DiscountRow.state.in_(states))
    if wanted.customer is not None:
        query = query.where(DiscountRow.customer_id == wanted.customer.id)
    yield from session.scalars(query.order_by(InvoiceRow.id).distinct())


@dataclass
class _Lines:
    session: Session
    language: str
    customers: dict[int, CustomerRow] = field(default_factory=dict)

    def relation(
        self,
        writer: Writer,
        wanted: Wanted,
        currency: str,
        payments: Sequence[PaymentRow],
        parts: dict[int, list[tuple[ApplicationRow, InvoiceRow]]],
        taken: Sequence[Reduction],
    ) -> CollectionsRelation:
        waiting = list(taken)
        collected = []
        for payment in payments:
            for part, row in parts[payment.id]:
                own = next((one for one in waiting if one.invoice.id == row.id and one.on == payment.paid_on), None)
                if own is not None:
                    waiting.remove(own)
                amount = Money(taken_by(part, payment) or 0, currency)
                line = self._line(row, payment.paid_on, payment.operation, amount, own)
                crossing = crossing_of(part, row, payment)
                said = said_of_crossing(crossing).text(translator(self.language)) if crossing is not None else ""
                collected.append(replace(line, reason=said) if said else line)
        collected += [self._line(one.invoice, one.on, "", Money(0, currency), one) for one in waiting]
        received = sum(payment.amount for payment in payments)
        applied = sum(taken_by(part, payment) or 0 for payment in payments for part, _row in parts[payment.id])
        return CollectionsRelation(
            **accounting_heading(writer, wanted),
            currency=currency,
            since=wanted.since,
            day=wanted.until,
            collected=tuple(collected),
            payments=len(payments),
            received=Money(received, currency),
            unapplied=Money(received - applied, currency),
        )

    def _line(self, row: InvoiceRow, on: dt.date, operation: str, amount: Money, taken: Reduction | None) -> CollectedLine:
        """Of an undocumented discount the invoice is rid as soon as its credit note comes: it is not owed any more."""
        customer = self.customer(row.customer_id)
        undocumented = taken.amount.minor if taken is not None and not taken.credit_note and not taken.counted else 0
        return CollectedLine(
            customer=customer.code or "",
            customer_name=customer.name,
            paid_on=on,
            operation=operation,
            number=row.number,
            uuid=row.uuid or "",
            amount=amount,
            discount=taken.amount if taken is not None else Money(0, amount.currency),
            reason=_reason(taken, self.language) if taken is not None else "",
            credit_note=taken.credit_note if taken is not None else "",
            balance=Money(row.balance - undocumented, row.currency),
        )

    def customer(self, customer_id: int) -> CustomerRow:
        if customer_id not in self.customers:
            self.customers[customer_id] = self.session.get_one(CustomerRow, customer_id)
        return self.customers[customer_id]


def _reason(taken: Reduction, language: str) -> str:
    said = taken.reason.text(translator(language))
    return said[:1].upper() + said[1:]


def credit_note_requests(session: Session, writer: Writer, wanted: Wanted) -> list[CreditNoteRequest]:
    """One for each currency: the discounts that customers have taken, and that no credit note documents. Raises ProblemError where there are none."""
    query = select(InvoiceRow).where(InvoiceRow.status == "open", InvoiceRow.agreement_id.is_not(None), InvoiceRow.paid > 0)
    if wanted.customer is not None:
        query = query.where(InvoiceRow.customer_id == wanted.customer.id)
    rows = list(session.scalars(query.order_by(InvoiceRow.customer_id, InvoiceRow.id)))
    taken = captured(session, list(_discounted(session, wanted)), wanted.language)
    every = [*undocumented(session, rows, Payments(session, rows), wanted.language), *taken]
    found = [one for one in every if wanted.since <= one.on <= wanted.until]
    if not found:
        hint = _("the discount for prompt payment stands in the agreement: 'cobranza agreement list' shows them")
        raise ProblemError([Problem(_("no agreed discount was taken that has no credit note"), hint)])
    lines = _Lines(session, wanted.language)
    return [
        CreditNoteRequest(
            **accounting_heading(writer, wanted),
            currency=currency,
            requests=tuple(_request(one, lines) for one in found if one.invoice.currency == currency),
            answer_by=writer.calendar.plus(writer.today, ANSWER_WORKDAYS),
        )
        for currency in sorted({one.invoice.currency for one in found})
    ]


def _request(one: Reduction, lines: _Lines) -> CreditRequest:
    row, customer = one.invoice, lines.customer(one.invoice.customer_id)
    return CreditRequest(
        customer=customer.code or "",
        customer_name=customer.name,
        rfc=customer.rfc,
        number=row.number,
        uuid=row.uuid or "",
        issued_on=row.issued_on,
        total=Money(row.total, row.currency),
        amount=one.amount,
        reason=_reason(one, lines.language),
        relation=BY_DISCOUNT,
    )


def accounting_heading(writer: Writer, wanted: Wanted) -> dict[str, Any]:
    """The fields of `domain.letter.Heading`: from the analyst to whoever keeps the books, in the language of the house."""
    company = writer.company
    analyst, accountant = company.person(ANALYST), company.person(ACCOUNTING)
    name, title = (accountant.name, accountant.title_in(wanted.language)) if accountant else ("", "")
    return {
        "template": wanted.template,
        "language": wanted.language,
        "number": "",
        "place": company.city,
        "dated": writer.today,
        "company": company,
        "addressee": Addressee(company.name, company.rfc, name, title, company.address),
        "reference": wanted.customer.code or "" if wanted.customer is not None else "",
        "signer": analyst,
        "analyst": analyst,
        "copies": (),
        "rubric": initials(analyst.name) if analyst else "",
        "draft": True,
        "pictures": writer.pictures.of(signer=None, analyst=None),
    }
