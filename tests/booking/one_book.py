"""A book of a company as plain dicts, thrown by a seed, and the naive reckoning of what it comes to; written as CFDI, as tables and as a report.

Nothing here is shared with the program: balances and due dates are reckoned once more, in cents and days.
"""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from random import Random
from typing import Any

import xlsxwriter
from tests import dbf_files as dbf
from tests.cfdi_files import credit_note, invoice, receipt, uuid_of

RFCS = (
    ("URE180429TM6", "UNIVERSIDAD ROBOTICA ESPAÑOLA"),
    ("XIA190128J61", "XENON INDUSTRIAL ARTICLES"),
    ("IIA040805DZ4", "INDISTRIA ILUMINADORA DE ALMACENES"),
)
PESOS, DOLLARS = 1, 2
FACTURA, PAGO, NOTA = 4, 9, 5  # CIDCONCE01 and CIDDOCUM02 alike
Plain = dict[str, Any]


def throw(seed: int) -> Plain:
    """Customers, invoices, payments and credit notes. `stamped` is said of in a receipt, `posted` in the accounting system."""
    random = Random(seed)
    customers = [
        {"rfc": rfc, "name": name, "code": f"C-{at}", "days": random.choice((0, 15, 30, 45))} for at, (rfc, name) in enumerate(RFCS, 1)
    ]
    invoices = [_invoice(random, at, random.randrange(3)) for at in range(1, random.randrange(6, 14))]
    left = {one["number"]: one["cents"] for one in invoices}
    payments: list[Plain] = []
    for at in range(random.randrange(14)):
        payment = _twin(random, at, payments, left) or _payment(random, at, invoices, left)
        payments += [payment] if payment else []
    notes = [note for at in range(random.randrange(5)) if (note := _note(random, at, invoices, left))]
    _one_kind_of_gap(payments)
    return {"customers": customers, "invoices": invoices, "payments": payments, "notes": notes}


def _invoice(random: Random, at: int, customer: int) -> Plain:
    issued = dt.date(2026, 1, 1) + dt.timedelta(days=random.randrange(50))
    return {
        "number": f"{random.choice(('FA', 'FB'))}-{at}",
        "customer": customer,
        "currency": random.choice(("MXN", "MXN", "USD")),
        "issued": issued,
        "cents": random.choice((100_000, 58_000, 116_001, 33)),
        "ledger_due": issued + dt.timedelta(days=random.randrange(60)),
        "cancelled": random.random() < 0.1,
        "uuid_in_ledger": random.random() < 0.5,
    }


def _payment(random: Random, at: int, invoices: list[Plain], left: dict[str, int]) -> Plain | None:
    """Few days and round amounts, so that payments often look alike."""
    first = random.choice(invoices)
    same = [one for one in invoices if (one["customer"], one["currency"]) == (first["customer"], first["currency"])]
    parts = {}
    for one in random.sample(same, min(len(same), random.choice((1, 1, 2)))):
        cents = min(random.choice((20_000, 20_000, 10_000, left[one["number"]])), left[one["number"]])
        if cents > 0:
            parts[one["number"]] = cents
            left[one["number"]] -= cents
    if not parts:
        return None
    gap = random.random()
    return {
        "name": f"P-{at + 1}",
        "day": dt.date(2026, 2, 10) + dt.timedelta(days=random.randrange(3)),
        "parts": parts,
        "operation": random.choice(("", f"{at:06}")),
        "stamped": gap > 0.15,
        "posted": gap < 0.85,
        "uuid_in_ledger": random.random() < 0.3,
    }


def _twin(random: Random, at: int, payments: list[Plain], left: dict[str, int]) -> Plain | None:
    """A payment that looks like an earlier one in everything: only how many there are tells that it is another."""
    if not payments or random.random() > 0.3:
        return None
    one = random.choice(payments)
    if any(left[number] < cents for number, cents in one["parts"].items()):
        return None
    for number, cents in one["parts"].items():
        left[number] -= cents
    return {**one, "name": f"P-{at + 1}", "operation": f"{at:06}"}


def _one_kind_of_gap(payments: list[Plain]) -> None:
    """Where a receipt lacks its credit and a credit its receipt, nobody can tell whether the two are one: that is another test's."""
    unstamped = {number for one in payments if not one["stamped"] for number in one["parts"]}
    for one in payments:
        one["posted"] = one["posted"] or bool(unstamped & one["parts"].keys())


