"""The plan over the whole book, a part of its customers after the other, so that memory stays flat; and over single customers."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.plan.asking import Asking
from cobranza_rules.plan.concerned_parts import ConcernedPart, concerned_parts
from cobranza_rules.rules.decide import decide, decide_matched, within_limit
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.matching import match
from cobranza_rules.rules.planned import Plan
from cobranza_rules.rules.subjects import Book
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.parts import Parts


def plan_whole(reader: BookReader, engine: Engine, *, sifted: bool = True) -> Plan:
    """Customers never share a message, so the plans of the parts are the plan of the whole; the limit of a run looks at all of it.

    `sifted` reads only what some rule or ladder may act upon, and looks whether that left out what it must not: then nothing may leave.
    """
    plans: list[Plan] = []
    overlooked: Sentence | None = None
    parts = reader.parts()
    asking = Asking(engine, reader, parts)
    with cycles_left_alone(), closing(reader.chunks(parts, asking.points, sifted=sifted)) as chunks:
        for concerned in concerned_parts(asking, chunks):
            part, lost = _decide(reader, engine, parts, concerned)
            plans.append(part)
            overlooked = overlooked or lost
        plans += [decide(reader.rules, book, reader.today, engine) for book in reader.queues()]
    plan = within_limit(_joined(reader, plans), reader.rules)
    return plan if overlooked is None else replace(plan, stopped=overlooked)


def _decide(reader: BookReader, engine: Engine, parts: Parts, concerned: ConcernedPart) -> tuple[Plan, Sentence | None]:
    """The plan of a part, and what the sieve should not have left out of it. Its book is gone before the next is read."""
    book = reader.book(parts.of_lines(concerned.lines, concerned.customers))
    plan = decide_matched(reader.rules, book, reader.today, match(reader.rules, book, engine, concerned.holding))
    return plan, _overlooked(book, frozenset(concerned.sampled), plan)


def _joined(reader: BookReader, plans: Sequence[Plan]) -> Plan:
    return Plan(
        reader.today,
        reader.rules.digest,
        tuple(action for plan in plans for action in plan.actions),
        tuple(held for plan in plans for held in plan.held),
        tuple(verdict for plan in plans for verdict in plan.verdicts),
    )


def _overlooked(book: Book, sampled: frozenset[int], plan: Plan) -> Sentence | None:
    """Of an invoice that the sieve was right to leave out a plan says nothing; else the first is named."""
    found = (verdict for verdict in plan.verdicts if verdict.subject_id in sampled and verdict.subject == Scope.INVOICE.value)
    if (verdict := next(found, None)) is None:
        return None
    return _(
        "invoice {invoice} was left out although '{rule}' concerns it; please report this with what 'cobranza explain {invoice}' says",
        invoice=next(invoice.number for invoice in book.invoices if invoice.id == verdict.subject_id),
        rule=verdict.rule_id,
    )


@contextmanager
def cycles_left_alone() -> Iterator[None]:
    """Books and plans have no cycles, so that the collector of cycles finds nothing in them; that it looks is a third of the cost of a plan.

    Freezing and thawing moves the plan among the objects that the collector takes for old ones, so that it does not look right afterwards.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def plan_customers(reader: BookReader, engine: Engine, ids: Sequence[int], *, trace: bool = False) -> Plan:
    return decide(reader.rules, reader.of(ids), reader.today, engine, trace=trace)
