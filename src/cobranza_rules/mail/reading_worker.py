"""The process in which messages from outside are parsed, started by `mail.reading_process`: it reads files by their paths and tells what is in them.

It is a process of its own because what makes it slow, large or ends it must keep no other message back. It is started as
`python -P -m cobranza_rules.mail.reading_worker FD`, and ends when its other end closes.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cobranza_rules.mail.parse import UnreadableMessage, attachment_content, parse_message
from cobranza_rules.mail.raw_message import open_message
from cobranza_rules.wire import WireClosedError, receive, send

MEMORY = 1_000_000_000  # bytes of address space: some ten times what the largest message takes


def main() -> None:
    # The terminal sends Ctrl-C to every process of the group; the other end decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    wire = socket.socket(fileno=int(sys.argv[1]))
    try:
        while True:
            send(wire, json.dumps(_answer(json.loads(receive(wire))), default=_as_text).encode())
    except WireClosedError:
        return


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Asked is a `path`, and perhaps the number of the `attachment` that is to be written to `target`."""
    try:
        with open_message(Path(asked["path"])) as raw:
            if "attachment" in asked:
                with Path(asked["target"]).open("xb") as target:
                    target.writelines(attachment_content(raw, asked["attachment"]))
                return {"written": True}
            return {"message": asdict(parse_message(raw))}
    except UnreadableMessage as error:
        return {"unreadable": error.reason.as_json()}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (which it is goes to a person beside the message; the process goes on with the next)
        return {"failed": type(error).__name__}


def _as_text(value: object) -> str:
    assert isinstance(value, dt.datetime)
    return value.isoformat()


if __name__ == "__main__":
    main()
