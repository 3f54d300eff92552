"""What a backtest says in words, on the screen and in its spreadsheet."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.backtest.report import BacktestReport
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.rules.model import closing_claim

AFTER_LAST = closing_claim("")
# What the figures rest on, and what they leave out: whoever reads them has to know.
NOTES = (
    _("What is planned counts as signed and sent on the same day, and every message arrives."),
    _("What customers, banks and people did is as recorded; customers' data are those of today; bank and mailbox count as read every day."),
    _("Amounts hold each invoice once, with the balance that was claimed last."),
    _("Nothing waits for a signature: rules for approvals are left out. Tasks stay open until a recorded one of that name was done."),
)


def period_of_report(report: BacktestReport) -> Sentence:
    return _("Backtest from {first} to {last}: simulated beside really sent", first=report.period.first, last=report.period.last)


def rule_name(rule_id: str) -> Sentence:
    if rule_id.endswith(AFTER_LAST):
        return _("{rule}, after the last time", rule=word(rule_id.removesuffix(AFTER_LAST)))
    return word(rule_id)


def crowded_day(day: dt.date, messages: int) -> Sentence:
    return _("On {day} the run would have stopped: {messages} messages are more than the rules allow", day=day, messages=messages)
