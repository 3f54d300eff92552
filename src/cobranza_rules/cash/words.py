"""Words of cash application that are kept as identifiers and shown as words; the others are marked in `cobranza_rules.words`."""

from cobranza_rules.language import N_

ACCOUNTING = (
    N_("received"),
    N_("unapplied"),
    N_("discounts"),
    N_("undocumented"),
    N_("not_coming"),
    N_("packet_returned"),
    N_("packet_differs"),
    N_("two_currencies"),
    N_("unknown_invoice"),
    N_("discount"),
    N_("credit_note_request"),
    N_("packet"),
)
DISCOUNTS = (
    N_("prompt_payment"),
    N_("volume"),
    N_("return"),
    N_("price_difference"),
    N_("withheld_tax"),
    N_("short_payment"),
    N_("applied"),
    N_("requested"),
    N_("credited"),
    N_("reversed"),
    N_("refused"),
    N_("above_limit"),
    N_("outside_terms"),
    N_("other_credit"),
)
# How far a cheque has come, and the task where something else may tell of it, too.
CHEQUES = (
    N_("received"),
    N_("deposited"),
    N_("cleared"),
    N_("returned"),
    N_("match-cheque"),
    N_("deposit-cheque"),
    N_("ask-bank-about-cheque"),
    N_("replace-cheque"),
    N_("cheque-in-hand"),
    N_("cheque-not-deposited"),
    N_("cheque-not-cleared"),
    N_("cheque-returned"),
)
# How a deposit of the bank stands, by what it is told to be something, and what tells of a payment.
DEPOSITS = (
    N_("applied"),
    N_("part_applied"),
    N_("not_ours"),
    N_("returned"),
    N_("outgoing"),
    N_("named"),
    N_("same"),
    N_("cheque"),
    N_("exact"),
    N_("advice"),
    N_("sum"),
    N_("discount"),
    N_("person"),
    N_("bank"),
    N_("rep"),
    N_("ledger"),
)
# Rules about cash, the task that one of them brings, and what they look at.
RULES = (
    N_("deposit"),
    N_("deposit-unapplied"),
    N_("unapplied-cash"),
    N_("unapplied-cash-waiting"),
    N_("payment-confirmed"),
    N_("payment-reversed"),
    N_("claim-expired"),
    N_("claimed-again"),
    N_("find-payment"),
)
