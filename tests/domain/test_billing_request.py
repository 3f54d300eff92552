"""Which request an invoice answers, and what an invoice lacks of where it should have come from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.billing_exceptions import Lack, Origin, lacks_of
from cobranza_rules.domain.billing_request import BY_AMOUNT, BY_ORDER, Asked, Issued, answered, fit, order_keys
from cobranza_rules.money import Money

DAY = dt.date(2026, 3, 2)


def asked(number: int, minor: int = 1000, order: str = "", currency: str = "MXN", approved: dt.date = DAY) -> Asked:
    return Asked(number, currency, minor, order, approved)


def issued(minor: int = 1000, order: str = "", currency: str = "MXN", on: dt.date = DAY) -> Issued:
    return Issued(1, currency, minor, order, on)


def found(requests: list[Asked], invoice: Issued) -> tuple[list[int], str]:
    which, by = answered(requests, invoice)
    return [one.id for one in which], by


@pytest.mark.parametrize(("one", "other"), [("OC 4587", "oc-4587"), ("PO#77/A", "po 77 a"), ("", "-")])
def test_orders_are_told_by_letters_and_figures_alone(one: str, other: str) -> None:
    assert order_keys(one) == order_keys(other)


@pytest.mark.parametrize(
    ("request_", "invoice", "by"),
    [
        (asked(1, order="OC 1"), issued(order="oc-1"), BY_ORDER),
        (asked(1, 5, "OC 1"), issued(order="OC1"), BY_ORDER),
        (asked(1, order="OC 1"), issued(order="OC 2"), ""),
        (asked(1, order="OC 1"), issued(order="OC 7, OC 1"), BY_ORDER),
        (asked(1), issued(), BY_AMOUNT),
        (asked(1, order="OC 1"), issued(), BY_AMOUNT),
        (asked(1), issued(order="OC 2"), BY_AMOUNT),
        (asked(1, 999), issued(), ""),
        (asked(1, currency="USD"), issued(), ""),
        (asked(1, order="OC 1", currency="USD"), issued(order="OC 1"), ""),
        (asked(1, approved=DAY + dt.timedelta(days=1)), issued(), ""),
    ],
)
def test_an_invoice_fits_by_its_order_else_by_its_amount(request_: Asked, invoice: Issued, by: str) -> None:
    assert fit(request_, invoice) == by


def test_an_order_counts_more_than_an_amount() -> None:
    assert found([asked(1), asked(2, 5, "OC 1")], issued(order="OC 1")) == ([2], BY_ORDER)


def test_of_several_requests_for_one_order_the_one_of_just_that_amount_is_meant() -> None:
    assert found([asked(1, 5, "OC 1"), asked(2, 1000, "OC 1")], issued(order="OC 1")) == ([2], BY_ORDER)


def test_several_that_fit_alike_are_all_named() -> None:
    assert found([asked(1), asked(2)], issued()) == ([1, 2], BY_AMOUNT)
    assert found([asked(1, 5, "OC 1"), asked(2, 6, "OC 1")], issued(order="OC 1")) == ([1, 2], BY_ORDER)


asking = st.builds(
    asked, st.integers(1, 9), st.sampled_from([5, 1000]), st.sampled_from(["", "OC 1", "OC 2"]), st.sampled_from(["MXN", "USD"])
)


@given(st.lists(asking, max_size=6, unique_by=lambda one: one.id), st.sampled_from(["", "OC 1", "oc1"]))
def test_what_is_answered_fits_and_its_order_does_not_matter(requests: list[Asked], order: str) -> None:
    invoice = issued(order=order)
    which, by = answered(requests, invoice)
    assert all(fit(one, invoice) == by for one in which)
    assert {one.id for one in which} == {one.id for one in answered(requests[::-1], invoice)[0]}
    assert bool(which) is any(fit(one, invoice) for one in requests)


COMPLETE = Origin(Money(1000, "MXN"), asked(7), (), has_agreement=True, undelivered=True, has_contact=True)


@pytest.mark.parametrize(
    ("origin", "lacks"),
    [
        (COMPLETE, []),
        (replace(COMPLETE, request=None), [(Lack.REQUEST_MISSING, "Sales has not asked for it")]),
        (
            replace(COMPLETE, request=None, may_answer=(asked(3), asked(5))),
            [(Lack.SEVERAL_REQUESTS, "requests 3, 5 may be meant; say which: 'cobranza request tie'")],
        ),
        (replace(COMPLETE, total=Money(900, "MXN")), [(Lack.OTHER_AMOUNT, "request 7 asks for 10.00 MXN, the invoice is over 9.00 MXN")]),
        (replace(COMPLETE, has_agreement=False), [(Lack.AGREEMENT_MISSING, "no agreement covers its day of issue")]),
        (replace(COMPLETE, has_contact=False), [(Lack.CONTACT_MISSING, "nobody is known to whom it is delivered")]),
        (replace(COMPLETE, has_contact=False, undelivered=False), []),
    ],
)
def test_what_an_invoice_lacks_is_said(origin: Origin, lacks: list[tuple[Lack, str]]) -> None:
    assert [(lack, str(what)) for lack, what in lacks_of(origin)] == lacks
