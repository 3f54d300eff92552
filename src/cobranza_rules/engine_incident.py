"""What is told of a worker that was lost: when, of which facts, and who answered for it. Facts are named by their subject, never by their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cobranza_rules.engine_bisection import Search
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.engine import Facts

MOST_NAMED = 10  # Subjects in one incident


@dataclass(frozen=True, slots=True)
class Chunk:
    """`written` is None for a fact that must not reach durable-rules, by its values or because a worker has died of it."""

    number: int
    scope: Scope
    facts: Sequence[Facts]
    written: Sequence[str | None]


def incident(chunk: Chunk, how: Sentence, found: Search) -> Sentence:
    """`how` goes on a sentence that begins with the worker; `found` is what the search for the cause brought."""
    what = _(
        "the worker of durable-rules {how} at chunk {chunk} (facts of '{scope}': {count})",
        how=how,
        chunk=chunk.number,
        count=len(chunk.facts),
        scope=chunk.scope.value,
    )
    subjects = _subjects(chunk, frozenset(found.killers))
    by_native = sum(text is not None and text not in found.answers for text in chunk.written)
    left = by_native > len(subjects)
    if subjects:
        named = ", ".join(subjects[:MOST_NAMED]) + (" ..." if len(subjects) > MOST_NAMED else "")
        if left:
            return _(
                "{what}, because of {subjects} and maybe of more; the native engine evaluated {count} of them",
                what=what,
                subjects=named,
                count=by_native,
            )
        return _("{what}, because of {subjects}; the native engine evaluated what no worker is given any more", what=what, subjects=named)
    if left:
        return _("{what}; the native engine evaluated {count} of them", what=what, count=by_native)
    return _("{what}; a new one evaluated them", what=what)


def _subjects(chunk: Chunk, killers: frozenset[str]) -> list[str]:
    pairs = enumerate(zip(chunk.facts, chunk.written, strict=True))
    return [subject_of(facts, position) for position, (facts, text) in pairs if text in killers]


def subject_of(facts: Facts, position: int) -> str:
    """By what names it, not by all its values: they belong to customers."""
    return next((f"{name} {facts[name]}" for name in ("invoice", "customer") if facts.get(name) is not None), f"fact {position}")
