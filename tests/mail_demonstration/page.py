"""The page that the demonstration leaves behind."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

HEAD = """\
# A reminder by real mail

What `script/mail-demonstration` has shown, as it was: a reminder is approved by mail, leaves through Postfix 3.7 to Dovecot 2.3 over LMTP, is read
and answered in mutt 2.2, and the answer changes what the program does next. Everything ran on loopback with the servers' own configuration in a
folder that is gone now; `script/mail-demonstration` says what it needs, and writes this page and its pictures anew. The screens are those of
mutt, drawn as they stood in its terminal.

Postfix writes `Authentication-Results` into each message that it takes: who has logged in to send it, and `none` for everybody else. That is what
the program believes of a sender, and nothing that a message says of itself.
"""
ASKED = """\
## The analyst is asked, and approves by mail

In `supervised` mode nothing reaches a customer before the analyst has released it; `approvals.by_mail` names him.
"""
SENT = """\
## The message leaves and arrives

The next run takes the answer from the mailbox, decides the approval with it, and sends the message that the request has shown.
"""
ANSWERED = """\
## The customer answers
"""
THREADED = """\
## The conversation goes on

The promise is not kept. The second reminder, released by command this time, stands under the first and under the customer's answer.
"""


@dataclass
class Page:
    parts: list[str] = field(default_factory=lambda: [HEAD])

    def say(self, text: str) -> None:
        self.parts.append(text)

    def command(self, arguments: Sequence[str], said: str) -> None:
        self.parts.append(f"```\n$ cobranza {shlex.join(arguments)}\n{said.rstrip()}\n```\n")

    def screen(self, what: str, name: str, screen: str) -> None:
        """Of its empty lines one is enough."""
        lines = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in screen.splitlines()))
        self.parts.append(f"{what}:\n\n![{what}](mail-demonstration/{name}.png)\n\n```\n{lines}\n```\n")

    def compared(self, subject: str, message_id: str, rows: Sequence[tuple[str, int, str, str]]) -> None:
        """What left beside what arrived."""
        lines = [f"| {what} | {size:,} | `{digest}` | {found} |" for what, size, digest, found in rows]
        self.parts.append(
            f"Subject `{subject}`, Message-ID `{message_id}`. What the archive says has left, and what arrived:\n\n"
            "| What | Bytes | SHA-256 begins | Arrived |\n| --- | ---: | --- | --- |\n" + "\n".join(lines) + "\n"
        )

    def text(self) -> str:
        return "\n".join(self.parts)
