"""Discounts and deductions: taken off with a reason, approved above a limit, and counted once with the credit notes that document them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.cfdi_files import COMPANY, credit_note, invoice, receipt

from cobranza_rules.booking.bookkeeper import Bookkeeper, entries_of, state_of
from cobranza_rules.booking.credit_notes import cancel_credit_note
from cobranza_rules.booking.discounts import Decision, Deduction, Limits, approve, refuse, reverse, take_off
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.task_answers import Answer, finish_task
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.clock import FixedClock
from cobranza_rules.domain.discount import DiscountKind
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.invoice import InvoiceState, after, fold
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database, open_database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CreditNoteRow, DiscountRow, InvoiceRow, PaymentRow, TaskRow

DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
LIMITS = Limits({"MXN": 5_000})
WHO = "analista@empresa.example"
MANAGER = Decision("gerencia@empresa.example", frozenset({"administration_manager"}), "acordado")


@pytest.fixture
def importing(database: Database, tmp_path: Path) -> Importing:
    return Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)


def take(importing: Importing, *contents: bytes) -> None:
    importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))


def row_of(session: Session, number: str = "FA-1") -> InvoiceRow:
    return session.scalars(select(InvoiceRow).where(InvoiceRow.number == number)).one()


def capture(importing: Importing, minor: int, kind: DiscountKind = DiscountKind.VOLUME, number: str = "FA-1", **rest: object) -> int:
    with importing.database.writing() as session:
        said = Deduction(kind, "rebaja acordada", WHO, Money(minor, "MXN"), **rest)  # type: ignore[arg-type]
        return take_off(Bookkeeper(session, NOW), row_of(session, number), said, LIMITS, DAY).id


def said_wrong(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        call()
    return [f"{problem.what}; {problem.hint}" for problem in caught.value.problems]


def stands(importing: Importing, number: str = "FA-1") -> tuple[int, list[tuple[int, str]]]:
    """Balance, and the states of the discounts; the stored present is that of the fold."""
    with importing.database.reading() as session:
        row = row_of(session, number)
        assert state_of(row) == fold(entries_of(session, row.id))
        found = session.execute(
            select(DiscountRow.minor, DiscountRow.state).where(DiscountRow.invoice_id == row.id).order_by(DiscountRow.id)
        )
        return row.balance, [(minor, state) for minor, state in found]


def test_a_discount_below_the_limit_counts_at_once(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = capture(importing, 5_000)
    assert stands(importing) == (111_000, [(5_000, "applied")])
    with importing.database.reading() as session:
        assert row_of(session).applied == {f"d{number}": 5_000}
        told = [str(event.sentence) for event in timeline(session, row_of(session).customer_id)]
    assert "50.00 MXN taken off FA-1 for volume (discount 1)" in told


def test_above_the_limit_it_waits_for_the_person_of_the_role(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = capture(importing, 5_001)
    assert stands(importing) == (116_000, [(5_001, "waiting")])
    with importing.database.writing() as session:
        stranger = Decision("ventas@empresa.example", frozenset({"sales_manager"}))
        assert said_wrong(lambda: approve(Bookkeeper(session, NOW), number, stranger, LIMITS, DAY)) == [
            "discount 1 is approved by administration_manager; let that person decide"
        ]
    with importing.database.writing() as session:
        approve(Bookkeeper(session, NOW), number, MANAGER, LIMITS, DAY)
    assert stands(importing) == (110_999, [(5_001, "applied")])
    with importing.database.writing() as session:
        assert said_wrong(lambda: approve(Bookkeeper(session, NOW), number, MANAGER, LIMITS, DAY)) == [
            "discount 1 waits for nobody: it is applied; 'cobranza discount list --state waiting' shows those that wait"
        ]


def test_the_limit_is_of_the_invoice_so_that_small_parts_do_not_pass_it(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    capture(importing, 3_000)
    capture(importing, 2_001)
    assert stands(importing) == (113_000, [(3_000, "applied"), (2_001, "waiting")])


def test_what_is_refused_is_owed_and_needs_its_reason(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = capture(importing, 6_000)
    with importing.database.writing() as session:
        silent = Decision(MANAGER.who, MANAGER.roles)
        assert said_wrong(lambda: refuse(Bookkeeper(session, NOW), number, silent, LIMITS, DAY)) == [
            "a discount is refused with its reason; say why with --comment"
        ]
    with importing.database.writing() as session:
        refuse(Bookkeeper(session, NOW), number, MANAGER, LIMITS, DAY)
    assert stands(importing) == (116_000, [(6_000, "refused")])


def test_what_is_reversed_is_owed_again(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = capture(importing, 4_000)
    with importing.database.writing() as session:
        reverse(Bookkeeper(session, NOW), number, because="withdrawn", who=WHO, comment="no procedía", today=DAY)
    assert stands(importing) == (116_000, [(4_000, "reversed")])
    with importing.database.reading() as session:
        assert row_of(session).reversed_on == DAY
    with importing.database.writing() as session:
        again = said_wrong(lambda: reverse(Bookkeeper(session, NOW), number, because="withdrawn", who=WHO, comment="otra vez", today=DAY))
    assert again == ["discount 1 does not count: it is reversed; 'cobranza discount list' shows those that do"]


def test_bad_input_is_told_in_full_and_changes_nothing(importing: Importing) -> None:
    take(importing, invoice("FA-1"), invoice("FA-2", replaces=("FA-1",)), invoice("FA-3", currency="USD"))

    def wrong(number: str, said: Deduction) -> list[str]:
        with importing.database.writing() as session:
            return said_wrong(lambda: take_off(Bookkeeper(session, NOW), row_of(session, number), said, LIMITS, DAY))

    kind = DiscountKind.VOLUME
    assert wrong("FA-1", Deduction(kind, " ", WHO, Money(0, "MXN"))) == [
        "invoice FA-1 is substituted: nothing is taken off it; name the invoice that stands in its place, if there is one",
        "0.00 MXN is no amount to take off; give an amount above zero",
        "a discount is captured with its reason in words; say so with --reason",
    ]
    assert wrong("FA-3", Deduction(kind, "rebaja", WHO, Money(100, "MXN"))) == [
        "1.00 MXN cannot be taken off FA-3, which is in USD; give the amount in the invoice's currency"
    ]
    assert wrong("FA-2", Deduction(kind, "rebaja", WHO, Money(116_001, "MXN"))) == [
        "1,160.01 MXN is more than the 1,160.00 MXN that is owed of FA-2; 'cobranza explain FA-2' says what was paid and taken off"
    ]
    assert wrong("FA-2", Deduction(DiscountKind.PROMPT_PAYMENT, "pronto pago", WHO, Money(100, "MXN"))) == [
        (
            "no agreement grants a discount for prompt payment of this invoice; "
            "add --exceptional, and administration_manager is asked to approve it"
        )
    ]
    assert [stands(importing, number)[1] for number in ("FA-1", "FA-2", "FA-3")] == [[], [], []]


def test_what_no_agreement_grants_waits_where_it_is_asked_for(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    capture(importing, 100, DiscountKind.PROMPT_PAYMENT, exceptional=True)
    assert stands(importing) == (116_000, [(100, "waiting")])


def test_a_payment_that_is_taken_back_takes_its_discount_with_it(importing: Importing) -> None:
    take(importing, invoice("FA-1"), receipt("P-1", {"FA-1": "1120.00"}))
    with importing.database.writing() as session:
        payment = session.scalars(select(PaymentRow)).one()
        said = Deduction(DiscountKind.SHORT_PAYMENT, "pagó de menos", WHO, payment=payment)
        take_off(Bookkeeper(session, NOW), row_of(session), said, LIMITS, DAY)
    assert stands(importing) == (0, [(4_000, "applied")])
    take(importing, receipt("P-2", {"FA-1": "1000.00"}, replaces=("P-1",)))
    assert stands(importing) == (16_000, [(4_000, "reversed")])


@pytest.mark.parametrize("first", ["discount", "credit note"])
def test_a_discount_and_its_credit_note_count_once_whichever_comes_first(importing: Importing, first: str) -> None:
    take(importing, invoice("FA-1"))
    if first == "discount":
        capture(importing, 4_000)
        assert stands(importing)[0] == 112_000
        take(importing, credit_note("N-1", "40.00", "FA-1"))
    else:
        take(importing, credit_note("N-1", "40.00", "FA-1"))
        assert stands(importing)[0] == 112_000
        capture(importing, 4_000)
    assert stands(importing) == (112_000, [(4_000, "credited")])
    with importing.database.reading() as session:
        row, note = row_of(session), session.scalars(select(CreditNoteRow)).one()
        assert row.applied == {f"c{note.id}": 4_000}
        assert row.reversed_on is None
    with importing.database.writing() as session:
        told = said_wrong(lambda: reverse(Bookkeeper(session, NOW), 1, because="withdrawn", who=WHO, comment="no", today=DAY))
    assert told == [
        "discount 1 is documented by a credit note, which takes it off by itself; have the credit note cancelled; then it can be reversed"
    ]


@pytest.mark.parametrize("first", ["discount", "credit note"])
def test_a_cancelled_credit_note_leaves_the_discount_as_it_was(importing: Importing, first: str) -> None:
    take(importing, invoice("FA-1"))
    if first == "discount":
        capture(importing, 4_000)
        with importing.database.writing() as session:
            session.scalars(select(DiscountRow)).one().requested_on = DAY
    take(importing, credit_note("N-1", "40.00", "FA-1"))
    if first != "discount":
        capture(importing, 4_000)
    with importing.database.writing() as session:
        cancel_credit_note(Bookkeeper(session, NOW), session.scalars(select(CreditNoteRow)).one(), DAY, DAY)
    assert stands(importing) == (112_000, [(4_000, "requested" if first == "discount" else "applied")])


def test_a_credit_note_over_another_amount_is_a_persons(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    number = capture(importing, 4_000)
    take(importing, credit_note("N-1", "41.00", "FA-1"))
    assert stands(importing) == (112_000, [(4_000, "applied")])
    with importing.database.writing() as session:
        task = session.scalars(select(TaskRow)).one()
        assert task.name == "allocate-credit-note"
        keeper = Bookkeeper(session, NOW)
        strange = Answer(WHO, shares={"FA-1": "41.00"}, settles=(number + 7,))
        assert said_wrong(lambda: finish_task(keeper, task.id, strange, DAY)) == [
            "discount 8 does not wait for a credit note of these invoices; 'cobranza discount list' shows those that do"
        ]
        finish_task(keeper, task.id, Answer(WHO, shares={"FA-1": "41.00"}, settles=(number,)), DAY)
    assert stands(importing) == (111_900, [(4_000, "credited")])


def test_a_discount_beside_a_credit_note_over_another_amount_waits(importing: Importing) -> None:
    take(importing, invoice("FA-1"), credit_note("N-1", "41.00", "FA-1"))
    capture(importing, 4_000)
    assert stands(importing) == (111_900, [(4_000, "waiting")])


def test_of_two_equal_discounts_of_two_kinds_nothing_is_guessed(importing: Importing) -> None:
    take(importing, invoice("FA-1"))
    capture(importing, 2_000, DiscountKind.VOLUME)
    capture(importing, 2_000, DiscountKind.PRICE_DIFFERENCE)
    take(importing, credit_note("N-1", "20.00", "FA-1"))
    assert stands(importing) == (112_000, [(2_000, "applied"), (2_000, "applied")])
    with importing.database.reading() as session:
        assert session.scalars(select(CreditNoteRow)).one().state == "for_a_person"


def test_goods_returned_are_not_documented_by_a_note_for_discounts(importing: Importing) -> None:
    """TipoRelacion 01 is no 03."""
    take(importing, invoice("FA-1"))
    capture(importing, 2_000, DiscountKind.RETURN)
    capture(importing, 2_000, DiscountKind.VOLUME)
    take(importing, credit_note("N-1", "20.00", "FA-1"))
    assert stands(importing) == (112_000, [(2_000, "applied"), (2_000, "credited")])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("payment", "credit", "discount", "credited", "unpay", "uncredit", "reverse")),
        st.integers(1, 4),
        st.integers(1, 400),
    ),
    max_size=25,
)


def naive(state: InvoiceState, letter: str) -> int:
    return sum(minor for key, minor in state.applied.items() if key.startswith(letter))


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_at_every_moment_the_total_is_open_paid_credited_and_discounted(steps: list[tuple[str, int, int]]) -> None:
    state = fold([Entry(EntryKind.ISSUED, DAY, {"minor": 1_000})])
    known: dict[str, int] = {}
    for what, number, minor in steps:
        made: dict[str, tuple[str, EntryKind, dict[str, Any]]] = {
            "payment": (f"p{number}", EntryKind.PAYMENT_APPLIED, {"payment": number, "minor": minor}),
            "credit": (f"c{number}", EntryKind.CREDIT_APPLIED, {"credit_note": number, "minor": minor}),
            "discount": (f"d{number}", EntryKind.DISCOUNT_APPLIED, {"discount": number, "minor": minor, "reason": "volume"}),
            "credited": (f"d{number}", EntryKind.DISCOUNT_REVERSED, {"discount": number, "because": "credited"}),
            "unpay": (f"p{number}", EntryKind.PAYMENT_REVERSED, {"payment": number}),
            "uncredit": (f"c{number}", EntryKind.CREDIT_REVERSED, {"credit_note": number}),
            "reverse": (f"d{number}", EntryKind.DISCOUNT_REVERSED, {"discount": number, "because": "withdrawn"}),
        }
        key, kind, data = made[what]
        state = after(state, Entry(kind, DAY, data))
        if "minor" in data:
            known.setdefault(key, minor)
        else:
            known.pop(key, None)
        assert state.total == state.balance + naive(state, "p") + naive(state, "c") + naive(state, "d")
        assert state.balance == 1_000 - sum(known.values())


def test_in_every_order_discounts_and_their_credit_notes_count_once(tmp_path: Path) -> None:
    database = open_database("sqlite:///order.db", tmp_path)
    importing = Importing(database, DocumentArchive(tmp_path / "documents"), FixedClock(DAY, "America/Mexico_City"), COMPANY)
    orders = sorted(set(permutations(("discount", "discount", "note", "note", "payment"))))
    for one, order in enumerate(orders, 1):
        number = f"FA-{one}"
        take(importing, invoice(number))
        for at, what in enumerate(order):
            if what == "payment":
                take(importing, receipt(f"P-{one}", {number: "1000.00"}, operation=f"{one:06}"))
            elif what == "note":
                take(importing, credit_note(f"N{one}-{at}", "20.00", number))
            else:
                capture(importing, 2_000, number=number)
        assert stands(importing, number) == (116_000 - 100_000 - 4_000, [(2_000, "credited"), (2_000, "credited")])
    database.close()
    assert len(orders) == 30
