"""`rules publish`: a draft that is right, tested and leaves no invoice behind becomes the version in force, with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rule_files import Tested, check_files, files_of_tests, run_files
from cobranza_rules.rulebook.comparing import Comparison
from cobranza_rules.rulebook.difference import difference
from cobranza_rules.rulebook.versions import RuleFiles, files_of, version_in_force
from cobranza_rules.rules.document import digest_of, read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.store.tables import InvoiceRow, RulesVersionRow

if TYPE_CHECKING:
    from cobranza_rules.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Draft:
    """What may be published. `difference` is None where nothing is in force yet; `warnings` are what the check has to say of it."""

    files: RuleFiles
    digest: str
    tested: Tested
    difference: Comparison | None
    warnings: tuple[Problem, ...] = ()
    other_calendar: bool = False  # Other business days than those of the rules in force


def examine_draft(workspace: Workspace) -> Draft:
    """Raises ProblemError with what stands in the way: errors, tests that fail, rungs that invoices stand on, nothing new."""
    files = workspace.draft_files
    checked = check_files(files, workspace)
    if checked.errors or checked.rules is None:
        raise ProblemError(checked.errors)
    _must_be_new(workspace, files)
    tested = run_files(files_of_tests(workspace), workspace.base)
    if tested.rules_failed:  # Reply patterns hold as soon as they are saved: their tests keep no rules back.
        what = _("{count} rule tests fail", count=tested.rules_failed)
        raise ProblemError([Problem(what, _("'cobranza rules test' shows expected beside got"), str(workspace.settings.rules / "tests"))])
    if lost := _lost_rungs(workspace, checked.rules):
        raise ProblemError(lost)
    with workspace.database.reading() as session:
        version = version_in_force(session)
    if version is None:
        return Draft(files, checked.rules.digest, tested, None, checked.warnings)
    changes = difference(workspace, files_of(version), files)
    other_calendar = read_rules(files_of(version))[0].calendar != checked.rules.calendar
    return Draft(files, checked.rules.digest, tested, changes, checked.warnings, other_calendar)


def _must_be_new(workspace: Workspace, files: RuleFiles) -> None:
    with workspace.database.reading() as session:
        version = version_in_force(session)
    if version is not None and version.digest == digest_of(files):
        what = _("the rules in force are these already, as version {number}", number=version.id)
        raise ProblemError([Problem(what, _("change the files first"), str(workspace.settings.rules))])


def _lost_rungs(workspace: Workspace, rules: RuleSet) -> list[Problem]:
    """Open invoices that stand on a rung of a ladder that the new rules keep without it would not be written to any more."""
    query = (
        select(InvoiceRow.ladder, InvoiceRow.rung, func.count())
        .where(InvoiceRow.status == "open", InvoiceRow.rung != "")
        .group_by(InvoiceRow.ladder, InvoiceRow.rung)
        .order_by(InvoiceRow.ladder, InvoiceRow.rung)
    )
    ladders = {ladder.id: ladder for ladder in rules.ladders}
    with workspace.database.reading() as session:
        standing = [(ladder, rung, count) for ladder, rung, count in session.execute(query)]
    problems = []
    for ladder_id, rung, count in standing:
        ladder = ladders.get(rules.current(ladder_id))
        if ladder is not None and ladder.rung_index(rules.current(rung)) < 0:
            what = _(
                "{count} open invoices stand on the rung '{rung}', which ladder '{ladder}' has no more",
                count=count,
                rung=rung,
                ladder=ladder.id,
            )
            hint = _("give it back, or write 'was: {rung}' under the rung that takes its place", rung=rung)
            problems.append(Problem(what, hint, ladder.place.file, ladder.place.line, ladder.place.column))
    return problems


def publish(workspace: Workspace, draft: Draft, who: str, comment: str) -> int:
    """The number of the new version, which is in force from the next tick on."""
    kept = [[name, content.decode()] for name, content in draft.files]
    with workspace.database.writing() as session:
        row = RulesVersionRow(digest=draft.digest, files=kept, published_at=workspace.clock.now(), published_by=who, comment=comment)
        session.add(row)
        session.flush()
        return row.id


def publish_shipped(workspace: Workspace, who: str) -> int:
    """The rules that a new workspace comes with are in force from the start: they were tested where they were made."""
    files = workspace.draft_files
    return publish(workspace, Draft(files, digest_of(files), Tested((), ()), None), who, "")
