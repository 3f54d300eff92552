"""A person asks for timestamps: of a document of the case files that is named by its hash, or of all that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.case_documents import documents_of_case
from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.catalogue import translator
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CaseEventRow, CustomerRow, TimestampRow
from cobranza_rules.timestamps.awaiting import DOCUMENT, Stampable, await_timestamp
from cobranza_rules.timestamps.stamping import StampingReport, not_configured, stamp_waiting
from cobranza_rules.workspace import Workspace

FEWEST = 8  # Letters by which a hash may be named


@dataclass(frozen=True, slots=True)
class Asked:
    """`had` are the rows of documents that had their timestamp already."""

    report: StampingReport
    had: tuple[TimestampRow, ...] = ()


def ask_now(workspace: Workspace, names: Sequence[str]) -> Asked:
    """Each name is a SHA-256 or the beginning of one; none for all that wait, whenever they were asked about last.

    Raises ProblemError with all names that are none, and where no authority is configured or it is not fit.
    """
    settings = workspace.settings.timestamp
    if settings is None:
        raise ProblemError([not_configured()])
    if not names:
        with workspace.database.reading() as session:
            waiting = list(session.scalars(select(TimestampRow.id).where(TimestampRow.token.is_(None)).order_by(TimestampRow.id)))
        return Asked(stamp_waiting(workspace, waiting))
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        rows = [await_timestamp(keeper, settings, each) for each in _named(session, names, workspace.settings.language)]
        had = tuple(row for row in rows if row.token is not None)
        waiting = [row.id for row in rows if row.token is None]
    return Asked(stamp_waiting(workspace, waiting), had)


def _named(session: Session, names: Sequence[str], language: str) -> list[Stampable]:
    wanted = [name.strip().lower() for name in names]
    found: list[dict[str, int]] = [{} for _name in wanted]
    for customer, data in in_pieces(session, select(CaseEventRow.customer_id, CaseEventRow.data).order_by(CaseEventRow.seq)):
        for digest in documents_of(data):
            for place, name in enumerate(wanted):
                if len(name) >= FEWEST and digest.startswith(name):
                    found[place].setdefault(digest, customer)
    problems = [problem for name, known in zip(names, found, strict=True) if (problem := _amiss(name, known)) is not None]
    if problems:
        raise ProblemError(problems)
    return [_stampable(session, digest, customer, language) for known in found for digest, customer in known.items()]


def _amiss(name: str, known: dict[str, int]) -> Problem | None:
    if len(known) == 1:
        return None
    if known:
        return Problem(_("several documents begin with '{name}'", name=name), _("write more of the SHA-256"))
    hint = _("name it by the first {count} letters of its SHA-256 or more, as 'cobranza case' shows it", count=FEWEST)
    return Problem(_("no case file has a document '{name}'", name=name), hint)


def _stampable(session: Session, digest: str, customer_id: int, language: str) -> Stampable:
    customer = session.get_one(CustomerRow, customer_id)
    title = next((each.title for each in documents_of_case(session, customer) if each.digest == digest), _("document"))
    return Stampable(customer_id, DOCUMENT, title.text(translator(language)), digest)
