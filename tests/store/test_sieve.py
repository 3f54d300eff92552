"""Conditions in SQL hold wherever those of the rules do, and what is left out changes no decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from benchmarks.synthetic_book import rows_of
from benchmarks.workdays import NOW, TODAY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import case, false, literal, select
from sqlalchemy.orm import Session

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.build import Facts
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import OF_MORE, InvoiceFacts
from cobranza_rules.facts.vocabulary import CUSTOMER_FACTS, INVOICE_FACTS, Fact, Scope
from cobranza_rules.plan.planning import plan_customers, plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.evaluation import holds
from cobranza_rules.rules.expression import parse_condition
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store import asked, chunks
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.fact_columns import INVOICE, FactColumns, of_more_columns
from cobranza_rules.store.sieve import Sieve, superset
from cobranza_rules.store.tables import CustomerRow
from tests.store.random_books import put_book, random_overrides, random_rows
from tests.store.random_rules import PLACE, conditions, rules_files, simple
from tests.store.test_books import COMPANY, RULES

CALENDAR = BusinessCalendar()
DAY = Day(TODAY, CALENDAR, (30, 60, 90))
FACTS = InvoiceFacts(DAY, ("id",))
CUSTOMER: Facts = {
    "customer": "C-001",
    "customer_kind": "domestic",
    "customer_ready": True,
    "language": "es",
    "delivery_mode": "email",
    "credit_days": 30,
    "inbox_open": 0,
    "workdays_since_bank_statement": 1,
}
COMPANY_FACTS: Facts = {"workdays_since_bank_statement": 1}  # Nobody has read the mailbox.
TRANSLATED = [fact for fact in INVOICE_FACTS if fact.name not in ("invoice", "aging_bucket", "agreement", "overdue_amount", "claim_state")]
TRUTHS_OF_MORE = set(OF_MORE) - {"overdue_amount", "claim_state"}  # What depends on instalments, or is no truth, is left to the engine.
slow = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def filled(database: Database) -> Iterator[Session]:
    with Session(database.engine) as session:
        put_book(session, random_rows(7, 300))
        yield session
        session.rollback()


def translated_and_meant(session: Session, text: str) -> tuple[set[int], set[int]]:
    """Ids of the open invoices that SQL finds for a condition, and of those for which it holds."""
    tree = parse_condition(text, Scope.INVOICE, PLACE).tree
    opened = INVOICE.status == "open"
    found = set(session.scalars(select(INVOICE.id).where(opened, superset(tree, FactColumns(DAY, COMPANY_FACTS)))))
    return found, {key for key, facts in facts_of_open_invoices(session) if holds(tree, facts)}


def facts_of_open_invoices(session: Session) -> Sequence[tuple[int, Facts]]:
    """Beside their ids; built once for a book, of which a law asks many conditions."""
    if "facts" not in session.info:
        common = FACTS.common(CUSTOMER)
        rows = session.execute(select(*(INVOICE[name] for name in FACTS.columns)).where(INVOICE.status == "open"))
        session.info["facts"] = [(row[0], FACTS.build(row, common)) for row in rows]
    found: Sequence[tuple[int, Facts]] = session.info["facts"]
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(slow, max_examples=300)
@given(text=conditions())
def test_sqlite_misses_no_invoice_for_which_a_condition_holds(filled: Session, text: str) -> None:
    found, meant = translated_and_meant(filled, text)
    assert meant - found == set()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@settings(slow, max_examples=60)
@given(text=conditions())
def test_postgresql_misses_no_invoice_for_which_a_condition_holds(filled: Session, text: str) -> None:
    found, meant = translated_and_meant(filled, text)
    assert meant - found == set()


@settings(slow, max_examples=120)
@given(text=st.sampled_from(TRANSLATED).flatmap(simple).filter(lambda text: "99" not in text and "300" not in text))
def test_a_comparison_of_one_fact_finds_nothing_else(filled: Session, text: str) -> None:
    found, meant = translated_and_meant(filled, text)
    assert found == meant


@pytest.mark.parametrize(("text", "wide"), [("agreement is known", 0), ("agreement is unknown", 0), ('agreement == "F-3"', 1)])
def test_a_name_that_not_every_invoice_has_is_looked_for_where_there_is_one(filled: Session, text: str, wide: int) -> None:
    found, meant = translated_and_meant(filled, text)
    assert meant <= found
    assert bool(found - meant) is bool(wide)
    assert 0 < len(found) < len(filled.scalars(select(INVOICE.id).where(INVOICE.status == "open")).all())


@pytest.mark.parametrize("fact", [fact for fact in INVOICE_FACTS if fact.name in TRUTHS_OF_MORE], ids=lambda fact: fact.name)
def test_facts_of_several_columns_hold_or_fail_in_sql_as_in_python(filled: Session, fact: Fact) -> None:
    assert set(of_more_columns(DAY)) == TRUTHS_OF_MORE
    truth, untruth = (case((clause, 1), else_=0) for clause in of_more_columns(DAY)[fact.name])
    seen = set()
    for row in filled.execute(select(*(INVOICE[name] for name in FACTS.columns), truth, untruth)):
        value = FACTS.build(row, {})[fact.name]
        assert (row[-2], row[-1]) == (int(bool(value)), int(not value))
        seen.add(value)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("workdays_since_bank_statement > 0", True),
        ("workdays_since_bank_statement > 1", False),
        ("hours_since_mailbox_poll is unknown", True),
        ("not (hours_since_mailbox_poll > 4)", True),
        *((f"{fact.name} is unknown", True) for fact in CUSTOMER_FACTS[:7]),  # What a customer's facts say is left to the engine.
    ],
)
def test_facts_of_the_company_are_constants(text: str, every: bool) -> None:
    clause = superset(parse_condition(text, Scope.INVOICE, PLACE).tree, FactColumns(DAY, COMPANY_FACTS))
    assert str(clause) == ("true" if every else "false")


def read(text: str) -> RuleSet:
    rules, _warnings = read_rules([("rules.yaml", text.encode())])
    return rules


def shown(plan: Plan) -> tuple[list[str], list[str], list[str], Any]:
    """Chunks come in another order; the groups of an action do not."""
    return sorted(map(repr, plan.actions)), sorted(map(repr, plan.held)), sorted(map(repr, plan.verdicts)), plan.stopped


def both_plans(database: Database, rules: RuleSet, seed: int, today: dt.date = TODAY) -> tuple[Plan, Plan]:
    """The sifted one and that of everything, which is what a decision on all customers at once says that looks closely at every invoice."""
    engine = NativeEngine(rules.conditions())
    with Session(database.engine) as session:
        put_book(session, random_rows(seed))
        put_book(session, random_overrides(seed, [name for ladder in rules.ladders for name in (ladder.id, *ladder.was)]))
        reader = BookReader(session, rules, COMPANY, today, NOW)
        plans = plan_whole(reader, engine), plan_whole(reader, engine, sifted=False)
        close = plan_customers(reader, engine, sorted(session.scalars(select(CustomerRow.id))))
        assert shown(close)[:3] == shown(plans[1])[:3]
        session.rollback()
    return plans


SHIPPED = RULES.read_text(encoding="utf-8")
days = st.integers(-3, 3).map(lambda ahead: TODAY + dt.timedelta(days=ahead))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("chunk", [5, 1000])
@settings(slow, max_examples=40)
@given(text=st.just(SHIPPED) | rules_files(), seed=st.integers(0, 10**6), today=days)
def test_a_sifted_plan_is_the_whole_plan(database: Database, chunk: int, text: str, seed: int, today: dt.date) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "SAMPLE", 1)  # Everything that is left out is looked at as well, and nothing of it is found.
        patch.setattr(chunks, "ROWS", chunk)
        patch.setattr(chunks, "SIFTED_ROWS", chunk)
        sifted, whole = both_plans(database, read(text), seed, today)
    assert shown(sifted) == shown(whole)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@settings(slow, max_examples=12)
@given(text=st.just(SHIPPED) | rules_files(), seed=st.integers(0, 10**6))
def test_a_sifted_plan_is_the_whole_plan_on_postgresql(database: Database, text: str, seed: int) -> None:
    sifted, whole = both_plans(database, read(text), seed)
    assert shown(sifted) == shown(whole)


def test_random_books_have_something_to_decide(database: Database) -> None:
    """And the sieve leaves something out of them: else the tests above would hold of anything."""
    rules = read(SHIPPED)
    acted, outcomes = set(), set()
    for seed in range(12):
        sifted, whole = both_plans(database, rules, seed)
        acted |= {action.rule_id for action in whole.actions}
        outcomes |= {verdict.outcome.value for verdict in whole.verdicts}
        assert sifted.stopped is None
    assert acted >= {"transmittal", "acknowledgement-missing", "first-reminder", "second-reminder"}
    assert outcomes >= {"due", "held", "under_way", "limited", "unknown_rung", "below_minimum"}
    with Session(database.engine) as session:
        put_book(session, random_rows(3, 300))
        looked_at = [invoice for book in BookReader(session, rules, COMPANY, TODAY, NOW).whole() for invoice in book.invoices]
        session.rollback()
    assert 50 < len(looked_at) < 200


def a_group(session: Session, *invoices: dict[str, Any]) -> None:
    """One customer who is in order, with overdue pesos of whom nothing more is known than the first rung that was sent long ago."""
    plain = {"currency": "MXN", "status": "open", "due_on": TODAY - dt.timedelta(days=90), "delivery": "sent", "acknowledged": True}
    plain |= {"delivered_on": TODAY - dt.timedelta(days=100), "delivered_by": None, "case_status": "collections", "dispute_open": False}
    plain |= {"promised_on": None, "claimed_on": None, "cancellation_pending": False, "reversed_on": None, "dispute_closed_on": None}
    plain |= {"ladder": "collection", "rung": "first-reminder", "rung_on": TODAY - dt.timedelta(days=60), "next_contact": None}
    for table, rows in rows_of(5):
        if table == "invoice":
            put_book(session, iter([(table, [{**row, **plain, **given} for row, given in zip(rows, invoices, strict=False)])]))
        elif table in ("customer", "contact", "heartbeat"):
            put_book(session, iter([(table, [row | {"status": "active"} if table == "customer" else row for row in rows])]))


def plans_of(
    database: Database, rules: RuleSet, *invoices: dict[str, Any], under_way: int | None = None, overrides: Sequence[dict[str, Any]] = ()
) -> tuple[Plan, Plan]:
    engine = NativeEngine(rules.conditions())
    with Session(database.engine) as session:
        a_group(session, *invoices)
        if under_way is not None:
            action = {
                "plan": {},
                "reason": {},
                "rule_id": "second-reminder",
                "customer_id": 1,
                "currency": "MXN",
                "state": "approved",
            }
            action |= {"id": 1, "rules_digest": "0" * 64, "planned_on": TODAY, "revision": 1, "content": ""}
            claim = {"action_id": 1, "subject": "invoice", "subject_id": under_way, "rule_id": "second-reminder", "occurrence": 1}
            put_book(session, iter([("action", [action]), ("claim", [{**claim, "live": True, "undone": False}])]))
        if overrides:
            put_book(session, iter([("override", list(overrides))]))
        reader = BookReader(session, rules, COMPANY, TODAY, NOW)
        plans = plan_whole(reader, engine), plan_whole(reader, engine, sifted=False)
        session.rollback()
    return plans


DONE = {"rung": "second-reminder", "balance": 100_000}  # Its last rung was sent: nothing is due for it, and it is overdue all the same.


def test_a_small_invoice_reaches_the_minimum_with_what_else_is_overdue(database: Database) -> None:
    rules = read(SHIPPED)
    sifted, whole = plans_of(database, rules, {"balance": 10_000}, DONE)
    assert [action.invoices for action in sifted.actions] == [action.invoices for action in whole.actions] == [("F-1",)]
    alone, _whole = plans_of(database, rules, {"balance": 10_000}, DONE | {"currency": "USD"})
    assert [verdict.outcome.value for verdict in alone.verdicts] == ["due", "below_minimum"]


def test_an_invoice_that_is_not_overdue_itself_reaches_the_minimum_with_what_is(database: Database) -> None:
    """Its due date was moved after its first reminder: it adds nothing to what is overdue."""
    rules = read(SHIPPED)
    moved = {"balance": 100_000, "due_on": TODAY}
    sifted, whole = plans_of(database, rules, moved, DONE)
    assert [action.invoices for action in sifted.actions] == [action.invoices for action in whole.actions] == [("F-1",)]
    alone, _whole = plans_of(database, rules, moved)
    assert [verdict.outcome.value for verdict in alone.verdicts] == ["due", "below_minimum"]


TWO_LADDERS = """
version: 1
calendar: {holidays: none}
ladders:
  - {id: soft, when: currency == "USD", rungs: [{id: call, do: [{task: call, assign: sales_manager}]}]}
  - id: collection
    when: balance > 0
    minimum_total: {MXN: 500.00}
    rungs:
      - {id: first-reminder, do: [{email: note, to: collections_contact}]}
      - {id: second-reminder, wait: 5 workdays, do: [{email: note, to: collections_contact}]}
