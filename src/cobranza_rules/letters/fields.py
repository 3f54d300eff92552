"""A letter as plain texts, lists and dicts: all that a template ever sees."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from babel.dates import format_date
from babel.numbers import format_decimal

from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.domain.letter import AccountLetter, Document, Heading, Letter, LetterLine, PaymentLetter
from cobranza_rules.letters.amount_in_words import amount_in_words
from cobranza_rules.letters.enclosures import enclosures_text
from cobranza_rules.money import MINOR_UNITS, Money, total

LOCALES = {"es": "es_MX", "en": "en_US"}  # Plain "es" would group as Spain does: 1.234,50.
# The sign stands before the figure and the ISO code behind it, for "$" alone could be pesos or dollars.
SIGNS = {"MXN": "$", "USD": "$", "CAD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
DRAFT_MARKS = {"es": "BORRADOR – sin firma", "en": "DRAFT – unsigned"}
# Day before month where that is the custom; the month in letters in English, whose readers differ about the order.
SHORT_DATES = {"es": "dd/MM/y", "en": "MMM d, y"}
NOT_DUE = {"es": "Por vencer", "en": "Not yet due"}
DAYS = {"es": "{range} días", "en": "{range} days"}
MORE_THAN = {"es": "Más de {days} días", "en": "Over {days} days"}


def money_text(money: Money, language: str) -> str:
    """`$12,300.50 MXN`, `-€10.00 EUR`, `1,000.00 CHF`."""
    digits = MINOR_UNITS.get(money.currency, 2)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    figure = format_decimal(abs(money.amount), pattern, locale=LOCALES[language])
    return f"{'-' if money.minor < 0 else ''}{SIGNS.get(money.currency, '')}{figure} {money.currency}"


def long_date(day: dt.date | None, language: str) -> str:
    """`5 de marzo de 2026`, `March 5, 2026`; empty where there is none."""
    return format_date(day, "long", locale=LOCALES[language]) if day else ""


def short_date(day: dt.date | None, language: str) -> str:
    return format_date(day, SHORT_DATES[language], locale=LOCALES[language]) if day else ""


def bucket_label(name: str, language: str) -> str:
    """`current`, `1-30`, `91+` in words."""
    if name == "current":
        return NOT_DUE[language]
    if name.endswith("+") and name[:-1].isdigit():
        return MORE_THAN[language].format(days=int(name[:-1]) - 1)
    return DAYS[language].format(range=name.replace("-", "–"))


def fields_of(document: Document) -> dict[str, Any]:
    """The keys and their shapes are those of `field_catalogue.BY_SCOPE` for what the document is about; no value is None."""
    if isinstance(document, AccountLetter):
        return {**_heading(document), **_whole_account(document)}
    if isinstance(document, PaymentLetter):
        return {**_heading(document), **_paid(document)}
    return {
        **_heading(document),
        **_owed(document),
        "held": [_line(line, document.language) for line in document.held],
        "enclosures": enclosures_text(document.enclosed, document.language),
        "next_contact": long_date(document.next_contact, document.language),
    }


def _heading(document: Heading) -> dict[str, Any]:
    language = document.language
    return {
        "language": language,
        "number": document.number,
        "place": document.place,
        "date": long_date(document.dated, language),
        "date_iso": document.dated.isoformat(),
        "draft": document.draft,
        "draft_mark": DRAFT_MARKS[language] if document.draft else "",
        "company": company_fields(document.company),
        "addressee": _addressee(document),
        "reference": document.reference,
        "signer": person_fields(document.signer, language),
        "analyst": person_fields(document.analyst, language) if document.analyst else _desk(document.company),
        "copies": [person_fields(person, language) for person in document.copies],
        "last_contact": long_date(document.last_contact, language),
        "rubric": document.rubric,
    }


def _owed(letter: Letter) -> dict[str, Any]:
    """What is owed in the letter's currency."""
    language = letter.language
    account = letter.company.account_for(letter.currency)
    overdue = [line for line in letter.lines if line.days_overdue > 0]
    return {
        "lines": [_line(line, language) for line in letter.lines],
        "line_count": str(len(letter.lines)),
        "unapplied": [{"description": what, "amount": money_text(amount, language)} for what, amount in letter.unapplied],
        "buckets": [
            {"name": bucket.name, "label": bucket_label(bucket.name, language), "amount": money_text(bucket.amount, language)}
            for bucket in letter.buckets
        ],
        "currency": letter.currency,
        "total": money_text(letter.total, language),
        "total_in_words": amount_in_words(letter.total, _words_of(language)),
        "overdue_total": money_text(total([line.balance for line in overdue], letter.currency), language),
        "oldest_days_overdue": str(max((line.days_overdue for line in overdue), default=0)),
        "has_account": account is not None,
        "account": _account(account),
    }


