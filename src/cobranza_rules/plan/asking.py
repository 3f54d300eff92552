"""Asks the engine about the invoices of a book: once for all that are alike in everything that a condition asks of them."""

from __future__ import annotations

from collections.abc import Sequence

from cobranza_rules.engines import BothEngines
from cobranza_rules.facts.alike import AlikeInvoices, Key
from cobranza_rules.facts.invoices import Column
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.rules.alike import points_of
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.matching import Names
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.store.parts import Part

MOST_KEPT = 20_000  # Answers: of more than that too few are given twice for the memory that they take


class Asking:
    """For one run: what an engine tells of facts that it could not take belongs to a run, and has to be told again in the next."""

    def __init__(self, engine: Engine, rules: RuleSet) -> None:
        self._engine = engine
        self._points = points_of(Scope.INVOICE, rules.conditions())
        self._alike: AlikeInvoices | None = None
        self._answers: dict[Key, Names] = {}

    def about(self, part: Part, columns: Sequence[Column]) -> list[Names]:
        """The names of the conditions that hold for each invoice of the part. Two engines that check each other are asked about every one."""
        if not part.rows or isinstance(self._engine, BothEngines):
            return self._engine.evaluate(Scope.INVOICE, part.facts(part.rows))
        if self._alike is None:
            self._alike = AlikeInvoices(part.invoice_facts, self._points)
        if len(self._answers) > MOST_KEPT:
            self._answers.clear()
        keys, answers = part.keys(columns, self._alike), self._answers
        found = list(map(answers.get, keys))
        new = {key: row for key, names, row in zip(keys, found, part.rows, strict=True) if names is None}
        if not new:
            return found  # type: ignore[return-value] # no key is new
        answers.update(zip(new, self._engine.evaluate(Scope.INVOICE, part.facts(list(new.values()))), strict=True))
        return list(map(answers.__getitem__, keys))
