"""The plan over the whole book, in chunks of customers, so that memory stays flat; and over single customers."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cobranza_rules.rules.decide import decide, within_limit
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.planned import Held, Plan, PlannedAction, Verdict
from cobranza_rules.store.books import BookReader


def plan_whole(reader: BookReader, engine: Engine) -> Plan:
    """Customers never share a message, so the plans of the chunks are the plan of the whole; the limit a run looks at all of it."""
    actions: list[PlannedAction] = []
    held: list[Held] = []
    verdicts: list[Verdict] = []
    with cycles_left_alone():
        for book in reader.whole():
            part = decide(reader.rules, book, reader.today, engine)
            actions += part.actions
            held += part.held
            verdicts += part.verdicts
    return within_limit(Plan(reader.today, reader.rules.digest, tuple(actions), tuple(held), tuple(verdicts)), reader.rules)


@contextmanager
def cycles_left_alone() -> Iterator[None]:
    """Books and plans have no cycles, so that the collector of cycles finds nothing in them; that it looks is a third of the cost of a plan."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def plan_customers(reader: BookReader, engine: Engine, ids: Sequence[int], *, trace: bool = False) -> Plan:
    return decide(reader.rules, reader.of(ids), reader.today, engine, trace=trace)
