"""Laws of matching the accounting system's credits with receipts: what is the same counts once, and the order of things decides nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.ledger_matching import Covering, Match, Standing, match

DAYS = st.dates(dt.date(2026, 2, 1), dt.date(2026, 2, 3))
PARTS = st.dictionaries(st.integers(1, 4), st.sampled_from((100, 200)), min_size=1, max_size=2)
UUIDS = st.sampled_from(("", "", "A", "B", "C"))


@st.composite
def sides(draw: st.DrawFn, *, named: bool = True) -> tuple[list[Covering], list[Covering]]:
    """Receipts and credits that often look alike; those of receipts have ids below 100."""
    told = []
    for number in range(draw(st.integers(0, 8))):
        parts = draw(PARTS)
        uuid = draw(UUIDS) if named else ""
        told.append(Covering(number, draw(DAYS), "MXN", sum(parts.values()), dict[int | str, int](parts.items()), frozenset({uuid} - {""})))
    half = len(told) // 2
    receipts = [replace(one, uuids=one.uuids or frozenset({f"R{one.id}"})) for one in told[:half]]
    return receipts, [replace(one, id=one.id + 100) for one in told[half:]]


def standings(receipts: list[Covering], told: list[Covering]) -> Counter[tuple[object, Standing]]:
    found = match(receipts, told)
    return Counter(((one.told, one.uuids), found[one.id].standing) for one in told)


@given(sides(), st.randoms())
def test_every_credit_stands_for_something_and_the_order_decides_nothing(
    both: tuple[list[Covering], list[Covering]], random: object
) -> None:
    receipts, told = both
    before = standings(receipts, told)
    random.shuffle(receipts)  # type: ignore[attr-defined]
    random.shuffle(told)  # type: ignore[attr-defined]
    assert standings(receipts, told) == before
    assert match(receipts, told).keys() == {one.id for one in told}


@given(sides(named=False))
def test_of_what_both_tell_alike_as_many_count_as_the_longer_side_tells(both: tuple[list[Covering], list[Covering]]) -> None:
    receipts, told = both
    found = match(receipts, told)
    ours, theirs = Counter(one.told for one in receipts), Counter(one.told for one in told)
    same = Counter(one.told for one in told if found[one.id].standing is Standing.SAME)
    assert same == {key: least for key in theirs if (least := min(ours[key], theirs[key]))}


@given(sides())
def test_one_that_counts_by_itself_shares_no_invoice_with_a_receipt_that_it_may_be(both: tuple[list[Covering], list[Covering]]) -> None:
    receipts, told = both
    found = match(receipts, told)
    spoken_of = {one.receipt for one in found.values() if one.standing is Standing.SAME}
    for credit in told:
        beside = [
            one
            for one in receipts
            if one.id not in spoken_of and one.parts.keys() & credit.parts.keys() and (not credit.uuids or one.uuids & credit.uuids)
        ]
        assert found[credit.id].standing is not Standing.OWN or beside == []
        assert found[credit.id].standing is not Standing.DOUBTFUL or beside != []


@given(sides(), st.sampled_from(("same", "another")))
def test_what_a_person_has_said_stands(both: tuple[list[Covering], list[Covering]], said: str) -> None:
    receipts, told = both
    decided = [replace(one, decided=said) for one in told]
    assert set(match(receipts, decided).values()) <= {Match(Standing.OWN if said == "another" else Standing.SAME)}


def test_two_documents_with_a_uuid_of_their_own_are_two_payments() -> None:
    day = dt.date(2026, 2, 1)
    receipt = Covering(1, day, "MXN", 100, {1: 100}, frozenset({"A"}))
    credit = Covering(2, day, "MXN", 100, {1: 100}, frozenset({"B"}))
    assert match([receipt], [credit]) == {2: Match(Standing.OWN)}
    assert match([receipt], [replace(credit, uuids=frozenset())]) == {2: Match(Standing.SAME, 1)}
    assert match([receipt], [replace(credit, uuids=frozenset(), amount=90, parts={1: 90})]) == {2: Match(Standing.DOUBTFUL, 1)}
