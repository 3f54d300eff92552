"""Rows of open invoices as subjects of a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any

from cobranza_rules.facts.build import Facts
from cobranza_rules.rules.concerned import STANDING
from cobranza_rules.rules.subjects import Claims, InvoiceSubject
from cobranza_rules.store.driver_rows import Dates

SUBJECT_COLUMNS = (*STANDING, "number", "total", "issued_on", "rung_on", "reversed_on", "dispute_closed_on")


def subject_of(
    row: Sequence[Any], facts: Facts, claims: Mapping[str, Claims], renamed: Mapping[str, str], of_date: Dates
) -> InvoiceSubject:
    """`row` begins with SUBJECT_COLUMNS."""
    number, customer, ladder, rung, currency, balance, due, following, name, total, issued, rung_on, reversed_on, closed_on = row[:14]
    if renamed:
        ladder, rung = renamed.get(ladder, ladder), renamed.get(rung, rung)
    issued_on = of_date[issued]
    assert issued_on is not None
    reversal, closing = of_date[reversed_on], of_date[closed_on]
    waits_from = max(reversal, closing) if reversal and closing else reversal or closing
    return InvoiceSubject(
        number,
        customer,
        name,
        intern(currency),  # A plan keeps it for each of its actions.
        total,
        balance,
        issued_on,
        of_date[due],
        facts,
        ladder,
        rung,
        of_date[rung_on],
        waits_from,
        of_date[following],
        claims,
    )
