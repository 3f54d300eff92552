"""The book as the coming days will have changed it: what is read of it, beside what the forecast has let happen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import SimpleNamespace
from typing import cast

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import put_state, state_of
from cobranza_rules.domain.due_basis import overdue_part
from cobranza_rules.domain.entry import Entry
from cobranza_rules.domain.invoice import after_with_due_date
from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import InvoiceFacts
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.forecast.imagined_queues import ImaginedQueues
from cobranza_rules.forecast.under_way import Stage, UnderWay
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.not_received import Answered, can_be_missing, entries_when_not_received
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, Book, Claims, CustomerSubject, InvoiceSubject, ReplySubject
from cobranza_rules.store.tables import ActionRow, InvoiceRow


@dataclass(slots=True)
class Changed:
    """An invoice's present as it is, and as it will be: the columns of its row, by attribute."""

    before: SimpleNamespace
    after: SimpleNamespace


@dataclass(slots=True)
class Imagined:
    """Nothing of it is written: rows are copies, and belong to no session."""

    session: Session
    rules: RuleSet
    followed: list[UnderWay]
    wanted: frozenset[str]  # Facts of invoices that a forecast asks for
    changed: dict[int, Changed] = field(default_factory=dict)
    read: dict[int, int] = field(default_factory=dict)  # Replies that will have been recorded, beside their customer
    missed: dict[int, set[str]] = field(default_factory=dict)  # Rules of which the last deed did not reach the customer, by invoice
    queues: ImaginedQueues = field(init=False)
    _by_customer: dict[int, list[UnderWay]] = field(default_factory=lambda: defaultdict(list))
    _day: dt.date | None = None
    _facts_of_day: InvoiceFacts = field(init=False)

    def __post_init__(self) -> None:
        for one in self.followed:
            self._by_customer[one.action.customer_id].append(one)
        self.queues = ImaginedQueues(self.session, self.rules)

    def follow(self, one: UnderWay) -> None:
        self.followed.append(one)
        self._by_customer[one.action.customer_id].append(one)

    def of_customer(self, customer_id: int) -> list[UnderWay]:
        return self._by_customer.get(customer_id, [])

    def _present(self, invoice_id: int) -> InvoiceRow:
        if (kept := self.changed.get(invoice_id)) is None:
            row = self.session.get_one(InvoiceRow, invoice_id)
            kept = self.changed[invoice_id] = Changed(_copy(row), _copy(row))
        return cast("InvoiceRow", kept.after)

    def undo_delivery(self, invoice_id: int, answered: Answered | None, said_on: dt.date) -> None:
        """The customer says that it did not arrive: the rules plan it again."""
        present = self._present(invoice_id)
        if present.status != "open" or not can_be_missing(present, answered, said_on):
            return
        delivery = self.session.get(ActionRow, present.delivered_by) if present.delivered_by else None
        if delivery is not None:
            self.missed[invoice_id] = {
                self.rules.current(each["rule_id"]) for each in delivery.plan["items"] if each["subject_id"] == invoice_id
            }
        for entry in entries_when_not_received(present, said_on, of_ladder=delivery is not None and bool(delivery.plan["ladder"])):
            self.enter(invoice_id, entry)

    def enter(self, invoice_id: int, entry: Entry) -> None:
        """What an entry makes of an invoice's present."""
        present = self._present(invoice_id)
        put_state(present, after_with_due_date(state_of(present), entry, present.currency, self.rules.calendar))

    def book(self, book: Book, today: dt.date, without: UnderWay | None = None) -> Book:
        """`book`, read for `today`, as it will be; `without` leaves the claims of one action out."""
        if today != self._day:
            self._day = today
            self._facts_of_day = InvoiceFacts(Day(today, self.rules.calendar, self.rules.aging_buckets), (), self.wanted)
        customers = {key: self._customer(customer) for key, customer in book.customers.items()}
        claims = self._claims(book, without)
        invoices = [self._invoice(invoice, customers, claims["invoice"].get(invoice.id)) for invoice in book.invoices]
        replies = [self._reply(reply, claims["reply"].get(reply.id)) for reply in book.replies if reply.id not in self.read]
        followed = {one.id: one for customer_id in book.customers for one in self.of_customer(customer_id)}
        queues = [
            replace(each, claims=_with(each.claims, claims[each.scope.value].get(each.id, {})))
            for each in self.queues.subjects(book, customers, followed, today)
        ]
        return Book(customers, invoices, replies, book.company, queues)

    def _claims(self, book: Book, without: UnderWay | None) -> dict[str, dict[int, dict[str, list[UnderWay]]]]:
        found: dict[str, dict[int, dict[str, list[UnderWay]]]] = defaultdict(dict)
        for customer_id in book.customers:
            for one in self.of_customer(customer_id):
                if one is not without and one.claims:
                    for item in one.action.items:
                        found[one.action.subject].setdefault(item.subject_id, {}).setdefault(item.rule_id, []).append(one)
        return found

    def _customer(self, customer: CustomerSubject) -> CustomerSubject:
        settled = sum(owner == customer.id for owner in self.read.values())
        contacted = {currency: tuple(days) for currency, days in customer.contacted.items()}
        for one in self.of_customer(customer.id):
            action = one.action
            if one.sent_on is not None and action.ladder and reaches_customer(action.steps):
                contacted[action.currency] = (*contacted.get(action.currency, ()), one.sent_on)
        if not settled and contacted == customer.contacted:
            return customer
        waiting = customer.facts.get("inbox_open", 0)
        return customer._replace(contacted=contacted, facts={**customer.facts, "inbox_open": int(waiting) - settled})

    def _invoice(
        self, invoice: InvoiceSubject, customers: Mapping[int, CustomerSubject], claimed: Mapping[str, list[UnderWay]] | None
    ) -> InvoiceSubject:
        facts = invoice.facts
        kept = self.changed.get(invoice.id)
        customer = customers[invoice.customer_id].facts
        if facts.get("inbox_open", customer.get("inbox_open")) != customer.get("inbox_open"):
            facts = {**facts, "inbox_open": customer["inbox_open"]}
        if missed := self.missed.get(invoice.id):
            claims = {rule: replace(each, undone=each.undone + (rule in missed)) for rule, each in invoice.claims.items()}
            invoice = invoice._replace(claims=claims)
        if claimed is not None:
            invoice = invoice._replace(claims=_with(invoice.claims, claimed))
        if kept is None:
            return invoice if facts is invoice.facts else invoice._replace(facts=facts)
        now = kept.after
        waits_from = max((day for day in (now.reversed_on, now.dispute_closed_on) if day), default=None)
        return invoice._replace(
            facts=self._facts(facts, kept, customer),
            due_on=now.due_on,
            ladder=now.ladder,
            rung=now.rung,
            rung_on=now.rung_on,
            waits_from=waits_from,
            next_contact=now.next_contact,
            overdue=overdue_part(state_of(cast("InvoiceRow", now)), self._day) if self._day else None,
            climbed=tuple(self.rules.current(rung["rung"]) for rung in now.rungs) if invoice.overrides.ladder is not None else (),
        )

    def _facts(self, read: Mapping[str, Value], kept: Changed, customer: Mapping[str, Value]) -> Facts:
        """What was read, but for the facts in which the two presents differ: whatever else is known of the invoice stays."""
        builder = self._facts_of_day
        columns, common = attrgetter(*builder.columns), builder.common(customer)
        before, now = builder.build(columns(kept.before), common), builder.build(columns(kept.after), common)
        merged = {**read, **{name: value for name, value in now.items() if before.get(name) != value}}
        for name in before.keys() - now.keys():
            del merged[name]
        return merged

    def _reply(self, reply: ReplySubject, claimed: Mapping[str, list[UnderWay]] | None) -> ReplySubject:
        return reply if claimed is None else replace(reply, claims=_with(reply.claims, claimed))


def _with(claims: Mapping[str, Claims], claimed: Mapping[str, list[UnderWay]]) -> dict[str, Claims]:
    merged = dict(claims)
    for rule_id, followed in claimed.items():
        for one in followed:
            merged[rule_id] = merged.get(rule_id, NOTHING_CLAIMED).and_one(one.sent_on if one.stage is Stage.SENT else None)
    return merged


def _copy(row: InvoiceRow) -> SimpleNamespace:
    """It belongs to no session: what is imagined must never be taken for a change to write."""
    return SimpleNamespace(**{column.key: getattr(row, column.key) for column in inspect(InvoiceRow).column_attrs})
