"""What happens in a rule test to deposits and to what customers have paid that covers no invoice, and what rules look at of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.due_basis import overdue_part
from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.cash import OnAccount, deposit_facts, on_account_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.subjects import Claims, CustomerSubject, QueueSubject
from cobranza_rules.rules.testing_book import TestedBook, TestedDeposit, TestedPayment
from cobranza_rules.rules.testing_model import Event


def deposit_comes_in(book: TestedBook, event: Event) -> None:
    """A customer's payment that covers no invoice; without a customer, one of which nobody knows whose it is."""
    if event.customer:
        book.payments.append(TestedPayment(next(book.ids), book.customer_id(event.customer), event.data["amount"], 0, event.on))
    else:
        book.deposits.append(TestedDeposit(next(book.ids), event.data["amount"], event.on))


def deposits_applied(book: TestedBook, event: Event) -> None:
    """What of them covered no invoice does from now on."""
    if not event.customer:
        book.deposits.clear()
        return
    customer = book.customer_id(event.customer)
    book.payments = [replace(one, applied=one.amount.minor) if one.customer == customer else one for one in book.payments]


def on_account_in(book: TestedBook, customer: int, today: dt.date) -> Facts:
    """As in the program: what is left of payments, and what was paid beyond a balance."""
    cash = [
        OnAccount(one.amount.currency, one.amount.minor - one.applied, one.paid_on)
        for one in book.payments
        if one.customer == customer and one.amount.minor > one.applied
    ]
    overdue: dict[str, int] = defaultdict(int)
    for key, state in book.states.items():
        if book.owners[key] != customer:
            continue
        currency, beyond = book.invoices[key].currency, -state.balance
        if beyond > 0:
            paid = [one.paid_on for one in book.payments if one.customer == customer and one.invoice == key]
            cash.append(OnAccount(currency, beyond, max(paid, default=today)))
        elif state.closed is None and state.due_on is not None and state.due_on < today and state.balance > 0:
            part = overdue_part(state, today)
            overdue[currency] += state.balance if part is None else part
    return on_account_facts(cash, overdue, today, book.rules.calendar)


def tested_deposits(
    book: TestedBook, customers: Mapping[int, CustomerSubject], today: dt.date, claimed: Mapping[int, Mapping[str, Claims]]
) -> Iterator[QueueSubject]:
    """As in the program, the first customer stands for all of them."""
    first = min(book.customers)
    if first not in customers:
        return
    for deposit in book.deposits:
        amount, calendar = deposit.amount, book.rules.calendar
        what = ("", amount.minor, amount.minor, amount.currency, LineState.OPEN.value, "", deposit.booked_on)
        facts = deposit_facts(*what, today, calendar)
        name = f"{deposit.id} {deposit.booked_on}"
        yield QueueSubject(Scope.DEPOSIT, deposit.id, first, name, facts, claims=claimed.get(deposit.id, {}))
