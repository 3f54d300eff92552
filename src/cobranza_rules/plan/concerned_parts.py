"""What of a book has to be decided on: facts come first, and of what nothing is to be decided no more than its facts is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cobranza_rules.plan.asking import Asking
from cobranza_rules.rules.concerned import concerned
from cobranza_rules.rules.matching import Names
from cobranza_rules.store.books import BookReader
from cobranza_rules.store.parts import Part

AT_ONCE = 2000  # Invoices that are worth the statements that read what else a decision needs

Found = tuple[Part, dict[int, Names]]


def concerned_parts(reader: BookReader, asking: Asking, parts: Iterable[Part]) -> Iterator[Found]:
    """Parts of some size with nothing but what concerns a decision, each with the conditions that hold, by the invoices' ids."""
    found: list[Part] = []
    holding: dict[int, Names] = {}
    for part in parts:
        columns = part.columns(part.rows)
        names = asking.about(part, columns)
        looked_at = concerned(reader.rules, columns, names, part.chunk.busy, reader.today)
        kept = [*looked_at.own, *(position for position in looked_at.beside if not part.is_sampled(position))]
        found.append(part.only(kept))
        holding.update((part.rows[position][0], names[position]) for position in kept)
        if len(holding) >= AT_ONCE:
            yield found[0].and_those_of(found[1:]), holding
            found, holding = [], {}
    if found:
        yield found[0].and_those_of(found[1:]), holding
