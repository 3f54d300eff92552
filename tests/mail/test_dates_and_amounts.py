from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.mail.amounts import find_amounts
from cobranza_rules.mail.dates import find_dates
from cobranza_rules.mail.words import fold
from cobranza_rules.money import Money

CALENDAR = BusinessCalendar()
TUESDAY = dt.date(2026, 3, 3)

CLEAR = [
    ("pagaremos el próximo viernes", "2026-03-06"),
    ("a más tardar el 15 de marzo", "2026-03-15"),
    ("el 1ro de abril", "2026-04-01"),
    ("el primero de abril", "2026-04-01"),
    ("a fin de mes", "2026-03-31"),
    ("a fines del próximo mes", "2026-04-30"),
    ("fin de abril", "2026-04-30"),
    ("el último día hábil del mes", "2026-03-31"),
    ("en la próxima quincena", "2026-03-15"),
    ("mañana a primera hora", "2026-03-04"),
    ("mañana por la mañana", "2026-03-04"),
    ("pasado mañana", "2026-03-05"),
    ("hoy mismo", "2026-03-03"),
    ("ayer por la tarde", "2026-03-02"),
    ("antier", "2026-03-01"),
    ("hace 3 días", "2026-02-28"),
    ("en 5 días hábiles", "2026-03-10"),
    ("dentro de diez días", "2026-03-13"),
    ("en dos semanas", "2026-03-17"),
    ("en 10 días hábiles", "2026-03-18"),  # 16 March is a holiday
    ("viernes 6", "2026-03-06"),
    ("el viernes 6 de marzo de 2026", "2026-03-06"),
    ("el jueves, 5 de marzo", "2026-03-05"),
    ("este martes", "2026-03-03"),
    ("el viernes de la próxima semana", "2026-03-13"),
    ("la próxima semana, el jueves", "2026-03-12"),
    ("el viernes pasado", "2026-02-27"),
    ("el 15 del presente", "2026-03-15"),
    ("el día 20", "2026-03-20"),
    ("el día 2", "2026-04-02"),
    ("el 5 del próximo mes", "2026-04-05"),
    ("el 28 de diciembre", "2025-12-28"),
    ("2026-03-20", "2026-03-20"),
    ("20/03/2026", "2026-03-20"),
    ("20.03.26", "2026-03-20"),
    ("20/3", "2026-03-20"),
    ("03/15/2026", "2026-03-15"),
    ("20-mar-26", "2026-03-20"),
    ("PAGAMOS EL 20 DE MARZO DEL 2026", "2026-03-20"),
    ("next Friday", "2026-03-06"),
    ("by March 15th, 2026", "2026-03-15"),
    ("on 12 March", "2026-03-12"),
    ("the 15th of April", "2026-04-15"),
    ("we will pay on the 20th", "2026-03-20"),
    ("by the end of the month", "2026-03-31"),
    ("the day after tomorrow", "2026-03-05"),
    ("within 10 business days", "2026-03-18"),
    ("last Friday", "2026-02-27"),
    ("Friday 3/13", "2026-03-13"),
    ("viernes 13/03", "2026-03-13"),
    ("el virnes 13 de marzo", "2026-03-13"),
    ("by end of month", "2026-03-31"),
    ("yesterday", "2026-03-02"),
]


@pytest.mark.parametrize(("text", "date"), CLEAR)
def test_a_clear_date(text: str, date: str) -> None:
    found = find_dates(text, TUESDAY, CALENDAR)
    assert [(one.date.isoformat(), one.vague) for one in found] == [(date, False)]
    assert found[0].text in text
    assert text[found[0].start : found[0].end].strip() == found[0].text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("la próxima semana", "2026-03-13"),
        ("esta semana", "2026-03-06"),
        ("finales de marzo", "2026-03-31"),
        ("la segunda quincena de marzo", "2026-03-31"),
        ("el martes", "2026-03-10"),  # Said on a Tuesday
        ("el lunes 6 de marzo", "2026-03-06"),  # It is a Friday
        ("please pay the invoice by 04/05/2026", "2026-04-05"),
        ("next week", "2026-03-13"),
        ("entre el 10 y el 12 de marzo", "2026-03-12"),
        ("del 10 al 12", "2026-03-12"),
        ("el 10 o el 11 de marzo", "2026-03-11"),
        ("between March 10 and 12", "2026-03-12"),
        ("a mediados de mes", "2026-03-15"),
        ("a principios de abril", "2026-04-05"),
        ("la primera semana de abril", "2026-04-07"),
        ("late March", "2026-03-25"),
        ("el próximo mes", "2026-04-30"),
        ("jueves 13/03", "2026-03-13"),
    ],
)
def test_a_date_that_could_be_another_is_vague(text: str, date: str) -> None:
    assert [(one.date.isoformat(), one.vague) for one in find_dates(text, TUESDAY, CALENDAR)] == [(date, True)]


