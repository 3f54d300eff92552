"""Letters for the benchmark, always the same: a first reminder in Spanish with as many invoices as are asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from cobranza_rules.domain.company import BankAccount, Company, Person
from cobranza_rules.domain.letter import Addressee, AgingBucket, Letter, LetterLine
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.money import Money, total

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "letters" / "first-reminder.es.docx"
TODAY = dt.date(2026, 3, 5)
BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")
ANALYST = Person("collections_analyst", "Mariana López Ruiz", "Analista de Crédito y Cobranza", "mlopez@kemper.example", "55 5555 0102")
COMPANY = Company(
    rfc="EKU9003173C9",
    name="Escuela Kemper Urgate, S.A. de C.V.",
    address="Av. Insurgentes Sur 1234, Col. Del Valle, 03100 Ciudad de México",
    city="Ciudad de México",
    phone="55 5555 0100",
    email="cobranza@kemper.example",
    website="www.kemper.example",
    privacy_notice="El aviso de privacidad completo está en www.kemper.example/privacidad.",
    accounts=(BankAccount("MXN", "Banco del Ejemplo, S.A.", "0123456789", "012180001234567897", "Escuela Kemper Urgate, S.A. de C.V."),),
    people=(ANALYST,),
)


def fields_for(number: int, rows: int) -> dict[str, Any]:
    """What the template is filled with for the letter of that number."""
    return fields_of(_letter(number, tuple(_line(number * 31 + index) for index in range(rows))))


def _line(index: int) -> LetterLine:
    overdue = index % 120 + 1
    due = TODAY - dt.timedelta(days=overdue)
    amount = Money(1234567 + index * 98765, "MXN")
    return LetterLine(
        number=f"F-{1000 + index}",
        uuid=f"{index:08X}-1111-4222-8333-0123456789AB",
        issued_on=due - dt.timedelta(days=30),
        due_on=due,
        days_overdue=overdue,
        bucket=BUCKETS[min((overdue - 1) // 30 + 1, 4)],
        total=amount,
        balance=amount,
        purchase_order=f"OC-{4500 + index}" if index % 2 else "",
        note="",
    )


def _letter(number: int, lines: tuple[LetterLine, ...]) -> Letter:
    return Letter(
        template="first-reminder",
        language="es",
        currency="MXN",
        number=f"CXC-2026-{number:04d}",
        place="Ciudad de México",
        dated=TODAY,
        company=COMPANY,
        addressee=Addressee(
            f"Herrería & Eléctricos {number}, S.A. de C.V.",
            "H&E951128469",
            "C.P. Íñigo Núñez Güemes",
            "Gerente de Cuentas por Pagar",
            "Calle 5 de Mayo 20, Col. Centro, 64000 Monterrey, N.L.",
        ),
        lines=lines,
        held=(),
        unapplied=(),
        buckets=tuple(AgingBucket(name, total([line.balance for line in lines if line.bucket == name], "MXN")) for name in BUCKETS),
        total=total([line.balance for line in lines], "MXN"),
        reference=f"C-{number:03d}",
        signer=ANALYST,
        analyst=ANALYST,
        copies=(),
        next_contact=TODAY + dt.timedelta(days=7),
        last_contact=None,
        rubric="MLR",
    )
