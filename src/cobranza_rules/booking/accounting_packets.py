"""Packets for Accounting in the book: written, answered once, and written anew as the next revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.packet_lines import Member, changes_between, totals_of
from cobranza_rules.domain.accounting import PacketState, said_of
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import AccountingPacketRow, PacketLineRow


@dataclass(frozen=True, slots=True)
class Papers:
    """Digests of what a packet consists of."""

    relation: str
    workbook: str
    evidence: str


def taken_members(keeper: Bookkeeper, members: Sequence[Member]) -> set[Member]:
    """Those that a packet has that stands."""
    query = select(PacketLineRow.subject, PacketLineRow.subject_id).where(PacketLineRow.live)
    found = {(subject, key) for subject, key in keeper.session.execute(query)}
    return found & set(members)


def next_sequence(keeper: Bookkeeper, day: dt.date, currency: str) -> int:
    of_day = (AccountingPacketRow.day == day, AccountingPacketRow.currency == currency)
    return int(keeper.session.scalar(select(func.max(AccountingPacketRow.sequence)).where(*of_day)) or 0) + 1


def write_packet(
    keeper: Bookkeeper,
    day: dt.date,
    currency: str,
    sequence: int,
    lines: Sequence[dict[str, Any]],
    papers: Papers,
    before: AccountingPacketRow | None = None,
) -> AccountingPacketRow:
    """A revision with these lines; the one `before` it is replaced, and says what has changed."""
    row = AccountingPacketRow(
        customer_id=lines[0]["customer_id"],
        day=day,
        currency=currency,
        sequence=sequence,
        revision=before.revision + 1 if before is not None else 1,
        state=PacketState.PREPARED.value,
        relation=papers.relation,
        workbook=papers.workbook,
        evidence=papers.evidence,
        totals=totals_of(lines).as_json(),
        lines=list(lines),
        changes=[change.as_json() for change in changed(before.lines, lines, currency)] if before is not None else [],
        message_id=None,
        known_at=keeper.known_at,
    )
    if before is not None:
        before.state = PacketState.REPLACED.value
        keeper.session.execute(update(PacketLineRow).where(PacketLineRow.packet_id == before.id).values(live=False))
    keeper.session.add(row)
    keeper.session.flush()
    keeper.session.add_all(PacketLineRow(packet_id=row.id, subject=line["subject"], subject_id=line["id"]) for line in lines)
    keeper.session.flush()
    return row


def changed(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]], currency: str) -> list[Sentence]:
    came, gone, other = changes_between(before, after)
    said = [_("new: {line}", line=_said(line, currency)) for line in came]
    said += [_("gone: {line}", line=_said(line, currency)) for line in gone]
    return said + [_("{before} is now {after}", before=_said(old, currency), after=_said(new, currency)) for old, new in other]


def _said(line: dict[str, Any], currency: str) -> Sentence:
    amount = Money(line["minor"], currency)
    if line["subject"] == "payment":
        invoices = ", ".join(f"{part['invoice']} {Money(part['minor'], currency)}" for part in line["parts"])
        return _("payment of {amount} by {customer} ({invoices})", amount=amount, customer=line["customer"], invoices=invoices)
    return _("discount of {amount} on {invoice} ({reason})", amount=amount, invoice=line["invoice"], reason=word(line["kind"]))


def packet_numbered(keeper: Bookkeeper, number: int) -> AccountingPacketRow:
    """Raises ProblemError where there is none."""
    row = keeper.session.get(AccountingPacketRow, number)
    if row is None:
        raise ProblemError([Problem(_("there is no packet {id}", id=number), _("'cobranza accounting list' shows them"))])
    return row


def accept(keeper: Bookkeeper, number: int, *, who: str, today: dt.date, source: str | None = None) -> AccountingPacketRow:
    """`source` is the digest of the message that says so. Raises ProblemError where it does not wait for an answer."""
    row = _unanswered(keeper, number)
    row.state, row.answered_by, row.answered_on, row.answer = PacketState.ACCEPTED.value, who, today, source
    return row


def give_back(keeper: Bookkeeper, number: int, *, who: str, reason: str, today: dt.date, source: str | None = None) -> AccountingPacketRow:
    """As `accept`; without a reason nobody could correct it."""
    row = _unanswered(keeper, number)
    if not reason.strip():
        raise ProblemError([Problem(_("a packet is returned with its reason"), _("say what is wrong with it"))])
    row.state, row.answered_by, row.answered_on, row.answer = PacketState.RETURNED.value, who, today, source
    row.reason = reason.strip()
    return row


def _unanswered(keeper: Bookkeeper, number: int) -> AccountingPacketRow:
    row = packet_numbered(keeper, number)
    if row.state not in (PacketState.SENT, PacketState.PREPARED):
        what = _("packet {id} waits for no answer: it is {state}", id=number, state=said_of(row.state))
        raise ProblemError([Problem(what, _("'cobranza accounting list' shows those that do"))])
    return row
