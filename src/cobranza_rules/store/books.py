"""Loads what a decision needs: open invoices with their customers, replies that wait, and what was claimed before.

A whole book comes in chunks of customers, read with few statements each, and with no more columns and facts than the rules ask for.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.facts.build import Facts, company_facts, customer_facts, portfolio_facts
from cobranza_rules.facts.invoices import Day, InvoiceFacts
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.recipients import rungs_to_customers
from cobranza_rules.rules.subjects import NO_CLAIMS, Book, Claims, CustomerSubject, InvoiceSubject
from cobranza_rules.store.chunks import CHUNK, Chunk, Chunks, Within, one_of
from cobranza_rules.store.claims import claims_of, open_replies_among
from cobranza_rules.store.heartbeat import BANK, MAILBOX, last_beat
from cobranza_rules.store.overrides import OVERRIDE, read_overrides, rungs_of
from cobranza_rules.store.queues import Queues
from cobranza_rules.store.replies import open_replies
from cobranza_rules.store.sieve import Sieve
from cobranza_rules.store.tables import ActionRow, ClaimRow, ContactRow, CustomerRow, InvoiceRow, ReceivedRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, CONTACT, CUSTOMER, INVOICE, RECEIVED = (
    row.__table__.c for row in (ActionRow, ClaimRow, ContactRow, CustomerRow, InvoiceRow, ReceivedRow)
)
SUBJECT_COLUMNS = (
    *("id", "customer_id", "number", "currency", "total", "balance", "issued_on", "due_on"),
    *("ladder", "rung", "rung_on", "next_contact", "reversed_on", "dispute_closed_on"),
)
CUSTOMER_COLUMNS = ("id", "code", "kind", "status", "language", "delivery", "credit_days", "segment")

NOTHING_OPEN = portfolio_facts(0, 0, None, dt.date.min)

Days = Mapping[str, Sequence[dt.date]]  # by currency


class Written(NamedTuple):
    """By customer: the days on which ladder messages left, and of what nobody knows whether it left, as CustomerSubject has it."""

    contacted: Mapping[int, Days]
    uncertain: Mapping[int, Sequence[tuple[str, str]]]


NOTHING_WRITTEN = Written({}, {})


@dataclass(frozen=True, slots=True)
class BookReader:
    """`company` are the addresses of the company's people by role; `now` gives the age of the mailbox poll.

    `coming` reads a day that is still to come, as a forecast needs it: bank data and mailbox as if they had been read on that day, and
    nothing claimed by what is still to leave, for the forecast follows that itself.
    """

    session: Session
    rules: RuleSet
    company: Mapping[str, str]
    today: dt.date
    now: dt.datetime
    coming: bool = False

    def whole(self, *, sifted: bool = True) -> Iterator[Book]:
        """Every customer with an open invoice or a waiting reply, in chunks ordered by customer. Facts are those that the rules name.

        `sifted` leaves out, in SQL, what no rule or ladder can act upon today; the decisions are the same without it.
        """
        company, written, facts = self.company_facts(), self._written(None), self._named_facts()
        chunks = Chunks(self.session, facts.columns)
        for chunk in chunks.sifted(self._sieve(company)) if sifted else chunks.everything():
            yield self._book(chunk, facts, company, written)

    def queues(self) -> Iterator[Book]:
        """What waits beside invoices and replies, as far as rules look at it, in chunks ordered by customer."""
        company, queues = self.company_facts(), self._queues()
        found = queues.customers()
        for start in range(0, len(found), CHUNK):
            customers = found[start : start + CHUNK]
            within = one_of(customers)
            read = self._customers(within, frozenset(customers), self._open_messages(within), company, NOTHING_WRITTEN)
            yield Book(read, (), (), self.company, queues.subjects(within, read))

    def _queues(self, without: Collection[int] = ()) -> Queues:
        return Queues(self.session, self.rules, self.today, lambda scope, among: self._claims(scope, among, without))

    def left_out(self) -> Iterator[Book]:
        """Some of the invoices that a sifted book leaves out, others each day, as if nobody had written."""
        company, facts = self.company_facts(), self._named_facts()
        for chunk in Chunks(self.session, facts.columns).left_out(self._sieve(company), self.today):
            yield replace(self._book(chunk, facts, company, NOTHING_WRITTEN), replies=())

    def of(self, customer_ids: Sequence[int], without: Collection[int] = (), wanted: frozenset[str] | None = None) -> Book:
        """These customers, with all facts, or with those that are `wanted`.

        `without` leaves the claims of some actions out, one of a customer: the question is then whether it would be planned again.
        """
        facts = self._invoice_facts(wanted)
        chunk = Chunks(self.session, facts.columns).of(customer_ids)
        book = self._book(chunk, facts, self.company_facts(), self._written(chunk.within), without)
        if self.coming:
            return book
        return replace(book, queues=self._queues(without).subjects(chunk.within, book.customers))

    def _sieve(self, company: Facts) -> Sieve:
        return Sieve(self.rules, self.today, company)

    def _named_facts(self) -> InvoiceFacts:
        return self._invoice_facts(named_facts(self.rules))

    def _invoice_facts(self, wanted: frozenset[str] | None) -> InvoiceFacts:
        return InvoiceFacts(Day(self.today, self.rules.calendar, self.rules.aging_buckets), SUBJECT_COLUMNS, wanted)

    def _book(self, chunk: Chunk, facts: InvoiceFacts, company: Facts, written: Written, without: Collection[int] = ()) -> Book:
        waiting = self._open_messages(chunk.within)
        customers = self._customers(chunk.within, frozenset(chunk.customers), waiting, company, written)
        invoices = self._invoices(chunk, customers, facts, without)
        answering = list(waiting)
        reply_claims = self._claims(Scope.REPLY, open_replies_among(chunk.within), without) if answering else {}
        replies = open_replies(self.session, answering, customers, reply_claims, self.rules.calendar) if answering else []
        return Book(customers, invoices, replies, self.company)

    def _claims(self, subject: Scope, among: Within, without: Collection[int]) -> Mapping[int, Mapping[str, Claims]]:
        return claims_of(self.session, subject, among, self.rules.renamed, without, without_open=self.coming)

    def company_facts(self) -> Facts:
        """What is the same for every customer: how long ago bank data and mailbox were read."""
        if self.coming:
            return company_facts(self.today, 0, self.today, self.rules.calendar)
        bank, poll = last_beat(self.session, BANK), last_beat(self.session, MAILBOX)
        bank_on = bank.astimezone(ZoneInfo(self.rules.calendar.timezone)).date() if bank else None
        hours = max(0, int((self.now - poll).total_seconds() // 3600)) if poll else None
        return company_facts(bank_on, hours, self.today, self.rules.calendar)

    def _open_messages(self, within: Within) -> dict[int, int]:
        query = select(RECEIVED.customer_id, func.count()).where(RECEIVED.state == "open", within(RECEIVED.customer_id))
        return {customer_id: count for customer_id, count in self.session.execute(query.group_by(RECEIVED.customer_id)) if customer_id}

    def _customers(
        self, within: Within, ids: frozenset[int], waiting: Mapping[int, int], company: Facts, written: Written
    ) -> dict[int, CustomerSubject]:
        addresses, portfolios, contacted = self._addresses(within), self._portfolios(within), written.contacted
        rows = self.session.execute(select(*(CUSTOMER[name] for name in CUSTOMER_COLUMNS)).where(within(CUSTOMER.id))).all()
        return {
            row.id: CustomerSubject(
                row.id,
                row.code,
                customer_facts(row, waiting.get(row.id, 0), company),
                addresses.get(row.id, {}),
                {currency: tuple(days) for currency, days in contacted[row.id].items()} if row.id in contacted else {},
                {} if portfolios is None else portfolios.get(row.id, NOTHING_OPEN),
                frozenset(written.uncertain.get(row.id, ())),
            )
            for row in rows
            if row.id in ids
        }

    def _portfolios(self, within: Within) -> Mapping[int, Facts] | None:
        """Of those who have open invoices; None where no rule or hold about customers names such a fact."""
        if not self.rules.asks_for_portfolios:
            return None
        overdue = func.sum(case((INVOICE.due_on < self.today, 1), else_=0))
        query = select(INVOICE.customer_id, func.count(), overdue, func.min(INVOICE.due_on))
        query = query.where(INVOICE.status == "open", within(INVOICE.customer_id)).group_by(INVOICE.customer_id)
        return {
            customer_id: portfolio_facts(count, late, oldest, self.today)
            for customer_id, count, late, oldest in self.session.execute(query)
        }

    def _addresses(self, within: Within) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
        addresses: dict[int, dict[str, tuple[str, ...]]] = {}
        valid = (CONTACT.active, CONTACT.bounced_on.is_(None), CONTACT.email != "")
        query = select(CONTACT.customer_id, CONTACT.role, CONTACT.email).where(within(CONTACT.customer_id), *valid)
        for customer_id, role, email in self.session.execute(query.order_by(CONTACT.id)).all():
            own = addresses.setdefault(customer_id, {})
            own[role] = (*own.get(role, ()), email)
        return addresses

    def _written(self, within: Within | None) -> Written:
        """Once for a run: few messages leave in a few days, and fewer are uncertain."""
        return Written(self._contacted(within), self._uncertain())

    def _uncertain(self) -> Mapping[int, Sequence[tuple[str, str]]]:
        """Found by the state of the actions, for there are few of them; their invoices may be closed by now."""
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        query = select(ACTION.customer_id, ACTION.rule_id, ACTION.plan, ACTION.currency).where(ACTION.state == "uncertain")
        for customer_id, rule_id, plan, currency in self.session.execute(query).all():
            found[customer_id] += [(self.rules.current(name), currency) for name in (rule_id, plan.get("ladder", ""))]
        return found

    def _contacted(self, within: Within | None) -> Mapping[int, Days]:
        """Days on which ladder messages left, as far back as the limit counts them; what came back has reached nobody.

        Of a whole book they are read at once, by their days: what left in a few days is little, and a customer's history may be long.
        """
        contacted: dict[int, dict[str, list[dt.date]]] = defaultdict(lambda: defaultdict(list))
        if not self.rules.limit.per_customer:
            return contacted
        rungs = rungs_to_customers(self.rules)
        since = self._limit_counts_from()
        came_back = select(CLAIM.id).where(CLAIM.action_id == ACTION.id, CLAIM.undone).exists()
        query = select(ACTION.customer_id, ACTION.currency, ACTION.finished_on, ACTION.state).where(
            ACTION.rule_id.in_(rungs), ACTION.finished_on >= since, ~came_back
        )
        if within is not None:
            query = query.where(within(ACTION.customer_id))
        # The state is looked at here: SQLite would take its index for the better one, and read all that was ever sent.
        for customer_id, currency, day, state in self.session.execute(query.order_by(ACTION.finished_on)).all():
            if state == "sent" and day is not None:
                contacted[customer_id][currency].append(day)
        return contacted

    def _limit_counts_from(self) -> dt.date:
        """The earliest day of which a message still counts for the limit."""
        before = self.rules.calendar.minus(self.today, self.rules.limit.within_workdays)
        return min(days_after(before, 1), self.today)

    def _invoices(
        self, chunk: Chunk, customers: Mapping[int, CustomerSubject], facts: InvoiceFacts, without: Collection[int]
    ) -> list[InvoiceSubject]:
        """Ordered by customer, due date (unknown ones last, on every database) and id."""
        claims = self._claims(Scope.INVOICE, chunk.invoice_among, without)
        rows = sorted(chunk.invoices, key=lambda row: (row[1], row[7] or dt.date.max, row[0]))
        common = {customer.id: facts.common(customer.facts) for customer in customers.values()}
        renamed = self.rules.renamed
        subjects = [_subject(row, facts.build(row, common[row[1]]), claims.get(row[0], NO_CLAIMS), renamed) for row in rows]
        return self._overridden(chunk, subjects)

    def _overridden(self, chunk: Chunk, subjects: list[InvoiceSubject]) -> list[InvoiceSubject]:
        """With what people decided for some of them."""
        decided = read_overrides(self.session, chunk.within(OVERRIDE.customer_id), self.today, self.rules.current)
        if not decided:
            return subjects
        found = [subject._replace(overrides=decided.of(subject.customer_id, subject.id)) for subject in subjects]
        climbed = rungs_of(self.session, [subject.id for subject in found if subject.overrides.ladder is not None])
        return [
            subject._replace(climbed=tuple(map(self.rules.current, climbed[subject.id]))) if subject.id in climbed else subject
            for subject in found
        ]


def _subject(row: tuple[Any, ...], facts: Facts, claims: Mapping[str, Claims], renamed: Mapping[str, str]) -> InvoiceSubject:
    """`row` begins with SUBJECT_COLUMNS."""
    number, customer, name, currency, total, balance, issued, due, ladder, rung, rung_on, following, reversed_on, closed_on = row[:14]
    if renamed:
        ladder, rung = renamed.get(ladder, ladder), renamed.get(rung, rung)
    waits_from = max(reversed_on, closed_on) if reversed_on and closed_on else reversed_on or closed_on
    return InvoiceSubject(
        number, customer, name, currency, total, balance, issued, due, facts, ladder, rung, rung_on, waits_from, following, claims
    )


def named_facts(rules: RuleSet) -> frozenset[str]:
    """The facts of invoices that the rules' conditions and their reasons need; the number is how engines name an invoice."""
    conditions = rules.conditions().values()
    named = frozenset(fact for scope, condition in conditions if scope is Scope.INVOICE for fact in condition.facts)
    return named | {currency for fact in named if (currency := VOCABULARY[Scope.INVOICE][fact].currency_fact)} | {"invoice"}
