"""What the program really did, out of the ledger: before a period, which the tried rules have to know of, and in it, to compare with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.backtest.deeds import Deed, DeedItem
from cobranza_rules.backtest.history import Period, RecordedClaim, RecordedContact
from cobranza_rules.calendar import days_after
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.model import RuleSet, StepKind, closing_claim
from cobranza_rules.rules.recipients import rungs_to_customers
from cobranza_rules.store.tables import ActionRow, CaseEventRow, ClaimRow

ACTION, CLAIM, EVENT = (row.__table__.c for row in (ActionRow, ClaimRow, CaseEventRow))
# What a backtest plays. Replies are recorded already, and no approval waits in it: what is planned counts as signed on that day.
PLAYED = tuple(scope.value for scope in Scope if scope not in (Scope.REPLY, Scope.APPROVAL))
TO_CUSTOMERS = frozenset({StepKind.EMAIL.value, StepKind.DELIVER.value})


@dataclass(frozen=True, slots=True)
class PastDeeds:
    """Of every customer from the first to the last of `ids`."""

    session: Session
    period: Period
    rules: RuleSet
    ids: Sequence[int]

    def claims(self) -> list[RecordedClaim]:
        query = (
            select(CLAIM.subject_id, CLAIM.rule_id, CLAIM.action_id, CLAIM.sent_on, CLAIM.undone, CLAIM.subject)
            .join(ActionRow, ACTION.id == CLAIM.action_id)
            .where(
                ACTION.customer_id.between(self.ids[0], self.ids[-1]),
                CLAIM.subject.in_(PLAYED),
                CLAIM.live,
                CLAIM.sent_on < self.period.first,
            )
        )
        found = [RecordedClaim(*row) for row in self.session.execute(query.order_by(CLAIM.id)).all()]
        return [replace(claim, rule_id=self.rules.current(claim.rule_id)) for claim in found]

    def contacts(self) -> list[RecordedContact]:
        """The ladders' messages that the limit still counts on the first day."""
        if not self.rules.limit.per_customer:
            return []
        rungs = rungs_to_customers(self.rules)
        query = select(ACTION.customer_id, ACTION.currency, ACTION.finished_on, ACTION.id).where(
            ACTION.customer_id.between(self.ids[0], self.ids[-1]),
            ACTION.rule_id.in_(rungs),
            ACTION.state == "sent",
            ACTION.finished_on >= self._limit_counts_from(),
            ACTION.finished_on < self.period.first,
        )
        return [RecordedContact(*row) for row in self.session.execute(query.order_by(ACTION.id)).all()]

    def _limit_counts_from(self) -> dt.date:
        calendar, within = self.rules.calendar, self.rules.limit.within_workdays
        since = self.period.first
        while calendar.between(days_after(since, -1), self.period.first) < within and since > dt.date.min:
            since = days_after(since, -1)
        return since

    def came_back(self) -> dict[int, dt.date]:
        query = select(EVENT.data, EVENT.happened_on).where(
            EVENT.customer_id.between(self.ids[0], self.ids[-1]), EVENT.kind == "message_undone", EVENT.happened_on <= self.period.last
        )
        return {data["action"]: day for data, day in self.session.execute(query.order_by(EVENT.seq.desc())).all()}

    def sent(self) -> list[Deed]:
        """What was confirmed in the period, messages that came back later included."""
        query = select(ACTION.customer_id, ACTION.plan, ACTION.finished_on).where(
            ACTION.customer_id.between(self.ids[0], self.ids[-1]),
            ACTION.state == "sent",
            ACTION.finished_on.between(self.period.first, self.period.last),
        )
        rows = self.session.execute(query.order_by(ACTION.id)).all()
        return [_deed(self.rules, customer_id, plan, on) for customer_id, plan, on in rows if plan["subject"] in PLAYED]


def _deed(rules: RuleSet, customer_id: int, plan: Mapping[str, Any], on: dt.date) -> Deed:
    """`plan` is the action as the ledger keeps it (plan.codec); what was done under a former name counts as the present rule's."""
    rule_id, of_invoices = rules.current(plan["rule_id"]), plan["subject"] == Scope.INVOICE
    return Deed(
        on=on,
        rule_id=closing_claim(rule_id) if plan["closing"] else rule_id,
        step=plan["procedure_step"],
        customer_id=customer_id,
        customer=plan["customer"],
        currency=plan["currency"],
        items=tuple(
            DeedItem(rules.current(item["rule_id"]), item["subject_id"] if of_invoices else None, item["number"], item["balance"])
            for item in plan["items"]
        ),
        to_customer=any(step["kind"] in TO_CUSTOMERS for step in plan["steps"]),
        subject=plan["subject"],
    )
