"""Whoever has to agree is asked by mail, with the documents as they will leave: what waits new for one person goes in one mail.

The mail is in the archive, and the approvals that it asks for are bound to it with what it shows of each, in one transaction before the wire
is touched. Its token names the request; it stands in the subject and, as a hash, in the Message-ID, and only this workspace can write it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.approval_page import Asked, written_request
from cobranza_rules.dispatch.askings import last_askings
from cobranza_rules.dispatch.internal_mail import READY, deliver_internal, write_internal
from cobranza_rules.dispatch.last_look import reader_of
from cobranza_rules.dispatch.mail_size import BASE64, MB
from cobranza_rules.dispatch.rendering import MEMO
from cobranza_rules.dispatch.shown import MESSAGE, shown_of
from cobranza_rules.domain.company import Person
from cobranza_rules.language import Sentence
from cobranza_rules.mail.message import Attachment
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.mail.reply_token import APPROVAL, reply_address
from cobranza_rules.plan.ageing import ages_of
from cobranza_rules.plan.deciding import passed_to, waiting_approvals
from cobranza_rules.plan.ledger import planned
from cobranza_rules.plan.looking import look_at
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.gates import SIGN
from cobranza_rules.rules.native import NativeEngine
from cobranza_rules.rules.still_planned import Prospect
from cobranza_rules.store.tables import ActionRow, ApprovalAskedRow, ApprovalRequestRow, ApprovalRow, CustomerRow, InternalMessageRow
from cobranza_rules.workspace import Workspace

KIND, ANSWER_KIND = "approval", "approval-answer"
MOST = 25  # Documents of one mail: more are not read
ROOM = 0.9  # Of the size that servers take, for attachments: text and headers need some, too
LONGEST_NAME = 120


def ask_by_mail(workspace: Workspace) -> list[Problem]:
    """What kept requests from going out. On a day off, and in shadow mode, nobody is asked."""
    problems: list[Problem] = []
    if workspace.settings.mode != "shadow" and workspace.rules.calendar.is_workday(workspace.clock.today()):
        for person, asked in _unasked(workspace):
            try:
                for part in _parts(asked, workspace.settings.mail.largest_mb):
                    _write(workspace, person, part)
            except ProblemError as error:
                problems += [problem for problem in error.problems if problem not in problems]
    return problems + [problem for problem in deliver_ready(workspace, KIND, ANSWER_KIND) if problem not in problems]


def deliver_ready(workspace: Workspace, *kinds: str) -> list[Problem]:
    problems: list[Problem] = []
    with workspace.database.reading() as session:
        ready = select(InternalMessageRow.id).where(InternalMessageRow.kind.in_(kinds), InternalMessageRow.state == READY)
        messages = list(session.scalars(ready.order_by(InternalMessageRow.id)))
    for message_id in messages:
        try:
            deliver_internal(workspace, message_id)
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    return problems


def asks_by_mail(workspace: Workspace, approval: ApprovalRow) -> Person | None:
    """Who is asked for it by mail; None where nobody is."""
    settings = workspace.settings
    wanted = approval.gate == SIGN if settings.approvals.by_mail is None else approval.role in settings.approvals.by_mail
    if not wanted or not settings.answers_are_trusted:
        return None
    person = workspace.company.person(approval.role)
    return person if person is not None and person.email else None


def _unasked(workspace: Workspace) -> list[tuple[Person, list[Asked]]]:
    """What those who decide were not asked for yet, by person. What the next run would call off is not asked for."""
    found: dict[Person, list[Asked]] = defaultdict(list)
    today, zone = workspace.clock.today(), ZoneInfo(workspace.settings.timezone)
    with workspace.database.reading() as session:
        before = last_askings(session)
        new = [
            (approval, action, person)
            for approval, action in waiting_approvals(session)
            if (person := asks_by_mail(workspace, approval)) is not None
            and ((asking := before.get(approval.id)) is None or not asking.counts_for(person, today, zone))
        ]
        if not new:
            return []
        keeper = Bookkeeper(session, workspace.clock.now())
        actions = {action.id: planned(action) for _approval, action, _person in new}
        looks = look_at(reader_of(keeper, workspace), NativeEngine(workspace.rules.conditions()), list(actions.items()))
        for approval, action, person in new:
            look = looks[action.id]
            if look.prospect is not Prospect.CALLED_OFF and approval.shown and passed_to(session, approval) is None:
                found[person].append(_asked(session, workspace, approval, action, look.sentence))
    return list(found.items())


def _asked(session: Session, workspace: Workspace, approval: ApprovalRow, action: ActionRow, beware: Sentence | None) -> Asked:
    plan = planned(action)
    customer = session.get_one(CustomerRow, action.customer_id)
    ages = ages_of(session, workspace.rules.calendar)
    files = [file for file in shown_of(workspace, approval.shown).files if file.kind not in (MESSAGE, MEMO)]
    wanted = {kind for step in plan.steps for kind in step.attach}
    attachments = tuple(
        Attachment(_named(approval.id, file.name), file.media_type, workspace.archive.get(file.digest))
        for file in files
        if file.kind != "letter_word" or file.kind in wanted
    )
    subject, text = _message(workspace, approval.shown)
    return Asked(
        number=approval.id,
        action_id=action.id,
        customer_id=action.customer_id,
        shown=approval.shown,
        gate=approval.gate,
        customer=customer.code or customer.rfc,
        customer_name=customer.name,
        plan=plan,
        since=ages.since(approval),
        workdays=ages.workdays(approval, workspace.clock.today()),
        beware=beware,
        subject=subject,
        text=text,
        attachments=attachments,
    )


def _named(number: int, name: str) -> str:
    """The number first, so that whoever answers sees which document is which."""
    path = PurePath(name)
    return f"{number} {path.stem[:LONGEST_NAME]}{path.suffix}"


def _message(workspace: Workspace, shown: str) -> tuple[str, str]:
    """Subject and text of the message that would leave; empty where it is carried by hand."""
    message = next((file for file in shown_of(workspace, shown).files if file.kind == MESSAGE), None)
    if message is None:
        return "", ""
    parsed = parse_message(workspace.archive.get(message.digest))
    return parsed.subject, parsed.text


def _parts(asked: Sequence[Asked], largest_mb: int) -> Iterator[list[Asked]]:
    """As many as fit into a mail; one that fits into none is asked for without its documents, and not by mail."""
    room = largest_mb * MB * ROOM
    part: list[Asked] = []
    taken = 0.0
    for one in asked:
        size = sum(len(each.content) for each in one.attachments) * BASE64 + len(one.text) * 4
        if size > room:
            continue
        if part and (taken + size > room or len(part) == MOST):
            yield part
            part, taken = [], 0.0
        part.append(one)
        taken += size
    if part:
        yield part


def _write(workspace: Workspace, person: Person, part: Sequence[Asked]) -> None:
    language = workspace.settings.language
    analyst = workspace.company.person("collections_analyst")
    with workspace.database.writing() as session:
        request = ApprovalRequestRow(recipient=person.email, message_id=None)
        session.add(request)
        session.flush()
        attachments = tuple(each for one in part for each in one.attachments)
        token = workspace.token_key.token(APPROVAL, request.id)
        written = written_request(part, workspace.company, person, analyst, token, workspace.clock.today(), language, translator(language))
        if (mail := workspace.settings.mail).reply_tokens:
            written = replace(written, reply_to=reply_address(workspace.token_key, mail.address, request.id, APPROVAL))
        request.message_id = write_internal(session, workspace, KIND, token, person.email, (), written, attachments)
        session.add_all(ApprovalAskedRow(request_id=request.id, approval_id=one.number, shown=one.shown) for one in part)
        _note(Bookkeeper(session, workspace.clock.now()), workspace, person, part)


def _note(keeper: Bookkeeper, workspace: Workspace, person: Person, part: Iterable[Asked]) -> None:
    for one in part:
        data = {"action": one.action_id, "rule": one.plan.rule_id, "approval": one.number, "to": person.email, "shown": one.shown}
        keeper.note(one.customer_id, "approval_asked", workspace.clock.today(), data)


def requests_for(session: Session, approval_ids: Iterable[int], recipient: str) -> tuple[str, ...]:
    """Message ids of the mails that ask this person for these approvals, oldest first: a reminder goes on from them."""
    query = (
        select(InternalMessageRow.message_id)
        .join(ApprovalRequestRow, ApprovalRequestRow.message_id == InternalMessageRow.id)
        .join(ApprovalAskedRow, ApprovalAskedRow.request_id == ApprovalRequestRow.id)
        .where(ApprovalAskedRow.approval_id.in_(list(approval_ids)), ApprovalRequestRow.recipient == recipient)
        .order_by(ApprovalRequestRow.id)
    )
    return tuple(dict.fromkeys(session.scalars(query)))
