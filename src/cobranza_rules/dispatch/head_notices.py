"""The hash at the head of the case file's chain goes out of the house once a day: who rewrites the whole chain cannot rewrite that mail.

It is a message of its own and no part of the digest: it goes to whoever keeps it, outside the company too, and says nothing of any customer.
"""

from __future__ import annotations

import datetime as dt
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.kept_heads import head_line
from cobranza_rules.catalogue import translator
from cobranza_rules.dispatch.internal_mail import READY, Written, send_internal, state_of_internal
from cobranza_rules.language import _
from cobranza_rules.store.tables import CaseEventRow
from cobranza_rules.workspace import Workspace

KIND = "chain_head"


def send_heads(workspace: Workspace) -> dict[str, str]:
    """Addresses to the state in which the head of today is left; empty where none is due. The first run of a day sends it.

    Raises ProblemError where the sink is not fit.
    """
    today = workspace.clock.today()
    with workspace.database.reading() as session:
        key = today.isoformat()
        due = [to for to in workspace.settings.evidence.heads_to if state_of_internal(session, KIND, key, to) in (None, READY)]
        head = head_of(session) if due else None
    if head is None:
        return {}
    written = _written(workspace, today, *head)
    return {to: send_internal(workspace, KIND, key, to, written) for to in due}


def head_of(session: Session) -> tuple[int, str] | None:
    """The number and the hash of the last event; None where there is none yet."""
    last = session.execute(select(CaseEventRow.seq, CaseEventRow.hash).order_by(CaseEventRow.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last is not None else None


def _written(workspace: Workspace, today: dt.date, seq: int, digest: str) -> Written:
    translate = translator(workspace.settings.language)
    subject = _("{company}: head of the case files on {day}", company=workspace.company.name, day=today).text(translate)
    said = _(
        "Keep this message. It proves later that no event up to number {seq} was changed: cobranza case verify --head FILE, with this message as the file.",
        seq=seq,
    ).text(translate)
    line = head_line(today, seq, digest)
    page = f"<!DOCTYPE html>\n<html><body><p>{escape(said)}</p><pre>{escape(line)}</pre></body></html>\n"
    return Written(subject, f"{said}\n\n{line}\n", page)
