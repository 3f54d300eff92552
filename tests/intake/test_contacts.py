import csv
import dataclasses
import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.customer import ContactRecord, ContactRole, CustomerKind, CustomerRecord, DeliveryMode
from cobranza_rules.intake.contacts import read_customers
from cobranza_rules.intake.headings import EXPECTED

HEADINGS = EXPECTED.split(", ")
GOOD = {"Clave": "C-1", "Razón social": "UNIVERSIDAD ROBOTICA ESPAÑOLA", "RFC": "URE180429TM6", "Correo facturas": "facturas@ure.example"}
TEMPLATES = Path(__file__).parents[2] / "samples" / "plantillas"


def table(*rows: dict[str, Any], headings: list[str] | None = None) -> list[list[Any]]:
    used = headings or HEADINGS
    return [used, *([row.get(heading) for heading in used] for row in rows)]


def read(workbooks: Any, *rows: dict[str, Any]) -> tuple[list[CustomerRecord], list[str]]:
    records, problems = read_customers(workbooks.of(table(*rows)), "c.xlsx")
    return records, [("warning: " if problem.warning else "") + problem.text() for problem in problems]


def test_a_full_row_is_read_whole(workbooks: Any) -> None:
    row = {
        **GOOD,
        "RFC": " ure-180429 tm6",
        "Tipo": "Nacional",
        "Idioma": "Español",
        "Días de crédito": 30,
        "Entrega": "En persona",
        "Domicilio": "Calle de Prueba 1\nMonterrey",
        "Contacto facturas": "Persona Uno; Persona Dos",
        "Correo facturas": "uno@ure.example; Dos <dos@ure.example>",
        "Cargo facturas": "Recepción",
        "Teléfono facturas": 8100000000,
        "Domicilio facturas": "Ventanilla 3",
        "Contacto cobranza": "Persona Tres",
        "Correo cobranza": "tres@ure.example",
        "Correo alterno": "mailto:cuatro@ure.example",
    }
    (record,), problems = read(workbooks, row)
    assert ([dataclasses.replace(record, given=None)], problems) == (
        [
            CustomerRecord(
                code="C-1",
                name="UNIVERSIDAD ROBOTICA ESPAÑOLA",
                rfc="URE180429TM6",
                kind=CustomerKind.DOMESTIC,
                language="es",
                credit_days=30,
                delivery=DeliveryMode.IN_PERSON,
                address="Calle de Prueba 1 Monterrey",
                contacts=(
                    ContactRecord(ContactRole.INVOICE, "Persona Uno", "uno@ure.example", "Recepción", "8100000000", "Ventanilla 3"),
                    ContactRecord(ContactRole.INVOICE, "Persona Dos", "dos@ure.example", "Recepción", "8100000000", "Ventanilla 3"),
                    ContactRecord(ContactRole.COLLECTIONS, "Persona Tres", "tres@ure.example"),
                    ContactRecord(ContactRole.FALLBACK, "", "cuatro@ure.example"),
                ),
            )
        ],
        [],
    )


def test_what_is_left_empty_takes_the_usual_value(workbooks: Any) -> None:
    (record,), problems = read(workbooks, GOOD)
    assert (record.kind, record.language, record.credit_days, record.delivery) == (CustomerKind.DOMESTIC, "es", None, DeliveryMode.EMAIL)
    assert problems == []


@pytest.mark.parametrize("given_rfc", [None, "XEXX010101000"])
def test_a_customer_abroad_has_the_generic_rfc(workbooks: Any, given_rfc: str | None) -> None:
    (record,), problems = read(workbooks, {**GOOD, "RFC": given_rfc, "Tipo": "extranjero", "NumRegIdTrib": 123456789})
    assert (record.rfc, record.kind, record.language, record.tax_id) == ("XEXX010101000", CustomerKind.FOREIGN, "en", "123456789")
    assert problems == []


