"""Made-up letters of every kind, for previews, checks and tests: names with signs that markup cares about, both languages."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.domain.late_interest import Debt, LateInterest, late_interest
from cobranza_rules.domain.letter import (
    AccountLetter,
    Addressee,
    AgingBucket,
    AgreedPayment,
    CollectedLine,
    CollectionsRelation,
    CoveredLine,
    CreditNoteRequest,
    CreditRequest,
    Document,
    Enclosed,
    Heading,
    Letter,
    LetterLine,
    NamedAgreement,
    PastContact,
    PaymentLetter,
)
from cobranza_rules.domain.schedule import DuePart
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.letters.field_catalogue import Accounting, Subject
from cobranza_rules.letters.sample_plan import instalment_letter
from cobranza_rules.money import Money, total

TODAY = dt.date(2026, 3, 5)
BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")

MANAGER = Person(
    "administration_manager", "Lic. Teresa Ibáñez Muñoz", "Gerente de Administración", "tibanez@kemper.example", "55 5555 0101"
)
ANALYST = Person("collections_analyst", "Mariana López Ruiz", "Analista de Crédito y Cobranza", "mlopez@kemper.example", "55 5555 0102")
SALES = Person("sales_manager", "Ing. Raúl Peña Cantú", "Gerente de Ventas", "rpena@kemper.example")
SUPERVISOR = Person("supervisor", "Óscar Nuño Díaz", "Supervisor de Crédito y Cobranza", "onuno@kemper.example")
ACCOUNTING = Person("accounting", "C.P. Elvira Zúñiga Ávila", "Jefa de Contabilidad", "ezuniga@kemper.example")

COMPANY = Company(
    rfc="EKU9003173C9",
    name="Escuela Kemper Urgate, S.A. de C.V.",
    address="Av. Insurgentes Sur 1234, Col. Del Valle, 03100 Ciudad de México",
    city="Ciudad de México",
    phone="55 5555 0100",
    email="cobranza@kemper.example",
    website="www.kemper.example",
    privacy_notice=(
        "Escuela Kemper Urgate, S.A. de C.V. trata los datos personales contenidos en este documento con el único fin de administrar y "
        "cobrar sus cuentas. El aviso de privacidad completo está en www.kemper.example/privacidad."
    ),
    accounts=(
        BankAccount("MXN", "Banco del Ejemplo, S.A.", "0123456789", "012180001234567897", "Escuela Kemper Urgate, S.A. de C.V."),
        BankAccount(
            "USD", "Example Bank N.A.", "9988776655", "", "Escuela Kemper Urgate, S.A. de C.V.", "EXBKUS33", "1 Main St, New York, NY 10001"
        ),
    ),
    people=(MANAGER, ANALYST, SALES, SUPERVISOR, ACCOUNTING),
)
DOMESTIC = Addressee(
    "Herrería & Eléctricos <Suc. Peñón>, S.A. de C.V.",
    "H&E951128469",
    "C.P. Íñigo Núñez Güemes",
    "Gerente de Cuentas por Pagar",
    "Calle 5 de Mayo 20, Col. Centro, 64000 Monterrey, N.L.",
)
FOREIGN = Addressee(
    "Xenon Industrial Articles, Inc.", "XEXX010101000", "Ms. Jane Doe", "Accounts Payable Manager", "500 Market St, Austin, TX 78701, USA"
)

INTERNAL = Addressee(COMPANY.name, COMPANY.rfc, ACCOUNTING.name, ACCOUNTING.title, COMPANY.address)
# Templates of rules for customers, and of rules for payments
OF_ACCOUNTS = ("account-statement", "overdue-warning")
OF_PAYMENTS = ("payment-received", "payment-confirmation")
OF_INSTALMENTS = ("instalment-due", "instalment-late")
OF_OVERDUE = ("formal-demand", "sales-intervention")
SIGNED_BY_THE_MANAGER = ("transmittal", "acknowledgement-form", "formal-demand", "acknowledgement-of-debt")
HEADING = [field.name for field in dataclasses.fields(Heading)]


def sample_document(template: str, language: str, subject: Subject) -> Document:
    """What a template that is fit for documents about that can be tried with."""
    if subject is Scope.CUSTOMER:
        return account_letter(language, template=template)
    if subject is Scope.PAYMENT:
        return payment_letter(language, template=template)
    if subject is Scope.INSTALMENT:
        return instalment_letter(letter("statement", language), DOMESTIC.person, template)
    if subject is Accounting.COLLECTIONS:
        return collections_relation(language, template=template)
    if subject is Accounting.CREDIT_NOTES:
        return credit_note_request(language, template=template)
    return letter(template, language, 7 if template == "formal-demand" else 4)  # A demand of two pages


def line(index: int, currency: str = "MXN", note: str = "") -> LetterLine:
    overdue = index * 17 - 10
    due = TODAY - dt.timedelta(days=overdue)
    bucket = "current" if overdue <= 0 else BUCKETS[min((overdue - 1) // 30 + 1, 4)]
    return LetterLine(
        number=f"F-{1000 + index}",
        uuid=f"AD3FB5C9-{index:04X}-4BCA-9C6D-E1F2ADB4C5DE",
        issued_on=due - dt.timedelta(days=30),
        due_on=due,
        days_overdue=overdue,
        bucket=bucket,
        total=Money(1234567 + index * 98765, currency),
        balance=Money(1234567 + index * 98765 - (50000 if index % 3 == 0 else 0), currency),
        purchase_order=f"OC-{4500 + index}" if index % 2 else "",
        note=note,
    )


def letter(template: str = "first-reminder", language: str = "es", count: int = 4, **changes: object) -> Letter:
    """`count` invoices; in English the customer is abroad and pays in USD."""
    currency = "MXN" if language == "es" else "USD"
    first = 1 if template in OF_OVERDUE else 0  # The first line is not due yet.
    lines = tuple(line(index, currency) for index in range(first, first + count))
    held = (line(count + 1, currency, "Diferencia en precio: en aclaración" if language == "es" else "Price difference, under review"),)
    buckets = tuple(AgingBucket(name, total([one.balance for one in lines if one.bucket == name], currency)) for name in BUCKETS)
    reminder = template.endswith("reminder")
    made = Letter(
        template=template,
        language=language,
        currency=currency,
        number="CXC-2026-0042",
        place="Ciudad de México",
        dated=TODAY,
        company=COMPANY,
        addressee=DOMESTIC if language == "es" else FOREIGN,
        lines=lines,
        held=held if reminder or template in ("statement", "sales-intervention") else (),
        unapplied=((("Depósito del 02/03/2026" if language == "es" else "Deposit of Mar 2, 2026"), Money(250000, currency)),)
        if template == "statement"
        else (),
        buckets=buckets,
        total=total([one.balance for one in lines], currency),
        reference="C-014",
        signer=MANAGER if template in SIGNED_BY_THE_MANAGER else ANALYST,
        analyst=ANALYST,
        copies=(SUPERVISOR, SALES) if template == "second-reminder" else (SUPERVISOR,),
        next_contact=dt.date(2026, 3, 12),
        last_contact=dt.date(2026, 2, 26) if template == "second-reminder" else None,
        rubric="MLR",
        history=_history(lines, language),
        agreement=NamedAgreement("CT-2025-018", dt.date(2025, 1, 15)),
        interest=_interest(lines, currency),
        instalments=_instalments(total([one.balance for one in lines], currency)),
        assignee=SALES,
        answer_by=dt.date(2026, 3, 12),
        enclosed=Enclosed(count, 2, (("purchase_order", 2), ("remission", 1))) if template == "transmittal" else Enclosed(),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # callers name fields of Letter


def _history(lines: tuple[LetterLine, ...], language: str) -> tuple[PastContact, ...]:
    first, second = ("primer recordatorio", "segundo recordatorio") if language == "es" else ("first reminder", "second reminder")
    numbers = tuple(one.number for one in lines if one.days_overdue > 0)
    return (PastContact(dt.date(2026, 2, 19), first, numbers), PastContact(dt.date(2026, 2, 26), second, numbers))


def _interest(lines: tuple[LetterLine, ...], currency: str) -> LateInterest:
    debts = [Debt((DuePart(one.due_on, one.balance.minor),)) for one in lines if one.due_on is not None]
    return late_interest(None, debts, TODAY, currency)


def _instalments(owed: Money) -> tuple[AgreedPayment, ...]:
    """Two, of which the second takes the odd cent."""
    first = Money(owed.minor // 2, owed.currency)
    nothing = Money(0, owed.currency)
    return (AgreedPayment(dt.date(2026, 3, 31), first, owed - first), AgreedPayment(dt.date(2026, 4, 30), owed - first, nothing))


def account_letter(language: str = "es", **changes: object) -> AccountLetter:
    """All that a customer owes, in two currencies; of one invoice it is said that it is under review."""
    of = letter("statement", language)
    note = "en revisión" if language == "es" else "under review"
    in_pesos = tuple(line(index, "MXN", note if index == 1 else "") for index in range(3))
    in_dollars = tuple(line(index + 5, "USD") for index in range(2))
    statements = (_owed(of, "MXN", in_pesos), _owed(of, "USD", in_dollars))
    made = AccountLetter(**{name: getattr(of, name) for name in HEADING}, statements=statements)
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # callers name fields of AccountLetter


def _owed(of: Letter, currency: str, lines: tuple[LetterLine, ...]) -> Letter:
    buckets = tuple(AgingBucket(name, total([one.balance for one in lines if one.bucket == name], currency)) for name in BUCKETS)
    unapplied = tuple((what, Money(amount.minor, currency)) for what, amount in of.unapplied) if currency == "MXN" else ()
    owed = total([one.balance for one in lines], currency)
    return dataclasses.replace(of, currency=currency, lines=lines, held=(), unapplied=unapplied, buckets=buckets, total=owed)


def payment_letter(language: str = "es", **changes: object) -> PaymentLetter:
    """One that settles an invoice and covers a part of another."""
    of = letter("statement", language)
    covered = (
        CoveredLine("F-1001", line(1).uuid, Money(84000, "MXN"), Money(0, "MXN")),
        CoveredLine("F-1002", line(2).uuid, Money(100000, "MXN"), Money(16000, "MXN")),
    )
    made = PaymentLetter(
        **{name: getattr(of, name) for name in HEADING},
        amount=Money(200000, "MXN"),
        paid_on=TODAY,
        operation="000123",
        covered=covered,
        unapplied=Money(16000, "MXN"),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # callers name fields of PaymentLetter


def collections_relation(language: str = "es", **changes: object) -> CollectionsRelation:
    """Two payments of a day: one settles an invoice with a discount, the other covers a part of one and leaves something over."""
    spanish = language == "es"
    nothing = Money(0, "MXN")
    prompt, price = ("Pronto pago 2 %", "Diferencia de precio") if spanish else ("Prompt payment 2%", "Price difference")
    collected = (
        CollectedLine(
            "C-014", DOMESTIC.company, TODAY, "000123", "F-1001", line(1).uuid, _mxn("82320.00"), _mxn("1680.00"), prompt, "", nothing
        ),
        CollectedLine(
            "C-014", DOMESTIC.company, TODAY, "000123", "F-1002", line(2).uuid, _mxn("9500.00"), _mxn("500.00"), price, "NC-31", nothing
        ),
        CollectedLine(
            "C-020", "Aceros del Bravo, S.A.", TODAY, "000124", "F-1007", line(7).uuid, _mxn("15000.00"), nothing, "", "", _mxn("6000.00")
        ),
    )
    made = CollectionsRelation(
        **_internal(language),
        currency="MXN",
        since=TODAY,
        day=TODAY,
        collected=collected,
        payments=2,
        received=_mxn("108000.00"),
        unapplied=_mxn("1180.00"),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # callers name fields of CollectionsRelation


def credit_note_request(language: str = "es", **changes: object) -> CreditNoteRequest:
    """One for a discount, one for a return."""
    spanish = language == "es"
    prompt, returned = (
        ("Descuento por pronto pago, 2 %", "Devolución de mercancía") if spanish else ("Prompt payment discount, 2%", "Goods returned")
    )
    issued = dt.date(2026, 2, 3)
    requests = (
        CreditRequest(
            "C-014", DOMESTIC.company, DOMESTIC.rfc, "F-1001", line(1).uuid, issued, _mxn("84000.00"), _mxn("1680.00"), prompt, "01"
        ),
        CreditRequest(
            "C-020",
            "Aceros del Bravo, S.A.",
            "EKU9003173C9",
            "F-1007",
            line(7).uuid,
            issued,
            _mxn("21000.00"),
            _mxn("3500.00"),
            returned,
            "03",
        ),
    )
    made = CreditNoteRequest(**_internal(language), currency="MXN", requests=requests, answer_by=dt.date(2026, 3, 12))
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # callers name fields of CreditNoteRequest


def _internal(language: str) -> dict[str, Any]:
    """A heading for Accounting."""
    of = letter("statement", language)
    return {name: getattr(of, name) for name in HEADING} | {"addressee": INTERNAL, "reference": ""}


def _mxn(amount: str) -> Money:
    return Money.of(amount, "MXN")
