"""The payments that a letter says were agreed on: what the book has of promises, or what a person names."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.letter import AgreedPayment
from cobranza_rules.language import _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError

REST = ("rest", "resto")


def promised_payments(states: Iterable[tuple[InvoiceState, int]], total: Money) -> tuple[AgreedPayment, ...]:
    """By day, where all that is claimed was promised, whether in a message or to Sales; none where a part has no day.

    `states` are those of the claimed invoices with their balances in minor units, `total` what the letter claims.
    """
    by_day: dict[dt.date, int] = defaultdict(int)
    for state, balance in states:
        if not state.promise_open or state.promised_on is None:
            return ()
        by_day[state.promised_on] += min(state.promised_minor - state.promise_paid, balance) if state.promised_minor else balance
    payments = _with_balances(sorted(by_day.items()), total)
    return payments if payments and not payments[-1].balance else ()


def named_payments(written: Sequence[tuple[dt.date, str]], total: Money) -> tuple[AgreedPayment, ...]:
    """Days with amounts as somebody wrote them, one of which may be the rest. Raises ProblemError with everything that is wrong."""
    problems: list[Problem] = []
    amounts = [(day, _amount(text, total, problems)) for day, text in sorted(written, key=lambda one: one[0])]
    open_ends = [day for day, minor in amounts if minor is None]
    given = sum(minor or 0 for _day, minor in amounts)
    if not problems and (len(open_ends) > 1 or (given >= total.minor if open_ends else given != total.minor)):
        what = _("the instalments come to {given}, and the letter claims {total}", given=Money(given, total.currency), total=total)
        problems.append(Problem(what, _("give each as --instalment DAY=AMOUNT; one of them may be DAY=rest")))
    if problems:
        raise ProblemError(problems)
    return _with_balances([(day, total.minor - given if minor is None else minor) for day, minor in amounts], total)


def _amount(text: str, total: Money, problems: list[Problem]) -> int | None:
    """Minor units; None for the rest."""
    if text.strip().lower() in REST:
        return None
    try:
        minor = Money.of(text.replace(",", ""), total.currency).minor
    except MoneyError:
        minor = 0
    if minor <= 0:
        problems.append(Problem(_("'{text}' is no amount", text=text), _("write it as 1200.00")))
    return minor


def _with_balances(payments: Sequence[tuple[dt.date, int]], total: Money) -> tuple[AgreedPayment, ...]:
    made, owed = [], total
    for day, minor in payments:
        amount = Money(minor, total.currency)
        owed -= amount
        made.append(AgreedPayment(day, amount, owed))
    return tuple(made)
