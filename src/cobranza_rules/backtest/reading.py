"""Reads the history of some customers out of the tables. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.backtest.accounting_reading import AccountingReader
from cobranza_rules.backtest.history import (
    Happening,
    History,
    Period,
    RecordedAddress,
    RecordedCustomer,
    RecordedInvoice,
    RecordedOverride,
    RecordedPayment,
    RecordedTask,
)
from cobranza_rules.backtest.past_deeds import PastDeeds
from cobranza_rules.backtest.payment_reading import PaymentReader
from cobranza_rules.booking.message_tasks import MESSAGES
from cobranza_rules.booking.task_answers import FIND_ADDRESS
from cobranza_rules.calendar import days_after
from cobranza_rules.clock import instant_of
from cobranza_rules.domain.agreement import Limit, Version
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.promises import Promise, promise_of_json
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.store.chunks import CHUNK
from cobranza_rules.store.overrides import override_of
from cobranza_rules.store.parts import Customer
from cobranza_rules.store.requested_deliveries import requests_naming_deliveries
from cobranza_rules.store.tables import (
    AgreementRow,
    CaseEventRow,
    ContactRow,
    CustomerRow,
    EntryRow,
    InvoiceRow,
    OverrideRow,
    ReceivedRow,
    TaskRow,
)

# Tables, not classes: rows are read as they are, without what the mapping of objects costs.
AGREEMENT, CONTACT, CUSTOMER, ENTRY, EVENT, INVOICE, RECEIVED, TASK = (
    row.__table__.c for row in (AgreementRow, ContactRow, CustomerRow, EntryRow, CaseEventRow, InvoiceRow, ReceivedRow, TaskRow)
)
KINDS = {kind.value: kind for kind in EntryKind}
# What an invoice says of itself: the columns that are no copy of the fold of its entries.
OF_THE_FOLD = {
    "ladder",
    "rung",
    "rung_on",
    "next_contact",
    "dunning_level",
    "balance",
    "paid",
    "status",
    "support_missing",
    "ledger_difference",
    *InvoiceState.__slots__,
}
OWN_COLUMNS = tuple(column.name for column in INVOICE if column.name not in OF_THE_FOLD)

Decided = Mapping[tuple[int, dt.date], dt.datetime]  # When the program first planned something for a customer on a day


@dataclass(frozen=True, slots=True)
class HistoryReader:
    """`zone` is the company's: it says on which day something came to be known."""

    session: Session
    period: Period
    rules: RuleSet
    zone: ZoneInfo

    def begins(self) -> dt.datetime:
        return self._midnight(self.period.first)

    def ends(self) -> dt.datetime:
        if self.period.last == dt.date.max:
            return instant_of(self.period.last, dt.time.max, self.zone)
        return self._midnight(days_after(self.period.last, 1))

    def _midnight(self, day: dt.date) -> dt.datetime:
        return instant_of(day, dt.time(), self.zone)

    def _day(self, instant: dt.datetime) -> dt.date:
        return instant.astimezone(self.zone).date()

    def first_known_on(self) -> dt.date | None:
        """The day of the first entry of the book."""
        first = self.session.scalar(select(func.min(EntryRow.known_at)))
        return None if first is None else self._day(first)

    def chunks(self) -> Iterator[Sequence[int]]:
        """All customers, in chunks ordered by id: so many at once that memory stays flat however large the book is."""
        last = 0
        while ids := list(self.session.scalars(select(CUSTOMER.id).where(CUSTOMER.id > last).order_by(CUSTOMER.id).limit(CHUNK))):
            last = ids[-1]
            yield ids

    def of(self, ids: Sequence[int]) -> History:
        """`ids` are a chunk: every customer from the first to the last of them."""
        invoices, decided = self._invoices(ids), self._decided(ids)
        past = PastDeeds(self.session, self.period, self.rules, ids)
        scopes = {rule.scope for rule in self.rules.rules}
        accounting = AccountingReader(self.session, self.ends(), partial(self._counts_on, decided=decided), self._day)
        return History(
            customers=self._customers(ids, decided),
            invoices=invoices,
            happenings=self._happenings(ids, invoices, decided),
            claims=[claim for claim in past.claims() if claim.subject != "invoice" or claim.subject_id in invoices],
            contacts=past.contacts(),
            tasks=self._tasks(ids, decided),
            came_back=past.came_back(),
            overrides=self._overrides(ids, decided),
            payments=self._payments(ids, decided),
            requested=requests_naming_deliveries(self.session, ids),
            deposits=accounting.deposits(ids) if Scope.DEPOSIT in scopes else (),
            discounts=accounting.discounts(ids) if scopes & {Scope.DISCOUNT, Scope.CREDIT_NOTE_REQUEST, Scope.PACKET} else (),
            packets=accounting.packets(ids) if Scope.PACKET in scopes else (),
        )

    def _decided(self, ids: Sequence[int]) -> Decided:
        query = select(EVENT.customer_id, EVENT.known_at).where(
            EVENT.customer_id.between(ids[0], ids[-1]),
            EVENT.kind.in_(("action_planned", "people_told")),
            EVENT.known_at >= self.begins(),
            EVENT.known_at < self.ends(),
        )
        first: dict[tuple[int, dt.date], dt.datetime] = {}
        for customer_id, known_at in self.session.execute(query.order_by(EVENT.seq)).all():
            first.setdefault((customer_id, self._day(known_at)), known_at)
        return first

    def _counts_on(self, customer_id: int, known_at: dt.datetime, decided: Decided) -> dt.date:
        """What came after the day's decision, an answer to its message perhaps, is of the next day: it could not have changed the decision."""
        day = self._day(known_at)
        first = decided.get((customer_id, day))
        return day if first is None or known_at <= first else days_after(day, 1)

    def _customers(self, ids: Sequence[int], decided: Decided) -> dict[int, RecordedCustomer]:
        addresses: dict[int, list[RecordedAddress]] = defaultdict(list)
        query = select(CONTACT.customer_id, CONTACT.role, CONTACT.email, CONTACT.bounced_on).where(
            CONTACT.customer_id.between(ids[0], ids[-1]), CONTACT.active, CONTACT.email != ""
        )
        for customer_id, role, email, bounced_on in self.session.execute(query.order_by(CONTACT.id)).all():
            addresses[customer_id].append(RecordedAddress(role, email, bounced_on))
        waiting = self._waiting(ids, decided)
        rows = self.session.execute(select(*(CUSTOMER[name] for name in Customer._fields)).where(CUSTOMER.id.between(ids[0], ids[-1])))
        limits, promises = self._limits(ids, decided), self._promises(ids)
        return {
            row.id: RecordedCustomer(
                row.id, row, tuple(addresses[row.id]), tuple(waiting.get(row.id, ())), tuple(limits[row.id]), tuple(promises[row.id])
            )
            for row in rows.all()
        }

    def _promises(self, ids: Sequence[int]) -> dict[int, list[tuple[Promise, ...]]]:
        """Of invoices of which nothing came to be known since the period began."""
        found: dict[int, list[tuple[Promise, ...]]] = defaultdict(list)
        if not self.rules.asks_for_promises_kept:
            return found
        query = select(INVOICE.customer_id, INVOICE.promises).where(
            INVOICE.customer_id.between(ids[0], ids[-1]), INVOICE.promises.is_not(None), INVOICE.closed.is_(None)
        )
        for customer_id, kept in self.session.execute(query.where(INVOICE.id.not_in(self._concerned(ids)))):
            found[customer_id].append(tuple(map(promise_of_json, kept)))
        return found

    def _limits(self, ids: Sequence[int], decided: Decided) -> dict[int, list[Limit]]:
        """Credit limits with the day from which a decision could know of them."""
        columns = [AGREEMENT[name] for name in ("id", "number", "version", "currency", "valid_from", "valid_until")]
        query = select(AGREEMENT.customer_id, AGREEMENT.credit_limit, AGREEMENT.known_at, *columns)
        query = query.where(AGREEMENT.customer_id.between(ids[0], ids[-1]), AGREEMENT.known_at < self.ends())
        found: dict[int, list[Limit]] = defaultdict(list)
        for customer_id, minor, known_at, *version in self.session.execute(query.order_by(AGREEMENT.id)).all():
            found[customer_id].append(Limit(Version(*version), minor, self._counts_on(customer_id, known_at, decided)))
        return found

    def _waiting(self, ids: Sequence[int], decided: Decided) -> dict[int, list[tuple[dt.date, dt.date | None]]]:
        """The case file tells on which day a message was settled, or recorded as what it says."""
        settled: dict[int, dt.date] = {}
        events = select(EVENT.data, EVENT.happened_on).where(
            EVENT.customer_id.between(ids[0], ids[-1]), or_(EVENT.kind == "message_settled", EVENT.kind.startswith("recorded_"))
        )
        for data, day in self.session.execute(events.order_by(EVENT.seq)).all():
            settled[data["message"]] = day
        found: dict[int, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
        query = select(RECEIVED.id, RECEIVED.customer_id, RECEIVED.received_at, RECEIVED.state).where(
            RECEIVED.customer_id.between(ids[0], ids[-1]), RECEIVED.state != "automatic", RECEIVED.received_at < self.ends()
        )
        for message, customer_id, received_at, state in self.session.execute(query).all():
            if state == "open" or message in settled:
                since = self._counts_on(customer_id, received_at, decided)
                found[customer_id].append((since, None if state == "open" else settled[message]))
        return found

    def _concerned(self, ids: Sequence[int]) -> Select[int]:
        """Invoices that are open today, or overpaid, or of which something came to be known since the period began: any other was closed before."""
        since = select(ENTRY.id).where(ENTRY.invoice_id == INVOICE.id, ENTRY.known_at >= self.begins())
        return select(INVOICE.id).where(
            INVOICE.customer_id.between(ids[0], ids[-1]), or_(INVOICE.status == "open", INVOICE.balance < 0, since.exists())
        )

    def _invoices(self, ids: Sequence[int]) -> dict[int, RecordedInvoice]:
        query = select(*(INVOICE[name] for name in OWN_COLUMNS)).where(INVOICE.id.in_(self._concerned(ids)))
        return {row["id"]: RecordedInvoice(row["id"], row["customer_id"], dict(row)) for row in self.session.execute(query).mappings()}

    def _happenings(self, ids: Sequence[int], invoices: Mapping[int, RecordedInvoice], decided: Decided) -> list[Happening]:
        query = select(ENTRY.invoice_id, ENTRY.kind, ENTRY.data, ENTRY.happened_on, ENTRY.known_at).where(
            ENTRY.invoice_id.in_(self._concerned(ids)), ENTRY.known_at < self.ends()
        )
        found = []
        for invoice_id, kind, data, happened_on, known_at in self.session.execute(query.order_by(ENTRY.id)).all():
            day = self._counts_on(invoices[invoice_id].customer_id, known_at, decided)
            found.append(Happening(day, invoice_id, Entry(KINDS[kind], happened_on, data)))
        return found

    def _overrides(self, ids: Sequence[int], decided: Decided) -> list[RecordedOverride]:
        query = select(OverrideRow).where(OverrideRow.customer_id.between(ids[0], ids[-1]), OverrideRow.known_at < self.ends())
        found = []
        for row in self.session.scalars(query.order_by(OverrideRow.id)):
            since = self._counts_on(row.customer_id, row.known_at, decided)
            ended = self._counts_on(row.customer_id, row.ended_at, decided) if row.ended_at else None
            found.append(RecordedOverride(row.customer_id, row.invoice_id, override_of(row, self.rules.current), since, ended))
        return found

    def _tasks(self, ids: Sequence[int], decided: Decided) -> list[RecordedTask]:
        columns = (TASK.id, TASK.customer_id, TASK.name, TASK.opened_on, TASK.due_on, TASK.done_at)
        columns_of_origin = (TASK.assigned_to, TASK.action_id, TASK.detail)
        query = select(*columns, *columns_of_origin).where(TASK.customer_id.between(ids[0], ids[-1]), TASK.opened_on <= self.period.last)
        found = []
        for row in self.session.execute(query.order_by(TASK.id)).all():
            done_on = self._counts_on(row.customer_id, row.done_at, decided) if row.done_at else None
            of_a_rule = row.action_id is not None or "action" in row.detail or row.name == FIND_ADDRESS
            brought = not of_a_rule or MESSAGES in row.detail  # Rules for replies are not played: what they asked is recorded.
            found.append(RecordedTask(*row[:5], done_on, row.assigned_to, brought))
        return found

    def _payments(self, ids: Sequence[int], decided: Decided) -> list[RecordedPayment]:
        """Only where rules look at them."""
        if not self.rules.asks_for_cash_on_account and not any(rule.scope is Scope.PAYMENT for rule in self.rules.rules):
            return []
        return PaymentReader(self.session, self.ends(), partial(self._counts_on, decided=decided)).of(ids)
