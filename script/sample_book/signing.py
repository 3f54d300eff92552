"""On which day an invoice's letter is signed and leaves."""

from __future__ import annotations

import datetime as dt

from sample_book.invoices import Invoice

# The signer is away for two days and signs on her return; another letter she refuses once, and signs when it was mended on the next day.
SIGNED_LATE = {dt.date(2026, 3, 18): dt.date(2026, 3, 20), dt.date(2026, 3, 19): dt.date(2026, 3, 20)}
REFUSED_CUSTOMER, REFUSED_ON, MENDED_ON = "C-001", dt.date(2026, 3, 11), dt.date(2026, 3, 12)


def sent_on(invoice: Invoice) -> dt.date:
    if (invoice.customer.code, invoice.issued_on) == (REFUSED_CUSTOMER, REFUSED_ON):
        return MENDED_ON
    return SIGNED_LATE.get(invoice.issued_on, invoice.issued_on)
