"""Since when each approval waits: from the day on which its role was asked first, whatever was written anew since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.plan.gates import WAITING
from cobranza_rules.store.tables import ApprovalRow


@dataclass(frozen=True, slots=True)
class Ages:
    """Days on which those that wait were asked for first, by action, gate and role."""

    first: Mapping[tuple[int, str, str], dt.date]
    calendar: BusinessCalendar

    def since(self, approval: ApprovalRow) -> dt.date:
        """The day of its own asking where it waits no more."""
        own = approval.opened_at.astimezone(ZoneInfo(self.calendar.timezone)).date()
        return self.first.get((approval.action_id, approval.gate, approval.role), own)

    def workdays(self, approval: ApprovalRow, today: dt.date) -> int:
        return self.calendar.between(self.since(approval), today)


def ages_of(session: Session, calendar: BusinessCalendar) -> Ages:
    waiting = select(ApprovalRow.action_id).where(ApprovalRow.state == WAITING)
    query = select(ApprovalRow.action_id, ApprovalRow.gate, ApprovalRow.role, func.min(ApprovalRow.opened_at))
    query = query.where(ApprovalRow.action_id.in_(waiting)).group_by(ApprovalRow.action_id, ApprovalRow.gate, ApprovalRow.role)
    zone = ZoneInfo(calendar.timezone)
    return Ages({(action, gate, role): at.astimezone(zone).date() for action, gate, role, at in session.execute(query)}, calendar)
