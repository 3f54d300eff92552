"""Every fact that a rule may name, by scope."""

from __future__ import annotations

from cobranza_rules.facts.fact import A, B, D, Fact, FactType, N, Scope, T, Value, fact
from cobranza_rules.facts.vocabulary_accounting import CREDIT_NOTE_REQUEST_FACTS, DISCOUNT_FACTS, PACKET_FACTS
from cobranza_rules.facts.vocabulary_cash import DEPOSIT_FACTS, ON_ACCOUNT_FACTS
from cobranza_rules.facts.vocabulary_plans import INSTALMENT_FACTS, PLAN_FACTS
from cobranza_rules.facts.vocabulary_queues import APPROVAL_FACTS, PAYMENT_FACTS, TASK_FACTS
from cobranza_rules.facts.vocabulary_replies import REPLY_FACTS
from cobranza_rules.language import N_

__all__ = ["ON_ACCOUNT_FACTS", "OWN_FACTS", "PROMISES_KEPT", "VOCABULARY", "Fact", "FactType", "Scope", "Value"]

PROMISES_KEPT = "promises_kept_percent"  # Read only where a rule names it

CUSTOMER_FACTS = (
    fact("customer", T, N_("the customer's code"), 'customer == "C-014"'),
    fact("customer_kind", T, N_("domestic or foreign"), 'customer_kind == "foreign"', choices=("domestic", "foreign"), neutral="domestic"),
    fact("customer_ready", B, N_("its data is complete, so that it may be written to"), "customer_ready", neutral=True),
    fact("language", T, N_("the language in which it is written to"), 'language == "en"', choices=("es", "en"), neutral="es"),
    fact(
        "delivery_mode",
        T,
        N_("how its invoices are delivered"),
        'delivery_mode == "portal"',
        choices=("email", "in_person", "portal"),
        neutral="email",
    ),
    fact("credit_days", N, N_("credit days agreed with it"), "credit_days > 60", unit="days", may_be_unknown=True),
    fact("segment", T, N_("the segment in which the company counts it"), 'segment == "AA"', may_be_unknown=True),
    fact("credit_stopped", B, N_("it gets no more credit until somebody lifts the stop"), "credit_stopped", neutral=False),
    fact(
        "credit_stopped_on",
        D,
        N_("the day since which it gets no credit; unknown while it gets some"),
        "credit_stopped_on < 2026-03-01",
        may_be_unknown=True,
    ),
    fact("inbox_open", N, N_("messages of the customer that wait for a person"), "inbox_open > 0", unit="messages", neutral=0),
    fact(
        PROMISES_KEPT,
        N,
        N_("promises kept in a hundred of those whose day has passed, for all its invoices; unknown while there are fewer than 3"),
        "promises_kept_percent < 50",
        unit="percent",
        may_be_unknown=True,
    ),
    fact(
        "workdays_since_bank_statement",
        N,
        N_("business days since the company's bank data was last read"),
        "workdays_since_bank_statement > 2",
        unit="business days",
        neutral=0,
        may_be_unknown=True,
    ),
    fact(
        "hours_since_mailbox_poll",
        N,
        N_("hours since the mailbox was last read with success"),
        "hours_since_mailbox_poll > 4",
        unit="hours",
        neutral=0,
        may_be_unknown=True,
    ),
)


# Only where a rule or hold is about the customer itself: single invoices do not ask for them.
PORTFOLIO_FACTS = (
    fact("open_invoices", N, N_("its open invoices"), "open_invoices > 0", unit="invoices", neutral=0),
    fact("overdue_invoices", N, N_("its open invoices whose due date has passed"), "overdue_invoices >= 3", unit="invoices", neutral=0),
    fact(
        "oldest_days_overdue",
        N,
        N_("days past the due date of its oldest open invoice; 0 where none is overdue"),
        "oldest_days_overdue > 60",
        unit="days",
        neutral=0,
    ),
    fact(
        "credit_limit_exceeded",
        B,
        N_("it owes more in some currency than the credit limit of the agreement that covers the day"),
        "credit_limit_exceeded",
        neutral=False,
    ),
)


