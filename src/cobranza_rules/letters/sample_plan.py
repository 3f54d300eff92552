"""A sample instalment of a payment plan, with which templates are tried."""

from __future__ import annotations

import dataclasses
import datetime as dt

from cobranza_rules.domain.letter import AgreedPayment, Heading, InstalmentLetter, Letter
from cobranza_rules.money import Money

LATE = "instalment-late"


def instalment_letter(of: Letter, agreed_with: str, template: str = "instalment-due") -> InstalmentLetter:
    """The second of three, of which a part was paid with the first; its heading is that of another letter."""
    third, days = Money(5000000, "MXN"), [dt.date(2026, month, 27) for month in (2, 3, 4)]
    owed = [Money(third.minor * left, "MXN") for left in (2, 1, 0)]
    heading = {field.name: getattr(of, field.name) for field in dataclasses.fields(Heading)}
    return InstalmentLetter(
        **heading | {"template": template},
        plan=12,
        agreed_on=dt.date(2026, 2, 20),
        agreed_with=agreed_with,
        position=2,
        amount=Money(4000000, "MXN"),
        due_on=days[1],
        until=dt.date(2026, 4, 1),
        late=template == LATE,
        kept=Money(6000000, "MXN"),
        schedule=tuple(AgreedPayment(day, third, left) for day, left in zip(days, owed, strict=True)),
        invoices=("F-1001", "F-1002"),
    )
