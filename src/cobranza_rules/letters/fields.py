"""A letter as plain texts, lists and dicts: all that a template ever sees."""

from __future__ import annotations

from typing import Any

from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.domain.customer import is_natural_person
from cobranza_rules.domain.letter import (
    AccountLetter,
    CollectionsRelation,
    CreditNoteRequest,
    Document,
    Heading,
    InstalmentLetter,
    Letter,
    LetterLine,
    PaymentLetter,
)
from cobranza_rules.letters.accounting_fields import collections_fields, request_fields
from cobranza_rules.letters.enclosures import enclosures_text
from cobranza_rules.letters.formats import bucket_label, grouped_clabe, in_words, long_date, money_text, short_date
from cobranza_rules.letters.plan_fields import plan_fields
from cobranza_rules.letters.pursuit_fields import pursuit_fields
from cobranza_rules.money import total

DRAFT_MARKS = {"es": "BORRADOR – sin firma", "en": "DRAFT – unsigned"}


def fields_of(document: Document) -> dict[str, Any]:
    """The keys and their shapes are those of `field_catalogue.BY_SCOPE` for what the document is about; no value is None."""
    if isinstance(document, AccountLetter):
        return {**_heading(document), **_whole_account(document)}
    if isinstance(document, PaymentLetter):
        return {**_heading(document), **_paid(document)}
    if isinstance(document, InstalmentLetter):
        return {**_heading(document), **plan_fields(document), **_to_our_account(document, document.amount.currency)}
    if isinstance(document, CollectionsRelation):
        return {**_heading(document), **collections_fields(document)}
    if isinstance(document, CreditNoteRequest):
        return {**_heading(document), **request_fields(document)}
    return {
        **_heading(document),
        **_owed(document),
        "enclosures": enclosures_text(document.enclosed, document.language),
        **pursuit_fields(document),
        "assignee": person_fields(document.assignee, document.language),
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
        **{f"has_{name}": bool(getattr(document.pictures, name)) for name in ("letterhead", "logo", "signature", "rubric")},
    }


def _owed(letter: Letter) -> dict[str, Any]:
    """What is owed in the letter's currency."""
    language = letter.language
    overdue = [line for line in letter.lines if line.days_overdue > 0]
    held = total([line.balance for line in letter.held], letter.currency)
    unapplied = total([amount for _what, amount in letter.unapplied], letter.currency)
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
        "total_in_words": in_words(letter.total, language),
        "held": [_line(line, language) for line in letter.held],
        "held_total": money_text(held, language) if letter.held else "",
        "unapplied_total": money_text(unapplied, language) if letter.unapplied else "",
        "net_total": money_text(letter.total + held - unapplied, language),
        "overdue_total": money_text(total([line.balance for line in overdue], letter.currency), language),
        "oldest_days_overdue": str(max((line.days_overdue for line in overdue), default=0)),
        **_to_our_account(letter, letter.currency),
    }


def _to_our_account(document: Heading, currency: str) -> dict[str, Any]:
    account = document.company.account_for(currency)
    return {"has_account": account is not None, "account": _account(account)}


def _whole_account(document: AccountLetter) -> dict[str, Any]:
    lines = [line for statement in document.statements for line in (*statement.lines, *statement.held)]
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
            "amount_in_words": in_words(document.amount, language),
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


def _addressee(document: Heading) -> dict[str, Any]:
    to = document.addressee
    texts = {"company": to.company, "rfc": to.rfc, "person": to.person, "title": to.title, "address": to.address}
    return {**texts, "natural_person": is_natural_person(to.rfc)}


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
