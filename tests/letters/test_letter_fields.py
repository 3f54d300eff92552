from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cobranza_rules.domain.company import Person
from cobranza_rules.letters.field_catalogue import (
    BY_SCOPE,
    COLLECTIONS_FIELDS,
    CREDIT_NOTE_FIELDS,
    CUSTOMER_FIELDS,
    FIELDS,
    OF_ANY,
    PAYMENT_FIELDS,
)
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.formats import bucket_label, grouped_clabe, long_date, money_text, percent_text, short_date
from cobranza_rules.letters.sample_letters import (
    COMPANY,
    DOMESTIC,
    account_letter,
    collections_relation,
    credit_note_request,
    letter,
    payment_letter,
)
from cobranza_rules.letters.template_field import FieldKind, TemplateField
from cobranza_rules.money import Money

from .conftest import ROOT


@pytest.mark.parametrize(
    ("money", "language", "text"),
    [
        (Money(1230050, "MXN"), "es", "$12,300.50 MXN"),
        (Money(1230050, "USD"), "en", "$12,300.50 USD"),
        (Money(-1000, "EUR"), "es", "-€10.00 EUR"),
        (Money(100000, "CHF"), "es", "1,000.00 CHF"),
        (Money(123456, "JPY"), "en", "¥123,456 JPY"),
        (Money(999999999999999, "MXN"), "es", "$9,999,999,999,999.99 MXN"),
    ],
)
def test_money_as_letters_print_it(money: Money, language: str, text: str) -> None:
    assert money_text(money, language) == text


def test_dates_buckets_and_clabe() -> None:
    day = dt.date(2026, 3, 5)
    assert [long_date(day, "es"), long_date(day, "en"), long_date(None, "es")] == ["5 de marzo de 2026", "March 5, 2026", ""]
    assert [short_date(day, "es"), short_date(day, "en")] == ["05/03/2026", "Mar 5, 2026"]
    assert [bucket_label(name, "es") for name in ("current", "1-30", "91+")] == ["Por vencer", "1–30 días", "Más de 90 días"]
    assert [bucket_label(name, "en") for name in ("current", "1-30", "91+")] == ["Not yet due", "1–30 days", "Over 90 days"]
    assert grouped_clabe("012180001234567897") == "012 180 00123456789 7"
    assert grouped_clabe("") == ""


def test_amounts_in_a_letter() -> None:
    fields = fields_of(letter("first-reminder", "es", 4))
    assert fields["total"] == "$54,308.58 MXN"
    assert fields["overdue_total"] == "$42,462.91 MXN"
    assert fields["total_in_words"] == "(CINCUENTA Y CUATRO MIL TRESCIENTOS OCHO PESOS 58/100 M.N.)"
    assert fields["oldest_days_overdue"] == "41"
    assert fields["lines"][0]["days_overdue"] == "0"
    assert fields["lines"][0]["overdue"] is False


def test_a_letter_without_signer_or_analyst_has_empty_texts() -> None:
    fields = fields_of(letter("first-reminder", "es", 1, signer=None, analyst=None, next_contact=None))
    assert fields["signer"] == {"name": "", "title": "", "email": "", "phone": ""}
    assert fields["analyst"] == {"name": "", "title": "", "email": COMPANY.email, "phone": COMPANY.phone}
    assert fields["next_contact"] == ""


@pytest.mark.parametrize(
    ("language", "title_en", "shown"), [("en", "Manager", "Manager"), ("en", "", "Gerente"), ("es", "Manager", "Gerente")]
)
def test_a_letter_carries_the_title_of_its_language_where_there_is_one(language: str, title_en: str, shown: str) -> None:
    signer = Person("administration_manager", "Alma Prueba", "Gerente", "alma@kemper.example", title_en=title_en)
    fields = fields_of(letter(language=language, signer=signer, analyst=signer, copies=(signer,)))
    assert [fields["signer"]["title"], fields["analyst"]["title"], fields["copies"][0]["title"]] == [shown] * 3


def test_a_draft_says_so() -> None:
    assert fields_of(letter(draft=True))["draft_mark"] == "BORRADOR – sin firma"
    assert fields_of(letter(language="en", draft=True))["draft_mark"] == "DRAFT – unsigned"
    assert fields_of(letter())["draft_mark"] == ""


def assert_shape(value: Any, field: TemplateField) -> None:
    match field.kind:
        case FieldKind.TEXT:
            assert type(value) is str, field.name
        case FieldKind.FLAG:
            assert type(value) is bool, field.name
        case FieldKind.GROUP:
            assert type(value) is dict
            assert set(value) == {part.name for part in field.parts}, field.name
            for part in field.parts:
                assert_shape(value[part.name], part)
        case FieldKind.LIST:
            assert type(value) is list
            for entry in value:
                assert_shape(entry, TemplateField(field.name, FieldKind.GROUP, "", field.parts))


