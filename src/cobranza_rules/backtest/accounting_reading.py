"""Reads deposits, discounts and packets for Accounting out of the tables, as they came to be known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.backtest.accounting_history import RecordedDeposit, RecordedDiscount, RecordedPacket
from cobranza_rules.calendar import days_after
from cobranza_rules.domain.accounting import PacketState
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.discount import DiscountState
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.taking_back import CREDITED
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.store.tables import (
    AccountingPacketRow,
    BankLineRow,
    BankStatementRow,
    CaseEventRow,
    CustomerRow,
    DiscountRow,
    EntryRow,
    InvoiceRow,
)

APPLIED, REVERSED = EntryKind.PAYMENT_APPLIED.value, EntryKind.PAYMENT_REVERSED.value
CAPTURED_AS_CREDITED, ANSWERED = "discount_credited", "credit_note_answered"  # Events of the case file
JOINED = "deposit_joined"


@dataclass(frozen=True, slots=True)
class AccountingReader:
    """`ends` is the end of the period; `counts_on` gives the first day of which a decision for a customer could know of an instant's fact."""

    session: Session
    ends: dt.datetime
    counts_on: Callable[[int, dt.datetime], dt.date]
    day_of: Callable[[dt.datetime], dt.date]

    def discounts(self, ids: Sequence[int]) -> list[RecordedDiscount]:
        """Of every customer from the first to the last of `ids`."""
        reversed_by, events = self._reversals(ids), self._events(ids)
        query = select(DiscountRow, InvoiceRow.number).join(InvoiceRow, InvoiceRow.id == DiscountRow.invoice_id)
        query = query.where(DiscountRow.customer_id.between(ids[0], ids[-1]), DiscountRow.known_at < self.ends).order_by(DiscountRow.id)
        return [
            RecordedDiscount(
                row.id,
                row.customer_id,
                number,
                row.minor,
                row.currency,
                row.kind,
                row.taken_on,
                list(self._states(row, reversed_by.get(row.id, ()), (CAPTURED_AS_CREDITED, row.id) in events)),
                row.requested_on,
                events.get((ANSWERED, row.id)),
            )
            for row, number in self.session.execute(query)
        ]

    def _states(
        self, row: DiscountRow, reversals: Sequence[tuple[dt.date, DiscountState]], credited_at_once: bool
    ) -> Iterator[tuple[dt.date, DiscountState]]:
        known_on = self.counts_on(row.customer_id, row.known_at)
        if credited_at_once:
            yield known_on, DiscountState.CREDITED
            return
        yield known_on, DiscountState.WAITING if row.doubt else DiscountState.APPLIED
        if row.approved_at is not None and row.approved_at < self.ends:
            refused = row.state == DiscountState.REFUSED.value
            yield self.counts_on(row.customer_id, row.approved_at), DiscountState.REFUSED if refused else DiscountState.APPLIED
        yield from reversals

    def _reversals(self, ids: Sequence[int]) -> Mapping[int, list[tuple[dt.date, DiscountState]]]:
        query = (
            select(InvoiceRow.customer_id, EntryRow.data, EntryRow.known_at)
            .join(InvoiceRow, InvoiceRow.id == EntryRow.invoice_id)
            .where(InvoiceRow.customer_id.between(ids[0], ids[-1]), EntryRow.kind == EntryKind.DISCOUNT_REVERSED.value)
            .where(EntryRow.known_at < self.ends)
        )
        found: dict[int, list[tuple[dt.date, DiscountState]]] = defaultdict(list)
        for customer_id, data, known_at in self.session.execute(query.order_by(EntryRow.id)):
            state = DiscountState.CREDITED if data["because"] == CREDITED else DiscountState.REVERSED
            found[data["discount"]].append((self.counts_on(customer_id, known_at), state))
        return found

    def _events(self, ids: Sequence[int]) -> Mapping[tuple[str, int], dt.date]:
        kinds = (CAPTURED_AS_CREDITED, ANSWERED)
        query = select(CaseEventRow.kind, CaseEventRow.data, CaseEventRow.customer_id, CaseEventRow.known_at)
        query = query.where(
            CaseEventRow.customer_id.between(ids[0], ids[-1]), CaseEventRow.kind.in_(kinds), CaseEventRow.known_at < self.ends
        )
        found: dict[tuple[str, int], dt.date] = {}
        for kind, data, customer_id, known_at in self.session.execute(query.order_by(CaseEventRow.seq)):
            found[kind, data["discount"]] = self.counts_on(customer_id, known_at)
        return found

    def packets(self, ids: Sequence[int]) -> list[RecordedPacket]:
        """A run writes a packet after it has decided: the next day's decision is the first that knows of it."""
        query = select(AccountingPacketRow).where(AccountingPacketRow.customer_id.between(ids[0], ids[-1]))
        rows = list(self.session.scalars(query.where(AccountingPacketRow.known_at < self.ends).order_by(AccountingPacketRow.id)))
        renewed = {(row.day, row.currency, row.sequence, row.revision): self.day_of(row.known_at) for row in rows}
        found = []
        for row in rows:
            states = [(days_after(self.day_of(row.known_at), 1), PacketState.SENT if row.sent_on is not None else PacketState.PREPARED)]
            if row.answered_on is not None:
                accepted = row.state == PacketState.ACCEPTED.value
                states.append((row.answered_on, PacketState.ACCEPTED if accepted else PacketState.RETURNED))
            if (gone := renewed.get((row.day, row.currency, row.sequence, row.revision + 1))) is not None:
                states.append((gone, PacketState.REPLACED))
            discounts = frozenset(line["id"] for line in row.lines if line["subject"] == Scope.DISCOUNT.value)
            found.append(RecordedPacket(row.id, row.customer_id, row.day, row.currency, row.revision, row.sent_on, states, discounts))
        return found

    def deposits(self, ids: Sequence[int]) -> list[RecordedDeposit]:
        """All of them, with the customer who stands for them in the ledger: the first. What is nobody's was never to be applied."""
        first = self.session.scalar(select(func.min(CustomerRow.id)))
        if first not in ids:
            return []
        parts = self._parts()
        left_out = (LineState.NOT_OURS.value, LineState.RETURNED.value)
        query = (
            select(BankLineRow, BankStatementRow.known_at)
            .join(BankStatementRow, BankStatementRow.id == BankLineRow.statement_id)
            .where(BankLineRow.minor > 0, BankLineRow.state.not_in(left_out), BankStatementRow.known_at < self.ends)
            .order_by(BankLineRow.id)
        )
        return [
            RecordedDeposit(
                line.id, line.account, line.minor, line.currency, line.kind, line.booked_on, self.day_of(known_at), parts.get(line.id, ())
            )
            for line, known_at in self.session.execute(query)
        ]

    def _parts(self) -> Mapping[int, list[tuple[dt.date, int]]]:
        """What was applied of each deposit, and taken back; one that is another evidence of a payment is applied as a whole."""
        found: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
        applied: dict[tuple[int, int], tuple[int, int]] = {}
        entries = select(EntryRow.invoice_id, EntryRow.kind, EntryRow.data, EntryRow.known_at)
        entries = entries.where(EntryRow.kind.in_((APPLIED, REVERSED)), EntryRow.known_at < self.ends)
        for invoice, kind, data, known_at in self.session.execute(entries.order_by(EntryRow.id)):
            key = (int(data["payment"]), invoice)
            if kind == APPLIED and "deposit" in data:
                applied[key] = data["deposit"], data["minor"]
                found[data["deposit"]].append((self.day_of(known_at), data["minor"]))
            elif kind == REVERSED and key in applied:
                line, minor = applied.pop(key)
                found[line].append((self.day_of(known_at), -minor))
        events = select(CaseEventRow.data, CaseEventRow.known_at).where(CaseEventRow.kind == JOINED, CaseEventRow.known_at < self.ends)
        for data, known_at in self.session.execute(events.order_by(CaseEventRow.seq)):
            found[data["deposit"]].append((self.day_of(known_at), data["minor"]))
        return found
