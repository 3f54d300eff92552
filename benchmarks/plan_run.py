"""The program's plan over a whole book. `python -m benchmarks.plan_run DATABASE ENGINE ROWS WHEN OUT`.

ROWS is `sifted`, as the program does it, or `all`. WHEN is `again` for a plan as a daemon makes it from its second tick on, or `first` for
that of a process which has just begun: it starts the worker of durable-rules and prepares its statements.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from benchmarks.measuring import Cost, cpu_seconds, peak_mb, process_seconds, tell
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.engines import EngineName, open_engine
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.engine import Engine
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import open_database

RULES = Path(__file__).resolve().parents[1] / "rules" / "collections.yaml"
COMPANY = {
    role: f"{role}@company.example"
    for role in ("supervisor", "sales_manager", "administration_manager", "collections_analyst", "accounting")
}


def main() -> None:
    path, out = Path(sys.argv[1]).resolve(), Path(sys.argv[5])
    database = open_database(f"sqlite:///{path}", path.parent)
    rules, _warnings = read_rules([("rules/collections.yaml", RULES.read_bytes())])
    rules.calendar.is_workday(TODAY)  # Loads the library that knows the holidays.
    engine: Engine | None = None
    for _turn in range(2 if sys.argv[4] == "again" else 1):
        start = cpu_seconds() + worker_seconds(engine)
        engine = engine or open_engine(cast("EngineName", sys.argv[2]), rules.conditions())
        plan = None  # A daemon keeps no plan either.
        with database.reading() as session:
            plan = plan_whole(BookReader(session, rules, COMPANY, TODAY, NOW), engine, sifted=sys.argv[3] == "sifted")
        used = cpu_seconds() + worker_seconds(engine) - start
    assert engine is not None
    assert plan is not None
    worker = peak_mb(engine.worker_pid) if isinstance(engine, DurableRoom) else 0.0
    assert not (isinstance(engine, DurableRoom) and engine.incidents), "the worker of durable-rules was lost"
    cost = Cost(used, peak_mb() + worker)
    engine.close()
    database.close()
    tell(cost, ((item.subject_id, item.rule_id) for action in plan.actions if action.subject == "invoice" for item in action.items), out)


def worker_seconds(engine: Engine | None) -> float:
    """Of the worker of durable-rules, which is a child that nobody has waited for yet."""
    return process_seconds(engine.worker_pid) if isinstance(engine, DurableRoom) and engine.worker_pid else 0.0


if __name__ == "__main__":
    main()
