"""What an invoice lacks of where it should have come from: its request, its agreement, somebody to deliver it to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.domain.billing_request import Asked
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money


class Lack(StrEnum):
    REQUEST_MISSING = "request_missing"
    SEVERAL_REQUESTS = "several_requests"  # More than one may be meant: a person says which
    OTHER_AMOUNT = "other_amount"
    AGREEMENT_MISSING = "agreement_missing"
    CONTACT_MISSING = "contact_missing"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an open invoice comes from, as far as it is known. `may_answer` are requests that wait and could be meant.

    `undelivered` says that it is still to be delivered, `has_contact` that somebody is known to whom.
    """

    total: Money
    request: Asked | None
    may_answer: tuple[Asked, ...]
    has_agreement: bool
    undelivered: bool
    has_contact: bool


def lacks_of(origin: Origin) -> Iterator[tuple[Lack, Sentence]]:
    """Each with what to do about it."""
    if origin.request is not None:
        asked = Money(origin.request.minor, origin.request.currency)
        if asked != origin.total:
            what = _(
                "request {number} asks for {asked}, the invoice is over {total}", number=origin.request.id, asked=asked, total=origin.total
            )
            yield Lack.OTHER_AMOUNT, what
    elif origin.may_answer:
        numbers = ", ".join(str(one.id) for one in origin.may_answer)
        yield Lack.SEVERAL_REQUESTS, _("requests {numbers} may be meant; say which: 'cobranza request tie'", numbers=numbers)
    else:
        yield Lack.REQUEST_MISSING, _("Sales has not asked for it")
    if not origin.has_agreement:
        yield Lack.AGREEMENT_MISSING, _("no agreement covers its day of issue")
    if origin.undelivered and not origin.has_contact:
        yield Lack.CONTACT_MISSING, _("nobody is known to whom it is delivered")
