"""What a document says, as a key: what was agreed to under one key may not leave under another."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.attached_files import attached_files
from cobranza_rules.dispatch.correspondence import currencies_of
from cobranza_rules.dispatch.documents import covered_by, receipts_of
from cobranza_rules.dispatch.unapplied import unapplied
from cobranza_rules.domain.billing_request import DeliveryContact
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.model import StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, PaymentRow
from cobranza_rules.workspace import Workspace


def content_key(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction) -> str:
    """Names what a document says, day counts and its number apart."""
    customer = keeper.session.get_one(CustomerRow, action.customer_id)
    memos = [step.memo for step in action.steps if step.memo]
    said = {
        "items": [[item.subject_id, item.rule_id, item.occurrence] for item in action.items],
        "recipients": [*action.recipients, "cc", *action.copies],
        "signed_by": [repr(workspace.company.person(role)) for step in action.steps for role in (step.sign, step.rubric) if role],
        "templates": [workspace.templates.digest(name, customer.language) for name in _template_names(action)],
        "language": customer.language,
        **_about(keeper, workspace, action),
        **({"requested": repr(_whom_and_how(action.requested))} if action.requested is not None else {}),
        **({"memos": [workspace.templates.digest(name, workspace.settings.language) for name in memos]} if memos else {}),
        "files": [[row.id, file.kind, file.document] for _group, row, file in attached_files(keeper, action)],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _whom_and_how(requested: RequestedDelivery) -> tuple[DeliveryContact, DeliveryMode | None]:
    return requested.contact, requested.mode


def _template_names(action: PlannedAction) -> list[str]:
    named = [step.name for step in action.steps if step.kind in (StepKind.LETTER, StepKind.EMAIL, StepKind.DELIVER)]
    return named + [step.form for step in action.steps if step.form]


def _about(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction) -> dict[str, Any]:
    if action.subject == Scope.CUSTOMER:
        currencies = currencies_of(keeper.session, action.customer_id)
        return {"owed": [_owed(keeper, workspace, action, currency) for currency in currencies]}
    attached = {kind for step in action.steps for kind in step.attach}
    owed = _owed(keeper, workspace, action, action.currency) if "statement" in attached else None
    if action.subject == Scope.PAYMENT:
        return {"statement": owed, **_payment(keeper, action.items[0].subject_id)}
    rows = keeper.invoices([*action.invoice_ids, *(each.subject_id for each in action.held)])
    balances = {row.id: row.balance for row in rows}
    return {
        "due": [[row.id, str(row.due_on)] for row in rows],
        "balances": [balances.get(item.subject_id) for item in action.items],
        "held": [[item.subject_id, balances.get(item.subject_id)] for item in action.held],
        "account": repr(workspace.company.account_for(action.currency)),
        "unapplied": _unapplied(keeper, action.customer_id, action.currency),
        "statement": owed,
    }


def _owed(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction, currency: str) -> list[Any]:
    """Every open invoice of a currency, and the account into which it is to be paid; what stands against it where that is said, too."""
    query = select(InvoiceRow).where(
        InvoiceRow.customer_id == action.customer_id, InvoiceRow.currency == currency, InvoiceRow.status == "open"
    )
    rows = list(keeper.session.scalars(query.order_by(InvoiceRow.id)))
    noted = [[row.dispute_open, str(row.promised_on), str(row.claimed_on)] for row in rows] if action.subject == Scope.CUSTOMER else []
    account = repr(workspace.company.account_for(currency))
    return [currency, account, [[row.id, row.balance] for row in rows], noted, _unapplied(keeper, action.customer_id, currency)]


def _unapplied(keeper: Bookkeeper, customer_id: int, currency: str) -> list[Any]:
    return [[name, amount.minor] for name, amount in unapplied(keeper.session, customer_id, currency)]


def _payment(keeper: Bookkeeper, payment_id: int) -> dict[str, Any]:
    payment = keeper.session.get_one(PaymentRow, payment_id)
    covered = [[line.number, line.amount.minor, line.balance.minor] for line in covered_by(keeper.session, payment_id)]
    return {"payment": [payment.amount, str(payment.paid_on)], "covered": covered, "receipts": receipts_of(keeper.session, payment_id)}
