"""What acknowledges an invoice and what goes with it, as a fold of its entries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.booking.bookkeeper import put_state, state_of
from cobranza_rules.domain.acknowledgement import AcknowledgementKind
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.inheritance import inheritance
from cobranza_rules.domain.invoice import InvoiceState, after, fold
from cobranza_rules.domain.support import ANY, SupportFile, SupportKind, kinds_missing
from cobranza_rules.store.tables import InvoiceRow

DAY = dt.date(2026, 3, 2)
ISSUED = Entry(EntryKind.ISSUED, DAY, {"minor": 100_000})


def entry(kind: EntryKind, data: dict[str, Any]) -> Entry:
    return Entry(kind, DAY, data)


def said(kind: str, **data: Any) -> Entry:
    return entry(EntryKind.ACKNOWLEDGED, {"kind": kind, **data})


def undone(kind: str) -> Entry:
    return entry(EntryKind.ACKNOWLEDGEMENT_UNDONE, {"kind": kind, "reason": "x"})


def file(kind: SupportKind, name: str = "a.pdf", document: str = "1") -> SupportFile:
    return SupportFile(kind, name, "application/pdf", document)


KINDS = [kind.value for kind in AcknowledgementKind]
FILES = [file(kind, name) for kind in SupportKind for name in ("a.pdf", "b.pdf")]
anything = st.one_of(
    st.builds(said, st.sampled_from(KINDS), number=st.sampled_from(["", "7"])),
    st.builds(undone, st.sampled_from(KINDS)),
    st.sampled_from(FILES).map(lambda each: entry(EntryKind.SUPPORT_ATTACHED, each.as_json())),
    st.sampled_from(FILES).map(lambda each: entry(EntryKind.SUPPORT_WITHDRAWN, each.as_json())),
    st.lists(st.sampled_from([ANY, *(kind.value for kind in SupportKind)])).map(
        lambda kinds: entry(EntryKind.SUPPORT_REQUIRED, {"kinds": kinds})
    ),
)


@given(st.lists(anything, max_size=15))
def test_the_row_keeps_all_of_it(entries: list[Entry]) -> None:
    state = fold([ISSUED, *entries])
    row = InvoiceRow()
    put_state(row, state)
    assert state_of(row) == state
    assert row.support_missing == state.support_missing


@given(st.lists(anything, max_size=15))
def test_it_is_acknowledged_by_something_or_not_at_all(entries: list[Entry]) -> None:
    state = fold([ISSUED, *entries])
    assert state.acknowledged == bool(state.acknowledgements)


@given(st.lists(anything, max_size=15), st.sampled_from(KINDS))
def test_taking_one_back_undoes_what_entering_it_did(entries: list[Entry], kind: str) -> None:
    before = fold([ISSUED, *entries])
    entered = after(before, said(kind, number="99"))
    assert len(entered.acknowledgements) == len(before.acknowledgements) + 1
    assert after(entered, undone(kind)) == before


@given(st.lists(anything, max_size=15))
def test_a_substitute_inherits_what_acknowledges_and_none_of_the_files(entries: list[Entry]) -> None:
    """The files say what the old invoice says."""
    old = fold([ISSUED, *entries])
    new = fold([ISSUED, entry(EntryKind.INHERITED, inheritance(old))])
    assert (new.acknowledged, new.acknowledgements) == (old.acknowledged, old.acknowledgements)
    assert new.support == ()


def test_what_was_acknowledged_before_its_data_were_kept_is_so_still() -> None:
    data = inheritance(InvoiceState(acknowledged=True))
    del data["acknowledgements"]
    assert fold([ISSUED, entry(EntryKind.INHERITED, data)]).acknowledged


@pytest.mark.parametrize(
    ("required", "there", "missing"),
    [
        ((), (), ()),
        (("remission",), (), ("remission",)),
        (("remission", "purchase_order"), (SupportKind.REMISSION,), ("purchase_order",)),
        ((ANY,), (SupportKind.CFDI,), (ANY,)),
        ((ANY,), (SupportKind.OTHER,), ()),
        (("cfdi",), (SupportKind.OTHER,), ("cfdi",)),
    ],
)
def test_what_is_missing(required: tuple[str, ...], there: tuple[SupportKind, ...], missing: tuple[str, ...]) -> None:
    assert kinds_missing(required, [file(kind) for kind in there]) == missing


def test_the_same_by_mail_adds_nothing_whoever_writes_it() -> None:
    one = said("reply", person="Ana", message=1)
    assert fold([ISSUED, one, said("reply", person="Luis", message=2)]).acknowledgements == (
        {**one.data, "on": one.happened_on.isoformat()},
    )
    assert len(fold([ISSUED, one, said("contrarrecibo", number="7", message=3)]).acknowledgements) == 2


def test_what_is_taken_back_counts_no_more_for_the_due_date() -> None:
    """A contrarrecibo was entered by mistake: the signature before it stands, and its own days go."""
    signed, wrong = said("signature", person="Ana"), said("contrarrecibo", number="7", review_on="2026-03-10", payment_on="2026-04-10")
    basis = fold([ISSUED, signed, wrong]).due_basis
    assert (basis.review_on, basis.payment_on) == (dt.date(2026, 3, 10), dt.date(2026, 4, 10))
    assert fold([ISSUED, signed, wrong, undone("contrarrecibo")]) == fold([ISSUED, signed])
