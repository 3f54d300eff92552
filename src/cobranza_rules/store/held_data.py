"""Where data of customers and their people lie: every table says by which column its rows belong to a customer, or why they belong to none.

A new table is entered here; a test fails until it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from cobranza_rules.store.tables import Base

# By which column a row belongs to a customer: its own id, or that of a row of another table that belongs to one.
HELD: dict[str, tuple[str, str]] = {
    "customer": ("id", ""),
    "contact": ("customer_id", ""),
    "data_request": ("customer_id", ""),
    "invoice": ("customer_id", ""),
    "entry": ("invoice_id", "invoice"),
    "payment": ("customer_id", ""),
    "evidence": ("payment_id", "payment"),
    "application": ("payment_id", "payment"),
    "credit_note": ("customer_id", ""),
    "discount": ("customer_id", ""),
    "cheque": ("customer_id", ""),
    "ledger_charge": ("invoice_id", "invoice"),
    "ledger_credit": ("customer_id", ""),
    "ledger_part": ("invoice_id", "invoice"),
    "agreement": ("customer_id", ""),
    "agreement_file": ("customer_id", ""),
    "billing_request": ("customer_id", ""),
    "request_told": ("request_id", "billing_request"),
    "case_event": ("customer_id", ""),
    "task": ("customer_id", ""),
    "override": ("customer_id", ""),
    "payment_plan": ("customer_id", ""),
    "instalment": ("plan_id", "payment_plan"),
    "original": ("customer_id", ""),
    "document_timestamp": ("customer_id", ""),
    "action": ("customer_id", ""),
    "claim": ("action_id", "action"),
    "step": ("action_id", "action"),
    "document": ("action_id", "action"),
    "approval": ("action_id", "action"),
    "delegation": ("action_id", "action"),
    "outgoing": ("action_id", "action"),
    "attempt": ("outgoing_id", "outgoing"),
    "message_report": ("outgoing_id", "outgoing"),
    "received": ("customer_id", ""),
    "taken": ("received_id", "received"),
}
# Tables of which no row belongs to a customer, and why
NOT_HELD: dict[str, str] = {
    "accounting_packet": "what Accounting was sent of a day, of many customers; its payments and discounts are theirs",
    "approval_asked": "which approvals a mail to people of the company asks for",
    "approval_request": "a mail to people of the company",
    "bank_line": "what the bank says of our own accounts; what was applied of it stands with the customer's payments",
    "bank_statement": "which days of our own accounts a statement covers",
    "cfdi_status": "what the SAT says of a fiscal folio; the events of the case file say it too",
    "heartbeat": "when something last ran",
    "internal_message": "mails to people of the company",
    "mailbox_mark": "how far a mailbox was read",
    "number": "running numbers of letters",
    "packet_line": "which payment or discount is in which packet for Accounting",
    "pause": "when nothing was sent",
    "quarantine": "files that could not be read, and so belong to nobody yet",
    "relation": "fiscal folios that name each other",
    "rules_version": "the rules",
    "waiting_support": "files for invoices that are not here yet",
}


def held_of(session: Session, customer_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each table's rows that belong to a customer, in the order of their keys; tables without any are left out."""
    for name in HELD:
        table = Base.metadata.tables[name]
        query = select(table).where(_belongs(table, customer_id)).order_by(*table.primary_key.columns)
        rows = [dict(row) for row in session.execute(query).mappings()]
        if rows:
            yield name, rows


def _belongs(table: Table, customer_id: int) -> ColumnElement[bool]:
    column, of_table = HELD[table.name]
    if not of_table:
        return table.c[column] == customer_id
    other = Base.metadata.tables[of_table]
    return table.c[column].in_(select(other.c.id).where(_belongs(other, customer_id)))
