"""Whether something has gone into a packet for Accounting, by what rules have done for it."""

from __future__ import annotations

from collections.abc import Mapping

from cobranza_rules.domain.accounting import Packet
from cobranza_rules.rules.model import RuleSet, StepKind
from cobranza_rules.rules.subjects import Claims


def in_a_packet(rules: RuleSet, claims: Mapping[str, Claims]) -> bool:
    """That a rule which puts it into a packet has done so."""
    into = (rule.id for rule in rules.rules if any(step.kind is StepKind.PACKET and step.name == Packet.ACCOUNTING for step in rule.do))
    return any(claims[rule].standing > 0 for rule in into if rule in claims)