@pytest.mark.parametrize(
    ("told", "days"),
    [(30, 30), ("30", 30), (" 45 días", 45), ("60 DIAS NATURALES", 60), ("Net 15", 15), ("Contado", 0), (0, 0), (30.0, 30), (None, None)],
)
def test_credit_days_in_the_forms_that_people_write(workbooks: Any, told: Any, days: int | None) -> None:
    (record,), problems = read(workbooks, {**GOOD, "Días de crédito": told})
    assert (record.credit_days, problems) == (days, [])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"Clave": None}, "Clientes!A2: the cell is empty; fill it in, or delete the whole row"),
        ({"Clave": "x" * 41}, "Clientes!A2: the text is longer than 40 characters; shorten it"),
        ({"Razón social": " "}, "Clientes!B2: the cell is empty; fill it in, or delete the whole row"),
        ({"RFC": None}, "Clientes!C2: the cell is empty; fill in the RFC of the customer; only those abroad have none"),
        (
            {"RFC": "URE18"},
            "Clientes!C2: 'URE18' is not an RFC; copy it from the customer's tax certificate (Constancia de Situación Fiscal)",
        ),
        ({"Tipo": "local"}, "Clientes!D2: 'local' is not known here; write one of: nacional, extranjero"),
        (
            {"RFC": "XEXX010101000", "Tipo": "nacional"},
            "Clientes!D2: the RFC XEXX010101000 does not fit this type of customer; correct the type or the RFC",
        ),
        ({"Idioma": "fr"}, "Clientes!E2: 'fr' is not known here; write one of: es, en"),
        ({"Días de crédito": -5}, "Clientes!F2: '-5' is not a number of days from 0 to 720; write the days as a number, for example 30"),
        ({"Días de crédito": 7.5}, "Clientes!F2: '7.5' is not a number of days from 0 to 720; write the days as a number, for example 30"),
        (
            {"Días de crédito": "900"},
            "Clientes!F2: '900' is not a number of days from 0 to 720; write the days as a number, for example 30",
        ),
        ({"Entrega": "paloma"}, "Clientes!G2: 'paloma' is not known here; write one of: correo, en persona, portal"),
        ({"Correo facturas": "a@b"}, "Clientes!K2: 'a@b' is not an e-mail address; correct it; part several by a semicolon"),
        ({"Correo facturas": "a@b.example; sin arroba"}, None),
    ],
)
def test_a_bad_row_is_told_with_its_cell_and_costs_no_other(workbooks: Any, changes: dict[str, Any], problem: str | None) -> None:
    records, problems = read(workbooks, {**GOOD, **changes}, {**GOOD, "Clave": "C-2", "RFC": "KIJ0906199R1"})
    assert [record.code for record in records] == ["C-2"]
    told = [
        f"c.xlsx (Clientes!K2): '{word}' is not an e-mail address; correct it; part several by a semicolon" for word in ("sin", "arroba")
    ]
    assert problems == (told if problem is None else ["c.xlsx (" + problem.replace(":", "):", 1)])


def test_an_address_that_comes_twice_is_one_contact(workbooks: Any) -> None:
    (record,), problems = read(workbooks, {**GOOD, "Correo facturas": "Uno@ure.example; uno@URE.example, dos@ure.example"})
    assert [contact.email for contact in record.contacts] == ["Uno@ure.example", "dos@ure.example"]
    assert problems == []


def test_all_problems_of_a_row_are_told_at_once(workbooks: Any) -> None:
    records, problems = read(workbooks, {"RFC": "X", "Idioma": "fr", "Correo cobranza": "x"})
    assert records == []
    assert [problem.split(":")[0] for problem in problems] == [f"c.xlsx (Clientes!{cell}2)" for cell in "ABCEP"]


def test_a_date_in_a_cell_for_text_is_told(workbooks: Any) -> None:
    _records, problems = read(workbooks, {**GOOD, "Clave": dt.date(2026, 3, 2)})
    assert problems == ["c.xlsx (Clientes!A2): a date stands where a text was expected; format the cell as text and type it again"]


