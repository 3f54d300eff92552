"""The facts of what Accounting has to do: discounts, credit notes that it was asked for, and packets."""

from __future__ import annotations

from cobranza_rules.domain.accounting import PacketState
from cobranza_rules.domain.discount import DiscountKind, DiscountState
from cobranza_rules.facts.fact import A, B, N, T, fact
from cobranza_rules.language import N_

_KINDS = tuple(kind.value for kind in DiscountKind)
_STATES = tuple(state.value for state in (DiscountState.WAITING, DiscountState.APPLIED, DiscountState.REQUESTED, DiscountState.CREDITED))
_PACKETS = tuple(state.value for state in PacketState if state is not PacketState.REPLACED)

DISCOUNT_FACTS = (
    fact("invoice", T, N_("the number of the invoice that it is taken off"), 'invoice == "FA-1001"'),
    fact("amount", A, N_("what is taken off"), "amount > 1000.00 MXN", currency_fact="currency"),
    fact("currency", T, N_("the currency of that"), 'currency == "USD"'),
    fact("discount_kind", T, N_("why it is taken off"), 'discount_kind == "prompt_payment"', choices=_KINDS, neutral="volume"),
    fact("discount_state", T, N_("how far it has come"), 'discount_state == "waiting"', choices=_STATES, neutral="applied"),
    fact(
        "workdays_since_discount",
        N,
        N_("business days since the day to whose collections it belongs"),
        "workdays_since_discount >= 1",
        unit="business days",
        neutral=0,
    ),
    fact("sent_to_accounting", B, N_("it is in a packet for Accounting that stands"), "not sent_to_accounting", neutral=False),
)

CREDIT_NOTE_REQUEST_FACTS = (
    fact("invoice", T, N_("the number of the invoice whose credit note is asked for"), 'invoice == "FA-1001"'),
    fact("amount", A, N_("what the credit note has to be over"), "amount > 1000.00 MXN", currency_fact="currency"),
    fact("currency", T, N_("the currency of that"), 'currency == "USD"'),
    fact("discount_kind", T, N_("what it documents"), 'discount_kind == "return"', choices=_KINDS, neutral="volume"),
    fact(
        "workdays_since_request",
        N,
        N_("business days since Accounting was asked for it"),
        "workdays_since_request >= 5",
        unit="business days",
        neutral=0,
    ),
    fact("answered", B, N_("Accounting has said what becomes of it, and it did not come"), "not answered", neutral=False),
)

PACKET_FACTS = (
    fact("currency", T, N_("the currency of what was collected"), 'currency == "USD"'),
    fact("packet_state", T, N_("how far it has come"), 'packet_state == "sent"', choices=_PACKETS, neutral="sent"),
    fact(
        "workdays_since_sent",
        N,
        N_("business days since it was sent; unknown of one that was not"),
        "workdays_since_sent >= 3",
        unit="business days",
        neutral=0,
        may_be_unknown=True,
    ),
    fact("revision", N, N_("how often it was written: 1 the first time"), "revision > 2", unit="revisions", neutral=1),
    fact(
        "notes_to_request",
        N,
        N_("its discounts that no credit note documents and for which none was asked"),
        "notes_to_request > 0",
        unit="discounts",
        neutral=0,
    ),
)
