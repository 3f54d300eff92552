"""What people ask of their data: put right, blocked, opposed to and erased; lists that come later do not undo it, and the chain stays whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.casefile.verifying import verify
from cobranza_rules.clock import FixedClock
from cobranza_rules.config_evidence import KeepYearsSection
from cobranza_rules.domain.data_request import DataRequestKind, value_hash
from cobranza_rules.domain.retention import Retained
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.privacy.blocking import Blocker
from cobranza_rules.privacy.correcting import Corrector
from cobranza_rules.privacy.expiring import Expiring
from cobranza_rules.privacy.held_of_person import held_of_person, names_of
from cobranza_rules.privacy.persons import person_called
from cobranza_rules.privacy.retention import past_its_period
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import ContactRow, CustomerRow, DataRequestRow
from tests.cfdi_files import COMPANY, invoice

DAY, WHO, WHY = dt.date(2026, 3, 2), "cobranza@kemper.example", "she asked for it on 1 March"
HEADINGS = "Clave,Razón social,RFC,Tipo,Correo cobranza,Contacto cobranza,Teléfono cobranza\n"
LISTED = HEADINGS + "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,{email},{name},{phone}\n"
ANA = {"email": "ana@robotica.example", "name": "Ana Muestra", "phone": "+52 (55) 5555-0101"}


def take(database: Database, tmp_path: Path, day: dt.date = DAY, **told: str) -> list[str]:
    """The warnings of an import of the customers' list."""
    importing = Importing(database, DocumentArchive(tmp_path / "d"), FixedClock(day, "America/Mexico_City"), COMPANY)
    report = importing.take([SourceFile(f"clientes-{day}.csv", LISTED.format(**ANA | told).encode())])
    assert [str(problem) for problem in report.problems] == []
    return [str(problem) for problem in report.warnings]


def keeper(session: Session) -> Bookkeeper:
    return Bookkeeper(session, dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC))


def blocker(session: Session, why: str = WHY) -> Blocker:
    return Blocker(keeper(session), WHO, DAY, why)


def the_contact(session: Session) -> ContactRow:
    return session.scalars(select(ContactRow)).one()


def said(error: pytest.ExceptionInfo[ProblemError]) -> list[str]:
    return [str(problem.what) for problem in error.value.problems]


