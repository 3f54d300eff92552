"""Files of an import in the order in which their kinds are taken, some at a time, and what each kind is counted under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from cobranza_rules.intake.recognise import Kind
from cobranza_rules.intake.sources import SourceFile

# What these name may stand in any of the files: the accounting system comes after the CFDI, and lists in this order after all else.
LEDGER = (Kind.LEDGER_REPORT, Kind.LEDGER_TABLE)
LAST = (Kind.AGREEMENTS, Kind.REQUESTS, Kind.REMINDERS, Kind.CFDI_STATUSES)
BATCH = 200  # Files in a transaction: large enough that the disk's syncs do not count, small enough that others get their turn.


def batches(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    stream = iter(files)
    while batch := list(islice(stream, BATCH)):
        yield batch


def group_of(kind: Kind) -> str:
    if kind in LAST:
        return kind.value
    return {Kind.CFDI: "cfdi", Kind.CUSTOMERS: "customers", Kind.BANK: "bank_statements"}.get(kind, "other")
