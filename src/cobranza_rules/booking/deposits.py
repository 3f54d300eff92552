"""Deposits that nobody has applied, and those that the program has: what each is, decided anew from all that is known by now."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Integer, cast, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_matching import follow_cheques
from cobranza_rules.booking.deposit_agreeing import agree_with_people
from cobranza_rules.booking.deposit_bringing import Came, bring_all
from cobranza_rules.booking.deposit_columns import BANK
from cobranza_rules.booking.deposit_reading import Payers, around_of, deposits_of, in_pieces, undecided
from cobranza_rules.booking.deposit_shares import kept_shares
from cobranza_rules.booking.returned_deposits import follow_returned
from cobranza_rules.cash.around import Around
from cobranza_rules.cash.deciding import Doubt, Found, exact_amounts, named_or_same
from cobranza_rules.cash.deposit import Deposit, Level, Policy, Proposal
from cobranza_rules.store.tables import ApplicationRow, BankLineRow, EvidenceRow, InvoiceRow, PaymentRow

TOGETHER = 500  # Deposits that are decided with one reading of the book
BY_PROGRAM = tuple(level.value for level in Level if level is not Level.PERSON)


def settle_deposits(keeper: Bookkeeper, policy: Policy, today: dt.date) -> Counter[Came]:
    """What came of how many deposits.

    First what is named, or told of already; then, with the accounts that this has taught, exact amounts: so that the order in which
    things came changes nothing. Nothing is written where all is as it was.
    """
    keeper.session.flush()
    follow_cheques(keeper, policy, today)
    if keeper.session.scalar(select(BankLineRow.id).limit(1)) is None:
        return Counter()
    follow_returned(keeper, today)
    settling = _Settling(keeper, policy, today, *_concerned(keeper))
    agree_with_people(keeper, settling.by_people, policy, today)
    rest: list[int] = []
    for some in _pieces(settling.pool):
        rest += settling.decide(some)
    for some in _pieces(rest):
        settling.decide_last(some)
    return settling.counts


def _concerned(keeper: Bookkeeper) -> tuple[list[int], dict[int, Mapping[int, int]], list[int]]:
    """Ids of deposits to be decided, by their day: those that are open, and those that the program has applied and that what has changed may concern.

    Beside them what the latter pay, minor units by invoice; and the ids of the deposits concerned that people have applied.
    """
    session = keeper.session
    days: dict[int, dt.date] = dict(session.execute(select(BankLineRow.id, BankLineRow.booked_on).where(undecided())).all())
    given_back: dict[int, Mapping[int, int]] = {}
    by_people: list[int] = []
    for some in in_pieces(_behind(keeper, _payments_concerned(keeper))):
        for line in session.scalars(select(BankLineRow).where(BankLineRow.id.in_(some), BankLineRow.settled_by != "")):
            if line.settled_by in BY_PROGRAM:
                days[line.id] = line.booked_on
                given_back[line.id] = {share["invoice"]: share["minor"] for share in kept_shares(line)}
            else:
                by_people.append(line.id)
    return sorted(days, key=lambda line: (days[line], line)), given_back, by_people


def _payments_concerned(keeper: Bookkeeper) -> set[int]:
    """Those of the invoices that have changed, and those of the same customer over the amount of one that has."""
    payments = set(keeper.changed_payments)
    for some in in_pieces(keeper.changed):
        payments.update(keeper.session.scalars(select(ApplicationRow.payment_id).where(ApplicationRow.invoice_id.in_(some))))
    alike: set[int] = set()
    for some in in_pieces(payments):
        changed = select(PaymentRow.customer_id, PaymentRow.amount, PaymentRow.currency).where(PaymentRow.id.in_(some)).subquery()
        same = (changed.c.amount == PaymentRow.amount, changed.c.currency == PaymentRow.currency)
        query = select(PaymentRow.id).join(changed, changed.c.customer_id == PaymentRow.customer_id).where(*same)
        alike.update(keeper.session.scalars(query))
    return payments | alike


def _behind(keeper: Bookkeeper, payments: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in in_pieces(set(payments)):
        query = select(cast(EvidenceRow.source, Integer)).where(EvidenceRow.kind == BANK, EvidenceRow.payment_id.in_(some))
        found.update(keeper.session.scalars(query))
    return found


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER))


@dataclass(slots=True)
class _Settling:
    """`given_back` loses each deposit as it is decided: from then on the balances in the book are those with it."""

    keeper: Bookkeeper
    policy: Policy
    today: dt.date
    pool: list[int]
    given_back: dict[int, Mapping[int, int]]
    by_people: list[int]
    counts: Counter[Came] = field(default_factory=Counter)

    def decide(self, ids: Sequence[int]) -> list[int]:
        """Ids of those of which nothing is certain yet."""
        lines = self._lines(ids)
        payers = Payers.of(self.keeper, list(lines.values()), self.given_back.keys())
        found = self._named_or_same(lines, payers, {})
        if payers.learn(self._taught(lines, found)):
            found |= self._named_or_same({key: line for key, line in lines.items() if key not in found}, payers, found)
        self._bring([(line, found[line.id]) for line in lines.values() if line.id in found])
        return [line for line in ids if line not in found]

    def decide_last(self, ids: Sequence[int]) -> None:
        """By exact amounts; what is not certain by these is left open."""
        lines = self._lines(ids)
        payers = Payers.of(self.keeper, list(lines.values()), self.given_back.keys())
        found: Found = {}
        if Level.EXACT in self.policy.apply:
            deposits = deposits_of(self.keeper, list(lines.values()), payers)
            found = exact_amounts(deposits, self._around(deposits))
        self._bring([(line, found.get(line.id)) for line in lines.values()])

    def _lines(self, ids: Sequence[int]) -> dict[int, BankLineRow]:
        rows = {line.id: line for line in self.keeper.session.scalars(select(BankLineRow).where(BankLineRow.id.in_(ids)))}
        return {each: rows[each] for each in ids}

    def _named_or_same(self, lines: Mapping[int, BankLineRow], payers: Payers, before: Found) -> Found:
        deposits = deposits_of(self.keeper, list(lines.values()), payers)
        around = self._around(deposits)
        for each in before.values():
            if isinstance(each, Proposal) and each.payment is not None:
                around.told.pop(each.payment, None)
            elif isinstance(each, Proposal):
                around.take({invoice: minor for invoice, minor in each.shares.items() if invoice in around.invoices})
        found = named_or_same(deposits, around)
        return {key: each for key, each in found.items() if isinstance(each, Doubt) or self.policy.applies(each.level)}

    def _around(self, deposits: Sequence[Deposit]) -> Around:
        back: Counter[int] = Counter()
        for shares in self.given_back.values():
            back.update(shares)
        return around_of(self.keeper, deposits, self.policy, back, self.given_back.keys())

    def _taught(self, lines: Mapping[int, BankLineRow], found: Found) -> Iterator[tuple[str, int]]:
        """Accounts of deposits by the customer that was found."""
        payments = {each.payment for each in found.values() if isinstance(each, Proposal) and each.payment is not None}
        invoices = {invoice for each in found.values() if isinstance(each, Proposal) for invoice in each.shares}
        paid_by = self._customers(PaymentRow, payments)
        owed_by = self._customers(InvoiceRow, invoices)
        for key, each in found.items():
            if isinstance(each, Proposal):
                customer = paid_by[each.payment] if each.payment is not None else owed_by[min(each.shares)]
                yield lines[key].clabe, customer

    def _customers(self, table: type[PaymentRow | InvoiceRow], ids: set[int]) -> dict[int, int]:
        return {
            key: customer
            for some in in_pieces(ids)
            for key, customer in self.keeper.session.execute(select(table.id, table.customer_id).where(table.id.in_(some)))
        }

    def _bring(self, found: Sequence[tuple[BankLineRow, Proposal | Doubt | None]]) -> None:
        for line, _each in found:
            self.given_back.pop(line.id, None)
        self.counts += bring_all(self.keeper, found, self.today)
        self.keeper.session.flush()
