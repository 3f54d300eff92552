"""What customers have paid that covers no invoice, on a day of a backtest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from cobranza_rules.backtest.simulated_book import SimulatedBook
from cobranza_rules.domain.due_basis import overdue_part
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.cash import OnAccount, on_account_facts

COVERING = (EntryKind.PAYMENT_APPLIED, EntryKind.CREDIT_APPLIED, EntryKind.DISCOUNT_APPLIED)


class SimulatedAccount:
    def __init__(self, book: SimulatedBook) -> None:
        self.book = book
        self._covered: dict[int, list[tuple[dt.date, dt.date]]] = defaultdict(list)  # Known on, and happened on, by invoice
        for happening in book.history.happenings:
            if happening.entry.kind in COVERING:
                self._covered[happening.invoice_id].append((happening.known_on, happening.entry.happened_on))
        self._invoices: dict[int, list[int]] = defaultdict(list)
        for invoice in book.history.invoices.values():
            self._invoices[invoice.customer_id].append(invoice.id)
        self._payments = defaultdict(list)
        for payment in book.history.payments:
            if payment.of_a_deposit:
                self._payments[payment.customer_id].append(payment)

    def facts(self, customer_id: int, today: dt.date) -> Facts:
        return on_account_facts(self._cash(customer_id, today), self._overdue(customer_id, today), today, self.book.calendar)

    def _cash(self, customer_id: int, today: dt.date) -> Iterator[OnAccount]:
        for payment in self._payments[customer_id]:
            applied = payment.applied(today)
            if payment.known_on <= today and (payment.gone_on is None or today < payment.gone_on) and applied and applied < payment.amount:
                yield OnAccount(payment.currency, payment.amount - applied, payment.paid_on)
        for invoice in self._invoices[customer_id]:
            state = self.book.states.get(invoice)
            if state is not None and state.balance < 0:
                values = self.book.history.invoices[invoice].values
                since = [happened_on for known_on, happened_on in self._covered[invoice] if known_on <= today]
                yield OnAccount(values["currency"], -state.balance, max(since, default=values["issued_on"]))

    def _overdue(self, customer_id: int, today: dt.date) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for invoice in self.book.open_of[customer_id]:
            state = self.book.states[invoice]
            if state.due_on is not None and state.due_on < today and state.balance > 0:
                part = overdue_part(state, today)
                found[self.book.history.invoices[invoice].values["currency"]] += state.balance if part is None else part
        return found
