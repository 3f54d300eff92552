"""What waits is read as it stands: open tasks, approvals under their first asking, payments and what they cover, customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.subjects import Claims, QueueSubject
from cobranza_rules.store import books
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import Database
from cobranza_rules.store.tables import (
    ActionRow,
    ApplicationRow,
    ApprovalRow,
    ClaimRow,
    CustomerRow,
    EvidenceRow,
    InvoiceRow,
    OverrideRow,
    PaymentRow,
    RelationRow,
    TaskRow,
)
from tests.store.rows import a_customer

MONDAY = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
RULES = """
version: 1
calendar: {holidays: none}
rules:
  - {id: of-tasks, for: task, when: workdays_open >= 0, do: [{notice: waiting, to: asked}]}
  - {id: of-approvals, for: approval, when: workdays_waiting >= 0, was: old-name, do: [{notice: waiting, to: asked}]}
  - {id: of-payments, for: payment, when: amount > 0, do: [{task: look, assign: boss}]}
  - {id: of-customers, for: customer, when: overdue_invoices >= 0, do: [{task: call, assign: boss}]}
"""


@pytest.fixture
def rules() -> RuleSet:
    return read_rules([("r.yaml", RULES.encode())])[0]


def whole(session: Session, rules: RuleSet, today: dt.date = MONDAY) -> dict[Scope, list[QueueSubject]]:
    reader = BookReader(session, rules, {"boss": "jefa@kemper.example"}, today, NOON)
    found = [subject for book in reader.queues() for subject in book.queues]
    again = [subject for subject in reader.of([1, 2]).queues if subject.customer_id in (1, 2)]
    assert sorted(map(str, found)) == sorted(map(str, again)), "one customer's book has what the whole has"
    return {scope: [subject for subject in found if subject.scope is scope] for scope in Scope}


def add(database: Database, *rows: object) -> None:
    with database.writing() as session:
        for row in rows:
            session.add(row)
            session.flush()


def an_action(customer: int = 1, rule: str = "transmittal", balance: int = 116_000) -> ActionRow:
    plan = {"subject": "invoice", "currency": "MXN", "items": [{"balance": balance}, {"balance": 1}]}
    return ActionRow(
        rule_id=rule,
        customer_id=customer,
        currency="MXN",
        plan=plan,
        rules_digest="0" * 64,
        planned_on=MONDAY,
        state="awaiting_signature",
        reason={},
    )


def an_approval(action: int, state: str = "waiting", role: str = "boss", opened: dt.datetime = NOON, gate: str = "sign") -> ApprovalRow:
    return ApprovalRow(
        action_id=action,
        revision=1,
        gate=gate,
        role=role,
        state=state,
        content="0" * 64,
        opened_at=opened,
        decided_by="",
        decided_at=None,
        comment="",
    )


def a_task(customer: int = 1, state: str = "open", **more: object) -> TaskRow:
    given: Mapping[str, object] = {"opened_on": MONDAY - dt.timedelta(days=7), "due_on": MONDAY - dt.timedelta(days=4), **more}
    return TaskRow(
        name="call",
        customer_id=customer,
        action_id=None,
        assigned_to="boss",
        invoices=[],
        state=state,
        answer="",
        comment="",
        done_by="",
        detail={},
        **given,
    )


def a_payment(amount: int, paid_on: dt.date = MONDAY, currency: str = "MXN", key: str = "p") -> PaymentRow:
    return PaymentRow(
        customer_id=1, identity=f"{key}{amount}{paid_on}{currency}", paid_on=paid_on, currency=currency, amount=amount, operation=""
    )


def covers(payment: int, minor: int, *, applied: bool = True, currency: str = "MXN", uuid: str = "U") -> list[object]:
    return [
        EvidenceRow(payment_id=payment, kind="rep", source=f"REP-{payment}", position=1, document="0" * 64),
        ApplicationRow(payment_id=payment, invoice_uuid=f"{uuid}{payment}", currency=currency, minor=minor, applied=applied),
    ]


@pytest.fixture
def filled(database: Database) -> Database:
    add(database, a_customer(), a_customer("C-002"))
    return database


def test_customers_come_in_the_order_of_their_ids_whatever_was_written_last(filled: Database, rules: RuleSet) -> None:
    with filled.writing() as session:
        session.execute(update(CustomerRow).where(CustomerRow.id == 1).values(name="OTRO NOMBRE"))
    with filled.reading() as session:
        if filled.engine.dialect.name == "postgresql":  # As it reads a larger table, row after row
            session.execute(text("SET LOCAL enable_indexscan = off"))
            session.execute(text("SET LOCAL enable_bitmapscan = off"))
        book = BookReader(session, rules, {}, MONDAY, NOON).of([1, 2])
    assert (list(book.customers), [subject.id for subject in book.queues]) == ([1, 2], [1, 2])


def test_open_tasks_with_their_days(filled: Database, rules: RuleSet) -> None:
    add(filled, a_task(), a_task(state="done"), a_task(2, due_on=None))
    with filled.reading() as session:
        first, second = whole(session, rules)[Scope.TASK]
    assert (first.id, first.customer_id, first.name, first.asked) == (1, 1, "call", "boss")
    assert (first.facts["workdays_open"], first.facts["workdays_late"], first.facts["customer"]) == (5, 2, "C-001")
    assert (second.id, second.facts["workdays_late"]) == (3, 0)


def test_an_approval_keeps_the_id_and_the_day_of_its_first_asking(filled: Database, rules: RuleSet) -> None:
    earlier = NOON - dt.timedelta(days=4)
    add(filled, an_action(), an_action(2, "second-reminder", 5))
    add(
        filled,
        an_approval(1, "outdated", opened=earlier),
        an_approval(1, "waiting"),
        an_approval(1, "outdated", role="other", opened=earlier),
        an_approval(1, "approved", gate="rubric"),
        an_approval(2, "rejected"),
    )
    with filled.reading() as session:
        (found,) = whole(session, rules)[Scope.APPROVAL]
    assert (found.id, found.customer_id, found.name, found.asked) == (1, 1, "transmittal", "boss")
    assert found.facts.items() >= {"gate": "sign", "workdays_waiting": 2, "total": 116_001, "currency": "MXN"}.items()


def test_the_day_of_asking_is_that_of_the_companys_zone(filled: Database, rules: RuleSet) -> None:
    add(filled, an_action(), an_approval(1, opened=dt.datetime(2026, 2, 27, 5, tzinfo=dt.UTC)))  # Thursday evening in Mexico City
    with filled.reading() as session:
        assert whole(session, rules)[Scope.APPROVAL][0].facts["workdays_waiting"] == 2


def test_what_was_claimed_for_one_queue_is_not_for_another(filled: Database, rules: RuleSet) -> None:
    add(filled, an_action(), an_approval(1), a_task())
    claim = {"action_id": 1, "subject_id": 1, "occurrence": 1, "live": True, "undone": False}
    with filled.writing() as session:
        session.execute(
            insert(ClaimRow),
            [
                {**claim, "subject": "approval", "rule_id": "old-name", "sent_on": MONDAY},
                {**claim, "subject": "invoice", "rule_id": "of-tasks", "sent_on": MONDAY},
            ],
        )
    with filled.reading() as session:
        found = whole(session, rules)
    assert found[Scope.APPROVAL][0].claims == {"of-approvals": Claims(1, 0, MONDAY)}
    assert found[Scope.TASK][0].claims == {}


def test_payments_that_are_recent_or_not_applied_in_full(filled: Database, rules: RuleSet) -> None:
    long_ago = MONDAY - dt.timedelta(days=91)
    add(
        filled, a_payment(100), a_payment(100, long_ago), a_payment(200, long_ago), a_payment(300, currency="USD"), a_payment(400, long_ago)
    )
    add(filled, *covers(1, 40), *covers(2, 100), *covers(3, 150), *covers(4, 5, currency="MXN"), *covers(5, 400, applied=False))
    with filled.reading() as session:
        found = {subject.id: subject.facts for subject in whole(session, rules)[Scope.PAYMENT]}
    assert {key: (facts.get("applied_amount"), facts.get("unapplied_amount")) for key, facts in found.items()} == {
        1: (40, 60),
        3: (150, 50),
        4: (None, None),
        5: (0, 400),
    }


def test_a_payment_of_which_only_a_substituted_receipt_speaks_did_not_happen(filled: Database, rules: RuleSet) -> None:
    add(filled, a_payment(100), a_payment(200))
    add(filled, *covers(1, 40), *covers(2, 40))
    add(filled, RelationRow(source="REP-9", kind="04", target="REP-1"), RelationRow(source="REP-9", kind="01", target="REP-2"))
    with filled.reading() as session:
        assert [subject.id for subject in whole(session, rules)[Scope.PAYMENT]] == [2]


def test_every_customer_with_what_its_invoices_amount_to(filled: Database, rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "CHUNK", 1)
    with filled.writing() as session:
        for number, (due, status) in enumerate([(-10, "open"), (-1, "open"), (0, "open"), (-99, "paid"), (None, "open")], 1):
            session.execute(insert(InvoiceRow), [an_invoice(number, None if due is None else MONDAY + dt.timedelta(days=due), status)])
    with filled.reading() as session:
        first, second = whole(session, rules)[Scope.CUSTOMER]
    names = ("open_invoices", "overdue_invoices", "oldest_days_overdue")
    assert [first.facts[name] for name in names] == [4, 2, 10]
    assert [second.facts[name] for name in names] == [0, 0, 0]


def an_invoice(number: int, due_on: dt.date | None, status: str) -> dict[str, object]:
    from benchmarks.synthetic_book import rows_of

    row = next(dict(rows[0]) for table, rows in rows_of(5) if table == "invoice")
    return row | {"id": number, "customer_id": 1, "uuid": f"U-{number}", "number": f"F-{number}", "due_on": due_on, "status": status}


def test_without_such_rules_nothing_of_it_is_read(filled: Database) -> None:
    add(filled, a_task(), a_payment(100))
    none = read_rules([("r.yaml", b"version: 1\naging_buckets: [30]\n")])[0]
    with filled.reading() as session:
        assert whole(session, none) == {scope: [] for scope in Scope}


def an_override(customer: int, kind: str, until: dt.date | None = None, invoice: int | None = None) -> OverrideRow:
    given: dict[str, object] = {"ladder": "", "blocks": ["contact"] if kind == "hold" else [], "ended_by": "", "ended_why": ""}
    return OverrideRow(
        customer_id=customer, invoice_id=invoice, kind=kind, set_by="boss", why="x", set_on=MONDAY, known_at=NOON, until=until, **given
    )


def test_what_people_decided_for_the_customer_stands_beside_its_payments_and_itself(database: Database, rules: RuleSet) -> None:
    add(database, a_customer("C-1"), a_customer("C-2"), a_payment(100), *covers(1, 100))
    add(database, an_override(1, "hold"), an_override(1, "exclude", MONDAY - dt.timedelta(days=1)))
    with database.reading() as session:
        found = whole(session, rules)
    first, second = found[Scope.CUSTOMER]
    assert first.overrides.hold is not None
    assert (first.overrides.exclude, second.overrides.hold) == (None, None)
    assert found[Scope.PAYMENT][0].overrides == first.overrides


def test_what_waits_about_a_whole_customer_is_about_no_amount(database: Database, rules: RuleSet) -> None:
    action = an_action(rule="statement", balance=0)
    action.plan = {"subject": "customer", "currency": "", "items": [{"balance": 0}]}
    add(database, a_customer("C-1"), action, an_approval(1))
    with database.reading() as session:
        (approval,) = whole(session, rules)[Scope.APPROVAL]
    assert not {"total", "currency"} & approval.facts.keys()
