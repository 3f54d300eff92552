"""Asks the engine about the invoices of a book: once for all that are alike in everything that a condition asks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cobranza_rules.engines import BothEngines
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.alike import Points, points_of
from cobranza_rules.rules.concerned import Standing, Standings
from cobranza_rules.rules.engine import Engine
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.chunks import ALIKE, ID, Chunk
from cobranza_rules.store.driver_rows import Row
from cobranza_rules.store.parts import Parts

MOST_KEPT = 20_000  # Answers: of more than that too few are given twice for the memory that they take

Key = str | int  # What an invoice is alike in, or the id of one that is asked about by itself


class Asking:
    """For one run: what an engine tells of facts that it could not take belongs to a run, and has to be told again in the next."""

    def __init__(self, engine: Engine, reader: BookReader, parts: Parts) -> None:
        self._engine, self._parts = engine, parts
        self._standings = Standings(reader.rules, reader.today)
        # Two engines that check each other are asked about every invoice.
        self._alone = isinstance(engine, BothEngines)
        self.points: Mapping[str, Points] = {} if self._alone else points_of(Scope.INVOICE, reader.rules.conditions())
        self._known: dict[Key, Standing] = {}

    def about(self, chunk: Chunk) -> Sequence[Standing]:
        """For each line of the chunk. Of those that the sieve has left out each is asked about by itself: so the sieve is checked."""
        if len(self._known) > MOST_KEPT:
            self._known.clear()
        keys: list[Key] = [line[ID if self._alone else ALIKE] for line in chunk.lines]
        if chunk.sampled:
            keys = [line[ID] if line[ID] in chunk.sampled else key for line, key in zip(chunk.lines, keys, strict=True)]
        known = self._known
        if new := set(keys) - known.keys():
            self._ask({key: line for line, key in zip(chunk.lines, keys, strict=True) if key in new})
        return list(map(known.__getitem__, keys))

    def _ask(self, new: Mapping[Key, Row]) -> None:
        """About the invoice that stands for each key."""
        part = self._parts.of_lines(list(new.values()))
        names = self._engine.evaluate(Scope.INVOICE, part.facts)
        standing = {row[0]: self._standings.of(row, holding) for row, holding in zip(part.rows, names, strict=True)}
        self._known.update((key, standing[line[ID]]) for key, line in new.items())
