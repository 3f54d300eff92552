"""The bare engine: what durable-rules takes for the facts of a whole book that are there already. `python -m benchmarks.engine_run DATABASE OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import Cost, cpu_seconds, peak_mb, tell
from benchmarks.plan_run import COMPANY, RULES
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.document import read_rules
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import open_database


def main() -> None:
    path, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    database = open_database(f"sqlite:///{path}", path.parent)
    rules, _warnings = read_rules([("rules/collections.yaml", RULES.read_bytes())])
    cost = peak = 0.0
    with DurableRoom(rules.conditions()) as engine, database.reading() as session:
        for book in BookReader(session, rules, COMPANY, TODAY, NOW).whole(sifted=False):
            facts = [invoice.facts for invoice in book.invoices]
            start = cpu_seconds()
            engine.evaluate(Scope.INVOICE, facts)
            cost += cpu_seconds() - start
        peak = peak_mb() + peak_mb(engine.worker_pid)
        start = cpu_seconds()
    cost += cpu_seconds() - start  # The worker's time counts when it has ended.
    database.close()
    tell(Cost(cost, peak), (), out)


if __name__ == "__main__":
    main()
