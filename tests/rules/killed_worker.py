"""The worker of durable-rules, but facts of invoices whose number begins with DIE kill it and those with HANG never end."""

from __future__ import annotations

import os
import signal
import time

from cobranza_rules.engine_worker import main
from cobranza_rules.rules.durable_matcher import Matcher

matched = Matcher.match


def match(self: Matcher, fact: str) -> frozenset[int]:
    if '"DIE' in fact:
        os.kill(os.getpid(), signal.SIGKILL)
    if '"HANG' in fact:
        time.sleep(600)
    return matched(self, fact)


Matcher.match = match  # type: ignore[method-assign] # a fact that kills durable-rules cannot be had on order
main()
