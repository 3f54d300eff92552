"""The bank's deposits that confirm cheques, and cheques that the bank gives back: looked for as soon as either has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Integer, cast, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_book import as_cheque, tie
from cobranza_rules.booking.cheque_payments import agree_with_others
from cobranza_rules.booking.deposit_columns import BANK
from cobranza_rules.booking.deposit_reading import Payers, deposits_of, in_pieces
from cobranza_rules.booking.deposit_shares import payments_of
from cobranza_rules.cash.cheques import Candidate, confirmed_by
from cobranza_rules.cash.deposit import Level, Policy
from cobranza_rules.domain.bank import LineKind, LineState
from cobranza_rules.domain.cheque import ChequeState
from cobranza_rules.store.tables import BankLineRow, ChequeRow, EvidenceRow


def follow_cheques(keeper: Bookkeeper, policy: Policy, today: dt.date) -> None:
    """Cheques that nothing of the bank confirms yet are held against deposits that people have not decided. Before deposits are decided."""
    if keeper.session.scalar(select(ChequeRow.id).limit(1)) is None:
        return
    unconfirmed = (ChequeRow.line_id.is_(None), ChequeRow.state != ChequeState.RETURNED.value)
    waiting = list(keeper.session.scalars(select(ChequeRow).where(*unconfirmed).order_by(ChequeRow.id)))
    _tie_joined(keeper, waiting)
    left = {row.id: row for row in waiting if row.line_id is None}
    lines = {line.id: line for line in _lines_over(keeper, list(left.values()))}
    for cheque, line in confirmed_by([as_cheque(keeper, row) for row in left.values()], _candidates(keeper, list(lines.values()))).items():
        tie(keeper, left[cheque], lines[line])
        keeper.changed_payments.update(payment.id for payment in payments_of(keeper, line))  # What it pays is decided anew.
    keeper.session.flush()
    agree_with_others(keeper, policy, today)


def _tie_joined(keeper: Bookkeeper, rows: Sequence[ChequeRow]) -> None:
    """A deposit that was found to be the payment which a person has confirmed is that cheque."""
    for row in rows:
        if row.payment_id is not None:
            of_it = select(cast(EvidenceRow.source, Integer)).where(EvidenceRow.kind == BANK, EvidenceRow.payment_id == row.payment_id)
            if (line := keeper.session.scalar(of_it.order_by(EvidenceRow.id).limit(1))) is not None:
                tie(keeper, row, keeper.session.get_one(BankLineRow, line))


def _lines_over(keeper: Bookkeeper, rows: Sequence[ChequeRow]) -> list[BankLineRow]:
    """Deposits over one of their amounts that are no cheque's yet."""
    tied = select(ChequeRow.line_id).where(ChequeRow.line_id.is_not(None))
    states = (LineState.OPEN.value, LineState.APPLIED.value, LineState.PART_APPLIED.value)
    found: list[BankLineRow] = []
    for some in in_pieces({row.minor for row in rows}):
        query = select(BankLineRow).where(BankLineRow.minor.in_(some), BankLineRow.state.in_(states), BankLineRow.id.not_in(tied))
        found += keeper.session.scalars(query.where(BankLineRow.settled_by != Level.PERSON.value).order_by(BankLineRow.id))
    return found


def _candidates(keeper: Bookkeeper, lines: Sequence[BankLineRow]) -> list[Candidate]:
    deposits = deposits_of(keeper, lines, Payers())
    return [Candidate(each, line.account, line.kind == LineKind.CHEQUE.value) for each, line in zip(deposits, lines, strict=True)]
