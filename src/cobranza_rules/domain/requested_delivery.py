"""To whom and how an invoice is delivered where its billing request says so; the customer's own data stand for what it does not say."""

from __future__ import annotations

from dataclasses import dataclass, field

from cobranza_rules.domain.billing_request import DeliveryContact
from cobranza_rules.domain.customer import DeliveryMode


@dataclass(frozen=True, slots=True)
class RequestedDelivery:
    """`mode` None, or a contact who cannot be reached in the mode that counts, leaves it to the customer's data.

    `number` is that of the request: two requests that say the same of the delivery are one delivery.
    """

    contact: DeliveryContact
    mode: DeliveryMode | None
    number: int = field(default=0, compare=False)

    def __bool__(self) -> bool:
        return bool(self.contact) or self.mode is not None

    def delivered(self, usual: DeliveryMode) -> RequestedDelivery:
        """As it comes about at a customer whose `usual` mode that is: nothing in it that cannot be heeded."""
        mode = self.mode or usual
        contact = self.contact if self.contact.reached_by(mode) else DeliveryContact()
        return RequestedDelivery(contact, mode, self.number)

    def written_to(self) -> RequestedDelivery:
        """Who is written to by e-mail about what was delivered, whatever the mode."""
        by_mail = self.contact.reached_by(DeliveryMode.EMAIL)
        return RequestedDelivery(self.contact if by_mail else DeliveryContact(), None, self.number)