"""


def test_an_invoice_that_a_person_has_put_on_a_ladder_reaches_the_minimum_with_what_is_overdue_on_it(database: Database) -> None:
    put = {"balance": 10_000, "ladder": "soft", "rung": "call"}
    override = {"customer_id": 1, "invoice_id": 1, "kind": "ladder", "ladder": "collection", "blocks": [], "set_on": TODAY, "known_at": NOW}
    override |= {"set_by": "ana@kemper.example", "why": "a reason", "ended_by": "", "ended_why": ""}
    sifted, whole = plans_of(database, read(TWO_LADDERS), put, DONE, overrides=[override])
    assert shown(sifted) == shown(whole)
    assert [(action.rule_id, action.invoices) for action in sifted.actions] == [("first-reminder", ("F-1",))]


def test_an_invoice_that_is_not_due_and_has_something_under_way_keeps_its_group_waiting(database: Database) -> None:
    rules = read(SHIPPED)
    later = {"balance": 100_000, "next_contact": TODAY + dt.timedelta(days=3)}
    free, _whole = plans_of(database, rules, {"balance": 100_000}, later)
    assert [action.invoices for action in free.actions] == [("F-1",)]
    sifted, whole = plans_of(database, rules, {"balance": 100_000}, later, under_way=2)
    assert shown(sifted) == shown(whole)
    assert (sifted.actions, [verdict.outcome.value for verdict in sifted.verdicts]) == ((), ["due", "under_way", "under_way"])


def test_each_day_some_of_what_was_left_out_is_looked_at_and_in_time_all_of_it(filled: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = read(SHIPPED)

    def left_out(turn: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """As on a day whose ordinal is `turn` days later: the sieve itself stays that of today."""
        reader = BookReader(filled, rules, COMPANY, TODAY, NOW)
        sieve = Sieve(rules, TODAY, reader.company_facts())
        monkeypatch.setattr(sieve, "today", TODAY + dt.timedelta(days=turn))
        return sorted(number for chunk in chunks.Chunks(filled, literal("")).sifted(sieve) for number in chunk.sampled)

    sampled = [left_out(ahead, monkeypatch) for ahead in range(chunks.SAMPLE)]
    looked_at = sorted(invoice for day in sampled for invoice in day)
    assert max(map(len, sampled)) <= 5  # Of 300 open ones, whose ids run to 450 with those that are paid
    assert looked_at == sorted(set(looked_at))
    through = {invoice.id for book in BookReader(filled, rules, COMPANY, TODAY, NOW).whole() for invoice in book.invoices}
    every = set(filled.scalars(select(INVOICE.id).where(INVOICE.status == "open")))
    assert set(looked_at) >= every - through
    assert sampled[3] == left_out(3, monkeypatch)


@pytest.mark.parametrize(("method", "rule"), [("_due_by_rule", "transmittal"), ("_due_on_ladder", "second-reminder")])
def test_a_sieve_that_loses_an_invoice_stops_the_run(filled: Session, method: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = read(SHIPPED)
    engine = NativeEngine(rules.conditions())
    reader = BookReader(filled, rules, COMPANY, TODAY, NOW)
    monkeypatch.setattr(chunks, "SAMPLE", 1)
    assert plan_whole(reader, engine).stopped is None
    monkeypatch.setattr(Sieve, method, lambda _self, _of: false())
    monkeypatch.setattr(asked, "_last", {})
    stopped = plan_whole(reader, engine).stopped
    assert stopped is not None
    number = stopped.fields["invoice"]
    assert str(stopped) == (
        f"invoice {number} was left out although '{rule}' concerns it; please report this with what 'cobranza explain {number}' says"
    )
    monkeypatch.setattr(chunks, "SAMPLE", 10**9)
    assert plan_whole(reader, engine).stopped is None
