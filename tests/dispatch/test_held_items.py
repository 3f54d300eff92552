"""What a letter says of invoices on hold: the matter, in the customer's language."""

from __future__ import annotations

import datetime as dt

import pytest

from cobranza_rules.dispatch.correspondence import why_apart
from cobranza_rules.domain.invoice import InvoiceState

DAY = dt.date(2026, 3, 13)
PROMISED, CLAIMED = InvoiceState(total=100, promised_on=DAY), InvoiceState(total=100, claimed_on=DAY)
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
