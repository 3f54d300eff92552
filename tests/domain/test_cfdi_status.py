"""What all that was said of a CFDI comes to."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.cfdi_status import CancellationProcess, CfdiState, CfdiStatus, Standing, standing_of

DAY = dt.date(2026, 3, 2)
VALID, CANCELLED, NOT_FOUND = CfdiState
NONE, IN_PROCESS, REJECTED, *_AFTER = CancellationProcess


def status(state: CfdiState, process: CancellationProcess = NONE, day: int = 0) -> CfdiStatus:
    return CfdiStatus("A", state, process, DAY + dt.timedelta(days=day))


STATUSES = st.lists(
    st.tuples(st.sampled_from(CfdiState), st.sampled_from(CancellationProcess), st.integers(0, 30)), unique_by=lambda drawn: drawn[2]
).map(lambda drawn: [found for one in drawn if not (found := status(*one)).contradicts_itself])


@given(STATUSES, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_to_be_known_changes_nothing(said: list[CfdiStatus], random: st.DataObject) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # a random.Random that hypothesis shrinks
    assert standing_of(shuffled) is standing_of(said)


@given(STATUSES, STATUSES)
def test_nothing_undoes_a_cancellation(before: list[CfdiStatus], after: list[CfdiStatus]) -> None:
    assert standing_of([*before, status(CANCELLED), *after]) is Standing.CANCELLED


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ([], Standing.STANDS),
        ([status(VALID, IN_PROCESS)], Standing.IN_PROCESS),
        ([status(VALID, IN_PROCESS), status(VALID, NONE, 1)], Standing.IN_PROCESS),
        ([status(VALID, IN_PROCESS), status(NOT_FOUND, NONE, 1)], Standing.IN_PROCESS),
        ([status(VALID, IN_PROCESS), status(VALID, REJECTED, 1)], Standing.STANDS),
        ([status(VALID, IN_PROCESS, 2), status(VALID, REJECTED, 1)], Standing.IN_PROCESS),
        ([status(VALID, IN_PROCESS), status(VALID, REJECTED)], Standing.STANDS),
    ],
)
def test_where_it_stands(said: list[CfdiStatus], standing: Standing) -> None:
    assert standing_of(said) is standing


@pytest.mark.parametrize(
    ("one", "contradicts"),
    [
        *((status(CANCELLED, process), False) for process in (NONE, *_AFTER)),
        *((status(CANCELLED, process), True) for process in (IN_PROCESS, REJECTED)),
        *((status(VALID, process), True) for process in _AFTER),
        *((status(VALID, process), False) for process in (NONE, IN_PROCESS, REJECTED)),
        (status(NOT_FOUND, IN_PROCESS), True),
    ],
)
def test_what_cannot_both_be(one: CfdiStatus, contradicts: bool) -> None:
    assert one.contradicts_itself is contradicts
