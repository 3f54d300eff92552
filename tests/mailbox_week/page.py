"""The page that the week writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.stories.folders import ROOT

PAGE = ROOT / "docs" / "mailbox-week.md"
HEAD = """# A week with a mailbox

Monday to Monday of the [samples](../samples/historia.yaml), played by `script/mailbox-week`: `cobranza daemon` sends to an SMTP server and reads a mailbox of a
Dovecot, both on loopback. The daemon is the program's own; its days are given to it, and between two ticks it waits on the mailbox (IDLE). All that follows was said
by the program or happened to it; lines with `»` are what arrives and what people do, the others what the daemon tells after each tick.
"""


@dataclass
class Page:
    lines: list[str] = field(default_factory=list)

    def day(self, on: dt.date, note: str) -> None:
        self._close()
        self.lines += [f"## {on:%A}, {on.isoformat()}", "", *([note, ""] if note else []), "```text"]

    def happens(self, what: str) -> None:
        self.lines.append(f"» {what}")

    def tick(self, said: str) -> None:
        self.lines += [line.rstrip() for line in said.splitlines()]

    def end(self, sent: int, delivered: int, kinds: Mapping[str, int], slowest: float, interval: int) -> None:
        self._close()
        read = ", ".join(f"{count} `{kind}`" for kind, count in kinds.items())
        self.lines += [
            "## What came of it",
            "",
            f"{sent} messages left, those to the company's own people included. {delivered} messages were delivered into the mailbox and {sum(kinds.values())} were read: {read}. The daemon polls every",
            f"{interval} seconds, or when the server tells of new mail; from the last delivery of a day to the end of the tick that told of it {slowest:.1f} seconds passed at the longest.",
            "",
        ]

    def case(self, customer: str, on: dt.date, said: str) -> None:
        self.lines += [
            f"## The case file of {customer}",
            "",
            "```text",
            f"$ cobranza case {customer} --on {on.isoformat()}",
            *said.rstrip().splitlines(),
            "```",
            "",
        ]

    def write(self) -> None:
        PAGE.write_text(HEAD + "\n" + "\n".join(self.lines).rstrip() + "\n", encoding="utf-8")

    def _close(self) -> None:
        if self.lines:
            self.lines += ["```", ""]
