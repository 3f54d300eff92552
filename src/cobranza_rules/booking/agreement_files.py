"""Files of agreements: the signed contract, its annexes. Kept by hash; one file belongs to an agreement once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import AgreementFileRow, AgreementRow


@dataclass(slots=True)
class Attached:
    """What came of files: those attached as (agreement, file), how many were there already, and the problems of the others."""

    new: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Attaching:
    """`who` is an address."""

    keeper: Bookkeeper
    archive: DocumentArchive
    who: str
    today: dt.date

    def to(self, number: str, files: Iterable[SourceFile]) -> Attached:
        """Raises ProblemError where there is no such agreement."""
        customers = self._customers()
        if number not in customers:
            raise ProblemError([no_agreement(number)])
        report = Attached()
        for file in files:
            self._attach(number, customers[number], file, report)
        return report

    def by_name(self, files: Iterable[SourceFile]) -> Attached:
        """Each file to the agreement whose number its name holds; of several the longest number, where it holds all the others."""
        customers = self._customers()
        report = Attached()
        for file in files:
            numbers = named_in(base_name(file.name), customers)
            if len(numbers) == 1:
                self._attach(numbers[0], customers[numbers[0]], file, report)
                continue
            if numbers:
                what = _("the file's name holds the numbers of several agreements: {numbers}", numbers=", ".join(numbers))
            else:
                what = _("the file's name holds the number of no agreement")
            hint = _("rename it, or attach it with 'cobranza agreement file --agreement NUMBER'")
            report.problems.append(Problem(what, hint, file.name))
        return report

    def _customers(self) -> dict[str, int]:
        found = self.keeper.session.execute(select(AgreementRow.number, AgreementRow.customer_id).order_by(AgreementRow.id))
        return dict(found.all())

    def _attach(self, number: str, customer_id: int, file: SourceFile, report: Attached) -> None:
        if isinstance(file.content, Problem):
            report.problems.append(file.content)
            return
        if not file.content:
            report.problems.append(Problem(_("the file is empty"), _("give the signed file"), file.name))
            return
        digest = self.archive.put(file.content)
        same = select(AgreementFileRow.id).where(AgreementFileRow.number == number, AgreementFileRow.document == digest)
        if self.keeper.session.scalar(same) is not None:
            report.unchanged += 1
            return
        name = base_name(file.name)
        self.keeper.session.add(
            AgreementFileRow(
                customer_id=customer_id,
                number=number,
                name=name,
                document=digest,
                added_by=self.who,
                happened_on=self.today,
                known_at=self.keeper.known_at,
            )
        )
        self.keeper.session.flush()
        self.keeper.note(customer_id, "agreement_file", self.today, {"number": number, "name": name, "document": digest, "who": self.who})
        report.new.append((number, name))


def no_agreement(number: str) -> Problem:
    return Problem(_("there is no agreement '{number}'", number=shown(number)), _("'cobranza agreement list' shows them"))


def base_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def named_in(name: str, numbers: Iterable[str]) -> list[str]:
    """The agreements whose number stands in a file's name, apart from letters and figures around it: `CT-1` stands not in `CT-10.pdf`."""
    there = f" {_spaced(name)} "
    found = [number for number in numbers if (spaced := _spaced(number)) and f" {spaced} " in there]
    return [one for one in found if not any(one != other and f" {_spaced(one)} " in f" {_spaced(other)} " for other in found)]


def _spaced(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
