"""Payment terms as values: kept and read again, and what makes no sense in them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.terms import (
    Adjustment,
    CountedFrom,
    FixedDays,
    Instalment,
    Terms,
    problems_of,
    terms_as_json,
    terms_of_json,
)
from cobranza_rules.money import Money

fixed_days = st.builds(
    FixedDays,
    st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple),
    st.lists(st.integers(1, 31), max_size=3, unique=True).map(tuple),
)
by_percent = st.lists(st.integers(1, 9999), max_size=4, unique=True).map(
    lambda cuts: [Decimal(b - a) / 100 for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10000], strict=True)]
)


@st.composite
def instalments(draw: st.DrawFn) -> tuple[Instalment, ...]:
    """Sound ones."""
    if draw(st.booleans()):
        parts = [Instalment(0, percent) for percent in draw(by_percent)]
    else:
        parts = [Instalment(0, None, Money(minor, "MXN")) for minor in draw(st.lists(st.integers(1, 10**8), min_size=1, max_size=5))]
    days = sorted(draw(st.lists(st.integers(0, 720), min_size=len(parts), max_size=len(parts))))
    return tuple(replace(part, days=day) for day, part in zip(days, parts, strict=True))


terms = st.builds(
    Terms,
    days=st.integers(0, 720),
    counted_from=st.sampled_from(CountedFrom),
    assumed_after=st.none() | st.integers(0, 90),
    review=fixed_days,
    payment=fixed_days,
    end_of_month=st.booleans(),
    business_days=st.booleans(),
    adjustment=st.sampled_from(Adjustment),
    instalments=st.just(()) | instalments(),
)


@given(terms)
def test_terms_come_back_as_they_were_kept(agreed: Terms) -> None:
    assert terms_of_json(json.loads(json.dumps(terms_as_json(agreed)))) == agreed


@given(terms)
def test_sound_terms_have_no_problem(agreed: Terms) -> None:
    assert problems_of(agreed) == []


def test_plain_terms_are_kept_as_nothing_but_their_days() -> None:
    assert terms_as_json(Terms(30)) == {"days": 30}
    assert Terms(30).plain
    assert not Terms(30, end_of_month=True).plain


HALF = Decimal(50)


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        (Terms(-1), "-1 is not a number of credit days from 0 to 720; write the days as a number, for example 30"),
        (Terms(2026), "2026 is not a number of credit days from 0 to 720; write the days as a number, for example 30"),
        (
            Terms(30, assumed_after=-5),
            (
                "-5 is not a number of days from 0 to 720; "
                "give the days after issue from which the credit days count while the acknowledgement does not come"
            ),
        ),
        (Terms(30, review=FixedDays((7,))), "there is no weekday 7; weekdays count from 0, Monday, to 6, Sunday"),
        (
            Terms(30, payment=FixedDays((), (32,))),
            "there is no day 32 of the month; give a day from 1 to 31; 31 is the last one of every month",
        ),
        (
            Terms(30, instalments=(Instalment(0, HALF), Instalment(30, Decimal("49.99")))),
            "the instalments add up to 99.99 percent, not to 100; correct the shares; thirds are 33.33, 33.33 and 33.34",
        ),
        (
            Terms(30, instalments=(Instalment(0, HALF), Instalment(30, None, Money(5, "MXN")))),
            "instalments are all in percent or all in amounts; give each instalment its percent, or each its amount",
        ),
        (
            Terms(30, instalments=(Instalment(0),)),
            "instalments are all in percent or all in amounts; give each instalment its percent, or each its amount",
        ),
        (
            Terms(30, instalments=(Instalment(0, Decimal("NaN")),)),
            "an instalment is zero, negative or has too many decimals; leave it out, or correct its share",
        ),
        (
            Terms(30, instalments=(Instalment(0, Decimal("33.333")), Instalment(1, Decimal("66.667")))),
            "an instalment is zero, negative or has too many decimals; leave it out, or correct its share",
        ),
        (
            Terms(30, instalments=(Instalment(0, None, Money(0, "MXN")),)),
            "an instalment is zero, negative or has too many decimals; leave it out, or correct its share",
        ),
        (
            Terms(30, instalments=(Instalment(0, None, Money(1, "MXN")), Instalment(0, None, Money(1, "USD")))),
            "the instalments are in several currencies; terms are agreed in one currency",
        ),
        (
            Terms(30, instalments=(Instalment(30, HALF), Instalment(15, HALF))),
            "the instalments are not in the order of their days; put the earliest first",
        ),
        (Terms(30, instalments=(Instalment(30, None, Money(1, "MXN")),) * 61), "more than 60 instalments; check the terms"),
    ],
)
def test_senseless_terms_are_told(agreed: Terms, said: str) -> None:
    assert [problem.text() for problem in problems_of(agreed, "agreements.xlsx", "B7")] == [f"agreements.xlsx (B7): {said}"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(problems_of(Terms(-1, review=FixedDays((9,), (0,)), instalments=(Instalment(1000, Decimal(1)),)))) == 5