def _note(random: Random, at: int, invoices: list[Plain], left: dict[str, int]) -> Plain | None:
    one = random.choice(invoices)
    cents = min(5_000, left[one["number"]])
    if cents <= 0 or one["currency"] != "MXN" or one["cancelled"]:
        return None
    left[one["number"]] -= cents
    return {"name": f"NC-{at + 1}", "day": dt.date(2026, 2, 1), "invoice": one["number"], "cents": cents}


# The naive reckoning


def reckoned(book: Plain, *, cfdi: bool, ledger: bool) -> dict[str, tuple[str, int, dt.date | None]]:
    """Currency, balance in cents and due date by number, where CFDI and the accounting system, or one of the two, have told of the book."""
    found: dict[str, tuple[str, int, dt.date | None]] = {}
    for one in book["invoices"]:
        covered = sum(
            payment["parts"].get(one["number"], 0)
            for payment in book["payments"]
            if (cfdi and payment["stamped"]) or (ledger and payment["posted"])
        )
        covered += sum(note["cents"] for note in book["notes"] if note["invoice"] == one["number"])
        days = book["customers"][one["customer"]]["days"]
        due = one["issued"] + dt.timedelta(days=days) if days else one["ledger_due"] if ledger else None
        found[one["number"]] = (one["currency"], 0 if ledger and one["cancelled"] else one["cents"] - covered, due)
    return found


def left_in_ledger(book: Plain) -> dict[str, int]:
    """CPENDIENTE: what AdminPAQ holds open."""
    found: dict[str, int] = {}
    for one in book["invoices"]:
        covered = sum(payment["parts"].get(one["number"], 0) for payment in book["payments"] if payment["posted"])
        covered += sum(note["cents"] for note in book["notes"] if note["invoice"] == one["number"])
        found[one["number"]] = 0 if one["cancelled"] else one["cents"] - covered
    return found


# The same book as files


def pesos(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))


def as_cfdi(book: Plain) -> list[bytes]:
    invoices = {one["number"]: one for one in book["invoices"]}
    files = [invoice(one["number"], pesos(one["cents"]), one["issued"], one["currency"], RFCS[one["customer"]]) for one in book["invoices"]]
    for one in book["payments"]:
        if one["stamped"]:
            about = invoices[next(iter(one["parts"]))]
            parts = {number: pesos(cents) for number, cents in one["parts"].items()}
            files.append(receipt(one["name"], parts, one["day"], one["operation"], about["currency"], RFCS[about["customer"]]))
    for one in book["notes"]:
        about = invoices[one["invoice"]]
        files.append(credit_note(one["name"], pesos(one["cents"]), one["invoice"], day=one["day"], receiver=RFCS[about["customer"]]))
    return files


def as_spreadsheet(book: Plain) -> bytes:
    """The customers with their terms, as the desk keeps them."""
    head = "Clave,Razón social,RFC,Tipo,Idioma,Días de crédito,Entrega,Correo facturas\n"
    rows = (
        f"{one['code']},{one['name']},{one['rfc']},nacional,es,{one['days'] or ''},correo,a@cliente.example" for one in book["customers"]
    )
    return (head + "\n".join(rows)).encode()


