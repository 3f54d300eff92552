"""An approval as `cobranza approvals` shows it: what it is about, how long it has waited, and what the next run would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cobranza_rules.cli.screen import Screen
from cobranza_rules.dispatch.askings import Asking, last_askings
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.plan.ageing import Ages, ages_of
from cobranza_rules.plan.deciding import passed_to
from cobranza_rules.plan.gates import GATE_WORDS
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.looking import Message
from cobranza_rules.store.tables import ActionRow, ApprovalRow
from cobranza_rules.workspace import Workspace

HEADINGS = (
    N_("No."),
    N_("What"),
    N_("Who"),
    N_("Rule"),
    N_("Customer"),
    N_("Total"),
    N_("Invoices"),
    N_("Business days"),
    N_("Today"),
)
RIGHT = frozenset({0, 5, 6, 7})


@dataclass(frozen=True, slots=True)
class WaitingRows:
    session: Session
    workspace: Workspace
    screen: Screen
    waits: Mapping[int, Message]
    ages: Ages
    askings: Mapping[int, Asking]

    @staticmethod
    def of(session: Session, workspace: Workspace, screen: Screen, customer_id: int | None = None) -> WaitingRows:
        ages = ages_of(session, workspace.rules.calendar)
        return WaitingRows(session, workspace, screen, what_waits(session, workspace, customer_id), ages, last_askings(session))

    def json(self, approval: ApprovalRow, action: ActionRow) -> dict[str, Any]:
        """`today` is what the next run would make of the message, had everybody agreed; None where the approval waits no more."""
        plan = planned(action)
        message, asking = self.waits.get(action.id), self.askings.get(approval.id)
        return {
            "id": approval.id,
            "action": action.id,
            "gate": approval.gate,
            "role": approval.role,
            "since": approval.opened_at.isoformat(),
            "workdays": self._workdays(approval),
            "passed_to": passed_to(self.session, approval),
            "asked": asking.as_json() if asking is not None else None,
            "rule": action.rule_id,
            "customer": plan.customer,
            "currency": plan.currency or None,
            "total": Money(plan.total, plan.currency).plain() if plan.currency else None,
            "invoices": list(plan.invoices) if plan.subject == "invoice" else [],
            "today": message.look.as_json(self.screen.translate) if message is not None else None,
        }

    def cells(self, approval: ApprovalRow, action: ActionRow) -> tuple[Any, ...]:
        plan = planned(action)
        return (
            approval.id,
            self.screen.word(GATE_WORDS[approval.gate]),
            approval.role,
            self.screen.word(action.rule_id),
            plan.customer,
            str(Money(plan.total, plan.currency)) if plan.currency else "",
            len(plan.invoices) if plan.subject == "invoice" and plan.invoices else "",
            self._workdays(approval),
            " ".join(self.screen.text(each) for each in self.beware(approval)),
        )

    def about(self, action: ActionRow) -> Sentence:
        plan = planned(action)
        if not plan.currency:
            return _("{rule} for {customer}", rule=word(plan.rule_id), customer=plan.customer)
        total = Money(plan.total, plan.currency)
        return _("{rule} for {customer}: {total}", rule=word(plan.rule_id), customer=plan.customer, total=total)

    def beware(self, approval: ApprovalRow) -> list[Sentence]:
        """What whoever has to agree must know before; nothing where it would leave."""
        found = []
        if (to := passed_to(self.session, approval)) is not None:
            found.append(_("passed to {role}: the next run writes it anew", role=word(to)))
        asking = self.askings.get(approval.id)
        if asking is not None and asking.amiss is not None:
            found.append(asking.amiss)
        message = self.waits.get(approval.action_id)
        if message is not None and message.look.sentence is not None:
            found.append(message.look.sentence)
        return found

    def _workdays(self, approval: ApprovalRow) -> int:
        return self.ages.workdays(approval, self.workspace.clock.today())
