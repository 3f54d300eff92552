"""Every field that a template of a letter or a mail may name, by what it is about. Checks, documentation and tests read these lists."""

from __future__ import annotations

from enum import StrEnum

from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import N_
from cobranza_rules.letters.plan_catalogue import DUE_INSTALMENT, PAYMENT_PLAN
from cobranza_rules.letters.template_field import FieldKind, TemplateField, flag, text_field


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
    flag("overdue", N_("the due date has passed")),
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
    flag("natural_person", N_("the customer is a person and no company, by the tax id")),
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

HEADING = (
    text_field("language", N_("es or en")),
    text_field("number", N_("number of the letter; empty until it is signed")),
    text_field("place", N_("place of issue")),
    text_field("date", N_("date of the letter, in words")),
    text_field("date_iso", N_("date of the letter, YYYY-MM-DD")),
    flag("draft", N_("the letter is not signed yet")),
    text_field("draft_mark", N_("the words that mark a draft; empty on a signed letter")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), COMPANY),
    TemplateField("addressee", FieldKind.GROUP, N_("who the letter is for"), _ADDRESSEE),
    text_field("reference", N_("what the customer quotes when paying")),
    _person("signer", N_("who signs")),
    _person("analyst", N_("the analyst in charge; without one only the company's e-mail and telephone")),
    TemplateField("copies", FieldKind.LIST, N_("who receives a copy"), PERSON),
    text_field("last_contact", N_("the day of our last contact, in words; empty if there was none")),
    text_field("rubric", N_("initials of the analyst")),
    flag("has_letterhead", N_("there is a picture of the letterhead")),
    flag("has_logo", N_("there is a picture of the logo")),
    flag("has_signature", N_("the letter is signed, and there is a picture of the signature")),
    flag("has_rubric", N_("the letter is initialled, and there is a picture of the initials")),
)
# What is owed in one currency
_OWED = (
    TemplateField("lines", FieldKind.LIST, N_("the invoices that make up the total"), _LINE),
    text_field("line_count", N_("how many invoices make up the total")),
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
    text_field("held_total", N_("what the invoices on hold come to; empty if there are none")),
    text_field("unapplied_total", N_("what is not applied yet, in all; empty if there is nothing")),
    text_field("net_total", N_("the total and what is on hold, less what is not applied yet")),
    text_field("overdue_total", N_("the part of the total that is overdue")),
    text_field("oldest_days_overdue", N_("days overdue of the oldest invoice in the total")),
    flag("has_account", N_("we have an account in this currency")),
    TemplateField("account", FieldKind.GROUP, N_("our account for this currency"), _ACCOUNT),
    TemplateField("held", FieldKind.LIST, N_("invoices on hold, outside the total"), _LINE),
)
_COVERED = (
    text_field("number", N_("series and folio of the invoice")),
    text_field("uuid", N_("its fiscal folio (UUID)")),
    text_field("amount", N_("what the payment covers of it")),
    text_field("balance", N_("what is still owed of it")),
    flag("settled", N_("nothing is owed of it any more")),
)
_PAYMENT = (
    text_field("amount", N_("what was paid")),
    text_field("amount_in_words", N_("what was paid, in words")),
    text_field("currency", N_("currency of the payment")),
    text_field("date", N_("the day of the payment, in words")),
    text_field("operation", N_("the bank's number of the operation; empty if it is not known")),
    text_field("unapplied", N_("what of it covers no invoice; empty if there is nothing, or if that is not known")),
)
_PAST_CONTACT = (
    text_field("date", N_("its day")),
    text_field("what", N_("what was done")),
    text_field("invoices", N_("the numbers of the invoices")),
)
_INTEREST = (
    text_field("rate", N_("percent a year")),
    flag("agreed", N_("it was agreed on; false where it is the legal one")),
    text_field("day_count", N_("days of the year by which it is reckoned")),
    text_field("amount", N_("what it comes to on the date of the letter")),
    text_field("amount_in_words", N_("the same in words")),
    text_field("with_total", N_("the total claimed and the interest")),
)
_INSTALMENT = (
    text_field("number", N_("its number, from 1")),
    text_field("due", N_("the day of the payment")),
    text_field("amount", N_("what is to be paid")),
    text_field("balance", N_("what is owed after it")),
)
_COLLECTED = (
    text_field("customer", N_("the customer's code")),
    text_field("customer_name", N_("the customer's legal name")),
    text_field("paid", N_("the day of the payment")),
    text_field("operation", N_("the bank's number of the operation; empty if it is not known")),
    text_field("number", N_("series and folio of the invoice")),
    text_field("uuid", N_("its fiscal folio (UUID)")),
    text_field("amount", N_("what the payment covers of it")),
    text_field("discount", N_("what was taken off it; empty if there is nothing")),
    text_field("reason", N_("why it was taken off")),
    text_field("credit_note", N_("the credit note for it; empty if there is none yet")),
    text_field("balance", N_("what is still owed of it")),
)
_CONTROL = (
    text_field("payments", N_("how many payments there are")),
    text_field("received", N_("what they come to")),
    text_field("received_in_words", N_("the same in words")),
    text_field("invoices", N_("how many invoices they cover")),
    text_field("applied", N_("what they cover of them")),
    text_field("unapplied", N_("what covers no invoice")),
    text_field("discounts", N_("what was taken off, in all")),
    text_field("without_credit_note", N_("what of it has no credit note yet")),
    text_field("settled", N_("what the invoices were reduced by: payments and discounts")),
)
_REQUEST = (
    text_field("customer", N_("the customer's code")),
    text_field("customer_name", N_("the customer's legal name")),
    text_field("rfc", N_("the customer's tax id")),
    text_field("number", N_("series and folio of the invoice")),
    text_field("uuid", N_("its fiscal folio (UUID)")),
    text_field("issued", N_("the day of issue")),
    text_field("total", N_("the amount of the invoice")),
    text_field("amount", N_("what the credit note is to be made for")),
    text_field("reason", N_("why")),
    text_field("relation", N_("TipoRelacion by which it names the invoice: 01, 03 or 07")),
)

