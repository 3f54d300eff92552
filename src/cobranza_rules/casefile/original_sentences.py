"""What the case file says of originals."""

from __future__ import annotations

from cobranza_rules.language import N_

ORIGINAL_SENTENCES = {
    "original_entered": N_("original entered by {who}: {name} ({kind})"),
    "original_handed_over": N_("original {name} handed over by {giver} to {to}"),
    "original_received": N_("original {name} received by {who} from {giver}"),
}
