"""A mail server on loopback (aiosmtpd) that fails as it is told and keeps what it has accepted."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.mail_out.conftest import Handler, ScriptedServer, free_port


@dataclass(frozen=True, slots=True)
class MailServer:
    handler: Handler
    port: int

    @property
    def accepted(self) -> list[EmailMessage]:
        messages = [email.message_from_bytes(raw, policy=email.policy.default) for _sender, _recipients, raw in self.handler.accepted]
        assert all(isinstance(message, EmailMessage) for message in messages)
        return messages

    def reset(self) -> None:
        """It begins anew, with nothing taken and nothing to fail at."""
        vars(self.handler).update(vars(Handler()))

    @property
    def recipients(self) -> list[list[str]]:
        return [recipients for _sender, recipients, _raw in self.handler.accepted]


@contextmanager
def running_server() -> Iterator[MailServer]:
    handler = Handler()

    class Here(Controller):
        def factory(self) -> Any:
            return ScriptedServer(handler, hostname="relay.example")

    controller = Here(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield MailServer(handler, int(controller.port))
    finally:
        controller.stop()
