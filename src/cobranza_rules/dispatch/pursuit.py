"""What the book knows of how invoices were pursued so far: deliveries and reminders, the contract behind them, interest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import state_of
from cobranza_rules.catalogue import translator
from cobranza_rules.domain.agreement import Interest, interest_of
from cobranza_rules.domain.late_interest import LateInterest, late_interest
from cobranza_rules.domain.letter import NamedAgreement, PastContact
from cobranza_rules.language import N_
from cobranza_rules.store.debts import debts_of
from cobranza_rules.store.tables import AgreementRow, InvoiceRow, OutgoingRow

DELIVERED = N_("delivery of the invoice")


def history_of(session: Session, rows: Sequence[InvoiceRow], language: str) -> tuple[PastContact, ...]:
    """Deliveries and reminders, the oldest first; what was only done within the company is no contact."""
    translate = translator(language)
    internal = _internal_actions(session, rows)
    found: dict[tuple[dt.date, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.delivered_on is not None:
            found[row.delivered_on, DELIVERED].append(row.number)
        for sent in state_of(row).rungs:
            if sent.action not in internal:
                found[sent.on, sent.rung].append(row.number)
    return tuple(PastContact(on, translate(what), tuple(numbers)) for (on, what), numbers in sorted(found.items()))


def _internal_actions(session: Session, rows: Sequence[InvoiceRow]) -> frozenset[int]:
    """Actions of rungs that have sent nobody a message, such as a task for the administration manager."""
    actions = {sent.action for row in rows for sent in state_of(row).rungs if sent.action is not None}
    sent = session.scalars(select(OutgoingRow.action_id).where(OutgoingRow.action_id.in_(actions), OutgoingRow.state == "sent"))
    return frozenset(actions.difference(sent))


def agreed_terms(session: Session, rows: Iterable[InvoiceRow]) -> AgreementRow | None:
    """The version that covers the invoices; None where they have none, or not one for all of them."""
    versions = {row.agreement_id for row in rows}
    only = versions.pop() if len(versions) == 1 else None
    return session.get(AgreementRow, only) if only is not None else None


def terms_named(agreement: AgreementRow | None) -> NamedAgreement | None:
    return NamedAgreement(agreement.number, agreement.happened_on) if agreement is not None else None


def interest_on(
    session: Session, agreement: AgreementRow | None, rows: Sequence[InvoiceRow], today: dt.date, currency: str, legal: Interest
) -> LateInterest:
    """As agreed; as the law has it where nothing was agreed on, or not the same for all of the invoices."""
    agreed = interest_of(agreement.conditions) if agreement is not None else None
    return late_interest(agreed, debts_of(session, rows), today, currency, legal)
