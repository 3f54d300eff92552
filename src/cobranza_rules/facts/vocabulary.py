"""Every fact that a rule may name: its type, unit, meaning, an example and the neutral value that rule tests assume."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cobranza_rules.language import N_

# The value of a fact inside the engines: text, truth, whole number (counts, minor units of money, ordinals of dates). Unknown is absent.
Value = str | bool | int


class FactType(StrEnum):
    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"  # a whole number
    AMOUNT = "amount"  # integer minor units; the currency stands in the fact that `currency_fact` names
    DATE = "date"  # the proleptic ordinal (datetime.date.toordinal)


class Scope(StrEnum):
    INVOICE = "invoice"
    CUSTOMER = "customer"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Fact:
    """`choices` closes a text fact: a comparison with any other text is an error. `unit` is what a number counts.

    `neutral` is the value in rule tests when a test does not give it; None means unknown. `may_be_unknown` says that the program cannot
    always tell it, so that `not` over it deserves a second look.
    """

    name: str
    type: FactType
    meaning: str
    example: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    currency_fact: str = ""
    neutral: Any = None
    may_be_unknown: bool = False


def _fact(name: str, kind: FactType, meaning: str, example: str, **rest: Any) -> Fact:
    return Fact(name, kind, meaning, example, **rest)


T, B, N, A, D = FactType.TEXT, FactType.BOOLEAN, FactType.NUMBER, FactType.AMOUNT, FactType.DATE

CUSTOMER_FACTS = (
    _fact("customer", T, N_("the customer's code"), 'customer == "C-014"'),
    _fact("customer_kind", T, N_("domestic or foreign"), 'customer_kind == "foreign"', choices=("domestic", "foreign"), neutral="domestic"),
    _fact("customer_ready", B, N_("its data is complete, so that it may be written to"), "customer_ready", neutral=True),
    _fact("language", T, N_("the language in which it is written to"), 'language == "en"', choices=("es", "en"), neutral="es"),
    _fact(
        "delivery_mode",
        T,
        N_("how its invoices are delivered"),
        'delivery_mode == "portal"',
        choices=("email", "in_person", "portal"),
        neutral="email",
    ),
    _fact("credit_days", N, N_("credit days agreed with it"), "credit_days > 60", unit="days", may_be_unknown=True),
    _fact("segment", T, N_("the segment in which the company counts it"), 'segment == "AA"', may_be_unknown=True),
    _fact("inbox_open", N, N_("messages of the customer that wait for a person"), "inbox_open > 0", unit="messages", neutral=0),
    _fact(
        "workdays_since_bank_statement",
        N,
        N_("business days since the company's bank data was last read"),
        "workdays_since_bank_statement > 2",
        unit="business days",
        neutral=0,
        may_be_unknown=True,
    ),
    _fact(
        "hours_since_mailbox_poll",
        N,
        N_("hours since the mailbox was last read with success"),
        "hours_since_mailbox_poll > 4",
        unit="hours",
        neutral=0,
        may_be_unknown=True,
    ),
)

INVOICE_FACTS = (
    _fact("invoice", T, N_("the invoice's number"), 'invoice == "FA-1001"'),
    _fact("currency", T, N_("the invoice's currency"), 'currency == "USD"'),
    _fact("total", A, N_("what was invoiced"), "total >= 100000.00 MXN", currency_fact="currency"),
    _fact("balance", A, N_("what is still owed"), "balance > 0", currency_fact="currency"),
    _fact("paid", A, N_("what payments and credit notes have covered"), "paid > 0", currency_fact="currency", neutral=0),
    _fact(
        "status",
        T,
        N_("where the invoice stands"),
        'status == "open"',
        choices=("open", "paid", "cancelled", "substituted"),
        neutral="open",
    ),
    _fact("payment_method", T, N_("PUE or PPD, as the CFDI says"), 'payment_method == "PPD"', choices=("PUE", "PPD"), neutral="PPD"),
    _fact("cancellation_pending", B, N_("its cancellation is under way"), "not cancellation_pending", neutral=False),
    _fact("issued_on", D, N_("the day on which it was issued"), "issued_on >= 2026-01-01"),
    _fact("due_on", D, N_("the day on which it is due"), "due_on < 2026-12-31", may_be_unknown=True),
    _fact(
        "days_overdue",
        N,
        N_("days past its due date; 0 on that day, negative before it"),
        "days_overdue >= 1",
        unit="days",
        may_be_unknown=True,
    ),
    _fact("aging_bucket", T, N_("its aging bucket"), 'aging_bucket == "31-60"', may_be_unknown=True),
    _fact(
        "delivery",
        T,
        N_("whether it was delivered"),
        'delivery == "pending"',
        choices=("pending", "sent"),
        neutral="sent",
    ),
    _fact(
        "workdays_since_delivery",
        N,
        N_("business days since it was delivered"),
        "workdays_since_delivery >= 5",
        unit="business days",
        neutral=30,
        may_be_unknown=True,
    ),
    _fact("delivered_before", B, N_("it was delivered before the program came"), "not delivered_before", neutral=False),
    _fact("acknowledged", B, N_("its receipt was acknowledged"), "not acknowledged", neutral=False),
    _fact(
        "case_status",
        T,
        N_("who has the case"),
        'case_status == "collections"',
        choices=("collections", "with_administration", "legal", "written_off"),
        neutral="collections",
    ),
    _fact("promise_open", B, N_("a promise to pay stands and is not kept yet"), "promise_open", neutral=False),
    _fact("promised_on", D, N_("the day for which payment was promised"), "promised_on is known", may_be_unknown=True),
    _fact(
        "promise_workdays_late",
        N,
        N_("business days since the promised day has passed"),
        "promise_workdays_late <= 2",
        unit="business days",
        neutral=0,
    ),
    _fact("promise_count", N, N_("promises made for it so far"), "promise_count > 1", unit="promises", neutral=0),
    _fact("payment_claimed", B, N_("the customer says that it was paid"), "payment_claimed", neutral=False),
    _fact(
        "workdays_since_claim",
        N,
        N_("business days since the customer said so"),
        "workdays_since_claim <= 5",
        unit="business days",
        may_be_unknown=True,
    ),
    _fact("claim_count", N, N_("how often the customer has said so"), "claim_count <= 1", unit="claims", neutral=0),
    _fact("dispute_open", B, N_("the customer disputes it"), "dispute_open", neutral=False),
    _fact("dunning_level", N, N_("rungs of its ladder that were sent"), "dunning_level == 0", unit="rungs", neutral=0),
    _fact(
        "intervention",
        T,
        N_("what the intervention that its rung asked for has brought"),
        'intervention == "no_agreement"',
        choices=("none", "open", "agreement", "no_agreement", "agreement_broken", "decided"),
        neutral="none",
    ),
    _fact("intervention_overdue", B, N_("the intervention's deadline has passed without an answer"), "intervention_overdue", neutral=False),
)

REPLY_FACTS = (
    _fact(
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
    _fact("sender_authenticated", B, N_("our own mail server vouches for the sender"), "sender_authenticated", neutral=True),
    _fact("sender_known", B, N_("the sender is a contact of the customer"), "sender_known", neutral=True),
    _fact("doubtful", B, N_("the program is not sure of what it read"), "not doubtful", neutral=False),
    _fact("answers_our_message", B, N_("it answers a message that we sent"), "answers_our_message", neutral=True),
    _fact("decided_by_person", B, N_("a person has said what it is"), "decided_by_person", neutral=False),
    _fact("answers_transmittal", B, N_("it answers the message that delivered invoices"), "answers_transmittal", neutral=False),
    _fact(
        "promise_workdays_ahead",
        N,
        N_("business days from the message to the promised day"),
        "promise_workdays_ahead <= 20",
        unit="business days",
        may_be_unknown=True,
    ),
    _fact("amount", A, N_("the amount that it names"), "amount > 1000.00 MXN", currency_fact="amount_currency", may_be_unknown=True),
    _fact("amount_currency", T, N_("the currency of that amount"), 'amount_currency == "MXN"', may_be_unknown=True),
)

VOCABULARY: dict[Scope, dict[str, Fact]] = {
    Scope.CUSTOMER: {fact.name: fact for fact in CUSTOMER_FACTS},
    Scope.INVOICE: {fact.name: fact for fact in (*CUSTOMER_FACTS, *INVOICE_FACTS)},
    Scope.REPLY: {fact.name: fact for fact in (*CUSTOMER_FACTS, *REPLY_FACTS)},
}
