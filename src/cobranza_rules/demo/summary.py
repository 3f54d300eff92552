"""The end of the demonstration, for a manager to read: what was sent to whom and why, who answered what, aging, and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cobranza_rules.casefile.deliveries import deliveries_of
from cobranza_rules.casefile.export import export_to
from cobranza_rules.demo.playing import Play
from cobranza_rules.language import Sentence, Translate, _, word
from cobranza_rules.money import Money
from cobranza_rules.plan.deciding import waiting_approvals
from cobranza_rules.plan.ledger import planned
from cobranza_rules.reports.aging_report import aging_report
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.tables import ActionRow, CustomerRow, OutgoingRow, ReceivedRow, TaskRow

CASES = "expedientes"


@dataclass(frozen=True, slots=True)
class Summary:
    sent: tuple[dict[str, Any], ...]
    received: tuple[dict[str, Any], ...]
    aging_before: dict[str, Any]
    aging_after: dict[str, Any]
    waiting: tuple[Sentence, ...]
    case_folder: Path

    def sent_by_rule(self) -> Counter[str]:
        return Counter(row["rule"] for row in self.sent)


def summarise(play: Play, translate: Translate) -> Summary:
    folder = play.workspace.base / CASES
    with play.workspace.database.reading() as session:
        for customer in session.scalars(select(CustomerRow).order_by(CustomerRow.code)):
            deliveries = deliveries_of(session, customer.id, play.workspace.clock.today())
            export_to(folder / customer.code, session, play.workspace.archive, customer, translate, deliveries)
    return Summary(
        sent=tuple(_sent(play)),
        received=tuple(_received(play)),
        aging_before=play.aging_before,
        aging_after=aging_report(play.workspace, detailed=False).as_json(),
        waiting=tuple(_waiting(play)),
        case_folder=folder,
    )


def _sent(play: Play) -> Iterator[dict[str, Any]]:
    query = select(ActionRow, OutgoingRow).outerjoin(OutgoingRow, (OutgoingRow.action_id == ActionRow.id) & (OutgoingRow.state == "sent"))
    with play.workspace.database.reading() as session:
        for row, mail in session.execute(query.where(ActionRow.state == "sent").order_by(ActionRow.finished_on, ActionRow.id)):
            plan = planned(row)
            if plan.subject == "invoice":
                to = list(mail.recipients) if mail is not None else []
                yield {
                    "on": row.finished_on,
                    "rule": row.rule_id,
                    "customer": plan.customer,
                    "to": to,
                    "in_house": not reaches_customer(plan.steps),
                    "invoices": plan.invoices,
                    "total": Money(plan.total, plan.currency),
                    "why": plan.reason.fields.get("how", plan.reason),
                }


def _received(play: Play) -> Iterator[dict[str, Any]]:
    query = select(ReceivedRow, CustomerRow.code).outerjoin(CustomerRow, CustomerRow.id == ReceivedRow.customer_id).order_by(ReceivedRow.id)
    with play.workspace.database.reading() as session:
        for row, code in session.execute(query):
            yield {
                "on": row.received_at.date(),
                "customer": code or "?",
                "kind": row.kind,
                "by": row.decided_by,
                "state": row.state,
                "subject": row.subject,
            }


def _waiting(play: Play) -> Iterator[Sentence]:
    with play.workspace.database.reading() as session:
        for approval, action in waiting_approvals(session):
            plan = planned(action)
            yield _(
                "approval {id}: {rule} for {customer} waits for {role}",
                id=approval.id,
                rule=word(plan.rule_id),
                customer=plan.customer,
                role=word(approval.role),
            )
        tasks = select(TaskRow, CustomerRow.code).join(CustomerRow, CustomerRow.id == TaskRow.customer_id).where(TaskRow.state == "open")
        for task, code in session.execute(tasks.order_by(TaskRow.id)):
            yield _(
                "task {id}: {name} for {customer}, {role}", id=task.id, name=word(task.name), customer=code, role=word(task.assigned_to)
            )
        inbox = select(ReceivedRow, CustomerRow.code).outerjoin(CustomerRow, CustomerRow.id == ReceivedRow.customer_id)
        for row, code in session.execute(inbox.where(ReceivedRow.state == "open").order_by(ReceivedRow.id)):
            yield _("message {id} of {customer}: {subject}", id=row.id, customer=code or row.sender, subject=row.subject)