def test_codes_and_rfcs_that_come_twice_are_told_and_the_first_is_taken(workbooks: Any) -> None:
    records, problems = read(
        workbooks,
        GOOD,
        {**GOOD, "Clave": "c-1", "RFC": "KIJ0906199R1"},
        {**GOOD, "Clave": "C-3"},
        {**GOOD, "Clave": "C-4", "RFC": "XAXX010101000"},
        {**GOOD, "Clave": "C-5", "RFC": "XAXX010101000"},
        {**GOOD, "Clave": "C-6", "RFC": "KIJ0906199R1"},
    )
    assert [record.code for record in records] == ["C-1", "C-4", "C-5", "C-6"]
    assert problems == [
        "c.xlsx (Clientes!A3): the code 'c-1' stands already in cell Clientes!A2; give each customer a code of its own; the first row was taken",
        "c.xlsx (Clientes!C4): the RFC URE180429TM6 stands already in cell Clientes!C2; join the two rows; the first row was taken",
    ]


def test_a_customer_served_by_mail_without_address_is_a_warning(workbooks: Any) -> None:
    records, problems = read(
        workbooks,
        {**GOOD, "Correo facturas": None},
        {**GOOD, "Clave": "C-2", "RFC": "KIJ0906199R1", "Correo facturas": None, "Entrega": "portal"},
    )
    assert len(records) == 2
    assert problems == [
        "warning: c.xlsx (Clientes!K2): the customer 'C-1' receives invoices by e-mail, but has no address for them; fill in 'Correo facturas'; until then nothing can be sent"
    ]


def test_the_heading_row_is_found_below_title_rows_and_merged_cells(workbooks: Any) -> None:
    rows = [
        ["ESCUELA KEMPER URGATE"],
        ["Catálogo de clientes", None, None, 2026],
        [],
        [None, None, None, "Contacto para facturas", None, None, "Contacto de cobranza", None, None],
        ["CLAVE", "NOMBRE", "R.F.C.", "Nombre", "Correo electrónico", "Puesto", "Nombre", "e-mail", "Domicilio"],
        ["C-1", "UNIVERSIDAD ROBOTICA ESPAÑOLA", "URE180429TM6", "Uno", "uno@ure.example", "Jefa", "Dos", "dos@ure.example", "Calle 1"],
        [],
        ["# nota", "no es un cliente"],
    ]
    records, problems = read_customers(workbooks.of(rows, merge=["A1:I1", "D4:F4", "G4:H4"]), "c.xlsx")
    assert problems == []
    assert records[0].contacts == (
        ContactRecord(ContactRole.INVOICE, "Uno", "uno@ure.example", "Jefa"),
        ContactRecord(ContactRole.COLLECTIONS, "Dos", "dos@ure.example"),
    )
    assert records[0].address == "Calle 1"


def test_headings_in_english_in_a_text_file() -> None:
    text = (
        "Customer code;Company name;RFC;Type;Language;Credit days;Delivery;Tax ID;Invoice contact name;Invoice contact email;Collections contact e-mail\n"
        "7;EXAMPLE INDUSTRIES LLC;;foreign;English;45;e-mail;12-345;Person One;one@example.example;two@example.example\n"
    )
    (record,), problems = read_customers(text.encode(), "c.csv")
    assert problems == []
    assert (record.code, record.rfc, record.language, record.credit_days, record.tax_id) == ("7", "XEXX010101000", "en", 45, "12-345")
    assert [(contact.role, contact.email) for contact in record.contacts] == [
        (ContactRole.INVOICE, "one@example.example"),
        (ContactRole.COLLECTIONS, "two@example.example"),
    ]


def test_a_contact_without_role_serves_invoices_and_collections() -> None:
    (record,), problems = read_customers(
        b"Clave,Cliente,RFC,Contacto,Correo\n1,KERNEL INDUSTIA JUGUETERA,KIJ0906199R1,Uno,uno@kij.example\n", "c.csv"
    )
    assert problems == []
    assert record.contacts == (
        ContactRecord(ContactRole.INVOICE, "Uno", "uno@kij.example"),
        ContactRecord(ContactRole.COLLECTIONS, "Uno", "uno@kij.example"),
    )


