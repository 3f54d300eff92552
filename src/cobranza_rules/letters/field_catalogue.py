"""Every field that a template of a letter or a mail may name. Checks, documentation and tests read this one list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.language import N_


class FieldKind(StrEnum):
    TEXT = "text"
    FLAG = "flag"  # true or false, for {% if %}
    GROUP = "group"  # has fields of its own: company.name
    LIST = "list"  # of groups, for {% for %}


@dataclass(frozen=True, slots=True)
class TemplateField:
    """`parts` are the fields of a group, or of each entry of a list."""

    name: str
    kind: FieldKind
    meaning: str
    parts: tuple[TemplateField, ...] = ()

    def part(self, name: str) -> TemplateField | None:
        return next((part for part in self.parts if part.name == name), None)


def text_field(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.TEXT, meaning)


def _flag(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.FLAG, meaning)


def _person(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.GROUP, meaning, PERSON)


PERSON = (
    text_field("name", N_("name")),
    text_field("title", N_("the post held")),
    text_field("email", N_("e-mail address")),
    text_field("phone", N_("telephone")),
)
_LINE = (
    text_field("number", N_("series and folio of the invoice")),
    text_field("uuid", N_("its fiscal folio (UUID)")),
    text_field("issued", N_("the day of issue")),
    text_field("due", N_("the due date; empty if it is not known")),
    text_field("days_overdue", N_("days overdue; 0 if it is not due yet")),
    _flag("overdue", N_("the due date has passed")),
    text_field("bucket", N_("its aging bucket")),
    text_field("total", N_("the amount of the invoice")),
    text_field("balance", N_("what is still owed of it")),
    text_field("purchase_order", N_("the customer's purchase order")),
    text_field("note", N_("why it stands apart, for instance a dispute")),
)
COMPANY = (
    text_field("name", N_("legal name")),
    text_field("rfc", N_("tax id")),
    text_field("address", N_("address")),
    text_field("city", N_("city")),
    text_field("phone", N_("telephone")),
    text_field("email", N_("e-mail address")),
    text_field("website", N_("website")),
    text_field("privacy_notice", N_("privacy notice")),
)
_ADDRESSEE = (
    text_field("company", N_("the customer's legal name")),
    text_field("rfc", N_("the customer's tax id")),
    text_field("person", N_("the person written to")),
    text_field("title", N_("that person's post")),
    text_field("address", N_("the customer's address")),
)
_ACCOUNT = (
    text_field("currency", N_("currency of the account")),
    text_field("bank", N_("bank")),
    text_field("account", N_("account number")),
    text_field("clabe", N_("CLABE in groups; empty for accounts abroad")),
    text_field("beneficiary", N_("beneficiary")),
    text_field("swift", N_("SWIFT or BIC")),
    text_field("bank_address", N_("address of the bank")),
)

FIELDS = (
    text_field("language", N_("es or en")),
    text_field("number", N_("number of the letter; empty until it is signed")),
    text_field("place", N_("place of issue")),
    text_field("date", N_("date of the letter, in words")),
    text_field("date_iso", N_("date of the letter, YYYY-MM-DD")),
    _flag("draft", N_("the letter is not signed yet")),
    text_field("draft_mark", N_("the words that mark a draft; empty on a signed letter")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), COMPANY),
    TemplateField("addressee", FieldKind.GROUP, N_("who the letter is for"), _ADDRESSEE),
    TemplateField("lines", FieldKind.LIST, N_("the invoices that make up the total"), _LINE),
    text_field("line_count", N_("how many invoices make up the total")),
    TemplateField("held", FieldKind.LIST, N_("invoices on hold, outside the total"), _LINE),
    TemplateField(
        "unapplied",
        FieldKind.LIST,
        N_("payments and credit notes that are not applied yet"),
        (text_field("description", N_("what it is")), text_field("amount", N_("its amount"))),
    ),
    TemplateField(
        "buckets",
        FieldKind.LIST,
        N_("aging of the balances"),
        (
            text_field("name", N_("the bucket's short name, like 1-30")),
            text_field("label", N_("the bucket in words")),
            text_field("amount", N_("balance in it")),
        ),
    ),
    text_field("currency", N_("currency of the letter")),
    text_field("total", N_("the total claimed")),
    text_field("total_in_words", N_("the total claimed, in words")),
    text_field("overdue_total", N_("the part of the total that is overdue")),
    text_field("oldest_days_overdue", N_("days overdue of the oldest invoice in the total")),
    _flag("has_account", N_("we have an account in this currency")),
    TemplateField("account", FieldKind.GROUP, N_("our account for this currency"), _ACCOUNT),
    text_field("reference", N_("what the customer quotes when paying")),
    _person("signer", N_("who signs")),
    _person("analyst", N_("the analyst in charge; without one only the company's e-mail and telephone")),
    TemplateField("copies", FieldKind.LIST, N_("who receives a copy"), PERSON),
    text_field("next_contact", N_("the day of our next contact, in words; empty if it is not known")),
    text_field("last_contact", N_("the day of our last contact, in words; empty if there was none")),
    text_field("rubric", N_("initials of the analyst")),
)
BY_NAME = {field.name: field for field in FIELDS}
LOOP_FIELDS = frozenset({"index", "index0", "first", "last", "length"})