@pytest.mark.parametrize("language", ["es", "en"])
def test_fields_have_the_shape_that_the_catalogue_promises(language: str) -> None:
    fields = fields_of(letter("statement", language, 3))
    assert fields["held"]
    assert fields["unapplied"]
    assert fields["copies"]
    assert_shape(fields, TemplateField("letter", FieldKind.GROUP, "", FIELDS))


@pytest.mark.parametrize("language", ["es", "en"])
def test_so_have_those_of_accounts_and_payments(language: str) -> None:
    account = fields_of(account_letter(language))
    assert account["statements"][0]["unapplied"]
    assert_shape(account, TemplateField("account", FieldKind.GROUP, "", CUSTOMER_FIELDS))
    assert_shape(fields_of(payment_letter(language)), TemplateField("payment", FieldKind.GROUP, "", PAYMENT_FIELDS))


@pytest.mark.parametrize("language", ["es", "en"])
def test_so_have_those_for_accounting(language: str) -> None:
    relation, request = fields_of(collections_relation(language)), fields_of(credit_note_request(language))
    assert_shape(relation, TemplateField("relation", FieldKind.GROUP, "", COLLECTIONS_FIELDS))
    assert_shape(request, TemplateField("request", FieldKind.GROUP, "", CREDIT_NOTE_FIELDS))


def test_the_control_totals_of_a_relation_agree() -> None:
    """Received is applied and not applied; the receivables go down by what was applied and taken off."""
    made = collections_relation("es")
    assert fields_of(made)["control"] == {
        "payments": "2",
        "received": "$108,000.00 MXN",
        "received_in_words": "(CIENTO OCHO MIL PESOS 00/100 M.N.)",
        "invoices": "3",
        "applied": "$106,820.00 MXN",
        "unapplied": "$1,180.00 MXN",
        "discounts": "$2,180.00 MXN",
        "without_credit_note": "$1,680.00 MXN",
        "settled": "$109,000.00 MXN",
    }
    applied = sum(line.amount.minor for line in made.collected)
    assert made.received.minor == applied + made.unapplied.minor


def test_what_credit_notes_are_asked_for_in_all() -> None:
    fields = fields_of(credit_note_request("es"))
    assert (fields["request_count"], fields["total"], fields["answer_by"]) == ("2", "$5,180.00 MXN", "12 de marzo de 2026")
    assert [each["relation"] for each in fields["requests"]] == ["01", "03"]


@pytest.mark.parametrize(
    ("rfc", "natural"),
    [("GOMA800101AB1", True), ("EKU9003173C9", False), ("XAXX010101000", False), ("XEXX010101000", False), ("US-1234567890", False)],
)
def test_a_person_is_told_from_a_company_by_the_rfc(rfc: str, natural: bool) -> None:
    made = letter("formal-demand", addressee=dataclasses.replace(DOMESTIC, rfc=rfc))
    assert fields_of(made)["addressee"]["natural_person"] is natural


def test_without_interest_its_fields_are_empty() -> None:
    fields = fields_of(letter(interest=None, agreement=None, assignee=None, answer_by=None))
    assert (fields["has_interest"], fields["interest"]["amount"], fields["agreement"], fields["answer_by"]) == (False, "", "", "")
    assert fields["assignee"]["name"] == ""


def test_a_statement_sums_up_what_is_on_hold_and_not_applied() -> None:
    fields = fields_of(letter("statement"))
    assert [fields[name] for name in ("total", "held_total", "unapplied_total", "net_total")] == [
        "$54,308.58 MXN",
        "$17,283.92 MXN",
        "$2,500.00 MXN",
        "$69,092.50 MXN",
    ]


@pytest.mark.parametrize(("percent", "language", "text"), [("6", "en", "6%"), ("24.50", "es", "24.5\u00a0%"), ("10", "en", "10%")])
def test_percents_as_letters_print_them(percent: str, language: str, text: str) -> None:
    assert percent_text(Decimal(percent), language) == text


def test_a_field_of_one_name_is_of_one_kind_whatever_the_rule_looks_at() -> None:
    """A template is compiled before anybody knows which rule it is for."""
    for by_name in BY_SCOPE.values():
        assert all((field.kind, field.parts) == (OF_ANY[name].kind, OF_ANY[name].parts) for name, field in by_name.items())


def test_the_documentation_lists_every_field_in_both_languages() -> None:
    page = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8")
    spanish, english = page.split("# Letters", 1)
    for field in OF_ANY.values():
        for half in (spanish, english):
            assert f"`{field.name}`" in half, field.name
            for part in field.parts:
                assert f"`{part.name}`" in half, f"{field.name}.{part.name}"
