"""An answer to a mail that asks somebody to decide: it decides each approval at most once, for what that mail showed, or nothing at all.

Everything has to be beyond doubt: that the mail is ours, that its recipient answers, that our own mail server vouches for him, and what he
says. Otherwise the answer waits in the inbox with the reason, and its author is told, where it is certain who that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.approval_requests import ANSWER_KIND, KIND
from cobranza_rules.dispatch.internal_mail import Written, write_internal
from cobranza_rules.dispatch.shown import must_be_whole
from cobranza_rules.domain.company import Company, Person
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.mail.approval_words import OwnTexts, Verdict, read_decisions
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.reply_token import APPROVAL, tokens_in_addresses
from cobranza_rules.plan.deciding import Decision, decide_approvals
from cobranza_rules.store.tables import (
    ApprovalAskedRow,
    ApprovalRequestRow,
    ApprovalRow,
    InternalMessageRow,
    ReceivedRow,
)
from cobranza_rules.workspace import Workspace

SUBJECT_TOKEN = re.compile(r"\[apr ([0-9]{1,18}-[a-zA-Z2-7]{16})\]")
# What mail programs put in by themselves; anything else may change what is agreed to.
HARMLESS = re.compile(
    r"image/|application/(?:x-)?pkcs7-signature|application/pgp-(?:signature|keys)|text/(?:x-)?vcard|text/plain|text/html"
)
MOST_TOLD = (
    3  # Times that somebody is told of an answer that decided nothing, for each request: programs that answer by themselves know no end
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The requests that a message answers, the newest first. With `direct` it answers the very mail, not one that refers to it."""

    requests: tuple[ApprovalRequestRow, ...]
    direct: bool
    doubts: tuple[Sentence, ...] = ()


def answered_requests(session: Session, workspace: Workspace, message: IncomingMessage) -> Answered | None:
    """None where the message has nothing to do with a request."""
    named = _by_references(session, message.references)
    in_address = tokens_in_addresses(workspace.settings.mail.address, message.to, APPROVAL)
    tokens = [*in_address, *SUBJECT_TOKEN.findall(message.subject.lower())]
    if not tokens:
        direct = bool(named) and named[0][0] == next(iter(message.references), "")
        return Answered(tuple(request for _id, request in named), direct) if named else None
    numbers = [workspace.token_key.number_of(APPROVAL, token) for token in dict.fromkeys(tokens)]
    found = [request for number in numbers if number is not None and (request := session.get(ApprovalRequestRow, number)) is not None]
    if len(numbers) != 1 or len(found) != 1:
        return Answered((), direct=False, doubts=(_("the token in its subject or address is not one of ours"),))
    others = {request.id for _id, request in named} - {found[0].id}
    if others and found[0].id not in {request.id for _id, request in named}:
        return Answered((), direct=False, doubts=(_("its subject and what it answers are two different requests"),))
    return Answered((found[0],), direct=True)


def _by_references(session: Session, references: Sequence[str]) -> list[tuple[str, ApprovalRequestRow]]:
    query = (
        select(InternalMessageRow.message_id, ApprovalRequestRow)
        .join(ApprovalRequestRow, ApprovalRequestRow.message_id == InternalMessageRow.id)
        .where(InternalMessageRow.kind == KIND, InternalMessageRow.message_id.in_(list(references)))
    )
    found = {row.message_id: row[1] for row in session.execute(query)}
    return [(message_id, found[message_id]) for message_id in dict.fromkeys(references) if message_id in found]


def take_answer(keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, message: IncomingMessage, answered: Answered) -> None:
    """Decides what the answer decides, in the transaction that takes the message in: a second copy of it finds everything decided."""
    strangers = list(answered.doubts) or _about_its_author(row, answered)
    if strangers:
        _to_the_inbox(row, strangers)
        return
    asked = _asked(keeper.session, answered.requests)
    read = read_decisions(
        message.new_text, {one.id for one in asked}, own_texts(workspace.company), whole=answered.direct and len(answered.requests) == 1
    )
    doubts = [*_files(message), *read.doubts]
    done, refused = ([], []) if doubts else _decide(keeper, workspace, row, asked, read.verdicts)
    if done:
        row.state, row.decided_by, row.doubtful = "settled", row.sender, False
        row.facts = {"approvals": done}
        row.doubts = [each.as_json() for each in refused]
    else:
        _to_the_inbox(row, doubts or refused)
    if doubts or refused:
        _tell(keeper, workspace, row, answered, done, doubts or refused)


