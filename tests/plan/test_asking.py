"""The engine is asked once about all invoices that are alike, and says of each what it would have said of it alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from benchmarks.workdays import NOW, TODAY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cobranza_rules.engines import BothEngines
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.plan import asking
from cobranza_rules.plan.asking import Asking
from cobranza_rules.rules.concerned import Standings
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.engine import Facts
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.store import chunks
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.chunks import ALIKE, ID, Chunk
from cobranza_rules.store.database import Database
from cobranza_rules.store.parts import Part, Parts
from tests.store.random_books import put_book, random_rows
from tests.store.random_rules import rules_files
from tests.store.test_books import COMPANY, RULES

SHIPPED = RULES.read_text(encoding="utf-8")


class Counting(NativeEngine):
    asked = 0

    def evaluate(self, scope: Scope, facts: Sequence[Facts]) -> list[frozenset[str]]:
        self.asked += len(facts)
        return super().evaluate(scope, facts)


def rules_of(text: str) -> RuleSet:
    return read_rules([("rules.yaml", text.encode())])[0]


def chunks_of(reader: BookReader, about: Asking, parts: Parts, *, sifted: bool = False) -> list[tuple[Chunk, Part]]:
    """With what the lines' invoices say, in their order."""
    found = []
    for chunk in reader.chunks(parts, about.points, sifted=sifted):
        part = parts.of_lines(chunk.lines)
        by_id = {row[0]: row for row in part.rows}
        found.append((chunk, replace(part, rows=[by_id[line[ID]] for line in chunk.lines])))
    return found


@pytest.mark.parametrize("sifted", [False, True])
@pytest.mark.parametrize("kept", [0, asking.MOST_KEPT])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.just(SHIPPED) | rules_files(), seed=st.integers(0, 10**6))
def test_each_invoice_gets_the_answer_that_it_would_get_alone(database: Database, kept: int, sifted: bool, text: str, seed: int) -> None:
    rules = rules_of(text)
    alone = NativeEngine(rules.conditions())
    with Session(database.engine) as session, pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "MOST_KEPT", kept)
        put_book(session, random_rows(seed))
        reader = BookReader(session, rules, COMPANY, TODAY, NOW)
        about, standings = Asking(NativeEngine(rules.conditions()), reader, parts := reader.parts()), Standings(rules, TODAY)
        for chunk, part in chunks_of(reader, about, parts, sifted=sifted):
            names = alone.evaluate(Scope.INVOICE, part.facts)
            assert about.about(chunk) == [standings.of(row, holding) for row, holding in zip(part.rows, names, strict=True)]
        session.rollback()


def test_it_is_asked_about_few_of_a_book_and_about_none_a_second_time(database: Database) -> None:
    rules = rules_of(SHIPPED)
    engine = Counting(rules.conditions())
    with Session(database.engine) as session:
        put_book(session, random_rows(7, 300))
        reader = BookReader(session, rules, COMPANY, TODAY, NOW)
        about = Asking(engine, reader, parts := reader.parts())
        ((chunk, _part),) = chunks_of(reader, about, parts)
        first = about.about(chunk)
        assert 0 < engine.asked < len(chunk.lines)
        engine.asked = 0
        assert about.about(chunk) == first
    assert engine.asked == 0


def test_of_what_the_sieve_has_left_out_each_is_asked_about_by_itself(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one that is wrongly left out would hide behind another that is like it to the database, and rightly left out."""
    monkeypatch.setattr(chunks, "SAMPLE", 1)
    rules = rules_of(SHIPPED)
    engine = Counting(rules.conditions())
    with Session(database.engine) as session:
        put_book(session, random_rows(7, 300))
        reader = BookReader(session, rules, COMPANY, TODAY, NOW)
        about = Asking(engine, reader, parts := reader.parts())
        ((chunk, _part),) = chunks_of(reader, about, parts, sifted=True)
        about.about(chunk)
    others = {line[ALIKE] for line in chunk.lines if line[ID] not in chunk.sampled}
    assert len(chunk.sampled) > 50
    assert engine.asked == len(chunk.sampled) + len(others)


def test_engines_that_check_each_other_are_asked_about_each(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_of(SHIPPED)
    both = BothEngines(rules.conditions())
    asked: list[int] = []
    evaluate = both.evaluate

    def counted(scope: Scope, facts: Sequence[Facts]) -> list[frozenset[str]]:
        asked.append(len(facts))
        return evaluate(scope, facts)

    monkeypatch.setattr(both, "evaluate", counted)
    with Session(database.engine) as session:
        put_book(session, random_rows(7, 60))
        reader = BookReader(session, rules, COMPANY, TODAY, NOW)
        about = Asking(both, reader, parts := reader.parts())
        ((chunk, _part),) = chunks_of(reader, about, parts)
        about.about(chunk)
    both.close()
    assert asked == [len(chunk.lines)]
