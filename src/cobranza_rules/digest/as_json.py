"""The digest as JSON: amounts as plain texts beside their currency, dates as ISO 8601."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cobranza_rules.digest.value import Amounts, Differences, Digest, Messages, NotLeaving, OutOfOrder, Waiting
from cobranza_rules.language import Translate
from cobranza_rules.money import Money


def digest_json(digest: Digest, translate: Translate) -> dict[str, Any]:
    return {
        "on": digest.on.isoformat(),
        "mode": digest.mode,
        "today": {
            "planned": _messages(digest.today.planned),
            "ready": _messages(digest.today.ready),
            "left": _messages(digest.today.left),
        },
        "waiting": [_waiting(one) for one in digest.waiting],
        "not_leaving": [_not_leaving(one, translate) for one in digest.not_leaving],
        "out_of_order": _out_of_order(digest.out_of_order, translate),
        "week": [
            {
                "on": day.on.isoformat(),
                "messages": _messages(day.messages),
                "beyond_limit": day.beyond_limit,
                "inside": [
                    {
                        "rule": one.rule_id,
                        "kind": one.kind,
                        "name": one.name or None,
                        "who": list(one.who),
                        "count": one.count,
                        "customers": one.customers,
                    }
                    for one in day.inside
                ],
            }
            for day in digest.week
        ],
    }


def _amounts(amounts: Amounts) -> list[dict[str, str]]:
    return [{"currency": currency, "amount": Money(minor, currency).plain()} for currency, minor in amounts.items()]


def _messages(found: Iterable[Messages]) -> list[dict[str, Any]]:
    return [
        {
            "rule": one.rule_id,
            "messages": one.count,
            "customers": one.customers,
            "invoices": one.invoices,
            "amounts": _amounts(one.amounts),
        }
        for one in found
    ]


def _waiting(one: Waiting) -> dict[str, Any]:
    return {
        "queue": one.queue,
        "who": one.who,
        "name": one.name,
        "count": one.count,
        "since": one.since.isoformat() if one.since else None,
        "due_on": one.due_on.isoformat() if one.due_on else None,
        "late": one.late,
        "workdays": one.workdays,
        "amounts": _amounts(one.amounts),
        "customers": list(one.customers),
    }


def _not_leaving(one: NotLeaving, translate: Translate) -> dict[str, Any]:
    (shown,) = _messages([one.messages])
    return {**shown, "customers": list(one.customers), "prospect": one.prospect.value, "reason": one.why.text(translate)}


def _differences(found: Differences | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"invoices": found.invoices, "customers": found.customers, "amounts": _amounts(found.amounts)}


def _out_of_order(found: OutOfOrder, translate: Translate) -> dict[str, Any]:
    return {
        "stopped": found.stopped.text(translate) if found.stopped else None,
        "paused": found.paused.text(translate) if found.paused else None,
        "put_off": {"messages": found.put_off.messages, "why": found.put_off.why.text(translate)} if found.put_off else None,
        "stale": [{"hold": hold_id, "because": causes.text(translate)} for hold_id, causes in found.stale],
        "holds": [
            {"hold": one.hold_id, "invoices": one.invoices, "customers": one.customers, "amounts": _amounts(one.amounts)}
            for one in found.holds
        ],
        "failures": [{"to": list(one.to), "kind": one.kind, "state": one.state, "detail": one.detail} for one in found.failures],
        "incidents": list(found.incidents),
        "differences": _differences(found.differences),
        "pue_payments": [
            {
                "invoice": one.invoice,
                "customer": one.customer,
                "paid_on": one.paid_on.isoformat(),
                "amounts": _amounts(one.amounts),
                "late": one.late,
                "in_part": one.in_part,
            }
            for one in found.pue_payments
        ],
        "hours_since_mailbox_poll": found.hours_since_mailbox_poll,
        "workdays_since_bank_statement": found.workdays_since_bank_statement,
        "old_accounts": [{"account": account, "through": day.isoformat() if day else None} for account, day in found.old_accounts],
        "bank_gaps": [gap.as_json() for gap in found.gaps],
    }
