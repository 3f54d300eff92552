"""The invoices that a bank's text names: by UUID, by series and folio, or by the folio alone; always whole words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cobranza_rules.cash.deposit import Owed

LONGEST_TEXT, MOST_WORDS = 500, 80
SHORTEST_FOLIO, LONGEST_FOLIO = 3, 10  # Digits of a folio that stands alone; longer numbers are accounts and tracking keys.
UUID = re.compile(r"(?<![0-9A-F-])[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}(?![0-9A-F-])")
WORD = re.compile(r"[0-9A-ZÑ]+")
JOINS = re.compile(r"[ \-/.#_]{1,2}")  # What people write between a series and its folio
TIES = re.compile(r"[\-._]")  # What makes digits the folio of the series before them, and of no other
NO_SERIES = frozenset({"F", "FAC", "FACT", "FACTURA", "FACTURAS", "FOLIO", "FOLIOS", "CFDI", "INV", "INVOICE", "NO", "NUM", "PAGO", "REF"})
WITH_SERIES = re.compile(r"([A-ZÑ][0-9A-ZÑ]{0,9}?)0*(\d{1,10})")


@dataclass(frozen=True, slots=True)
class Written:
    """What a text writes: UUIDs, numbers with their series (letters and digits alone, no zero before the folio), and digits alone."""

    uuids: frozenset[str]
    numbers: frozenset[str]
    bare: frozenset[str]

    @property
    def folios(self) -> frozenset[str]:
        """All by which a folio is to be looked for."""
        tails = (re.sub(r"^.*?(\d+)$", r"\1", number) for number in self.numbers)
        return self.bare | frozenset(tails)


@lru_cache(maxsize=4096)  # A deposit is looked at from several sides.
def written_in(text: str) -> Written:
    """Of a text that is longer than any bank's the beginning is read."""
    upper = text[:LONGEST_TEXT].upper()
    uuids = frozenset(UUID.findall(upper))
    upper = UUID.sub(" | ", upper)
    found = list(WORD.finditer(upper))[:MOST_WORDS]
    numbers, bare = set(), set()
    for at, word in enumerate(found):
        text_of = word.group()
        if text_of.isdigit():
            before, between = (found[at - 1].group(), upper[found[at - 1].end() : word.start()]) if at else ("", "")
            of_series = TIES.fullmatch(between) and not before.isdigit() and before not in NO_SERIES
            if not of_series and len(text_of.lstrip("0")) >= SHORTEST_FOLIO and len(text_of) <= LONGEST_FOLIO:
                bare.add(text_of.lstrip("0"))
            if before and JOINS.fullmatch(between):
                numbers.update(compact(before + text_of))
        else:
            numbers.update(compact(text_of))
    return Written(uuids, frozenset(numbers), frozenset(bare))


def compact(number: str) -> list[str]:
    """A number without what people leave out of it: `FA-0012` is FA12. Nothing for what is no number with a series."""
    letters = "".join(WORD.findall(number.upper()))
    matched = WITH_SERIES.fullmatch(letters)
    return [matched[1] + matched[2]] if matched else []


def names_of(invoice: Owed) -> list[str]:
    """By what a text may name it: its UUID, its number with the series, the digits of its folio."""
    digits = re.findall(r"\d+$", "".join(WORD.findall(invoice.number.upper())))
    bare = digits[0].lstrip("0") if digits else ""
    full = compact(invoice.number)
    return [*filter(None, (invoice.uuid,)), *full, *([bare] if bare and bare not in full else [])]
