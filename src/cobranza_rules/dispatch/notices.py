"""Notices to people of the company: what one rule has to tell one person of a day goes in one message, however many actions tell it.

The message is in the archive, and the steps that it tells of are bound to it, before the wire is touched; what became of it is noted after.
An attempt that failed, or of which nobody knows, counts as one: the rule's next repetition tells it again, and the digest shows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.approval_requests import requests_for
from cobranza_rules.dispatch.internal_mail import READY, SENT, Written, deliver_internal, write_internal
from cobranza_rules.dispatch.notice_lines import lines_of
from cobranza_rules.dispatch.print_set import documents_of
from cobranza_rules.dispatch.rendering import MEMO, PDF
from cobranza_rules.dispatch.steps import go_on
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _, joined, word
from cobranza_rules.letters.notice import fields_of_notice
from cobranza_rules.mail.message import Attachment
from cobranza_rules.people import person_named
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.model import Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.store.tables import ActionRow, StepRow
from cobranza_rules.workspace import Workspace

KIND = "notice"


@dataclass(frozen=True, slots=True)
class Due:
    """A step that tells people, and whose turn it is in its chain; `message_id` is its message, once there is one."""

    action_id: int
    step_id: int
    step: Step
    action: PlannedAction
    message_id: int | None


def tell_people(workspace: Workspace, states: Counter[str]) -> list[Problem]:
    """What kept notices from going out. `states` counts actions by the state in which they were left, and is kept true.

    On a day off nobody is told: what an earlier run could not deliver waits for the next business day.
    """
    problems: list[Problem] = []
    if not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return problems
    with workspace.database.reading() as session:
        groups = _grouped(_due(session))
    for group in groups:
        try:
            _tell(workspace, group, states)
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    states += Counter()  # States that none is left in are not shown.
    return problems


def _due(session: Session) -> Iterator[Due]:
    query = select(StepRow, ActionRow).join(ActionRow, ActionRow.id == StepRow.action_id)
    query = query.where(ActionRow.state.in_((State.APPROVED.value, State.SENDING.value)), StepRow.confirmed_at.is_(None))
    seen: set[int] = set()
    for kept, row in session.execute(query.order_by(ActionRow.id, StepRow.position)):
        if row.id not in seen:
            seen.add(row.id)
            action = planned(row)
            if action.steps[kept.position].kind is StepKind.NOTICE:
                yield Due(row.id, kept.id, action.steps[kept.position], action, kept.notice_id)


def _grouped(due: Iterator[Due]) -> list[list[Due]]:
    """By the message that tells it already, else by rule, words and people."""
    groups: dict[tuple[object, ...], list[Due]] = defaultdict(list)
    for one in due:
        new = (one.action.rule_id, one.action.closing, one.step.name, one.step.to, one.step.cc, one.step.memo)
        groups[new if one.message_id is None else (one.message_id,)].append(one)
    return list(groups.values())


def _tell(workspace: Workspace, group: list[Due], states: Counter[str]) -> None:
    message_id = group[0].message_id or _written(workspace, group)
    outcome = deliver_internal(workspace, message_id)
    if outcome == READY:
        return
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        for one in group:
            _confirm(keeper, workspace, one, outcome, states)


def _written(workspace: Workspace, group: list[Due]) -> int:
    """The message of a group, to which its steps are bound in the same transaction."""
    step = group[0].step
    people = [person_named(workspace.company, role) for role in dict.fromkeys((step.to, *step.cc))]
    language = workspace.settings.language
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        lines = [line for one in group for line in lines_of(keeper, workspace, one.action, translator(language))]
        asked = [line.number for line in lines if line.number is not None] if group[0].action.subject == Scope.APPROVAL else []
        references = requests_for(session, asked, people[0].email)
        fields = fields_of_notice(workspace.company, people[0], workspace.clock.today(), lines, language, asked_by_mail=bool(references))
        written = replace(_mail(workspace, step.name, language, fields), references=references)
        copies = [person.email for person in people[1:] if person.email != people[0].email]
        memos = tuple(_memos(session, workspace, group))
        message_id = write_internal(session, workspace, KIND, f"step:{group[0].step_id}", people[0].email, copies, written, memos)
        for one in group:
            session.get_one(StepRow, one.step_id).notice_id = message_id
    return message_id


def _memos(session: Session, workspace: Workspace, group: list[Due]) -> Iterator[Attachment]:
    """As PDF; whoever wants to change one has it in Word with the task."""
    named: set[str] = set()
    for one in group if group[0].step.memo else ():
        for document in documents_of(session, one.action_id):
            if document.kind == MEMO and document.media_type == PDF:
                name = document.name if document.name not in named else f"{one.action_id}-{document.name}"
                named.add(name)
                yield Attachment(name, document.media_type, workspace.archive.get(document.digest))


def _mail(workspace: Workspace, name: str, language: str, fields: dict[str, object]) -> Written:
    from cobranza_rules.mail.html_text import html_to_text

    subject, page = workspace.templates.notice(name, language).render(fields)
    return Written(subject, html_to_text(page), page)


def _confirm(keeper: Bookkeeper, workspace: Workspace, one: Due, outcome: str, states: Counter[str]) -> None:
    row = keeper.session.get_one(ActionRow, one.action_id)
    keeper.session.get_one(StepRow, one.step_id).confirmed_at = keeper.known_at
    told = joined(word(role) for role in (one.step.to, *one.step.cc))
    about = [
        word(item.number) if one.action.subject != "invoice" else Sentence("{number}", {"number": item.number}) for item in one.action.items
    ]
    data = {"rule": one.action.rule_id, "told": told.as_json(), "about": joined(about).as_json(), "outcome": outcome}
    if one.action.subject != Scope.DEPOSIT:  # Whose it is nobody knows: it is in no customer's case file.
        keeper.note(row.customer_id, "people_told", workspace.clock.today(), data)
    reason = (
        _("{people} told", people=told)
        if outcome == SENT
        else _("{people} not told for certain: {state}", people=told, state=word(outcome))
    )
    states[row.state] -= 1
    go_on(keeper, workspace, row, reason)
    states[row.state] += 1
