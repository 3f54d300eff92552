"""Which version of which agreement covers a day, and where agreements overlap."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.agreement import (
    Interest,
    Limit,
    PromptPayment,
    Version,
    covering,
    exceeded,
    interest_of,
    limits_on,
    overlapping,
    prompt_payment_of,
    spans,
)

JANUARY = dt.date(2026, 1, 1)


def day(number: int) -> dt.date:
    return JANUARY + dt.timedelta(days=number)


def version(number: str, version: int, first: int, last: int | None = None, currency: str = "MXN") -> Version:
    return Version(version * 100 + ord(number[-1]), number, version, currency, day(first), None if last is None else day(last))


def covered(versions: list[Version], on: int, currency: str = "MXN") -> list[tuple[str, int]]:
    return [(one.number, one.version) for one in covering(versions, day(on), currency)]


def test_an_agreement_covers_from_its_first_day_to_its_last_one() -> None:
    versions = [version("A", 1, 10, 20)]
    assert [covered(versions, on) for on in (9, 10, 20, 21)] == [[], [("A", 1)], [("A", 1)], []]


def test_without_a_last_day_it_covers_until_further_notice() -> None:
    assert covering([version("A", 1, 0)], dt.date.max, "MXN") != ()


def test_a_new_version_counts_from_its_first_day_and_the_old_one_stands_before() -> None:
    versions = [version("A", 1, 0, 100), version("A", 2, 50, 100)]
    assert [covered(versions, on) for on in (49, 50)] == [[("A", 1)], [("A", 2)]]


def test_a_new_version_that_ends_earlier_ends_the_agreement() -> None:
    versions = [version("A", 1, 0, 100), version("A", 2, 50, 60)]
    assert [covered(versions, on) for on in (60, 61)] == [[("A", 2)], []]


def test_a_correction_of_the_first_day_takes_the_place_of_all_that_was_said_for_later_days() -> None:
    versions = [version("A", 1, 0), version("A", 2, 50), version("A", 3, 10)]
    assert [covered(versions, on) for on in (9, 10, 60)] == [[("A", 1)], [("A", 3)], [("A", 3)]]


def test_an_agreement_covers_its_own_currency_only() -> None:
    versions = [version("A", 1, 0), version("B", 1, 0, currency="USD")]
    assert [covered(versions, 5, currency) for currency in ("MXN", "USD", "EUR")] == [[("A", 1)], [("B", 1)], []]


def test_agreements_that_share_a_day_in_one_currency_overlap() -> None:
    pairs = overlapping([version("A", 1, 0, 10), version("B", 1, 10)], "B")
    assert [(mine.version.number, other.version.number) for mine, other in pairs] == [("B", "A")]
    assert overlapping([version("A", 1, 0, 10), version("B", 1, 11)], "B") == []
    assert overlapping([version("A", 1, 0, 10), version("B", 1, 10, currency="USD")], "B") == []


def test_a_version_that_ended_the_other_agreement_makes_room() -> None:
    assert overlapping([version("A", 1, 0), version("A", 2, 0, 10), version("B", 1, 11)], "B") == []


days = st.integers(0, 12)
versions_of_all = st.lists(
    st.tuples(st.sampled_from("ABC"), days, st.none() | days, st.sampled_from(["MXN", "USD"])).filter(
        lambda one: one[2] is None or one[2] >= one[1]
    ),
    max_size=9,
).map(lambda told: [version(number, place, first, last, currency) for place, (number, first, last, currency) in enumerate(told, 1)])


@given(versions_of_all, days)
def test_spans_say_of_all_days_what_covering_says_of_each(versions: list[Version], on: int) -> None:
    by_spans = {
        (span.version.number, span.version.version)
        for number in "ABC"
        for span in spans([one for one in versions if one.number == number])
        if span.first <= day(on) <= (span.last or dt.date.max) and span.version.currency == "MXN"
    }
    assert by_spans == set(covered(versions, on))


@given(versions_of_all)
def test_agreements_overlap_just_where_some_day_is_covered_twice(versions: list[Version]) -> None:
    twice = any(len(covered(versions, on, currency)) > 1 for on in range(14) for currency in ("MXN", "USD"))
    assert any(overlapping(versions, number) for number in "ABC") is twice


def test_a_credit_limit_counts_from_the_day_on_which_it_was_known_and_while_its_agreement_covers() -> None:
    limits = [
        Limit(version("A", 1, 0, 20), 500, day(5)),
        Limit(version("B", 2, 0, currency="USD"), 300),
        Limit(version("A", 3, 10, 20), None, day(12)),
    ]
    assert [limits_on(limits, day(on)) for on in (4, 5, 11, 12, 21)] == [
        {"USD": 300},
        {"MXN": 500, "USD": 300},
        {"MXN": 500, "USD": 300},
        {"USD": 300},
        {"USD": 300},
    ]


def test_a_limit_is_exceeded_by_what_is_owed_in_its_own_currency() -> None:
    assert not exceeded({"MXN": 500, "EUR": 9999}, {"MXN": 500, "USD": 0})
    assert exceeded({"MXN": 501}, {"MXN": 500})
    assert exceeded({"USD": 1}, {"MXN": 500, "USD": 0})


def test_conditions_are_read_as_they_were_kept() -> None:
    kept = {"prompt_payment": {"percent": "2.5", "days": 10}, "interest": {"annual_percent": "18", "day_count": 360}}
    prompt, interest = prompt_payment_of(kept), interest_of(kept)
    assert isinstance(prompt, PromptPayment)
    assert isinstance(interest, Interest)
    assert (str(prompt.percent), prompt.days, str(interest.annual_percent), interest.day_count) == ("2.5", 10, "18", 360)
    assert (prompt_payment_of({}), interest_of({})) == (None, None)
