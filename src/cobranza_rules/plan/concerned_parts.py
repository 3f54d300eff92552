"""What of a book has to be decided on: of what nothing is to be decided no more is read than what it is alike in with others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cobranza_rules.plan.asking import Asking
from cobranza_rules.rules.concerned import Concern, Found, kept
from cobranza_rules.rules.matching import Names
from cobranza_rules.store.chunks import BALANCE, CUSTOMER_ID, ID, Chunk
from cobranza_rules.store.driver_rows import Row

AT_ONCE = 1500  # Invoices that are worth the statements that read what a decision needs


@dataclass(slots=True)
class ConcernedPart:
    """`lines` are those of the invoices that concern a decision, `holding` the conditions that hold for them, by their ids.

    `customers` come in any case. The sieve has left out those of which the ids are `sampled`.
    """

    lines: list[Row] = field(default_factory=list)
    holding: dict[int, Names] = field(default_factory=dict)
    customers: list[int] = field(default_factory=list)
    sampled: list[int] = field(default_factory=list)

    def add(self, chunk: Chunk, asking: Asking) -> None:
        found = _standing(chunk, asking)
        self.customers += chunk.customers
        for each in kept(found, chunk.busy):
            is_sampled = each.id in chunk.sampled
            if is_sampled and each.standing.concern is Concern.BESIDE:
                continue
            self.lines.append(chunk.lines[each.place])
            self.holding[each.id] = each.standing.names
            if is_sampled:
                self.sampled.append(each.id)


def concerned_parts(asking: Asking, chunks: Iterable[Chunk]) -> Iterator[ConcernedPart]:
    """Parts of some size with nothing but what concerns a decision."""
    part = ConcernedPart()
    for chunk in chunks:
        part.add(chunk, asking)
        if len(part.lines) >= AT_ONCE:
            yield part
            part = ConcernedPart()
    yield part


def _standing(chunk: Chunk, asking: Asking) -> list[Found]:
    """Of a whole book most are no concern, and nothing more is made of them."""
    nothing, busy, known = Concern.NONE, chunk.busy, asking.about(chunk)
    places = [place for place, standing in enumerate(known) if standing.concern is not nothing]
    if busy:
        places = sorted({*places, *(place for place, line in enumerate(chunk.lines) if line[ID] in busy)})
    lines = chunk.lines
    return [Found(place, (line := lines[place])[ID], line[CUSTOMER_ID], line[BALANCE], known[place]) for place in places]
