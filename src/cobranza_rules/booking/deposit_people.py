"""What people say of deposits: what one pays, that it is another evidence of a payment, that it is no customer's, or that this was wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_book import untie
from cobranza_rules.booking.deposit_columns import Share
from cobranza_rules.booking.deposit_doubts import no_more_asked
from cobranza_rules.booking.deposit_naming import SharesNamed, deposit_numbered
from cobranza_rules.booking.deposit_shares import Because, join, pay, take_back
from cobranza_rules.booking.discounts import Deduction, take_off
from cobranza_rules.booking.returned_deposits import give_back
from cobranza_rules.cash.deposit import Level
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.discount import DiscountKind, Limits
from cobranza_rules.language import _, word
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BankLineRow, DiscountRow, InvoiceRow, PaymentRow

OPEN = (LineState.OPEN, LineState.PART_APPLIED)


@dataclass(frozen=True, slots=True)
class Discounted:
    """`amount` as written, in the invoice's currency."""

    invoice: str
    amount: str
    kind: str


@dataclass(frozen=True, slots=True)
class Application:
    """`shares` are amounts as written by invoice number or UUID, "" for as much as is owed and left; `rate` is what one unit of the invoices' currency costs in the deposit's."""

    shares: Mapping[str, str]
    who: str
    comment: str = ""
    discounts: Sequence[Discounted] = ()
    limits: Limits = field(default_factory=Limits)
    rate: str = ""


def apply_deposit(keeper: Bookkeeper, number: int, said: Application, today: dt.date) -> tuple[list[Share], list[DiscountRow]]:
    """Raises ProblemError with all that is wrong; the caller then gives the whole transaction up."""
    line = deposit_numbered(keeper, number)
    if problems := _not_open(line):
        raise ProblemError(problems)
    naming = SharesNamed(keeper, line, said.rate, problems)
    shares = naming.shares(said.shares)
    discounts = [(each, naming.discount(each.invoice, each.amount)) for each in said.discounts]
    if problems:
        raise ProblemError(problems)
    payments = pay(keeper, line, shares, Because(Level.PERSON.value, said.who, comment=said.comment, more=naming.more))
    by_customer = {payment.customer_id: payment for payment in payments}
    taken = [
        _discount(keeper, invoice, amount, each, by_customer.get(invoice.customer_id), said, today)
        for each, found in discounts
        if found is not None
        for invoice, amount in [found]
    ]
    no_more_asked(keeper, line, today, said.who)
    return shares, taken


def _discount(
    keeper: Bookkeeper, invoice: InvoiceRow, amount: Money, each: Discounted, payment: PaymentRow | None, said: Application, today: dt.date
) -> DiscountRow:
    reason = said.comment or f"{each.kind} {each.amount}"
    deduction = Deduction(DiscountKind(each.kind), reason, said.who, amount, payment)
    return take_off(keeper, invoice, deduction, said.limits, today)


def _not_open(line: BankLineRow) -> list[Problem]:
    if line.state in OPEN:
        return []
    if line.state == LineState.OUTGOING:
        return [Problem(_("line {id} is no deposit: it takes money out", id=line.id), _("'cobranza payment list' shows the deposits"))]
    what = _("deposit {id} is {state}: nothing of it is left to apply", id=line.id, state=word(line.state))
    return [Problem(what, _("'cobranza payment explain {id}' says why; 'cobranza payment unapply {id}' takes it back", id=line.id))]


def join_deposit(keeper: Bookkeeper, number: int, payment_id: int, *, who: str, comment: str, today: dt.date) -> PaymentRow:
    """The deposit is one more evidence of a payment on file. Raises ProblemError."""
    line = deposit_numbered(keeper, number)
    problems = _not_open(line)
    if line.state == LineState.PART_APPLIED:
        what = _("deposit {id} pays something by itself already", id=number)
        problems.append(Problem(what, _("take that back first with 'cobranza payment unapply {id}'", id=number)))
    payment = keeper.session.get(PaymentRow, payment_id)
    if payment is None:
        what = _("there is no payment {id}", id=payment_id)
        problems.append(Problem(what, _("'cobranza payment propose {id}' names those that it may be", id=number)))
    elif (payment.amount, payment.currency) != (line.minor, line.currency):
        told, found = Money(payment.amount, payment.currency), Money(line.minor, line.currency)
        what = _("payment {payment} is over {told}, the deposit over {found}", payment=payment_id, told=told, found=found)
        problems.append(Problem(what, _("apply the deposit to the invoices that it pays")))
    if problems or payment is None:
        raise ProblemError(problems)
    join(keeper, line, payment, Because(Level.PERSON.value, who, comment=comment))
    no_more_asked(keeper, line, today, who)
    return payment


def unapply_deposit(keeper: Bookkeeper, number: int, *, who: str, comment: str, today: dt.date) -> BankLineRow:
    """Open again, and left to people: the program applies it no more. Raises ProblemError where there is nothing to take back, or no reason."""
    line = deposit_numbered(keeper, number)
    problems = []
    if line.state not in (LineState.APPLIED, LineState.PART_APPLIED, LineState.NOT_OURS):
        what = _("deposit {id} is {state}: there is nothing to take back", id=number, state=word(line.state))
        problems.append(Problem(what, _("'cobranza payment explain {id}' says how it stands", id=number)))
    if not comment.strip():
        problems.append(Problem(_("an application is taken back with its reason"), _("say why with --comment")))
    if problems:
        raise ProblemError(problems)
    untie(keeper, line, today, who)
    take_back(keeper, line, today, Because("", who, comment=comment))
    line.settled_by, line.detail = Level.PERSON.value, {"who": who, "comment": comment}
    return line


def not_ours(keeper: Bookkeeper, number: int, *, who: str, comment: str, today: dt.date) -> BankLineRow:
    """No customer's payment: a transfer between our own accounts, a refund of a supplier. Raises ProblemError."""
    line = deposit_numbered(keeper, number)
    problems = []
    if line.state != LineState.OPEN:
        what = _("deposit {id} is {state}, so it is somebody's", id=number, state=word(line.state))
        problems.append(Problem(what, _("take that back first with 'cobranza payment unapply {id}'", id=number)))
    if not comment.strip():
        problems.append(Problem(_("whose money it is has to be said"), _("say so with --comment")))
    if problems:
        raise ProblemError(problems)
    untie(keeper, line, today, who)
    line.state, line.settled_by = LineState.NOT_OURS.value, Level.PERSON.value
    line.detail = {"who": who, "comment": comment}
    no_more_asked(keeper, line, today, who)
    return line


def returned(keeper: Bookkeeper, number: int, *, who: str, comment: str, today: dt.date) -> BankLineRow:
    """The bank has taken a deposit back, as a person knows. Raises ProblemError."""
    line = deposit_numbered(keeper, number)
    problems = []
    if line.state in (LineState.RETURNED, LineState.OUTGOING):
        what = _("deposit {id} is {state}: there is nothing to take back", id=number, state=word(line.state))
        problems.append(Problem(what, _("'cobranza payment explain {id}' says how it stands", id=number)))
    if not comment.strip():
        problems.append(Problem(_("a deposit is returned with the bank's reason"), _("say so with --comment")))
    if problems:
        raise ProblemError(problems)
    give_back(keeper, line, None, today, Because(Level.PERSON.value, who, comment=comment))
    return line
