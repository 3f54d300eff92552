"""Days of review and payment as people write them in a cell: `martes y jueves`, `viernes`, `15 y último`, `lunes a viernes`."""

from __future__ import annotations

from cobranza_rules.domain.terms import LAST_DAY, FixedDays
from cobranza_rules.intake.heading_row import plain

_WEEKDAYS = (
    "lunes|lun|monday|mondays|mon",
    "martes|mar|tuesday|tuesdays|tue",
    "miercoles|mie|wednesday|wednesdays|wed",
    "jueves|jue|thursday|thursdays|thu",
    "viernes|vie|friday|fridays|fri",
    "sabado|sabados|sab|saturday|saturdays|sat",
    "domingo|domingos|dom|sunday|sundays|sun",
)
_NUMBERS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split("|")}
_LAST = frozenset({"ultimo", "last"})
_BETWEEN = frozenset(
    {"y", "e", "o", "and", "or", "los", "las", "el", "cada", "dia", "dias", "de", "del", "mes", "every", "the", "day", "days", "month"}
)
_THROUGH = frozenset({"a", "al", "to", "through"})
_ANY = frozenset({"todos", "todos los dias", "cualquier dia", "diario", "any day", "every day", "daily"})


def fixed_days_of(text: str) -> FixedDays | None:
    """None where the text says no such days. A dash may mean `to` or `and`, so nobody takes it for either."""
    said = plain(text)
    if said in _ANY:
        return FixedDays()
    words = [word for word in said.split() if word not in _BETWEEN]
    if not words or "-" in text:
        return None
    weekdays: set[int] = set()
    month_days: set[int] = set()
    for index, word in enumerate(words):
        if word in _THROUGH:
            span = _span(words[index - 1 : index], words[index + 1 : index + 2])
            if span is None:
                return None
            weekdays.update(span)
        elif word in _NUMBERS:
            weekdays.add(_NUMBERS[word])
        elif word in _LAST:
            month_days.add(LAST_DAY)
        elif word.isascii() and word.isdigit() and len(word) <= 2 and 1 <= int(word) <= LAST_DAY:
            month_days.add(int(word))
        else:
            return None
    return FixedDays(tuple(sorted(weekdays)), tuple(sorted(month_days)))


def _span(before: list[str], after: list[str]) -> range | None:
    """Weekdays from one to a later one; spans of days of the month are no habit of anybody."""
    if not before or not after or before[0] not in _NUMBERS or after[0] not in _NUMBERS:
        return None
    first, last = _NUMBERS[before[0]], _NUMBERS[after[0]]
    return range(first, last + 1) if first < last else None
