"""What keeps the day from going as it should: a stop, stale mailbox or bank data, holds, refused messages, lost workers of the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.clock import instant_of
from cobranza_rules.digest.pue_payments import pue_payments
from cobranza_rules.digest.value import Differences, Failure, Holding, OutOfOrder, PutOff, summed
from cobranza_rules.dispatch.internal_mail import FAILED, RETURNED, UNCERTAIN
from cobranza_rules.facts.vocabulary import Scope, Value
from cobranza_rules.forecast.waiting import READ_AGAIN, facts_behind
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.considering import because
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store.bank_statements import gaps_of, oldest_of
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.tables import ActionRow, InternalMessageRow, InvoiceRow, OutgoingRow


def out_of_order(
    session: Session, reader: BookReader, plan: Plan, stopped: Sentence | None, paused: Sentence | None, incidents: Sequence[str]
) -> OutOfOrder:
    company = reader.company_facts()
    hours, workdays = company.get("hours_since_mailbox_poll"), company.get("workdays_since_bank_statement")
    return OutOfOrder(
        stopped=stopped,
        paused=paused,
        put_off=_put_off(session),
        stale=tuple(_stale(reader.rules, company)),
        holds=tuple(_holdings(session, plan)),
        failures=tuple(_failures(session, _since(reader))),
        incidents=tuple(incidents),
        pue_payments=tuple(pue_payments(session, _since(reader), reader.rules.calendar.tax_days)),
        hours_since_mailbox_poll=None if hours is None else int(hours),
        workdays_since_bank_statement=None if workdays is None else int(workdays),
        differences=_differences(session),
        old_accounts=oldest_of(session, reader.rules.watched_accounts),
        gaps=tuple(gaps_of(session, reader.rules.calendar)),
    )


def _put_off(session: Session) -> PutOff | None:
    """Ready messages that the server did not take when they were last tried, and those that somebody still has to get."""
    later = and_(OutgoingRow.state == "sent", OutgoingRow.next_try_at.is_not(None))
    tried = and_(OutgoingRow.state == "approved", OutgoingRow.attempts > 0, ActionRow.state == "approved")
    query = select(ActionRow.state, ActionRow.reason).join(
        OutgoingRow, and_(OutgoingRow.action_id == ActionRow.id, OutgoingRow.revision == ActionRow.revision)
    )
    found = session.execute(query.where(or_(later, tried)).order_by(OutgoingRow.changed_at)).all()
    if not found:
        return None
    ready = [Sentence.from_json(reason) for state, reason in found if state == "approved"]
    return PutOff(len(found), ready[-1] if ready else _("some of their recipients still have to get them"))


def _differences(session: Session) -> Differences | None:
    query = select(InvoiceRow.customer_id, InvoiceRow.currency, InvoiceRow.balance)
    found = session.execute(query.where(InvoiceRow.ledger_difference, InvoiceRow.status == "open")).all()
    if not found:
        return None
    customers = {customer_id for customer_id, _currency, _balance in found}
    return Differences(len(found), len(customers), summed((currency, balance) for _customer, currency, balance in found))


def _stale(rules: RuleSet, company: Mapping[str, Value]) -> Iterator[tuple[str, Sentence]]:
    """The holds on every customer that stand for what the program has not read."""
    for hold in rules.holds:
        causes = why_true(hold.when, company) if hold.scope is Scope.CUSTOMER else ()
        if READ_AGAIN.intersection(facts_behind(causes)):
            yield hold.id, because(causes)


def _holdings(session: Session, plan: Plan) -> Iterator[Holding]:
    """A message about a whole customer, or about a payment, counts for its customer only."""
    held = {(one.hold_id, one.subject_id, one.customer_id) for one in plan.held if one.subject == Scope.INVOICE}
    others = {(one.hold_id, one.customer_id) for one in plan.held if one.subject != Scope.INVOICE}
    ids = {invoice_id for _hold, invoice_id, _customer in held}
    query = select(InvoiceRow.id, InvoiceRow.currency, InvoiceRow.balance).where(InvoiceRow.id.in_(ids))
    owed = {row.id: (row.currency, row.balance) for row in session.execute(query)}
    for hold_id in sorted({hold for hold, *_rest in held} | {hold for hold, _customer in others}):
        own = [(invoice_id, customer_id) for hold, invoice_id, customer_id in held if hold == hold_id]
        customers = {customer_id for _invoice, customer_id in own} | {customer_id for hold, customer_id in others if hold == hold_id}
        yield Holding(hold_id, len(own), len(customers), summed(owed[invoice_id] for invoice_id, _customer in own))


def _since(reader: BookReader) -> dt.datetime:
    """The beginning of the last business day before today."""
    calendar, day = reader.rules.calendar, days_after(reader.today, -1)
    while not calendar.is_workday(day) and day > dt.date.min:
        day = days_after(day, -1)
    return instant_of(day, dt.time(), ZoneInfo(calendar.timezone))


def _failures(session: Session, since: dt.datetime) -> Iterator[Failure]:
    refused = select(OutgoingRow, ActionRow.rule_id).join(ActionRow, ActionRow.id == OutgoingRow.action_id)
    refused = refused.where(OutgoingRow.state == "failed", OutgoingRow.changed_at >= since).order_by(OutgoingRow.id)
    for row, rule_id in session.execute(refused):
        yield Failure(tuple(row.recipients), rule_id, row.state, row.detail)
    own = select(InternalMessageRow).where(
        InternalMessageRow.state.in_((FAILED, UNCERTAIN, RETURNED)), InternalMessageRow.changed_at >= since
    )
    for message in session.scalars(own.order_by(InternalMessageRow.id)):
        yield Failure((message.recipient,), message.kind, message.state, message.detail)
