"""Asks the SAT where open invoices stand. Each answer is kept, byte for byte, and takes effect as a list of statuses does."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cfdi_statuses import SAT, CfdiStatuses
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.clock import Clock
from cobranza_rules.domain.cfdi_status import CancellationProcess, CfdiState, CfdiStatus
from cobranza_rules.intake.cfdi_statuses import StatusRecord, process_named, state_named
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.texts import spellings
from cobranza_rules.sat.port import Answer, Question, ServiceError, StatusService
from cobranza_rules.store.database import Database
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CfdiStatusRow, CustomerRow, InvoiceRow

MOST_SILENCES = 3  # In a row: then the service is down, and asking on would only wait.
UNDERSTOOD = "S"  # CodigoEstatus `S - Comprobante obtenido satisfactoriamente.`; `N - 602` is that of one that is not found.
NOT_FOUND = "602"


@dataclass(frozen=True, slots=True)
class Asked:
    """An invoice with the answer about it."""

    number: str
    uuid: str
    status: CfdiStatus


@dataclass(slots=True)
class AskingReport:
    """`left` counts the invoices that were not asked about: there are more than one call takes, or the service fell silent."""

    asked: list[Asked] = field(default_factory=list)
    counts: Counter[Taken] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """`pause_seconds` lie between two questions: the service is a public one."""

    service: StatusService
    database: Database
    archive: DocumentArchive
    clock: Clock
    issuer: str
    pause_seconds: float = 0
    sleep: Callable[[float], None] = time.sleep

    def ask(self, names: Sequence[str], most: int) -> AskingReport:
        """About the invoices that are named by number or UUID, or about all open ones, those first that were asked about longest ago.

        Raises ProblemError where one that is named is not in the book.
        """
        report = AskingReport()
        with self.database.reading() as session:
            ids = _named(session, names) if names else _open(session)
            questions = [self._question(session, invoice_id) for invoice_id in ids[:most]]
        report.left = len(ids) - len(questions)
        silences = 0
        for place, (number, question) in enumerate(questions):
            if place:
                self.sleep(self.pause_seconds)
            try:
                answer = self.service.ask(question)
            except ServiceError as error:
                silences += 1
                report.problems.append(Problem(error.what, _("nothing was changed; ask again later"), "SAT", place=number))
                if silences == MOST_SILENCES:
                    report.left += len(questions) - place - 1
                    break
                continue
            silences = 0
            self._take(number, question, answer, report)
        return report

    def _question(self, session: Session, invoice_id: int) -> tuple[str, Question]:
        row = session.get_one(InvoiceRow, invoice_id)
        receiver = session.get_one(CustomerRow, row.customer_id).rfc
        assert row.uuid is not None
        return row.number, Question(row.uuid, self.issuer, receiver, Money(row.total, row.currency).amount)

    def _take(self, number: str, question: Question, answer: Answer, report: AskingReport) -> None:
        """An answer is kept in any case, understood or not."""
        digest, today = self.archive.put(answer.raw), self.clock.today()
        status = _status(question.uuid, answer, today)
        if status is None:
            told = answer.fields.get("CodigoEstatus", "")
            what = _("the SAT's answer is not understood: {told}", told=f"{told} {answer.fields.get('Estado', '')}".strip())
            report.problems.append(Problem(what, _("nothing was changed; look at the CFDI in the SAT's portal"), "SAT", place=number))
            return
        with self.database.writing() as session:
            statuses = CfdiStatuses(Bookkeeper(session, self.clock.now()), SAT, digest, "SAT", today)
            statuses.take([StatusRecord(status, {"uuid": number, "state": number})])
        report.asked.append(Asked(number, question.uuid, status))
        report.counts += statuses.counts
        report.problems += statuses.problems
        report.warnings += statuses.warnings


def _status(uuid: str, answer: Answer, today: dt.date) -> CfdiStatus | None:
    """None where the answer is not understood. A status that the service may add one day is not guessed at."""
    code = answer.fields.get("CodigoEstatus", "")
    if NOT_FOUND in code:
        return CfdiStatus(uuid, CfdiState.NOT_FOUND, CancellationProcess.NONE, today)
    state, process = state_named(answer.fields.get("Estado", "")), process_named(answer.fields.get("EstatusCancelacion", ""))
    if not code.startswith(UNDERSTOOD) or state is None or process is None:
        return None
    status = CfdiStatus(uuid, state, process, today)
    return None if status.contradicts_itself else status


def _open(session: Session) -> list[int]:
    asked = select(CfdiStatusRow.uuid, func.max(CfdiStatusRow.known_at).label("at")).where(CfdiStatusRow.source == SAT)
    last = asked.group_by(CfdiStatusRow.uuid).subquery()
    query = (
        select(InvoiceRow.id)
        .outerjoin(last, last.c.uuid == InvoiceRow.uuid)
        .where(InvoiceRow.status == "open", InvoiceRow.uuid.is_not(None))
    )
    return list(session.scalars(query.order_by(last.c.at.is_not(None), last.c.at, InvoiceRow.issued_on, InvoiceRow.id)))


def _named(session: Session, names: Sequence[str]) -> list[int]:
    found: dict[int, None] = {}
    problems: list[Problem] = []
    for name in names:
        query = select(InvoiceRow.id, InvoiceRow.uuid).where(InvoiceRow.number.in_(spellings(name)) | (InvoiceRow.uuid == name.upper()))
        invoice = session.execute(query.order_by(InvoiceRow.closed.is_not(None), InvoiceRow.id)).first()
        if invoice is None:
            problems.append(Problem(_no_invoice(name), _("'cobranza aging --detail' lists the open ones")))
        elif invoice.uuid is None:
            problems.append(
                Problem(_("the CFDI of {invoices} is not here, and the SAT knows only CFDI", invoices=name), _("import its XML"))
            )
        else:
            found[invoice.id] = None
    if problems:
        raise ProblemError(problems)
    return list(found)


def _no_invoice(name: str) -> Sentence:
    return _("there is no invoice '{number}'", number=name)
