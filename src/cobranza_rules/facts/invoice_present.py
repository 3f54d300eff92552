"""What facts of an invoice are made of."""

from __future__ import annotations

from typing import Any, Protocol


class InvoicePresent(Protocol):
    """What invoice facts are made of; a database row has it. Amounts in minor units."""

    number: Any
    currency: Any
    total: Any
    balance: Any
    paid: Any
    status: Any
    payment_method: Any
    cancellation_pending: Any
    support_missing: Any
    issued_on: Any
    due_on: Any
    due_basis: Any
    delivery: Any
    delivered_on: Any
    delivered_by: Any
    not_received_count: Any
    acknowledged: Any
    case_status: Any
    promised_on: Any
    promised_minor: Any
    promise_paid: Any
    promise_count: Any
    claimed_on: Any
    claim_expired_on: Any
    reversed_on: Any
    claim_count: Any
    cheque_state: Any
    cheque_on: Any
    dispute_open: Any
    dunning_level: Any
    cfdi_missing: Any
    ledger_difference: Any
    intervention: Any
    intervention_due: Any
    instalment_on: Any
    instalment_until: Any
    instalment_minor: Any
    plan_percent: Any
    agreement: Any
    request: Any
