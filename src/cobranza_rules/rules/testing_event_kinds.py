"""What may happen in a rule test, and what each of it says."""

from __future__ import annotations

from collections.abc import Mapping

from cobranza_rules.facts.build import COMPANY_FACTS
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.rules.model import Blocks
from cobranza_rules.rules.overrides import OverrideKind
from cobranza_rules.rules.testing_model import Fate

NAMED_INVOICES = ("invoice", "invoices")


OVERRIDES = tuple(kind.value for kind in OverrideKind)


BLOCKS = tuple(each.value for each in Blocks)


ANSWERS = ("agreement", "no_agreement", "agreement_broken")


REPLY_FACTS = VOCABULARY[Scope.REPLY]


REPLY_TRUTHS = ("sender_authenticated", "sender_known", "doubtful", "answers_our_message", "answers_transmittal", "decided_by_person")


# Keys of each kind beside those that say which invoices it is about.
ABOUT_INVOICES: Mapping[str, tuple[str, ...]] = {
    "promise": ("pay_on", "amount"),
    "payment": ("amount", "receipt"),
    "credit_note": ("amount",),
    "discount": ("amount", "discount_kind", "discount_state"),
    "credit_note_asked": (),
    "accounting_answered": (),
    "reversal": (),
    "dispute": (),
    "dispute_closed": (),
    "payment_claimed": (),
    "claim_rejected": (),
    "acknowledged": (),
    "contrarrecibo": ("pay_on",),
    "support_attached": (),
    "cancellation_requested": (),
    "cancellation_refused": (),
    "cancelled": (),
    "cfdi_booked": (),
    "ledger_differs": (),
    "ledger_agrees": (),
    "substituted": ("by",),
    "due_set": ("due",),
    "intervention": ("answer", "pay_on"),
    "payment_plan": ("instalments", "grace"),
    "payment_plan_cancelled": (),
    "case_moved": ("case_status",),
    "case_returned": ("rung",),
}


ABOUT_CUSTOMERS: Mapping[str, tuple[str, ...]] = {
    "reply": ("kind", "answers", "invoice", "invoices", "pay_on", "amount", "attached_files", *REPLY_TRUTHS),
    "inbox_settled": (),
    "contacts": ("roles",),
    "facts": ("customer_ready", *COMPANY_FACTS),
    "credit_stopped": (),
    "credit_stop_lifted": (),
    "deposit": ("amount",),
    "deposits_applied": (),
    "packet": ("packet_state", "notes_to_request"),
    "task": ("name", "assign", "due"),
    "task_done": ("name",),
    "run_at": ("time",),
    "override": (*NAMED_INVOICES, "ladder", "hold", "exclude", "until"),
    "override_ended": (*NAMED_INVOICES, "kind"),
}


OF_ALL = ("facts", "deposit", "deposits_applied")  # What need not be about one customer


FATES = tuple(fate.value for fate in Fate)


KINDS = (*ABOUT_INVOICES, *ABOUT_CUSTOMERS, *FATES)


FATE_KEYS = ("rung", "rule", "customer", *NAMED_INVOICES)


REQUIRED = {
    "amount": ("deposit",),
    "name": ("task", "task_done"),
    "assign": ("task",),
    "time": ("run_at",),
    "pay_on": ("promise", "contrarrecibo"),
    "by": ("substituted",),
    "answer": ("intervention",),
    "case_status": ("case_moved",),
    "due": ("due_set",),
}
