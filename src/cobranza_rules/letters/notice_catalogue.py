"""Every field that a notice to people of the company may name."""

from __future__ import annotations

from cobranza_rules.language import N_
from cobranza_rules.letters.field_catalogue import COMPANY, PERSON
from cobranza_rules.letters.template_field import FieldKind, TemplateField, flag, text_field

_LINE = (
    text_field("customer", N_("the customer's code")),
    text_field("customer_name", N_("the customer's legal name")),
    text_field("about", N_("what it is about: the task, the letter that waits, the payment, the invoice's number")),
    text_field("number", N_("its number, as 'cobranza approvals' and 'cobranza tasks' name it; empty where it has none")),
    text_field("invoices", N_("the invoices that it concerns")),
    text_field("amount", N_("its amount; empty where it has none")),
    text_field("since", N_("the day since which it waits")),
    text_field("workdays", N_("business days since then")),
    text_field("deadline", N_("its deadline; empty where it has none")),
    text_field("sender", N_("of a customer's message: who wrote it")),
    text_field("subject", N_("of a customer's message: its subject")),
    text_field("files", N_("of a customer's message: the names of what is attached to it")),
    text_field("unapplied", N_("of a customer as a whole: what it has paid that covers no invoice, in each currency")),
)

NOTICE_FIELDS = (
    text_field("language", N_("es or en")),
    text_field("date", N_("the day, in words")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), COMPANY),
    TemplateField("person", FieldKind.GROUP, N_("who is told"), PERSON),
    text_field("count", N_("how many lines there are")),
    flag("asked_by_mail", N_("who is told was asked by mail to decide, and may answer this notice")),
    TemplateField("lines", FieldKind.LIST, N_("what it is about, one line each"), _LINE),
)
NOTICE_BY_NAME = {field.name: field for field in NOTICE_FIELDS}