# Of a rule or rung for invoices
FIELDS = (
    *HEADING,
    *_OWED,
    text_field("enclosures", N_("what goes with the letter: how many CFDI in XML and in PDF, and which support; empty if nothing does")),
    text_field("next_contact", N_("the day of our next contact, in words; empty if it is not known")),
    TemplateField("history", FieldKind.LIST, N_("what was done about these invoices before, the oldest first"), _PAST_CONTACT),
    text_field("agreement", N_("number of the contract or of the commercial terms; empty if none is known")),
    text_field("agreement_signed", N_("the day on which it was signed, in words; empty if none is known")),
    flag("has_interest", N_("interest for late payment is reckoned")),
    TemplateField("interest", FieldKind.GROUP, N_("interest for late payment"), _INTEREST),
    TemplateField("instalments", FieldKind.LIST, N_("the payments that were agreed on; empty if there are none"), _INSTALMENT),
    _person("assignee", N_("the person of our company who is asked to act")),
    text_field("answer_by", N_("the day until which an answer is asked for, in words; empty if there is none")),
)
# Of a rule for customers
CUSTOMER_FIELDS = (
    *HEADING,
    TemplateField("statements", FieldKind.LIST, N_("what the customer owes, one for each currency"), _OWED),
    text_field("open_invoices", N_("how many open invoices there are, in all currencies")),
    text_field("overdue_invoices", N_("how many of them are overdue")),
    text_field("oldest_days_overdue", N_("days overdue of the oldest one")),
)
# Of a rule for payments
PAYMENT_FIELDS = (
    *HEADING,
    TemplateField("payment", FieldKind.GROUP, N_("the payment"), _PAYMENT),
    TemplateField("covered", FieldKind.LIST, N_("the invoices that it covers"), _COVERED),
)
# Of a rule for instalments of payment plans
INSTALMENT_FIELDS = (
    *HEADING,
    TemplateField("instalment", FieldKind.GROUP, N_("the instalment"), DUE_INSTALMENT),
    TemplateField("plan", FieldKind.GROUP, N_("its payment plan"), PAYMENT_PLAN),
    TemplateField("instalments", FieldKind.LIST, N_("all payments of the plan"), _INSTALMENT),
    flag("has_account", N_("we have an account in this currency")),
    TemplateField("account", FieldKind.GROUP, N_("our account for this currency"), _ACCOUNT),
)
# Of what Accounting receives
COLLECTIONS_FIELDS = (
    *HEADING,
    text_field("currency", N_("currency of the letter")),
    text_field("day", N_("the day of the payments, or the days from and until which, in words")),
    TemplateField("collected", FieldKind.LIST, N_("what was collected, an invoice each line"), _COLLECTED),
    TemplateField("control", FieldKind.GROUP, N_("control totals"), _CONTROL),
)
CREDIT_NOTE_FIELDS = (
    *HEADING,
    text_field("currency", N_("currency of the letter")),
    TemplateField("requests", FieldKind.LIST, N_("the credit notes that are asked for"), _REQUEST),
    text_field("request_count", N_("how many credit notes are asked for")),
    text_field("total", N_("the total claimed")),
    text_field("total_in_words", N_("the total claimed, in words")),
    text_field("answer_by", N_("the day until which an answer is asked for, in words; empty if there is none")),
)


class Accounting(StrEnum):
    """What Accounting receives: no rule names it, so no scope stands for it."""

    COLLECTIONS = "collections-relation"
    CREDIT_NOTES = "credit-note-request"


Subject = Scope | Accounting  # What a document is about: it says which fields there are.
BY_NAME = {field.name: field for field in FIELDS}
BY_SCOPE: dict[Subject, dict[str, TemplateField]] = {
    Scope.INVOICE: BY_NAME,
    Scope.CUSTOMER: {field.name: field for field in CUSTOMER_FIELDS},
    Scope.PAYMENT: {field.name: field for field in PAYMENT_FIELDS},
    Scope.INSTALMENT: {field.name: field for field in INSTALMENT_FIELDS},
    Accounting.COLLECTIONS: {field.name: field for field in COLLECTIONS_FIELDS},
    Accounting.CREDIT_NOTES: {field.name: field for field in CREDIT_NOTE_FIELDS},
}
# What a template may name as long as nobody has said which rule it is for.
OF_ANY = {name: field for by_name in BY_SCOPE.values() for name, field in by_name.items()}
LOOP_FIELDS = frozenset({"index", "index0", "first", "last", "length"})
