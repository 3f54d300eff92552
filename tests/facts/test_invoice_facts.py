"""Facts of invoices: what each is, that none of the vocabulary is missing, and that a few of them are the same as all of them, cut down."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.due_basis import DueBasis, basis_as_json
from cobranza_rules.domain.schedule import DuePart, uncovered
from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.facts.build import customer_facts, invoice_facts
from cobranza_rules.facts.days import Day
from cobranza_rules.facts.invoices import AS_THEY_ARE, IF_NAMED, OF_A_DATE, OF_MORE, InvoiceFacts
from cobranza_rules.facts.vocabulary import CUSTOMER_FACTS, INVOICE_FACTS

TODAY = dt.date(2026, 3, 10)  # A Tuesday
CALENDAR = BusinessCalendar()
BUCKETS = (30, 60, 90)
CUSTOMER: dict[str, str | bool | int] = {"customer": "C-001", "customer_ready": True, "inbox_open": 0}
DATES = ("due_on", "delivered_on", "promised_on", "claimed_on", "reversed_on", "intervention_due", "instalment_on", "instalment_until")


def an_invoice(**changes: Any) -> SimpleNamespace:
    present: dict[str, Any] = {
        "number": "F-1",
        "currency": "MXN",
        "total": 120000,
        "balance": 100000,
        "paid": 20000,
        "status": "open",
        "payment_method": "PPD",
        "cancellation_pending": False,
        "support_missing": False,
        "issued_on": dt.date(2026, 1, 20),
        "due_on": None,
        "due_basis": None,
        "delivery": "pending",
        "delivered_on": None,
        "delivered_by": None,
        "not_received_count": 0,
        "acknowledged": False,
        "case_status": "collections",
        "promised_on": None,
        "promised_minor": 0,
        "promise_paid": 0,
        "promise_count": 0,
        "claimed_on": None,
        "claim_count": 0,
        "cheque_state": "none",
        "cheque_on": None,
        "claim_expired_on": None,
        "reversed_on": None,
        "dispute_open": False,
        "dunning_level": 0,
        "cfdi_missing": False,
        "ledger_difference": False,
        "intervention": "none",
        "intervention_due": None,
        "instalment_on": None,
        "instalment_until": None,
        "instalment_minor": 0,
        "plan_percent": 0,
        "agreement": "",
        "request": None,
        **changes,
    }
    return SimpleNamespace(**present)


def facts(**changes: Any) -> dict[str, Any]:
    return dict(invoice_facts(an_invoice(**changes), CUSTOMER, TODAY, CALENDAR, BUCKETS))


def test_an_invoice_without_dates() -> None:
    assert facts() == {
        **CUSTOMER,
        "invoice": "F-1",
        "currency": "MXN",
        "total": 120000,
        "balance": 100000,
        "paid": 20000,
        "status": "open",
        "payment_method": "PPD",
        "requested": False,
        "cancellation_pending": False,
        "issued_on": dt.date(2026, 1, 20).toordinal(),
        "days_since_issue_month": 38,
        "pue_unpaid_past_month": False,
        "aging_bucket": "no due date",
        "overdue_amount": 0,
        "delivery": "pending",
        "delivered_before": False,
        "support_missing": False,
        "acknowledged": False,
        "case_status": "collections",
        "promise_open": False,
        "promise_count": 0,
        "promise_workdays_late": 0,
        "payment_claimed": False,
        "claim_count": 0,
        "cheque_state": "none",
        "claim_state": "none",
        "not_received_count": 0,
        "dispute_open": False,
        "dunning_level": 0,
        "cfdi_missing": False,
        "ledger_difference": False,
        "intervention": "none",
        "intervention_overdue": False,
        "plan_open": False,
        "plan_broken": False,
        "instalment_amount": 0,
        "instalment_workdays_late": 0,
        "plan_percent_kept": 0,
    }


@pytest.mark.parametrize(
    ("changes", "pue_days", "late"),
    [
        ({"payment_method": "PUE"}, 0, True),
        ({"payment_method": "PUE"}, 37, True),
        ({"payment_method": "PUE"}, 38, False),
        ({"payment_method": "PUE", "balance": 0}, 0, False),
        ({"payment_method": "PUE", "balance": -1}, 0, False),
        ({"payment_method": "PPD"}, 0, False),
        ({"payment_method": ""}, 0, False),
        ({"payment_method": "PUE", "issued_on": dt.date(2026, 3, 1)}, 0, False),
    ],
)
def test_a_pue_invoice_is_late_from_the_day_after_its_month_on(changes: dict[str, Any], pue_days: int, *, late: bool) -> None:
    calendar = BusinessCalendar(tax_days=TaxDays(pue_days))
    assert invoice_facts(an_invoice(**changes), CUSTOMER, TODAY, calendar, BUCKETS)["pue_unpaid_past_month"] is late


def test_what_dates_add() -> None:
    plain = facts()
    dated = facts(
        due_on=dt.date(2026, 2, 6),
        delivery="sent",
        delivered_on=dt.date(2026, 3, 6),
        delivered_by=7,
        promised_on=dt.date(2026, 3, 5),
        claimed_on=dt.date(2026, 3, 9),
        reversed_on=dt.date(2026, 3, 4),
        intervention="open",
        intervention_due=dt.date(2026, 3, 9),
    )
    assert {name: value for name, value in dated.items() if plain.get(name) != value} == {
        "due_on": dt.date(2026, 2, 6).toordinal(),
        "days_overdue": 32,
        "aging_bucket": "31-60",
        "overdue_amount": 100000,
        "delivery": "sent",
        "workdays_since_delivery": 2,
        "promised_on": dt.date(2026, 3, 5).toordinal(),
        "promise_open": True,
        "promise_workdays_late": 3,
        "payment_claimed": True,
        "claim_state": "open",
        "workdays_since_claim": 1,
        "workdays_since_reversal": 4,
        "intervention": "open",
        "intervention_overdue": True,
    }


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({}, True),
        ({"promised_minor": 5000, "promise_paid": 4999}, True),
        ({"promised_minor": 5000, "promise_paid": 5000}, False),
        ({"promised_minor": 0, "promise_paid": 5000}, True),
        ({"status": "paid"}, False),
    ],
)
def test_a_promise_of_an_amount_is_kept_when_so_much_was_paid(changes: dict[str, Any], stands: bool) -> None:
    assert facts(promised_on=TODAY, **changes)["promise_open"] is stands


PARTS = DueBasis(parts=tuple(DuePart(dt.date(2026, month, 9), 40_000) for month in (1, 2, 3, 4)))


@pytest.mark.parametrize("basis", [PARTS, basis_as_json(PARTS), json.dumps(basis_as_json(PARTS))], ids=["folded", "json", "text"])
@pytest.mark.parametrize(("paid", "overdue"), [(0, 120_000), (40_000, 80_000), (50_000, 70_000), (119_999, 1)])
def test_only_what_is_past_its_due_date_is_overdue(basis: Any, paid: int, overdue: int) -> None:
    due = next(part.due_on for part in uncovered(PARTS.parts, paid))
    assert facts(due_basis=basis, total=160_000, paid=paid, balance=160_000 - paid, due_on=due)["overdue_amount"] == overdue


@pytest.mark.parametrize(("due", "overdue"), [(None, 0), (TODAY, 0), (TODAY - dt.timedelta(days=1), 100_000)])
def test_without_instalments_all_of_it_is_overdue_or_nothing(due: dt.date | None, overdue: int) -> None:
    assert facts(due_on=due)["overdue_amount"] == overdue
    assert facts(due_on=due, due_basis=DueBasis(accepted_on=TODAY))["overdue_amount"] == overdue


def test_every_fact_of_the_vocabulary_is_defined_once() -> None:
    defined = [*AS_THEY_ARE, *IF_NAMED, *OF_A_DATE, *OF_MORE]
    assert sorted(defined) == sorted(fact.name for fact in INVOICE_FACTS)
    customer = SimpleNamespace(code="C", kind="domestic", status="active", language="es", delivery="email", credit_days=30, segment="AA")
    customer.credit_stopped_on = TODAY
    company = {"workdays_since_bank_statement": 0, "hours_since_mailbox_poll": 0}
    assert set(customer_facts(customer, 0, company, promises_kept=50)) == {fact.name for fact in CUSTOMER_FACTS}


dates = st.none() | st.dates(dt.date(2025, 11, 1), dt.date(2026, 6, 30))


@given(
    st.fixed_dictionaries(dict.fromkeys(DATES, dates)),
    st.sets(st.sampled_from([*AS_THEY_ARE, *IF_NAMED, *OF_A_DATE, *OF_MORE, "customer_ready"])),
)
def test_wanted_facts_are_all_facts_cut_down(present: dict[str, Any], wanted: set[str]) -> None:
    invoice = an_invoice(**present)
    every = invoice_facts(invoice, CUSTOMER, TODAY, CALENDAR, BUCKETS)
    few = InvoiceFacts(Day(TODAY, CALENDAR, BUCKETS), ("number", "due_on"), wanted)
    row = [getattr(invoice, column) for column in few.columns]
    assert few.columns[:2] == ("number", "due_on")
    assert few.build(row, few.common(CUSTOMER)) == {name: value for name, value in every.items() if name in wanted}


def kept(value: Any) -> Any:
    """As SQLite keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else int(value) if isinstance(value, bool) else value


