"""The facts of a reply."""

from __future__ import annotations

from cobranza_rules.facts.fact import A, B, N, T, fact
from cobranza_rules.language import N_

REPLY_FACTS = (
    fact(
        "kind",
        T,
        N_("what the message is"),
        'kind == "promise"',
        choices=(
            "own_loop",
            "read_receipt",
            "bounce",
            "delay_notice",
            "auto_reply",
            "abuse_report",
            "acknowledgement",
            "contrarrecibo",
            "promise",
            "payment_notice",
            "dispute",
            "invoice_correction",
            "missing_requirement",
            "not_received",
            "document_request",
            "delay_reason",
            "contact_change",
            "question",
            "unknown",
        ),
    ),
    fact("sender_authenticated", B, N_("our own mail server vouches for the sender"), "sender_authenticated", neutral=True),
    fact("sender_known", B, N_("the sender is a contact of the customer"), "sender_known", neutral=True),
    fact("doubtful", B, N_("the program is not sure of what it read"), "not doubtful", neutral=False),
    fact("answers_our_message", B, N_("it answers a message that we sent"), "answers_our_message", neutral=True),
    fact("decided_by_person", B, N_("a person has said what it is"), "decided_by_person", neutral=False),
    fact("answers_transmittal", B, N_("it answers the message that delivered invoices"), "answers_transmittal", neutral=False),
    fact(
        "not_received_before",
        B,
        N_("the customer has said before that one of its invoices did not arrive"),
        "not not_received_before",
        neutral=False,
    ),
    fact(
        "promise_workdays_ahead",
        N,
        N_("business days from the message to the promised day"),
        "promise_workdays_ahead <= 20",
        unit="business days",
        may_be_unknown=True,
    ),
    fact(
        "attached_files",
        N,
        N_("files that are attached to it, the pictures of a signature apart"),
        "attached_files >= 1",
        unit="files",
        neutral=0,
    ),
    fact("amount", A, N_("the amount that it names"), "amount > 1000.00 MXN", currency_fact="amount_currency", may_be_unknown=True),
    fact("amount_currency", T, N_("the currency of that amount"), 'amount_currency == "MXN"', may_be_unknown=True),
)
