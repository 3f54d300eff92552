"""The company's customers and the days on which they work."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = dt.date(2026, 3, 2)
END = dt.date(2026, 4, 10)
# Days off of Ley Federal del Trabajo, art. 74, and Holy Thursday and Friday, on which banks close though offices may open.
OFFICE_HOLIDAYS = frozenset({dt.date(2025, 11, 17), dt.date(2025, 12, 25), dt.date(2026, 1, 1), dt.date(2026, 2, 2), dt.date(2026, 3, 16)})
BANK_HOLIDAYS = OFFICE_HOLIDAYS | {dt.date(2026, 4, 2), dt.date(2026, 4, 3)}
GIVEN_NAMES = (
    ("Alma", "Bruno", "Carla", "Darío", "Elisa", "Fabián", "Gilda", "Horacio", "Irma", "Joel", "Karen", "Lucio", "Marta"),
    ("Néstor", "Olga", "Pablo", "Quetzalli", "Raúl", "Sonia", "Tomás", "Úrsula", "Víctor", "Wendy", "Ximena", "Yago", "Zoe"),
)


@dataclass(frozen=True)
class Customer:
    """`overdue` and `current` are days past and until due on START; `scale` is the usual amount of an invoice before tax."""

    code: str
    name: str
    rfc: str
    postcode: str
    regime: str
    domain: str
    credit_days: int
    scale: int
    new: int
    overdue: tuple[int, ...] = ()
    current: tuple[int, ...] = ()
    pays_after: int | None = None
    delivery: str = "correo"
    currency: str = "MXN"
    tax_id: str = ""

    @property
    def foreign(self) -> bool:
        return self.currency != "MXN"

    @property
    def position(self) -> int:
        return int(self.code.removeprefix("C-"))

    def person(self, which: int) -> str:
        """The name of its contact: 0 receives invoices, 1 pays, 2 is the one to fall back on."""
        given = [name for names in GIVEN_NAMES for name in names]
        return f"{given[(self.position - 1 + 9 * which) % len(given)]} Prueba Ejemplo"

    def address(self, which: int) -> str:
        """The e-mail address of that contact."""
        spanish, english = ("facturas", "pagos", "administracion"), ("invoices", "payables", "office")
        return f"{(english if self.foreign else spanish)[which]}@{self.domain}"


def customers() -> tuple[Customer, ...]:
    rows = tomllib.loads(Path(__file__).with_name("customers.toml").read_text(encoding="utf-8"))["customer"]
    return tuple(_customer(row) for row in rows)


def _customer(row: dict[str, Any]) -> Customer:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Customer(**given)


def is_office_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in OFFICE_HOLIDAYS


def is_bank_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def bank_day_from(day: dt.date) -> dt.date:
    while not is_bank_day(day):
        day += dt.timedelta(days=1)
    return day


def bank_day_before(day: dt.date) -> dt.date:
    """`day` itself where it is one."""
    while not is_bank_day(day):
        day -= dt.timedelta(days=1)
    return day


def bank_days_later(day: dt.date, count: int) -> dt.date:
    for _step in range(count):
        day = bank_day_from(day + dt.timedelta(days=1))
    return day


def office_days() -> tuple[dt.date, ...]:
    days = (START + dt.timedelta(days=ahead) for ahead in range((END - START).days + 1))
    return tuple(day for day in days if is_office_day(day))
