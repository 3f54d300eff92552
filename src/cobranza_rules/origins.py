"""Where an invoice comes from, as an explanation says it: the agreement that covers it, and the billing request that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.recipients import requested_way
from cobranza_rules.store.requested_deliveries import delivery_of
from cobranza_rules.store.tables import AgreementRow, BillingRequestRow, InvoiceRow


@dataclass(frozen=True, slots=True)
class Origins:
    """`agreement` is its number and version, None where none covers the invoice; `request` the number here and the one that Sales gave it.

    `delivery` is what the request says of it, None where it leaves that to the customer's data.
    """

    agreement: tuple[str, int] | None
    request: tuple[int, str] | None
    approver: str = ""
    delivery: RequestedDelivery | None = None

    def in_words(self) -> Iterator[Sentence]:
        """What there is: that something is missing `cobranza exceptions` says, where it should not be."""
        if self.agreement is not None:
            yield _("  agreement: {number}, version {version}", number=self.agreement[0], version=self.agreement[1])
        if self.request is not None:
            number, reference = self.request
            named = _("{number} ({reference})", number=number, reference=reference) if reference else number
            yield _("  billing request: {number}, approved by {approver}", number=named, approver=self.approver)
        if self.delivery is not None:
            yield _("    it asks for the delivery: {how}", how=requested_way(self.delivery))

    def as_json(self) -> dict[str, Any]:
        """{"agreement": {"number", "version"} or null, "request": number or null}."""
        agreed = self.agreement
        return {
            "agreement": {"number": agreed[0], "version": agreed[1]} if agreed is not None else None,
            "request": self.request[0] if self.request is not None else None,
        }


def origins_of(session: Session, row: InvoiceRow) -> Origins:
    version = session.get_one(AgreementRow, row.agreement_id) if row.agreement_id is not None else None
    agreement = (version.number, version.version) if version is not None else None
    request = session.get_one(BillingRequestRow, row.request) if row.request is not None else None
    if request is None:
        return Origins(agreement, None)
    return Origins(agreement, (request.id, request.reference), request.approver, delivery_of(request) or None)
