"""How long things have been waited for: what was delivered and not acknowledged, credit notes that were asked for; by how many business days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.aging import bucket_names, bucket_of
from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.reports.aging import Customer
from cobranza_rules.reports.cells import Cell, Column, Table

LIMITS = (2, 5, 10, 20)  # Business days: about the rungs at which receipt is asked for again


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is waited for since a day: an acknowledgement of an invoice, by its number, or a credit note for it, over `amount`.

    `kind` is that of the discount which a credit note documents, `answer` what Accounting has said of it.
    """

    customer: Customer
    number: str
    since: dt.date
    amount: Money
    kind: str = ""
    answer: str = ""


class Awaited(StrEnum):
    ACKNOWLEDGEMENTS = "acknowledgements"
    CREDIT_NOTES = "credit_notes"


@dataclass(frozen=True, slots=True)
class WaitingReport:
    on: dt.date
    calendar: BusinessCalendar
    waiting: Sequence[Waiting]
    what: Awaited = Awaited.ACKNOWLEDGEMENTS

    def days(self, one: Waiting) -> int:
        return max(self.calendar.between(one.since, self.on), 0)

    def bucket(self, one: Waiting) -> str:
        """Of business days: what came today is in the first."""
        name = bucket_of(self.days(one), LIMITS)
        return "0" if name == bucket_names(LIMITS)[0] else name

    @property
    def in_order(self) -> Sequence[Waiting]:
        return sorted(self.waiting, key=lambda one: (one.since, one.customer.code or "", one.number))

    def totals(self) -> dict[tuple[str, str], list[int]]:
        """Amounts in minor units by currency and bucket."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in self.in_order:
            found[one.amount.currency, self.bucket(one)].append(one.amount.minor)
        order = ("0", *bucket_names(LIMITS)[1:])
        return {key: found[key] for key in sorted(found, key=lambda key: (key[0], order.index(key[1])))}

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "waiting": [
                {
                    "number": one.number,
                    "customer": one.customer.code,
                    "since": one.since.isoformat(),
                    "workdays": self.days(one),
                    "bucket": self.bucket(one),
                    "amount": one.amount.plain(),
                    "currency": one.amount.currency,
                    **({"kind": one.kind, "answer": one.answer or None} if one.kind else {}),
                }
                for one in self.in_order
            ],
            "totals": [
                {"currency": currency, "bucket": bucket, "amount": Money(sum(amounts), currency).plain(), "count": len(amounts)}
                for (currency, bucket), amounts in self.totals().items()
            ],
        }


def waiting_tables(report: WaitingReport, notes: Sequence[Sentence] = ()) -> list[Table]:
    of_notes = report.what is Awaited.CREDIT_NOTES
    acknowledgements = _("Acknowledgements that are waited for on {on}, by business days since the delivery", on=report.on)
    credit_notes = _("Credit notes that are waited for on {on}, by business days since Accounting was asked", on=report.on)
    said = (credit_notes if of_notes else acknowledgements, *notes)
    sums = [Column(N_("Currency"), 10), Column(N_("Business days"), 14), Column(N_("Amount"), 18, figures=True)]
    totals: list[list[Cell]] = [
        [currency, bucket, Money(sum(amounts), currency), len(amounts)] for (currency, bucket), amounts in report.totals().items()
    ]
    since = N_("Asked for") if of_notes else N_("Delivered")
    columns = [
        *(Column(N_("Invoice"), 18), Column(N_("Customer"), 14), Column(N_("Name"), 40), Column(since, 12)),
        *(Column(N_("Business days"), 14, figures=True), Column(N_("Amount"), 18, figures=True), Column(N_("Currency"), 10)),
        *((Column(N_("Reason"), 24), Column(N_("Accounting says"), 30)) if of_notes else ()),
    ]
    rows: list[list[Cell]] = [
        [
            *(one.number, one.customer.code, one.customer.name, one.since, report.days(one), one.amount, one.amount.currency),
            *((word(one.kind), one.answer) if of_notes else ()),
        ]
        for one in report.in_order
    ]
    counted = N_("Credit notes") if of_notes else N_("Invoices")
    first = Table(N_("Totals"), [*sums, Column(counted, 12, figures=True)], totals, said)
    return [first, Table(counted, columns, rows)]
