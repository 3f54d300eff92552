"""A person shares a credit note among invoices, because its CFDI names several and gives no shares."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CreditNoteRow, InvoiceRow, TaskRow

ALLOCATE = "allocate-credit-note"


def allocate(keeper: Bookkeeper, task: TaskRow, shares: Mapping[str, str]) -> None:
    """`shares` by invoice number, amounts as written. They must add up to the note. Raises ProblemError with everything that is wrong."""
    note = keeper.session.get_one(CreditNoteRow, task.detail["note_id"])
    problems: list[Problem] = []
    parts = [part for number, text in shares.items() if (part := _share(keeper, note, number, text, problems)) is not None]
    total = Money(note.total, note.currency)
    given = Money(sum(amount.minor for _invoice, amount in parts), note.currency)
    if not problems and given != total:
        hint = _("give each share as --apply NUMBER=AMOUNT")
        problems.append(Problem(_("the shares come to {given}, the credit note is over {total}", given=given, total=total), hint))
    if problems:
        raise ProblemError(problems)
    for invoice, amount in parts:
        data = {"credit_note": note.id, "number": note.number, "minor": amount.minor, "task": task.id}
        keeper.enter(invoice, EntryKind.CREDIT_APPLIED, note.issued_on, data)
    note.state = "applied"


def _share(keeper: Bookkeeper, note: CreditNoteRow, number: str, text: str, problems: list[Problem]) -> tuple[InvoiceRow, Money] | None:
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
    if amount.minor <= 0 or amount.minor > invoice.balance:
        what = _(
            "{amount} is not between nothing and the balance of {number}, {balance}",
            amount=amount,
            number=number,
            balance=Money(invoice.balance, note.currency),
        )
        problems.append(Problem(what, _("share the note as it was agreed with the customer")))
        return None
    return invoice, amount