@pytest.mark.parametrize(
    "text",
    [
        "Av. 16 de Septiembre 12, Col. Centro",
        "calle 5 de Febrero no. 23",
        "Col. 20 de Noviembre",
        "por la mañana",
        "toda la mañana",
        "tel. 55 1234 5678 ext 12",
        "la factura FA-100 del 10 de febrero",
        "facturas FA-1, FA-2 y FA-3 de fecha 10 de febrero",
        "vencida el 10 de febrero",
        "su correo del 2 de marzo",
        "invoice 100 dated February 10",
        "$45 por 30 piezas, 50%",
        "el 30 de febrero",
        "45/45/2026",
        "en 999 días",
        "cuenta 012345678901234567",
        "2/3 partes 1.5.10.20",
    ],
)
def test_what_is_no_date_of_payment(text: str) -> None:
    assert [one for one in find_dates(text, TUESDAY, CALENDAR) if not one.text.startswith("2/3")] == []


def test_several_dates_come_in_order_and_the_document_stays_out() -> None:
    text = "La factura FA-100 del 10 de febrero la pagamos el viernes y el resto el 20 de marzo."
    assert [one.date.isoformat() for one in find_dates(text, TUESDAY, CALENDAR)] == ["2026-03-06", "2026-03-20"]


@pytest.mark.parametrize(
    ("on", "date"),
    [
        ("2026-03-14", "2026-03-15"),
        ("2026-03-15", "2026-03-31"),
        ("2026-03-31", "2026-04-15"),
        ("2026-12-31", "2027-01-15"),
        ("2028-02-20", "2028-02-29"),
    ],
)
def test_quincenas_are_the_15th_and_the_end_of_the_month(on: str, date: str) -> None:
    (found,) = find_dates("la próxima quincena", dt.date.fromisoformat(on), CALENDAR)
    assert found.date.isoformat() == date


@given(st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)), st.integers(-170, 170))
def test_a_date_without_its_year_is_the_nearest(on: dt.date, ahead: int) -> None:
    months = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
    date = on + dt.timedelta(days=ahead)
    found = find_dates(f"el {date.day} de {months[date.month - 1]}", on, CALENDAR)
    if (date.month, date.day) != (2, 29):
        assert [one.date for one in found] == [date]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)))
def test_a_whole_date_is_itself_in_every_spelling(date: dt.date, on: dt.date) -> None:
    for text in (
        date.isoformat(),
        f"{date:%d/%m/%Y}",
        f"{date.day} de {['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'][date.month - 1]} de {date.year}",
    ):
        assert [one.date for one in find_dates(text, on, CALENDAR)] == [date]


@given(st.text(max_size=300), st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)))
def test_any_text_is_read(text: str, on: dt.date) -> None:
    find_dates(text, on, CALENDAR)
    find_amounts(text)
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "piece",
    ["el 15 de ", "el ", "1/", "viernes ", "en un plazo de ", " ", "factura de ", "1,", "1 ", "$ ", "mil ", "9" * 50, "factura 1 2 3 "],
)
def test_any_text_costs_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    find_dates(text, TUESDAY, CALENDAR)
    find_amounts(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "amount", "stated"),
    [
        ("$12,300.50", "12300.50 MXN", False),
        ("12,300.50 MXN", "12300.50 MXN", True),
        ("USD 2,500", "2500.00 USD", True),
        ("US$2,500.00", "2500.00 USD", True),
        ("2500 dlls", "2500.00 USD", True),
        ("45 mil pesos", "45000.00 MXN", True),
        ("45 mil 300 pesos", "45300.00 MXN", True),
        ("1.5 millones de pesos", "1500000.00 MXN", True),
        ("2.5 mdp", "2500000.00 MXN", True),
        ("1.234,56 EUR", "1234.56 EUR", True),
        ("el importe de 12,300.50", "12300.50 MXN", False),
        ("$ 5000.00 M.N.", "5000.00 MXN", True),
        ("$1,234,567.89 pesos.", "1234567.89 MXN", True),
        ("quinientos, o sea $500", "500.00 MXN", False),
    ],
)
def test_an_amount(text: str, amount: str, stated: bool) -> None:
    (found,) = find_amounts(text)
    assert (f"{found.amount.plain()} {found.amount.currency}", found.currency_stated, found.vague) == (amount, stated, False)


def test_a_bare_sign_takes_the_currency_of_the_conversation() -> None:
    assert find_amounts("$2,500.00", "USD")[0].amount == Money(250000, "USD")


def test_an_amount_that_can_be_read_in_two_ways_is_vague() -> None:
    assert [(one.amount, one.vague) for one in find_amounts("$1.234")] == [(Money(123400, "MXN"), True)]


@pytest.mark.parametrize(
    "text", ["factura 12345", "100%", "55 1234 5678", "A-1200.50", "el 15 de marzo", "$0.00", "$99999999999999999999", "cuenta 1234567890"]
)
def test_numbers_that_are_no_money(text: str) -> None:
    assert find_amounts(text) == []


@given(st.integers(1, 10**12), st.sampled_from(["MXN", "USD"]))
def test_what_we_print_we_read(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert [one.amount for one in find_amounts(f"Pagamos {money}.")] == [money]
