"""What holds keep back, a line each; what they keep back for everybody, since mailbox or bank data are stale, in one line with what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.forecast.waiting import EVENTS, READ_AGAIN
from cobranza_rules.language import Sentence, _, joined
from cobranza_rules.rules.model import Hold, RuleSet
from cobranza_rules.rules.planned import Held, Plan


def held_lines(plan: Plan, rules: RuleSet) -> Iterator[Sentence]:
    """In the order of the plan; a hold on everybody stands where the first invoice does that it keeps back."""
    for_all = {hold.id: hold for hold in rules.holds if _is_for_all(hold)}
    kept: dict[str, list[Held]] = defaultdict(list)
    for held in plan.held:
        if held.hold_id in for_all and held.subject == Scope.INVOICE:
            kept[held.hold_id].append(held)
    told = set()
    for held in plan.held:
        together = kept.get(held.hold_id, []) if held.subject == Scope.INVOICE else []
        if not together:
            yield _("  {invoice}: {reason}", invoice=held.number, reason=held.reason)
        elif held.hold_id not in told:
            told.add(held.hold_id)
            yield _line(together, for_all[held.hold_id])


def _is_for_all(hold: Hold) -> bool:
    """A hold that asks for nothing but what the program reads itself, and so the same of every customer."""
    return hold.scope is Scope.CUSTOMER and hold.when.facts <= READ_AGAIN


def _line(together: list[Held], hold: Hold) -> Sentence:
    until = joined(Sentence(EVENTS[fact]) for fact in sorted(hold.when.facts))
    reason = together[0].reason
    if len(together) == 1:
        return _("  {invoice}: {reason} until {event}", invoice=together[0].number, reason=reason, event=until)
    customers = len({held.customer_id for held in together})
    return _(
        "  {invoices} invoices, customers: {customers}: {reason} until {event}",
        invoices=len(together),
        customers=customers,
        reason=reason,
        event=until,
    )
