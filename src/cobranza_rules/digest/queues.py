"""What waits for whom and since when, in every queue of the program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.accounting_exceptions import AccountingException, accounting_exceptions
from cobranza_rules.booking.cheque_queue import ChequeView, waits_too_long
from cobranza_rules.booking.customers import owing
from cobranza_rules.booking.origins import BillingException, billing_exceptions
from cobranza_rules.booking.request_ties import unanswered
from cobranza_rules.booking.support_queue import incomplete
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.config_evidence import PrivacySection
from cobranza_rules.config_sections import BillingSection
from cobranza_rules.digest.value import Waiting, summed
from cobranza_rules.dispatch.missing import without_address
from cobranza_rules.domain.billing_exceptions import Lack
from cobranza_rules.domain.customer import CustomerStatus
from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.plan.ageing import ages_of
from cobranza_rules.plan.codec import from_json
from cobranza_rules.privacy.coming_due import due_erasure
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store.agreements import above_limit
from cobranza_rules.store.attempts import uncertain_still
from cobranza_rules.store.tables import (
    ActionRow,
    ApprovalRow,
    BillingRequestRow,
    CustomerRow,
    DiscountRow,
    OutgoingRow,
    QuarantineRow,
    ReceivedRow,
    TaskRow,
    TimestampRow,
)


def waiting(
    session: Session, rules: RuleSet, plan: Plan, today: dt.date, billing: BillingSection, searched: ColumnElement[bool]
) -> tuple[Waiting, ...]:
    """`searched` are the uncertain messages that the program still looks for: nobody is asked about them yet."""
    return (
        *_approvals(session, rules.calendar, today),
        *_tasks(session, today),
        *_messages(session, rules.calendar, searched),
        *_customers(session, plan),
        *_billing(session, billing, today),
        *_support(session),
        *_cheques(session, rules.calendar, today),
        *_accounting(session, rules.calendar),
        *_timestamps(session, rules.calendar),
    )


def _day(instant: dt.datetime, calendar: BusinessCalendar) -> dt.date:
    return instant.astimezone(ZoneInfo(calendar.timezone)).date()


def _approvals(session: Session, calendar: BusinessCalendar, today: dt.date) -> Iterator[Waiting]:
    query = select(ApprovalRow, ActionRow.plan).join(ActionRow, ActionRow.id == ApprovalRow.action_id)
    ages = ages_of(session, calendar)
    found: dict[tuple[str, str], list[tuple[ApprovalRow, str, int]]] = {}
    for row, kept in session.execute(query.where(ApprovalRow.state == "waiting").order_by(ApprovalRow.id)):
        action = from_json(kept)
        found.setdefault((row.role, row.gate), []).append((row, action.currency, action.total))
    for (role, gate), asked in sorted(found.items()):
        since = min(ages.since(row) for row, _currency, _total in asked)
        amounts = summed((currency, total) for _row, currency, total in asked)
        yield Waiting("approvals", role, gate, len(asked), since, amounts=amounts, workdays=calendar.between(since, today))


def _tasks(session: Session, today: dt.date) -> Iterator[Waiting]:
    found: dict[tuple[str, str], list[TaskRow]] = {}
    for row in session.scalars(select(TaskRow).where(TaskRow.state == "open").order_by(TaskRow.id)):
        found.setdefault((row.assigned_to, row.name), []).append(row)
    for (role, name), rows in sorted(found.items()):
        deadlines = [row.due_on for row in rows if row.due_on is not None]
        late = sum(due_on < today for due_on in deadlines)
        yield Waiting("tasks", role, name, len(rows), min(row.opened_on for row in rows), min(deadlines, default=None), late)


def _messages(session: Session, calendar: BusinessCalendar, searched: ColumnElement[bool]) -> Iterator[Waiting]:
    queries = {
        "inbox": select(func.count(), func.min(ReceivedRow.received_at)).where(ReceivedRow.state == "open"),
        "outbox": select(func.count(), func.min(OutgoingRow.changed_at)).where(uncertain_still(), not_(searched)),
        "quarantine": select(func.count(), func.min(QuarantineRow.known_at)),
    }
    for queue, query in queries.items():
        count, oldest = session.execute(query).one()
        if count:
            yield Waiting(queue, "", "", count, _day(oldest, calendar))


def _support(session: Session) -> Iterator[Waiting]:
    found = list(incomplete(session))
    if found:
        customers = tuple(sorted({one.customer for one in found}))
        yield Waiting("support", "", "", len(found), min(one.since for one in found), customers=customers)


def _cheques(session: Session, calendar: BusinessCalendar, today: dt.date) -> Iterator[Waiting]:
    """Those that nobody has deposited, and those that neither cleared nor came back."""
    found: dict[str, list[ChequeView]] = {}
    for one in waits_too_long(session, calendar, today):
        found.setdefault(one.row.state, []).append(one)
    for state, some in sorted(found.items()):
        amounts = summed((one.amount.currency, one.amount.minor) for one in some)
        customers = tuple(dict.fromkeys(one.customer for one in some))
        yield Waiting("cheques", "", state, len(some), min(one.waits_since for one in some), amounts=amounts, customers=customers)


def _timestamps(session: Session, calendar: BusinessCalendar) -> Iterator[Waiting]:
    """Packets and demands for which the authority has given none yet."""
    query = select(TimestampRow.wanted_at, CustomerRow.code).join(CustomerRow).where(TimestampRow.token.is_(None))
    found = session.execute(query.order_by(TimestampRow.id)).all()
    if found:
        customers = tuple(dict.fromkeys(row.code for row in found))
        yield Waiting("timestamps", "", "", len(found), _day(min(row.wanted_at for row in found), calendar), customers=customers)


def _accounting(session: Session, calendar: BusinessCalendar) -> Iterator[Waiting]:
    """What Accounting and the book do not agree on yet, and the discounts that nobody has approved."""
    waits = session.scalars(select(DiscountRow).where(DiscountRow.state == DiscountState.WAITING.value)).all()
    if waits:
        since, amounts = min(row.taken_on for row in waits), summed((row.currency, row.minor) for row in waits)
        yield Waiting("discounts", "", "", len(waits), since, amounts=amounts)
    found: dict[str, list[AccountingException]] = {}
    for one in accounting_exceptions(session, ZoneInfo(calendar.timezone)):
        found.setdefault(one.kind.value, []).append(one)
    for kind, lacking in sorted(found.items()):
        customers = tuple(dict.fromkeys(one.customer for one in lacking if one.customer))
        amounts = summed((one.amount.currency, one.amount.minor) for one in lacking)
        yield Waiting("accounting", "", kind, len(lacking), min(one.since for one in lacking), amounts=amounts, customers=customers)


def _customers(session: Session, plan: Plan) -> Iterator[Waiting]:
    """Those whom the rules would write to today and cannot: without a valid address, without their data, or with blocked ones."""
    codes = select(CustomerRow.code).where(CustomerRow.id.in_(without_address(session, plan)))
    unreachable = list(session.scalars(codes.order_by(CustomerRow.code)))
    waiting, blocked = owing(session, CustomerStatus.WAITING_FOR_DATA), owing(session, CustomerStatus.BLOCKED)
    for queue, found in (("addresses", unreachable), ("data", waiting), ("blocked", blocked)):
        if found:
            yield Waiting(queue, "", "", len(found), customers=tuple(found))


def retention(session: Session, privacy: PrivacySection, today: dt.date) -> Iterator[Waiting]:
    """What is due to be erased: one line, where there is something to look at."""
    if (due := due_erasure(session, privacy.keep_years.as_periods(), today)) is not None:
        yield Waiting("retention", privacy.responsible, "", due.past + due.soon, due_on=due.first, late=due.past)


def _billing(session: Session, billing: BillingSection, today: dt.date) -> Iterator[Waiting]:
    """Requests that nobody has invoiced, of any desk that has some; what invoices lack, where requests are asked for; credit limits."""
    waits = session.scalars(select(BillingRequestRow).where(BillingRequestRow.state == "accepted", unanswered())).all()
    if waits:
        who, since = next(iter(billing.accepted_to), ""), min(row.requested_on for row in waits)
        yield Waiting("requests", who, "", len(waits), since, amounts=summed((row.currency, row.minor) for row in waits))
    found: dict[Lack, list[BillingException]] = {}
    for one in billing_exceptions(session) if billing.requests_required else ():
        found.setdefault(one.kind, []).append(one)
    for kind, lacking in sorted(found.items()):
        customers = tuple(dict.fromkeys(one.customer for one in lacking))
        yield Waiting("billing", "", kind.value, len(lacking), min(one.issued_on for one in lacking), customers=customers)
    if above := [one.customer for one in above_limit(session, today)]:
        yield Waiting("credit_limits", "", "", len(above), customers=tuple(above))
