"""What Accounting has to do, as subjects of a decision: discounts, credit notes that it was asked for, and packets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar, days_after
from cobranza_rules.domain.accounting import UNANSWERED, PacketState
from cobranza_rules.domain.discount import STANDING, DiscountState
from cobranza_rules.facts.queues import RECENT, credit_note_request_facts, discount_facts, packet_facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.subjects import CustomerSubject, QueueSubject
from cobranza_rules.store.chunks import Within
from cobranza_rules.store.payment_columns import in_packet
from cobranza_rules.store.reading import Reading, anew
from cobranza_rules.store.tables import AccountingPacketRow, DiscountRow, InvoiceRow, PacketLineRow

DISCOUNT, INVOICE, LINE, PACKET = (row.__table__.c for row in (DiscountRow, InvoiceRow, PacketLineRow, AccountingPacketRow))
Customers = Mapping[int, CustomerSubject]
Rows = Sequence[Any]
_OPEN = [state.value for state in (*STANDING, DiscountState.WAITING)]


@dataclass(frozen=True, slots=True)
class AccountingQueues:
    session: Session
    calendar: BusinessCalendar
    today: dt.date
    reading: Reading = anew

    def customers_of(self, scope: Scope) -> Select[tuple[int]]:
        if scope is Scope.PACKET:
            return select(PACKET.customer_id).where(self._packets_looked_at()).distinct()
        looked_at = self._requested() if scope is Scope.CREDIT_NOTE_REQUEST else self._discounts_looked_at()
        return select(DISCOUNT.customer_id).where(looked_at).distinct()

    def _discounts_looked_at(self) -> ColumnElement[bool]:
        """Those of the last days, and those that are not documented yet."""
        return and_(DISCOUNT.state.in_(_OPEN), or_(DISCOUNT.taken_on >= self._recent, DISCOUNT.state != DiscountState.CREDITED.value))

    @property
    def _recent(self) -> dt.date:
        return days_after(self.today, -RECENT)

    @staticmethod
    def _requested() -> ColumnElement[bool]:
        return DISCOUNT.state == DiscountState.REQUESTED.value

    @staticmethod
    def _packets_looked_at() -> ColumnElement[bool]:
        """Those that wait for an answer, and those that were accepted while some credit note is still to be asked for."""
        accepted = and_(PACKET.state == PacketState.ACCEPTED.value, _to_request() > 0)
        return or_(PACKET.state.in_([state.value for state in UNANSWERED]), accepted)

    def discounts(self, within: Within, customers: Customers) -> Iterator[QueueSubject]:
        rows = self.reading(Scope.DISCOUNT, lambda: self._discounts(within))
        for key, customer_id, number, minor, currency, kind, state, taken_on, sent in rows:
            if taken_on < self._recent and state == DiscountState.CREDITED.value:  # On the day of which the rows are it was looked at.
                continue
            said = (customers[customer_id].facts, number, minor, currency, kind, state, taken_on)
            facts = discount_facts(*said, self.today, self.calendar, sent_to_accounting=bool(sent))
            yield QueueSubject(Scope.DISCOUNT, key, customer_id, number, facts)

    def _discounts(self, within: Within) -> Rows:
        columns = (DISCOUNT.id, DISCOUNT.customer_id, INVOICE.number, DISCOUNT.minor, DISCOUNT.currency, DISCOUNT.kind)
        more = (DISCOUNT.state, DISCOUNT.taken_on, in_packet(Scope.DISCOUNT.value, DISCOUNT.id))
        query = select(*columns, *more).join(InvoiceRow, INVOICE.id == DISCOUNT.invoice_id)
        return self.session.execute(query.where(self._discounts_looked_at(), within(DISCOUNT.customer_id)).order_by(DISCOUNT.id)).all()

    def requests(self, within: Within, customers: Customers) -> Iterator[QueueSubject]:
        rows = self.reading(Scope.CREDIT_NOTE_REQUEST, lambda: self._requests(within))
        for key, customer_id, number, minor, currency, kind, requested_on, taken_on, answer in rows:
            said = (customers[customer_id].facts, number, minor, currency, kind, requested_on or taken_on)
            facts = credit_note_request_facts(*said, self.today, self.calendar, answered=bool(answer))
            yield QueueSubject(Scope.CREDIT_NOTE_REQUEST, key, customer_id, number, facts)

    def _requests(self, within: Within) -> Rows:
        columns = (DISCOUNT.id, DISCOUNT.customer_id, INVOICE.number, DISCOUNT.minor, DISCOUNT.currency, DISCOUNT.kind)
        query = select(*columns, DISCOUNT.requested_on, DISCOUNT.taken_on, DISCOUNT.answer).join(
            InvoiceRow, INVOICE.id == DISCOUNT.invoice_id
        )
        return self.session.execute(query.where(self._requested(), within(DISCOUNT.customer_id)).order_by(DISCOUNT.id)).all()

    def packets(self, within: Within, _customers: Customers) -> Iterator[QueueSubject]:
        rows = self.reading(Scope.PACKET, lambda: self._packets(within))
        for key, customer_id, day, currency, state, sent_on, revision, to_request in rows:
            facts = packet_facts(currency, state, sent_on, revision, int(to_request), self.today, self.calendar)
            yield QueueSubject(Scope.PACKET, key, customer_id, f"{day} {currency}", facts)

    def _packets(self, within: Within) -> Rows:
        columns = (PACKET.id, PACKET.customer_id, PACKET.day, PACKET.currency, PACKET.state, PACKET.sent_on, PACKET.revision)
        query = select(*columns, _to_request()).where(self._packets_looked_at(), within(PACKET.customer_id)).order_by(PACKET.id)
        return self.session.execute(query).all()


def _to_request() -> ColumnElement[int]:
    """The discounts of a packet that nothing documents and for which nobody was asked."""
    of_it = (LINE.packet_id == PACKET.id, LINE.live, LINE.subject == Scope.DISCOUNT.value, DISCOUNT.state == DiscountState.APPLIED.value)
    counted = select(func.count()).select_from(LINE.id.table).join(DiscountRow, DISCOUNT.id == LINE.subject_id).where(*of_it)
    return func.coalesce(counted.correlate(AccountingPacketRow).scalar_subquery(), 0)
