"""Loads what a decision needs: open invoices with their customers, replies that wait, and what was claimed before."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.build import Facts, company_facts, customer_facts, invoice_facts
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.subjects import Book, Claims, CustomerSubject, InvoiceSubject, ReplySubject
from cobranza_rules.store.heartbeat import BANK, MAILBOX, last_beat
from cobranza_rules.store.replies import open_replies
from cobranza_rules.store.tables import ActionRow, ClaimRow, ContactRow, CustomerRow, InvoiceRow, ReceivedRow

CHUNK = 400  # Customers in one book: a few thousand invoices, so that memory stays flat however large the whole is.
CONTACT_MEMORY_DAYS = 60  # Holidays on top of the weeks that a limit on contacts looks back.
INVOICE = InvoiceRow.__table__.c


@dataclass(frozen=True, slots=True)
class BookReader:
    """`company` are the addresses of the company's people by role; `now` gives the age of the mailbox poll."""

    session: Session
    rules: RuleSet
    company: Mapping[str, str]
    today: dt.date
    now: dt.datetime

    def whole(self) -> Iterator[Book]:
        """Every customer with an open invoice or a waiting reply, in chunks ordered by customer."""
        busy = select(InvoiceRow.customer_id).where(InvoiceRow.status == "open")
        answering = select(ReceivedRow.customer_id).where(ReceivedRow.state == "open", ReceivedRow.customer_id.is_not(None))
        ids = list(self.session.scalars(busy.union(answering).order_by("customer_id")))
        for start in range(0, len(ids), CHUNK):
            yield self.of(ids[start : start + CHUNK])

    def of(self, customer_ids: Sequence[int], without_action: int | None = None) -> Book:
        """`without_action` leaves the claims of one action out: the question is then whether it would be planned again."""
        calendar = self.rules.calendar
        customers = self._customers(customer_ids)
        claims = self._claims("invoice", customer_ids, without_action)
        query = select(*INVOICE).where(INVOICE.customer_id.in_(customer_ids), INVOICE.status == "open")
        rows = self.session.execute(query.order_by(INVOICE.customer_id, INVOICE.due_on, INVOICE.id))
        invoices = [self._invoice(row, customers[row.customer_id].facts, calendar, claims) for row in rows]
        reply_claims = self._claims("reply", customer_ids, without_action)
        replies: list[ReplySubject] = open_replies(self.session, customer_ids, customers, reply_claims, calendar)
        return Book(customers, invoices, replies, self.company)

    def _company_facts(self) -> Facts:
        bank, poll = last_beat(self.session, BANK), last_beat(self.session, MAILBOX)
        bank_on = bank.astimezone(ZoneInfo(self.rules.calendar.timezone)).date() if bank else None
        hours = max(0, int((self.now - poll).total_seconds() // 3600)) if poll else None
        return company_facts(bank_on, hours, self.today, self.rules.calendar)

    def _customers(self, ids: Sequence[int]) -> dict[int, CustomerSubject]:
        company = self._company_facts()
        counted = select(ReceivedRow.customer_id, func.count()).where(ReceivedRow.state == "open", ReceivedRow.customer_id.in_(ids))
        open_messages = dict(self.session.execute(counted.group_by(ReceivedRow.customer_id)).all())
        addresses = self._addresses(ids)
        contacted = self._contacted(ids)
        rows = self.session.scalars(select(CustomerRow).where(CustomerRow.id.in_(ids)))
        return {
            row.id: CustomerSubject(
                row.id,
                row.code,
                customer_facts(row, open_messages.get(row.id, 0), company),
                {role: tuple(found) for role, found in addresses[row.id].items()},
                {currency: tuple(days) for currency, days in contacted[row.id].items()},
            )
            for row in rows
        }

    def _addresses(self, ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
        addresses: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        valid = (ContactRow.active, ContactRow.bounced_on.is_(None), ContactRow.email != "")
        query = select(ContactRow.customer_id, ContactRow.role, ContactRow.email).where(ContactRow.customer_id.in_(ids), *valid)
        for customer_id, role, email in self.session.execute(query.order_by(ContactRow.id)):
            addresses[customer_id][role].append(email)
        return addresses

    def _contacted(self, ids: Sequence[int]) -> dict[int, dict[str, list[dt.date]]]:
        """Days on which ladder messages left, by customer and currency; what came back has reached nobody."""
        contacted: dict[int, dict[str, list[dt.date]]] = defaultdict(lambda: defaultdict(list))
        rungs = {rung.id for ladder in self.rules.ladders for rung in ladder.rungs if reaches_customer(rung.do)}
        since = self.today - dt.timedelta(days=CONTACT_MEMORY_DAYS + 7 * self.rules.limit.within_workdays)
        came_back = select(ClaimRow.id).where(ClaimRow.action_id == ActionRow.id, ClaimRow.undone).exists()
        left = (ActionRow.state == "sent", ~came_back)
        query = (
            select(ActionRow.customer_id, ActionRow.currency, ActionRow.finished_on)
            .where(ActionRow.customer_id.in_(ids), *left, ActionRow.rule_id.in_(rungs), ActionRow.finished_on >= since)
            .order_by(ActionRow.finished_on)
        )
        for customer_id, currency, day in self.session.execute(query):
            if day is not None:
                contacted[customer_id][currency].append(day)
        return contacted

    def _claims(self, subject: str, ids: Sequence[int], without_action: int | None) -> dict[int, dict[str, Claims]]:
        query = (
            select(ClaimRow.subject_id, ClaimRow.rule_id, ClaimRow.sent_on, ClaimRow.undone, ActionRow.state)
            .join(ActionRow, ActionRow.id == ClaimRow.action_id)
            .where(ActionRow.customer_id.in_(ids), ClaimRow.subject == subject, ClaimRow.live)
        )
        if without_action is not None:
            query = query.where(ClaimRow.action_id != without_action)
        claims: dict[int, dict[str, Claims]] = defaultdict(dict)
        for subject_id, rule_id, sent_on, undone, state in self.session.execute(query):
            known = claims[subject_id].get(rule_id, Claims())
            claims[subject_id][rule_id] = known.and_one(sent_on, undone=undone, uncertain=state == "uncertain")
        return claims

    def _invoice(self, row: Any, customer: Mapping[str, Any], calendar: BusinessCalendar, claims: Mapping[int, Any]) -> InvoiceSubject:
        return InvoiceSubject(
            id=row.id,
            customer_id=row.customer_id,
            number=row.number,
            currency=row.currency,
            total=row.total,
            balance=row.balance,
            issued_on=row.issued_on,
            due_on=row.due_on,
            facts=invoice_facts(row, customer, self.today, calendar, self.rules.aging_buckets),
            ladder=row.ladder,
            rung=row.rung,
            rung_on=row.rung_on,
            waits_from=max((day for day in (row.reversed_on, row.dispute_closed_on) if day), default=None),
            next_contact=row.next_contact,
            claims=claims.get(row.id, {}),
        )
