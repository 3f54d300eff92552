"""What a list of the SAT's statuses makes of the book: in any order, twice, and with rows that nobody can believe."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.cfdi_files import COMPANY, credit_note, invoice, receipt, uuid_of
from tests.migrated import put_migrated
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker, desk, make_desk, supervised

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.importing import Importing, ImportReport
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.clock import FixedClock
from cobranza_rules.dispatch.unapplied import currencies_of, unapplied
from cobranza_rules.domain.invoice import fold
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import ApplicationRow, CfdiStatusRow, CreditNoteRow, InvoiceRow, PaymentRow, QuarantineRow, TaskRow

__all__ = ["desk", "make_desk", "supervised"]
DAY = dt.date(2026, 3, 2)
HEADINGS = "UUID,Estado,Estatus de cancelación,Fecha de cancelación,Fecha de consulta\n"


def statuses(*rows: str) -> bytes:
    """Each row begins with the name of a CFDI."""
    named = (row.partition(",") for row in rows)
    return (HEADINGS + "".join(f"{uuid_of(name)},{rest}\n" for name, _comma, rest in named)).encode()


def opened(database: Database, folder: Path, day: dt.date = DAY) -> Importing:
    return Importing(database, DocumentArchive(folder / "documents"), FixedClock(day, "America/Mexico_City"), COMPANY)


@pytest.fixture
def importing(database: Database, tmp_path: Path) -> Importing:
    return opened(database, tmp_path)


def take(importing: Importing, *contents: bytes) -> ImportReport:
    return importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))


def book(importing: Importing) -> dict[str, tuple[int, str, bool]]:
    with importing.database.reading() as session:
        return {row.number: (row.balance, row.status, row.cancellation_pending) for row in session.scalars(select(InvoiceRow))}


def tasks(importing: Importing) -> list[tuple[str, list[str]]]:
    with importing.database.reading() as session:
        numbers = dict(session.execute(select(InvoiceRow.id, InvoiceRow.number)).all())
        open_ones = session.scalars(select(TaskRow).where(TaskRow.state == "open").order_by(TaskRow.id))
        return [(task.name, [numbers[key] for key in task.invoices]) for task in open_ones]


def told(report: ImportReport) -> list[str]:
    return [str(problem) for problem in (*report.problems, *report.warnings)]


OPEN, PENDING, CANCELLED = (116_000, "open", False), (116_000, "open", True), (0, "cancelled", False)


def test_a_cancellation_in_process_keeps_the_debt_and_its_refusal_gives_it_back(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    assert take(importing, statuses("FA-1,Vigente,En proceso,,01/03/2026")).counts == {("cfdi_statuses", "updated"): 1}
    assert book(importing) == {"FA-1": PENDING}
    report = take(importing, statuses("FA-1,Vigente,,,02/03/2026"))
    assert told(report) == [
        (
            "file-0 (B2): the cancellation of FA-1 was under way, and this says only that it is valid; "
            "it stays so until a list says 'Solicitud rechazada' or 'Cancelado'"
        )
    ]
    assert book(importing) == {"FA-1": PENDING}
    take(importing, statuses("FA-1,Vigente,Solicitud rechazada,,02/03/2026"))
    assert book(importing) == {"FA-1": OPEN}


@pytest.mark.parametrize("process", ["", "Cancelado sin aceptación", "Cancelado con aceptación", "Plazo vencido"])
def test_cancelled_closes_on_the_day_that_the_list_says(importing: Importing, process: str) -> None:
    take(importing, invoice("FA-1"))
    take(importing, statuses(f"FA-1,Cancelado,{process},2026-02-20 10:22:11,"))
    assert (book(importing), tasks(importing)) == ({"FA-1": CANCELLED}, [])
    with importing.database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
        assert state_of(row) == fold(entries_of(session, row.id))
        entries = [(entry.kind.value, entry.happened_on) for entry in entries_of(session, row.id)]
        events = [str(event.sentence) for event in timeline(session, row.customer_id)]
    assert entries[-1] == ("cancelled", dt.date(2026, 2, 20))
    assert events[-1] == "invoice FA-1 was cancelled"
    assert events[-2].startswith("a list says of FA-1 at the SAT: cancelled")


def test_a_list_may_come_before_its_invoices_and_twice(importing: Importing) -> None:
    said = statuses("FA-1,Cancelado,Plazo vencido,20/02/2026,", "FA-2,Vigente,En proceso,,")
    report = take(importing, said)
    assert told(report) == [
        f"file-0 (A{row}): the UUID {uuid_of(name)} is not in the book; it was kept, and counts as soon as the CFDI is imported"
        for row, name in ((2, "FA-1"), (3, "FA-2"))
    ]
    assert report.counts == {("cfdi_statuses", "new"): 2}
    take(importing, invoice("FA-1"), invoice("FA-2"))
    assert book(importing) == {"FA-1": CANCELLED, "FA-2": PENDING}
    report = take(importing, said)
    assert (report.counts, told(report)) == ({("cfdi_statuses", "unchanged"): 2}, [])


def test_a_list_of_a_whole_year_tells_twenty_and_counts_the_rest(importing: Importing) -> None:
    report = take(importing, statuses(*(f"X-{number},Vigente,,," for number in range(25))))
    assert len(told(report)) == 21
    assert told(report)[-1] == ("file-0: 5 other UUIDs are not in the book; they were kept, and count as soon as their CFDI are imported")


def test_in_one_import_the_list_comes_after_the_invoices(importing: Importing) -> None:
    assert told(take(importing, statuses("FA-1,Cancelado,,,"), invoice("FA-1"))) == []
    assert book(importing) == {"FA-1": CANCELLED}


def test_valid_again_is_refused_and_an_older_list_changes_nothing(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"), statuses("FA-1,Cancelado,,20/02/2026,"))
    report = take(importing, statuses("FA-1,Vigente,,,", "FA-2,Vigente,En proceso,,"))
    assert told(report) == [
        (
            f"file-0 (B2): the CFDI {uuid_of('FA-1')} was cancelled on 2026-02-20, and this says that it is not; "
            "a cancellation is never undone; ask the SAT again, and correct the row"
        )
    ]
    assert book(importing) == {"FA-1": CANCELLED, "FA-2": PENDING}
    with importing.database.reading() as session:
        assert session.scalars(select(QuarantineRow)).one().file == "file-0"
    assert told(take(importing, statuses("FA-1,Vigente,En proceso,,15/02/2026"))) == []
    assert book(importing)["FA-1"] == CANCELLED


def test_of_a_uuid_that_stands_twice_the_first_row_counts(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    report = take(importing, statuses("FA-1,Vigente,,,", "FA-1,Vigente,,,", "FA-1,Cancelado,,,"))
    assert told(report) == [
        f"file-0 (A4): the UUID {uuid_of('FA-1')} stands already in cell A2; leave what the SAT says today; the first row was taken"
    ]
    assert book(importing) == {"FA-1": OPEN}


def test_a_uuid_that_the_sat_does_not_know_is_told(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    assert told(take(importing, statuses("FA-1,No encontrado,,,"))) == [
        "file-0 (B2): the SAT does not know FA-1; nothing was changed; look whether it was stamped, and ask again in three days"
    ]
    assert book(importing) == {"FA-1": OPEN}


PAID = receipt("P-1", {"FA-1": "400.00"}, operation="1")


@pytest.mark.parametrize("paid_first", [True, False])
def test_what_was_paid_for_a_cancelled_invoice_is_applied_to_nothing_and_a_person_is_asked(importing: Importing, paid_first: bool) -> None:
    said = statuses("FA-1,Cancelado,,20/02/2026,")
    take(importing, invoice("FA-1"))
    for content in (PAID, said) if paid_first else (said, PAID):
        take(importing, content)
    assert book(importing) == {"FA-1": CANCELLED}
    assert tasks(importing) == [("review-cancellation", ["FA-1"])]
    with importing.database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
        assert row.applied == {}
        assert [part.applied for part in session.scalars(select(ApplicationRow))] == [False]
        assert unapplied(session, row.customer_id, "MXN") == (("FA-1", Money(40_000, "MXN")),)
        task = session.scalars(select(TaskRow)).one()
        assert (task.assigned_to, task.detail) == ("collections_analyst", {"cancelled": "FA-1", "paid": 40_000, "currency": "MXN"})
    with importing.database.writing() as session:
        finish_task(Bookkeeper(session, importing.clock.now()), task.id, Answer("analista@kemper.example", "given_back"), DAY)
    with importing.database.reading() as session:
        assert unapplied(session, row.customer_id, "MXN") == ()


def finish(importing: Importing, answer: str) -> None:
    with importing.database.writing() as session:
        task = session.scalars(select(TaskRow).where(TaskRow.state == "open")).one()
        finish_task(Bookkeeper(session, importing.clock.now()), task.id, Answer("analista@kemper.example", answer), DAY)


def free_cash(importing: Importing) -> list[tuple[str, str]]:
    with importing.database.reading() as session:
        return [(number, str(amount)) for number, amount in unapplied(session, 1, "MXN")]


@pytest.mark.parametrize("answer", ["", "kept"])
def test_what_is_not_given_back_stays_unapplied_cash_until_a_receipt_applies_it(importing: Importing, answer: str) -> None:
    take(importing, invoice("FA-1"), PAID)
    take(importing, statuses("FA-1,Cancelado,,20/02/2026,"))
    finish(importing, answer)
    assert free_cash(importing) == [("FA-1", "400.00 MXN")]
    with importing.database.reading() as session:
        assert currencies_of(session, 1) == ["MXN"]
    take(importing, invoice("FA-2"), receipt("P-2", {"FA-2": "400.00"}, operation="1", replaces=("P-1",)))
    assert free_cash(importing) == []
    assert book(importing)["FA-2"][0] == 76_000


def test_what_comes_after_it_was_given_back_is_asked_about_anew(importing: Importing) -> None:
    take(importing, invoice("FA-1"), PAID)
    take(importing, statuses("FA-1,Cancelado,,20/02/2026,"))
    finish(importing, "given_back")
    take(importing, receipt("P-3", {"FA-1": "10.00"}, operation="3"))
    assert free_cash(importing) == [("FA-1", "410.00 MXN")]
    finish(importing, "given_back")
    assert free_cash(importing) == []


def test_any_other_answer_is_none(importing: Importing) -> None:
    take(importing, invoice("FA-1"), PAID)
    take(importing, statuses("FA-1,Cancelado,,20/02/2026,"))
    with pytest.raises(ProblemError) as refused:
        finish(importing, "gone")
    assert [str(problem) for problem in refused.value.problems] == [
        "'gone' does not say what becomes of the money; give --answer kept, and it stays unapplied cash of the customer, or given_back"
    ]
    assert tasks(importing) == [("review-cancellation", ["FA-1"])]


@pytest.mark.parametrize("noted_first", [True, False])
def test_a_credit_note_for_a_cancelled_invoice_is_a_persons(importing: Importing, noted_first: bool) -> None:
    said, note = statuses("FA-1,Cancelado,,20/02/2026,"), credit_note("NC-1", "100.00", "FA-1")
    take(importing, invoice("FA-1"))
    for content in (note, said) if noted_first else (said, note):
        take(importing, content)
    assert (book(importing), tasks(importing)) == ({"FA-1": CANCELLED}, [("allocate-credit-note", ["FA-1"])])
    with importing.database.reading() as session:
        assert session.scalars(select(CreditNoteRow)).one().state == "for_a_person"
        assert session.scalars(select(InvoiceRow)).one().applied == {}


@pytest.mark.parametrize("noted_first", [True, False])
def test_what_a_cancelled_credit_note_took_off_is_owed_again(importing: Importing, noted_first: bool) -> None:
    said, note = statuses("NC-1,Cancelado,,20/02/2026,"), credit_note("NC-1", "100.00", "FA-1")
    take(importing, invoice("FA-1"))
    for content in (note, said) if noted_first else (said, note):
        take(importing, content)
    assert (book(importing), tasks(importing)) == ({"FA-1": OPEN}, [])
    with importing.database.reading() as session:
        row = session.scalars(select(CreditNoteRow)).one()
        assert (row.state, unapplied(session, row.customer_id, "MXN")) == ("cancelled", ())


def test_a_cancelled_credit_note_is_no_longer_to_be_shared(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2"), credit_note("NC-1", "100.00", "FA-1", "FA-2"))
    take(importing, statuses("NC-1,Cancelado,,20/02/2026,"))
    assert tasks(importing) == []


@pytest.mark.parametrize("paid_first", [True, False])
def test_a_cancelled_receipt_takes_its_payment_back_and_holds_the_invoice_until_a_person_has_looked(
    importing: Importing, paid_first: bool
) -> None:
    said = statuses("P-1,Cancelado,,20/02/2026,")
    take(importing, invoice("FA-1"))
    for content in (PAID, said) if paid_first else (said, PAID):
        take(importing, content)
    assert (book(importing), tasks(importing)) == ({"FA-1": OPEN}, [("review-cancellation", ["FA-1"])])
    with importing.database.writing() as session:
        row, task = session.scalars(select(InvoiceRow)).one(), session.scalars(select(TaskRow)).one()
        assert row.dispute_open
        finish_task(Bookkeeper(session, importing.clock.now()), task.id, Answer("analista@kemper.example"), DAY)
        assert not row.dispute_open


def test_a_payment_that_another_receipt_tells_of_stays(importing: Importing) -> None:
    take(importing, invoice("FA-1"), PAID, receipt("P-2", {"FA-1": "400.00"}, operation="1"))
    take(importing, statuses("P-1,Cancelado,,20/02/2026,"))
    assert (book(importing), tasks(importing)) == ({"FA-1": (76_000, "open", False)}, [])
    take(importing, statuses("P-2,Cancelado,,21/02/2026,"))
    assert (book(importing), tasks(importing)) == ({"FA-1": OPEN}, [("review-cancellation", ["FA-1"])])


def test_a_substitute_that_is_cancelled_asks_about_what_it_had_replaced(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", replaces=("FA-1",)), statuses("FA-2,Cancelado,,20/02/2026,"))
    assert book(importing) == {"FA-1": (0, "substituted", False), "FA-2": CANCELLED}
    assert tasks(importing) == [("review-cancellation", ["FA-1", "FA-2"])]


def test_a_replaced_invoice_that_the_sat_still_has_as_valid_is_told(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", replaces=("FA-1",)))
    assert told(take(importing, statuses("FA-1,Vigente,,,"))) == [
        (
            "file-0 (B2): invoice FA-1 was replaced by another, and the SAT still has it as valid; "
            "ask for its cancellation at the SAT; it stays replaced here"
        )
    ]


def test_one_that_goes_on_by_itself_is_not_put_back_when_the_one_that_it_replaces_comes_late(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-2", "1160.00", replaces=("FA-1",)), opening=OPENING)
    desk.tick()
    assert desk.invoice("FA-2").rung == "first-reminder"
    desk.take(invoice("FA-1", "1160.00", day=dt.date(2026, 1, 2)))
    found = desk.invoice("FA-2")
    assert (found.rung, found.delivery, found.due_on) == ("first-reminder", "sent", dt.date(2026, 2, 1))
    desk.tick()
    assert len(desk.mails()) == 1


def test_a_chain_of_substitutes_hands_on_what_comes_late(importing: Importing) -> None:
    first = invoice("FA-1", day=dt.date(2026, 1, 2))
    second, third = invoice("FA-2", day=dt.date(2026, 1, 12), replaces=("FA-1",)), invoice("FA-3", day=DAY, replaces=("FA-2",))
    take(importing, "Clave,Razón social,RFC,Días de crédito\nC-1,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,30\n".encode())
    take(importing, receipt("P-1", {"FA-1": "400.00"}, operation="1"), second, third, first)
    assert book(importing)["FA-3"] == OPEN
    with importing.database.reading() as session:
        last = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-3")).one()
        assert (last.due_on, last.dispute_open) == (dt.date(2026, 2, 1), True)


def test_a_message_that_waits_is_called_off(supervised: Desk) -> None:
    assert supervised.tick().states == {"awaiting_signature": 1}
    supervised.take(statuses("FA-1,Cancelado,,,"))
    assert supervised.tick().states == {"cancelled": 1}
    assert supervised.mails() == []


def test_a_cancellation_in_process_stops_reminders_and_its_refusal_lets_them_go_on(desk: Desk) -> None:
    desk.take(statuses("FA-1,Vigente,En proceso,,"))
    desk.tick()
    assert desk.mails() == []
    desk.take(statuses("FA-1,Vigente,Solicitud rechazada,,"))
    desk.tick()
    assert len(desk.mails()) == 1


# The law: whatever the order, a cancelled invoice is closed, and no money is counted twice.

EVENTS = {
    "FA-1": invoice("FA-1"),
    "FA-2": invoice("FA-2", replaces=("FA-1",)),
    "FA-3": invoice("FA-3", replaces=("FA-2",)),
    "FA-4": invoice("FA-4"),
    "P-1": receipt("P-1", {"FA-1": "400.00", "FA-4": "300.00"}, operation="1"),
    "P-2": receipt("P-2", {"FA-4": "860.00"}, operation="2"),
    "P-3": receipt("P-3", {"FA-4": "860.00"}, operation="2"),
    "asked": statuses("FA-4,Vigente,En proceso,,20/02/2026"),
    "refused": statuses("FA-4,Vigente,Solicitud rechazada,,22/02/2026"),
    "cancelled-1": statuses("FA-1,Cancelado,,24/02/2026,25/02/2026"),
    "cancelled-3": statuses("FA-3,Cancelado,Plazo vencido,24/02/2026,25/02/2026"),
    "cancelled-4": statuses("FA-4,Cancelado,Cancelado con aceptación,24/02/2026,25/02/2026"),
}


def settled(
    folder: Path, order: list[str]
) -> tuple[dict[str, tuple[int, str, bool]], dict[str, dict[str, int]], list[tuple[str, int, bool]]]:
    """Statuses, what covers each invoice, and each part of a payment."""
    put_migrated(folder / "law.db")
    database = open_database("sqlite:///law.db", folder)
    importing = opened(database, folder)
    for name in order:
        take(importing, EVENTS[name])
    with database.reading() as session:
        operations = dict(session.execute(select(PaymentRow.id, PaymentRow.operation)).all())
        rows = list(session.scalars(select(InvoiceRow)))
        for row in rows:
            assert state_of(row) == fold(entries_of(session, row.id))
        covers = {row.number: {operations[int(key[1:])]: minor for key, minor in row.applied.items()} for row in rows}
        numbers = {row.uuid: row.number for row in rows}
        parts = [
            (f"{operations[part.payment_id]}:{numbers.get(part.invoice_uuid)}", part.minor, part.applied)
            for part in session.scalars(select(ApplicationRow))
        ]
        amounts = list(session.scalars(select(PaymentRow.amount)))
        said = session.scalars(select(CfdiStatusRow.id)).all()
    assert len(said) == sum(name in order for name in ("asked", "refused", "cancelled-1", "cancelled-3", "cancelled-4"))
    assert sum(minor for covered in covers.values() for minor in covered.values()) <= sum(amounts)
    found = book(importing)
    database.close()
    return found, covers, sorted(parts)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(sorted(EVENTS)), st.sets(st.sampled_from(sorted(EVENTS)), max_size=3))
def test_no_order_lets_a_cancelled_invoice_be_owed_or_counts_money_twice(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], missing: set[str]
) -> None:
    order = [name for name in names if name not in missing]
    found, covers, parts = settled(tmp_path_factory.mktemp("one"), order)
    for name, (balance, status, pending) in found.items():
        if f"cancelled-{name[-1]}" in order:
            assert (balance, pending) == (0, False)
            assert status in {"cancelled", "substituted"}
    assert settled(tmp_path_factory.mktemp("other"), sorted(order)) == (found, covers, parts)
