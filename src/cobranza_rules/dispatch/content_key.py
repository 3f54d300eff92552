"""What a document says, as a key: what was agreed to under one key may not leave under another."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.attached_files import attached_files
from cobranza_rules.dispatch.documents import covered_by, receipts_of
from cobranza_rules.dispatch.plan_letters import said_of_instalment
from cobranza_rules.dispatch.unapplied import currencies_of, customers_with_unapplied, unapplied
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
    return content_keys(keeper, workspace, [action])[0]


def content_keys(keeper: Bookkeeper, workspace: Workspace, actions: Sequence[PlannedAction]) -> list[str]:
    """Of each action, in their order; what they say is read together."""
    written_from = _WrittenFrom(keeper, workspace, actions)
    return [_key(keeper, workspace, written_from, action) for action in actions]


class _WrittenFrom:
    """What the documents of several actions say, read with few statements however many they are."""

    def __init__(self, keeper: Bookkeeper, workspace: Workspace, actions: Sequence[PlannedAction]) -> None:
        self._session, self._workspace = keeper.session, workspace
        customers = sorted({action.customer_id for action in actions})
        self.languages = dict(
            self._session.execute(select(CustomerRow.id, CustomerRow.language).where(CustomerRow.id.in_(customers))).all()
        )
        about = [action for action in actions if action.subject not in (Scope.CUSTOMER, Scope.PAYMENT, Scope.INSTALMENT)]
        ids = sorted({one for action in about for one in _invoices_of(action)})
        due = select(InvoiceRow.id, InvoiceRow.due_on, InvoiceRow.balance).where(InvoiceRow.id.in_(ids)).order_by(InvoiceRow.id)
        self.invoices = {found.id: (found.due_on, found.balance) for found in self._session.execute(due)}
        self._owed = self._read_owed([action.customer_id for action in actions if action.subject == Scope.CUSTOMER or _shows_all(action)])
        self._customers_with_more = customers_with_unapplied(self._session, customers)
        self._templates: dict[tuple[str, str], str] = {}

    def _read_owed(self, customers: Sequence[int]) -> Mapping[tuple[int, str], Sequence[Any]]:
        """Open invoices by customer and currency, in the order of their ids."""
        found: dict[tuple[int, str], list[Any]] = defaultdict(list)
        query = select(
            InvoiceRow.customer_id,
            InvoiceRow.currency,
            InvoiceRow.id,
            InvoiceRow.balance,
            InvoiceRow.dispute_open,
            InvoiceRow.promised_on,
            InvoiceRow.claimed_on,
        ).where(InvoiceRow.customer_id.in_(sorted(set(customers))), InvoiceRow.status == "open")
        for row in self._session.execute(query.order_by(InvoiceRow.id)) if customers else ():
            found[row.customer_id, row.currency].append(row)
        return found

    def template(self, name: str, language: str) -> str:
        if (name, language) not in self._templates:
            self._templates[name, language] = self._workspace.templates.digest(name, language)
        return self._templates[name, language]

    def owed(self, action: PlannedAction, currency: str) -> list[Any]:
        """Every open invoice of a currency, and the account into which it is to be paid; what stands against it where that is said, too."""
        rows = self._owed.get((action.customer_id, currency), ())
        noted = [[row.dispute_open, str(row.promised_on), str(row.claimed_on)] for row in rows] if action.subject == Scope.CUSTOMER else []
        account = repr(self._workspace.company.account_for(currency))
        return [currency, account, [[row.id, row.balance] for row in rows], noted, self.unapplied(action.customer_id, currency)]

    def unapplied(self, customer_id: int, currency: str) -> list[Any]:
        if customer_id not in self._customers_with_more:
            return []
        return [[name, amount.minor] for name, amount in unapplied(self._session, customer_id, currency)]


def _key(keeper: Bookkeeper, workspace: Workspace, written_from: _WrittenFrom, action: PlannedAction) -> str:
    language = written_from.languages[action.customer_id]
    memos = [step.memo for step in action.steps if step.memo]
    said = {
        "items": [[item.subject_id, item.rule_id, item.occurrence] for item in action.items],
        "recipients": [*action.recipients, "cc", *action.copies],
        "signed_by": [repr(workspace.company.person(role)) for step in action.steps for role in (step.sign, step.rubric) if role],
        "templates": [written_from.template(name, language) for name in _template_names(action)],
        "language": language,
        **_about(keeper, workspace, written_from, action),
        **({"requested": repr(_whom_and_how(action.requested))} if action.requested is not None else {}),
        **({"memos": [written_from.template(name, workspace.settings.language) for name in memos]} if memos else {}),
        "files": [[row.id, file.kind, file.document] for _group, row, file in attached_files(keeper, action)],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _whom_and_how(requested: RequestedDelivery) -> tuple[DeliveryContact, DeliveryMode | None]:
    return requested.contact, requested.mode


def _template_names(action: PlannedAction) -> list[str]:
    named = [step.name for step in action.steps if step.kind in (StepKind.LETTER, StepKind.EMAIL, StepKind.DELIVER)]
    return named + [step.form for step in action.steps if step.form]


def _invoices_of(action: PlannedAction) -> set[int]:
    return {*action.invoice_ids, *(each.subject_id for each in action.held)}


def _shows_all(action: PlannedAction) -> bool:
    """Whether a statement of account goes with it."""
    return any("statement" in step.attach for step in action.steps)


def _about(keeper: Bookkeeper, workspace: Workspace, written_from: _WrittenFrom, action: PlannedAction) -> dict[str, Any]:
    if action.subject == Scope.CUSTOMER:
        currencies = currencies_of(keeper.session, action.customer_id)
        return {"owed": [written_from.owed(action, currency) for currency in currencies]}
    owed = written_from.owed(action, action.currency) if _shows_all(action) else None
    if action.subject == Scope.PAYMENT:
        return {"statement": owed, **_payment(keeper, action.items[0].subject_id)}
    if action.subject == Scope.INSTALMENT:
        account = repr(workspace.company.account_for(action.currency))
        return {"statement": owed, "account": account, "instalment": said_of_instalment(keeper.session, action.items[0].subject_id)}
    known = written_from.invoices
    own = sorted(_invoices_of(action) & known.keys())
    balances = {one: known[one][1] for one in own}
    return {
        "due": [[one, str(known[one][0])] for one in own],
        "balances": [balances.get(item.subject_id) for item in action.items],
        "held": [[item.subject_id, balances.get(item.subject_id)] for item in action.held],
        "account": repr(workspace.company.account_for(action.currency)),
        "unapplied": written_from.unapplied(action.customer_id, action.currency),
        "statement": owed,
    }


def _payment(keeper: Bookkeeper, payment_id: int) -> dict[str, Any]:
    payment = keeper.session.get_one(PaymentRow, payment_id)
    covered = [[line.number, line.amount.minor, line.balance.minor] for line in covered_by(keeper.session, payment_id)]
    return {"payment": [payment.amount, str(payment.paid_on)], "covered": covered, "receipts": receipts_of(keeper.session, payment_id)}
