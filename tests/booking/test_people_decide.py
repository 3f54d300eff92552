"""What people decide about the book: shares of a credit note, and disputes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.cfdi_files import COMPANY, credit_note, invoice

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.disputes import set_dispute
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.clock import FixedClock
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CreditNoteRow, InvoiceRow, TaskRow

DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)


@pytest.fixture
def keeper(database: Database, tmp_path: Path) -> Iterator[Bookkeeper]:
    importing = Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)
    contents = (invoice("FA-1", "1000.00"), invoice("FA-2", "500.00"), credit_note("NC-1", "300.00", "FA-1", "FA-2"))
    importing.take([SourceFile(f"file-{number}", content) for number, content in enumerate(contents)])
    with database.writing() as session:
        yield Bookkeeper(session, NOW)


def balances(keeper: Bookkeeper) -> dict[str, int]:
    keeper.session.flush()
    return {row.number: row.balance for row in keeper.session.scalars(select(InvoiceRow))}


def share(keeper: Bookkeeper, **shares: str) -> None:
    task = keeper.session.scalars(select(TaskRow)).one()
    finish_task(
        keeper, task.id, Answer("analista@kemper.example", shares={name.replace("_", "-"): text for name, text in shares.items()}), DAY
    )


def test_shares_that_add_up_are_applied(keeper: Bookkeeper) -> None:
    share(keeper, FA_1="200.00", FA_2="100.00")
    assert balances(keeper) == {"FA-1": 80_000, "FA-2": 40_000}
    assert keeper.session.scalars(select(CreditNoteRow)).one().state == "applied"
    assert keeper.session.scalars(select(TaskRow)).one().state == "done"


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({"FA_1": "200.00"}, "the shares come to 200.00 MXN, the credit note is over 300.00 MXN; give each share as --apply NUMBER=AMOUNT"),
        ({}, "the shares come to 0.00 MXN, the credit note is over 300.00 MXN; give each share as --apply NUMBER=AMOUNT"),
        ({"FA_9": "300.00"}, "the customer has no invoice 'FA-9'; name one of this customer's invoices in MXN"),
        ({"FA_1": "mucho"}, "'mucho' is no amount; write it as 1200.00"),
        (
            {"FA_2": "500.01"},
            "500.01 MXN is not between nothing and the balance of FA-2, 500.00 MXN; share the note as it was agreed with the customer",
        ),
    ],
)
def test_shares_that_are_wrong_change_nothing(keeper: Bookkeeper, shares: dict[str, str], sentence: str) -> None:
    with pytest.raises(ProblemError) as refused:
        share(keeper, **shares)
    assert [str(problem) for problem in refused.value.problems] == [sentence]
    assert balances(keeper) == {"FA-1": 100_000, "FA-2": 50_000}
    assert keeper.session.scalars(select(TaskRow)).one().state == "open"


def test_a_dispute_is_opened_and_closed_with_its_reason(keeper: Bookkeeper) -> None:
    opened = set_dispute(keeper, "FA-1", opened=True, who="analista@kemper.example", reason="precio", today=DAY)
    assert opened.dispute_open
    closed = set_dispute(keeper, "FA-1", opened=False, who="analista@kemper.example", reason="aclarado", today=DAY)
    assert (closed.dispute_open, closed.dispute_closed_on) == (False, DAY)


@pytest.mark.parametrize(
    ("number", "opened", "reason", "sentence"),
    [
        ("FA-9", True, "precio", "there is no invoice 'FA-9'; 'cobranza aging --detail' lists the open ones"),
        ("FA-1", False, "aclarado", "FA-1 is not disputed; 'cobranza explain FA-1' says how it stands"),
        ("FA-1", True, " ", "a dispute is opened and closed with its reason; say why with --comment"),
    ],
)
def test_a_dispute_that_cannot_be(keeper: Bookkeeper, number: str, opened: bool, reason: str, sentence: str) -> None:
    with pytest.raises(ProblemError) as refused:
        set_dispute(keeper, number, opened=opened, who="analista@kemper.example", reason=reason, today=DAY)
    assert str(refused.value.problems[0]) == sentence