def _whole_account(document: AccountLetter) -> dict[str, Any]:
    lines = [line for statement in document.statements for line in statement.lines]
    late = [line for line in lines if line.days_overdue > 0]
    return {
        "statements": [_owed(statement) for statement in document.statements],
        "open_invoices": str(len({line.uuid for line in lines})),  # Each instalment has a line
        "overdue_invoices": str(len({line.uuid for line in late})),
        "oldest_days_overdue": str(max((line.days_overdue for line in late), default=0)),
    }


def _paid(document: PaymentLetter) -> dict[str, Any]:
    language, unapplied = document.language, document.unapplied
    return {
        "payment": {
            "amount": money_text(document.amount, language),
            "amount_in_words": amount_in_words(document.amount, _words_of(language)),
            "currency": document.amount.currency,
            "date": long_date(document.paid_on, language),
            "operation": document.operation,
            "unapplied": money_text(unapplied, language) if unapplied is not None and unapplied.minor > 0 else "",
        },
        "covered": [
            {
                "number": line.number,
                "uuid": line.uuid,
                "amount": money_text(line.amount, language),
                "balance": money_text(line.balance, language),
                "settled": line.balance.minor <= 0,
            }
            for line in document.covered
        ],
    }


def _words_of(language: str) -> Literal["es", "en"]:
    return "es" if language == "es" else "en"


def _line(line: LetterLine, language: str) -> dict[str, Any]:
    return {
        "number": line.number,
        "uuid": line.uuid,
        "issued": short_date(line.issued_on, language),
        "due": short_date(line.due_on, language),
        "days_overdue": str(max(line.days_overdue, 0)),
        "overdue": line.days_overdue > 0,
        "bucket": bucket_label(line.bucket, language),
        "total": money_text(line.total, language),
        "balance": money_text(line.balance, language),
        "purchase_order": line.purchase_order,
        "note": line.note,
    }


def company_fields(company: Company) -> dict[str, str]:
    return {
        "name": company.name,
        "rfc": company.rfc,
        "address": company.address,
        "city": company.city,
        "phone": company.phone,
        "email": company.email,
        "website": company.website,
        "privacy_notice": company.privacy_notice,
    }


def _addressee(document: Heading) -> dict[str, str]:
    to = document.addressee
    return {"company": to.company, "rfc": to.rfc, "person": to.person, "title": to.title, "address": to.address}


def person_fields(person: Person | None, language: str) -> dict[str, str]:
    if person is None:
        return {"name": "", "title": "", "email": "", "phone": ""}
    return {"name": person.name, "title": person.title_in(language), "email": person.email, "phone": person.phone}


def _desk(company: Company) -> dict[str, str]:
    """Where no analyst is in charge, answers go to the company's own address."""
    return {"name": "", "title": "", "email": company.email, "phone": company.phone}


def _account(account: BankAccount | None) -> dict[str, str]:
    if account is None:
        return dict.fromkeys(("currency", "bank", "account", "clabe", "beneficiary", "swift", "bank_address"), "")
    return {
        "currency": account.currency,
        "bank": account.bank,
        "account": account.account,
        "clabe": grouped_clabe(account.clabe),
        "beneficiary": account.beneficiary,
        "swift": account.swift,
        "bank_address": account.bank_address,
    }


def grouped_clabe(clabe: str) -> str:
    """Bank, branch, account and check digit apart, as banks print it: `012 180 01234567890 5`."""
    return f"{clabe[:3]} {clabe[3:6]} {clabe[6:17]} {clabe[17:]}" if len(clabe) == 18 else clabe