@given(
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(DATES, dates),
            optional={"acknowledged": st.booleans(), "promised_minor": st.just(5), "agreement": st.just("CT-1")},
        )
    ),
    st.none() | st.sets(st.sampled_from([*AS_THEY_ARE, *IF_NAMED, *OF_A_DATE, *OF_MORE])),
)
def test_a_table_has_the_facts_of_each_invoice(presents: list[dict[str, Any]], wanted: set[str] | None) -> None:
    """Whether values come as Python has them or as a database keeps them."""
    builder = InvoiceFacts(Day(TODAY, CALENDAR, BUCKETS), ("number",), wanted)
    rows = [[getattr(an_invoice(**present), column) for column in builder.columns] for present in presents]
    apart = [builder.build(row, builder.common({})) for row in rows]
    for given_rows in (rows, [[kept(value) for value in row] for row in rows]):
        table = builder.table(list(zip(*given_rows, strict=True)) or [()] * len(builder.columns), {})
        assert [{name: value for name, value in facts.items() if value is not None} for facts in table] == apart
        assert all(type(one) is type(other) for facts, own in zip(table, apart, strict=True) for one, other in zip_facts(facts, own))


def zip_facts(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(one[name], value) for name, value in other.items()]


def test_only_columns_of_wanted_facts_are_asked_for() -> None:
    few = InvoiceFacts(Day(TODAY, CALENDAR, BUCKETS), ("id",), {"days_overdue", "aging_bucket", "balance", "customer"})
    assert few.columns == ("id", "balance", "due_on")


def test_the_facts_of_one_invoice_stay_its_own() -> None:
    builder = InvoiceFacts(Day(TODAY, CALENDAR, BUCKETS))
    common = builder.common(CUSTOMER)
    before = dict(common)
    builder.build([getattr(an_invoice(due_on=TODAY, claimed_on=TODAY), column) for column in builder.columns], common)
    assert common == before