INVOICE_FACTS = (
    fact("invoice", T, N_("the invoice's number"), 'invoice == "FA-1001"'),
    fact("currency", T, N_("the invoice's currency"), 'currency == "USD"'),
    fact("total", A, N_("what was invoiced"), "total >= 100000.00 MXN", currency_fact="currency"),
    fact("balance", A, N_("what is still owed"), "balance > 0", currency_fact="currency"),
    fact("paid", A, N_("what payments, credit notes and discounts have covered"), "paid > 0", currency_fact="currency", neutral=0),
    fact(
        "status",
        T,
        N_("where the invoice stands"),
        'status == "open"',
        choices=("open", "paid", "cancelled", "substituted"),
        neutral="open",
    ),
    fact("payment_method", T, N_("PUE or PPD, as the CFDI says"), 'payment_method == "PPD"', choices=("PUE", "PPD"), neutral="PPD"),
    fact("cancellation_pending", B, N_("its cancellation is under way"), "not cancellation_pending", neutral=False),
    fact("agreement", T, N_("the agreement that covers its day of issue"), "agreement is unknown", may_be_unknown=True),
    fact("requested", B, N_("it answers a billing request of Sales"), "not requested", neutral=False),
    fact("issued_on", D, N_("the day on which it was issued"), "issued_on >= 2026-01-01"),
    fact(
        "days_since_issue_month",
        N,
        N_("days past the last day of the month in which it was issued; 0 on that day, negative before it"),
        'payment_method == "PUE" and days_since_issue_month >= 20',
        unit="days",
    ),
    fact(
        "pue_unpaid_past_month",
        B,
        N_("it was issued as PUE and is still owed past the month of issue, and the days after it that the settings say"),
        "pue_unpaid_past_month",
        neutral=False,
    ),
    fact("due_on", D, N_("the day on which it is due"), "due_on < 2026-12-31", may_be_unknown=True),
    fact(
        "days_overdue",
        N,
        N_("days past its due date; 0 on that day, negative before it"),
        "days_overdue >= 1",
        unit="days",
        may_be_unknown=True,
    ),
    fact(
        "overdue_amount",
        A,
        N_("what is overdue of it; of instalments those that are past their due date"),
        "overdue_amount > 0",
        currency_fact="currency",
    ),
    fact("aging_bucket", T, N_("its aging bucket"), 'aging_bucket == "31-60"', may_be_unknown=True),
    fact(
        "delivery",
        T,
        N_("whether it was delivered"),
        'delivery == "pending"',
        choices=("pending", "sent"),
        neutral="sent",
    ),
    fact(
        "workdays_since_delivery",
        N,
        N_("business days since it was delivered"),
        "workdays_since_delivery >= 5",
        unit="business days",
        neutral=30,
        may_be_unknown=True,
    ),
    fact("support_missing", B, N_("a file that has to go with it is not on file yet"), "support_missing", neutral=False),
    fact("delivered_before", B, N_("it was delivered before the program came"), "not delivered_before", neutral=False),
    fact(
        "not_received_count",
        N,
        N_("how often the customer has said that it did not arrive"),
        "not_received_count >= 2",
        unit="times",
        neutral=0,
    ),
    fact("acknowledged", B, N_("its receipt was acknowledged"), "not acknowledged", neutral=False),
    fact(
        "case_status",
        T,
        N_("who has the case"),
        'case_status == "collections"',
        choices=("collections", "with_administration", "legal", "written_off"),
        neutral="collections",
    ),
    fact("promise_open", B, N_("a promise to pay stands and is not kept yet"), "promise_open", neutral=False),
    fact("promised_on", D, N_("the day for which payment was promised"), "promised_on is known", may_be_unknown=True),
    fact(
        "promise_workdays_late",
        N,
        N_("business days since the promised day has passed"),
        "promise_workdays_late <= 2",
        unit="business days",
        neutral=0,
    ),
    fact("promise_count", N, N_("promises made for it so far"), "promise_count > 1", unit="promises", neutral=0),
    fact("payment_claimed", B, N_("the customer says that it was paid"), "payment_claimed", neutral=False),
    fact(
        "claim_state",
        T,
        N_("whether the payment that the customer claims is looked for, or was so long enough without being seen"),
        'claim_state == "open"',
        choices=("none", "open", "expired"),
        neutral="none",
    ),
    fact(
        "workdays_since_claim",
        N,
        N_("business days since the customer said so"),
        "workdays_since_claim <= 5",
        unit="business days",
        may_be_unknown=True,
    ),
    fact(
        "workdays_since_reversal",
        N,
        N_("business days since what covered it was taken back: a payment that the bank returned, a credit note that was cancelled"),
        "workdays_since_reversal <= 5",
        unit="business days",
        may_be_unknown=True,
    ),
    fact("claim_count", N, N_("how often the customer has said so"), "claim_count <= 1", unit="claims", neutral=0),
    fact(
        "cheque_state",
        T,
        N_("how far a cheque has come that was given for it; of several the one that waits longest"),
        'cheque_state in ["received", "deposited"]',
        choices=("none", "received", "deposited", "returned"),
        neutral="none",
    ),
    fact(
        "workdays_since_cheque",
        N,
        N_("business days since it could be deposited, was deposited, or came back; 0 before the day of a post-dated one"),
        'cheque_state == "received" and workdays_since_cheque > 2',
        unit="business days",
        may_be_unknown=True,
    ),
    fact("dispute_open", B, N_("the customer disputes it"), "dispute_open", neutral=False),
    fact("cfdi_missing", B, N_("its CFDI is not here: only the accounting system has told of it"), "cfdi_missing", neutral=False),
    fact(
        "ledger_difference",
        B,
        N_("the accounting system says that another amount is open of it"),
        "ledger_difference",
        neutral=False,
    ),
    fact("dunning_level", N, N_("rungs of its ladder that were sent"), "dunning_level == 0", unit="rungs", neutral=0),
    fact(
        "intervention",
        T,
        N_("what the intervention that its rung asked for has brought"),
        'intervention == "no_agreement"',
        choices=("none", "open", "agreement", "no_agreement", "agreement_broken", "decided"),
        neutral="none",
    ),
    fact("intervention_overdue", B, N_("the intervention's deadline has passed without an answer"), "intervention_overdue", neutral=False),
    *PLAN_FACTS,
)

