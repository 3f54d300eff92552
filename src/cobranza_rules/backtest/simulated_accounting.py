"""What waits of deposits, discounts, credit notes that were asked for, and packets for Accounting, on a day of a backtest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cobranza_rules.backtest.accounting_history import RecordedDiscount
from cobranza_rules.backtest.simulated_book import SimulatedBook
from cobranza_rules.calendar import days_after
from cobranza_rules.domain.accounting import UNANSWERED, PacketState
from cobranza_rules.domain.discount import STANDING, DiscountState
from cobranza_rules.facts.cash import deposit_facts
from cobranza_rules.facts.queues import RECENT, credit_note_request_facts, discount_facts, packet_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.packets import in_a_packet
from cobranza_rules.rules.subjects import CustomerSubject, QueueSubject

Customers = Mapping[int, CustomerSubject]


@dataclass(frozen=True, slots=True)
class SimulatedAccounting:
    book: SimulatedBook
    rules: RuleSet
    scopes: frozenset[Scope]

    def customers(self, today: dt.date) -> set[int]:
        history = self.book.history
        found = {one.customer_id for one in history.discounts if _is_looked_at(one, today)}
        found |= {one.customer_id for one in history.packets if one.state(today) is not None}
        return found | ({min(history.customers)} if any(one.unapplied(today) for one in history.deposits) else set())

    def subjects(self, customers: Customers, today: dt.date, without: int | None) -> Iterator[QueueSubject]:
        if Scope.DEPOSIT in self.scopes:
            yield from self._deposits(customers, today, without)
        if Scope.DISCOUNT in self.scopes:
            yield from self._discounts(customers, today, without)
        if Scope.CREDIT_NOTE_REQUEST in self.scopes:
            yield from self._requests(customers, today, without)
        if Scope.PACKET in self.scopes:
            yield from self._packets(customers, today, without)

    def _deposits(self, customers: Customers, today: dt.date, without: int | None) -> Iterator[QueueSubject]:
        first = min(self.book.history.customers)
        for one in self.book.history.deposits if first in customers else ():
            if left := one.unapplied(today):
                what = (one.account, one.amount, left, one.currency, one.state(today).value, one.kind, one.booked_on)
                facts, claims = deposit_facts(*what, today, self.rules.calendar), self.book.claims_of(one.id, without, Scope.DEPOSIT)
                yield QueueSubject(Scope.DEPOSIT, one.id, first, f"{one.id} {one.booked_on}", facts, claims=claims)

    def _discounts(self, customers: Customers, today: dt.date, without: int | None) -> Iterator[QueueSubject]:
        for one in self.book.history.discounts:
            state = one.state(today)
            if one.customer_id in customers and state is not None and _is_looked_at(one, today):
                claims = self.book.claims_of(one.id, without, Scope.DISCOUNT)
                said = (customers[one.customer_id].facts, one.number, one.amount, one.currency, one.kind, state.value, one.taken_on)
                facts = discount_facts(*said, today, self.rules.calendar, sent_to_accounting=in_a_packet(self.rules, claims))
                yield QueueSubject(Scope.DISCOUNT, one.id, one.customer_id, one.number, facts, claims=claims)

    def _requests(self, customers: Customers, today: dt.date, without: int | None) -> Iterator[QueueSubject]:
        for one in self.book.history.discounts:
            if one.customer_id in customers and one.state(today) is DiscountState.REQUESTED and one.requested_on is not None:
                answered = one.answered_on is not None and one.answered_on <= today
                said = (customers[one.customer_id].facts, one.number, one.amount, one.currency, one.kind, one.requested_on)
                facts = credit_note_request_facts(*said, today, self.rules.calendar, answered=answered)
                claims = self.book.claims_of(one.id, without, Scope.CREDIT_NOTE_REQUEST)
                yield QueueSubject(Scope.CREDIT_NOTE_REQUEST, one.id, one.customer_id, one.number, facts, claims=claims)

    def _packets(self, customers: Customers, today: dt.date, without: int | None) -> Iterator[QueueSubject]:
        applied = {one.id for one in self.book.history.discounts if one.state(today) is DiscountState.APPLIED}
        for one in self.book.history.packets:
            state, to_request = one.state(today), len(one.discounts & applied)
            if one.customer_id in customers and (state in UNANSWERED or (state is PacketState.ACCEPTED and to_request)):
                sent_on = one.sent_on if one.sent_on is not None and one.sent_on <= today else None
                facts = packet_facts(one.currency, str(state), sent_on, one.revision, to_request, today, self.rules.calendar)
                claims = self.book.claims_of(one.id, without, Scope.PACKET)
                yield QueueSubject(Scope.PACKET, one.id, one.customer_id, f"{one.day} {one.currency}", facts, claims=claims)


def _is_looked_at(one: RecordedDiscount, today: dt.date) -> bool:
    state = one.state(today)
    if state not in (*STANDING, DiscountState.WAITING):
        return False
    return state is not DiscountState.CREDITED or one.taken_on >= days_after(today, -RECENT)
