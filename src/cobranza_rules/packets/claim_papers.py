"""What a packet knows of money and paper originals: payments and credits, interest to the day, and who holds which original."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.domain.agreement import Interest, interest_of
from cobranza_rules.domain.late_interest import stretches
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.money import Money, total
from cobranza_rules.packets.material import BorneInterest, OriginalPaper, PaymentPaper
from cobranza_rules.store.debts import debts_of
from cobranza_rules.store.originals import originals_on_file
from cobranza_rules.store.payment_columns import stands
from cobranza_rules.store.tables import AgreementRow, ApplicationRow, CaseEventRow, CreditNoteRow, DiscountRow, InvoiceRow, PaymentRow


def payments_of(session: Session, rows: Sequence[InvoiceRow]) -> list[PaymentPaper]:
    """Payments, credit notes and discounts that count for these invoices, oldest first."""
    numbers = {row.id: row.number for row in rows}
    query = select(ApplicationRow, PaymentRow).join(PaymentRow, PaymentRow.id == ApplicationRow.payment_id)
    query = query.where(ApplicationRow.invoice_id.in_(numbers), ApplicationRow.applied, stands()).order_by(ApplicationRow.id)
    found = [
        PaymentPaper(payment.paid_on, numbers[part.invoice_id or 0], Money(part.minor, part.currency), _operation(payment))
        for part, payment in session.execute(query)
    ]
    found += [one for row in rows for one in _credits(session, row)]
    return sorted(found, key=lambda one: (one.on, one.invoice))


def _operation(payment: PaymentRow) -> Sentence:
    return _("payment, operation {number}", number=payment.operation or "-")


def _credits(session: Session, row: InvoiceRow) -> Iterator[PaymentPaper]:
    for key, minor in row.applied.items():
        amount, number = Money(minor, row.currency), key[1:]
        if key.startswith("c") and (note := session.get(CreditNoteRow, int(number))) is not None:
            yield PaymentPaper(note.issued_on, row.number, amount, _("credit note {number}", number=note.number))
        if key.startswith("d") and (taken := session.get(DiscountRow, int(number))) is not None:
            yield PaymentPaper(taken.taken_on, row.number, amount, _("discount: {kind}", kind=word(taken.kind)))


def interest_borne(session: Session, rows: Sequence[InvoiceRow], legal: Interest, today: dt.date) -> list[BorneInterest]:
    """As agreed, or as the law has it; of each invoice that bears any."""
    found = []
    for row, debt in zip(rows, debts_of(session, rows), strict=True):
        agreement = session.get(AgreementRow, row.agreement_id) if row.agreement_id is not None else None
        agreed = interest_of(agreement.conditions) if agreement is not None else None
        rate, number = agreed or legal, agreement.number if agreement is not None and agreed is not None else ""
        borne = tuple(stretches(debt, rate, today, row.currency))
        amount = total([each.interest for each in borne], row.currency)
        if borne:
            found.append(BorneInterest(row.number, f"{rate.annual_percent:f}", rate.day_count, number, amount, borne))
    return found


def originals_of(session: Session, customer_id: int) -> list[OriginalPaper]:
    """With the receipts that people have given for them, of which a scan may be on file."""
    received: dict[int, list[CaseEventRow]] = defaultdict(list)
    query = select(CaseEventRow).where(CaseEventRow.customer_id == customer_id, CaseEventRow.kind == "original_received")
    for event in session.scalars(query.order_by(CaseEventRow.seq)):
        received[int(event.data.get("original", 0))].append(event)
    return [
        OriginalPaper(
            one.name,
            one.kind,
            one.holder,
            one.held_since,
            one.handed_to,
            one.handed_on,
            tuple((event.happened_on, str(event.data.get("who", "-"))) for event in received[one.number]),
            tuple(filter(None, (one.document, *(event.data.get("document", "") for event in received[one.number])))),
        )
        for one in originals_on_file(session, customer_id)
    ]
