"""What a person names when a deposit is applied: invoices and amounts, each looked at before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.deposit_columns import Share
from cobranza_rules.booking.deposit_shares import left_of
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.booking.named_together import AMOUNT
from cobranza_rules.domain.exchange import NATIONAL, Crossing, plain_rate
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money, MoneyError, total
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import BankLineRow, InvoiceRow

FARTHEST = Decimal("0.25")  # Of the invoice's rate; the peso has moved less within any invoice's life.
SURELY_WRONG = Decimal(2)  # Times the invoice's rate, or a part of it: a digit too many or a point in another place
RATE = re.compile(r"\d{1,6}(\.\d{1,8})?")


def deposit_numbered(keeper: Bookkeeper, number: int) -> BankLineRow:
    """Raises ProblemError where there is none."""
    line = keeper.session.get(BankLineRow, number)
    if line is None:
        raise ProblemError([Problem(_("there is no deposit {id}", id=number), _("'cobranza payment list --all' shows them"))])
    return line


class SharesNamed:
    """What is wrong goes to `problems`. `more` is what has to be kept of a payment in another currency than the invoices'."""

    def __init__(self, keeper: Bookkeeper, line: BankLineRow, rate: str, problems: list[Problem]) -> None:
        self._session = keeper.session
        self._line = line
        self._problems = problems
        self._left = left_of(line)
        self._rate = self._read_rate(rate)
        self._said = self._rate is not None
        self._takes_all = False
        self.more: dict[str, Any] = {"rate": str(self._rate)} if self._rate is not None else {}

    def shares(self, written: Mapping[str, str]) -> list[Share]:
        """Together no more than what is left of the deposit, each no more than what is owed of its invoice."""
        found: list[Share] = []
        if self._rate is None and not self._problems:
            self._rate_of_amounts(written)
        for name, amount in written.items():
            invoice = self._invoice(name)
            if invoice is not None and any(each.invoice is invoice for each in found):
                what = _("{number} is named twice", number=invoice.number)
                self._problems.append(Problem(what, _("give each invoice one amount")))
            elif invoice is not None and self._in_currency(invoice):
                minor = self._minor(invoice, amount, sum(each.paid for each in found))
                if minor is not None:
                    found.append(Share(invoice, minor, self._paid(invoice, minor)))
        if self._takes_all and found:  # No cent is left over by rounding.
            found[-1] = replace(found[-1], paid=self._left - sum(each.paid for each in found[:-1]))
        paid = sum(each.paid for each in found)
        if not self._problems and not found:
            self._problems.append(Problem(_("nothing is named that the deposit pays"), _("give --invoice NUMBER=AMOUNT")))
        if paid > self._left:
            told, left = Money(paid, self._line.currency), Money(self._left, self._line.currency)
            what = _("the shares come to {told}, and {left} is left of deposit {id}", told=told, left=left, id=self._line.id)
            self._problems.append(Problem(what, _("apply no more than was deposited")))
        return found

    def discount(self, name: str, written: str) -> tuple[InvoiceRow, Money] | None:
        invoice = self._invoice(name)
        amount = self._amount(invoice, written) if invoice is not None else None
        return (invoice, amount) if invoice is not None and amount is not None else None

    def _invoice(self, name: str) -> InvoiceRow | None:
        try:
            invoice = invoice_named(self._session, name)
        except ProblemError as error:
            self._problems += error.problems
            return None
        if invoice.closed is None:
            return invoice
        hint = _("'cobranza explain {number}' says how it stands", number=invoice.number)
        self._problems.append(Problem(_("nothing is owed on {number}", number=invoice.number), hint))
        return None

    def _in_currency(self, invoice: InvoiceRow) -> bool:
        if invoice.currency == self._line.currency:
            return True
        if self._rate is not None:
            return not self._said or self._may_be_the_rate(invoice, self._rate)
        what = _(
            "deposit {id} is in {deposit}, {number} in {invoice}",
            id=self._line.id,
            deposit=self._line.currency,
            number=invoice.number,
            invoice=invoice.currency,
        )
        hint = _(
            "give each invoice its amount, or say with --rate what one {invoice} costs in {deposit}",
            invoice=invoice.currency,
            deposit=self._line.currency,
        )
        self._problems.append(Problem(what, hint))
        return False

    def _may_be_the_rate(self, invoice: InvoiceRow, rate: Decimal) -> bool:
        own = Decimal(invoice.exchange_rate) if invoice.exchange_rate and self._line.currency == NATIONAL else rate
        if own / SURELY_WRONG <= rate <= own * SURELY_WRONG:
            return True
        what = _(
            "a rate of {rate} is far from {own}, at which {number} was issued",
            rate=plain_rate(rate),
            own=plain_rate(own),
            number=invoice.number,
        )
        self._problems.append(
            Problem(what, _("correct the rate: what one unit of the invoice's currency costs in the deposit's"), place="--rate")
        )
        return False

    def _minor(self, invoice: InvoiceRow, written: str, spent: int) -> int | None:
        """As much as is owed and left where nothing was written."""
        owed = max(invoice.balance, 0)
        if not written.strip():
            amount = Money(min(owed, self._worth(invoice, self._left - spent)), invoice.currency)
        elif (said := self._amount(invoice, written)) is not None:
            amount = said
        else:
            return None
        balance = Money(owed, invoice.currency)
        if 0 < amount.minor <= owed:
            return amount.minor
        if not owed:
            what = _("nothing is owed on {number}", number=invoice.number)
            hint = _("'cobranza explain {number}' says how it stands", number=invoice.number)
        elif amount.minor > owed:
            what = _("{amount} is more than the {balance} that is owed of {number}", amount=amount, balance=balance, number=invoice.number)
            hint = _("apply what is owed: the rest stays as unapplied cash")
        else:
            what, hint = (
                _("nothing is left of deposit {id} for {number}", id=self._line.id, number=invoice.number),
                _("give each its amount"),
            )
        self._problems.append(Problem(what, hint))
        return None

    def _amount(self, invoice: InvoiceRow, written: str) -> Money | None:
        matched = AMOUNT.fullmatch(written.strip())
        try:
            amount = Money.of(matched["number"].replace(",", ""), (matched["currency"] or invoice.currency).upper()) if matched else None
        except MoneyError:
            amount = None
        if amount is None or amount.currency != invoice.currency or amount.minor <= 0:
            what = _(
                "'{text}' is no amount of {number}, which is in {currency}", text=written, number=invoice.number, currency=invoice.currency
            )
            self._problems.append(Problem(what, _("write it like 1200.00")))
            return None
        return amount

    def _rate_of_amounts(self, written: Mapping[str, str]) -> None:
        """Where every invoice that is named is in the same other currency and has its amount, all that is left of the deposit pays them.

        A rate that is far from the invoices' own is no rate: then a person gives it, or a part was meant.
        """
        invoices = self._amounts_said(written)
        currencies = {invoice.currency for invoice, _amount in invoices}
        amounts = [amount for _invoice, amount in invoices if amount is not None]
        if len(amounts) < len(written) or len(currencies) != 1 or self._line.currency in currencies:
            return
        pays, costs = total(amounts, amounts[0].currency), Money(self._left, self._line.currency)
        rate = Crossing(pays, costs).rate
        self._rate = rate
        own = [Decimal(invoice.exchange_rate) for invoice, _amount in invoices if invoice.exchange_rate]
        if self._line.currency == NATIONAL and any(abs(rate - each) > each * FARTHEST for each in own):
            what = _(
                "the amounts come to a rate of {rate}, and the invoice was issued at {own}", rate=plain_rate(rate), own=plain_rate(own[0])
            )
            self._problems.append(Problem(what, _("correct the amounts, or give the rate with --rate")))
            return
        self._rate, self._takes_all, self.more = costs.amount / pays.amount, True, {"rate": plain_rate(rate)}

    def _amounts_said(self, written: Mapping[str, str]) -> list[tuple[InvoiceRow, Money | None]]:
        """What is wrong with them is said where they are looked at as shares."""
        said, self._problems = self._problems, []
        found = [
            (invoice, self._amount(invoice, amount))
            for name, amount in written.items()
            if amount.strip() and (invoice := self._invoice(name))
        ]
        self._problems = said
        return found

    def _read_rate(self, written: str) -> Decimal | None:
        if not written.strip():
            return None
        if RATE.fullmatch(written.strip()) and Decimal(written) > 0:
            return Decimal(written.strip())
        self._problems.append(Problem(_("'{text}' is no rate of exchange", text=written), _("write it like 17.2550")))
        return None

    def _factor(self, invoice: InvoiceRow) -> Decimal:
        """Minor units of the deposit's currency for one of the invoice's."""
        rate = Decimal(1) if self._rate is None or invoice.currency == self._line.currency else self._rate
        return rate * Decimal(10) ** (MINOR_UNITS.get(self._line.currency, 2) - MINOR_UNITS[invoice.currency])

    def _paid(self, invoice: InvoiceRow, minor: int) -> int:
        return int((minor * self._factor(invoice)).quantize(Decimal(1), ROUND_HALF_UP))

    def _worth(self, invoice: InvoiceRow, paid: int) -> int:
        return int(Decimal(paid) / self._factor(invoice))
