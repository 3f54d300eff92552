"""What `cobranza outbox show` tells of a message: its recipients, its attempts, what was reported of it, and its course in the case file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.timeline import TimelineEvent, timeline
from cobranza_rules.cli.screen import Screen
from cobranza_rules.dispatch.looking_up import FOUND, NOT_FOUND, UNAVAILABLE
from cobranza_rules.dispatch.outbox import STANDINGS, STATE_WORDS, Entry, attempts_of
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.plan.states import State
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AttemptRow, MessageReportRow
from cobranza_rules.workspace import Workspace

OUTCOMES = {
    "sending": N_("under way"),
    "sent": N_("the server took it"),
    "postponed": N_("not taken yet"),
    "refused": N_("refused"),
    "uncertain": N_("left or not"),
    "not_left": N_("did not leave"),
}
LOOKUPS = {
    FOUND: N_("Archive mailbox: a copy is there (looked {times} times, last at {at})"),
    NOT_FOUND: N_("Archive mailbox: no copy is there (looked {times} times, last at {at})"),
    UNAVAILABLE: N_("Archive mailbox: it could not be searched (tried {times} times, last at {at})"),
}


def shown_in_lines(session: Session, found: Entry, zone: dt.tzinfo) -> Iterator[Sentence]:
    row, out = found.row, found.outgoing
    yield _(
        "Message {id}: {rule} to {customer}, planned on {day}",
        id=row.id,
        rule=word(row.rule_id),
        customer=found.customer,
        day=row.planned_on,
    )
    state = word(STATE_WORDS[State(row.state)])
    yield _("State: {state}; {reason}", state=state, reason=Sentence.from_json(row.reason))
    if (waits := found.waits_for(zone)) is not None:
        yield _("Waits for: {what}", what=waits)
    if found.action.invoices:
        yield _("About: {invoices}", invoices=", ".join(found.action.invoices))
    if out is None:
        yield _("Not written yet. To {to}; copies to {cc}", to=_listed(found.action.recipients), cc=_listed(found.action.copies))
    else:
        yield _("Subject: {subject}", subject=out.subject)
        yield _("Message-ID: {message_id}", message_id=out.message_id)
        yield _("Bytes: SHA-256 {digest}", digest=out.raw)
        yield from _recipients(found)
        yield from _attempts(session, found, zone)
        yield from _reports(session, found)
        if out.lookup is not None and out.looked_up_at is not None:
            said = {"times": out.lookup["times"], "at": _at(out.looked_up_at, zone)}
            yield Sentence(LOOKUPS[out.lookup["outcome"]], said)
    yield _("Course:")
    for event in course(session, found):
        yield _("  {at}  {what}", at=_at(event.known_at, zone), what=event.sentence)


def _listed(addresses: tuple[str, ...]) -> str:
    return ", ".join(addresses) or "-"


def _at(instant: dt.datetime, zone: dt.tzinfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _recipients(found: Entry) -> Iterator[Sentence]:
    assert found.outgoing is not None
    yield _("Recipients:")
    for one in found.recipients:
        kind = "To" if one.address in found.outgoing.recipients else "Cc"
        answer = _(": {answer}", answer=one.answer) if one.answer else ""
        yield _(
            "  {kind} {address}: {standing}{answer}", kind=kind, address=one.address, standing=word(STANDINGS[one.standing]), answer=answer
        )


def _attempts(session: Session, found: Entry, zone: dt.tzinfo) -> Iterator[Sentence]:
    for number, row in enumerate(attempts_of(session, found), start=1):
        said = [word(OUTCOMES[row.outcome]), *([word(row.phase)] if row.phase else []), *([word(row.detail)] if row.detail else [])]
        yield _("Attempt {number}, {at}: {said}", number=number, at=_at(row.began_at, zone), said=joined(said))


def _reports(session: Session, found: Entry) -> Iterator[Sentence]:
    for row in _reported(session, found):
        yield _("Reported for {recipient}: {what} (no acknowledgement of receipt)", recipient=row.recipient or "-", what=word(row.what))


def _reported(session: Session, found: Entry) -> list[MessageReportRow]:
    if found.outgoing is None:
        return []
    query = select(MessageReportRow).where(MessageReportRow.outgoing_id == found.outgoing.id).order_by(MessageReportRow.id)
    return list(session.scalars(query))


def course(session: Session, found: Entry) -> list[TimelineEvent]:
    """What the case file says of this action, and of nothing else."""
    return [
        event
        for event in timeline(session, found.row.customer_id)
        if event.data.get("action") == found.row.id and event.kind not in ENTRIES
    ]


# Of invoices, which the message's own events have said already
ENTRIES = frozenset({"delivered", "rung_sent", "task_opened"})


def shown_as_json(session: Session, found: Entry, screen: Screen) -> dict[str, Any]:
    return {
        "invoices": list(found.action.invoices),
        "recipients": [{"address": one.address, "standing": one.standing.value, "answer": one.answer} for one in found.recipients],
        "tries": [_attempt_json(row) for row in attempts_of(session, found)],
        "reports": [{"recipient": row.recipient, "what": row.what} for row in _reported(session, found)],
        "lookup": _lookup_json(found),
        "course": [
            {"at": event.known_at.isoformat(), "kind": event.kind, "text": screen.text(event.sentence)} for event in course(session, found)
        ],
    }


def _attempt_json(row: AttemptRow) -> dict[str, Any]:
    return {
        "at": row.began_at.isoformat(),
        "recipients": list(row.recipients),
        "outcome": row.outcome,
        "phase": row.phase,
        "detail": row.detail,
        "answers": [{"address": address, "answer": answer} for address, answer in row.answers.items()],
    }


def _lookup_json(found: Entry) -> dict[str, Any] | None:
    out = found.outgoing
    if out is None or out.lookup is None or out.looked_up_at is None:
        return None
    return {"outcome": out.lookup["outcome"], "times": out.lookup["times"], "at": out.looked_up_at.isoformat()}


def write_mail(workspace: Workspace, found: Entry, output: Path) -> None:
    """The very bytes that leave or have left. Raises ProblemError where there are none yet, or the file cannot be written."""
    if found.outgoing is None:
        what = _("message {id} is not written yet", id=found.row.id)
        raise ProblemError([Problem(what, _("'cobranza approvals list' shows the drafts of what waits to be agreed to"))])
    try:
        output.write_bytes(workspace.archive.get(found.outgoing.raw))
    except OSError as error:
        what = _("the file cannot be written: {detail}", detail=error.strerror or str(error))
        raise ProblemError([Problem(what, _("give another file with -o"), str(output))]) from None
