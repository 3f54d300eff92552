"""What a cheque was given for, as people write it: invoices of one customer and currency, each with its amount or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.named_together import amount_of, invoices_named
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem
from cobranza_rules.store.tables import InvoiceRow

Given = tuple[InvoiceRow, int | None]  # None: as much as is owed and left


def amounts_named(keeper: Bookkeeper, shares: Mapping[str, str], problems: list[Problem]) -> list[Given]:
    """In the order in which they were named, each once; what is wrong goes to `problems`."""
    found: dict[int, Given] = {}
    for name, written in shares.items():
        for invoice in invoices_named(keeper.session, [name], problems):
            amount = amount_of(written, [invoice], problems)
            if invoice.id in found:
                problems.append(Problem(_("{number} is named twice", number=invoice.number), _("give each invoice one amount")))
            if amount is not None and amount.minor > invoice.balance > 0:
                balance = Money(invoice.balance, invoice.currency)
                what = _(
                    "{amount} is more than the {balance} that is owed of {number}", amount=amount, balance=balance, number=invoice.number
                )
                problems.append(Problem(what, _("give as much as is owed: the rest is the customer's unapplied cash")))
            found[invoice.id] = (invoice, amount.minor if amount is not None else None)
    invoices = [invoice for invoice, _minor in found.values()]
    if len({invoice.customer_id for invoice in invoices}) > 1:
        problems.append(
            Problem(_("these invoices are of different customers"), _("a cheque is of one customer; apply its deposit by hand"))
        )
    if len({invoice.currency for invoice in invoices}) > 1:
        problems.append(
            Problem(_("these invoices are in different currencies"), _("a cheque is in one currency; apply its deposit by hand"))
        )
    if not found and not problems:
        problems.append(Problem(_("nothing is named that the cheque was given for"), _("give --invoice NUMBER=AMOUNT")))
    return list(found.values())


def said_amount(written: str, invoices: Sequence[Given], problems: list[Problem]) -> Money | None:
    """What the cheque is over: no less than the amounts that were said of its invoices. None where something is wrong."""
    if not invoices:
        return None
    if not written.strip():
        problems.append(Problem(_("a cheque has an amount"), _("give --amount")))
        return None
    amount = amount_of(written, [invoices[0][0]], problems)
    said = sum(minor for _invoice, minor in invoices if minor is not None)
    if amount is not None and said > amount.minor:
        told, over = Money(said, amount.currency), amount
        problems.append(
            Problem(
                _("the invoices come to {told}, and the cheque is over {over}", told=told, over=over),
                _("share no more than the cheque is over"),
            )
        )
    return amount
