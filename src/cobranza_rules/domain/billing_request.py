"""Billing requests: Sales asks for an invoice under an agreement and with an approval; which invoice answers which request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.money import Money


@dataclass(frozen=True, slots=True)
class DeliveryContact:
    """Who receives the invoices of a request at the customer; all empty where the request names nobody."""

    name: str = ""
    title: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.email)

    def reached_by(self, mode: DeliveryMode) -> bool:
        """By e-mail an address is needed, by hand or through a portal a name."""
        return bool(self.email if mode is DeliveryMode.EMAIL else self.name)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """What Sales asks for. `customer`, `agreement` and `requested_by` are as somebody wrote them; `amount` is with taxes.

    `reference` is the number that Sales gave the request, "" for none. Without an `approver`, the day of approval, or a known agreement it is
    refused. `delivery` None leaves the customer's way as it is.
    """

    customer: str
    agreement: str
    amount: Money
    concept: str
    purchase_order: str = ""
    approver: str = ""
    approved_on: dt.date | None = None
    requested_by: str = ""
    requester_email: str = ""
    requested_on: dt.date | None = None
    contact: DeliveryContact = DeliveryContact()
    delivery: DeliveryMode | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """An accepted request of a customer, as far as an invoice may answer it. `minor` in units of `currency`."""

    id: int
    currency: str
    minor: int
    purchase_order: str
    approved_on: dt.date


@dataclass(frozen=True, slots=True)
class Issued:
    """An invoice of the same customer that answers no request yet."""

    id: int
    currency: str
    minor: int
    purchase_order: str
    issued_on: dt.date


BY_ORDER, BY_AMOUNT = "purchase_order", "amount"


def order_keys(purchase_orders: str) -> frozenset[str]:
    """Of one order or several parted by commas: `OC 4587`, `oc-4587` and `OC4587` are one order."""
    keys = ("".join(letter for letter in order.casefold() if letter.isalnum()) for order in purchase_orders.split(","))
    return frozenset(filter(None, keys))


def fit(request: Asked, invoice: Issued) -> str:
    """BY_ORDER or BY_AMOUNT where the invoice may answer the request, else "". What was approved only after it was invoiced never fits."""
    if request.currency != invoice.currency or invoice.issued_on < request.approved_on:
        return ""
    wanted, given = order_keys(request.purchase_order), order_keys(invoice.purchase_order)
    if wanted and given:
        return BY_ORDER if wanted & given else ""
    return BY_AMOUNT if request.minor == invoice.minor else ""


def answered(requests: Iterable[Asked], invoice: Issued) -> tuple[list[Asked], str]:
    """The requests that the invoice may answer, and by what: by its purchase order, else by its amount.

    One is the answer; several are a person's to tell apart. Of several for one order those of just that amount count more.
    """
    by_order, by_amount = [], []
    for request in requests:
        match fit(request, invoice):
            case "purchase_order":
                by_order.append(request)
            case "amount":
                by_amount.append(request)
    exact = [request for request in by_order if request.minor == invoice.minor]
    return (exact or by_order, BY_ORDER) if by_order else (by_amount, BY_AMOUNT)
