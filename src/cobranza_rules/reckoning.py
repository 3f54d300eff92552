"""How an invoice comes to be due when it is: the lines of its reckoning as the book has them, and what is open of each instalment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import entries_of, state_of
from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.due_basis import OpenInstalment, open_instalments
from cobranza_rules.domain.entry import Entry, EntryKind
from cobranza_rules.domain.fixed_days import weekday_of
from cobranza_rules.domain.schedule import InvoiceDates, Line, reckon
from cobranza_rules.domain.terms import Terms
from cobranza_rules.language import Sentence, Translate, _
from cobranza_rules.money import Money
from cobranza_rules.store.tables import InvoiceRow


@dataclass(frozen=True, slots=True)
class Reckoning:
    """`source` says where the terms stand, None where only credit days are known; `open_parts` are there where there are instalments."""

    source: Sentence | None
    lines: tuple[Line, ...]
    open_parts: tuple[OpenInstalment, ...]
    currency: str

    def in_words(self) -> Iterator[Sentence]:
        yield _("  due date by {source}:", source=self.source) if self.source else _("  due date:")
        for line in self.lines:
            if line.on is None:
                yield _("    {said}", said=line.said)
            else:
                yield _("    {day}, {weekday}: {said}", day=line.on, weekday=weekday_of(line.on), said=line.said)
        for part in self.open_parts:
            amount = Money(part.minor, self.currency)
            yield _("    instalment {number} of {count}: {amount} open", number=part.number, count=part.count, amount=amount)

    def as_json(self, translate: Translate) -> dict[str, Any]:
        """{"by", "lines": [{"on", "said"}], "open": [{"instalment", "due_date", "amount", "currency"}]}."""
        return {
            "by": self.source.text(translate) if self.source else None,
            "lines": [{"on": _iso(line.on), "said": line.said.text(translate)} for line in self.lines],
            "open": [
                {
                    "instalment": part.number,
                    "due_date": _iso(part.due_on),
                    "amount": Money(part.minor, self.currency).plain(),
                    "currency": self.currency,
                }
                for part in self.open_parts
            ],
        }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def reckoning_of(session: Session, row: InvoiceRow) -> Reckoning:
    state = state_of(row)
    dated = [entry for entry in entries_of(session, row.id) if entry.kind in DATING and (entry.kind != INHERITED or entry.data["due_on"])]
    source = next((Sentence.from_json(entry.data["source"]) for entry in reversed(dated) if _has_source(entry)), None)
    return Reckoning(source, _lines(session, row, dated), open_instalments(state), row.currency)


INHERITED = EntryKind.INHERITED
DATING = frozenset({EntryKind.ISSUED, EntryKind.DUE_SET, INHERITED})


def _has_source(entry: Entry) -> bool:
    """What an INHERITED entry calls its source is an invoice."""
    return entry.kind is not INHERITED and "source" in entry.data


def _lines(session: Session, row: InvoiceRow, dated: Sequence[Entry]) -> tuple[Line, ...]:
    last = dated[-1]
    data = last.data
    if last.kind is INHERITED:
        replaced = session.get_one(InvoiceRow, data["source"])
        return (Line(row.due_on, _("as of invoice {number}, which it replaces", number=replaced.number)),)
    if "lines" in data:
        kept = data["lines"]
        return tuple(Line(dt.date.fromisoformat(line["on"]) if line["on"] else None, Sentence.from_json(line["said"])) for line in kept)
    if row.credit_days is not None:  # Days from issue ask no calendar
        terms, total = Terms(row.credit_days), Money(row.total, row.currency)
        return reckon(terms, InvoiceDates(row.issued_on), total, BusinessCalendar()).lines
    issued = Line(row.issued_on, _("issued"))
    if row.due_on is None:
        return issued, Line(None, _("the customer's credit days are not known"))
    return issued, Line(row.due_on, _("due date that was entered"))
