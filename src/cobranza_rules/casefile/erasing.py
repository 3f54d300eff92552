"""Content is taken out of the case file where somebody has a right to it (LFPDPPP), or its time is over, and the chain stays whole.

Of an erased event the hash, the kind, the customer and the days stay; a later event says which were erased, who did it and why. What the book
rests on is never erased, and everything else not before its period is over (domain.retention), but for notes, which nobody has to keep.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.chain import fingerprint
from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.casefile.emptied_rows import empty_rows_of
from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.casefile.writer import ERASED, body_of
from cobranza_rules.domain.retention import Periods, Retained, kept_until, retained_as
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow, CustomerRow

LEFT = {"erased": True}
AT_ONCE = 500  # Numbers in one question to the database


@dataclass(frozen=True, slots=True)
class Erased:
    """How many lost their content."""

    events: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Eraser:
    """`who` is an address; `periods` are those after which what is no note may be erased."""

    keeper: Bookkeeper
    who: str
    today: dt.date
    periods: Periods = field(default_factory=dict)

    def erase(self, customer: CustomerRow, numbers: Sequence[int], why: str) -> Erased:
        """Raises ProblemError with all that is wrong; then nothing is erased.

        The files of the documents are removed by `remove_files`, once the case file says so.
        """
        rows = [row for row in self._rows(numbers) if row.customer_id == customer.id]
        problems = [problem for row in rows if (problem := self._must_be_kept(row)) is not None]
        missing = sorted(set(numbers) - {row.seq for row in rows})
        problems += [
            Problem(_("event {seq} is none of {customer}", seq=seq, customer=customer.code), _("'cobranza case --json' shows the numbers"))
            for seq in missing
        ]
        if not why.strip():
            problems.append(Problem(_("an erasure without a reason proves nothing"), _("say who asked for it, and when: --why")))
        if problems:
            raise ProblemError(problems)
        return self._empty_all(rows, why)

    def erase_expired(self, numbers: Sequence[int], why: str) -> Erased:
        """Events of any customers whose time is over."""
        return self._empty_all(self._rows(numbers), why)

    def redact(self, customer_id: int, why: str, left: Callable[[CaseEventRow], Mapping[str, Any] | None]) -> int:
        """What tells of a person in events of contacts: `left` gives what stays of an event, None where it is not touched."""
        query = select(CaseEventRow).where(CaseEventRow.customer_id == customer_id).order_by(CaseEventRow.seq)
        rows = [(row, stays) for row in self.keeper.session.scalars(query) if (stays := left(row)) is not None]
        self._tell(customer_id, why, [self._empty(row, stays) for row, stays in rows], [])
        return len(rows)

    def _empty_all(self, found: Sequence[CaseEventRow], why: str) -> Erased:
        rows = [row for row in found if row.data != LEFT]
        documents = self._only_named_by(rows)
        by_customer: dict[int, list[CaseEventRow]] = defaultdict(list)
        for row in rows:
            by_customer[row.customer_id].append(row)
        told: set[str] = set()
        for customer_id, own in sorted(by_customer.items()):
            mine = {digest for row in own for digest in documents_of(row.data)} & documents - told
            told |= mine
            empty_rows_of(self.keeper.session, own)
            self._tell(customer_id, why, [self._empty(row, LEFT) for row in own], sorted(mine))
        return Erased(len(rows), len(documents))

    def _tell(self, customer_id: int, why: str, events: list[list[object]], documents: list[str]) -> None:
        if events:
            data = {"who": self.who, "why": why.strip(), "events": events, "erased_documents": documents}
            self.keeper.note(customer_id, ERASED, self.today, data)

    def _rows(self, numbers: Sequence[int]) -> list[CaseEventRow]:
        wanted, found = sorted(set(numbers)), list[CaseEventRow]()
        for start in range(0, len(wanted), AT_ONCE):
            query = select(CaseEventRow).where(CaseEventRow.seq.in_(wanted[start : start + AT_ONCE])).order_by(CaseEventRow.seq)
            found += self.keeper.session.scalars(query).all()
        return found

    def _must_be_kept(self, row: CaseEventRow) -> Problem | None:
        kind = retained_as(row.kind)
        if kind is Retained.NOTES:
            return None
        if kind is None:
            what = _("event {seq} is of the book or says what became of data: it is never erased", seq=row.seq)
            return Problem(what, _("notes, calls and meetings can be erased, and what is past its period"))
        until = kept_until(row.happened_on, self.periods.get(kind, 100))
        if until > self.today:
            what = _("event {seq} has to be kept until {day}", seq=row.seq, day=until)
            return Problem(what, _("see keep_years of [privacy] in cobranza.toml, and the law"))
        return None

    def _only_named_by(self, rows: Sequence[CaseEventRow]) -> set[str]:
        """Documents that no other event names."""
        mine, own = {digest for row in rows for digest in documents_of(row.data)}, {row.seq for row in rows}
        if not mine:
            return mine
        for seq, data in in_pieces(self.keeper.session, select(CaseEventRow.seq, CaseEventRow.data)):
            if seq not in own:
                mine.difference_update(documents_of(data))
        return mine

    def _empty(self, row: CaseEventRow, left: Mapping[str, Any]) -> list[object]:
        row.data = dict(left)
        return [row.seq, row.hash, fingerprint(body_of(row))]


def remove_files(archive: DocumentArchive, erased: AbstractSet[str]) -> None:
    """Of all documents that were erased, as the case file and the register say: one that a crash has left is gone after the next erasure."""
    for digest in erased:
        archive.path_of(digest).unlink(missing_ok=True)
