"""What a rule test gives: customers, invoices as they stand on its first day, and what was sent before. Facts not given are neutral."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from operator import itemgetter

from cobranza_rules.calendar import BusinessCalendar, days_after
from cobranza_rules.domain.billing_request import DeliveryContact
from cobranza_rules.domain.cheque import NONE
from cobranza_rules.domain.customer import ContactRole, DeliveryMode
from cobranza_rules.domain.due_basis import DueBasis
from cobranza_rules.domain.invoice import InvoiceState
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.domain.schedule import DuePart, oldest_uncovered
from cobranza_rules.domain.support import ANY
from cobranza_rules.facts.build import COMPANY_FACTS
from cobranza_rules.facts.vocabulary import CUSTOMER_FACTS, INVOICE_FACTS, PROMISES_KEPT, Value
from cobranza_rules.facts.vocabulary_plans import PLAN_FACTS
from cobranza_rules.language import N_, _
from cobranza_rules.money import Money
from cobranza_rules.rules.fields import Findings
from cobranza_rules.rules.testing_fields import CaseFields
from cobranza_rules.rules.testing_model import GivenCustomer, GivenInvoice
from cobranza_rules.rules.yaml_marks import YamlNode

FACTS = {fact.name: fact for fact in (*CUSTOMER_FACTS, *INVOICE_FACTS)}
CONTACTS = tuple(role.value for role in ContactRole)
CUSTOMER_KEYS = (
    "id",
    "kind",
    "language",
    "delivery",
    "contacts",
    "credit_days",
    "segment",
    "credit_stopped_on",
    "customer_ready",
    "inbox_open",
    "credit_limit",
    PROMISES_KEPT,
    *COMPANY_FACTS,
)
# Facts that a test gives by name; each becomes part of the invoice's state on the first day and goes on from there.
STATED = (
    *("agreement", "requested"),
    *("payment_method", "cancellation_pending", "delivery", "workdays_since_delivery", "delivered_before", "acknowledged", "case_status"),
    "support_missing",
    *(
        "not_received_count",
        "promised_on",
        "promise_count",
        "payment_claimed",
        "workdays_since_claim",
        "claim_count",
        "cheque_state",
        "workdays_since_cheque",
        "dispute_open",
        "cfdi_missing",
        "ledger_difference",
        "intervention",
        "intervention_overdue",
    ),
)
# Fields of the state that history could change: what a test states of its first day counts more.
FIELD_OF = {
    "delivery": "delivery",
    "workdays_since_delivery": "delivered_on",
    "delivered_before": "delivered_by",
    "case_status": "case_status",
    "intervention": "intervention",
    "intervention_overdue": "intervention_due",
}
DUE_KEYS = ("due", "due_on", "days_overdue", "instalments", "contrarrecibo")
ISSUED_KEYS = ("issued", "issued_on")
# Facts that follow from others, and what to give instead.
FOLLOWING = {
    "invoice": N_("give 'id'"),
    "currency": N_("it is that of 'balance'"),
    "status": N_("give 'balance: 0.00 MXN' for a paid one, or the event 'cancelled'"),
    "aging_bucket": N_("give 'due'"),
    "days_since_issue_month": N_("give 'issued'"),
    "pue_unpaid_past_month": N_("give 'issued' and 'payment_method'"),
    "overdue_amount": N_("it is the balance, once 'due' has passed"),
    "promise_open": N_("give 'promised_on'"),
    "claim_state": N_("give 'payment_claimed'"),
    "promise_workdays_late": N_("give 'promised_on'"),
    **dict.fromkeys((fact.name for fact in PLAN_FACTS), N_("let the event 'payment_plan' happen on the first day")),
    "workdays_since_reversal": N_("let it happen with the event 'reversal'"),
    "dunning_level": N_("give what was sent under 'history'"),
    **{fact.name: N_("give it under 'customers'") for fact in CUSTOMER_FACTS if fact.name != "customer"},
    "credit_stopped": N_("give credit_stopped_on under 'customers'"),
}
# What its billing request says of the delivery; an invoice with one of these answers a request.
REQUESTED_KEYS = ("requested_contact", "requested_mode")
REQUESTED_CONTACT = "requested_contact"  # The role under which a test knows whom a request names
INVOICE_KEYS = ("id", "customer", "balance", "total", "paid", *DUE_KEYS, *ISSUED_KEYS, *STATED, *REQUESTED_KEYS)
ISSUED_DAYS_BEFORE = 30
HARMLESS = Money(100, "MXN")
BY_THE_PROGRAM = 0  # The id of no action


def read_customer(node: YamlNode, findings: Findings) -> GivenCustomer | None:
    fields = CaseFields(node, _("a customer"), CUSTOMER_KEYS, findings)
    name = fields.code("id")
    credit_days, _given = fields.fact(FACTS["credit_days"])
    segment, _given = fields.fact(FACTS["segment"])
    stopped_on, _given = fields.fact(FACTS["credit_stopped_on"])
    limit = fields.amount("credit_limit")
    facts: dict[str, Value | None] = {}
    for fact in (PROMISES_KEPT, *COMPANY_FACTS):
        value, given = fields.fact(FACTS[fact])
        if given:
            facts[fact] = value
    if not name:
        return None
    return GivenCustomer(
        id=name,
        kind=fields.one_of("kind", FACTS["customer_kind"].choices, default="domestic"),
        language=fields.one_of("language", FACTS["language"].choices, default="es"),
        delivery=fields.one_of("delivery", FACTS["delivery_mode"].choices, default="email"),
        contacts=fields.each_of("contacts", CONTACTS) if "contacts" in fields else CONTACTS,
        credit_days=credit_days if isinstance(credit_days, int) else None,
        segment=segment if isinstance(segment, str) else "",
        credit_stopped_on=dt.date.fromordinal(stopped_on) if isinstance(stopped_on, int) else None,
        ready=fields.truth("customer_ready", default=True),
        inbox_open=fields.whole("inbox_open", most=1000),
        facts=facts,
        credit_limits={limit.currency: limit.minor} if limit is not None else {},
    )


def _requested(fields: CaseFields) -> RequestedDelivery | None:
    """Whoever is named has an address; two names are two people."""
    named = fields.code("requested_contact") if "requested_contact" in fields else ""
    mode = fields.one_of("requested_mode", FACTS["delivery_mode"].choices)
    contact = DeliveryContact(name=named, email=f"{REQUESTED_CONTACT}@{named}.example".lower()) if named else DeliveryContact()
    return RequestedDelivery(contact, DeliveryMode(mode) if mode else None, number=1) or None


class InvoiceReader:
    """Reads invoices as they stand on the test's first day, `start`."""

    def __init__(self, customers: Collection[str], calendar: BusinessCalendar, start: dt.date, findings: Findings) -> None:
        self.customers, self.calendar, self.start, self.findings = customers, calendar, start, findings

    def read(self, node: YamlNode) -> GivenInvoice | None:
        fields = CaseFields(node, _("an invoice"), (*INVOICE_KEYS, *FOLLOWING), self.findings)
        for name, hint in FOLLOWING.items():
            if name in fields:
                self.findings.error(fields.place_of(name), _("'{name}' follows from other facts", name=name), _(hint))
        name = fields.code("id")
        customer = fields.one_of("customer", self.customers, required=True)
        balance, total = self._amounts(fields)
        due = self._only_one(fields, DUE_KEYS)
        parts = self._instalments(fields, total)
        facts = self._stated(fields)
        requested = _requested(fields)
        if requested is not None:
            facts["requested"] = True
        if not name:
            return None
        if balance is None or total is None:
            balance = total = HARMLESS  # What is said of it later should not be said to be about no invoice.
        given = self._only_one(fields, ISSUED_KEYS)
        issued = given or days_after(min(day for day in (due, self.start) if day), -ISSUED_DAYS_BEFORE)
        promised = fields.day("contrarrecibo") if "contrarrecibo" in fields else None
        basis = DueBasis(issued, accepted_on=issued if promised else None, payment_on=promised, parts=parts)
        state = replace(self._state(facts, total.minor, balance.minor, due, given), due_basis=basis)
        if parts:
            state = replace(state, due_on=oldest_uncovered(parts, state.paid))
        if promised and "acknowledged" not in facts:
            state = replace(state, acknowledged=True)
        stated = tuple(FIELD_OF[fact] for fact in facts if fact in FIELD_OF)
        return GivenInvoice(name, customer, balance.currency, issued, str(facts.get("payment_method", "PPD")), state, stated, requested)

    def _only_one(self, fields: CaseFields, keys: tuple[str, ...]) -> dt.date | None:
        given = [key for key in keys if key in fields]
        for key in given[1:]:
            what = _("'{key}' says again what '{first}' says", key=key, first=given[0])
            self.findings.error(fields.place_of(key), what, _("keep one of the two"))
        if not given:
            return None
        if given[0] == "instalments":
            return None
        if given[0] != "days_overdue":
            return fields.day(given[0])
        days, _sound = fields.fact(FACTS["days_overdue"])
        return days_after(self.start, -days) if isinstance(days, int) and abs(days) < 10**5 else None

    def _amounts(self, fields: CaseFields) -> tuple[Money | None, Money | None]:
        """Balance and total; the total is the balance and what was paid unless it is given."""
        balance, total, paid = fields.amount("balance", required=True), fields.amount("total"), fields.amount("paid")
        for key, amount in (("total", total), ("paid", paid)):
            if balance is not None and amount is not None and amount.currency != balance.currency:
                what = _("'{key}' and 'balance' are of different currencies", key=key)
                self.findings.error(fields.place_of(key), what, _("an invoice has one currency"))
                return None, None
        if balance is None:
            return None, None
        owed = balance + paid if paid is not None else None
        if total is not None and (total < balance or (owed is not None and owed != total)):
            self.findings.error(fields.place_of("total"), _("'total' is not 'balance' and 'paid' together"), _("leave one of them out"))
        return balance, total or owed or balance

    def _instalments(self, fields: CaseFields, total: Money | None) -> tuple[DuePart, ...]:
        """Due dates with what is to be paid by each: together the total."""
        found = []
        for node in fields.several("instalments") if "instalments" in fields else ():
            each = CaseFields(node, _("an instalment"), ("due", "amount"), self.findings)
            day, amount = each.day("due", required=True), each.amount("amount", required=True)
            if day is not None and amount is not None:
                found.append((day, amount))
        if total is not None and found and {amount.currency for _day, amount in found} != {total.currency}:
            what = _("'{key}' and 'balance' are of different currencies", key="instalments")
            self.findings.error(fields.place_of("instalments"), what, _("an invoice has one currency"))
        elif total is not None and found and sum(amount.minor for _day, amount in found) != total.minor:
            what = _("the instalments are not 'balance' and 'paid' together")
            self.findings.error(fields.place_of("instalments"), what, _("correct one of them"))
        return tuple(DuePart(day, amount.minor) for day, amount in sorted(found, key=itemgetter(0)))

    def _stated(self, fields: CaseFields) -> dict[str, Value | None]:
        facts: dict[str, Value | None] = {}
        for name in STATED:
            value, given = fields.fact(FACTS[name])
            if given:
                facts[name] = value
            if given and isinstance(value, int) and not isinstance(value, bool) and name != "promised_on" and value < 0:
                self.findings.error(fields.place_of(name), _("'{name}' is never negative", name=name), _("write 0 or more"))
        for name, needed, wanted in (
            ("workdays_since_delivery", "delivery", ("sent",)),
            ("delivered_before", "delivery", ("sent",)),
            ("workdays_since_claim", "payment_claimed", (True,)),
            ("workdays_since_cheque", "cheque_state", ("received", "deposited", "returned")),
            ("intervention_overdue", "intervention", ("open",)),
        ):
            stated = facts.get(needed, "sent" if needed == "delivery" else None)
            if facts.get(name) not in (None, False) and stated not in wanted:
                what = _("'{name}' needs '{needed}: {value}'", name=name, needed=needed, value=str(wanted[0]).lower())
                self.findings.error(fields.place_of(name), what, _("add it, or leave '{name}' out", name=name))
        return facts

    def _state(
        self, facts: Mapping[str, Value | None], total: int, balance: int, due: dt.date | None, issued: dt.date | None
    ) -> InvoiceState:
        promised, claimed = facts.get("promised_on"), bool(facts.get("payment_claimed"))
        delivery = str(facts.get("delivery", "sent"))
        return InvoiceState(
            total=total,
            applied={"pbefore": total - balance} if total > balance else {},
            agreement=str(facts.get("agreement") or ""),
            request=1 if facts.get("requested") else None,
            cancellation_pending=bool(facts.get("cancellation_pending")),
            due_on=due,
            delivery=delivery,
            delivered_on=self._delivered_on(facts, issued) if delivery == "sent" else None,
            delivered_by=None if delivery == "pending" or facts.get("delivered_before") else BY_THE_PROGRAM,
            not_received_count=self._count(facts, "not_received_count", 0),
            acknowledged=bool(facts.get("acknowledged")),
            support_required=(ANY,) if facts.get("support_missing") else (),
            case_status=str(facts.get("case_status", "collections")),
            promised_on=dt.date.fromordinal(promised) if isinstance(promised, int) else None,
            promise_count=self._count(facts, "promise_count", 1 if promised else 0),
            claimed_on=self.calendar.minus(self.start, self._count(facts, "workdays_since_claim", 0)) if claimed else None,
            claim_count=self._count(facts, "claim_count", 1 if claimed else 0),
            cheques=self._cheques(facts),
            dispute_open=bool(facts.get("dispute_open")),
            cfdi_missing=bool(facts.get("cfdi_missing")),
            ledger_open=total + 1 if facts.get("ledger_difference") else None,
            intervention=str(facts.get("intervention", "none")),
            intervention_due=days_after(self.start, -1) if facts.get("intervention_overdue") else None,
        )

    def _cheques(self, facts: Mapping[str, Value | None]) -> dict[str, dict[str, str]]:
        if (state := facts.get("cheque_state", NONE)) == NONE:
            return {}
        on = self.calendar.minus(self.start, self._count(facts, "workdays_since_cheque", 0))
        return {"1": {"state": str(state), "on": on.isoformat()}}

    @staticmethod
    def _count(facts: Mapping[str, Value | None], name: str, otherwise: int) -> int:
        value = facts.get(name, otherwise)
        return min(max(value, 0), 1000) if isinstance(value, int) else otherwise

    def _delivered_on(self, facts: Mapping[str, Value | None], issued: dt.date | None) -> dt.date | None:
        """The neutral invoice was delivered so long ago that no rule waits for that, but never before it was issued."""
        if "workdays_since_delivery" in facts and facts["workdays_since_delivery"] is None:
            return None
        neutral = FACTS["workdays_since_delivery"].neutral
        found = self.calendar.minus(self.start, self._count(facts, "workdays_since_delivery", neutral))
        return max(found, issued) if issued is not None and "workdays_since_delivery" not in facts else found
