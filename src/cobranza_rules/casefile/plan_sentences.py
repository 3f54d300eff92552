"""What the case file says of payment plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cobranza_rules.language import N_

PLAN_SENTENCES = {
    "plan_stated": N_("payment plan {plan} for {invoice}: {percent} % kept, {amount} is to be paid by {on}"),
    "plan_kept": N_("payment plan {plan} for {invoice} is kept"),
    "plan_over": N_("no payment plan is about {invoice} any more"),
    "payment_plan_agreed": N_("payment plan {plan} for {invoices} agreed on by {who} with {agreed_with}: {instalments}{said}"),
    "payment_plan_cancelled": N_("payment plan {plan} cancelled by {who}{said}"),
    "payment_plan_replaced": N_("payment plan {plan} replaced by {who}{said}"),
    "decision_reopened": N_("{who} has agreed with the customer after all: nobody decides on {invoices} any more"),
    "late_agreement": N_(
        "{who} agreed with the customer on {invoices} when the case had left or was decided on: administration is told{said}"
    ),
    "payment_plan_broken": N_("payment plan {plan} is broken: {amount} of {due_on} was not paid"),
}


def stated_as(data: Mapping[str, Any]) -> str:
    """What an invoice says of its plan: the next instalment, that all are kept, or that it has none any more."""
    if data.get("plan") is None:
        return "plan_over"
    return "plan_stated" if data.get("on") else "plan_kept"
