"""Who was told of a deposit that nobody applied: no case file has it, for whose it is nobody knew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.store.tables import ActionRow, ClaimRow


@dataclass(frozen=True, slots=True)
class ToldOf:
    on: dt.date
    rule: str
    roles: tuple[str, ...]


def told_of(session: Session, line_id: int) -> list[ToldOf]:
    """In the order in which rules had people told."""
    query = select(ClaimRow.sent_on, ActionRow.rule_id, ActionRow.plan).join(ActionRow, ActionRow.id == ClaimRow.action_id)
    query = query.where(ClaimRow.subject == Scope.DEPOSIT.value, ClaimRow.subject_id == line_id, ClaimRow.sent_on.is_not(None))
    found = []
    for sent_on, rule, plan in session.execute(query.order_by(ClaimRow.id)):
        roles = dict.fromkeys(role for step in plan["steps"] for role in (step["to"], *step["cc"]) if role)
        found.append(ToldOf(sent_on, rule, tuple(roles)))
    return found
