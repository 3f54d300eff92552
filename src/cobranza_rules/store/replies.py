"""Replies that wait, as subjects of a decision, and the JSON form in which what was read in them is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.build import reply_facts
from cobranza_rules.mail.invoice_names import same_number
from cobranza_rules.money import Money
from cobranza_rules.rules.effects import is_about_delivery
from cobranza_rules.rules.model import StepKind
from cobranza_rules.rules.not_received import NOT_RECEIVED, Answered, contradicts
from cobranza_rules.rules.subjects import Claims, CustomerSubject, ReplySubject
from cobranza_rules.store.tables import ActionRow, InvoiceRow, ReceivedRow

INVOICES = "about"  # Under this key a person's decision names the invoices that a message is about, by id.
NAMED = "invoices"  # Under this key stand the numbers that the message itself names.
SMALLEST_PICTURE = 20_000  # Bytes from which on an attached picture counts as a file
ABOUT_INVOICES = frozenset({"promise", "payment_notice", "dispute", "invoice_correction", "missing_requirement", NOT_RECEIVED})


def facts_to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Dates as {"date": ISO}, amounts as {"amount": "1200.00", "currency": "MXN"}, texts and numbers as they are."""
    return {name: _to_json(value) for name, value in facts.items()}


def _to_json(value: Any) -> Any:
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, Money):
        return {"amount": value.plain(), "currency": value.currency}
    return list(value) if isinstance(value, tuple) else value


def facts_from_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _from_json(value) for name, value in kept.items()}


def _from_json(value: Any) -> Any:
    if isinstance(value, Mapping) and "date" in value:
        return dt.date.fromisoformat(value["date"])
    if isinstance(value, Mapping) and "amount" in value:
        return Money.of(value["amount"], value["currency"])
    return value


def open_replies(
    session: Session,
    customer_ids: Sequence[int],
    customers: Mapping[int, CustomerSubject],
    claims: Mapping[int, Mapping[str, Claims]],
    calendar: BusinessCalendar,
) -> list[ReplySubject]:
    query = (
        select(ReceivedRow, ActionRow)
        .outerjoin(ActionRow, ActionRow.id == ReceivedRow.action_id)
        .where(ReceivedRow.state == "open", ReceivedRow.customer_id.in_(customer_ids))
        .order_by(ReceivedRow.id)
    )
    subjects = []
    for row, action in session.execute(query):
        assert row.customer_id is not None
        plan = action.plan if action is not None else None
        about = invoices_about(session, row, plan)
        invoices = about.ids
        vouched = bool(row.decided_by)  # A person has looked and says what it is.
        missed = _open(session, invoices) if row.kind == NOT_RECEIVED else []
        facts = reply_facts(
            kind=row.kind,
            sender_authenticated=row.sender_authenticated or vouched,
            sender_known=row.sender_known or vouched,
            doubtful=row.doubtful
            or (about.unclear and not vouched)
            or (row.kind in ABOUT_INVOICES and not invoices)
            or (not vouched and _said_before(session, row.kind, invoices))
            or (row.kind == NOT_RECEIVED and contradicts(missed, answered_by(row, action), received_on(row, calendar))),
            answers_our_message=row.action_id is not None or vouched,
            answers_transmittal=delivers(plan),
            decided_by_person=vouched,
            not_received_before=any(invoice.not_received_count for invoice in missed),
            attached_files=sum(not _is_ornament(each) for each in row.attachments),
            received_on=received_on(row, calendar),
            read=facts_from_json(row.facts),
            customer=customers[row.customer_id].facts,
            calendar=calendar,
        )
        subjects.append(ReplySubject(row.id, row.customer_id, facts, invoices, claims.get(row.id, {})))
    return subjects


def _is_ornament(attachment: Mapping[str, Any]) -> bool:
    """The logo of a signature; the photograph of a receipt is larger."""
    return str(attachment["media_type"]).startswith("image/") and int(attachment["size"]) < SMALLEST_PICTURE


def _said_before(session: Session, kind: str, invoices: Sequence[int]) -> bool:
    """A second promise or claim goes to a person instead of holding."""
    counts = {"promise": InvoiceRow.promise_count, "payment_notice": InvoiceRow.claim_count}
    if kind not in counts:
        return False
    query = select(InvoiceRow.id).where(InvoiceRow.id.in_(invoices), InvoiceRow.status == "open", counts[kind] > 0)
    return session.scalar(query.limit(1)) is not None


def _open(session: Session, invoices: Sequence[int]) -> list[InvoiceRow]:
    return list(session.scalars(select(InvoiceRow).where(InvoiceRow.id.in_(invoices), InvoiceRow.status == "open")))


def answered_by(row: ReceivedRow, action: ActionRow | None) -> Answered | None:
    """The message that a reply answers; None where it answers none, or a person says what it is about."""
    if action is None or action.finished_on is None or row.decided_by:
        return None
    brought = any(step["kind"] == StepKind.DELIVER for step in action.plan["steps"])
    return Answered(action.id, action.finished_on, brought)


def received_on(row: ReceivedRow, calendar: BusinessCalendar) -> dt.date:
    return row.received_at.astimezone(ZoneInfo(calendar.timezone)).date()


def delivers(plan: Mapping[str, Any] | None) -> bool:
    """Whether an action's chain delivered invoices or asked for that to be acknowledged: an acknowledgement of it is one of the invoices."""
    return plan is not None and any(is_about_delivery(step["kind"], step["name"]) for step in plan["steps"])


@dataclass(frozen=True, slots=True)
class About:
    """The invoices that a message is about, by id; `unclear` where it names one that cannot be told."""

    ids: tuple[int, ...]
    unclear: bool = False


def invoices_about(session: Session, row: ReceivedRow, plan: Mapping[str, Any] | None) -> About:
    """Those of the message that it answers, or of those and the customer's others the ones that it names itself.

    A promise of one invoice of three holds that one alone. A number that no open invoice of the customer bears, or more than one, is
    for a person, who then names the invoices.
    """
    answered = invoices_of(plan, row.facts)
    numbers = row.facts.get(NAMED, ())
    if not numbers or not answered or INVOICES in row.facts:
        return About(answered)
    query = select(InvoiceRow.id, InvoiceRow.number, InvoiceRow.uuid)
    query = query.where(InvoiceRow.customer_id == row.customer_id, or_(InvoiceRow.id.in_(answered), InvoiceRow.status == "open"))
    own = session.execute(query.order_by(InvoiceRow.id)).all()
    named: list[int] = []
    for number in numbers:
        fits = [one.id for one in own if same_number(number, one.number, one.uuid or "")]
        fits = [each for each in fits if each in answered] or fits
        if len(fits) != 1:
            return About(answered, unclear=True)
        named.append(fits[0])
    return About(tuple(dict.fromkeys(named)))


def invoices_of(plan: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> tuple[int, ...]:
    """Those that a person has named, or those of the message that was answered."""
    if named := facts.get(INVOICES):
        return tuple(named)
    if plan is None or plan["subject"] != "invoice":
        return ()
    return tuple(item["subject_id"] for item in plan["items"])