def test_the_sheet_with_the_headings_is_found_among_others(workbooks: Any) -> None:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append(["Instrucciones", "Llene la hoja siguiente"])
    sheet = workbook.create_sheet("Mis clientes")
    for row in table({**GOOD, "RFC": "mal"}):
        sheet.append(row)
    _records, problems = read_customers(workbooks.saved(workbook), "c.xlsx")
    assert [problem.place for problem in problems] == ["Mis clientes!C2"]


def test_no_heading_row_is_told_with_the_headings_expected(workbooks: Any) -> None:
    records, problems = read_customers(workbooks.of([["C-1", "UNIVERSIDAD", "URE180429TM6"]]), "c.xlsx")
    assert records == []
    assert [problem.text() for problem in problems] == [
        f"c.xlsx (Clientes): no heading row of a customers spreadsheet was found in the first rows; the headings expected are: {EXPECTED}"
    ]


def test_a_missing_heading_is_told() -> None:
    records, problems = read_customers(b"Nombre,RFC,Correo\nA,URE180429TM6,a@b.example\n", "c.csv")
    assert records == []
    assert [problem.text() for problem in problems] == [
        f"c.csv (A1): the heading 'Clave' is missing; add the column; the headings expected are: {EXPECTED}"
    ]


def test_unknown_and_doubled_headings_are_warnings() -> None:
    records, problems = read_customers(
        b"Clave,Nombre,RFC,Corero facturas,Vendedor,Cliente,Correo facturas\n1,A,URE180429TM6,x@y.example,V,Otro,a@b.example\n", "c.csv"
    )
    assert [record.name for record in records] == ["A"]
    assert [(problem.text(), problem.warning) for problem in problems] == [
        (f"c.csv (D1): the heading 'Corero facturas' is not known, its column was not read; it looks like one of: {EXPECTED}", True),
        (
            "c.csv (E1): the heading 'Vendedor' is not known, its column was not read; nothing to do if the column is not for this program",
            True,
        ),
        ("c.csv (F1): the heading 'Cliente' means the same as that of cell B1; the second column was not read; remove one of them", True),
    ]


@pytest.mark.parametrize("name", ["clientes.xlsx", "clientes.csv"])
def test_the_templates_hold_every_heading_and_a_remark_that_is_not_read(name: str) -> None:
    assert read_customers((TEMPLATES / name).read_bytes(), name) == ([], [])
    if name.endswith(".csv"):
        headings, example = csv.reader(io.StringIO((TEMPLATES / name).read_text(encoding="utf-8-sig"), newline=""))
        assert headings == HEADINGS
        example[0] = "C-1"
        text = io.StringIO(newline="")
        csv.writer(text).writerows([headings, example])
        (record,), problems = read_customers(text.getvalue().encode(), name)
        assert problems == []
        assert all(
            dataclasses.asdict(record)[part] for part in ("code", "name", "rfc", "kind", "language", "credit_days", "delivery", "address")
        )
        assert [contact.role for contact in record.contacts] == [
            ContactRole.INVOICE,
            ContactRole.COLLECTIONS,
            ContactRole.COLLECTIONS,
            ContactRole.FALLBACK,
        ]


@given(st.lists(st.text(max_size=12), min_size=len(HEADINGS), max_size=len(HEADINGS)))
def test_any_row_is_a_record_or_a_problem_and_never_costs_the_good_one(cells: list[str]) -> None:
    text = io.StringIO(newline="")
    good = ["C-GOOD", "KERNEL INDUSTIA JUGUETERA", "KIJ0906199R1"] + [""] * (len(HEADINGS) - 3)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    cells = ["".join(letter for letter in cell if letter.isprintable()) for cell in cells]
    writer.writerows([HEADINGS, good, cells])
    records, problems = read_customers(text.getvalue().encode("utf-8-sig"), "c.csv")
    assert records[0].code == "C-GOOD"
    skipped = not any(cell.strip() for cell in cells) or "".join(cells).strip().startswith("#")
    assert len(records) == 2 or any(not problem.warning for problem in problems) or skipped
