"""Which days of an account its statements cover, and where something is missing between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money


@dataclass(frozen=True, slots=True)
class Covered:
    """What one statement covers, both days included. `opening` and `closing` are None where the bank tells none."""

    account: str
    from_on: dt.date
    through_on: dt.date
    opening: Money | None
    closing: Money | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Between the statement that ends on `after` and the next one, which begins on `before`.

    `difference` is what the account's balance has moved by in between; None where balances do not tell, and business days are not covered.
    """

    account: str
    after: dt.date
    before: dt.date
    difference: Money | None

    def said(self) -> Sentence:
        if self.difference is None:
            return _("no statement covers the days between {after} and {before}", after=self.after, before=self.before)
        return _(
            "between {after} and {before} its balance has moved by {difference} that no statement tells",
            after=self.after,
            before=self.before,
            difference=self.difference,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "after": self.after.isoformat(),
            "before": self.before.isoformat(),
            "difference": self.difference.plain() if self.difference is not None else None,
            "currency": self.difference.currency if self.difference is not None else None,
        }


def gaps_between(statements: Iterable[Covered], calendar: BusinessCalendar) -> list[Gap]:
    """Of statements of one account. Where balances are told they decide.

    Then days without a movement leave no gap, and a movement that is lost leaves one even between days that follow each other.
    """
    ordered = sorted(statements, key=lambda each: (each.from_on, each.through_on))
    gaps: list[Gap] = []
    last: Covered | None = None
    for statement in ordered:
        if last is not None and statement.from_on > last.through_on and (gap := _gap(last, statement, calendar)) is not None:
            gaps.append(gap)
        if last is None or statement.through_on > last.through_on:
            last = statement
    return gaps


def _gap(last: Covered, following: Covered, calendar: BusinessCalendar) -> Gap | None:
    if last.closing is not None and following.opening is not None:
        difference = following.opening - last.closing
        return Gap(last.account, last.through_on, following.from_on, difference) if difference else None
    uncovered = calendar.between(last.through_on, following.from_on) > 1
    return Gap(last.account, last.through_on, following.from_on, None) if uncovered else None
