"""What a letter shows beside what it claims: invoices on hold with the matter, and what was paid or credited and is not applied."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cobranza_rules.dispatch.correspondence import why_apart
from cobranza_rules.domain.invoice import InvoiceState
from tests.cfdi_files import credit_note, invoice, receipt
from tests.stories.fixtures import OPENING, DeskMaker, another_folder, on_desks

DAY = dt.date(2026, 3, 13)
PROMISED, CLAIMED = InvoiceState(total=100, promised_on=DAY), InvoiceState(total=100, claimed_on=DAY)
# None of them equals an amount that the letter shows for another reason.
cents = st.just(0) | st.integers(10_100, 90_000).map(lambda minor: minor * 100 + 37)
DISPUTED = InvoiceState(total=100, promised_on=DAY, claimed_on=DAY, dispute_open=True)


@pytest.mark.parametrize(
    ("state", "spanish", "english"),
    [
        (PROMISED, "pago prometido para el 13/03/2026", "payment promised for Mar 13, 2026"),
        (CLAIMED, "pago por identificar", "payment to be identified"),
        (DISPUTED, "en revisión", "under review"),
        (InvoiceState(total=100), "en revisión", "under review"),
        (InvoiceState(total=100, promised_on=DAY, promised_minor=40, promise_paid=40), "en revisión", "under review"),
    ],
)
def test_the_reason_is_the_matter_in_the_reader_s_language(state: InvoiceState, spanish: str, english: str) -> None:
    assert (why_apart(state, "es"), why_apart(state, "en")) == (spanish, english)


@on_desks(4)
@example(amounts=(0, 0, 0))
@given(amounts=st.tuples(cents, cents, cents).filter(lambda found: len(set(found) - {0}) == sum(minor > 0 for minor in found)))
def test_what_was_paid_or_credited_and_not_applied_is_shown_in_its_currency(make_desk: DeskMaker, amounts: tuple[int, int, int]) -> None:
    """An overpaid invoice, a credit note for two invoices, and an overpaid invoice in dollars; the reminder is about pesos."""
    over, credit, dollars = amounts
    desk = make_desk(folder=another_folder())
    desk.take(invoice("FA-1", "1000000.00"), opening=OPENING)  # More than what is over: an overpaid customer is not reminded.
    desk.take(invoice("FA-8", "100.00"), invoice("FA-9", "100.00"), invoice("FU-1", "100.00", currency="USD"))
    if over:
        desk.take(receipt("P-1", {"FA-9": f"{100 + over / 100:.2f}"}))
    if credit:
        desk.take(credit_note("NC-1", f"{credit / 100:.2f}", "FA-8", "FA-9"))
    if dollars:
        desk.take(receipt("P-2", {"FU-1": f"{100 + dollars / 100:.2f}"}, currency="USD"))
    desk.tick()
    letter = desk.documents(desk.action("first-reminder"))["letter"].decode()
    shown = {amount for amount in (over, credit, dollars) if amount and f"{amount / 100:,.2f}" in letter}
    assert shown == {amount for amount in (over, credit) if amount}
