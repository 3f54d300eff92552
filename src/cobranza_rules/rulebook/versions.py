"""Versions of the rules: the files on the disk are a draft; what was last published is in force, whatever becomes of the files."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.store.tables import RulesVersionRow

RuleFiles = Sequence[tuple[str, bytes]]  # Names as the user knows them, in the order in which they apply


def version_in_force(session: Session) -> RulesVersionRow | None:
    return session.scalar(select(RulesVersionRow).order_by(RulesVersionRow.id.desc()).limit(1))


def rules_in_force(session: Session) -> RuleSet:
    """As they were published; whether templates and roles are still there is not looked at. Raises ProblemError where there are none."""
    version = version_in_force(session)
    if version is None:
        raise nothing_published()
    rules, _warnings = read_rules(files_of(version))
    return rules


def published_versions(session: Session) -> list[RulesVersionRow]:
    """The newest first."""
    return list(session.scalars(select(RulesVersionRow).order_by(RulesVersionRow.id.desc())))


def version_numbered(session: Session, number: int) -> RulesVersionRow:
    """Raises ProblemError where there is none."""
    row = session.get(RulesVersionRow, number)
    if row is None:
        raise ProblemError(
            [
                Problem(
                    _("there is no version {number} of the rules", number=number),
                    _("'cobranza rules versions' lists those that were published"),
                )
            ]
        )
    return row


def nothing_published() -> ProblemError:
    return ProblemError([Problem(_("no rules have been published yet"), _("check the files, then: cobranza rules publish --by ROLE"))])


def files_of(row: RulesVersionRow) -> list[tuple[str, bytes]]:
    return [(name, text.encode()) for name, text in row.files]
