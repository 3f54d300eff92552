"""The document report of AdminPAQ as a spreadsheet: what is read, and the exact sentence about what cannot be."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.intake.ledger_files import DUE, HEADINGS, ISSUED, NAME, OTHER_NAME, OTHER_RFC, RFC, documents, numbers_and_said, read_report, row

from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.ledger_document import LedgerDocument, LedgerKind, Nature
from cobranza_rules.intake.ledger_headings import EXPECTED
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.report_mapping import ReportMapping, mapping_for
from cobranza_rules.money import Money

ADD = f"add the column, or name it under [intake.adminpaq] in cobranza.toml; the headings expected are: {EXPECTED}"


def delimited(rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def test_a_row_becomes_a_document(workbooks: Any) -> None:
    rows = [["Comercializadora, S.A."], ["Reporte de documentos"], [], HEADINGS, row()]
    assert recognise(workbooks.of(rows), "r.xlsx") is Kind.LEDGER_REPORT
    assert documents(workbooks.of(rows)) == [
        LedgerDocument(
            source="report",
            internal_id="",
            nature=Nature.CHARGE,
            kind=LedgerKind.INVOICE,
            concept="Factura",
            series="FA",
            folio="1001",
            uuid="",
            party=Party(RFC, NAME),
            customer_code="C1",
            issued_on=ISSUED,
            due_on=DUE,
            total=Money(116000, "MXN"),
            open=Money(16050, "MXN"),
            cancelled=False,
            reference="",
            place="Clientes!E5",
        )
    ]


def test_the_columns_of_the_tables_themselves_are_known(workbooks: Any) -> None:
    headings = ["CIDDOCUMENTO", "CIDDOCUMENTODE", "CFOLIO", "CSERIEDOCUMENTO", "CFECHA", "CFECHAVENCIMIENTO", "CRAZONSOCIAL", "CRFC"]
    headings += ["CCODIGOCLIENTE", "CNATURALEZA", "CTOTAL", "CPENDIENTE", "CCANCELADO", "CAFECTADO", "CREFERENCIA", "CUUID", "Moneda"]
    invoice = [
        10,
        4,
        7.0,
        "FA",
        ISSUED,
        dt.date(1899, 12, 30),
        NAME,
        RFC,
        5.0,
        0,
        10,
        10,
        1,
        1,
        "OC 5",
        "5a1b2c3d-0000-4000-8000-00000000000a",
        "USD",
    ]
    supplier = [11, 19, 7.0, "C", ISSUED, DUE, NAME, RFC, 5, 1, 10, 10, 0, 1, "", "", "USD"]
    draft = [12, 4, 8.0, "FA", ISSUED, DUE, NAME, RFC, 5, 0, 10, 10, 0, 0, "", "", "USD"]
    found, problems = read_report(workbooks.of([headings, invoice, supplier, draft]), "r.xlsx")
    (document,) = found
    assert (document.internal_id, document.kind, document.folio, document.customer_code) == ("10", LedgerKind.INVOICE, "7", "5")
    assert (document.due_on, document.cancelled, document.reference) == (None, True, "OC 5")
    assert (document.uuid, document.total) == ("5A1B2C3D-0000-4000-8000-00000000000A", Money(1000, "USD"))
    assert [str(one) for one in problems] == [
        "r.xlsx (Clientes!C3): passed over as quotations, orders, drafts or suppliers' documents: 2; nothing to do if they are no invoices"
    ]


@pytest.mark.parametrize(
    ("concept", "kind", "nature"),
    [
        ("Factura Crédito", LedgerKind.INVOICE, Nature.CHARGE),
        ("Pago del cliente", LedgerKind.PAYMENT, Nature.CREDIT),
        ("PAGO DE FACTURA", LedgerKind.PAYMENT, Nature.CREDIT),
        ("Abono del Cliente", LedgerKind.PAYMENT, Nature.CREDIT),
        ("Nota de Crédito", LedgerKind.CREDIT_NOTE, Nature.CREDIT),
        ("Devolución sobre venta", LedgerKind.CREDIT_NOTE, Nature.CREDIT),
        ("Nota de Cargo al Cliente", LedgerKind.DEBIT_NOTE, Nature.CHARGE),
        ("Interés Moratorio", LedgerKind.OTHER, Nature.CHARGE),
        ("Factura con orden de compra", LedgerKind.INVOICE, Nature.CHARGE),
        ("Factura portal de proveedores", LedgerKind.INVOICE, Nature.CHARGE),
    ],
)
def test_the_concept_tells_charge_from_credit(workbooks: Any, concept: str, kind: LedgerKind, nature: Nature) -> None:
    (document,) = documents(workbooks.of([HEADINGS, row(Concepto=concept)]))
    assert (document.kind, document.nature) == (kind, nature)


@pytest.mark.parametrize(
    "concept",
    [
        *("Cotización", "Pedido", "Remisión", "Orden de Compra", "Compra", "Devolución sobre Compra", "Pago al proveedor", "Traspasos"),
        *("Nota de Crédito del Proveedor", "Entrada al Almacén", "Devolución de Remisión", "Consignación del Proveedor"),
    ],
)
def test_concepts_of_others_are_passed_over(workbooks: Any, concept: str) -> None:
    numbers, said = numbers_and_said(workbooks.of([HEADINGS, row(Concepto=concept), row(Folio=2)]))
    assert numbers == ["FA-2"]
    assert said == [
        "warning: r.xlsx (Clientes!E2): passed over as quotations, orders, drafts or suppliers' documents: 1; nothing to do if they are no invoices"
    ]


@pytest.mark.parametrize("concept", ["Cheque devuelto", "Pago rechazado", "Devolución de anticipo", "Cancelación de pago"])
def test_money_that_was_taken_back_is_never_taken_for_a_credit(workbooks: Any, concept: str) -> None:
    numbers, said = numbers_and_said(workbooks.of([HEADINGS, row(Concepto=concept)]))
    assert numbers == []
    assert said == [
        f"r.xlsx (Clientes!C2): nothing says whether '{concept}' is a charge or a credit; add the column 'Naturaleza' with Cargo or Abono"
    ]


def test_a_concept_that_tells_nothing_is_told(workbooks: Any) -> None:
    assert numbers_and_said(workbooks.of([HEADINGS, row(Concepto="CFDI 4.0"), row(Folio=2)])) == (
        ["FA-2"],
        ["r.xlsx (Clientes!C2): nothing says whether 'CFDI 4.0' is a charge or a credit; add the column 'Naturaleza' with Cargo or Abono"],
    )


def test_the_nature_counts_more_than_the_concept(workbooks: Any) -> None:
    headings = [*HEADINGS, "Naturaleza"]
    first, second = documents(
        workbooks.of([headings, row(headings, Concepto="CFDI", Naturaleza="Cargo"), row(headings, Naturaleza="Abono")])
    )
    assert (first.nature, second.nature) == (Nature.CHARGE, Nature.CREDIT)


def test_amounts_in_columns_of_charges_and_credits(workbooks: Any) -> None:
    headings = [one for one in HEADINGS if one not in ("Total", "Concepto")] + ["Cargo", "Abono"]
    rows = [headings, row(headings, Cargo=1160), row(headings, Abono="1,000.00", Pendiente=0)]
    first, second = documents(workbooks.of(rows))
    assert (first.nature, first.total) == (Nature.CHARGE, Money(116000, "MXN"))
    assert (second.nature, second.total) == (Nature.CREDIT, Money(100000, "MXN"))


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1160", 116000),
        ("$ 1,160.00", 116000),
        ("1160.005", 116001),
        (" 1,160.5 ", 116050),
        ("MX", None),
        ("1.160,00", None),
        ("1160,00", None),
    ],
)
def test_numbers_that_are_texts(workbooks: Any, text: str, minor: int | None) -> None:
    numbers, said = numbers_and_said(workbooks.of([HEADINGS, row(Total=text)]))
    if minor is None:
        assert said == [f"r.xlsx (Clientes!J2): '{text}' is not an amount; give the amount like 1234.50 or 1,234.50"]
    else:
        assert documents(workbooks.of([HEADINGS, row(Total=text)]))[0].total == Money(minor, "MXN")
    assert len(numbers) == (minor is not None)


def test_a_credit_may_have_a_sign_and_a_charge_may_not(workbooks: Any) -> None:
    rows = [HEADINGS, row(Concepto="Pago", Total=-500, Pendiente="(100.00)"), row(Total=-500, Pendiente=-500)]
    found, problems = read_report(workbooks.of(rows), "r.xlsx")
    assert [(one.total.minor, one.open.minor) for one in found] == [(50000, 10000)]
    assert [str(one) for one in problems] == [
        "r.xlsx (Clientes!J3): the amount -500 is negative; a charge has no negative amounts",
        "r.xlsx (Clientes!K3): the amount -500 is negative; a charge has no negative amounts",
    ]


@pytest.mark.parametrize("text", ["02/02/2026", "2026-02-02", "02/Feb/2026", "2-feb-2026", "02-02-2026"])
def test_days_that_are_texts(workbooks: Any, text: str) -> None:
    assert documents(workbooks.of([HEADINGS, row(Fecha=text)]))[0].issued_on == ISSUED


@pytest.mark.parametrize("blank", [None, "", "  /  /  ", "30/12/1899", dt.date(1899, 12, 30), 0])
def test_no_due_date_in_all_its_forms(workbooks: Any, blank: Any) -> None:
    assert documents(workbooks.of([HEADINGS, row(Vencimiento=blank)]))[0].due_on is None


def test_days_that_are_none(workbooks: Any) -> None:
    rows = [HEADINGS, row(Fecha="31/02/2026"), row(Fecha="02/02/26"), row(Fecha=46055), row(Fecha=dt.date(1952, 2, 2)), row(Folio=2)]
    hint = "give the day like 2026-02-16 or 16/02/2026"
    assert numbers_and_said(workbooks.of(rows)) == (
        ["FA-2"],
        [
            f"r.xlsx (Clientes!A2): '31/02/2026' is not a date; {hint}",
            f"r.xlsx (Clientes!A3): '02/02/26' is not a date; {hint}",
            f"r.xlsx (Clientes!A4): '46055' is not a date; {hint}",
            f"r.xlsx (Clientes!A5): 1952-02-02 is no day of a document; {hint}",
        ],
    )


def test_days_that_are_counted_from_1904(workbooks: Any) -> None:
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    assert sheet is not None
    for cells in (HEADINGS, row()):
        sheet.append(cells)
    (document,) = documents(workbooks.saved(workbook))
    assert (document.issued_on, document.due_on) == (ISSUED, DUE)


def test_columns_that_are_shifted_in_a_row(workbooks: Any) -> None:
    shifted = [None, *row()]
    found, problems = read_report(workbooks.of([HEADINGS, shifted, row(Folio=2)]), "r.xlsx")
    assert [one.number for one in found] == ["FA-2"]
    assert [str(one) for one in problems if not one.warning] == [
        (
            "r.xlsx (Clientes!E2): the cells C2, I2, J2, H2, A2, L2 do not hold what their headings say; "
            "compare the row with the headings: its cells may have been shifted"
        )
    ]


def test_an_open_amount_above_the_total_is_told(workbooks: Any) -> None:
    assert numbers_and_said(workbooks.of([HEADINGS, row(Pendiente=1160.01)])) == (
        [],
        [
            (
                "r.xlsx (Clientes!K2): the open amount 1,160.01 MXN is more than the total 1,160.00 MXN; "
                "correct the amounts, or compare the row with the headings"
            )
        ],
    )


def test_cells_merged_over_rows_hold_in_all_of_them(workbooks: Any) -> None:
    rows = [
        HEADINGS,
        row(),
        row(Folio=2, Código=None, Cliente=None, RFC=None),
        row(Folio=3, Código="C2", Cliente=OTHER_NAME, RFC=OTHER_RFC),
    ]
    found = documents(workbooks.of(rows, merge=["F2:F3", "G2:G3", "H2:H3"]))
    assert [(one.folio, one.customer_code, one.party.rfc) for one in found] == [
        ("1001", "C1", RFC),
        ("2", "C1", RFC),
        ("3", "C2", OTHER_RFC),
    ]


def test_a_customer_that_a_row_leaves_out_is_never_the_one_above(workbooks: Any) -> None:
    rows = [HEADINGS, row(), row(Folio=2, Código=None, Cliente=None, RFC=None)]
    assert numbers_and_said(workbooks.of(rows)) == (
        ["FA-1001"],
        ["r.xlsx (Clientes!G3): the row names no customer; fill it in, or delete the whole row"],
    )


def test_headings_in_two_rows(workbooks: Any) -> None:
    upper = ["Fecha", "Fecha", "Concepto", "Serie", "Folio", "Código", "Cliente", "RFC", "Moneda", "Importe", "Importe", "Cancelado"]
    lower = ["emisión", "vencimiento", None, None, None, None, None, None, None, "total", "pendiente", None]
    (document,) = documents(workbooks.of([["Reporte"], upper, lower, row()]))
    assert (document.issued_on, document.due_on, document.total.minor, document.open.minor) == (ISSUED, DUE, 116000, 16050)


def test_a_group_of_headings_that_is_merged(workbooks: Any) -> None:
    upper = ["Fecha", None, "Documento", None, None, "Cliente", None, None, "Moneda", "Importe", None, "Cancelado"]
    lower = ["emisión", "vencimiento", "Concepto", "Serie", "Folio", "Código", "Nombre", "RFC", None, "total", "pendiente", None]
    found = documents(workbooks.of([upper, lower, row()], merge=["A1:B1", "C1:E1", "F1:H1", "J1:K1"]))
    assert [(one.number, one.due_on, one.customer_code, one.party.name) for one in found] == [("FA-1001", DUE, "C1", NAME)]


def test_headings_that_every_page_repeats(workbooks: Any) -> None:
    rows = [HEADINGS, row(), [], ["Página 2"], HEADINGS, row(Folio=2)]
    assert [one.number for one in documents(workbooks.of(rows))] == ["FA-1001", "FA-2"]


def test_rows_of_totals_are_no_documents(workbooks: Any) -> None:
    total: list[Any] = [None] * 12
    first, grand = list(total), list(total)
    first[0], first[9], first[10] = "Total del cliente", 2320, 321
    grand[6], grand[9], grand[10] = "GRAN TOTAL", "$3,480.00", 481.5
    rows = [HEADINGS, row(), row(Folio=2), first, row(Folio=3, Cliente=OTHER_NAME, RFC=OTHER_RFC, Código="C2"), grand]
    assert [one.folio for one in documents(workbooks.of(rows))] == ["1001", "2", "3"]


def test_a_total_that_disagrees_is_told(workbooks: Any) -> None:
    total: list[Any] = [None] * 12
    total[2], total[9], total[10] = "Total", 1160.01, 160.5
    assert numbers_and_said(workbooks.of([HEADINGS, row(), total])) == (
        ["FA-1001"],
        [
            (
                "warning: r.xlsx (Clientes!J3): the row says that the rows above it make 1,160.01 MXN, but they make 1,160.00 MXN; "
                "a row may be missing: export the report again, and compare"
            )
        ],
    )


def test_a_total_is_compared_beside_a_row_that_could_not_be_read(workbooks: Any) -> None:
    """Its amounts are in the report's sums as far as they can be read; where they cannot, the sum is told with what it leaves out."""
    total: list[Any] = [None] * 12
    total[2], total[9], total[10] = "Total", 2320, 321
    wrong = "r.xlsx (Clientes!I3): the currency 'x' is not known; write its code, such as MXN or USD"
    assert numbers_and_said(workbooks.of([HEADINGS, row(), row(Folio=2, Moneda="x"), total])) == (["FA-1001"], [wrong])
    total[9] = 2400
    assert numbers_and_said(workbooks.of([HEADINGS, row(), row(Folio=2, Moneda="x"), total]))[1] == [
        wrong,
        (
            "warning: r.xlsx (Clientes!J4): the row says that the rows above it make 2,400.00 MXN, but they make 2,320.00 MXN; "
            "a row may be missing: export the report again, and compare"
        ),
    ]
    assert numbers_and_said(workbooks.of([HEADINGS, row(), row(Folio=2, Total="x"), total]))[1] == [
        "r.xlsx (Clientes!J3): 'x' is not an amount; give the amount like 1234.50 or 1,234.50",
        (
            "warning: r.xlsx (Clientes!J4): the row says that the rows above it make 2,400.00 MXN, but those that could be read make 1,160.00 MXN; "
            "rows that could not: 1; correct those rows first, and compare again"
        ),
    ]


