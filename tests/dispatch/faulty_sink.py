"""The Maildir sink behind a wire that fails as it is told: the message really lies there, or does not, whatever the sender hears."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage

from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.mail.message import Delivery, DeliveryReport

FAULTS = ("postponed", "refused address", "refused message", "uncertain, left", "uncertain, lost", "crash before", "crash after")


class CrashError(BaseException):
    """The process ends here, as far as the program can tell: nothing of it may catch this."""


@dataclass
class FaultySink:
    real: MaildirSink
    watch: Callable[[EmailMessage], None]
    faults: list[str] = field(default_factory=list)

    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], to: Sequence[str]) -> DeliveryReport:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "crash before":
            raise CrashError
        if fault == "postponed":
            return DeliveryReport(Delivery.POSTPONED, "connect", "no route to host")
        if fault == "refused address":
            refused = tuple((address, "550 5.1.1 no such user") for address in to)
            return DeliveryReport(Delivery.REFUSED, "envelope", "no To recipient was accepted", refused)
        if fault == "refused message":
            return DeliveryReport(Delivery.REFUSED, "after-data", "554 5.6.0 refused")
        if fault == "uncertain, lost":
            return DeliveryReport(Delivery.UNCERTAIN, "after-data", "the connection broke")
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.watch(message)
        report = self.real.deliver(raw, sender, recipients, to)
        if fault == "crash after":
            raise CrashError
        return DeliveryReport(Delivery.UNCERTAIN, "after-data", "the connection broke") if fault == "uncertain, left" else report

    def was_delivered(self, message_id: str) -> bool | None:
        return self.real.was_delivered(message_id)

    def close(self) -> None:
        self.real.close()
