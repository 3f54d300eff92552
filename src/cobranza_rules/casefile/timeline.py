"""The timeline of a case: each event as a sentence that a person reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.cheque_sentences import CHEQUE_SENTENCES
from cobranza_rules.casefile.decision_sentences import DECISION_SENTENCES
from cobranza_rules.casefile.original_sentences import ORIGINAL_SENTENCES
from cobranza_rules.casefile.people_sentences import PEOPLE_SENTENCES
from cobranza_rules.casefile.plan_sentences import PLAN_SENTENCES, stated_as
from cobranza_rules.casefile.timestamp_sentences import PAPER_SENTENCES
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.money import Money
from cobranza_rules.store.tables import CaseEventRow

# What each kind of event says; its fields are those of the event's data. An event of another kind is shown by its name.
SENTENCES = {
    **CHEQUE_SENTENCES,
    **PEOPLE_SENTENCES,
    **DECISION_SENTENCES,
    **ORIGINAL_SENTENCES,
    "customer_met": N_("met on an invoice: {name}, RFC {rfc}; waits for its data"),
    "customer_data": N_("customer data taken in"),
    "issued": N_("invoice {invoice} issued for {amount}, due {due_on}"),
    "due_set": N_("invoice {invoice} is due {due_on}"),
    "due_reckoned": N_("invoice {invoice} is due {due_on}: reckoned anew by {source}, as {who} said"),
    "due_moved": N_("invoice {invoice} is due {due_on}, {because}"),
    "covered": N_("agreement {number}, version {version}, covers invoice {invoice}"),
    "uncovered": N_("agreement {number} covers invoice {invoice} no more"),
    "request_tied": N_("invoice {invoice} answers billing request {request} ({by})"),
    "request_accepted": N_("billing request {request} over {amount} accepted: {concept}; approved by {approver} on {approved_on}"),
    "request_refused": N_("billing request {request} over {amount} refused: {reasons}"),
    "agreement": N_("agreement {number}, version {version}, from {valid_from}{until}"),
    "agreement_file": N_("file {name} kept with agreement {number}"),
    "payment_applied": N_("payment of {amount} applied to {invoice}"),
    "payment_reversed": N_("payment taken back from {invoice}"),
    "payment_unapplied": N_("payment taken back from {invoice}: a deposit was applied to it that is not for it{said}"),
    "deposit_joined": N_("the bank's deposit {deposit} of {booked_on} over {amount} is payment {payment}"),
    "deposit_parted": N_("the bank's deposit {deposit} is not payment {payment}{said}"),
    "deposit_returned": N_("the bank has taken deposit {deposit} over {amount} back{said}"),
    "claim_confirmed": N_("the payment of {invoice} claimed on {claimed_on} is found: {amount} (payment {payment})"),
    "payment_retold": N_("other evidence tells of a payment of {invoice}: what was said of it before counts no more"),
    "payment_receipt": N_("receipt {uuid} of a payment of {amount} received (SHA-256 {document})"),
    "credit_withdrawn": N_("credit note taken back from {invoice}: the CFDI says what it covers"),
    "cfdi_booked": N_("the CFDI of {invoice} came in: {uuid}"),
    "ledger_stated": N_("the accounting system holds {amount} of {invoice} open"),
    "ledger_silent": N_("what the accounting system says of {invoice} counts no more"),
    "credit_applied": N_("credit note {number} over {amount} applied to {invoice}"),
    "credit_note": N_("credit note {number} over {amount} received"),
    "credit_reversed": N_("credit note {number} taken back from {invoice}"),
    "credit_note_requested": N_("Accounting asked for the credit note over {amount} on {invoice} (discount {discount})"),
    "credit_note_answered": N_("Accounting says of the credit note over {amount} on {invoice}{said}"),
    "discount_captured": N_("{who} takes {amount} off {invoice} for {reason}: {text}"),
    "discount_applied": N_("{amount} taken off {invoice} for {reason} (discount {discount})"),
    "discount_credited": N_("discount {discount} on {invoice} is documented by credit note {credit_note}, which came before it"),
    "discount_reversed": N_("discount {discount} on {invoice} counts no more: {because}{said}"),
    "discount_documented": N_("credit note {number} takes the place of discount {discount} on {invoice}"),
    "discount_approved": N_("discount {discount} of {amount} on {invoice} approved by {who}{said}"),
    "discount_refused": N_("discount {discount} of {amount} on {invoice} refused by {who}{said}"),
    "credit_note_cancelled": N_("credit note {number} over {amount} was cancelled"),
    "cfdi_status_list": N_("a list says of {of} at the SAT: {state}{told}"),
    "cfdi_status_sat": N_("the SAT says of {of}: {state}{told}"),
    "cancellation_requested": N_("the cancellation of {invoice} is under way"),
    "cancellation_refused": N_("the cancellation of {invoice} was refused: it is owed as before"),
    "cancelled": N_("invoice {invoice} was cancelled"),
    "substituted": N_("invoice {invoice} was substituted by another CFDI"),
    "inherited": N_("invoice {invoice} goes on from the one that it substitutes"),
    "delivered": N_("invoice {invoice} delivered{how}"),
    "delivery_undone": N_("delivery of {invoice} undone: the message came back"),
    "delivery_not_received": N_("delivery of {invoice} undone: the customer says that it did not arrive"),
    "acknowledged": N_("receipt of {invoice} acknowledged{said}"),
    "acknowledgement_undone": N_("acknowledgement of {invoice} taken back by {who}: {reason}"),
    "support_required": N_("{invoice} goes with: {kinds}"),
    "support_attached": N_("{name} put with {invoice} as its {kind} (SHA-256 {document})"),
    "support_withdrawn": N_("{name} taken back from {invoice} by {who}: {reason}"),
    "rung_sent": N_("{rung} sent for {invoice}{next}"),
    "rung_carried_out": N_("{rung} carried out for {invoice}"),
    "reminded_before": N_("before the program came: {rung} for {invoice}"),
    "rung_undone": N_("reminder for {invoice} undone: the message came back"),
    "promised": N_("payment of {invoice} promised for {pay_on}{said}"),
    "promise_withdrawn": N_("the promise for {invoice} is withdrawn{said}"),
    "payment_claimed": N_("the customer says that {invoice} was paid{said}"),
    "claim_rejected": N_("the payment claimed for {invoice} was not found{said}"),
    "noted_note": N_("note of {who}: {text}"),
    "noted_call": N_("call of {who}: {text}"),
    "noted_meeting": N_("meeting of {who}: {text}"),
    "content_erased": N_("{who} erased content of earlier events: {why}"),
    "claim_expired": N_("{invoice}: the claimed payment has expired; none was seen"),
    "dispute_opened": N_("{invoice} is disputed: {reason}"),
    "dispute_closed": N_("the dispute over {invoice} is closed"),
    "action_planned": N_("{rule} planned for {invoices}"),
    "action_awaiting_signature": N_("{rule} for {invoices}: {reason}"),
    "action_approved": N_("{rule} for {invoices}: {reason}"),
    "action_sending": N_("{rule} for {invoices}: {reason}"),
    "action_sent": N_("{rule} for {invoices} is done: {reason}"),
    "action_failed": N_("{rule} for {invoices} failed: {reason}"),
    "action_uncertain": N_("{rule} for {invoices} is uncertain: {reason}"),
    "action_cancelled": N_("{rule} for {invoices} cancelled: {reason}"),
    "sign_approved": N_("signed by {who} ({role}){said}"),
    "sign_rejected": N_("signature refused by {who} ({role}){said}"),
    "rubric_approved": N_("initialled by {who} ({role}){said}"),
    "rubric_rejected": N_("rubric refused by {who} ({role}){said}"),
    "release_approved": N_("released by {who} ({role}){said}"),
    "release_rejected": N_("release refused by {who} ({role}){said}"),
    "approval_asked": N_("{to} asked by mail to decide on {rule}: approval {approval}, documents with SHA-256 {shown}"),
    "approval_delegated": N_("{who} lets {to} ({to_role}) decide instead{said}"),
    "people_told": N_("{rule}: {told} told of {about} ({outcome})"),
    "task_opened": N_("task for {assigned_to}: {name}{until}"),
    "task_done": N_("task {name} done by {who}{said}"),
    "task_withdrawn": N_("task {name} withdrawn: {who} has said what the message is"),
    "message_received": N_("message from {sender}: {kind} ({subject})"),
    "message_assigned": N_("{who} says that the message is {kind}{said}"),
    "message_settled": N_("message settled by {who}: {kind}"),
    "message_undone": N_("{rule}: what the message did is undone, for it came back"),
    "recorded_promise": N_("promise recorded for {invoices}"),
    "recorded_payment_claim": N_("claimed payment recorded for {invoices}"),
    "recorded_not_received": N_("recorded that {invoices} did not reach the customer"),
    "recorded_dispute": N_("dispute recorded for {invoices}"),
    "recorded_nothing": N_("nothing is recorded: no invoice that the message is about is open any more"),
    "recorded_acknowledgement": N_("acknowledgement recorded"),
    "write_off_evidence": N_("evidence for a write-off, {point}, noted by {who}{said}"),
    "override_ladder": N_("override {number} by {who}: {subject} climbs ladder {ladder}{until}: {why}"),
    "override_hold": N_("override {number} by {who}: {subject} is on hold for {blocks}{until}: {why}"),
    "override_exclude": N_("override {number} by {who}: {subject} is left alone{until}: {why}"),
    "override_ended": N_("override {number} on {subject} ended by {who}: {why}"),
    "recipients_left_out": N_("{rule}: not accepted for {recipients}"),
    "recipients_followed_up": N_("{rule}: later accepted for {recipients} too"),
    "recipients_given_up": N_("{rule}: not sent any more to {recipients}: {reason}"),
    "recipients_settled": N_("{rule}: {who} says that it left for those of whom nobody knew"),
    "recipients_settled_not": N_("{rule}: {who} says that it did not leave for those of whom nobody knew; they get it now"),
    "not_in_archive": N_("{rule}: no copy is in the archive mailbox; a person has to find out whether it left"),
    "message_reported": N_("{rule}: reported for {recipient}: {what} (no acknowledgement of receipt)"),
    **PLAN_SENTENCES,
    **PAPER_SENTENCES,
    "address_marked": N_("address {address} marked: it does not take our mail"),
}
# What may move a due date, by the entry that did
BECAUSE = {
    "delivered": N_("for it was delivered"),
    "delivery_undone": N_("for its delivery is undone"),
    "acknowledged": N_("for it was acknowledged"),
    "inherited": N_("in place of the one that it substitutes"),
}
# Why a discount counts no more
BECAUSE_OF_DISCOUNTS = {
    "withdrawn": N_("it was withdrawn"),
    "payment_reversed": N_("the payment was taken back"),
    "invoice_closed": N_("the invoice is closed"),
    "other_credit": N_("a credit over another amount may be meant"),
}
# Fields of events that hold an identifier of ours: they are shown as words.
WORDS = frozenset(
    {
        "rule",
        "rung",
        "kind",
        "answer",
        "case_status",
        "role",
        "assigned_to",
        "ladder",
        "outcome",
        "by",
        "state",
        "process",
        "what",
        "to_role",
        "point",
    }
)
SAID = ("person", "title", "phone", "answer", "comment")  # What people add, as far as they did
SAID_BY_HAND = ("who", "amount", "reference", *SAID)
BY_HAND = frozenset({"promised", "promise_withdrawn", "payment_claimed", "claim_rejected"})
SAID_OF_RECEIPT = ("kind", *SAID)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    seq: int
    happened_on: dt.date
    known_at: dt.datetime
    kind: str
    sentence: Sentence
    data: Mapping[str, Any]
    hash: str = ""
    actor: str | None = None
    rules_version: int | None = None


def timeline(session: Session, customer_id: int, since: dt.date | None = None) -> Iterator[TimelineEvent]:
    """In the order in which things came to be known; `since` leaves out what happened before that day."""
    query = select(CaseEventRow).where(CaseEventRow.customer_id == customer_id).order_by(CaseEventRow.seq)
    for row in session.scalars(query if since is None else query.where(CaseEventRow.happened_on >= since)):
        told = sentence_of(row.kind, row.data)
        yield TimelineEvent(row.seq, row.happened_on, row.known_at, row.kind, told, row.data, row.hash, row.actor, row.rules_version)


def sentence_of(kind: str, data: Mapping[str, Any]) -> Sentence:
    if data.get("erased") is True:
        return _("{kind}: its content was erased", kind=word(kind))
    template = SENTENCES.get(_told_as(kind, data))
    if template is None:
        return _("{kind}", kind=word(kind))
    words = WORDS | {"name"} if kind.startswith("task_") else WORDS
    fields = {name: word(value) if name in words and value else _shown(value) for name, value in data.items()}
    fields.setdefault("invoices", _about(data))
    if "minor" in data and data.get("currency"):
        fields["amount"] = str(Money(data["minor"], data["currency"]))
    said = [
        word(data[name]) if name in WORDS else Sentence("{text}", {"text": data[name]})
        for name in (SAID_OF_RECEIPT if kind == "acknowledged" else SAID_BY_HAND if kind in BY_HAND else SAID)
        if data.get(name)
    ]
    said += _acknowledged_with(data) if kind == "acknowledged" else []
    fields["said"] = _(": {said}", said=joined(said)) if said else ""
    fields["how"] = _how(data) if kind == "delivered" else ""
    if kind == "dispute_opened" and data.get("reason"):
        fields["reason"] = word(data["reason"])
    if kind.startswith("discount_"):
        fields["reason"] = word(data["reason"]) if data.get("reason") else ""
        fields["because"] = Sentence(BECAUSE_OF_DISCOUNTS.get(data.get("because", ""), "-"))
    elif data.get("because") in BECAUSE:
        fields["because"] = Sentence(BECAUSE[data["because"]])
    fields["next"] = _("; next contact on {day}", day=data["next_contact"]) if data.get("next_contact") else ""
    fields.setdefault("told", _(", {process}", process=word(data["process"])) if data.get("process") else "")
    fields["until"] = _(", until {day}", day=last) if (last := data.get("due_on") or data.get("until")) else ""
    if kind == "data_corrected":
        fields["fields"] = joined(map(word, data["fields"]))
    if "kinds" in data:
        fields["kinds"] = joined(map(word, data["kinds"])) if data["kinds"] else "-"
    if "blocks" in data:
        fields["blocks"] = joined(map(word, data["blocks"])) if data["blocks"] else "-"
    return Sentence(template, fields)


def _acknowledged_with(data: Mapping[str, Any]) -> list[Sentence]:
    """What a person finds again on paper: the number, the days that the customer has given, and the scan or message by its hash."""
    told = (
        ("number", _("number {value}", value=data.get("number"))),
        ("review_on", _("review on {value}", value=data.get("review_on"))),
        ("payment_on", _("payment programmed for {value}", value=data.get("payment_on"))),
        ("document", _("document with SHA-256 {value}", value=data.get("document"))),
    )
    return [sentence for name, sentence in told if data.get(name)]


def _how(data: Mapping[str, Any]) -> Sentence | str:
    if not data.get("mode"):
        return ""
    mode = word(data["mode"])
    return _(" ({mode}; carried by {who})", mode=mode, who=data["carried_by"]) if data.get("carried_by") else _(" ({mode})", mode=mode)


def _told_as(kind: str, data: Mapping[str, Any]) -> str:
    """Some kinds say something else by what they carry: a rung that stays in the house sends nothing to anybody."""
    if kind == "rung_sent" and data.get("internal"):
        return "rung_carried_out"
    if kind == "delivery_undone" and data.get("not_received"):
        return "delivery_not_received"
    if kind == "payment_reversed" and data.get("retold"):
        return "payment_unapplied" if data.get("who") else "payment_retold"
    if kind == "discount_reversed" and data["because"] == "credited":
        return "discount_documented"
    if kind == "due_set" and data.get("because") in BECAUSE:
        return "due_moved"  # It was not agreed on anew.
    if kind == "due_set" and "who" in data:
        return "due_reckoned"
    if kind in ("cheque_received", "cheque_deposited") and not {"received_by", "account"} & data.keys():
        return "cheque_waits"
    if kind.startswith("recorded_") and data.get("invoices") == [] and kind != "recorded_acknowledgement":
        return "recorded_nothing"
    if kind == "recipients_settled" and not data.get("left"):
        return "recipients_settled_not"
    if kind == "plan_stated":
        return stated_as(data)
    return "ledger_silent" if kind == "ledger_stated" and "minor" not in data else kind


def _about(data: Mapping[str, Any]) -> Sentence | str:
    """What an action is about that is about no invoices."""
    if "payment" in data:
        return _("payment {name}", name=_shown(data["payment"]))
    return str(_shown(data.get("customer", "-")))


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping) and "text" in value:
        return Sentence.from_json(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None else value
