"""Discounts and deductions: taken off an invoice with their reason, approved above a limit, and taken back where they were wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discount_notes import Documented, documented_by
from cobranza_rules.booking.discount_terms import paid_in_time
from cobranza_rules.booking.plan_standing import state_plan_anew
from cobranza_rules.domain.discount import STANDING, UNCREDITED, DiscountKind, DiscountState, Doubt, Limits, outside_terms
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import DiscountRow, InvoiceRow, PaymentRow


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is to be taken off. `amount` is None for a discount for prompt payment that is all that is still owed.

    `payment` is the payment with which the customer took it, `support` the digest of a file, `who` captures it. With `exceptional` one
    that the agreement does not grant waits for an approval; without, it is refused.
    """

    kind: DiscountKind
    reason: str
    who: str
    amount: Money | None = None
    payment: PaymentRow | None = None
    support: str | None = None
    exceptional: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says of a discount that waits: the address of who does, the roles that this address stands for, and why."""

    who: str
    roles: frozenset[str]
    comment: str = ""


def take_off(keeper: Bookkeeper, invoice: InvoiceRow, said: Deduction, limits: Limits, today: dt.date) -> DiscountRow:
    """Applied, or waiting for whoever approves it; credited at once where its credit note came before it. Raises ProblemError."""
    amount = said.amount or Money(invoice.balance, invoice.currency)
    _check(invoice, said, amount)
    found = documented_by(keeper, invoice, said.kind, amount.minor)
    doubt = Doubt.NONE if found.note is not None else _doubt(keeper, invoice, said, amount, limits, found)
    if found.note is None and amount.minor > invoice.balance:
        raise ProblemError([_more_than_owed(invoice, amount)])
    taken_on = said.payment.paid_on if said.payment is not None else today
    row = DiscountRow(
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        minor=amount.minor,
        kind=said.kind.value,
        reason=said.reason.strip(),
        support=said.support or None,
        payment_id=said.payment.id if said.payment is not None else None,
        taken_on=taken_on,
        state=DiscountState.WAITING.value,
        doubt=doubt.value,
        who=said.who,
        known_at=keeper.known_at,
    )
    keeper.session.add(row)
    keeper.session.flush()
    data = {"discount": row.id, "invoice": invoice.number, "minor": row.minor, "currency": row.currency, "reason": row.kind}
    keeper.note(invoice.customer_id, "discount_captured", taken_on, {**data, "who": row.who, "text": row.reason})
    if found.note is not None:
        row.state, row.note_id = DiscountState.CREDITED.value, found.note.id
        keeper.note(invoice.customer_id, "discount_credited", today, {**data, "credit_note": found.note.number})
    elif not doubt:
        put_in_force(keeper, invoice, row)
    return row


def _check(invoice: InvoiceRow, said: Deduction, amount: Money) -> None:
    problems: list[Problem] = []
    if invoice.closed is not None:
        what = _("invoice {number} is {state}: nothing is taken off it", number=invoice.number, state=word(invoice.closed))
        problems.append(Problem(what, _("name the invoice that stands in its place, if there is one")))
    if amount.currency != invoice.currency:
        what = _(
            "{amount} cannot be taken off {number}, which is in {currency}", amount=amount, number=invoice.number, currency=invoice.currency
        )
        problems.append(Problem(what, _("give the amount in the invoice's currency")))
    elif amount.minor <= 0:
        nothing = said.amount is None
        none_left = _("nothing is left of {number} that could be taken off", number=invoice.number)
        problems.append(
            Problem(none_left if nothing else _("{amount} is no amount to take off", amount=amount), _("give an amount above zero"))
        )
    if not said.reason.strip():
        problems.append(Problem(_("a discount is captured with its reason in words"), _("say so with --reason")))
    if problems:
        raise ProblemError(problems)


def _more_than_owed(invoice: InvoiceRow, amount: Money) -> Problem:
    balance = Money(max(invoice.balance, 0), invoice.currency)
    what = _("{amount} is more than the {balance} that is owed of {number}", amount=amount, balance=balance, number=invoice.number)
    return Problem(what, _("'cobranza explain {number}' says what was paid and taken off", number=invoice.number))


def _doubt(keeper: Bookkeeper, invoice: InvoiceRow, said: Deduction, amount: Money, limits: Limits, found: Documented) -> Doubt:
    if said.kind is DiscountKind.PROMPT_PAYMENT and (why := _outside(keeper, invoice, said, amount)) is not None:
        if not said.exceptional:
            raise ProblemError([Problem(why, _("add --exceptional, and {role} is asked to approve it", role=word(limits.role)))])
        return Doubt.OUTSIDE_TERMS
    if found.others:
        return Doubt.OTHER_CREDIT
    states = [state.value for state in (*STANDING, DiscountState.WAITING)]
    taken = select(func.coalesce(func.sum(DiscountRow.minor), 0)).where(DiscountRow.invoice_id == invoice.id, DiscountRow.state.in_(states))
    before = int(keeper.session.scalars(taken).one())
    return Doubt.ABOVE_LIMIT if before + amount.minor > limits.minor.get(invoice.currency, 0) else Doubt.NONE


def _outside(keeper: Bookkeeper, invoice: InvoiceRow, said: Deduction, amount: Money) -> Sentence | None:
    return outside_terms(amount, paid_in_time(keeper.session, invoice, said.payment))


def put_in_force(keeper: Bookkeeper, invoice: InvoiceRow, row: DiscountRow) -> None:
    """It counts in the balance from now on."""
    data = {"discount": row.id, "minor": row.minor, "reason": row.kind}
    payment = {"payment": row.payment_id} if row.payment_id is not None else {}
    keeper.enter(invoice, EntryKind.DISCOUNT_APPLIED, row.taken_on, {**data, **payment})
    row.state = (DiscountState.REQUESTED if row.requested_on is not None else DiscountState.APPLIED).value


def discount_numbered(keeper: Bookkeeper, number: int) -> DiscountRow:
    """Raises ProblemError where there is none."""
    row = keeper.session.get(DiscountRow, number)
    if row is None:
        raise ProblemError([Problem(_("there is no discount {id}", id=number), _("'cobranza discount list' shows them"))])
    return row


def approve(keeper: Bookkeeper, number: int, decision: Decision, limits: Limits, today: dt.date) -> DiscountRow:
    """Raises ProblemError where it does not wait, waits for somebody else, or is more than is owed by now."""
    row = _waiting(keeper, number, decision, limits)
    invoice = keeper.session.get_one(InvoiceRow, row.invoice_id)
    if invoice.closed is not None or row.minor > invoice.balance:
        raise ProblemError([_more_than_owed(invoice, Money(row.minor, row.currency))])
    _decided(keeper, row, invoice, "discount_approved", decision, today)
    put_in_force(keeper, invoice, row)
    return row


def refuse(keeper: Bookkeeper, number: int, decision: Decision, limits: Limits, today: dt.date) -> DiscountRow:
    """The invoice goes on owing it. Raises ProblemError as `approve` does, and without a reason."""
    row = _waiting(keeper, number, decision, limits)
    if not decision.comment.strip():
        raise ProblemError([Problem(_("a discount is refused with its reason"), _("say why with --comment"))])
    _decided(keeper, row, keeper.session.get_one(InvoiceRow, row.invoice_id), "discount_refused", decision, today)
    row.state = DiscountState.REFUSED.value
    _tell_its_plan(keeper, row, today)
    return row


def _tell_its_plan(keeper: Bookkeeper, row: DiscountRow, today: dt.date) -> None:
    """What no longer waits to be taken off has to be paid after all."""
    plan = keeper.session.get_one(InvoiceRow, row.invoice_id).payment_plan
    if plan is not None:
        state_plan_anew(keeper, plan, today)


def _waiting(keeper: Bookkeeper, number: int, decision: Decision, limits: Limits) -> DiscountRow:
    row = discount_numbered(keeper, number)
    if row.state != DiscountState.WAITING:
        what = _("discount {id} waits for nobody: it is {state}", id=number, state=word(row.state))
        raise ProblemError([Problem(what, _("'cobranza discount list --state waiting' shows those that wait"))])
    if limits.role not in decision.roles:
        what = _("discount {id} is approved by {role}", id=number, role=word(limits.role))
        raise ProblemError([Problem(what, _("let that person decide"))])
    return row


def _decided(keeper: Bookkeeper, row: DiscountRow, invoice: InvoiceRow, event: str, decision: Decision, today: dt.date) -> None:
    row.approved_by, row.approved_at, row.comment = decision.who, keeper.known_at, decision.comment
    data = {"discount": row.id, "invoice": invoice.number, "minor": row.minor, "currency": row.currency, "reason": row.kind}
    keeper.note(row.customer_id, event, today, {**data, "who": decision.who, "comment": decision.comment})


def reverse(keeper: Bookkeeper, number: int, *, because: str, who: str, comment: str, today: dt.date) -> DiscountRow:
    """It is owed again. `because` is a word: withdrawn, payment_reversed, invoice_closed. Raises ProblemError where it does not count by itself."""
    row = discount_numbered(keeper, number)
    if row.state == DiscountState.CREDITED:
        what = _("discount {id} is documented by a credit note, which takes it off by itself", id=number)
        raise ProblemError([Problem(what, _("have the credit note cancelled; then it can be reversed"))])
    if row.state not in UNCREDITED:
        what = _("discount {id} does not count: it is {state}", id=number, state=word(row.state))
        raise ProblemError([Problem(what, _("'cobranza discount list' shows those that do"))])
    if not comment.strip():
        raise ProblemError([Problem(_("a discount is reversed with its reason"), _("say why with --comment"))])
    give_up(keeper, row, because, today, {"who": who, "comment": comment})
    return row


def give_up(keeper: Bookkeeper, row: DiscountRow, because: str, today: dt.date, said: Mapping[str, str] | None = None) -> None:
    """Of one that counts by itself, or waits."""
    if row.state in UNCREDITED:
        invoice = keeper.session.get_one(InvoiceRow, row.invoice_id)
        data = {"discount": row.id, "because": because, "minor": row.minor, **(said or {})}
        keeper.enter(invoice, EntryKind.DISCOUNT_REVERSED, today, data)
    row.state = DiscountState.REVERSED.value
    _tell_its_plan(keeper, row, today)


def give_up_of_payment(keeper: Bookkeeper, payment_id: int, invoice_id: int, today: dt.date) -> None:
    """A payment that is taken back takes with it what the customer took off with it; a credit note that came stands by itself."""
    _give_up_all(keeper, "payment_reversed", today, DiscountRow.payment_id == payment_id, DiscountRow.invoice_id == invoice_id)


def give_up_of_invoice(keeper: Bookkeeper, invoice: InvoiceRow, today: dt.date) -> None:
    """Of an invoice that was cancelled nothing is owed, so that nothing is taken off it."""
    _give_up_all(keeper, "invoice_closed", today, DiscountRow.invoice_id == invoice.id)


def _give_up_all(keeper: Bookkeeper, because: str, today: dt.date, *of: object) -> None:
    states = [state.value for state in (*UNCREDITED, DiscountState.WAITING)]
    query = select(DiscountRow).where(DiscountRow.state.in_(states), *of).order_by(DiscountRow.id)  # type: ignore[arg-type]
    for row in list(keeper.session.scalars(query)):
        give_up(keeper, row, because, today)
