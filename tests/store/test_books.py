"""The whole book in chunks: the same decisions as customer by customer, and nothing read that is over."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from benchmarks.synthetic_book import rows_of
from benchmarks.workdays import NOW, TODAY, workdays_ago
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.orm import Session

from cobranza_rules.plan.planning import plan_customers, plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store import chunks
from cobranza_rules.store.books import BookReader, named_facts
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import ActionRow, Base, ClaimRow, HeartbeatRow, InvoiceRow

INVOICES = 300
CUSTOMERS = INVOICES // 5
RULES = Path(__file__).parents[2] / "rules" / "collections.yaml"
COMPANY = {role: f"{role}@company.example" for role in ("supervisor", "sales_manager", "administration_manager", "collections_analyst")}
# A table of three rows; and by an index those invoices alone whose due date rests on more than their issue
SCANNED = ["SCAN invoice USING INDEX ix_invoice_overpaid", "SCAN heartbeat", "SCAN invoice USING INDEX ix_invoice_due_basis"]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    read, _warnings = read_rules([("rules/collections.yaml", RULES.read_bytes())])
    return read


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as writing:
        for table, rows in rows_of(INVOICES):
            writing.execute(insert(Base.metadata.tables[table]), rows)
    with database.reading() as reading:
        yield reading


def reader(session: Session, rules: RuleSet) -> BookReader:
    return BookReader(session, rules, COMPANY, TODAY, NOW)


def decided(plan: Plan) -> list[tuple[str, str, int, tuple[Any, ...], Any]]:
    """Everything that a plan does, in its order of customers; a chunk looks at one rule after the other."""
    return sorted((each.customer, each.rule_id, each.customer_id, each.items, str(each)) for each in plan.actions)


@pytest.mark.parametrize("chunk", [1, 7, 400])
def test_chunks_change_no_decision(session: Session, rules: RuleSet, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "ROWS", chunk)
    monkeypatch.setattr(chunks, "SIFTED_ROWS", chunk)
    engine = NativeEngine(rules.conditions())
    whole = plan_whole(reader(session, rules), engine)
    each = [plan_customers(reader(session, rules), engine, [number]) for number in range(1, CUSTOMERS + 1)]
    assert decided(whole) == sorted(one for plan in each for one in decided(plan))
    assert len(whole.actions) > 5
    assert sorted(map(str, whole.held)) == sorted(str(held) for plan in each for held in plan.held)
    assert sorted(map(str, whole.verdicts)) == sorted(str(verdict) for plan in each for verdict in plan.verdicts)


def test_a_whole_book_has_the_facts_that_the_rules_name(session: Session, rules: RuleSet) -> None:
    (whole,) = reader(session, rules).whole(sifted=False)
    every = reader(session, rules).of(list(whole.customers))
    names = named_facts(rules)
    assert {"balance", "currency", "days_overdue", "customer_ready", "invoice"} <= names
    assert "aging_bucket" not in names
    cut = [one._replace(facts={name: value for name, value in one.facts.items() if name in names}) for one in every.invoices]
    assert list(whole.invoices) == cut
    assert whole.customers == every.customers
    assert "aging_bucket" in every.invoices[0].facts


def test_books_come_by_customer_and_invoices_by_due_date_unknown_ones_last(
    session: Session, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.execute(update(InvoiceRow).where(InvoiceRow.id.in_([1, 2])).values(due_on=None))
    monkeypatch.setattr(chunks, "ROWS", 8)
    monkeypatch.setattr(chunks, "SIFTED_ROWS", 8)
    read = list(reader(session, rules).whole(sifted=False))
    order = [(one.customer_id, one.due_on or dt.date.max, one.id) for book in read for one in book.invoices]
    assert order == sorted(order)
    assert [one.id for one in read[0].invoices if one.customer_id == 1][-2:] == [1, 2]
    assert len(order) == INVOICES
    assert all(max(one.customers) < min(following.customers) for one, following in pairwise(read))


def test_idle_customers_are_left_out(session: Session, rules: RuleSet) -> None:
    session.execute(update(InvoiceRow).where(InvoiceRow.customer_id == 2).values(status="paid"))
    (book,) = reader(session, rules).whole(sifted=False)
    assert sorted(book.customers) == [number for number in range(1, CUSTOMERS + 1) if number != 2]


@pytest.mark.parametrize("sifted", [True, False])
def test_a_chunk_takes_few_statements_whatever_its_size(session: Session, rules: RuleSet, sifted: bool) -> None:
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda _connection, _cursor, statement, *_rest: seen.append(statement))
    list(reader(session, rules).whole(sifted=sifted))
    assert 4 < len(seen) <= 24, seen


def steps_of(session: Session, work: Callable[[], object]) -> list[str]:
    """How SQLite goes about the statements of `work`."""
    seen: list[tuple[str, Any]] = []
    event.listen(
        session.get_bind(), "before_cursor_execute", lambda _connection, _cursor, text, values, *_rest: seen.append((text, values))
    )
    work()
    plans = [[row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)] for text, values in list(seen)]
    return [step for plan in plans for step in plan]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # How PostgreSQL goes about it depends on its statistics.
def test_sqlite_finds_the_rows_of_a_chunk_by_index(session: Session, rules: RuleSet) -> None:
    """Without it a chunk would read all that was ever claimed or sent, and a plan would take the square of the size of its book."""
    steps = steps_of(session, lambda: list(reader(session, rules).whole(sifted=False)))
    assert [step for step in steps if step.startswith("SCAN")] == SCANNED
    assert "SEARCH claim USING INDEX uq_claim_live (subject=? AND subject_id=?)" in steps
    assert "SEARCH invoice USING INDEX ix_invoice_open (status=?)" in steps
    assert "SEARCH action USING INDEX ix_action_contacted (finished_on>?)" in steps


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_sifts_a_book_in_one_pass_over_what_is_open(session: Session, rules: RuleSet) -> None:
    whole = steps_of(session, lambda: list(reader(session, rules).whole()))
    assert [step for step in whole if step.startswith("SCAN")] == SCANNED
    assert [step for step in whole if "ix_invoice_open (status=?)" in step] == ["SEARCH invoice USING INDEX ix_invoice_open (status=?)"]
    assert "SEARCH action USING INDEX ix_action_state (state<?)" in whole
    assert not any(step.startswith("USE TEMP B-TREE FOR ORDER BY") and "invoice" in step for step in whole)


def test_claims_of_what_is_closed_are_not_read(session: Session, rules: RuleSet) -> None:
    read = reader(session, rules).of(range(1, CUSTOMERS + 1))
    open_ids = set(session.scalars(select(InvoiceRow.id).where(InvoiceRow.status == "open")))
    claimed = set(session.scalars(select(ClaimRow.subject_id)))
    assert {invoice.id for invoice in read.invoices if invoice.claims} == claimed & open_ids
    assert claimed - open_ids


def contacted(session: Session, rules: RuleSet, *, whole: bool) -> Sequence[dt.date]:
    read = reader(session, rules)
    (book,) = read.whole(sifted=False) if whole else [read.of([1])]
    return book.customers[1].contacted.get("MXN", ())


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("ago", "counts"), [(0, True), (2, True), (3, False), (30, False)])
def test_contacts_are_read_as_far_back_as_the_limit_counts(session: Session, rules: RuleSet, ago: int, counts: bool, whole: bool) -> None:
    """One in 3 business days: a message of three business days ago stands in the way of none today."""
    session.execute(update(ActionRow).where(ActionRow.customer_id == 1).values(finished_on=None))
    first = session.scalars(select(ActionRow.id).order_by(ActionRow.id)).first()
    day = workdays_ago(ago)
    values = {"customer_id": 1, "currency": "MXN", "rule_id": "first-reminder", "state": "sent", "finished_on": day}
    session.execute(update(ActionRow).where(ActionRow.id == first).values(**values))
    assert contacted(session, rules, whole=whole) == ((day,) if counts else ())
    session.execute(update(ClaimRow).where(ClaimRow.action_id == first).values(undone=True))
    assert contacted(session, rules, whole=whole) == ()


def test_without_a_limit_no_contacts_are_read(session: Session, rules: RuleSet) -> None:
    unlimited = replace(rules, limit=replace(rules.limit, per_customer=0))
    (book,) = reader(session, unlimited).whole(sifted=False)
    assert not any(customer.contacted for customer in book.customers.values())


def test_the_collector_works_again_after_a_plan_that_failed(session: Session, rules: RuleSet) -> None:
    class Broken:
        def evaluate(self, scope: Any, facts: Any) -> Any:
            raise RuntimeError(f"{scope} of {len(facts)}, collecting: {gc.isenabled()}")

        def close(self) -> None:
            pass

    with pytest.raises(RuntimeError, match="collecting: False"):
        plan_whole(reader(session, rules), Broken())
    assert gc.isenabled()


def test_an_empty_database_has_an_empty_plan(database: Database, rules: RuleSet) -> None:
    with database.reading() as session:
        plan = plan_whole(reader(session, rules), NativeEngine(rules.conditions()))
    assert (plan.actions, plan.held, plan.verdicts, plan.stopped) == ((), (), (), None)


def test_a_mailbox_that_was_never_read_is_unknown(session: Session, rules: RuleSet) -> None:
    session.execute(delete(HeartbeatRow))
    (book,) = reader(session, rules).whole(sifted=False)
    assert "hours_since_mailbox_poll" not in book.customers[1].facts
    assert "inbox_open" in book.customers[1].facts
