"""What the case file says of people's data."""

from __future__ import annotations

from cobranza_rules.language import N_

PEOPLE_SENTENCES = {
    "data_corrected": N_("{who} put data of a contact right ({fields}): {why}"),
    "person_blocked": N_("{who} blocked the data of people: {why}"),
    "customer_blocked": N_("{who} blocked the data of the customer and of its people: {why}"),
    "customer_unblocked": N_("{who} uses the data of the customer again: {why}"),
    "person_opposed": N_("{who} lets no more messages go to a contact: {why}"),
    "person_unblocked": N_("{who} uses the data of a contact again: {why}"),
}
