"""How `explain` reckons a due date, line by line, in both languages, and what follows when it moves."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.catalogue import translator
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.explanation import explain_subject
from cobranza_rules.language import in_english
from tests.cfdi_files import invoice, receipt
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker

WHO = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,facturas@robotica.example,pagos@robotica.example"
HEADINGS = "Clave,Razón social,RFC,Correo facturas,Correo cobranza,Días de crédito"


def reckoned(desk: Desk, name: str = "FA-7", language: str = "en") -> list[str]:
    translate = in_english if language == "en" else translator(language)
    lines = [line.text(translate) for line in explain_subject(desk.workspace, name).lines()]
    begin = next(index for index, line in enumerate(lines) if line.startswith(("  due date", "  vencimiento")))
    end = next(index for index, line in enumerate(lines) if index > begin and not line.startswith("    "))
    return lines[begin:end]


def terms(desk: Desk, headings: str, cells: str) -> None:
    desk.take(f"{HEADINGS},{headings}\n{WHO},30,{cells}\n".encode())


def test_credit_days_from_issue(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(f"{HEADINGS}\n{WHO},30\n".encode(), invoice("FA-7", day=dt.date(2026, 3, 2)))
    assert reckoned(desk) == ["  due date:", "    2026-03-02, Monday: issued", "    2026-04-01, Wednesday: credit days: 30"]


def test_without_credit_days(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(f"{HEADINGS}\n{WHO},\n".encode(), invoice("FA-7", day=dt.date(2026, 3, 2)))
    assert reckoned(desk) == ["  due date:", "    2026-03-02, Monday: issued", "    the customer's credit days are not known"]


def test_review_and_payment_days_in_spanish(make_desk: DeskMaker) -> None:
    desk = make_desk()
    terms(desk, "Días de revisión,Días de pago", "martes,15 y último")
    desk.take(invoice("FA-7", day=dt.date(2026, 3, 2)))
    assert reckoned(desk, language="es") == [
        "  vencimiento según las condiciones del cliente:",
        "    2026-03-02, lunes: emitida",
        "    2026-03-03, martes: día de revisión (martes)",
        "    2026-04-02, jueves: días de crédito: 30",
        "    2026-04-15, miércoles: día de pago (día 15 del mes, último día del mes)",
    ]


def test_a_contrarrecibo(make_desk: DeskMaker) -> None:
    desk = make_desk()
    terms(desk, "Base de los días", "entrega")
    desk.take(invoice("FA-7", day=dt.date(2026, 3, 2)))
    desk.enter("FA-7", EntryKind.ACKNOWLEDGED, review_on="2026-03-03", payment_on="2026-04-17")
    assert reckoned(desk) == [
        "  due date by terms of the customer:",
        "    2026-03-02, Monday: issued",
        "    2026-03-02, Monday: not delivered yet: the days count from issue",
        "    2026-04-01, Wednesday: credit days: 30",
        "    2026-04-17, Friday: payment date of the contrarrecibo, which counts",
    ]
    state, *_others = (standing.state.text() for standing in explain_subject(desk.workspace, "FA-7").standings)
    assert "; issued on 2026-03-02 and due on 2026-04-17; " in state


def test_what_waits_for_an_acknowledgement(make_desk: DeskMaker) -> None:
    desk = make_desk()
    terms(desk, "Base de los días,Días sin acuse", "acuse,esperar")
    desk.take(invoice("FA-7", day=dt.date(2026, 3, 2)))
    assert reckoned(desk)[2:] == ["    not acknowledged yet: no due date before that"]
    (standing,) = explain_subject(desk.workspace, "FA-7").standings
    assert "; issued on 2026-03-02, not due before it is delivered or acknowledged; " in standing.state.text()


def test_a_substitute_says_whose_due_date_it_keeps(make_desk: DeskMaker) -> None:
    desk = make_desk()
    terms(desk, "Fin de mes", "sí")
    desk.take(invoice("FA-7", day=dt.date(2026, 2, 2)), invoice("FA-8", day=dt.date(2026, 3, 2), replaces=("FA-7",)))
    assert reckoned(desk, "FA-8") == [
        "  due date by terms of the customer:",
        "    2026-03-30, Monday: as of invoice FA-7, which it replaces",
    ]


def test_as_json(make_desk: DeskMaker) -> None:
    desk = make_desk()
    terms(desk, "Días de pago", "viernes")
    desk.take(invoice("FA-7", day=dt.date(2026, 3, 2)))
    (told,) = explain_subject(desk.workspace, "FA-7").as_json(in_english)["invoices"]
    assert told["due"] == {
        "by": "terms of the customer",
        "lines": [
            {"on": "2026-03-02", "said": "issued"},
            {"on": "2026-04-01", "said": "credit days: 30"},
            {"on": "2026-04-03", "said": "payment day (Friday)"},
        ],
        "open": [],
    }


def test_a_customer_as_a_whole_is_explained_without_the_lines(make_desk: DeskMaker) -> None:
    desk = make_desk()
    terms(desk, "Días de pago", "viernes")
    desk.take(invoice("FA-7", day=dt.date(2026, 3, 2)), receipt("P-7", {"FA-7": "1.00"}))
    assert not any(line.text().startswith("  due date") for line in explain_subject(desk.workspace, "C-001").lines())
