"""A ladder's minimum counts what is overdue: of an invoice in instalments the parts that are, and not its balance."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from cobranza_rules.booking.importing import Importing
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.terms import Instalment, Terms
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.instalments import of_customers_in_instalments
from tests.booking.test_payment_terms import Desk
from tests.cfdi_files import COMPANY, invoice

TODAY = dt.date(2026, 3, 20)
CUSTOMERS = (
    "Clave,Razón social,RFC,Días de crédito,Correo cobranza\nC-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,30,pagos@robotica.example\n"
)
RULES = b"""
version: 1
calendar: {holidays: none}
ladders:
  - id: collection
    when: balance > 0
    group_by: [customer, currency]
    minimum_total: {MXN: 500.00}
    rungs: [{id: first, when: days_overdue >= 1, do: [{email: first, to: collections_contact}]}, {id: last, wait: 99 workdays, do: [{email: last, to: collections_contact}]}]
"""


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    made = Desk(Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(TODAY, "America/Mexico_City"), COMPANY))
    made.take(CUSTOMERS.encode())
    return made


def in_parts(desk: Desk, first: int) -> None:
    """Of each later invoice so much percent is due 10 days after issue, and the rest much later."""
    desk.agree_with_customer(Terms(300, instalments=(Instalment(10, Decimal(first)), Instalment(300, Decimal(100 - first)))))


def planned(desk: Desk, *, sifted: bool) -> Plan:
    rules, _warnings = read_rules([("rules.yaml", RULES)])
    with desk.importing.database.reading() as session:
        reader = BookReader(session, rules, {}, TODAY, desk.importing.clock.now())
        return plan_whole(reader, NativeEngine(rules.conditions()), sifted=sifted)


def reminded(desk: Desk) -> list[str]:
    """Invoices of the first reminder; a plan of the whole book, and one of what has to be looked at, say the same."""
    sifted, whole = planned(desk, sifted=True), planned(desk, sifted=False)
    assert (sifted.actions, sifted.verdicts) == (whole.actions, whole.verdicts)
    return [number for action in sifted.actions for number in action.invoices]


@pytest.mark.parametrize(("first", "reaches"), [(10, False), (43, False), (44, True), (60, True)])
def test_only_the_parts_that_are_overdue_count(desk: Desk, first: int, *, reaches: bool) -> None:
    in_parts(desk, first)
    desk.take(invoice("FA-1", "1160.00", dt.date(2026, 3, 4)))
    assert reminded(desk) == (["FA-1"] if reaches else [])


@pytest.mark.parametrize("beside", ["299.99", "300.00"])
def test_what_else_is_overdue_counts_beside_it(desk: Desk, beside: str) -> None:
    """The other one climbs no rung today: nothing but what stands beside it lets it be read."""
    desk.take(invoice("FA-2", beside, dt.date(2026, 1, 5)))
    in_parts(desk, 10)
    desk.take(invoice("FA-1", "2000.00", dt.date(2026, 3, 4)))
    assert reminded(desk) == (["FA-2", "FA-1"] if beside == "300.00" else [])


def test_a_part_that_was_paid_is_not_overdue(desk: Desk) -> None:
    from cobranza_rules.domain.entry import EntryKind

    in_parts(desk, 60)
    desk.take(invoice("FA-1", "1160.00", dt.date(2026, 3, 4)))
    desk.enter("FA-1", EntryKind.PAYMENT_APPLIED, TODAY, payment=7, minor=20_000)
    assert reminded(desk) == []


@pytest.mark.parametrize("order", [["ix_invoice_customer_id", "ix_invoice_due_basis"], ["ix_invoice_due_basis", "ix_invoice_customer_id"]])
def test_the_index_of_few_rows_finds_them(database: Database, order: list[str]) -> None:
    """In whichever order the migrations came to make the indexes."""
    if database.engine.dialect.name == "sqlite":
        with database.writing() as session:
            made = {
                name: session.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}).scalar_one()
                for name in order
            }
            for name in order:
                session.execute(text(f"DROP INDEX {name}"))
                session.execute(text(made[name]))
            query = of_customers_in_instalments([1, 2]).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            steps = str(session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
            assert "USING INDEX ix_invoice_due_basis (customer_id=?)" in steps
