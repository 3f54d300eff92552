"""Packets for Accounting on their way: what rules put into them is gathered a day and currency, written, and sent once.

The papers are in the archive, and the packet, its lines and its mail in the database, in one transaction before the wire is touched. What
breaks off in between leaves a packet that is prepared, and the next run sends its mail with the bytes that it was written with.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.accounting_packets import Papers, next_sequence, packet_numbered, taken_members, write_packet
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.packet_lines import Member, lines_of, must_equal_the_ledger
from cobranza_rules.dispatch.due_steps import DueStep, confirm_step, due_steps
from cobranza_rules.dispatch.internal_mail import READY, SENT, deliver_internal
from cobranza_rules.dispatch.packet_mail import write_packet_mail
from cobranza_rules.dispatch.packet_papers import Made, papers_of
from cobranza_rules.domain.accounting import Packet, PacketState, said_of
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _, word
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AccountingPacketRow, DiscountRow, InternalMessageRow, PaymentRow
from cobranza_rules.workspace import Workspace


def send_packets(workspace: Workspace, states: Counter[str]) -> list[Problem]:
    """What kept packets from going out. `states` counts actions by the state in which they were left, and is kept true."""
    problems: list[Problem] = []
    if not workspace.rules.calendar.is_workday(workspace.clock.today()):
        return problems
    with workspace.database.reading() as session:
        groups = _grouped(session)
    for (day, currency), steps in groups.items():
        try:
            _write(workspace, day, currency, steps)
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    problems += [problem for problem in deliver_packets(workspace) if problem not in problems]
    _confirm(workspace, states)
    states += Counter()  # States that none is left in are not shown.
    return problems


def _grouped(session: Session) -> dict[tuple[dt.date, str], list[DueStep]]:
    """Steps that no mail has yet, by the day and currency of what they are about."""
    found: dict[tuple[dt.date, str], list[DueStep]] = defaultdict(list)
    for one in due_steps(session, Packet.ACCOUNTING.value):
        if one.message_id is None:
            found[_day_of(session, one.member), one.action.currency].append(one)
    return dict(sorted(found.items()))


def _day_of(session: Session, member: Member) -> dt.date:
    subject, key = member
    return session.get_one(PaymentRow, key).paid_on if subject == Scope.PAYMENT else session.get_one(DiscountRow, key).taken_on


def _write(workspace: Workspace, day: dt.date, currency: str, steps: Sequence[DueStep]) -> None:
    members = [one.member for one in steps]
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        free = [member for member in members if member not in taken_members(keeper, members)]
        lines = lines_of(session, free, currency)
        if not lines:
            return
        must_equal_the_ledger(session, lines, currency)
        sequence = next_sequence(keeper, day, currency)
        made = papers_of(session, workspace, day, currency, lines, _label(sequence, 1))
        row = write_packet(keeper, day, currency, sequence, lines, kept(workspace, made))
        message_id = write_packet_mail(session, workspace, row, made, steps[0].step)
        inside = {(line["subject"], line["id"]) for line in lines}
        for one in steps:
            if one.member in inside:
                one.bind(session, message_id)


def _label(sequence: int, revision: int) -> str:
    return (f"-{sequence}" if sequence > 1 else "") + (f"-r{revision}" if revision > 1 else "")


def kept(workspace: Workspace, made: Made) -> Papers:
    return Papers(*(workspace.archive.put(content) for content in (made.relation, made.workbook, made.evidence)))


def deliver_packets(workspace: Workspace) -> list[Problem]:
    """The mails of packets that are prepared."""
    problems: list[Problem] = []
    prepared = select(AccountingPacketRow.id, AccountingPacketRow.message_id).where(
        AccountingPacketRow.state == PacketState.PREPARED.value, AccountingPacketRow.message_id.is_not(None)
    )
    with workspace.database.reading() as session:
        waiting = [(key, mail) for key, mail in session.execute(prepared.order_by(AccountingPacketRow.id)) if mail is not None]
    for packet_id, message_id in waiting:
        try:
            outcome = deliver_internal(workspace, message_id)
        except ProblemError as error:
            problems += [problem for problem in error.problems if problem not in problems]
            continue
        if outcome == SENT:
            with workspace.database.writing() as session:
                row = session.get_one(AccountingPacketRow, packet_id)
                row.state, row.sent_on = PacketState.SENT.value, workspace.clock.today()
    return problems


def _confirm(workspace: Workspace, states: Counter[str]) -> None:
    """Steps whose mail has left, or will not leave by itself any more; those of what is in no packet have nothing to wait for."""
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        for one in list(due_steps(session, Packet.ACCOUNTING.value)):
            if one.message_id is None:
                if taken_members(keeper, [one.member]) or not lines_of(session, [one.member], one.action.currency):
                    confirm_step(keeper, workspace, one, _("it is in a packet already, or does not stand any more"), states)
                continue
            state = session.get_one(InternalMessageRow, one.message_id).state
            if state != READY:
                told = word(one.step.to)
                reason = (
                    _("{people} told", people=told)
                    if state == SENT
                    else _("{people} not told for certain: {state}", people=told, state=word(state))
                )
                confirm_step(keeper, workspace, one, reason, states)


def renew(workspace: Workspace, number: int) -> AccountingPacketRow:
    """The next revision of a packet that was returned, or has not been answered: of what stands now. Raises ProblemError."""
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        before = packet_numbered(keeper, number)
        if before.state in (PacketState.ACCEPTED, PacketState.REPLACED):
            what = _("packet {id} is not written anew: it is {state}", id=number, state=said_of(before.state))
            raise ProblemError([Problem(what, _("'cobranza accounting list' shows those that may be"))])
        lines = lines_of(session, [*_members(before), *_left_over(keeper, before)], before.currency)
        if not lines:
            what = _("nothing of packet {id} stands any more", id=number)
            raise ProblemError([Problem(what, _("what was collected since goes in a packet of its own"))])
        must_equal_the_ledger(session, lines, before.currency)
        made = papers_of(session, workspace, before.day, before.currency, lines, _label(before.sequence, before.revision + 1))
        row = write_packet(keeper, before.day, before.currency, before.sequence, lines, kept(workspace, made), before)
        write_packet_mail(session, workspace, row, made, None)
        return row


def _members(row: AccountingPacketRow) -> list[Member]:
    return [(line["subject"], line["id"]) for line in row.lines]


def _left_over(keeper: Bookkeeper, before: AccountingPacketRow) -> list[Member]:
    """Discounts of that day and currency which no packet has: a correction often is one."""
    query = (
        select(DiscountRow.id).where(DiscountRow.taken_on == before.day, DiscountRow.currency == before.currency).order_by(DiscountRow.id)
    )
    found: list[Member] = [(Scope.DISCOUNT.value, key) for key in keeper.session.scalars(query)]
    return [member for member in found if member not in taken_members(keeper, found)]
