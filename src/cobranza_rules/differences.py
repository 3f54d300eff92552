"""Where the accounting system and the book do not say the same: open amounts, and credits that count for nothing so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.ledger_matching import Standing
from cobranza_rules.language import N_
from cobranza_rules.money import Money
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, LedgerChargeRow, LedgerCreditRow, LedgerPartRow
from cobranza_rules.workspace import Workspace

# Why a credit counts for nothing, in the words of the desk.
COUNTS_FOR_NOTHING = {
    Standing.DOUBTFUL.value: N_("it may be a payment or credit note that is here"),
    Standing.NOT_LINKED.value: N_("nothing says what it covers"),
    Standing.UNKNOWN_KIND.value: N_("its concept is neither a payment nor a credit note"),
}


def differences_report(workspace: Workspace, customer: str | None = None) -> dict[str, Any]:
    """{"on", "differences": [...], "credits": [...]}: amounts as plain texts beside their currency."""
    with workspace.database.reading() as session:
        return {
            "on": workspace.clock.today().isoformat(),
            "differences": list(_differences(session, customer)),
            "credits": list(_credits(session, customer)),
        }


def _of(customer: str | None) -> list[ColumnElement[bool]]:
    return [CustomerRow.code.in_(spellings(customer))] if customer else []


def _differences(session: Session, customer: str | None) -> Iterator[dict[str, Any]]:
    query = (
        select(InvoiceRow, CustomerRow.code, LedgerChargeRow)
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .join(LedgerChargeRow, LedgerChargeRow.invoice_id == InvoiceRow.id)
        .where(InvoiceRow.ledger_difference, *_of(customer))
    )
    for row, code, charge in session.execute(query.order_by(CustomerRow.code, InvoiceRow.number, InvoiceRow.id)):
        owed = Money(max(row.balance, 0), row.currency)
        told = Money(row.ledger_open or 0, row.currency)
        yield {
            "uuid": row.uuid,
            "number": row.number,
            "customer": code,
            "currency": row.currency,
            "status": row.status,
            "balance": owed.plain(),
            "ledger_open": told.plain(),
            "difference": (told - owed).plain(),
            "file": charge.file,
            "place": charge.place,
            "known_at": charge.known_at.isoformat(),
        }


def _credits(session: Session, customer: str | None) -> Iterator[dict[str, Any]]:
    """What the accounting system has not applied itself, an advance for instance, is no difference of the book: it covers nothing there, too."""
    covers: dict[int, list[str]] = defaultdict(list)
    parts = select(LedgerPartRow.credit_id, InvoiceRow.number).join(InvoiceRow, InvoiceRow.id == LedgerPartRow.invoice_id)
    for credit_id, number in session.execute(parts.order_by(LedgerPartRow.id)):
        covers[credit_id].append(number)
    query = select(LedgerCreditRow, CustomerRow.code).join(CustomerRow, CustomerRow.id == LedgerCreditRow.customer_id)
    query = query.where(LedgerCreditRow.state.in_(COUNTS_FOR_NOTHING), LedgerCreditRow.open < LedgerCreditRow.total, *_of(customer))
    for row, code in session.execute(query.order_by(CustomerRow.code, LedgerCreditRow.issued_on, LedgerCreditRow.id)):
        yield {
            "number": row.number,
            "concept": row.concept,
            "customer": code,
            "on": row.issued_on.isoformat(),
            "currency": row.currency,
            "amount": Money(row.total, row.currency).plain(),
            "state": row.state,
            "invoices": covers[row.id],
            "file": row.file,
            "place": row.place,
        }
