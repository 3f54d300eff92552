"""States of an invoice as the data of entries and rows: what a substituted invoice hands on, and a rung."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cobranza_rules.domain.invoice import InvoiceState, RungSent


def inheritance(state: InvoiceState) -> dict[str, Any]:
    """The data of the INHERITED entry that hands `state` on."""
    return {
        "due_on": _iso(state.due_on),
        "delivery": state.delivery,
        "delivered_on": _iso(state.delivered_on),
        "delivered_by": state.delivered_by,
        "acknowledged": state.acknowledged,
        "case_status": state.case_status,
        "rungs": [rung_json(rung) for rung in state.rungs],
        "promised_on": _iso(state.promised_on),
        "promised_minor": state.promised_minor,
        "promise_paid": state.promise_paid,
        "promise_count": state.promise_count,
        "claimed_on": _iso(state.claimed_on),
        "claim_count": state.claim_count,
        "dispute_open": state.dispute_open,
        "dispute_closed_on": _iso(state.dispute_closed_on),
        "reversed_on": _iso(state.reversed_on),
        "intervention": state.intervention,
        "intervention_due": _iso(state.intervention_due),
        "intervention_task": state.intervention_task,
        "request": state.request,
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def rung_json(rung: RungSent) -> dict[str, Any]:
    return {
        "ladder": rung.ladder,
        "rung": rung.rung,
        "on": rung.on.isoformat(),
        "action": rung.action,
        "next_contact": rung.next_contact.isoformat() if rung.next_contact else None,
    }
