"""The rules and patterns that are shipped, read once: to read them takes longer than to read some dozen messages by them."""

from __future__ import annotations

import functools

from cobranza_rules.mail.patterns import Patterns
from cobranza_rules.mail.patterns_file import read_patterns
from cobranza_rules.rule_files import rules_in
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from tests.stories.folders import ROOT


@functools.cache
def shipped_patterns() -> Patterns:
    return read_patterns("rules/replies.yaml", (ROOT / "rules" / "replies.yaml").read_bytes())


@functools.cache
def shipped_rules() -> RuleSet:
    return read_rules(rules_in(ROOT / "rules", ROOT))[0]
