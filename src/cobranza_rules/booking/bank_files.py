"""A file of a bank: each statement in it that is sound is taken, and the file is kept with what is wrong with the others."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from cobranza_rules.booking.bank_statements import book_statement
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.intake.bank.reading import BankFiles, read_statements
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.documents import DocumentArchive


@dataclass
class BankTaken:
    counts: Counter[tuple[str, Taken]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def take_bank_file(keeper: Bookkeeper, content: bytes, name: str, files: BankFiles, archive: DocumentArchive, today: dt.date) -> BankTaken:
    """Raises ProblemError where the file cannot be read at all."""
    read = read_statements(content, name, files)
    taken = BankTaken(problems=read.problems, warnings=read.warnings)
    document = archive.put(content)
    for statement in read.statements:
        try:
            with keeper.attempt():
                taken.counts += book_statement(keeper, statement, document, name, today)
        except ProblemError as error:
            taken.problems += error.problems
    return taken
