"""Originals on paper: entered by whoever has them, handed over from one person to the next, and received by that person.

Who hands over holds it until the other has said to have received it: nothing lies between two desks with nobody to answer for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customer_names import customer_named
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import OriginalRow

LONGEST = 300  # Characters of a name
SEE = N_("'cobranza originals list' shows them")


class OriginalKind(StrEnum):
    CONTRACT = "contract"
    PROMISSORY_NOTE = "promissory_note"
    ACKNOWLEDGEMENT = "acknowledgement"
    PURCHASE_ORDER = "purchase_order"
    DELIVERY_NOTE = "delivery_note"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OriginalsDesk:
    """`who` is the address of the person who says it, `document` the hash of a scan or of a signed receipt, or ""."""

    keeper: Bookkeeper
    who: str
    today: dt.date
    document: str = ""

    def enter(self, customer: str, kind: OriginalKind, name: str) -> OriginalRow:
        """The original is with whoever enters it. Raises ProblemError with all that is wrong."""
        problems: list[Problem] = []
        known = customer_named(self.keeper.session, customer)
        if known is None:
            problems.append(Problem(_("there is no customer '{name}'", name=customer), _("give its code as in the customers' spreadsheet")))
        if not name.strip() or len(name) > LONGEST:
            problems.append(
                Problem(_("an original needs a name of at most {most} characters", most=LONGEST), _("say what it is called on paper"))
            )
        if problems:
            raise ProblemError(problems)
        assert known is not None
        same = select(OriginalRow).where(
            OriginalRow.customer_id == known.id, OriginalRow.kind == kind.value, OriginalRow.name == name.strip()
        )
        if (there := self.keeper.session.scalar(same)) is not None:
            what = _("{name} is on file already, as number {number}", name=name.strip(), number=there.id)
            raise ProblemError([Problem(what, _("hand it over by that number, or give it another name"))])
        row = OriginalRow(
            customer_id=known.id,
            kind=kind.value,
            name=name.strip(),
            document=self.document,
            holder=self.who,
            held_since=self.today,
            handed_to="",
            handed_on=None,
            known_at=self.keeper.known_at,
        )
        self.keeper.session.add(row)
        self.keeper.session.flush()
        self._note(row, "original_entered", kind=row.kind)
        return row

    def hand_over(self, numbers: Iterable[int], to: str, *, outside: bool = False) -> list[OriginalRow]:
        """To a person of the company, who has to confirm it, or to somebody outside, such as a lawyer, who holds it at once.

        Raises ProblemError with all that is wrong; then nothing was handed over.
        """
        rows = self._rows(numbers)
        problems = [problem for row in rows if (problem := self._may_not_hand_over(row, to)) is not None]
        if problems:
            raise ProblemError(problems)
        for row in rows:
            giver, row.handed_to, row.handed_on = row.holder, to, self.today
            self._note(row, "original_handed_over", giver=giver, to=to, outside=outside)
            if outside:
                self._now_with(row, to)
        return rows

    def receive(self, numbers: Iterable[int]) -> list[OriginalRow]:
        """Raises ProblemError with all that is wrong; then nothing was received."""
        rows = self._rows(numbers)
        problems = [
            Problem(
                _("original {number} ({name}) was not handed over to {who}", number=row.id, name=row.name, who=self.who),
                _("whoever holds it hands it over first: 'cobranza originals handed-over'"),
            )
            for row in rows
            if row.handed_to != self.who
        ]
        if problems:
            raise ProblemError(problems)
        for row in rows:
            self._note(row, "original_received", giver=row.holder)
            self._now_with(row, self.who)
        return rows

    def _may_not_hand_over(self, row: OriginalRow, to: str) -> Problem | None:
        if row.holder != self.who:
            what = _(
                "original {number} ({name}) is not with {who}, but with {holder}",
                number=row.id,
                name=row.name,
                who=self.who,
                holder=row.holder,
            )
            return Problem(what, _("only who holds it hands it over"))
        if to == self.who:
            return Problem(
                _("original {number} ({name}) is with {who} already", number=row.id, name=row.name, who=to), _("name who gets it")
            )
        return None

    def _now_with(self, row: OriginalRow, holder: str) -> None:
        row.holder, row.held_since, row.handed_to, row.handed_on = holder, self.today, "", None

    def _rows(self, numbers: Iterable[int]) -> list[OriginalRow]:
        found = {number: self.keeper.session.get(OriginalRow, number) for number in numbers}
        missing = [number for number, row in found.items() if row is None]
        if missing:
            raise ProblemError([Problem(_("there is no original {number}", number=number), Sentence(SEE)) for number in missing])
        return [row for row in found.values() if row is not None]

    def _note(self, row: OriginalRow, event: str, /, **said: object) -> None:
        document = {"document": self.document} if self.document else {}
        self.keeper.note(row.customer_id, event, self.today, {"original": row.id, "name": row.name, "who": self.who, **said, **document})
