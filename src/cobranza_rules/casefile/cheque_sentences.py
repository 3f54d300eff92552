"""What the case file says of cheques."""

from __future__ import annotations

from cobranza_rules.language import N_

CHEQUE_SENTENCES = {
    "cheque_moved": N_("{invoice}: cheque {number} is {state}"),
    "cheque_received": N_("cheque {number} of {bank} over {amount} received by {received_by}"),
    "cheque_deposited": N_("cheque {number} over {amount} deposited in account {account}"),
    "cheque_waits": N_("cheque {number} over {amount} waits again: {who} says that the bank's deposit is not it"),
    "cheque_cleared": N_("cheque {number} over {amount} has cleared{said}"),
    "cheque_returned": N_("cheque {number} over {amount} has come back{said}"),
}
