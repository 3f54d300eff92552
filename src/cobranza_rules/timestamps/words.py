"""Words of timestamps that are kept as identifiers and shown as words; `packet` and `demand` are marked elsewhere."""

from cobranza_rules.language import N_

KINDS = (N_("document"),)
