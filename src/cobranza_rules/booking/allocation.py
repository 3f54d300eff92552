"""A person shares a credit note among invoices, because its CFDI names several and gives no shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.discount_notes import credit, uncredited
from cobranza_rules.language import _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CreditNoteRow, DiscountRow, InvoiceRow, TaskRow

ALLOCATE = "allocate-credit-note"


def allocate(keeper: Bookkeeper, task: TaskRow, shares: Mapping[str, str], settles: Sequence[int] = ()) -> None:
    """`shares` by invoice number, amounts as written; they must add up to the note. It takes the place of the discounts that it `settles`.

    Raises ProblemError with everything that is wrong.
    """
    note = keeper.session.get_one(CreditNoteRow, task.detail["note_id"])
    problems: list[Problem] = []
    parts = [part for number, text in shares.items() if (part := _share(keeper, note, number, text, settles, problems)) is not None]
    _check_settled(keeper, [invoice for invoice, _amount in parts], settles, problems)
    total = Money(note.total, note.currency)
    given = Money(sum(amount.minor for _invoice, amount in parts), note.currency)
    if not problems and given != total:
        hint = _("give each share as --apply NUMBER=AMOUNT")
        problems.append(Problem(_("the shares come to {given}, the credit note is over {total}", given=given, total=total), hint))
    if problems:
        raise ProblemError(problems)
    for invoice, amount in parts:
        data = {"credit_note": note.id, "number": note.number, "minor": amount.minor, "task": task.id}
        credit(keeper, invoice, note, data, _settled(keeper, invoice, settles))
    note.state = "applied"


def _settled(keeper: Bookkeeper, invoice: InvoiceRow, settles: Sequence[int]) -> list[DiscountRow]:
    return [row for row in uncredited(keeper, invoice) if row.id in settles]


def _check_settled(keeper: Bookkeeper, invoices: Sequence[InvoiceRow], settles: Sequence[int], problems: list[Problem]) -> None:
    found = {row.id for invoice in invoices for row in _settled(keeper, invoice, settles)}
    for number in sorted(set(settles) - found):
        what = _("discount {id} does not wait for a credit note of these invoices", id=number)
        problems.append(Problem(what, _("'cobranza discount list' shows those that do")))


def _share(
    keeper: Bookkeeper, note: CreditNoteRow, number: str, text: str, settles: Sequence[int], problems: list[Problem]
) -> tuple[InvoiceRow, Money] | None:
    query = select(InvoiceRow).where(
        InvoiceRow.number == number, InvoiceRow.customer_id == note.customer_id, InvoiceRow.currency == note.currency
    )
    invoice = keeper.session.scalar(query)
    if invoice is None:
        hint = _("name one of this customer's invoices in {currency}", currency=note.currency)
        problems.append(Problem(_("the customer has no invoice '{number}'", number=number), hint))
        return None
    try:
        amount = Money.of(text, note.currency)
    except MoneyError:
        problems.append(Problem(_("'{text}' is no amount", text=text), _("write it as 1200.00")))
        return None
    open_minor = invoice.balance + sum(row.minor for row in _settled(keeper, invoice, settles))
    if amount.minor <= 0 or amount.minor > open_minor:
        what = _(
            "{amount} is not between nothing and the balance of {number}, {balance}",
            amount=amount,
            number=number,
            balance=Money(open_minor, note.currency),
        )
        problems.append(Problem(what, _("share the note as it was agreed with the customer")))
        return None
    return invoice, amount
