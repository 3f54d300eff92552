"""AdminPAQ's own tables: what is read, and the exact sentence about what cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dbf_files import (
    ADDRESS,
    CONCEPT,
    CURRENCY,
    CUSTOMER,
    DELETED,
    DOCUMENT,
    DOS,
    LINK,
    NULL_DAY,
    STAMP,
    UNTOLD,
    memo_file,
    memo_number,
    table,
)
from tests.intake.ledger_files import DUE, ISSUED, NAME, OTHER_NAME, OTHER_RFC, RFC

from cobranza_rules.domain.customer import ContactRecord, ContactRole, CustomerKind, CustomerRecord, DeliveryMode, Party
from cobranza_rules.domain.ledger_document import LedgerDocument, LedgerKind, LedgerLink, Nature
from cobranza_rules.intake.adminpaq_dbf import read_tables_of, table_of
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError

UUID = "5A1B2C3D-0000-4000-8000-00000000000A"
INVOICE: dict[str, Any] = {
    "CIDDOCUM01": 10,
    "CIDDOCUM02": 4,
    "CIDCONCE01": 3,
    "CSERIEDO01": "FA",
    "CFOLIO": 123.0,
    "CFECHA": ISSUED,
    "CFECHAVE01": DUE,
    "CIDCLIEN01": 1,
    "CRAZONSO01": NAME,
    "CRFC": RFC,
    "CIDMONEDA": 1,
    "CNATURAL01": 0,
    "CAFECTADO": 1,
    "CTOTAL": 1160.1,
    "CPENDIENTE": 160.1,
}
PAYMENT: dict[str, Any] = INVOICE | {
    "CIDDOCUM01": 11,
    "CIDDOCUM02": 9,
    "CIDCONCE01": 4,
    "CSERIEDO01": "",
    "CNATURAL01": 1,
    "CFECHAVE01": NULL_DAY,
    "CTOTAL": 1000,
    "CPENDIENTE": 0,
}
CUSTOMER_1: dict[str, Any] = {"CIDCLIEN01": 1, "CCODIGOC01": "C1", "CRAZONSO01": NAME, "CRFC": RFC, "CTIPOCLI01": 1, "CDIASCRE01": 30}
NOBODY: dict[str, Any] = {"CIDCLIEN01": 0, "CCODIGOC01": "(Ninguno)", "CRAZONSO01": "(Ninguno)"}
LINKED: dict[str, Any] = {"CIDDOCUM01": 11, "CIDDOCUM02": 10, "CIMPORTE01": 1000, "CIMPORTE02": 1000, "CFECHAAB01": dt.date(2026, 3, 1)}


def tables(*documents: Mapping[str, Any], **others: bytes) -> dict[str, bytes]:
    return {
        "MGW10008.DBF": table(DOCUMENT, documents or (INVOICE, PAYMENT)),
        "MGW10009.DBF": table(LINK, []),
        "MGW10002.DBF": table(CUSTOMER, [NOBODY, CUSTOMER_1]),
        "MGW10034.DBF": table(
            CURRENCY, [{"CIDMONEDA": 1, "CNOMBREM01": "Peso Mexicano"}, {"CIDMONEDA": 2, "CNOMBREM01": "Dólar Americano"}]
        ),
        "MGW10008.FPT": memo_file([b"Entregar en almac\xe9n"]),
    } | {f"{name}.DBF": content for name, content in others.items()}


def without(name: str, files: dict[str, bytes] | None = None) -> dict[str, bytes]:
    return {file: content for file, content in (files or tables()).items() if file != name}


def said(files: Mapping[str, bytes]) -> list[str]:
    return [("warning: " if problem.warning else "") + str(problem) for problem in read_tables_of(files)[1]]


def test_the_tables_become_a_book() -> None:
    concepts = table(
        CONCEPT,
        [{"CIDCONCE01": 3, "CNOMBREC01": "Factura Crédito", "CIDDOCUM01": 4}, {"CIDCONCE01": 4, "CNOMBREC01": "Pago", "CIDDOCUM01": 9}],
    )
    address: dict[str, Any] = {
        "CIDCATAL01": 1,
        "CTIPOCAT01": 1,
        "CTIPODIR01": 0,
        "CNOMBREC01": "Calle Uno",
        "CNUMEROE01": "5",
        "CCODIGOP01": "64000",
    }
    address |= {"CTELEFONO1": "8100000000", "CEMAIL": "pagos@robotica.example", "CESTADO": "Nuevo León"}
    book, problems = read_tables_of(
        tables(
            INVOICE | {"CREFEREN01": "OC 77", "COBSERVA01": memo_number(1)},
            PAYMENT,
            MGW10009=table(LINK, [LINKED]),
            MGW10006=concepts,
            MGW10011=table(
                ADDRESS, [address | {"CTIPODIR01": 1, "CNOMBREC01": "Otra"}, address, address | {"CTIPOCAT01": 4, "CNOMBREC01": "Almacén"}]
            ),
            MGW10045=table(STAMP, [{"CIDDOCTO": 10, "CUUID": UUID.lower(), "CESTADO": 2}]),
        )
    )
    assert [str(problem) for problem in problems] == []
    invoice, payment = book.documents
    assert invoice == LedgerDocument(
        source="dbf",
        internal_id="10",
        nature=Nature.CHARGE,
        kind=LedgerKind.INVOICE,
        concept="Factura Crédito",
        series="FA",
        folio="123",
        uuid=UUID,
        party=Party(RFC, NAME),
        customer_code="C1",
        issued_on=ISSUED,
        due_on=DUE,
        total=Money(116010, "MXN"),
        open=Money(16010, "MXN"),
        cancelled=False,
        reference="OC 77",
        place="MGW10008.DBF #1",
        notes="Entregar en almacén",
    )
    assert (payment.nature, payment.kind, payment.due_on, payment.open) == (Nature.CREDIT, LedgerKind.PAYMENT, None, Money(0, "MXN"))
    assert book.links == (LedgerLink("11", "10", Money(100000, "MXN"), dt.date(2026, 3, 1)),)
    email, phone = "pagos@robotica.example", "8100000000"
    assert book.customers == (
        CustomerRecord(
            code="C1",
            name=NAME,
            rfc=RFC,
            kind=CustomerKind.DOMESTIC,
            language="es",
            credit_days=30,
            delivery=DeliveryMode.EMAIL,
            address="Calle Uno 5, 64000, Nuevo León",
            contacts=tuple(ContactRecord(role, "", email, phone=phone) for role in (ContactRole.INVOICE, ContactRole.COLLECTIONS)),
        ),
    )


def test_what_is_no_document_of_a_customer_is_passed_over() -> None:
    supplier = CUSTOMER_1 | {"CIDCLIEN01": 2, "CCODIGOC01": "P1", "CRAZONSO01": OTHER_NAME, "CRFC": OTHER_RFC, "CTIPOCLI01": 3}
    others = [
        INVOICE | {"CIDDOCUM01": 20, "CIDDOCUM02": 2, "CNATURAL01": 2},
        INVOICE | {"CIDDOCUM01": 21, "CIDDOCUM02": 19},
        INVOICE | {"CIDDOCUM01": 22, "CAFECTADO": 0},
        INVOICE | {"CIDDOCUM01": 23, "CPLANTILLA": 1},
        INVOICE | {"CIDDOCUM01": 24, "CIDCLIEN01": 2},
        INVOICE | {"CIDDOCUM01": 25, DELETED: 1},
        INVOICE | {"CIDDOCUM01": 26, "CCANCELADO": 1},
    ]
    links = [LINKED | {"CIDDOCUM02": 21}, LINKED | {"CIDDOCUM01": 24, "CIDDOCUM02": 10}]
    book, problems = read_tables_of(
        tables(INVOICE, PAYMENT, *others, MGW10002=table(CUSTOMER, [CUSTOMER_1, supplier]), MGW10009=table(LINK, links))
    )
    assert [(one.internal_id, one.cancelled) for one in book.documents] == [("10", False), ("11", False), ("26", True)]
    assert (book.links, [one.code for one in book.customers], problems) == ((), ["C1"], [])


def test_names_are_those_of_any_system() -> None:
    files = {f"respaldo.zip!/Empresa/{name.lower()}": content for name, content in tables().items()}
    book, problems = read_tables_of(files | {"respaldo.zip!/Empresa/mgw10008.cdx": b"index", "léeme.txt": b"?"})
    assert ([one.internal_id for one in book.documents], problems) == (["10", "11"], [])
    assert [table_of(name) for name in ("C:\\AdminPAQ\\MGW10008.dbf", "mgw10008.fpt", "MGW10005.DBF", "otra.dbf")] == [
        "MGW10008",
        "MGW10008",
        "",
        "",
    ]
    assert recognise(files["respaldo.zip!/Empresa/mgw10008.dbf"], "respaldo.zip!/Empresa/mgw10008.dbf") is Kind.LEDGER_TABLE


def test_without_its_memo_file_a_table_is_read_without_its_notes() -> None:
    files = tables(INVOICE | {"COBSERVA01": memo_number(1)}, PAYMENT)
    del files["MGW10008.FPT"]
    book, problems = read_tables_of(files)
    assert [(one.internal_id, one.notes) for one in book.documents] == [("10", ""), ("11", "")]
    assert [str(problem) for problem in problems] == [
        "MGW10008.DBF: the memo file MGW10008.FPT is missing or damaged: what was noted on the documents is not known; copy that file beside the others, and import them again"
    ]


def test_a_damaged_memo_file_costs_the_notes_alone() -> None:
    for memo in (b"\x00" * 20, b"\x00" * 600, memo_file([])):
        book, problems = read_tables_of(tables(INVOICE | {"COBSERVA01": 70_000}) | {"MGW10008.FPT": memo})
        assert [(one.internal_id, one.notes) for one in book.documents] == [("10", "")]
        assert [one for one in problems if not one.warning] == []


def test_missing_tables_are_told() -> None:
    assert said(without("MGW10009.DBF")) == [
        "warning: MGW10008.DBF: the table MGW10009.DBF is missing: which payments cover which invoices is not known; copy that file beside the others, and import them again"
    ]
    assert said(without("MGW10002.DBF")) == [
        (
            "warning: MGW10008.DBF: the table MGW10002.DBF is missing: codes and credit days of customers are not known, "
            "and suppliers' documents are told by their kind only; copy that file beside the others, and import them again"
        )
    ]
    assert said(without("MGW10034.DBF")) == [
        (
            "warning: MGW10008.DBF: the table MGW10034.DBF is missing: the currency with the number 1 was taken for Mexican pesos; "
            "copy that file beside the others, and import them again"
        )
    ]


def test_without_documents_there_is_no_book() -> None:
    with pytest.raises(ProblemError) as caught:
        read_tables_of(without("MGW10008.DBF"))
    assert [str(one) for one in caught.value.problems] == [
        "MGW10009.DBF: the table of documents, MGW10008.DBF, is not among the files; copy it beside the others"
    ]


def test_a_currency_that_no_table_names_is_told() -> None:
    hint = "copy MGW10034.DBF, the table of currencies, beside the others; its names are read, such as Peso Mexicano"
    assert said(without("MGW10034.DBF", tables(INVOICE | {"CIDMONEDA": 2}))) == [
        f"MGW10008.DBF (#1 CIDMONEDA): the currency with the number 2 is not known; {hint}"
    ]
    book, _problems = read_tables_of(tables(INVOICE | {"CIDMONEDA": 2}))
    (document,) = book.documents
    assert document.total == Money(116010, "USD")


@pytest.mark.parametrize(
    ("driver", "encoding", "sentence"),
    [
        (0x03, "cp1252", None),
        (DOS, "cp850", None),
        (UNTOLD, "cp1252", "the table names no code page; by its letters it was read as Windows-1252"),
        (UNTOLD, "cp850", "the table names no code page; by its letters it was read as DOS 850"),
        (0x03, "cp850", "the table declares the code page Windows-1252, but its letters are those of DOS 850: it was read so"),
        (DOS, "cp1252", "the table declares the code page DOS 850, but its letters are those of Windows-1252: it was read so"),
    ],
)
def test_the_code_page_is_that_of_the_letters_and_told_where_the_table_says_otherwise(
    driver: int, encoding: str, sentence: str | None
) -> None:
    rows = [INVOICE | {"CRAZONSO01": "Compañía Núñez y Peña"}]
    book, problems = read_tables_of(tables() | {"MGW10008.DBF": table(DOCUMENT, rows, driver=driver, encoding=encoding)})
    (document,) = book.documents
    assert document.party.name == "Compañía Núñez y Peña"
    told = [str(one) for one in problems if "code page" in str(one)]
    hint = "look at the names of some customers; if letters are wrong, export the document report as a spreadsheet instead"
    assert told == ([f"MGW10008.DBF: {sentence}; {hint}"] if sentence else [])


def test_letters_that_would_do_for_several_pages_are_told() -> None:
    rows = [INVOICE | {"CRAZONSO01": b"CAF\xe9"}]
    (problem, *_rest) = read_tables_of(tables() | {"MGW10008.DBF": table(DOCUMENT, rows, driver=UNTOLD)})[1]
    assert str(problem.what) == "the table names no code page, and its letters would do for several; it was read as Windows-1252"


def test_a_text_that_is_right_in_no_code_page_is_a_problem_and_its_document_is_there() -> None:
    rows = [INVOICE | {"CRAZONSO01": "PEÑA".encode(), "CREFEREN01": "ok"}]
    book, problems = read_tables_of(tables() | {"MGW10008.DBF": table(DOCUMENT, rows)})
    assert len(list(book.documents)) == 1
    hint = "export the document report of AdminPAQ as a spreadsheet instead, or copy the tables as they are"
    assert [str(one) for one in problems if not one.warning] == [
        f"MGW10008.DBF (#1 CRAZONSO01): the text 'PEÃ‘A' cannot be right in the code page in which it was read; {hint}"
    ]


def test_fields_that_hold_no_such_thing_are_told_with_their_record() -> None:
    rows = [
        INVOICE | {DELETED: 1},
        INVOICE | {"CFECHA": b"2026FEB1", "CTOTAL": float("nan"), "CIDCLIEN01": b"uno", "CRFC": "ABC"},
        INVOICE | {"CFECHA": NULL_DAY},
        INVOICE | {"CTOTAL": -5, "CPENDIENTE": -5},
        INVOICE | {"CPENDIENTE": 1160.11},
        INVOICE,
        INVOICE,
    ]
    hint, compare = "correct it in AdminPAQ, and copy the tables again", "compare it with the CFDI, and correct it in AdminPAQ"
    assert said(tables(*rows)) == [
        f"MGW10008.DBF (#2 CIDCLIEN01): 'uno' is not a whole number; {hint}",
        f"MGW10008.DBF (#2 CFECHA): '2026FEB1' is not a date; {hint}",
        f"MGW10008.DBF (#2 CTOTAL): 'NaN' is not an amount; {hint}",
        f"MGW10008.DBF (#2 CRFC): 'ABC' is not an RFC; {hint}",
        f"MGW10008.DBF (#3 CFECHA): the field is empty; {hint}",
        f"MGW10008.DBF (#4 CTOTAL): the amount -5.0 is negative; {compare}",
        f"MGW10008.DBF (#4 CPENDIENTE): the amount -5.0 is negative; {compare}",
        f"MGW10008.DBF (#5 CPENDIENTE): the open amount 1,160.11 MXN is more than the total 1,160.10 MXN; {compare}",
        f"MGW10008.DBF (#7 CIDDOCUM01): the number 10 does not tell the document from another; {hint}",
    ]


def test_a_link_to_a_document_that_nobody_knows_is_told() -> None:
    links = table(LINK, [LINKED | {"CIDDOCUM02": 99}, LINKED | {"CIDDOCUM01": 10, "CIDDOCUM02": 11}])
    assert said(tables(MGW10009=links)) == [
        (
            "warning: MGW10009.DBF (#1 CIDDOCUM02): the document with the number 99 is not in MGW10008; "
            "copy all tables at the same time, while nobody works in AdminPAQ"
        ),
        "MGW10009.DBF (#2 CIDDOCUM01): the link does not lead from a credit to a charge; correct it in AdminPAQ, and copy the tables again",
    ]


def test_a_link_between_two_currencies_is_in_that_of_the_charge() -> None:
    links = table(LINK, [LINKED | {"CIMPORTE01": 18000, "CIMPORTE02": 1000}])
    book, _problems = read_tables_of(tables(INVOICE | {"CIDMONEDA": 2}, PAYMENT | {"CTOTAL": 18000}, MGW10009=links))
    assert [one.amount for one in book.links] == [Money(100000, "USD")]


def test_a_customer_under_two_spellings_is_told() -> None:
    customers = table(CUSTOMER, [CUSTOMER_1, CUSTOMER_1 | {"CIDCLIEN01": 2, "CCODIGOC01": "C2", "CRAZONSO01": "UNIV. ROBOTICA"}])
    (sentence,) = said(tables(MGW10002=customers))
    assert sentence.startswith(f"warning: MGW10002.DBF #2 CRAZONSO01: the RFC {RFC} stands under two names, '{NAME}' and 'UNIV. ROBOTICA'")


def test_credit_days_of_zero_are_unknown() -> None:
    book, _problems = read_tables_of(tables(MGW10002=table(CUSTOMER, [CUSTOMER_1 | {"CDIASCRE01": 0}])))
    assert book.customers[0].credit_days is None


@pytest.mark.parametrize("content", [b"", b"0", b"no es una tabla" * 10, b"\x30" + b"\xff" * 400, table(DOCUMENT, [INVOICE])[:40]])
def test_what_is_no_table_is_told(content: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        read_tables_of(tables() | {"MGW10008.DBF": content})
    assert str(caught.value.problems[0]) == "MGW10008.DBF: the file is no DBF table; copy it again while nobody works in AdminPAQ"


def test_a_table_that_breaks_off_gives_the_records_that_it_holds() -> None:
    whole = table(DOCUMENT, [INVOICE, PAYMENT])
    width = sum(field[2] for field in DOCUMENT) + 1
    book, problems = read_tables_of(tables() | {"MGW10008.DBF": whole[: -width // 2]})
    assert [one.internal_id for one in book.documents] == ["10"]
    assert [str(one) for one in problems] == [
        "MGW10008.DBF: the table breaks off: it tells of 2 records and holds 1; copy it again while nobody works in AdminPAQ"
    ]


def test_a_table_that_tells_of_too_many_records_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        read_tables_of(tables() | {"MGW10008.DBF": table(DOCUMENT, [INVOICE], told=2_000_000_000)})
    assert str(caught.value.problems[0]).startswith("MGW10008.DBF: the table tells of 2000000000 records, more than the 1000000 allowed")


def test_a_table_of_other_fields_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        read_tables_of(tables() | {"MGW10008.DBF": table(LINK, [LINKED])})
    assert str(caught.value.problems[0]).startswith(
        "MGW10008.DBF: the table has no field CCANCELADO, CFECHA, CFOLIO, CIDCLIEN01, CIDMONEDA, "
    )


@given(st.binary(max_size=2000), st.integers(0, 1500))
def test_no_bytes_whatever_raise_anything_else(noise: bytes, at: int) -> None:
    whole = table(DOCUMENT, [INVOICE, PAYMENT])
    spoiled = whole[:at] + noise + whole[at + len(noise) :]
    try:
        read_tables_of(tables() | {"MGW10008.DBF": spoiled})
    except ProblemError:
        return


@pytest.mark.parametrize("name", ["MGW10008.DBF", "MGW10009.DBF", "MGW10002.DBF"])
def test_a_damaged_table_is_told_once_and_not_as_missing(name: str) -> None:
    again = f"{name}: the file is no DBF table; copy it again while nobody works in AdminPAQ"
    try:
        told = [str(problem) for problem in read_tables_of(tables() | {name: b"x" * 900})[1]]
    except ProblemError as error:
        told = [str(problem) for problem in error.problems]
    assert [one for one in told if name in one] == [again]
