"""Loads what a decision needs: open invoices with their customers, replies that wait, and what was claimed before.

A whole book comes in chunks of customers, read with few statements each, and with no more columns and facts than the rules ask for.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import days_after
from cobranza_rules.domain.agreement import exceeded, limits_on
from cobranza_rules.facts.build import Facts, company_facts, portfolio_facts
from cobranza_rules.facts.cash import NOTHING_ON_ACCOUNT
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import InvoiceFacts
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.rules.alike import Points
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.recipients import rungs_to_customers
from cobranza_rules.rules.subjects import NO_CLAIMS, Book, Claims, CustomerSubject, InvoiceSubject
from cobranza_rules.store.agreements import limits_of, owed_by
from cobranza_rules.store.asked import asked_of
from cobranza_rules.store.bank_statements import bank_known_on
from cobranza_rules.store.chunks import CHUNK, ID, Chunk, Chunks, Within, one_of
from cobranza_rules.store.claims import claims_of, open_replies_among
from cobranza_rules.store.driver_rows import Dates, all_fetched
from cobranza_rules.store.heartbeat import MAILBOX, last_beats
from cobranza_rules.store.instalments import in_instalments_of, with_overdue_parts
from cobranza_rules.store.invoice_subjects import SUBJECT_COLUMNS, subject_of
from cobranza_rules.store.on_account import facts_on_account, on_account
from cobranza_rules.store.overrides import OVERRIDE, Decided, read_overrides, rungs_of
from cobranza_rules.store.parts import Background, Contacted, Part, Parts, open_messages
from cobranza_rules.store.promises import percent_by_customer, promises_of
from cobranza_rules.store.queues import Queues
from cobranza_rules.store.reading import Reading, anew
from cobranza_rules.store.reminded import reminded_since
from cobranza_rules.store.replies import open_replies
from cobranza_rules.store.requested_deliveries import requested_deliveries, with_requested_deliveries
from cobranza_rules.store.tables import ActionRow, ClaimRow, ContactRow, InvoiceRow

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
ACTION, CLAIM, CONTACT, INVOICE = (row.__table__.c for row in (ActionRow, ClaimRow, ContactRow, InvoiceRow))
NOTHING_OPEN = portfolio_facts(0, 0, None, dt.date.min)


@dataclass(frozen=True, slots=True)
class BookReader:
    """`company` are the addresses of the company's people by role; `now` gives the age of the mailbox poll.

    `coming` reads a day that is still to come, as a forecast needs it: bank data and mailbox as if they had been read on that day, and
    nothing claimed by what is still to leave, for the forecast follows that itself. Several days of the same customers, each of them not
    before the first, may share a `reading`.
    """

    session: Session
    rules: RuleSet
    company: Mapping[str, str]
    today: dt.date
    now: dt.datetime
    coming: bool = False
    reading: Reading = anew

    def whole(self, *, sifted: bool = True) -> Iterator[Book]:
        """Every customer for whom a rule or ladder may act today, or with a waiting reply, in chunks ordered by customer.

        Facts are those that the rules name. Where the book is `sifted`, what is left out of it, in SQL, would change no decision.
        """
        parts = self.parts()
        for chunk in self.chunks(parts, {}, sifted=sifted):
            own = [line for line in chunk.lines if line[ID] not in chunk.sampled]
            yield self.book(parts.of_lines(own, chunk.customers))

    def parts(self) -> Parts:
        """To read parts of the whole book, with those facts that the rules name."""
        named = named_facts(self.rules)
        return Parts(self.session, self._background(), self._invoice_facts(named), named)

    def chunks(self, parts: Parts, points: Mapping[str, Points], *, sifted: bool = True) -> Generator[Chunk, None, None]:
        """The whole book before anything is decided on; where it is not `sifted`, every customer with an open invoice or a waiting reply.

        Its lines are alike in what `points` tell of facts (`rules.alike`).
        """
        asked = asked_of(self.rules, self.today, parts.background.company, points)
        chunks = Chunks(self.session, asked.alike, parts.invoice_facts.columns)
        yield from chunks.sifted(asked.sieve) if sifted else chunks.everything(self.today)

    def queues(self, also: Collection[int] = ()) -> Iterator[Book]:
        """What waits beside invoices and replies, as far as rules look at it, in chunks ordered by customer; these customers `also`."""
        queues = self._queues()
        if not (found := sorted({*queues.customers(), *also})):
            return
        parts = Parts(self.session, self._background(contacted=False), self._invoice_facts(frozenset()))
        for start in range(0, len(found), CHUNK):
            part = parts.without_invoices(found[start : start + CHUNK])
            read = self._customers(part)
            yield Book(read, (), (), self.company, queues.subjects(part.within, read))

    def _queues(self, without: Collection[int] = ()) -> Queues:
        return Queues(self.session, self.rules, self.today, lambda scope, among: self._claims(scope, among, without), self.reading)

    def of(self, customer_ids: Sequence[int], without: Collection[int] = (), wanted: frozenset[str] | None = None) -> Book:
        """These customers, with all facts, or with those that are `wanted`.

        `without` leaves the claims of some actions out, one of a customer: the question is then whether it would be planned again.
        """
        background = self._background(one_of(customer_ids))
        parts = Parts(self.session, background, self._invoice_facts(wanted), wanted)
        part = parts.with_what_was_read(self.reading(("part", wanted), lambda: parts.of(customer_ids)))
        book = self.book(part, without)
        return replace(book, queues=self._queues(without).subjects(part.within, book.customers))

    def _invoice_facts(self, wanted: frozenset[str] | None) -> InvoiceFacts:
        return InvoiceFacts(Day(self.today, self.rules.calendar, self.rules.aging_buckets), SUBJECT_COLUMNS, wanted)

    def _background(self, within: Within | None = None, *, contacted: bool = True) -> Background:
        """Of customers that are `within`, or of all."""
        calendar, reading = self.rules.calendar, self.reading
        decided = reading(
            "overrides", lambda: read_overrides(self.session, within and within(OVERRIDE.customer_id), self.today, self.rules.current)
        )
        days = reading("contacted", lambda: self._contacted(within)) if contacted else {}
        promises = reading("promises", lambda: promises_of(self.session, within)) if self.rules.asks_for_promises_kept else []
        cash = reading("cash", lambda: on_account(self.session, within)) if self.rules.asks_for_cash_on_account else None
        return Background(
            self.company_facts(),
            reading("messages", lambda: open_messages(self.session, within)),
            days,
            decided.on(self.today),
            reading("uncertain", self._uncertain),
            percent_by_customer(promises, self.today, calendar),
            None if cash is None else facts_on_account(self.session, cash, self.today, calendar),
        )

    def book(self, part: Part, without: Collection[int] = ()) -> Book:
        """What a decision needs of the part's invoices and customers."""
        within, answering = part.within, part.waiting
        read = self._customers(part)
        invoices = self._invoices(part, without)
        reply_claims = self._claims(Scope.REPLY, open_replies_among(within), without) if answering else {}
        replies = open_replies(self.session, answering, read, reply_claims, self.rules.calendar) if answering else []
        return Book(read, invoices, replies, self.company)

    def _claims(self, subject: Scope, among: Within, without: Collection[int]) -> Mapping[int, Mapping[str, Claims]]:
        of = (self.session, subject, among, self.rules.renamed, without)
        return self.reading(("claims", subject, frozenset(without)), lambda: claims_of(*of, without_open=self.coming))

    def company_facts(self) -> Facts:
        """What is the same for every customer: how long ago bank data and mailbox were read."""
        if self.coming:
            return company_facts(self.today, 0, self.today, self.rules.calendar)
        beats = last_beats(self.session)
        poll = beats.get(MAILBOX)
        bank_on = bank_known_on(self.session, beats, self.rules.watched_accounts, self.rules.calendar.timezone)
        hours = max(0, int((self.now - poll).total_seconds() // 3600)) if poll else None
        return company_facts(bank_on, hours, self.today, self.rules.calendar)

    def _customers(self, part: Part) -> dict[int, CustomerSubject]:
        addresses, portfolio = self.reading("addresses", lambda: self._addresses(part.within)), self._portfolios(part)
        background, contacted, facts_of = part.background, part.background.contacted, part.facts_of_customers()
        return {
            customer.id: CustomerSubject(
                customer.id,
                customer.code,
                facts_of(customer),
                addresses.get(customer.id, {}),
                {currency: tuple(days) for currency, days in contacted[customer.id].items()} if customer.id in contacted else {},
                portfolio(customer.id),
                background.uncertain.get(customer.id, frozenset()),
            )
            for _customer_id, customer in sorted(part.customers.items())
        }

    def _portfolios(self, part: Part) -> Callable[[int], Facts]:
        """What rules and holds about customers themselves ask for, by customer."""
        read: list[tuple[Mapping[int, Facts], Facts]] = []
        if self.rules.asks_for_portfolios:
            read.append((self._opened(part.within), NOTHING_OPEN))
        if part.background.on_account is not None:
            read.append((part.background.on_account, NOTHING_ON_ACCOUNT))
        return lambda customer: {name: value for found, nothing in read for name, value in found.get(customer, nothing).items()}

    def _opened(self, within: Within) -> Mapping[int, Facts]:
        """Of those who have open invoices."""
        overdue = func.sum(case((INVOICE.due_on < self.today, 1), else_=0))
        query = select(INVOICE.customer_id, func.count(), overdue, func.min(INVOICE.due_on))
        query = query.where(INVOICE.status == "open", within(INVOICE.customer_id)).group_by(INVOICE.customer_id)
        above = self._above_limit(within)
        return {
            customer_id: portfolio_facts(count, late, oldest, self.today, above_limit=customer_id in above)
            for customer_id, count, late, oldest in self.session.execute(query)
        }

    def _above_limit(self, within: Within) -> frozenset[int]:
        """Customers who owe more than a credit limit of theirs."""
        agreed = self.reading("limits", lambda: limits_of(self.session, within))
        limits = {customer_id: limits_on(own, self.today) for customer_id, own in agreed.items()}
        if not limits:
            return frozenset()
        owed = self.reading("owed", lambda: owed_by(self.session, one_of(sorted(limits))))
        by_customer: dict[int, dict[str, int]] = defaultdict(dict)
        for (customer_id, currency), minor in owed.items():
            by_customer[customer_id][currency] = minor
        return frozenset(customer_id for customer_id, own in limits.items() if exceeded(by_customer[customer_id], own))

    def _addresses(self, within: Within) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
        addresses: dict[int, dict[str, tuple[str, ...]]] = {}
        valid = (CONTACT.active, CONTACT.bounced_on.is_(None), CONTACT.email != "")
        query = select(CONTACT.customer_id, CONTACT.role, CONTACT.email).where(within(CONTACT.customer_id), *valid)
        for customer_id, role, email in all_fetched(self.session, query.order_by(CONTACT.id)):
            own = addresses.setdefault(customer_id, {})
            own[role] = (*own.get(role, ()), email)
        return addresses

    def _uncertain(self) -> Mapping[int, frozenset[tuple[str, str]]]:
        """Found by the state of the actions, for there are few of them; their invoices may be closed by now."""
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        query = select(ACTION.customer_id, ACTION.rule_id, ACTION.plan, ACTION.currency).where(ACTION.state == "uncertain")
        for customer_id, rule_id, plan, currency in self.session.execute(query).all():
            found[customer_id] += [(self.rules.current(name), currency) for name in (rule_id, plan.get("ladder", ""))]
        return {customer_id: frozenset(written) for customer_id, written in found.items()}

    def _contacted(self, within: Within | None) -> Contacted:
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
        of_date = Dates()
        # The state is looked at here: SQLite would take its index for the better one, and read all that was ever sent.
        for customer_id, currency, kept, state in all_fetched(self.session, query.order_by(ACTION.finished_on)):
            if state == "sent" and (day := of_date[kept]) is not None:
                contacted[customer_id][currency].append(day)
        for customer_id, currency, day in reminded_since(self.session, since, within):
            contacted[customer_id][currency] = sorted([*contacted[customer_id][currency], day])
        return contacted

    def _limit_counts_from(self) -> dt.date:
        """The earliest day of which a message still counts for the limit."""
        before = self.rules.calendar.minus(self.today, self.rules.limit.within_workdays)
        return min(days_after(before, 1), self.today)

    def _invoices(self, part: Part, without: Collection[int]) -> Sequence[InvoiceSubject]:
        """Ordered by customer, due date (unknown ones last, on every database) and id."""
        rows = part.rows
        claims = self._claims(Scope.INVOICE, one_of([row[0] for row in rows]), without) if rows else {}
        of_date, renamed = Dates(), self.rules.renamed
        subjects = [
            subject_of(row, facts, claims.get(row[0], NO_CLAIMS), renamed, of_date) for row, facts in zip(rows, part.facts, strict=True)
        ]
        subjects.sort(key=lambda subject: (subject.customer_id, subject.due_on or dt.date.max, subject.id))
        session, ids, customers = self.session, [row[0] for row in rows], sorted({row[1] for row in rows})
        requested = self.reading("requested", lambda: requested_deliveries(session, ids))
        parts = self.reading("instalments", lambda: in_instalments_of(session, customers)) if rows else {}
        found = with_requested_deliveries(self._overridden(part.background.decided, subjects), requested)
        return with_overdue_parts(found, parts, self.today)

    def _overridden(self, decided: Decided, subjects: list[InvoiceSubject]) -> list[InvoiceSubject]:
        """With what people decided for some of them."""
        if not decided:
            return subjects
        found = [subject._replace(overrides=decided.of(subject.customer_id, subject.id)) for subject in subjects]
        climbed = rungs_of(self.session, [subject.id for subject in found if subject.overrides.ladder is not None])
        return [
            subject._replace(climbed=tuple(map(self.rules.current, climbed[subject.id]))) if subject.id in climbed else subject
            for subject in found
        ]


def named_facts(rules: RuleSet) -> frozenset[str]:
    """The facts of invoices that the rules' conditions and their reasons need; the number is how engines name an invoice."""
    conditions = rules.conditions().values()
    named = frozenset(fact for scope, condition in conditions if scope is Scope.INVOICE for fact in condition.facts)
    return named | {currency for fact in named if (currency := VOCABULARY[Scope.INVOICE][fact].currency_fact)} | {"invoice"}
