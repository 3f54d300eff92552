"""A statement of account as tables for a screen, and as JSON."""

from __future__ import annotations

from typing import Any

from cobranza_rules.domain.letter import Letter, LetterLine
from cobranza_rules.language import N_, _, word
from cobranza_rules.money import Money
from cobranza_rules.reports.cells import Cell, Column, Table

COLUMNS = (
    *(Column(N_("Invoice"), 18), Column(N_("Issued"), 12), Column(N_("Due"), 12), Column(N_("Days overdue"), 12, figures=True)),
    *(Column(N_("Bucket"), 16), Column(N_("Currency"), 10), Column(N_("Total"), 18, figures=True), Column(N_("Balance"), 18, figures=True)),
)


def statement_tables(letter: Letter) -> list[Table]:
    """What is owed, what is on hold outside of the total, and what is not applied yet; in one currency."""
    note = _("Statement of account of {customer} on {on}", customer=letter.addressee.company, on=letter.dated)
    total: list[Cell] = [_("Total"), None, None, None, None, letter.currency, None, letter.total]
    owed = Table(N_("Owed"), COLUMNS, [_row(line) for line in letter.lines], (note,), [total])
    held_columns = (*COLUMNS, Column(N_("Reason"), 40))
    held = Table(N_("On hold"), held_columns, [[*_row(line), line.note] for line in letter.held])
    columns = (Column(N_("What it is"), 40), Column(N_("Currency"), 10), Column(N_("Amount"), 18, figures=True))
    beside: list[list[Cell]] = [[description, amount.currency, amount] for description, amount in letter.unapplied]
    return [owed, held, Table(N_("Not applied"), columns, beside)]


def _row(line: LetterLine) -> list[Cell]:
    days = line.days_overdue if line.due_on else None
    return [line.number, line.issued_on, line.due_on, days, word(line.bucket), line.balance.currency, line.total, line.balance]


def statement_json(letter: Letter) -> dict[str, Any]:
    return {
        "currency": letter.currency,
        "total": letter.total.plain(),
        "invoices": [_line_json(line) for line in letter.lines],
        "on_hold": [{**_line_json(line), "reason": line.note} for line in letter.held],
        "unapplied": [_amount_json(description, amount) for description, amount in letter.unapplied],
        "buckets": [{"bucket": bucket.name, "amount": bucket.amount.plain()} for bucket in letter.buckets],
    }


def _amount_json(description: str, amount: Money) -> dict[str, str]:
    return {"description": description, "amount": amount.plain(), "currency": amount.currency}


def _line_json(line: LetterLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "uuid": line.uuid or None,
        "issued_on": line.issued_on.isoformat() if line.issued_on else None,
        "due_date": line.due_on.isoformat() if line.due_on else None,
        "days_overdue": line.days_overdue if line.due_on else None,
        "bucket": line.bucket,
        "currency": line.balance.currency,
        "total": line.total.plain(),
        "balance": line.balance.plain(),
    }