def test_totals_with_credits_against_and_cancelled_ones_left_out(workbooks: Any) -> None:
    total: list[Any] = [None] * 12
    total[2], total[9], total[10] = "Suma", 660, 160.5
    rows = [HEADINGS, row(), row(Concepto="Pago", Total=500, Pendiente=0), row(Folio=3, Cancelado="Sí", Pendiente=0), total]
    assert len(documents(workbooks.of(rows))) == 3


def test_a_formula_counts_by_its_saved_value_and_without_one_is_told(workbooks: Any) -> None:
    rows = [HEADINGS, row(), row(Folio=2, Total="=500+660"), row(Folio=3)]
    assert numbers_and_said(workbooks.of(rows)) == (
        ["FA-1001", "FA-3"],
        [
            (
                "r.xlsx (Clientes!J3): the cell holds a formula whose value was not saved; "
                "open the file in your spreadsheet program, save it, and import it again"
            )
        ],
    )


def test_an_error_of_a_formula_is_no_amount(workbooks: Any) -> None:
    numbers, said = numbers_and_said(workbooks.of([HEADINGS, row(Total="#REF!")]))
    assert numbers == []
    correct = "correct its formula, or write the value itself, and import the file again"
    assert said == [f"r.xlsx (Clientes!J2): the cell holds the error #REF!; {correct}"]


