"""Credit notes as they stood on a day: known, shared by a person, cancelled."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.reports.past_unapplied import cut_of, other_unapplied
from cobranza_rules.reports.standing import Known
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import CreditNoteRow, InvoiceRow
from tests.reports.random_history import FIRST, Event, History, enter

ISSUED, KNOWN, SHARED, CANCELLED = (FIRST + dt.timedelta(days=ahead) for ahead in (1, 3, 5, 9))


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def left(session: Session, history: History, day: dt.date | None, known: Known = Known.THEN) -> list[tuple[str, int]]:
    cut = None if day is None else cut_of(day, dt.UTC, known)
    return [(one.number, one.amount.minor) for one in other_unapplied(session, cut, history.ids)]


def test_a_note_stands_apart_from_the_day_on_which_it_is_known_to_that_on_which_it_is_used_up_or_cancelled(database: Database) -> None:
    with database.writing() as session:
        history = History(["NOTES"])
        history.invoices[0] = ("NOTES", "MXN", None)
        history.events.append(Event(FIRST, FIRST, 0, EntryKind.ISSUED, {"minor": 10_000, "due_on": None, "credit_days": None}))
        enter(session, history)
        (customer_id,), invoice = history.ids, session.get_one(InvoiceRow, history.rows[0])
        told = {"customer_id": customer_id, "currency": "MXN", "total": 3000, "issued_on": ISSUED, "state": "for_a_person"}
        notes = [CreditNoteRow(number=number, **told) for number in ("NC-1", "NC-2")]
        session.add_all(notes)
        session.flush()
        for note in notes:
            Bookkeeper(session, noon(KNOWN)).note(customer_id, "credit_note", ISSUED, {"number": note.number, "minor": 3000})
        assert left(session, history, None) == [("NC-1", 3000), ("NC-2", 3000)]
        data = {"credit_note": notes[0].id, "number": "NC-1", "minor": 3000}
        Bookkeeper(session, noon(SHARED)).enter(invoice, EntryKind.CREDIT_APPLIED, ISSUED, data)
        Bookkeeper(session, noon(CANCELLED)).note(customer_id, "credit_note_cancelled", CANCELLED, {"number": "NC-2", "minor": 3000})
        notes[0].state, notes[1].state = "applied", "cancelled"
        session.flush()
        day = dt.timedelta(days=1)
        assert left(session, history, KNOWN - day) == []
        assert left(session, history, SHARED - day) == [("NC-1", 3000), ("NC-2", 3000)]
        assert left(session, history, CANCELLED - day) == [("NC-2", 3000)]
        assert left(session, history, CANCELLED) == left(session, history, None) == []
        assert left(session, history, ISSUED, Known.NOW) == [("NC-2", 3000)]