def test_a_correction_keeps_only_the_hash_of_what_was_wrong(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        count = Corrector(keeper(session), WHO, DAY).correct(
            "ANA@robotica.example", {"email": "ana.m@robotica.example", "name": "Ana M."}, WHY
        )
        assert count == 2
    with database.reading() as session:
        row = the_contact(session)
        assert (row.email, row.name, row.phone) == ("ana.m@robotica.example", "Ana M.", ANA["phone"])
        asked = session.scalars(select(DataRequestRow).order_by(DataRequestRow.field)).all()
        assert [(each.field, each.value_hash, each.why) for each in asked] == [
            ("email", value_hash("email", ANA["email"]), WHY),
            ("name", value_hash("name", ANA["name"]), WHY),
        ]
        last = list(timeline(session, row.customer_id))[-1]
        assert str(last.sentence) == f"{WHO} put data of a contact right (email, name): {WHY}"
        assert ANA["email"] not in str(last.data)
        assert last.actor == WHO
    warned = take(database, tmp_path, dt.date(2026, 3, 3))
    assert warned == [
        "clientes-2026-03-03.csv: C-001: a contact is listed with data that were corrected; these stay; put the list right where it comes from"
    ]
    with database.reading() as session:
        assert (the_contact(session).email, the_contact(session).name) == ("ana.m@robotica.example", "Ana M.")


def test_what_cannot_be_corrected_is_said_at_once(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        corrector = Corrector(keeper(session), WHO, DAY)
        with pytest.raises(ProblemError) as caught:
            corrector.correct("nobody@robotica.example", {"email": "not an address"}, " ")
        assert said(caught) == [
            "'not an address' is no e-mail address",
            "what is done with people's data needs its reason",
            "nobody is known as 'nobody@robotica.example'",
        ]
        with pytest.raises(ProblemError) as caught:
            corrector.correct("ana@robotica.example", {}, WHY)
        assert said(caught) == ["it is not said what is right"]
        with pytest.raises(ProblemError) as caught:
            corrector.correct("ana@robotica.example", {"name": "Ana Muestra"}, WHY)
        assert said(caught) == ["nothing is wrong: this is what is held already"]
        with pytest.raises(ProblemError) as caught:
            corrector.correct("ana@robotica.example", {"name": ""}, WHY)
        assert said(caught) == ["a person needs a name or an e-mail address"]


def test_a_person_is_found_by_number_and_name_and_never_taken_for_another(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        row = the_contact(session)
        assert person_called(session, "5555550101").contacts == (row,)
        assert person_called(session, "ana muestra").contacts == (row,)
        for short in ("0101", "", "Ana"):
            with pytest.raises(ProblemError):
                person_called(session, short)
        session.add(
            ContactRow(
                customer_id=row.customer_id,
                role="invoice_contact",
                email="other@robotica.example",
                name="Ana Muestra",
                title="",
                phone="",
                address="",
            )
        )
        session.flush()
        with pytest.raises(ProblemError) as caught:
            person_called(session, "Ana Muestra")
        assert said(caught) == ["'Ana Muestra' are several people: ana@robotica.example, other@robotica.example"]


@pytest.mark.parametrize("kind", [DataRequestKind.BLOCKED, DataRequestKind.OPPOSED])
def test_who_asked_to_be_left_alone_is_not_brought_back_by_a_list(database: Database, tmp_path: Path, kind: DataRequestKind) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        assert blocker(session).block(ANA["email"], kind) == 1
    warned = take(database, tmp_path, dt.date(2026, 3, 3), phone="55 5555 0102")
    hint = "it is not taken; put the list right where it comes from"
    assert warned == [f"clientes-2026-03-03.csv: C-001: a contact is listed who asked to be left alone on 2026-03-02; {hint}"]
    with database.writing() as session:
        row = the_contact(session)
        assert (row.active, row.blocked_on is not None, row.phone) == (False, kind is DataRequestKind.BLOCKED, ANA["phone"])
        assert blocker(session).unblock(ANA["email"]) == 1
    assert take(database, tmp_path, dt.date(2026, 3, 4), phone="55 5555 0102") == []
    with database.reading() as session:
        assert (the_contact(session).active, the_contact(session).phone) == (True, "55 5555 0102")


def test_what_is_blocked_stays_blocked(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        with pytest.raises(ProblemError) as caught:
            blocker(session, "").block("nobody@x.example")
        assert said(caught) == ["what is done with people's data needs its reason", "nobody is known as 'nobody@x.example'"]
        with pytest.raises(ProblemError) as caught:
            blocker(session).unblock(ANA["email"])
        assert said(caught) == ["the data of this person are not blocked"]
        blocker(session).block(ANA["email"])
        with pytest.raises(ProblemError) as caught:
            blocker(session).block(ANA["email"])
        assert said(caught) == ["the data of this person are blocked already"]
        with pytest.raises(ProblemError) as caught:
            Corrector(keeper(session), WHO, DAY).correct(ANA["email"], {"name": "A"}, WHY)
        assert said(caught) == ["the data of this person are blocked since 2026-03-02: they are not changed any more"]


def test_a_customer_is_blocked_once_it_owes_nothing(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        customer = session.get_one(CustomerRow, 1)
        assert blocker(session).block_customer(customer) == 1
    take(database, tmp_path, dt.date(2026, 3, 3))
    with database.reading() as session:
        assert session.get_one(CustomerRow, 1).status == "blocked", "no list makes it active"
    archive = DocumentArchive(tmp_path / "d")
    Importing(database, archive, FixedClock(DAY, "America/Mexico_City"), COMPANY).take([SourceFile("file", invoice("FA-1"))])
    with database.writing() as session:
        with pytest.raises(ProblemError) as caught:
            blocker(session).block_customer(session.get_one(CustomerRow, 1))
        assert said(caught) == ["C-001 owes 1 invoices: what is needed to collect them is not blocked"]


def test_a_blocked_person_is_erased_when_the_period_is_over_and_not_before(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    archive = DocumentArchive(tmp_path / "d")
    with database.writing() as session:
        Corrector(keeper(session), WHO, DAY).correct(ANA["email"], {"email": "ana.m@robotica.example"}, WHY)
        blocker(session).block("ana.m@robotica.example")
    periods = KeepYearsSection(contacts=2).as_periods()
    with database.writing() as session:
        assert list(past_its_period(session, periods, dt.date(2028, 3, 2))) == []
        later = dt.date(2028, 3, 3)
        (found,) = past_its_period(session, periods, later)
        assert (found.kind, found.oldest, len(found.numbers)) == (Retained.CONTACTS, DAY, 1)
        assert Expiring(keeper(session), WHO, later, "their period is over").erase(found) == 1
        session.flush()
        assert list(session.scalars(select(ContactRow))) == []
        for address in (ANA["email"], "ana.m@robotica.example"):
            assert dict(held_of_person(session, names_of(address, None))) == {}, "nowhere is an address of hers any more"
        checked = verify(session, archive)
        assert (checked.findings, [str(each) for each in checked.remarks]) == (
            [],
            [f"event 4 says that {WHO} erased the content of 1 events (1) and 0 documents: their period is over"],
        )
    warned = take(database, tmp_path, dt.date(2028, 3, 4))
    assert len(warned) == 1, "a list does not bring back who was erased"
    with database.reading() as session:
        assert list(session.scalars(select(ContactRow))) == []


def test_everything_that_names_a_person_is_found(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path)
    with database.writing() as session:
        book = keeper(session)
        book.note(1, "noted_call", DAY, {"who": WHO, "text": "Called 55-5555-0101: she is away"})
        book.note(1, "noted_note", DAY, {"who": WHO, "text": "Ana Muestra decides"})
        book.note(1, "noted_note", DAY, {"who": WHO, "text": "somebody else"})
        session.flush()
        person = person_called(session, ANA["email"])
        held = dict(held_of_person(session, names_of(ANA["email"], person)))
        assert {name: len(rows) for name, rows in held.items()} == {"case_event": 3, "contact": 1}
