"""Synthetic letters for the tests: names with signs that markup cares about, amounts of every size, both languages."""

from __future__ import annotations

import dataclasses
import datetime as dt

from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.domain.letter import (
    AccountLetter,
    Addressee,
    AgingBucket,
    CoveredLine,
    Enclosed,
    Heading,
    Letter,
    LetterLine,
    PaymentLetter,
)
from cobranza_rules.money import Money, total

TODAY = dt.date(2026, 3, 5)
BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")

MANAGER = Person(
    "administration_manager", "Lic. Teresa Ibáñez Muñoz", "Gerente de Administración", "tibanez@kemper.example", "55 5555 0101"
)
ANALYST = Person("collections_analyst", "Mariana López Ruiz", "Analista de Crédito y Cobranza", "mlopez@kemper.example", "55 5555 0102")
SALES = Person("sales_manager", "Ing. Raúl Peña Cantú", "Gerente de Ventas", "rpena@kemper.example")
SUPERVISOR = Person("supervisor", "Óscar Nuño Díaz", "Supervisor de Crédito y Cobranza", "onuno@kemper.example")

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
    people=(MANAGER, ANALYST, SALES, SUPERVISOR),
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


# Templates of rules for customers, and of rules for payments
OF_ACCOUNTS = ("account-statement", "overdue-warning")
OF_PAYMENTS = ("payment-received",)
HEADING = [field.name for field in dataclasses.fields(Heading)]


def line(index: int, currency: str = "MXN", note: str = "") -> LetterLine:
    overdue = index * 17 - 10
    due = TODAY - dt.timedelta(days=overdue)
    bucket = "current" if overdue <= 0 else BUCKETS[min((overdue - 1) // 30 + 1, 4)]
    return LetterLine(
        number=f"F-{1000 + index}",
        uuid=f"{index:08X}-1111-4222-8333-0123456789AB",
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
    lines = tuple(line(index, currency) for index in range(count))
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
        held=held if reminder or template == "statement" else (),
        unapplied=((("Depósito del 02/03/2026" if language == "es" else "Deposit of Mar 2, 2026"), Money(250000, currency)),)
        if template == "statement"
        else (),
        buckets=buckets,
        total=total([one.balance for one in lines], currency),
        reference="C-014",
        signer=MANAGER if template == "transmittal" else ANALYST,
        analyst=ANALYST,
        copies=(SUPERVISOR, SALES) if template == "second-reminder" else (SUPERVISOR,),
        next_contact=dt.date(2026, 3, 12),
        last_contact=dt.date(2026, 2, 26) if template == "second-reminder" else None,
        rubric="MLR",
        enclosed=Enclosed(count, 2, (("purchase_order", 2), ("remission", 1))) if template == "transmittal" else Enclosed(),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # the tests name fields of Letter


def account_letter(language: str = "es", **changes: object) -> AccountLetter:
    """All that a customer owes, in two currencies; of one invoice it is said that it is under review."""
    of = letter("statement", language)
    note = "en revisión" if language == "es" else "under review"
    in_pesos = tuple(line(index, "MXN", note if index == 1 else "") for index in range(3))
    in_dollars = tuple(line(index + 5, "USD") for index in range(2))
    statements = (_owed(of, "MXN", in_pesos), _owed(of, "USD", in_dollars))
    made = AccountLetter(**{name: getattr(of, name) for name in HEADING}, statements=statements)
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # the tests name fields of AccountLetter


def _owed(of: Letter, currency: str, lines: tuple[LetterLine, ...]) -> Letter:
    buckets = tuple(AgingBucket(name, total([one.balance for one in lines if one.bucket == name], currency)) for name in BUCKETS)
    unapplied = tuple((what, Money(amount.minor, currency)) for what, amount in of.unapplied) if currency == "MXN" else ()
    owed = total([one.balance for one in lines], currency)
    return dataclasses.replace(of, currency=currency, lines=lines, held=(), unapplied=unapplied, buckets=buckets, total=owed)


def payment_letter(language: str = "es", **changes: object) -> PaymentLetter:
    """One that settles an invoice and covers a part of another."""
    of = letter("statement", language)
    covered = (
        CoveredLine("F-1001", "0" * 36, Money(84000, "MXN"), Money(0, "MXN")),
        CoveredLine("F-1002", "1" * 36, Money(100000, "MXN"), Money(16000, "MXN")),
    )
    made = PaymentLetter(
        **{name: getattr(of, name) for name in HEADING},
        amount=Money(200000, "MXN"),
        paid_on=TODAY,
        operation="000123",
        covered=covered,
        unapplied=Money(16000, "MXN"),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]  # the tests name fields of PaymentLetter
