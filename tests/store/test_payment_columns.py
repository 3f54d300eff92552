"""Which payments a rule has to look at: SQL misses none for which its condition holds, and says of receipts just what is so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.importing import Importing
from cobranza_rules.clock import FixedClock
from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import parse_condition
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.payment_columns import PAYMENT, PaymentColumns
from cobranza_rules.store.sieve import superset
from cobranza_rules.store.tables import EvidenceRow, PaymentRow
from tests.cfdi_files import COMPANY, invoice, receipt, uuid_of
from tests.store.random_rules import PLACE, conditions

TODAY = dt.date(2026, 4, 6)
EVERY = "version: 1\nrules:\n  - {id: all, for: payment, when: 'amount >= 0', do: [{task: look, assign: boss}]}\n"
LATE = EVERY.replace("'amount >= 0'", "'rep_missing and days_since_payment_month > 5'")
# By operation: whether a receipt is missing.
MISSING = {"REP": False, "BANK": True, "PUE": False, "REPLACED": True, "CANCELLED": True, "NOTHING": False, "OLD": True}


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Iterator[Session]:
    """A payment for each way in which a receipt may be there or not; what the bank told is made of a receipt's."""
    importing = Importing(database, DocumentArchive(tmp_path), FixedClock(TODAY, "America/Mexico_City"), COMPANY)
    march = dt.date(2026, 3, 10)
    paid = {name: receipt(f"P-{name}", {f"FA-{name}": "400.00"}, march, operation=name) for name in MISSING if name != "OLD"}
    files = [
        *(invoice(f"FA-{name}", day=march, method="PUE" if name == "PUE" else "PPD") for name in MISSING if name != "NOTHING"),
        *paid.values(),
        receipt("P-OLD", {"FA-OLD": "400.00"}, dt.date(2025, 3, 10), operation="OLD"),
        *(receipt(f"B-{name}", {f"FA-{name}": "400.00"}, march, operation=name) for name in ("REPLACED", "CANCELLED")),
        receipt("P-NEW", {"FA-REP": "10.00"}, march, operation="NEW", replaces=("P-REPLACED",)),
        f"UUID,Estado,Total\n{uuid_of('P-CANCELLED')},Cancelado,0\n".encode(),
    ]
    importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(files))
    with database.writing() as session:
        bank = {uuid_of(name) for name in ("P-BANK", "P-PUE", "P-OLD", "B-REPLACED", "B-CANCELLED")}
        for row in session.scalars(select(EvidenceRow).where(EvidenceRow.source.in_(bank))):
            row.kind = "bank"
    with Session(database.engine) as session:
        yield session


def facts_by_id(session: Session, rules: str = EVERY) -> dict[int, Facts]:
    read = read_rules([("r.yaml", rules.encode())])[0]
    reader = BookReader(session, read, {"boss": "jefa@kemper.example"}, TODAY, dt.datetime(2026, 4, 6, 18, tzinfo=dt.UTC))
    return {subject.id: dict(subject.facts) for book in reader.queues() for subject in book.queues}


def test_a_receipt_is_missing_where_none_stands_for_a_ppd_invoice(filled: Session) -> None:
    operations = dict(filled.execute(select(PaymentRow.id, PaymentRow.operation)).all())
    found = {operations[key]: facts["rep_missing"] for key, facts in facts_by_id(filled).items()}
    assert found == {**MISSING, "NEW": False}


def test_payments_of_long_ago_are_looked_at_until_their_receipt_comes_and_others_not(filled: Session) -> None:
    operations = dict(filled.execute(select(PaymentRow.id, PaymentRow.operation)).all())
    assert {operations[key] for key in facts_by_id(filled, LATE)} == {name for name, missing in MISSING.items() if missing}
    days = {operations[key]: facts["days_since_payment_month"] for key, facts in facts_by_id(filled).items()}
    assert (days["REP"], days["OLD"]) == (6, 371)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(text=conditions(Scope.PAYMENT))
def test_sql_misses_no_payment_for_which_a_condition_holds(filled: Session, text: str) -> None:
    tree = parse_condition(text, Scope.PAYMENT, PLACE).tree
    found = set(filled.scalars(select(PAYMENT.id).where(superset(tree, PaymentColumns()))))
    assert {key for key, facts in facts_by_id(filled).items() if holds(tree, facts)} - found == set()


@pytest.mark.parametrize(("text", "missing"), [("rep_missing", True), ("not rep_missing", False), ("rep_missing == false", False)])
def test_of_receipts_alone_it_finds_nothing_else(filled: Session, text: str, missing: bool) -> None:
    tree = parse_condition(text, Scope.PAYMENT, PLACE).tree
    found = set(filled.scalars(select(PAYMENT.id).where(superset(tree, PaymentColumns()))))
    assert found == {key for key, facts in facts_by_id(filled).items() if facts["rep_missing"] is missing}
