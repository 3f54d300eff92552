"""Words of timestamps that are kept as identifiers and shown as words; `demand` and `document` are marked elsewhere."""

from cobranza_rules.language import N_

KINDS = (N_("foliated_packet"),)
