"""Writes the book: an entry, the invoice's new present, and the case file's event, always together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.plan_standing import state_plan_anew
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.casefile.writer import CaseWriter
from cobranza_rules.domain.due_basis import MAY_MOVE_THE_DUE_DATE, DueBasis, basis_as_json, basis_of_json, due_anew
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, InvoiceStatus, after
from cobranza_rules.domain.promises import promise_of_json
from cobranza_rules.domain.rung_sent import rung_json, rung_of_json
from cobranza_rules.domain.support import support_file
from cobranza_rules.rulebook.versions import files_of, version_in_force
from cobranza_rules.rules.document import read_rules
from cobranza_rules.store.tables import EntryRow, InvoiceRow

# State fields that the row keeps under the same name; the others are derived, or kept as JSON.
SAME_NAME = (
    "cancellation_pending",
    "due_on",
    "credit_days",
    "delivery",
    "delivered_on",
    "delivered_by",
    "not_received_count",
    "acknowledged",
    "case_status",
    "promised_on",
    "promised_minor",
    "promise_paid",
    "promise_count",
    "claimed_on",
    "claim_count",
    "claim_expired_on",
    "dispute_open",
    "dispute_closed_on",
    "reversed_on",
    "intervention",
    "intervention_due",
    "intervention_task",
    "payment_plan",
    "instalment_on",
    "instalment_until",
    "instalment_minor",
    "plan_percent",
    "cfdi_missing",
    "ledger_open",
    "agreement",
    "agreement_id",
    "request",
)
BRINGS_ITS_CFDI = frozenset({EntryKind.ISSUED, EntryKind.CFDI_BOOKED})  # Entries whose event names the CFDI by its hash


def state_of(row: InvoiceRow) -> InvoiceState:
    return InvoiceState(
        total=row.total,
        applied=row.applied,
        closed=InvoiceStatus(row.closed) if row.closed else None,
        due_basis=_basis_of(row),
        rungs=tuple(map(rung_of_json, row.rungs)),
        promises=tuple(map(promise_of_json, row.promises or ())),
        cheques=row.cheques or {},
        acknowledgements=tuple(row.acknowledgements),
        support=tuple(map(support_file, row.support)),
        support_required=tuple(row.support_required),
        **{name: getattr(row, name) for name in SAME_NAME},
    )


def _basis_of(row: InvoiceRow) -> DueBasis:
    if row.due_basis is None:
        return DueBasis(row.issued_on)
    basis = basis_of_json(row.due_basis)
    return basis if basis.issued_on is not None else replace(basis, issued_on=row.issued_on)


def _kept_basis(row: InvoiceRow, basis: DueBasis) -> dict[str, Any] | None:
    """The day of issue is left out where it is that of the row; nothing is kept where nothing else is there."""
    kept = basis_as_json(basis)
    if basis.issued_on == row.issued_on:
        del kept["issued_on"]
    return kept or None


def columns_of(row: InvoiceRow, state: InvoiceState) -> dict[str, Any]:
    """What the row keeps of a state, by its columns."""
    last = state.last_rung
    return {name: getattr(state, name) for name in SAME_NAME} | {
        "total": state.total,
        "balance": state.balance,
        "paid": state.paid,
        "status": state.status.value,
        "closed": state.closed.value if state.closed else None,
        "ledger_difference": state.ledger_difference,
        "applied": dict(state.applied),
        "due_basis": _kept_basis(row, state.due_basis),
        "rungs": [rung_json(rung) for rung in state.rungs],
        "cheques": {key: dict(kept) for key, kept in state.cheques.items()} or None,
        "cheque_state": state.cheque_state,
        "cheque_on": state.cheque_on,
        "promises": [promise.as_json() for promise in state.promises] or None,
        "acknowledgements": [dict(one) for one in state.acknowledgements],
        "support": [file.as_json() for file in state.support],
        "support_required": list(state.support_required),
        "support_missing": state.support_missing,
        "ladder": last.ladder if last else "",
        "rung": last.rung if last else "",
        "rung_on": last.on if last else None,
        "next_contact": last.next_contact if last else None,
        "dunning_level": len(state.rungs),
    }


def put_state(row: InvoiceRow, state: InvoiceState) -> None:
    """Only what has become another: to compare costs far less than to set what the database then has to be asked about."""
    for name, value in columns_of(row, state).items():
        if getattr(row, name) != value:
            setattr(row, name, value)


@lru_cache(maxsize=4)
def _calendar_of(_version: int, files: tuple[tuple[str, bytes], ...]) -> BusinessCalendar:
    """To read the rules costs more than to book many files, and each transaction has a bookkeeper of its own."""
    rules, _warnings = read_rules(files)
    return rules.calendar


class Bookkeeper:
    """Bound to one writing transaction. `known_at` is the instant at which all that it enters came to be known."""

    def __init__(self, session: Session, known_at: dt.datetime) -> None:
        self.session = session
        self.known_at = known_at
        self._case = CaseWriter(session)
        self._gathered: list[dict[str, Any]] | None = None  # Entries that are still to be written
        self.changed: set[int] = set()  # Invoices of which something was entered
        self.changed_payments: set[int] = set()  # Payments that cover or covered something of them

    def enter(self, invoice: InvoiceRow, kind: EntryKind, happened_on: dt.date, data: Mapping[str, Any] | None = None) -> bool:
        """False where the entry changes nothing, as a second evidence of a payment does: then nothing is written."""
        entry = Entry(kind, happened_on, dict(data or {}))
        before = state_of(invoice)
        state = after(before, entry)
        if state == before and kind is not EntryKind.ISSUED:
            return False
        columns = {
            "invoice_id": invoice.id,
            "kind": kind.value,
            "data": dict(entry.data),
            "happened_on": happened_on,
            "known_at": self.known_at,
        }
        if self._gathered is None:
            self.session.add(EntryRow(**columns))
        else:
            self._gathered.append(columns)
        put_state(invoice, state)
        self.changed.add(invoice.id)
        if "payment" in entry.data:
            self.changed_payments.add(entry.data["payment"])
        held = {"document": invoice.document} if kind in BRINGS_ITS_CFDI and invoice.document else {}
        told = {"invoice": invoice.number, "currency": invoice.currency, **held, **entry.data}
        self.note(invoice.customer_id, kind.value, happened_on, told)
        if kind in MAY_MOVE_THE_DUE_DATE and state.due_basis.counts:
            self._date_anew(invoice, state, entry)
        if state.payment_plan is not None and state.balance != before.balance:
            state_plan_anew(self, state.payment_plan, happened_on)
        return True

    def _date_anew(self, invoice: InvoiceRow, state: InvoiceState, cause: Entry) -> None:
        """What has happened may have moved the due date; `because` says that nobody has agreed to anything new."""
        if (data := due_anew(state, invoice.currency, self.calendar)) is not None:
            self.enter(invoice, EntryKind.DUE_SET, cause.happened_on, {**data, "because": cause.kind.value})

    @cached_property
    def calendar(self) -> BusinessCalendar:
        """That of the rules in force; the program's own where none were published yet."""
        version = version_in_force(self.session)
        return BusinessCalendar() if version is None else _calendar_of(version.id, tuple(files_of(version)))

    def note(self, customer_id: int, kind: str, happened_on: dt.date, data: dict[str, Any]) -> None:
        """An event of the case file that changes no invoice."""
        self._case.add(customer_id, kind, happened_on, self.known_at, data)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is entered inside is written at its end, in a few statements: nothing inside may read entries or events. Not to be nested."""
        self.session.flush()
        self._gathered, self._case.gathering = [], True
        try:
            yield
            if self._gathered:
                self.session.execute(insert(EntryRow), self._gathered)
            self._case.write_gathered()
        finally:
            self._gathered, self._case.gathering = None, False

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """All or nothing of what is written inside: an exception takes it back, the rest of the transaction stands."""
        head = self._case.head
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            self._case.head = head
            raise

    def invoices(self, ids: list[int]) -> list[InvoiceRow]:
        return list(self.session.scalars(select(InvoiceRow).where(InvoiceRow.id.in_(ids)).order_by(InvoiceRow.id)))


def entries_of(session: Session, invoice_id: int, known_until: dt.datetime | None = None) -> list[Entry]:
    """An invoice's entries in the order in which they came to be known, up to an instant."""
    query = select(EntryRow).where(EntryRow.invoice_id == invoice_id).order_by(EntryRow.id)
    if known_until is not None:
        query = query.where(EntryRow.known_at <= known_until)
    return [Entry(EntryKind(row.kind), row.happened_on, row.data) for row in session.scalars(query)]
