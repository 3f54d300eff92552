"""What a change of rules makes of messages that wait already: called off, kept back, let go, or asked for again with something else. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cobranza_rules.language import Sentence
from cobranza_rules.rulebook.differing import differing, differing_invoices
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.still_planned import Look, Prospect


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """A message that waits, and what the next run makes of it under either set of rules.

    `why` is what the new rules say of it. Where it stands under both, `otherwise` says what it says or does in another way.
    """

    customer_id: int
    action: PlannedAction
    before: Prospect
    after: Prospect
    why: Sentence
    otherwise: tuple[Sentence, ...] = ()


def reconsider(action: PlannedAction, before: Look, after: Look, *, agreed: bool) -> Reconsidered | None:
    """None where the change makes no difference to it. `agreed` says that its document is finished, with its day of the next contact."""
    found = Reconsidered(action.customer_id, action, before.prospect, after.prospect, after.reason)
    if before.prospect is not after.prospect:
        return found
    if before.action is None or after.action is None:
        return None
    fresh = replace(after.action, next_contact=before.action.next_contact) if agreed else after.action
    otherwise = (*differing_invoices(before.action, fresh), *differing(before.action, fresh))
    return replace(found, otherwise=otherwise) if otherwise else None
