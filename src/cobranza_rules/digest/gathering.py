"""Gathers the digest of a day from the plan, the ledger and the queues. Nothing is written."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.digest.out_of_order import out_of_order
from cobranza_rules.digest.queues import waiting
from cobranza_rules.digest.value import ComingMessages, Digest, Today, inside_of, messages_of
from cobranza_rules.forecast.under_way import Agreeing, Stage, still_to_leave
from cobranza_rules.forecast.week import DayAhead, week_ahead
from cobranza_rules.plan.codec import from_json
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.decide import beyond_limit
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Plan, PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace


def gather_digest(workspace: Workspace, *, week: bool = True) -> Digest:
    """It asks for a plan of today and, with `week`, for one of each coming business day."""
    settings, today = workspace.settings, workspace.clock.today()
    agreeing = Agreeing(settings.mode, settings.rubric)
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, today, workspace.clock.now())
        plan = plan_whole(reader, workspace.engine)
        leaving = _today(session, agreeing, plan, today)
        stopped = plan.stopped or beyond_limit(sum(one.count for one in (*leaving.planned, *leaving.ready)), workspace.rules)
        # Two engines agree on every fact; a week over the whole book asks the one inside this process.
        coming = week_ahead(reader, NativeEngine(workspace.rules.conditions()), agreeing) if week else []
        return Digest(
            on=today,
            mode=settings.mode,
            today=leaving,
            waiting=waiting(session, workspace.rules, plan, today),
            out_of_order=out_of_order(session, reader, plan, stopped, getattr(workspace.engine, "incidents", ())),
            week=tuple(_coming(day, workspace) for day in coming),
        )


def _today(session: Session, agreeing: Agreeing, plan: Plan, today: dt.date) -> Today:
    planned = [action for action in plan.actions if reaches_customer(action.steps) and not agreeing.roles(action)]
    ready = [one.action for one in still_to_leave(session, agreeing) if one.stage is Stage.OPEN and reaches_customer(one.action.steps)]
    return Today(messages_of(planned), messages_of(ready), messages_of(_left(session, today)))


def _left(session: Session, today: dt.date) -> list[PlannedAction]:
    query = select(ActionRow.plan).where(ActionRow.finished_on == today, ActionRow.state == "sent").order_by(ActionRow.id)
    left = (from_json(plan) for plan in session.scalars(query))
    return [action for action in left if reaches_customer(action.steps)]


def _coming(day: DayAhead, workspace: Workspace) -> ComingMessages:
    beyond = beyond_limit(len(day.messages), workspace.rules) is not None
    return ComingMessages(day.on, messages_of(day.messages), beyond, inside_of(day.left))
