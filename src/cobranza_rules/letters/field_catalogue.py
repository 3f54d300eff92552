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


def _text(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.TEXT, meaning)


def _flag(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.FLAG, meaning)


def _person(name: str, meaning: str) -> TemplateField:
    return TemplateField(name, FieldKind.GROUP, meaning, _PERSON)


_PERSON = (
    _text("name", N_("name")),
    _text("title", N_("the post held")),
    _text("email", N_("e-mail address")),
    _text("phone", N_("telephone")),
)
_LINE = (
    _text("number", N_("series and folio of the invoice")),
    _text("uuid", N_("its fiscal folio (UUID)")),
    _text("issued", N_("the day of issue")),
    _text("due", N_("the due date; empty if it is not known")),
    _text("days_overdue", N_("days overdue; 0 if it is not due yet")),
    _flag("overdue", N_("the due date has passed")),
    _text("bucket", N_("its aging bucket")),
    _text("total", N_("the amount of the invoice")),
    _text("balance", N_("what is still owed of it")),
    _text("purchase_order", N_("the customer's purchase order")),
    _text("note", N_("why it stands apart, for instance a dispute")),
)
_COMPANY = (
    _text("name", N_("legal name")),
    _text("rfc", N_("tax id")),
    _text("address", N_("address")),
    _text("city", N_("city")),
    _text("phone", N_("telephone")),
    _text("email", N_("e-mail address")),
    _text("website", N_("website")),
    _text("privacy_notice", N_("privacy notice")),
)
_ADDRESSEE = (
    _text("company", N_("the customer's legal name")),
    _text("rfc", N_("the customer's tax id")),
    _text("person", N_("the person written to")),
    _text("title", N_("that person's post")),
    _text("address", N_("the customer's address")),
)
_ACCOUNT = (
    _text("currency", N_("currency of the account")),
    _text("bank", N_("bank")),
    _text("account", N_("account number")),
    _text("clabe", N_("CLABE in groups; empty for accounts abroad")),
    _text("beneficiary", N_("beneficiary")),
    _text("swift", N_("SWIFT or BIC")),
    _text("bank_address", N_("address of the bank")),
)

FIELDS = (
    _text("language", N_("es or en")),
    _text("number", N_("number of the letter; empty until it is signed")),
    _text("place", N_("place of issue")),
    _text("date", N_("date of the letter, in words")),
    _text("date_iso", N_("date of the letter, YYYY-MM-DD")),
    _flag("draft", N_("the letter is not signed yet")),
    _text("draft_mark", N_("the words that mark a draft; empty on a signed letter")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), _COMPANY),
    TemplateField("addressee", FieldKind.GROUP, N_("who the letter is for"), _ADDRESSEE),
    TemplateField("lines", FieldKind.LIST, N_("the invoices that make up the total"), _LINE),
    _text("line_count", N_("how many invoices make up the total")),
    TemplateField("held", FieldKind.LIST, N_("invoices on hold, outside the total"), _LINE),
    TemplateField(
        "unapplied",
        FieldKind.LIST,
        N_("payments and credit notes that are not applied yet"),
        (_text("description", N_("what it is")), _text("amount", N_("its amount"))),
    ),
    TemplateField(
        "buckets",
        FieldKind.LIST,
        N_("aging of the balances"),
        (
            _text("name", N_("the bucket's short name, like 1-30")),
            _text("label", N_("the bucket in words")),
            _text("amount", N_("balance in it")),
        ),
    ),
    _text("currency", N_("currency of the letter")),
    _text("total", N_("the total claimed")),
    _text("total_in_words", N_("the total claimed, in words")),
    _text("overdue_total", N_("the part of the total that is overdue")),
    _text("oldest_days_overdue", N_("days overdue of the oldest invoice in the total")),
    _flag("has_account", N_("we have an account in this currency")),
    TemplateField("account", FieldKind.GROUP, N_("our account for this currency"), _ACCOUNT),
    _text("reference", N_("what the customer quotes when paying")),
    _person("signer", N_("who signs")),
    _person("analyst", N_("the analyst in charge; without one only the company's e-mail and telephone")),
    TemplateField("copies", FieldKind.LIST, N_("who receives a copy"), _PERSON),
    _text("next_contact", N_("the day of our next contact, in words; empty if it is not known")),
    _text("last_contact", N_("the day of our last contact, in words; empty if there was none")),
    _text("rubric", N_("initials of the analyst")),
)
BY_NAME = {field.name: field for field in FIELDS}
LOOP_FIELDS = frozenset({"index", "index0", "first", "last", "length"})
