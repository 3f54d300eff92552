"""Why: what is known of an invoice, which rules and rungs apply or do not, for which facts, what holds it, and on which day that changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.language import Sentence, Translate, _, word
from cobranza_rules.money import Money
from cobranza_rules.plan.planning import plan_customers
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.planned import Plan, PlannedAction
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import CustomerRow, InvoiceRow
from cobranza_rules.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Standing:
    """One invoice: what it stands at, and each rule's word on it."""

    number: str
    state: Sentence
    verdicts: tuple[tuple[str, str, Sentence], ...]  # rule, outcome, reason


@dataclass(frozen=True, slots=True)
class Explanation:
    customer: str
    standings: tuple[Standing, ...]
    actions: tuple[PlannedAction, ...]

    def lines(self) -> Iterator[Sentence]:
        for standing in self.standings:
            yield standing.state
            for rule, _outcome, reason in standing.verdicts:
                yield _("  {rule}: {reason}", rule=word(rule), reason=reason)
        for action in self.actions:
            yield _(
                "Today: {rule} for {invoices}, because of {reason}",
                rule=word(action.rule_id),
                invoices=", ".join(action.invoices),
                reason=action.reason,
            )
        if not self.actions:
            yield _("Nothing is due today.")

    def as_json(self, translate: Translate) -> dict[str, Any]:
        return {
            "customer": self.customer,
            "invoices": [
                {
                    "number": standing.number,
                    "state": standing.state.text(translate),
                    "verdicts": [
                        {"rule": rule, "outcome": outcome, "reason": reason.text(translate)} for rule, outcome, reason in standing.verdicts
                    ],
                }
                for standing in self.standings
            ],
            "actions": [
                {"rule": action.rule_id, "invoices": list(action.invoices), "reason": action.reason.text(translate)}
                for action in self.actions
            ],
        }


def explain_subject(workspace: Workspace, name: str) -> Explanation:
    """`name` is an invoice's number or UUID, or a customer's code. Raises ProblemError where there is no such thing."""
    with workspace.database.reading() as session:
        customer, invoices = _find(session, name)
        reader = BookReader(session, workspace.rules, workspace.addresses, workspace.clock.today(), workspace.clock.now())
        plan = plan_customers(reader, workspace.engine, [customer.id], trace=True)
        wanted = {row.id for row in invoices}
        actions = tuple(
            action for action in plan.actions if action.subject == "reply" or wanted & {item.subject_id for item in action.items}
        )
        return Explanation(customer.code, tuple(_standing(row, plan, workspace) for row in invoices), actions)


def _find(session: Session, name: str) -> tuple[CustomerRow, list[InvoiceRow]]:
    invoices = list(session.scalars(select(InvoiceRow).where(or_(InvoiceRow.number == name, InvoiceRow.uuid == name.upper()))))
    if invoices:
        return session.get_one(CustomerRow, invoices[0].customer_id), invoices
    customer = session.scalar(select(CustomerRow).where(or_(CustomerRow.code == name, CustomerRow.rfc == name.upper())))
    if customer is None:
        raise ProblemError(
            [Problem(_("there is no invoice and no customer '{name}'", name=name), _("'cobranza aging --detail' lists the open invoices"))]
        )
    query = (
        select(InvoiceRow)
        .where(InvoiceRow.customer_id == customer.id, InvoiceRow.status == "open")
        .order_by(InvoiceRow.due_on, InvoiceRow.id)
    )
    return customer, list(session.scalars(query))


def _standing(row: InvoiceRow, plan: Plan, workspace: Workspace) -> Standing:
    today = workspace.clock.today()
    due = (
        _("issued on {issued} and due {days} days later on {due}", issued=row.issued_on, days=row.credit_days, due=row.due_on)
        if row.due_on
        else _("issued on {issued}, without a due date: the customer's credit days are not known", issued=row.issued_on)
    )
    overdue = (today - row.due_on).days if row.due_on else 0
    state = _(
        "{number}: {balance} of {total}, {status}; {due}; {overdue} days overdue; last rung sent: {rung}",
        number=row.number,
        balance=Money(row.balance, row.currency),
        total=Money(row.total, row.currency),
        status=word(row.status),
        due=due,
        overdue=max(overdue, 0),
        rung=_("{rung} on {on}", rung=word(row.rung), on=row.rung_on) if row.rung else _("none"),
    )
    verdicts = tuple(
        (
            verdict.rule_id,
            verdict.outcome.value,
            _("{reason} (changes on {day})", reason=verdict.reason, day=verdict.until) if verdict.until else verdict.reason,
        )
        for verdict in plan.verdicts
        if verdict.subject == "invoice" and verdict.subject_id == row.id
    )
    return Standing(row.number, state, verdicts)
