"""What the book of a backtest looks like on a day, as subjects of a decision: facts are made as in the program."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from cobranza_rules.backtest.history import RecordedCustomer, RecordedInvoice, RecordedOverride
from cobranza_rules.backtest.simulated_account import SimulatedAccount
from cobranza_rules.backtest.simulated_book import SimulatedBook
from cobranza_rules.backtest.simulated_queues import SimulatedQueues
from cobranza_rules.domain.agreement import limits_on
from cobranza_rules.domain.due_basis import overdue_part
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.promises import kept_percent, were_kept
from cobranza_rules.facts.build import Facts, company_facts, customer_facts
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import InvoiceFacts
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.overrides import Override, overrides_of
from cobranza_rules.rules.subjects import Book, Claims, CustomerSubject, InvoiceSubject
from cobranza_rules.rules.testing_present import Present, portfolio_of


@dataclass(frozen=True, slots=True)
class _Seen:
    """An open invoice as it was when it last changed: its row of the facts' columns, and its subject but for the facts of the day."""

    row: tuple[Any, ...]
    subject: InvoiceSubject


class Presents:
    """Gives the book of each day. `wanted` are the facts that the rules name, `company` the addresses of the company's people by role."""

    def __init__(self, book: SimulatedBook, rules: RuleSet, wanted: Collection[str], company: Mapping[str, str]) -> None:
        self.book, self.rules, self.wanted, self.company = book, rules, wanted, company
        self.queues, self.account = SimulatedQueues(book, rules), SimulatedAccount(book)
        self._seen: dict[int, _Seen] = {}
        self._columns = attrgetter(*self._facts_of(dt.date.min).columns)

    def _facts_of(self, today: dt.date) -> InvoiceFacts:
        return InvoiceFacts(Day(today, self.rules.calendar, self.rules.aging_buckets), ("id", "number"), self.wanted)

    def whole(self, today: dt.date) -> Book:
        wanted = {customer_id for customer_id, invoices in self.book.open_of.items() if invoices} | self.queues.customers(today)
        return self._of(sorted(wanted), today)

    def of(self, customer_ids: Collection[int], today: dt.date) -> Book:
        """Those of them who have open invoices."""
        return self._of([customer_id for customer_id in sorted(customer_ids) if self.book.open_of[customer_id]], today)

    def without(self, customer_id: int, action: int, today: dt.date) -> Book:
        """One customer's, as if `action` had not been planned."""
        return self._of([customer_id], today, action)

    def _of(self, customer_ids: Iterable[int], today: dt.date, action: int | None = None) -> Book:
        facts, company = self._facts_of(today), company_facts(today, 0, today, self.rules.calendar)
        customers: dict[int, CustomerSubject] = {}
        invoices: list[InvoiceSubject] = []
        decided = [one for one in self.book.history.overrides if one.counts_on(today)]
        of_customers = _by_subject(decided, lambda one: one.customer_id if one.invoice_id is None else None)
        of_invoices = _by_subject(decided, lambda one: one.invoice_id)
        for customer_id in customer_ids:
            recorded = self.book.history.customers[customer_id]
            kept = self._promises_kept(customer_id, today)
            own = customer_facts(recorded.present, recorded.inbox_open(today), company, promises_kept=kept)
            contacted = self.book.contacted(customer_id)
            common = facts.common(own)
            seen = sorted((self._look_at(invoice_id) for invoice_id in self.book.open_of[customer_id]), key=_by_due_date)
            customers[customer_id] = CustomerSubject(
                customer_id,
                recorded.present.code,
                own,
                recorded.valid_addresses(today),
                contacted,
                self._portfolio(recorded, seen, today),
            )
            for each in seen:
                claims = each.subject.claims if action is None else self.book.claims_of(each.subject.id, action)
                subject = _on_the_day(
                    each.subject, facts.build(each.row, common), claims, overdue_part(self.book.states[each.subject.id], today)
                )
                if decided:
                    overrides = overrides_of(of_customers.get(customer_id, ()), of_invoices.get(subject.id, ()))
                    subject = subject._replace(
                        overrides=overrides, climbed=self._climbed(subject.id) if overrides.ladder is not None else ()
                    )
                invoices.append(subject)
        return Book(customers, invoices, (), self.company, list(self.queues.subjects(customers, of_customers, today, action)))

    def _portfolio(self, recorded: RecordedCustomer, seen: Sequence[_Seen], today: dt.date) -> Facts:
        """What rules and holds about customers themselves ask for."""
        found: Facts = {}
        if self.rules.asks_for_portfolios:
            found |= portfolio_of((each.subject for each in seen), today, limits_on(recorded.limits, today))
        if self.rules.asks_for_cash_on_account:
            found |= self.account.facts(recorded.id, today)
        return found

    def _promises_kept(self, customer_id: int, today: dt.date) -> int | None:
        if not self.rules.asks_for_promises_kept:
            return None
        states = [self.book.states.get(invoice) for invoice in self._invoices_of[customer_id]]
        of_the_book = [state.promises for state in states if state is not None and state.closed is None]
        every = (*self.book.history.customers[customer_id].promises, *of_the_book)
        return kept_percent(kept for own in every for kept in were_kept(own, today, self.rules.calendar))

    @cached_property
    def _invoices_of(self) -> Mapping[int, Sequence[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for invoice in self.book.history.invoices.values():
            found[invoice.customer_id].append(invoice.id)
        return found

    def _climbed(self, invoice_id: int) -> tuple[str, ...]:
        return tuple(self.rules.current(rung.rung) for rung in self.book.states[invoice_id].rungs)

    def _look_at(self, invoice_id: int) -> _Seen:
        if invoice_id in self.book.changed or invoice_id not in self._seen:
            self.book.changed.discard(invoice_id)
            invoice, state = self.book.history.invoices[invoice_id], self.book.states[invoice_id]
            subject = _subject(invoice, state, self.book.claims_of(invoice_id), self.rules)
            if (requested := self.book.history.requested.get(state.request or 0)) is not None:
                subject = subject._replace(requested=requested)
            self._seen[invoice_id] = _Seen(self._columns(_present(invoice, state)), subject)
        return self._seen[invoice_id]


def _by_subject(decided: Iterable[RecordedOverride], key: Callable[[RecordedOverride], int | None]) -> dict[int, list[Override]]:
    found: dict[int, list[Override]] = defaultdict(list)
    for one in decided:
        if (subject := key(one)) is not None:
            found[subject].append(one.override)
    return found


def _by_due_date(seen: _Seen) -> tuple[dt.date, int]:
    """Unknown ones last."""
    return (seen.subject.due_on or dt.date.max, seen.subject.id)


def _on_the_day(subject: InvoiceSubject, facts: Mapping[str, Any], claims: Mapping[str, Claims], overdue: int | None) -> InvoiceSubject:
    """A run over years makes millions of them, so the fields are not named one by one."""
    return InvoiceSubject(*subject[:8], facts, *subject[9:14], claims, requested=subject.requested, overdue=overdue)


def _subject(invoice: RecordedInvoice, state: InvoiceState, claims: Mapping[str, Claims], rules: RuleSet) -> InvoiceSubject:
    last = state.last_rung
    return InvoiceSubject(
        id=invoice.id,
        customer_id=invoice.customer_id,
        number=invoice.values["number"],
        currency=invoice.values["currency"],
        total=state.total,
        balance=state.balance,
        issued_on=invoice.values["issued_on"],
        due_on=state.due_on,
        facts={},
        ladder=rules.current(last.ladder) if last else "",
        rung=rules.current(last.rung) if last else "",
        rung_on=last.on if last else None,
        waits_from=state.waits_from,
        next_contact=last.next_contact if last else None,
        claims=claims,
    )


def _present(invoice: RecordedInvoice, state: InvoiceState) -> Present:
    """What the state does not name like the invoice's row; the other columns are those of the state."""
    own = {**invoice.values, "id": invoice.id, "status": state.status.value, "dunning_level": len(state.rungs)}
    return Present(state, **own)