def as_tables(book: Plain) -> dict[str, bytes]:
    """The DBF tables of AdminPAQ."""
    documents: list[dbf.Record] = []
    links: list[dbf.Record] = []
    stamps: list[dbf.Record] = []
    numbers: dict[str, int] = {}

    def add(name: str, concept: int, one: Plain, customer: int, currency: str, cents: int, left: int, day: dt.date) -> None:
        numbers[name] = len(numbers) + 1
        series, _dash, folio = name.partition("-")
        documents.append(
            {
                "CIDDOCUM01": numbers[name],
                "CIDDOCUM02": concept,
                "CIDCONCE01": concept,
                "CSERIEDO01": series,
                "CFOLIO": int(folio),
                "CFECHA": day,
                "CIDCLIEN01": customer + 1,
                "CRAZONSO01": RFCS[customer][1],
                "CRFC": RFCS[customer][0],
                "CFECHAVE01": one.get("ledger_due", dbf.NULL_DAY),
                "CIDMONEDA": PESOS if currency == "MXN" else DOLLARS,
                "CNATURAL01": 0 if concept == FACTURA else 1,
                "CAFECTADO": 1,
                "CCANCELADO": int(one.get("cancelled", False)),
                "CTOTAL": cents / 100,
                "CPENDIENTE": left / 100,
            }
        )
        if one.get("uuid_in_ledger"):
            stamps.append({"CIDDOCTO": numbers[name], "CUUID": uuid_of(name), "CESTADO": 2})

    def cover(credit: str, number: str, cents: int, day: dt.date) -> None:
        links.append(
            {
                "CIDDOCUM01": numbers[credit],
                "CIDDOCUM02": numbers[number],
                "CIMPORTE01": cents / 100,
                "CIMPORTE02": cents / 100,
                "CFECHAAB01": day,
            }
        )

    left, invoices = left_in_ledger(book), {one["number"]: one for one in book["invoices"]}
    for one in book["invoices"]:
        add(one["number"], FACTURA, one, one["customer"], one["currency"], one["cents"], left[one["number"]], one["issued"])
    for one in book["payments"]:
        if one["posted"]:
            about = invoices[next(iter(one["parts"]))]
            told = one if one["stamped"] else {**one, "uuid_in_ledger": False}
            add(one["name"], PAGO, told, about["customer"], about["currency"], sum(one["parts"].values()), 0, one["day"])
            for number, cents in one["parts"].items():
                cover(one["name"], number, cents, one["day"])
    for one in book["notes"]:
        add(one["name"], NOTA, one, invoices[one["invoice"]]["customer"], "MXN", one["cents"], 0, one["day"])
        cover(one["name"], one["invoice"], one["cents"], one["day"])
    customers: list[dbf.Record] = [
        {
            "CIDCLIEN01": at,
            "CCODIGOC01": one["code"],
            "CRAZONSO01": one["name"],
            "CRFC": one["rfc"],
            "CTIPOCLI01": 1,
            "CDIASCRE01": one["days"],
        }
        for at, one in enumerate(book["customers"], 1)
    ]
    concepts = [(FACTURA, "Factura"), (PAGO, "Pago del Cliente"), (NOTA, "Nota de Crédito")]
    return {
        "MGW10008.DBF": dbf.table(dbf.DOCUMENT, documents),
        "MGW10009.DBF": dbf.table(dbf.LINK, links),
        "MGW10002.DBF": dbf.table(dbf.CUSTOMER, customers),
        "MGW10006.DBF": dbf.table(dbf.CONCEPT, [{"CIDCONCE01": key, "CNOMBREC01": name, "CIDDOCUM01": key} for key, name in concepts]),
        "MGW10034.DBF": dbf.table(
            dbf.CURRENCY, [{"CIDMONEDA": PESOS, "CNOMBREM01": "Peso Mexicano"}, {"CIDMONEDA": DOLLARS, "CNOMBREM01": "Dólar Americano"}]
        ),
        "MGW10045.DBF": dbf.table(dbf.STAMP, stamps),
    }


def as_report(book: Plain) -> bytes:
    """The document report as a spreadsheet: it says what is open, and not which credit covers which charge."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = workbook.add_worksheet()
    headings = (
        "Fecha",
        "Vencimiento",
        "Concepto",
        "Serie",
        "Folio",
        "Código",
        "Cliente",
        "RFC",
        "Moneda",
        "Total",
        "Pendiente",
        "Cancelado",
    )
    sheet.write_row(0, 0, headings)
    left, invoices = left_in_ledger(book), {one["number"]: one for one in book["invoices"]}
    rows: list[tuple[Any, ...]] = []

    def row(day: dt.date, due: dt.date | None, concept: str, name: str, about: Plain, cents: int, open_: int, cancelled: bool) -> None:
        series, _dash, folio = name.partition("-")
        customer = book["customers"][about["customer"]]
        whose = (customer["code"], customer["name"], customer["rfc"], about["currency"])
        rows.append(
            (str(day), str(due or ""), concept, series, int(folio), *whose, pesos(cents), pesos(open_), "Sí" if cancelled else "No")
        )

    for one in book["invoices"]:
        row(one["issued"], one["ledger_due"], "Factura", one["number"], one, one["cents"], left[one["number"]], one["cancelled"])
    for one in book["payments"]:
        if one["posted"]:
            row(one["day"], None, "Pago del Cliente", one["name"], invoices[next(iter(one["parts"]))], sum(one["parts"].values()), 0, False)
    for number, cells in enumerate(rows, 1):
        sheet.write_row(number, 0, cells)
    workbook.close()
    return file.getvalue()