# A packet is about many customers, and whose a deposit is nobody knows yet: they have no facts of a customer.
OF_NO_CUSTOMER = frozenset({Scope.PACKET, Scope.DEPOSIT})

# The facts of each scope beside those of the customer.
OWN_FACTS: dict[Scope, tuple[Fact, ...]] = {
    Scope.CUSTOMER: (*PORTFOLIO_FACTS, *ON_ACCOUNT_FACTS),
    Scope.INVOICE: INVOICE_FACTS,
    Scope.REPLY: REPLY_FACTS,
    Scope.TASK: TASK_FACTS,
    Scope.APPROVAL: APPROVAL_FACTS,
    Scope.PAYMENT: PAYMENT_FACTS,
    Scope.DISCOUNT: DISCOUNT_FACTS,
    Scope.CREDIT_NOTE_REQUEST: CREDIT_NOTE_REQUEST_FACTS,
    Scope.INSTALMENT: INSTALMENT_FACTS,
    Scope.PACKET: PACKET_FACTS,
    Scope.DEPOSIT: DEPOSIT_FACTS,
}

VOCABULARY: dict[Scope, dict[str, Fact]] = {
    scope: {each.name: each for each in (*(() if scope in OF_NO_CUSTOMER else CUSTOMER_FACTS), *own)} for scope, own in OWN_FACTS.items()
}
