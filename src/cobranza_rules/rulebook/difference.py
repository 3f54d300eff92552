"""`rules diff`: two sets of rules decide over the book of one day, and who would get something else is told, with the reason."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cobranza_rules.language import Sentence, _
from cobranza_rules.plan.looking import messages_that_wait
from cobranza_rules.plan.planning import plan_whole
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rule_files import read_file, rules_in, shown_as
from cobranza_rules.rulebook.comparing import Change, Comparison, compare
from cobranza_rules.rulebook.own_reasons import own_reasons
from cobranza_rules.rulebook.reconsidering import Reconsidered, reconsider
from cobranza_rules.rulebook.versions import RuleFiles, files_of, nothing_published, version_in_force, version_numbered
from cobranza_rules.rules.decide import decide
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.planned import Plan
from cobranza_rules.store.books import BookReader

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cobranza_rules.workspace import Workspace

IN_FORCE, DRAFT = "in-force", "draft"
LONGEST_NUMBER = 9  # Digits; no database counts its rows further.


def named_rules(workspace: Workspace, name: str) -> RuleFiles:
    """`name` is `in-force`, `draft`, the number of a version, a rules file or a folder of them. Raises ProblemError."""
    if name == DRAFT:
        return workspace.draft_files
    if name == IN_FORCE or (name.isdecimal() and len(name) <= LONGEST_NUMBER):
        with workspace.database.reading() as session:
            row = version_in_force(session) if name == IN_FORCE else version_numbered(session, int(name))
        if row is None:
            raise nothing_published()
        return files_of(row)
    path = Path(name)
    with contextlib.suppress(OSError):  # No name of a file at all: far too long, for instance
        if path.is_dir():
            return rules_in(path, workspace.base)
        if path.is_file():
            shown = shown_as(path, workspace.base)
            return [(shown, read_file(path, shown))]
    hint = _("name 'in-force', 'draft', the number of a version, a rules file or a folder")
    raise ProblemError([Problem(_("there are no rules '{name}'", name=name), hint)])


def difference(workspace: Workspace, old_files: RuleFiles, new_files: RuleFiles) -> Comparison:
    """Over the book as it is on the workspace's day. Raises ProblemError where either set is wrong."""
    old_rules, new_rules = (workspace.of_this_company(read_rules(files)[0]) for files in (old_files, new_files))
    with workspace.database.reading() as session:
        old, new = _plan(session, workspace, old_rules), _plan(session, workspace, new_rules)
        found = compare(old, new, new_rules)
        grouped = {item.subject_id for action in new.actions if len(action.items) > 1 for item in action.items}
        changes = tuple(_with_reasons(session, workspace, new_rules, found, grouped))
        return replace(found, changes=changes, waiting=tuple(_reconsidered(session, workspace, old_rules, new_rules)))


def _reconsidered(session: Session, workspace: Workspace, old_rules: RuleSet, new_rules: RuleSet) -> Iterator[Reconsidered]:
    """What is planned already is no part of either plan: the last look says of it under both what the next run makes of it."""
    looked = (messages_that_wait(_reader(session, workspace, rules), NativeEngine(rules.conditions())) for rules in (old_rules, new_rules))
    for before, after in zip(*looked, strict=True):
        agreed = before.state == State.APPROVED
        if (found := reconsider(before.action, before.look, after.look, agreed=agreed)) is not None:
            yield found


def _reader(session: Session, workspace: Workspace, rules: RuleSet) -> BookReader:
    return BookReader(session, rules, workspace.addresses, workspace.clock.today(), workspace.clock.now())


def _plan(session: Session, workspace: Workspace, rules: RuleSet) -> Plan:
    """By the native engine, which says the same as durable-rules and needs no worker for each set."""
    return plan_whole(_reader(session, workspace, rules), NativeEngine(rules.conditions()))


def _with_reasons(session: Session, workspace: Workspace, rules: RuleSet, found: Comparison, grouped: AbstractSet[int]) -> Iterator[Change]:
    """Where the new rules do nothing any more, what they say instead; and of invoices that are `grouped` each its own reason.

    This is looked up for those customers only.
    """
    asked = sorted({change.customer_id for change in found.changes if not change.after or change.subject_id in grouped})
    said: dict[tuple[str, int, str], Sentence] = {}
    own: dict[tuple[str, int, str], Sentence] = {}
    engine, reader = NativeEngine(rules.conditions()), _reader(session, workspace, rules)
    for start in range(0, len(asked), 100):
        book = reader.of(asked[start : start + 100])
        plan = decide(rules, book, reader.today, engine, trace=True)
        said |= {(verdict.subject, verdict.subject_id, verdict.rule_id): verdict.reason for verdict in plan.verdicts}
        own |= own_reasons(rules, book, plan)
    for change in found.changes:
        if change.after:
            yield replace(change, why=own.get((change.subject, change.subject_id, change.after), change.why))
            continue
        reason = said.get((change.subject, change.subject_id, change.before))
        yield replace(change, why=reason or _("the new rules have no '{rule}' that comes to it", rule=change.before))
