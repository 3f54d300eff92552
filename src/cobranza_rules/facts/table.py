"""Facts of many subjects side by side: the names once, and a row of values for each subject. A run decides on whole books in this form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from cobranza_rules.facts.vocabulary import Value

Values = tuple[Value | None, ...]  # None is unknown


@dataclass(frozen=True, slots=True)
class FactTable(Sequence[dict[str, Value]]):
    """As a sequence it has the facts of one subject after the other, where what is unknown is None."""

    names: tuple[str, ...]
    rows: Sequence[Values]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> dict[str, Value]: ...
    @overload
    def __getitem__(self, index: slice) -> FactTable: ...
    def __getitem__(self, index: int | slice) -> dict[str, Value] | FactTable:
        if isinstance(index, slice):
            return FactTable(self.names, self.rows[index])
        return dict(zip(self.names, self.rows[index], strict=True))  # type: ignore[arg-type] # None is unknown, as an absent one is