def _about_its_author(row: ReceivedRow, answered: Answered) -> list[Sentence]:
    recipients = {request.recipient.lower() for request in answered.requests}
    found = []
    if recipients != {row.sender.lower()}:
        found.append(
            _("it comes from {sender}, and {recipient} was asked", sender=row.sender or "-", recipient=", ".join(sorted(recipients)))
        )
    if not row.sender_authenticated:
        found.append(_("our mail server does not vouch for its sender"))
    return found


def _to_the_inbox(row: ReceivedRow, doubts: Iterable[Sentence]) -> None:
    row.state, row.doubtful = "open", True
    row.doubts = [doubt.as_json() for doubt in doubts]


def _files(message: IncomingMessage) -> list[Sentence]:
    names = [each.name for each in message.attachments if not HARMLESS.match(each.media_type)]
    return [_("it carries files, and may mean them: {names}", names=", ".join(names))] if names else []


def _asked(session: Session, requests: Iterable[ApprovalRequestRow]) -> list[ApprovalRow]:
    """What those mails asked for, as it stands now; never anything that they did not show."""
    query = (
        select(ApprovalRow)
        .join(ApprovalAskedRow, ApprovalAskedRow.approval_id == ApprovalRow.id)
        .where(ApprovalAskedRow.request_id.in_([request.id for request in requests]), ApprovalAskedRow.shown == ApprovalRow.shown)
    )
    return list(dict.fromkeys(session.scalars(query.order_by(ApprovalRow.id))))


def _decide(
    keeper: Bookkeeper, workspace: Workspace, row: ReceivedRow, asked: Sequence[ApprovalRow], verdicts: dict[int, Verdict]
) -> tuple[list[int], list[Sentence]]:
    """The numbers that were decided, and of the others why they were not."""
    roles = {one.id: one.role for one in asked}
    done: list[int] = []
    refused: list[Sentence] = []
    for number, verdict in verdicts.items():
        person = _who(workspace.company, roles[number], row.sender)
        if person is None:
            refused.append(_("approval {id} is for {role} now", id=number, role=word(roles[number])))
            continue
        decision = Decision(person, verdict.agreed, verdict.reason, source=row.raw)
        one, problems = decide_approvals(keeper, [number], decision, workspace.clock.today(), partial(must_be_whole, workspace))
        done += one
        refused += [problem.what for problem in problems]
    return done, refused


def _who(company: Company, role: str, address: str) -> Person | None:
    """One address may stand for several roles."""
    person = company.person(role)
    return person if person is not None and person.email.lower() == address.lower() else None


def own_texts(company: Company) -> OwnTexts:
    texts = [company.name, company.address, company.email, company.website]
    return OwnTexts.of([*texts, *(text for each in company.people for text in (each.name, each.title, each.title_en, each.email) if text)])


def _tell(
    keeper: Bookkeeper,
    workspace: Workspace,
    row: ReceivedRow,
    answered: Answered,
    done: Sequence[int],
    reasons: Sequence[Sentence],
) -> None:
    """Its author, who is certain by now, hears what his answer did not decide; as an answer to him that goes on from the request."""
    request = answered.requests[0]
    told = select(InternalMessageRow.id).where(
        InternalMessageRow.kind == ANSWER_KIND, InternalMessageRow.key.like(f"{request.id}:%"), InternalMessageRow.recipient == row.sender
    )
    if len(list(keeper.session.scalars(told))) >= MOST_TOLD:
        return
    translate = translator(workspace.settings.language)
    written = _written(workspace, keeper.session, answered, done, [reason.text(translate) for reason in reasons])
    write_internal(keeper.session, workspace, ANSWER_KIND, f"{request.id}:{row.id}", row.sender, (), written)


def _written(workspace: Workspace, session: Session, answered: Answered, done: Sequence[int], reasons: Sequence[str]) -> Written:
    from cobranza_rules.dispatch.approval_page import answer_page
    from cobranza_rules.mail.html_text import html_to_text

    message_ids = [
        session.get_one(InternalMessageRow, request.message_id).message_id
        for request in reversed(answered.requests)
        if request.message_id is not None
    ]
    subject, html = answer_page(
        workspace.company, list(done), reasons, workspace.settings.language, translator(workspace.settings.language)
    )
    return Written(subject, html_to_text(html), html, references=tuple(message_ids))