def test_hidden_sheets_are_not_read_and_told(workbooks: Any) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    hidden = workbook.create_sheet("Viejo")
    hidden.sheet_state = "hidden"
    for cells in (HEADINGS, row()):
        sheet.append(cells)
    for cells in (HEADINGS, row(Folio=2), row(Folio=3)):
        hidden.append(cells)
    assert numbers_and_said(workbooks.saved(workbook)) == (
        ["FA-1001"],
        [
            "warning: r.xlsx (Viejo): the sheet is hidden and was not read; show the sheet in your spreadsheet program if it belongs to the data"
        ],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimited_text_in_each_encoding(encoding: str) -> None:
    content = delimited([["Reporte"], HEADINGS, row(Fecha="02/02/2026", Vencimiento="04/03/2026")], encoding)
    assert recognise(content, "r.csv") is Kind.LEDGER_REPORT
    (document,) = documents(content, "r.csv")
    assert (document.party.name, document.folio, document.place) == (NAME, "1001", "E3")


def test_two_encodings_in_one_file_are_each_read_and_told() -> None:
    head = delimited([HEADINGS, row(Fecha="02/02/2026", Vencimiento="")])
    tail = delimited([row(Fecha="02/02/2026", Vencimiento="", Folio=2)], "cp1252")
    found, problems = read_report(head + tail, "r.csv")
    assert [one.party.name for one in found] == [NAME, NAME]
    assert [str(one) for one in problems] == [
        (
            "r.csv:3: some lines are in UTF-8 and others in Windows-1252; each was read in its own, from here on in the other one; "
            "save it again as 'CSV UTF-8' in your spreadsheet program"
        )
    ]


def test_a_name_that_was_spoiled_before_is_told(workbooks: Any) -> None:
    spoiled = NAME.encode().decode("cp1252", errors="replace")
    assert numbers_and_said(workbooks.of([HEADINGS, row(Cliente=spoiled), row(Folio=2, Cliente=spoiled)])) == (
        ["FA-1001", "FA-2"],
        [
            (
                f"warning: r.xlsx (Clientes!G2): the text '{spoiled}' seems to have been read in a wrong encoding before it came here; "
                "export the report again; the RFC and the code tell the customer until then"
            )
        ],
    )


def test_one_customer_under_two_spellings_is_told_and_never_merged(workbooks: Any) -> None:
    rows = [
        HEADINGS,
        row(Cliente="Universidad Robótica, S.A. de C.V."),
        row(Folio=2, Cliente="UNIVERSIDAD ROBOTICA SA DE CV"),
        row(Folio=3, Cliente="UNIVERSIDAD ROBOTICA DEL NORTE"),
        row(Folio=4, Cliente="XENON", RFC=None, Código="C7"),
        row(Folio=5, Cliente="Xenon", RFC=None, Código="C8"),
        row(Folio=6, Cliente="EL PUBLICO", RFC="XAXX010101000", Código="C9"),
        row(Folio=7, Cliente="OTRO PUBLICO", RFC="XAXX010101000", Código="C10"),
    ]
    numbers, said = numbers_and_said(workbooks.of(rows))
    assert len(numbers) == 7
    assert said == [
        (
            f"warning: r.xlsx (Clientes!E4): the RFC {RFC} stands under two names, 'Universidad Robótica, S.A. de C.V.' and "
            "'UNIVERSIDAD ROBOTICA DEL NORTE'; write the name alike, as the customer's tax certificate has it"
        ),
        "warning: r.xlsx (Clientes!E6): the name 'Xenon' stands under two codes, C7 and C8; join the two customers if they are one; nothing was merged",
    ]


def test_what_is_missing_is_told(workbooks: Any) -> None:
    headings = ["Fecha", "Vencimiento", "Folio", "Cliente", "Total"]
    assert numbers_and_said(workbooks.of([headings, row(headings)])) == (
        [],
        [f"r.xlsx (Clientes!A1): the heading '{heading}' is missing; {ADD}" for heading in ("Pendiente", "Concepto", "Moneda")],
    )


def test_without_headings_nothing_is_read(workbooks: Any) -> None:
    assert numbers_and_said(workbooks.of([["a", "b"], [1, 2]])) == (
        [],
        [f"r.xlsx (Clientes): no heading row of a document report was found in the first rows; {ADD}"],
    )


@pytest.mark.parametrize(("folio", "parts"), [("FA-1001", ("FA", "1001")), ("FA1001", ("FA", "1001")), ("A 7", ("A", "7")), (7, ("", "7"))])
def test_without_a_column_for_it_the_series_stands_before_the_folio(workbooks: Any, folio: Any, parts: tuple[str, str]) -> None:
    headings = [one for one in HEADINGS if one != "Serie"]
    (document,) = documents(workbooks.of([headings, row(headings, Folio=folio)]))
    assert (document.series, document.folio) == parts


def test_further_cells_that_are_wrong(workbooks: Any) -> None:
    headings = [*HEADINGS, "UUID"]
    rows = [
        headings,
        row(headings, RFC="ABC", UUID="1"),
        row(headings, Moneda="Reales"),
        row(headings, Cancelado="tal vez"),
        row(headings, Folio=None),
    ]
    assert numbers_and_said(workbooks.of(rows)) == (
        [],
        [
            "r.xlsx (Clientes!M2): '1' is not a UUID; copy it from the CFDI, or leave the cell empty",
            "r.xlsx (Clientes!H2): 'ABC' is not an RFC; copy it from the customer's tax certificate (Constancia de Situación Fiscal)",
            "r.xlsx (Clientes!I3): the currency 'Reales' is not known; write its code, such as MXN or USD",
            "r.xlsx (Clientes!L4): 'tal vez' is neither yes nor no; write Sí or No, or 1 or 0",
            "r.xlsx (Clientes!E5): the cell is empty; fill it in, or delete the whole row",
        ],
    )


def test_after_many_bad_rows_the_rest_is_counted(workbooks: Any) -> None:
    rows = [HEADINGS, *(row(Total="x") for _number in range(250)), row()]
    numbers, said = numbers_and_said(workbooks.of(rows))
    assert (numbers, len(said)) == (["FA-1001"], 201)
    assert said[-1] == "r.xlsx: further rows that could not be read: 50; correct those that are told, and import the report again"


ODD = ["Dia", "Papel", "Nro", "Quien", "Bruto", "Resta"]
MAPPING = ReportMapping(
    "sucursal",
    "sucursal*.xlsx",
    {"issued": "Dia", "concept": "Papel", "folio": "Nro", "name": "Quien", "total": "Bruto", "open": "Resta"},
    "USD",
)


def test_a_mapping_names_columns_that_are_called_otherwise(workbooks: Any) -> None:
    content = workbooks.of([ODD, [ISSUED, "Factura", "A-1", NAME, 10, 5]])
    assert recognise(content, "x/Sucursal norte.xlsx", [MAPPING]) is Kind.LEDGER_REPORT
    assert recognise(content, "otra.xlsx", [MAPPING]) is Kind.SPREADSHEET
    assert mapping_for("lote.zip!/SUCURSAL 2.XLSX", [MAPPING]) is MAPPING
    (document,) = documents(content, "sucursal.xlsx", MAPPING)
    assert (document.source, document.number, document.total, document.open) == ("sucursal", "A-1", Money(1000, "USD"), Money(500, "USD"))


def test_a_mapping_stands_above_the_usual_headings(workbooks: Any) -> None:
    headings = [*HEADINGS, "Neto a pagar"]
    mapping = ReportMapping("sucursal", "*", {"total": "NETO A PAGAR:"})
    (document,) = documents(workbooks.of([headings, [*row(), 2000]]), "r.xlsx", mapping)
    assert document.total == Money(200000, "MXN")


def test_a_heading_of_a_mapping_that_is_not_there_is_told(workbooks: Any) -> None:
    mapping = ReportMapping("sucursal", "*", {"reference": "Nuestra clave"})
    assert numbers_and_said(workbooks.of([HEADINGS, row()]), "r.xlsx", mapping) == (
        [],
        [f"r.xlsx (Clientes!A1): the heading 'Nuestra clave', named in the settings of 'sucursal', is missing; {ADD}"],
    )


@pytest.mark.parametrize("name", ["adminpaq.xlsx", "adminpaq.csv"])
def test_the_empty_template_is_such_a_report_and_holds_nothing(name: str) -> None:
    content = (Path(__file__).parents[2] / "samples" / "plantillas" / name).read_bytes()
    assert recognise(content, name) is Kind.LEDGER_REPORT
    assert numbers_and_said(content, name) == ([], [])


def test_two_hundred_thousand_rows_are_within_bounds() -> None:
    head, cells = ",".join(HEADINGS), row(Fecha="02/02/2026", Vencimiento="04/03/2026")
    line = ",".join(map(str, cells)).replace("1001.0", "{number}")
    content = "\n".join(["Reporte", head, *(line.format(number=number) for number in range(1, 200_001))]).encode()
    found = documents(content, "r.csv")
    assert (len(found), found[-1].folio, found[-1].place) == (200_000, "200000", "E200002")
    assert found[0].party is found[-1].party  # What many rows say alike is kept once.
    assert found[0].customer_code is found[-1].customer_code
