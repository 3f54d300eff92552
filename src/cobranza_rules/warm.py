"""What a daemon keeps from one tick to the next, because to make it anew takes longer than a small plan: statements and the rules' engine.

No connection stays open meanwhile: a database that was restored or moved between two ticks is the one that the next tick finds.
"""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.engine_room import DurableRoom
from cobranza_rules.engines import BothEngines, EngineName, open_engine
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.store.database import Database, open_database, reopen


class Warm:
    def __init__(self) -> None:
        self._database: tuple[str, Database] | None = None
        self._engine: tuple[tuple[EngineName, str], Engine] | None = None

    def database(self, url: str, base: Path) -> Database:
        """Raises ProblemError where it cannot be opened."""
        if self._database is None or self._database[0] != url:
            self.rest()
            self._database = url, open_database(url, base)
        else:
            reopen(self._database[1])
        return self._database[1]

    def engine(self, name: EngineName, rules: RuleSet) -> Engine:
        """As a new run wants it. Raises ProblemError where durable-rules is asked for and cannot be imported."""
        key = name, rules.digest
        if self._engine is None or self._engine[0] != key:
            self._close_engine()
            self._engine = key, open_engine(name, rules.conditions())
        engine = self._engine[1]
        if isinstance(engine, DurableRoom | BothEngines):
            engine.begin()
        return engine

    def rest(self) -> None:
        """Until the next tick."""
        if self._database is not None:
            self._database[1].close()

    def close(self) -> None:
        self.rest()
        self._close_engine()

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine[1].close()
            self._engine = None
