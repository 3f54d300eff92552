"""The plan over the whole book, in chunks of customers, so that memory stays flat; and over single customers."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.decide import decide, within_limit
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.planned import Held, Plan, PlannedAction, Verdict
from cobranza_rules.rules.subjects import InvoiceSubject
from cobranza_rules.store.books import BookReader


def plan_whole(reader: BookReader, engine: Engine, *, sifted: bool = True) -> Plan:
    """Customers never share a message, so the plans of the chunks are the plan of the whole; the limit of a run looks at all of it.

    `sifted` reads only what some rule or ladder may act upon, and looks whether that left out what it must not: then nothing may leave.
    """
    actions: list[PlannedAction] = []
    held: list[Held] = []
    verdicts: list[Verdict] = []
    with cycles_left_alone():
        for book in reader.whole(sifted=sifted):
            part = decide(reader.rules, book, reader.today, engine)
            actions += part.actions
            held += part.held
            verdicts += part.verdicts
        for book in reader.queues():
            part = decide(reader.rules, book, reader.today, engine)
            actions += part.actions
            held += part.held
            verdicts += part.verdicts
        overlooked = find_overlooked(reader, engine) if sifted else None
    plan = within_limit(Plan(reader.today, reader.rules.digest, tuple(actions), tuple(held), tuple(verdicts)), reader.rules)
    return plan if overlooked is None else replace(plan, stopped=overlooked)


def find_overlooked(reader: BookReader, engine: Engine) -> Sentence | None:
    """Looks at some of the invoices that were left out. Of one that belongs there a decision says nothing; else the first is named."""
    for book in reader.left_out():
        always = {invoice.id for invoice in book.invoices if _comes_always(invoice)}
        for verdict in decide(reader.rules, book, reader.today, engine).verdicts:
            if verdict.subject_id not in always:
                number = next(invoice.number for invoice in book.invoices if invoice.id == verdict.subject_id)
                return _(
                    "invoice {invoice} was left out although '{rule}' concerns it; please report this with what"
                    " 'cobranza explain {invoice}' says",
                    invoice=number,
                    rule=verdict.rule_id,
                )
    return None


def _comes_always(invoice: InvoiceSubject) -> bool:
    """Whatever the sieve says: something is under way for it, or a person has put it on a ladder or wants it left alone."""
    decided = invoice.overrides.ladder or invoice.overrides.exclude
    return decided is not None or any(claims.waiting for claims in invoice.claims.values())


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
