"""The value of a backtest: what the tried rules would have sent, beside what was really sent in the same time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cobranza_rules.backtest.deeds import Deed, Totals, totals_by_rule, totals_of
from cobranza_rules.backtest.history import Period
from cobranza_rules.rules.decide import beyond_limit
from cobranza_rules.rules.model import RuleSet, closing_claim
from cobranza_rules.rules.overrides import HELD_BY

NOTHING = Totals()


@dataclass(frozen=True, slots=True)
class RungLine:
    """One rule or rung. `step` is the activity of the procedure; 0 where the tried rules do not have it any more."""

    rule_id: str
    step: int
    simulated: Totals
    sent: Totals


@dataclass(frozen=True, slots=True)
class HoldLine:
    """`invoice_days` counts each invoice on each day on which this hold kept something from happening to it."""

    hold_id: str
    invoice_days: int
    invoices: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """`crowded` are the days on which a run would have stopped at `per_run`, with their messages; they count as sent all the same."""

    period: Period
    rules_digest: str
    simulated: Totals
    sent: Totals
    rungs: tuple[RungLine, ...]
    held: tuple[HoldLine, ...]
    crowded: tuple[tuple[dt.date, int], ...]
    simulated_deeds: Sequence[Deed] = field(default=(), repr=False)
    sent_deeds: Sequence[Deed] = field(default=(), repr=False)

    def as_json(self) -> dict[str, Any]:
        """Amounts as plain texts, days as ISO dates."""
        return {
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "rules": self.rules_digest,
            "simulated": _totals_json(self.simulated),
            "sent": _totals_json(self.sent),
            "rungs": [
                {"rule": line.rule_id, "step": line.step, "simulated": _totals_json(line.simulated), "sent": _totals_json(line.sent)}
                for line in self.rungs
            ],
            "held": [{"hold": line.hold_id, "invoice_days": line.invoice_days, "invoices": line.invoices} for line in self.held],
            "beyond_per_run": [{"on": day.isoformat(), "messages": messages} for day, messages in self.crowded],
            "messages": [_deed_json(deed) for deed in self.simulated_deeds],
        }


def _totals_json(totals: Totals) -> dict[str, Any]:
    return {
        "messages": totals.messages,
        "in_house": totals.in_house,
        "invoices": totals.invoices,
        "customers": totals.customers,
        "amounts": [{"currency": amount.currency, "amount": amount.plain()} for amount in totals.amounts],
    }


def _deed_json(deed: Deed) -> dict[str, Any]:
    return {
        "on": deed.on.isoformat(),
        "rule": deed.rule_id,
        "customer": deed.customer,
        "currency": deed.currency or None,
        "amount": deed.total.plain() if deed.currency else None,
        "invoices": [item.number for item in deed.items] if deed.of_invoices else [],
        "about": None if deed.of_invoices else {"what": deed.subject, "name": deed.items[0].number},
        "in_house": not deed.to_customer,
    }


def report_of(
    period: Period, rules: RuleSet, simulated: Iterable[Deed], sent: Iterable[Deed], held: Mapping[tuple[str, int], int]
) -> BacktestReport:
    """`held` are days by hold and invoice id."""
    simulated, sent = sorted(simulated, key=_by_day), sorted(sent, key=_by_day)
    return BacktestReport(
        period,
        rules.digest,
        totals_of(simulated),
        totals_of(sent),
        _lines(rules, totals_by_rule(simulated), totals_by_rule(sent)),
        _held(rules, held),
        _crowded(rules, simulated),
        simulated,
        sent,
    )


def _by_day(deed: Deed) -> tuple[dt.date, str, str, str, str]:
    return (deed.on, deed.customer, deed.rule_id, deed.currency, "" if deed.of_invoices else deed.items[0].number)


def _lines(rules: RuleSet, simulated: Mapping[str, Totals], sent: Mapping[str, Totals]) -> tuple[RungLine, ...]:
    """Those of the tried rules in the order of the procedure, then those of no activity of it, and at the end those that they do not have any more."""
    steps = {rule.id: rule.procedure_step for rule in rules.rules}
    steps |= {closing_claim(rule.id): rule.procedure_step for rule in rules.rules}
    steps |= {rung.id: rung.procedure_step for ladder in rules.ladders for rung in ladder.rungs}
    known = sorted((name for name in steps if name in simulated or name in sent), key=lambda name: (steps[name] == 0, steps[name]))
    others = sorted(name for name in sent if name not in steps)
    return tuple(RungLine(name, steps.get(name, 0), simulated.get(name, NOTHING), sent.get(name, NOTHING)) for name in (*known, *others))


def _held(rules: RuleSet, held: Mapping[tuple[str, int], int]) -> tuple[HoldLine, ...]:
    days: Counter[str] = Counter()
    invoices: Counter[str] = Counter()
    for (hold_id, _invoice_id), count in held.items():
        days[hold_id] += count
        invoices[hold_id] += 1
    names = (*dict.fromkeys(HELD_BY.values()), *(hold.id for hold in rules.holds))
    return tuple(HoldLine(name, days[name], invoices[name]) for name in names if days[name])


def _crowded(rules: RuleSet, simulated: Iterable[Deed]) -> tuple[tuple[dt.date, int], ...]:
    messages = Counter(deed.on for deed in simulated if deed.to_customer)
    return tuple((day, count) for day, count in sorted(messages.items()) if beyond_limit(count, rules) is not None)
