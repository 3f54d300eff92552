"""The program's plan over a whole book, as `cobranza plan` makes it. `python -m benchmarks.plan_run DATABASE ENGINE ROWS OUT`.

ROWS is `sifted`, as the program does it, or `all`.

Measured is the work of a tick that is already running: the database is open and the rules are read. What starts a worker is measured too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from benchmarks.measuring import Cost, cpu_seconds, peak_mb, tell
from benchmarks.workdays import NOW, TODAY
from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.engines import EngineName, open_engine
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.rules.document import read_rules
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.database import open_database

RULES = Path(__file__).resolve().parents[1] / "rules" / "collections.yaml"
COMPANY = {role: f"{role}@company.example" for role in ("supervisor", "sales_manager", "administration_manager", "collections_analyst")}


def main() -> None:
    path, out = Path(sys.argv[1]).resolve(), Path(sys.argv[4])
    database = open_database(f"sqlite:///{path}", path.parent)
    rules, _warnings = read_rules([("rules/collections.yaml", RULES.read_bytes())])
    rules.calendar.is_workday(TODAY)  # Loads the library that knows the holidays.
    start = cpu_seconds()
    engine = open_engine(cast("EngineName", sys.argv[2]), rules.conditions())
    with database.reading() as session:
        plan = plan_whole(BookReader(session, rules, COMPANY, TODAY, NOW), engine, sifted=sys.argv[3] == "sifted")
    worker = peak_mb(engine.worker_pid) if isinstance(engine, DurableRoom) else 0.0
    assert not (isinstance(engine, DurableRoom) and engine.incidents), "the worker of durable-rules was lost"
    engine.close()
    cost = Cost(cpu_seconds() - start, peak_mb() + worker)
    database.close()
    tell(cost, ((item.subject_id, item.rule_id) for action in plan.actions if action.subject == "invoice" for item in action.items), out)


if __name__ == "__main__":
    main()
