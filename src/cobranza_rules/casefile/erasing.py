"""Content is taken out of the case file where somebody has a right to it (LFPDPPP), and the chain stays whole.

Of an erased event the hash, the kind, the customer and the days stay; a later event says which were erased, who did it and why. What the book
rests on is never erased, and correspondence not before a merchant may destroy it (Código de Comercio, art. 46 and 49: ten years).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.book_mirror import BOOKED
from cobranza_rules.casefile.chain import fingerprint
from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.casefile.writer import ERASED, body_of
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow, CustomerRow

NOTES = frozenset({"noted_note", "noted_call", "noted_meeting"})  # Nobody has to keep them.
LEFT = {"erased": True}


@dataclass(frozen=True, slots=True)
class Eraser:
    """`who` is an address; `keep_years` after which correspondence may be destroyed."""

    keeper: Bookkeeper
    who: str
    today: dt.date
    keep_years: int

    def erase(self, customer: CustomerRow, numbers: Sequence[int], why: str) -> tuple[int, int]:
        """How many events and documents lost their content. Raises ProblemError with all that is wrong; then nothing is erased.

        The files of the documents are removed by `remove_files`, once the case file says so.
        """
        rows = self._rows(customer, numbers)
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
        documents = sorted(self._only_named_by(rows))
        erased = [self._empty(row) for row in rows if row.data != LEFT]
        data = {"who": self.who, "why": why.strip(), "events": erased, "erased_documents": documents}
        if erased:
            self.keeper.note(customer.id, ERASED, self.today, data)
        return len(erased), len(documents)

    def _rows(self, customer: CustomerRow, numbers: Sequence[int]) -> list[CaseEventRow]:
        query = select(CaseEventRow).where(CaseEventRow.customer_id == customer.id, CaseEventRow.seq.in_(numbers))
        return list(self.keeper.session.scalars(query.order_by(CaseEventRow.seq)))

    def _must_be_kept(self, row: CaseEventRow) -> Problem | None:
        if row.kind in NOTES:
            return None
        if row.kind in BOOKED or not row.kind.startswith("message_"):
            what = _("event {seq} is of the book or says what was done: it is never erased", seq=row.seq)
            return Problem(what, _("notes, calls, meetings and messages can be erased"))
        until = row.happened_on.replace(year=row.happened_on.year + self.keep_years, day=min(row.happened_on.day, 28))
        if until > self.today:
            what = _("event {seq} is correspondence, which has to be kept until {day}", seq=row.seq, day=until)
            return Problem(what, _("see keep_years of [privacy] in cobranza.toml, and the law"))
        return None

    def _only_named_by(self, rows: Sequence[CaseEventRow]) -> set[str]:
        """Documents that no other event names."""
        mine = {digest for row in rows for digest in documents_of(row.data)}
        if not mine:
            return mine
        others = select(CaseEventRow.data).where(CaseEventRow.seq.not_in([row.seq for row in rows]))
        for data in self.keeper.session.scalars(others.execution_options(yield_per=1000)):
            mine.difference_update(documents_of(data))
        return mine

    def _empty(self, row: CaseEventRow) -> list[object]:
        row.data = dict(LEFT)
        return [row.seq, row.hash, fingerprint(body_of(row))]


def remove_files(archive: DocumentArchive, erased: frozenset[str]) -> None:
    """Of all documents that the case file says were erased: one that a crash has left is gone after the next erasure."""
    for digest in erased:
        archive.path_of(digest).unlink(missing_ok=True)
