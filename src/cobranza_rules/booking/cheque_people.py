"""What people say of cheques: received, deposited, cleared, come back. Each is checked as a whole before anything is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_book import move, tie
from cobranza_rules.booking.cheque_naming import amounts_named, said_amount
from cobranza_rules.booking.cheque_payments import pay_by_cheque
from cobranza_rules.booking.deposit_naming import deposit_numbered
from cobranza_rules.booking.deposit_shares import Because
from cobranza_rules.booking.returned_deposits import give_cheque_back
from cobranza_rules.cash.deposit import Level, Policy
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.cheque import PENDING, ChequeState, waits_from
from cobranza_rules.domain.company import BankAccount, account_key
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BankLineRow, ChequeRow


@dataclass(frozen=True, slots=True)
class ReceivedCheque:
    """As it was written: `amount` in the currency of the invoices, `shares` amounts by invoice number or UUID, "" for as much as is owed and left.

    `document` is the digest of its picture, or "".
    """

    number: str
    bank: str
    drawer: str
    amount: str
    dated_on: dt.date
    received_on: dt.date
    received_by: str
    shares: Mapping[str, str]
    document: str = ""


def cheque_numbered(keeper: Bookkeeper, number: int) -> ChequeRow:
    """Raises ProblemError where there is none."""
    row = keeper.session.get(ChequeRow, number)
    if row is None:
        raise ProblemError([Problem(_("there is no cheque {id}", id=number), _("'cobranza cheque list --all' shows them"))])
    return row


def receive_cheque(keeper: Bookkeeper, said: ReceivedCheque, who: str, today: dt.date) -> ChequeRow:
    """Nothing is paid by it yet. Raises ProblemError with all that is wrong; then nothing is entered."""
    problems = _not_later(said.received_on, today)
    if not said.number.strip() or not said.bank.strip():
        problems.append(Problem(_("a cheque is told by its number and its bank"), _("give --number and --bank")))
    invoices = amounts_named(keeper, said.shares, problems)
    amount = said_amount(said.amount, invoices, problems)
    if amount is not None and (known := _same(keeper, said, amount, [invoice.customer_id for invoice, _minor in invoices])):
        what = _("cheque {number} of {bank} is entered already", number=said.number, bank=said.bank)
        problems.append(Problem(what, _("it is cheque {id} of 'cobranza cheque list --all'", id=known.id)))
    if problems or amount is None:
        raise ProblemError(problems)
    shares = _shared(amount, [(invoice.id, minor, invoice.balance) for invoice, minor in invoices])
    row = ChequeRow(
        customer_id=invoices[0][0].customer_id,
        number=said.number.strip(),
        bank=said.bank.strip(),
        drawer=said.drawer.strip(),
        currency=amount.currency,
        minor=amount.minor,
        dated_on=said.dated_on,
        received_on=said.received_on,
        received_by=said.received_by,
        shares=[{"invoice": invoice, "minor": minor} for invoice, minor in shares.items() if minor > 0],
        document=said.document,
        state=ChequeState.RECEIVED.value,
        known_at=keeper.known_at,
    )
    keeper.session.add(row)
    keeper.session.flush()
    held = {"document": row.document} if row.document else {}
    move(keeper, row, ChequeState.RECEIVED, said.received_on, {"who": who, "received_by": said.received_by, **held})
    return row


def _same(keeper: Bookkeeper, said: ReceivedCheque, amount: Money, customers: Sequence[int]) -> ChequeRow | None:
    query = select(ChequeRow).where(
        ChequeRow.number == said.number.strip(),
        func.lower(ChequeRow.bank) == said.bank.strip().lower(),
        ChequeRow.minor == amount.minor,
        ChequeRow.currency == amount.currency,
        ChequeRow.customer_id.in_(customers),
        ChequeRow.state != ChequeState.RETURNED.value,
    )
    return keeper.session.scalar(query.order_by(ChequeRow.id).limit(1))


def _shared(amount: Money, invoices: Sequence[tuple[int, int | None, int]]) -> dict[int, int]:
    """Amounts that were said stay; the others get, in their order, what is left, as far as is owed."""
    left = amount.minor - sum(minor for _invoice, minor, _owed in invoices if minor is not None)
    shares: dict[int, int] = {}
    for invoice, minor, owed in invoices:
        shares[invoice] = minor if minor is not None else min(left, owed)
        left -= 0 if minor is not None else shares[invoice]
    return shares


def deposit_cheque(
    keeper: Bookkeeper, number: int, account: str, ours: Sequence[BankAccount], day: dt.date, *, who: str, today: dt.date
) -> ChequeRow:
    """One that came back may be presented again. `account` names one of `ours`. Raises ProblemError."""
    row = cheque_numbered(keeper, number)
    problems = [*_not_later(day, today), *_not_before(row, day)]
    if row.state not in (ChequeState.RECEIVED, ChequeState.RETURNED):
        problems.append(_stands(row, _("it cannot be deposited")))
    found = [each for each in ours if account_key(account) in (each.key, account_key(each.clabe)) and each.currency == row.currency]
    if len(found) != 1:
        what = _("'{account}' is none of the company's accounts in {currency}", account=account, currency=row.currency)
        known = ", ".join(each.account for each in ours if each.currency == row.currency) or "-"
        problems.append(Problem(what, _("name one of: {accounts}", accounts=known)))
    if problems:
        raise ProblemError(problems)
    row.account, row.deposited_on, row.line_id = found[0].key, day, None
    row.returned_on, row.reason = None, ""
    move(keeper, row, ChequeState.DEPOSITED, day, {"account": row.account, "who": who})
    return row


def clear_cheque(
    keeper: Bookkeeper, number: int, deposit: int | None, day: dt.date, policy: Policy, *, who: str, comment: str, today: dt.date
) -> ChequeRow:
    """The bank has paid it, as a person knows: by that deposit, or before its statement has come. Raises ProblemError."""
    row = cheque_numbered(keeper, number)
    problems = [*_not_later(day, today), *_not_before(row, day)]
    line = deposit_numbered(keeper, deposit) if deposit is not None else None
    if row.state not in PENDING:
        problems.append(_stands(row, _("it cannot clear")))
    if row.state in PENDING and line is None and waits_from(row.received_on, row.dated_on) > day:
        what = _("cheque {id} bears the day {day}", id=row.id, day=row.dated_on.isoformat())
        problems.append(Problem(what, _("name the bank's deposit with --deposit if it was paid before its day")))
    problems += _not_this(keeper, row, line) if line is not None else []
    if line is None and not comment.strip():
        problems.append(Problem(_("a cheque clears without the bank's statement only with what tells so"), _("say so with --comment")))
    if problems:
        raise ProblemError(problems)
    said = {name: value for name, value in {"who": who, "comment": comment.strip()}.items() if value}
    if line is not None:
        tie(keeper, row, line, said)
        if line.settled_by == Level.PERSON.value and line.state == LineState.OPEN:
            line.settled_by, line.detail = "", None
        return row
    pay_by_cheque(keeper, row, day, today, policy)
    row.cleared_on = day
    move(keeper, row, ChequeState.CLEARED, day, said)
    return row


def return_cheque(keeper: Bookkeeper, number: int, reason: str, day: dt.date, *, who: str, today: dt.date) -> ChequeRow:
    """Not paid, or given back to whoever gave it; what it had closed is owed again. Raises ProblemError."""
    row = cheque_numbered(keeper, number)
    problems = [*_not_later(day, today), *_not_before(row, day)]
    if row.state == ChequeState.RETURNED:
        problems.append(_stands(row, _("it has come back already")))
    if not reason.strip():
        problems.append(Problem(_("a cheque is returned with the bank's reason"), _("say so with --comment")))
    if problems:
        raise ProblemError(problems)
    give_cheque_back(keeper, row, day, today, Because(Level.PERSON.value, who, comment=reason.strip()))
    return row


def _not_this(keeper: Bookkeeper, row: ChequeRow, line: BankLineRow) -> list[Problem]:
    hint = _("'cobranza payment list --all' shows the deposits")
    found, wanted = Money(line.minor, line.currency), Money(row.minor, row.currency)
    problems = []
    if line.state not in (LineState.OPEN, LineState.APPLIED, LineState.PART_APPLIED):
        problems.append(Problem(_("deposit {id} is {state}", id=line.id, state=word(line.state)), hint))
    elif found != wanted:
        problems.append(Problem(_("deposit {id} is over {found}, the cheque over {wanted}", id=line.id, found=found, wanted=wanted), hint))
    if keeper.session.scalar(select(ChequeRow.id).where(ChequeRow.line_id == line.id)) is not None:
        problems.append(Problem(_("deposit {id} is another cheque", id=line.id), hint))
    return problems


def _stands(row: ChequeRow, so: Sentence) -> Problem:
    what = _("cheque {id} is {state}: {so}", id=row.id, state=word(row.state), so=so)
    return Problem(what, _("'cobranza cheque list --all' says how it stands"))


def _not_later(day: dt.date, today: dt.date) -> list[Problem]:
    if day <= today:
        return []
    return [Problem(_("{day} has not come yet", day=day.isoformat()), _("say it on the day on which it happens"))]


def _not_before(row: ChequeRow, day: dt.date) -> list[Problem]:
    if day >= row.received_on:
        return []
    what = _("{day} is before the cheque was received, on {received}", day=day.isoformat(), received=row.received_on.isoformat())
    return [Problem(what, _("check the day"))]
