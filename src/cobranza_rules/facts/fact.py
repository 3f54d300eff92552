"""What a fact is: its type, unit, meaning, an example and the neutral value that rule tests assume."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# The value of a fact inside the engines: text, truth, whole number (counts, minor units of money, ordinals of dates). Unknown is absent.
Value = str | bool | int


class FactType(StrEnum):
    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"  # a whole number
    AMOUNT = "amount"  # integer minor units; the currency stands in the fact that `currency_fact` names
    DATE = "date"  # the proleptic ordinal (datetime.date.toordinal)


class Scope(StrEnum):
    INVOICE = "invoice"
    CUSTOMER = "customer"
    REPLY = "reply"
    TASK = "task"  # an open one
    APPROVAL = "approval"  # one that waits
    PAYMENT = "payment"
    DISCOUNT = "discount"
    CREDIT_NOTE_REQUEST = "credit_note_request"  # one that Accounting has not sent yet
    INSTALMENT = "instalment"  # one of a payment plan that is not paid
    PACKET = "packet"  # one for Accounting
    DEPOSIT = "deposit"  # one of the bank that is not applied in full


@dataclass(frozen=True, slots=True)
class Fact:
    """`choices` closes a text fact: a comparison with any other text is an error. `unit` is what a number counts.

    `neutral` is the value in rule tests when a test does not give it; None means unknown. `may_be_unknown` says that the program cannot
    always tell it, so that `not` over it deserves a second look.
    """

    name: str
    type: FactType
    meaning: str
    example: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    currency_fact: str = ""
    neutral: Any = None
    may_be_unknown: bool = False


def fact(name: str, kind: FactType, meaning: str, example: str, **rest: Any) -> Fact:
    return Fact(name, kind, meaning, example, **rest)


T, B, N, A, D = FactType.TEXT, FactType.BOOLEAN, FactType.NUMBER, FactType.AMOUNT, FactType.DATE
