"""What an invoice that substitutes another takes over from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cobranza_rules.domain.due_basis import basis_as_json, basis_inherited
from cobranza_rules.domain.entry import Entry, day_in
from cobranza_rules.domain.promises import promise_of_json
from cobranza_rules.domain.rung_sent import rung_json, rung_of_json

if TYPE_CHECKING:
    from cobranza_rules.domain.invoice import InvoiceState


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def inherited(state: InvoiceState, entry: Entry) -> InvoiceState:
    """A CFDI that substitutes another goes on from the other's delivery, due date, rung, its wait, and what was said about it."""
    data = entry.data
    return replace(
        state,
        due_on=day_in(data, "due_on") or state.due_on,
        credit_days=days if data["due_on"] and (days := data.get("credit_days")) is not None else state.credit_days,
        due_basis=basis_inherited(state.due_basis, data.get("due_basis"), with_due_date=bool(data["due_on"])),
        delivery=data["delivery"],
        delivered_on=day_in(data, "delivered_on"),
        delivered_by=data["delivered_by"],
        not_received_count=data.get("not_received_count", 0),
        acknowledged=data["acknowledged"],
        acknowledgements=tuple(data.get("acknowledgements", ())),
        case_status=data["case_status"],
        rungs=tuple(rung_of_json(rung) for rung in data["rungs"]),
        promised_on=day_in(data, "promised_on"),
        promised_minor=data["promised_minor"],
        promise_paid=data["promise_paid"],
        promise_count=data["promise_count"],
        promises=tuple(map(promise_of_json, data.get("promises", ()))),
        claimed_on=day_in(data, "claimed_on"),
        claim_count=data["claim_count"],
        cheques=data.get("cheques", {}),
        claim_expired_on=day_in(data, "claim_expired_on"),
        dispute_open=data["dispute_open"],
        dispute_closed_on=day_in(data, "dispute_closed_on") or state.dispute_closed_on,
        reversed_on=day_in(data, "reversed_on") or state.reversed_on,
        intervention=data["intervention"],
        intervention_due=day_in(data, "intervention_due"),
        intervention_task=data["intervention_task"],
        request=state.request or data.get("request"),
        payment_plan=data.get("payment_plan"),
        instalment_on=day_in(data, "instalment_on"),
        instalment_until=day_in(data, "instalment_until"),
        instalment_minor=data.get("instalment_minor", 0),
        plan_percent=data.get("plan_percent", 0),
    )


def inheritance(state: InvoiceState) -> dict[str, Any]:
    """The data of the INHERITED entry that hands `state` on."""
    return {
        "due_on": _iso(state.due_on),
        "credit_days": state.credit_days,
        "due_basis": basis_as_json(state.due_basis),
        "delivery": state.delivery,
        "delivered_on": _iso(state.delivered_on),
        "delivered_by": state.delivered_by,
        "not_received_count": state.not_received_count,
        "acknowledged": state.acknowledged,
        "acknowledgements": [dict(one) for one in state.acknowledgements],
        "case_status": state.case_status,
        "rungs": [rung_json(rung) for rung in state.rungs],
        "promised_on": _iso(state.promised_on),
        "promised_minor": state.promised_minor,
        "promise_paid": state.promise_paid,
        "promise_count": state.promise_count,
        "promises": [promise.as_json() for promise in state.promises],
        "claimed_on": _iso(state.claimed_on),
        "claim_count": state.claim_count,
        **({"cheques": dict(state.cheques)} if state.cheques else {}),
        "claim_expired_on": _iso(state.claim_expired_on),
        "dispute_open": state.dispute_open,
        "dispute_closed_on": _iso(state.dispute_closed_on),
        "reversed_on": _iso(state.reversed_on),
        "intervention": state.intervention,
        "intervention_due": _iso(state.intervention_due),
        "intervention_task": state.intervention_task,
        "request": state.request,
        "payment_plan": state.payment_plan,
        "instalment_on": _iso(state.instalment_on),
        "instalment_until": _iso(state.instalment_until),
        "instalment_minor": state.instalment_minor,
        "plan_percent": state.plan_percent,
    }
