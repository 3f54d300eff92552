"""Open invoices of one customer that a person names at once, to say the same of all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.language import _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import InvoiceRow

AMOUNT = re.compile(r"(?P<number>(\d{1,3}(,\d{3})+|\d{1,12})(\.\d{1,2})?)( (?P<currency>[A-Za-z]{3}))?")


def invoices_named(session: Session, names: Sequence[str], problems: list[Problem]) -> list[InvoiceRow]:
    """By number or UUID, each once. What is wrong with one of them is added to `problems`."""
    found: list[InvoiceRow] = []
    for name in dict.fromkeys(names):
        try:
            invoice = invoice_named(session, name)
        except ProblemError as error:
            problems += error.problems
            continue
        if invoice.status != "open":
            hint = _("'cobranza explain {number}' says how it stands", number=invoice.number)
            problems.append(Problem(_("nothing is owed on {number}", number=invoice.number), hint))
        if invoice not in found:
            found.append(invoice)
    if len({invoice.customer_id for invoice in found}) > 1:
        problems.append(Problem(_("these invoices are of different customers"), _("enter what each of them said by itself")))
    return found


def amount_of(written: str, invoices: Sequence[InvoiceRow], problems: list[Problem]) -> Money | None:
    """`1200.00`, `1,200.00 MXN`: of one invoice, in its currency, above zero. None where nothing was written, or it is wrong."""
    if not written.strip():
        return None
    if len(invoices) > 1:
        problems.append(Problem(_("an amount belongs to one invoice"), _("enter the others by themselves, or leave the amount out")))
    if len(invoices) != 1:
        return None
    currency = invoices[0].currency
    matched = AMOUNT.fullmatch(written.strip())
    try:
        amount = Money.of(matched["number"].replace(",", ""), (matched["currency"] or currency).upper()) if matched else None
    except MoneyError:
        amount = None
    if amount is None or amount.currency != currency or amount.minor <= 0:
        what = _("'{text}' is no amount of {number}, which is in {currency}", text=written, number=invoices[0].number, currency=currency)
        problems.append(Problem(what, _("write it like 1200.00")))
        return None
    return amount
