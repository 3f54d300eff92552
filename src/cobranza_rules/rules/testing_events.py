"""The events of a rule test: what happens on a day before anything is decided, and what becomes of actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.overrides import HELD_BY, OverrideKind
from cobranza_rules.rules.recipients import reaches_customer
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.testing_event_kinds import (
    ABOUT_CUSTOMERS,
    ABOUT_INVOICES,
    ANSWERS,
    BLOCKS,
    FATE_KEYS,
    FATES,
    KINDS,
    NAMED_INVOICES,
    OF_ALL,
    OVERRIDES,
    REPLY_FACTS,
    REPLY_TRUTHS,
    REQUIRED,
)
from cobranza_rules.rules.testing_fields import CaseFields
from cobranza_rules.rules.testing_given import CONTACTS, FACTS
from cobranza_rules.rules.testing_model import Event, GivenCustomer, GivenInvoice
from cobranza_rules.rules.yaml_marks import YamlNode

DISCOUNT_FACTS, PACKET_FACTS = VOCABULARY[Scope.DISCOUNT], VOCABULARY[Scope.PACKET]


class Names:
    """What a test may name: its own customers and invoices, and the rules, rungs and holds of the rules file."""

    def __init__(self, rules: RuleSet, customers: Mapping[str, GivenCustomer], invoices: Mapping[str, GivenInvoice]) -> None:
        self.customers, self.invoices = customers, invoices
        self.rules = {rule.id for rule in rules.rules}
        self.scopes = {rule.id: rule.scope for rule in rules.rules if rule.scope is not Scope.INVOICE}
        self.writing = {rule.id for rule in rules.rules if reaches_customer((*rule.do, *rule.after_last))}
        self.rungs = {rung.id for ladder in rules.ladders for rung in ladder.rungs}
        self.former = {name: rung.id for ladder in rules.ladders for rung in ladder.rungs for name in rung.was}
        self.holds = {hold.id for hold in rules.holds} | set(HELD_BY.values())
        self.ladders = {ladder.id for ladder in rules.ladders}

    def sending_rule_of(self, fields: CaseFields, *, before: bool = False) -> str:
        """The same for a rule or rung of invoices, or one that writes to customers: anything else is neither signed nor sent to them."""
        rule_id = self.rule_of(fields, before=before)
        if (scope := self.scopes.get(rule_id)) is not None and rule_id not in self.writing:
            what = _("rule '{id}' is 'for: {scope}'", id=rule_id, scope=scope.value)
            fields.findings.error(fields.place_of("rule"), what, _("name a rule for invoices, or one that writes to customers"))
        return rule_id

    def rule_of(self, fields: CaseFields, *, before: bool = False) -> str:
        """The one rule or rung that is named; empty, and reported, where there is none. What was sent `before` may have a former name."""
        given = [key for key in ("rung", "rule") if key in fields]
        if len(given) != 1:
            fields.findings.error(fields.place, _("name one rule or rung"), _("write 'rung: ID' or 'rule: ID'"))
            return ""
        key, other = given[0], "rule" if given[0] == "rung" else "rung"
        known, others = (self.rungs, self.rules) if key == "rung" else (self.rules, self.rungs)
        scalar = fields.scalar(key)
        if scalar is None or scalar.text in known:
            return scalar.text if scalar is not None else ""
        if before and key == "rung" and scalar.text in self.former:
            return self.former[scalar.text]
        hint = _("write '{key}: {id}'", key=other, id=scalar.text) if scalar.text in others else suggestion(scalar.text, known)
        fields.findings.error(scalar.place, _("there is no {kind} '{id}'", kind=key, id=scalar.text[:80]), hint)
        return ""

    def invoices_of(self, fields: CaseFields, *, required: bool) -> tuple[str, ...]:
        if "invoice" in fields and "invoices" in fields:
            fields.findings.error(fields.place_of("invoice"), _("'invoice' and 'invoices' are both here"), _("keep one of the two"))
        key = "invoice" if "invoice" in fields else "invoices"
        return fields.each_of(key, self.invoices, required=required)


class EventReader:
    def __init__(self, names: Names, start: dt.date) -> None:
        self.names, self.start = names, start

    def day(self, fields: CaseFields) -> dt.date:
        """The day of an event or expectation; the first day of the test where it is missing or wrong, which is reported."""
        on = fields.day("on", required=True)
        if on is not None and on < self.start:
            fields.findings.error(
                fields.place_of("on"),
                _("{day} is before the test's first day {start}", day=on, start=self.start),
                _("what was sent before stands under 'history'"),
            )
        return max(on or self.start, self.start)

    def events(self, fields: CaseFields) -> Iterator[Event]:
        on = self.day(fields)
        kinds = [kind for kind in KINDS if kind in fields]
        if not kinds:
            fields.findings.error(fields.place, _("nothing happens here"), _("write what happens, like 'payment: {invoice: F-101}'"))
        for kind in kinds:
            node = fields.node(kind)
            assert node is not None
            if kind in FATES:
                yield self._fate(on, kind, node, fields)
            elif kind in ABOUT_INVOICES:
                yield self._about_invoices(on, kind, node, fields)
            elif kind.startswith("override"):
                yield self._override(on, kind, node, fields)
            elif kind in REQUIRED["time"]:
                yield self._run_at(on, kind, node, fields)
            else:
                yield self._about_customer(on, kind, node, fields)

    def _fate(self, on: dt.date, kind: str, node: YamlNode, parent: CaseFields) -> Event:
        fields = CaseFields(node, _("the event '{kind}'", kind=kind), FATE_KEYS, parent.findings)
        customer = fields.one_of("customer", self.names.customers)
        return Event(on, kind, fields.place, self.names.invoices_of(fields, required=False), customer, self.names.sending_rule_of(fields))

    def _about_invoices(self, on: dt.date, kind: str, node: YamlNode, parent: CaseFields) -> Event:
        fields = CaseFields(node, _("the event '{kind}'", kind=kind), (*NAMED_INVOICES, *ABOUT_INVOICES[kind]), parent.findings)
        invoices = self.names.invoices_of(fields, required=True)
        data: dict[str, Any] = {
            "pay_on": fields.day("pay_on", required=kind in REQUIRED["pay_on"]),
            "amount": self._amount(fields, invoices),
            "receipt": fields.truth("receipt", default=True),
            "due": fields.day("due", required=kind in REQUIRED["due"]),
            "by": fields.one_of("by", self.names.invoices, required=kind in REQUIRED["by"]),
            "answer": fields.one_of("answer", ANSWERS, required=kind in REQUIRED["answer"]),
            "rung": fields.one_of("rung", self.names.rungs),
            "instalments": self._instalments(fields, invoices) if kind == "payment_plan" else (),
            "grace": fields.whole("grace", most=30),
            "discount_kind": fields.one_of("discount_kind", DISCOUNT_FACTS["discount_kind"].choices),
            "discount_state": fields.one_of("discount_state", DISCOUNT_FACTS["discount_state"].choices),
            "case_status": fields.one_of("case_status", FACTS["case_status"].choices, required=kind in REQUIRED["case_status"]),
        }
        return Event(on, kind, fields.place, invoices, data=data)

    def _instalments(self, fields: CaseFields, invoices: tuple[str, ...]) -> tuple[tuple[dt.date, Money], ...]:
        """Those of a payment plan, in the currency of its invoices."""
        found = []
        nodes = fields.several("instalments") if "instalments" in fields else ()
        if not nodes:
            fields.findings.error(
                fields.place, _("a payment plan has instalments"), _("write instalments: [{due: 2026-03-06, amount: 500.00 MXN}]")
            )
        for node in nodes:
            each = CaseFields(node, _("an instalment"), ("due", "amount"), fields.findings)
            day, amount = each.day("due", required=True), self._amount(each, invoices, required=True)
            if day is not None and amount is not None:
                found.append((day, amount))
        return tuple(found)

    def _amount(self, fields: CaseFields, invoices: tuple[str, ...], *, required: bool = False) -> Any:
        amount = fields.amount("amount", required=required)
        if amount is not None and any(self.names.invoices[each].currency != amount.currency for each in invoices):
            what = _("{currency} is not the currency of the invoice", currency=amount.currency)
            fields.findings.error(fields.place_of("amount"), what, _("write the amount in the invoice's currency"))
        return amount

    def _about_customer(self, on: dt.date, kind: str, node: YamlNode, parent: CaseFields) -> Event:
        fields = CaseFields(node, _("the event '{kind}'", kind=kind), ("customer", *ABOUT_CUSTOMERS[kind]), parent.findings)
        required = kind not in OF_ALL or "customer_ready" in fields
        customer = fields.one_of("customer", self.names.customers, required=required)
        data: dict[str, Any] = {}
        if kind == "reply":
            data = self._reply(fields)
        elif kind == "contacts":
            data = {"roles": fields.each_of("roles", CONTACTS, required=True)}
        elif kind == "facts":
            found = {name: fields.fact(FACTS[name]) for name in ABOUT_CUSTOMERS["facts"]}
            data = {name: value for name, (value, given) in found.items() if given}
        elif kind == "packet":
            state = fields.one_of("packet_state", PACKET_FACTS["packet_state"].choices)
            data = {"packet_state": state, "notes_to_request": fields.whole("notes_to_request", most=1000)}
        elif kind in REQUIRED["amount"]:
            data = {"amount": fields.amount("amount", required=True) or Money(0, "MXN")}
        elif kind in REQUIRED["name"]:
            wanted = kind in REQUIRED["assign"]
            data = {"name": fields.name("name", required=True), "assign": fields.name("assign", required=wanted), "due": fields.day("due")}
        invoices = self.names.invoices_of(fields, required=False) if kind == "reply" else ()
        return Event(on, kind, fields.place, invoices, customer, data=data)

    def _run_at(self, on: dt.date, kind: str, node: YamlNode, parent: CaseFields) -> Event:
        """From this day on the program runs at that time."""
        fields = CaseFields(node, _("the event '{kind}'", kind=kind), ABOUT_CUSTOMERS[kind], parent.findings)
        return Event(on, kind, fields.place, data={"time": fields.time("time")})

    def _override(self, on: dt.date, kind: str, node: YamlNode, parent: CaseFields) -> Event:
        """What a person decides for a customer or for invoices, or takes back."""
        fields = CaseFields(node, _("the event '{kind}'", kind=kind), ("customer", *ABOUT_CUSTOMERS[kind]), parent.findings)
        invoices = self.names.invoices_of(fields, required=False)
        customer = fields.one_of("customer", self.names.customers)
        if bool(invoices) == bool(customer):
            fields.findings.error(fields.place, _("name one customer, or invoices"), _("an override is for one or the other"))
        if kind == "override_ended":
            ended = fields.one_of("kind", OVERRIDES, required=True, default=OverrideKind.HOLD.value)
            return Event(on, kind, fields.place, invoices, customer, data={"override": OverrideKind(ended)})
        given = [each for each in OVERRIDES if each in fields]
        if len(given) != 1:
            fields.findings.error(fields.place, _("an override is one of ladder, hold and exclude"), _("write it like 'hold: [contact]'"))
        data = {
            "override": OverrideKind(given[0]) if given else OverrideKind.EXCLUDE,
            "ladder": fields.one_of("ladder", self.names.ladders),
            "blocks": fields.each_of("hold", BLOCKS),
            "until": fields.day("until"),
        }
        if "exclude" in fields and not fields.truth("exclude"):
            fields.findings.error(fields.place_of("exclude"), _("'exclude' is 'true' or not there"), _("write 'exclude: true'"))
        return Event(on, kind, fields.place, invoices, customer, data=data)

    def _reply(self, fields: CaseFields) -> dict[str, Any]:
        """`answers` names the rule or rung whose last message to the customer is answered."""
        return {
            "kind": fields.one_of("kind", REPLY_FACTS["kind"].choices, required=True),
            "answers": fields.one_of("answers", self.names.rules | self.names.rungs),
            "read": {"pay_on": fields.day("pay_on"), "amount": fields.amount("amount")},
            "attached_files": fields.whole("attached_files", most=300),
            **{name: fields.truth(name, default=bool(REPLY_FACTS[name].neutral)) for name in REPLY_TRUTHS if name in fields},
        }
