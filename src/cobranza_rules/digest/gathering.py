"""Gathers the digest of a day from the plan, the ledger and the queues. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.digest.out_of_order import out_of_order
from cobranza_rules.digest.queues import retention, waiting
from cobranza_rules.digest.value import ComingMessages, Digest, NotLeaving, Today, inside_of, messages_of
from cobranza_rules.dispatch.last_look import what_waits
from cobranza_rules.dispatch.looking_up import grace_of
from cobranza_rules.dispatch.pausing import pause_in_words
from cobranza_rules.forecast.under_way import Agreeing, Stage, still_to_leave
from cobranza_rules.forecast.week import DayAhead, week_ahead
from cobranza_rules.plan.codec import from_json
from cobranza_rules.plan.looking import Message
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.decide import beyond_limit
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.still_planned import Prospect
from cobranza_rules.store.attempts import searched_first
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import ActionRow
from cobranza_rules.workspace import Workspace


def gather_digest(workspace: Workspace, *, week: bool = True) -> Digest:
    """It asks for a plan of today and, with `week`, for one of each coming business day."""
    settings, today = workspace.settings, workspace.clock.today()
    agreeing = Agreeing(settings.mode, settings.rubric)
    now = workspace.clock.now()
    with workspace.database.reading() as session:
        reader = BookReader(session, workspace.rules, workspace.addresses, today, now)
        plan = plan_whole(reader, workspace.engine)
        waits = what_waits(session, workspace)
        planned = [action for action in plan.actions if reaches_customer(action.steps) and not agreeing.roles(action)]
        agreed = [one for one in still_to_leave(session, agreeing) if one.stage is Stage.OPEN and one.id in waits]
        leaving = [one.action for one in agreed if waits[one.id].look.action is not None]
        # As the run counts them: it looks at its limit before it looks at each message.
        stopped = plan.stopped or beyond_limit(len(planned) + len(agreed), workspace.rules)
        # Two engines agree on every fact; a week over the whole book asks the one inside this process.
        coming = week_ahead(reader, NativeEngine(workspace.rules.conditions()), agreeing) if week else []
        return Digest(
            on=today,
            mode=settings.mode,
            today=Today(messages_of(planned), messages_of(leaving), messages_of(_left(session, today))),
            waiting=(
                *waiting(session, workspace.rules, plan, today, settings.billing, searched_first(now, grace_of(settings.mail))),
                *retention(session, settings.privacy, today),
            ),
            out_of_order=out_of_order(
                session, reader, plan, stopped, pause_in_words(session, today), getattr(workspace.engine, "incidents", ())
            ),
            week=tuple(_coming(day, workspace) for day in coming),
            not_leaving=tuple(_not_leaving(waits.values())),
        )


def _not_leaving(waits: Iterable[Message]) -> Iterator[NotLeaving]:
    """Those of one rule that the same reason keeps from leaving are told together."""
    alike: dict[tuple[str, Prospect, str], list[Message]] = {}
    for message in waits:
        if message.look.action is None:
            alike.setdefault((message.action.rule_id, message.look.prospect, str(message.look.reason)), []).append(message)
    for found in alike.values():
        (messages,) = messages_of(one.action for one in found)
        customers = tuple(dict.fromkeys(one.action.customer for one in found))
        yield NotLeaving(messages, customers, found[0].look.prospect, found[0].look.reason)


def _left(session: Session, today: dt.date) -> list[PlannedAction]:
    query = select(ActionRow.plan).where(ActionRow.finished_on == today, ActionRow.state == "sent").order_by(ActionRow.id)
    left = (from_json(plan) for plan in session.scalars(query))
    return [action for action in left if reaches_customer(action.steps)]


def _coming(day: DayAhead, workspace: Workspace) -> ComingMessages:
    beyond = beyond_limit(len(day.messages), workspace.rules) is not None
    return ComingMessages(day.on, messages_of(day.messages), beyond, inside_of(day.left))
