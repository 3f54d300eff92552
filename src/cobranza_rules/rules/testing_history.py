"""What was sent before a rule test begins."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _
from cobranza_rules.rules.testing_event_kinds import NAMED_INVOICES
from cobranza_rules.rules.testing_events import Names
from cobranza_rules.rules.testing_fields import CaseFields
from cobranza_rules.rules.testing_model import SentBefore
from cobranza_rules.rules.yaml_marks import YamlNode

HISTORY_KEYS = ("on", "rung", "rule", "customer", *NAMED_INVOICES)


def read_history(node: YamlNode, names: Names, start: dt.date, parent: CaseFields) -> SentBefore | None:
    fields = CaseFields(node, _("what was sent before"), HISTORY_KEYS, parent.findings)
    on, rule_id = fields.day("on", required=True), names.sending_rule_of(fields, before=True)
    of_customer = names.scopes.get(rule_id) is Scope.CUSTOMER
    if names.scopes.get(rule_id) is Scope.INSTALMENT:
        what = _("rule '{id}' is for payment plans, and none was agreed on before the first day", id=rule_id)
        fields.findings.error(fields.place_of("rule"), what, _("let the plan come under 'events'"))
        return None
    if names.scopes.get(rule_id) is Scope.PAYMENT:
        what = _("rule '{id}' is for payments, and none came before the first day", id=rule_id)
        fields.findings.error(fields.place_of("rule"), what, _("let the payment come under 'events'"))
        return None
    invoices, customer = _sent_about(fields, names, of_customer=of_customer)
    if on is not None and on >= start:
        what = _("{day} is not before the test's first day {start}", day=on, start=start)
        fields.findings.error(fields.place_of("on"), what, _("what happens during the test stands under 'events'"))
    if len({names.invoices[each].customer for each in invoices}) > 1:
        fields.findings.error(fields.place, _("one message went to one customer"), _("write an entry for each customer"))
    return SentBefore(on, rule_id, invoices, customer) if on is not None and rule_id and (invoices or customer) else None


def _sent_about(fields: CaseFields, names: Names, *, of_customer: bool) -> tuple[tuple[str, ...], str]:
    """The invoices, or the customer where the rule looks at customers as a whole."""
    if of_customer:
        for key in NAMED_INVOICES:
            if key in fields:
                fields.findings.error(fields.place_of(key), _("a rule for customers is about no invoice"), _("name the customer"))
        return (), fields.one_of("customer", names.customers, required=True)
    if "customer" in fields:
        what = _("a rule or rung for invoices was sent about invoices")
        fields.findings.error(fields.place_of("customer"), what, _("name them, and leave the customer out"))
    return names.invoices_of(fields, required=True), ""
