"""The process in which durable-rules runs, started by `engine_room`: it reads rulesets, then facts, and answers with what matched.

It is a process of its own because durable-rules can crash or loop; it imports nothing but the matcher, so it starts quickly, and it ends
when its other end closes. It is started as `python -P -m cobranza_rules.engine_worker FD`.
"""

from __future__ import annotations

import signal
import socket
import sys
from typing import Any

import orjson

from cobranza_rules.rules.durable_matcher import Matcher
from cobranza_rules.wire import WireClosedError, receive, send


def main() -> None:
    # The terminal sends Ctrl-C to every process of the group; the room decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wire = socket.socket(fileno=int(sys.argv[1]))
    try:
        rulesets: dict[str, list[str]] = orjson.loads(receive(wire))
        matchers = {scope: Matcher(of_scope) for scope, of_scope in rulesets.items()}
        send(wire, b"ready")
        while True:
            send(wire, orjson.dumps(_answer(matchers, receive(wire))))
    except WireClosedError:
        return


def _answer(matchers: dict[str, Matcher], asked: bytes) -> dict[str, Any]:
    """Asked is the scope, then a fact a line. `sets` are the distinct sets of condition numbers, `rows` the place of each fact's set among them."""
    scope, *facts = asked.decode().split("\n")
    match = matchers[scope].match
    places: dict[frozenset[int], int] = {}
    rows = [places.setdefault(match(fact), len(places)) for fact in facts]
    return {"sets": [sorted(numbers) for numbers in places], "rows": rows}


if __name__ == "__main__":
    main()
