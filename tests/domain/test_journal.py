"""Entries of the journal are balanced, whatever was collected and taken off."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.discount import DiscountKind
from cobranza_rules.domain.journal import Accounts, Covered, Posting, discount_entry, payment_entry

DAY = dt.date(2026, 3, 2)
PLAIN = Accounts("105", "402", "206", {"MXN": "102-1", "USD": "102-2"}, {"withheld_tax": "113"})
WITH_VAT = Accounts("105", "402", "206", {"MXN": "102-1"}, vat_transferred="208", vat_to_transfer="209")
COVERED = st.builds(Covered, st.just("FA-1"), st.just(""), st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 10**8))


def test_a_payment_goes_from_the_bank_to_its_invoices_and_what_is_left_to_the_customer() -> None:
    covered = [Covered("FA-1", "U-1", 600, 1_000), Covered("FA-2", "U-2", 300, 300)]
    entry = payment_entry(DAY, "USD", "C-1", "77", 1_000, covered, PLAIN)
    assert entry.postings == (
        Posting("102-2", 1_000, 0),
        Posting("105", 0, 600, "FA-1", "U-1"),
        Posting("105", 0, 300, "FA-2", "U-2"),
        Posting("206", 0, 100),
    )


def test_the_vat_of_the_part_that_was_paid_is_transferred() -> None:
    entry = payment_entry(DAY, "MXN", "C-1", "", 580, [Covered("FA-1", "", 580, 1_160, 160)], WITH_VAT)
    assert entry.postings[2:] == (Posting("209", 80, 0, "FA-1"), Posting("208", 0, 80, "FA-1"))


def test_of_a_discount_its_vat_goes_back_and_of_a_withheld_tax_nothing() -> None:
    covered = Covered("FA-1", "", 116, 1_160, 160)
    assert discount_entry(DAY, "MXN", "C-1", DiscountKind.VOLUME, covered, WITH_VAT).postings == (
        Posting("402", 100, 0, "FA-1"),
        Posting("209", 16, 0, "FA-1"),
        Posting("105", 0, 116, "FA-1"),
    )
    withheld = discount_entry(DAY, "MXN", "C-1", DiscountKind.WITHHELD_TAX, covered, PLAIN)
    assert withheld.postings == (Posting("113", 116, 0, "FA-1"), Posting("105", 0, 116, "FA-1"))


@given(covered=st.lists(COVERED, max_size=4), more=st.integers(0, 10**6), with_vat=st.booleans())
def test_debit_is_credit_of_every_payment(covered: list[Covered], more: int, with_vat: bool) -> None:
    paid = sum(one.minor for one in covered) + more
    entry = payment_entry(DAY, "MXN", "C-1", "", paid, covered, WITH_VAT if with_vat else PLAIN)
    assert entry.debit == entry.credit


@given(covered=COVERED, kind=st.sampled_from(DiscountKind), with_vat=st.booleans())
def test_debit_is_credit_of_every_discount(covered: Covered, kind: DiscountKind, with_vat: bool) -> None:
    entry = discount_entry(DAY, "MXN", "C-1", kind, covered, WITH_VAT if with_vat else PLAIN)
    assert entry.debit == entry.credit == covered.minor
