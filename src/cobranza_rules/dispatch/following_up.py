"""The same bytes once more, for those alone whose server could not take them yet when the message left for others.

The message has left: its rung counts, and nothing is decided anew. It is given up, and the case file says why, as soon as what it says no longer
holds: a demand that has been paid must not come late.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.dispatch.leaving import KeptBack, Leaving
from cobranza_rules.dispatch.pacing import given_up
from cobranza_rules.dispatch.sending import mark_addresses, permanent
from cobranza_rules.dispatch.still_to_get import leave_open, put_off, recipients_of, said_now
from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.message import Delivery, DeliveryReport
from cobranza_rules.plan.ledger import planned
from cobranza_rules.store import attempts
from cobranza_rules.store.tables import ActionRow, OutgoingRow, ReceivedRow
from cobranza_rules.workspace import Workspace

UNREACHABLE = "recipient-unreachable"


@dataclass(frozen=True, slots=True)
class _Intended:
    """Bytes for those alone who are still to get them."""

    raw: bytes
    recipients: tuple[str, ...]


def follow_up_all(workspace: Workspace, leaving: Leaving) -> list[KeptBack]:
    """What kept single messages back. In shadow mode nothing is carried out, so that this is not called."""
    query = select(OutgoingRow.id).where(OutgoingRow.state == "sent", OutgoingRow.next_try_at.is_not(None)).order_by(OutgoingRow.id)
    with workspace.database.reading() as session:
        found = session.scalars(query).all()
    if not found or not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return []
    return [kept for outgoing_id in found if (kept := _follow_up(workspace, leaving, outgoing_id)) is not None]


def _follow_up(workspace: Workspace, leaving: Leaving, outgoing_id: int) -> KeptBack | None:
    sink = workspace.sink
    intended = _intend(workspace, leaving, outgoing_id)
    if not isinstance(intended, _Intended):
        return intended
    report = sink.deliver(intended.raw, workspace.settings.mail.address, intended.recipients, intended.recipients)
    with workspace.database.writing() as session:
        note_followed_up(Bookkeeper(session, workspace.clock.now()), workspace, outgoing_id, report)
    leaving.note(report)
    return None


def _intend(workspace: Workspace, leaving: Leaving, outgoing_id: int) -> _Intended | KeptBack | None:
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        outgoing = session.get_one(OutgoingRow, outgoing_id)
        row = session.get_one(ActionRow, outgoing.action_id)
        waiting = put_off(recipients_of(keeper, outgoing))
        if (reason := _why_given_up(keeper, workspace, row, outgoing)) is not None or not waiting:
            _give_up(keeper, workspace, row, outgoing, waiting, reason)
            return None
        if _has_written(keeper, row.customer_id):  # What he says may be that it is settled.
            return None
        if (kept := leaving.kept_back(outgoing, paused=leaving.paused(session))) is not None:
            return kept
        raw = workspace.archive.get(outgoing.raw)
        attempts.begin(session, outgoing, waiting, keeper.known_at)
        return _Intended(raw, waiting)


def _why_given_up(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow) -> Sentence | None:
    out = workspace.settings.mail.out
    if outgoing.said != said_now(keeper, workspace, row):
        return _("what it says has changed since it left for the others")
    tried = attempts.of_message(keeper.session, outgoing.id)
    if given_up(tried[0].counted_at if tried else None, keeper.known_at, out.give_up_days):
        since = tried[0].began_at.astimezone(ZoneInfo(workspace.settings.timezone)).date()
        return _("the server has put them off since {day}", day=since)
    return None


def _has_written(keeper: Bookkeeper, customer_id: int) -> bool:
    query = select(ReceivedRow.id).where(ReceivedRow.customer_id == customer_id, ReceivedRow.state == "open")
    return keeper.session.scalar(query.limit(1)) is not None


def _give_up(
    keeper: Bookkeeper, workspace: Workspace, row: ActionRow, outgoing: OutgoingRow, waiting: tuple[str, ...], reason: Sentence | None
) -> None:
    outgoing.next_try_at, outgoing.said = None, None
    if not waiting or reason is None:
        return
    today = workspace.clock.today()
    told = {"action": row.id, "rule": row.rule_id, "recipients": list(waiting), "reason": reason.as_json()}
    keeper.note(row.customer_id, "recipients_given_up", today, told)
    detail = {"action": row.id, "address": ", ".join(waiting), "detail": str(reason)}
    open_task(keeper, UNREACHABLE, row.customer_id, "collections_analyst", today, planned(row).invoice_ids, detail)


def note_followed_up(keeper: Bookkeeper, workspace: Workspace, outgoing_id: int, report: DeliveryReport) -> None:
    outgoing = keeper.session.get_one(OutgoingRow, outgoing_id)
    row = keeper.session.get_one(ActionRow, outgoing.action_id)
    today = workspace.clock.today()
    if (attempt := attempts.begun(keeper.session, [outgoing.id]).get(outgoing.id)) is not None:
        attempts.complete(attempt, report.outcome, report.phase, report.detail, dict(report.refused))
    if report.outcome is Delivery.SENT:
        refused = dict(report.refused)
        got = [one for one in _attempted(keeper, outgoing) if one not in refused]
        keeper.note(row.customer_id, "recipients_followed_up", today, {"action": row.id, "rule": row.rule_id, "recipients": got})
    mark_addresses(keeper, row.customer_id, permanent(report.refused), today)
    if report.outcome is Delivery.POSTPONED and report.phase in attempts.UNHEARD:
        return  # Nothing was said of anybody: it waits for the server as all others do.
    leave_open(keeper, workspace, row, outgoing)


def _attempted(keeper: Bookkeeper, outgoing: OutgoingRow) -> list[str]:
    return [str(address) for address in attempts.of_message(keeper.session, outgoing.id)[-1].recipients]


def settle_interrupted_follow_ups(workspace: Workspace) -> int:
    """Those that were on the wire when the program was stopped. A message has left for others already, so no sink and no archive can tell."""
    query = select(OutgoingRow.id).where(OutgoingRow.state == "sent", attempts.under_way())
    with workspace.database.reading() as session:
        found = session.scalars(query).all()
    said = "the program was stopped while the message was on the wire"
    for outgoing_id in found:
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            note_followed_up(keeper, workspace, outgoing_id, DeliveryReport(Delivery.UNCERTAIN, "interrupted", said))
    return len(found)
