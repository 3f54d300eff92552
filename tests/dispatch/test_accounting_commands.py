"""`cobranza discount` and `cobranza accounting`: what people tell the program of discounts and packets, and what it shows them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker
from tests.stories.spoken import spoken

ROBOTICA = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,facturas@robotica.example,pagos@robotica.example,"
LIMITS = """[mail]
address = "cobranza@kemper.example\""""
SETTINGS = f"""[discounts]
limits = {{MXN = "50.00"}}
approver = "administration_manager"

[accounting.accounts]
customers = "105-01"
discounts = "402-01"
unapplied = "206-01"

[accounting.accounts.banks]
MXN = "102-01"

{LIMITS}"""


@pytest.fixture
def desk_with_limits(make_desk: DeskMaker) -> Desk:
    desk = make_desk(ROBOTICA, accounting=True, **{LIMITS: SETTINGS})
    desk.take(invoice("FA-7", "1160.00", DAY))
    return desk


def said(desk: Desk, *words: str) -> list[str]:
    code, lines = spoken(desk, *words)
    assert code == 0, lines
    return lines


def as_json(desk: Desk, *words: str) -> Any:
    return json.loads("\n".join(said(desk, *words, "--json")))


def test_a_discount_from_its_capture_to_its_reversal(desk_with_limits: Desk) -> None:
    desk = desk_with_limits
    add = ("discount", "add", "FA-7", "--kind", "volume", "--reason", "rebaja de marzo", "--who", "collections_analyst")
    assert said(desk, *add, "--amount", "40.00") == ["Descuento 1 aplicado a FA-7. Se deben 1,120.00 MXN."]
    assert said(desk, *add, "--amount", "60.00") == ["El descuento 2 de FA-7 espera a gerencia de administración: pasa del límite."]
    shown = as_json(desk, "discount", "list")["discounts"]
    assert [(one["id"], one["amount"], one["state"], one["doubt"]) for one in shown] == [
        (1, "40.00", "applied", None),
        (2, "60.00", "waiting", "above_limit"),
    ]
    code, lines = spoken(desk, "discount", "approve", "2", "--who", "collections_analyst")
    assert (code, lines) == (1, ["discount 2 is approved by administration_manager; let that person decide"])
    assert said(desk, "discount", "approve", "2", "--who", "administration_manager") == [
        "Descuento 2 aplicado a FA-7. Se deben 1,060.00 MXN."
    ]
    assert said(desk, "discount", "reverse", "1", "--who", "supervisor", "--comment", "no procedía") == ["El descuento 1 se revirtió."]
    assert [one["state"] for one in as_json(desk, "discount", "list", "--invoice", "FA-7")["discounts"]] == ["reversed", "applied"]
    assert as_json(desk, "exceptions")["accounting"][0]["kind"] == "undocumented"


def test_a_packet_is_shown_written_and_answered(desk_with_limits: Desk, tmp_path: Path) -> None:
    desk = desk_with_limits
    desk.take(receipt("P-1", {"FA-7": "1160.00"}, day=DAY))
    desk.on(DAY + dt.timedelta(days=1)).tick()
    (shown,) = as_json(desk, "accounting", "list")["packets"]
    assert (shown["day"], shown["state"], shown["totals"]["received"], shown["totals"]["payments"]) == (
        DAY.isoformat(),
        "sent",
        "1160.00",
        1,
    )
    written = as_json(desk, "accounting", "show", "1", "-o", str(tmp_path / "paquete"))
    assert sorted(path.name for path in (tmp_path / "paquete").iterdir()) == sorted(written["files"])
    assert said(desk, "accounting", "return", "1", "--reason", "falta la ficha", "--who", "accounting") == [
        "El paquete 1 queda devuelto. Corríjalo; 'cobranza accounting renew 1' lo manda de nuevo."
    ]
    assert said(desk, "accounting", "renew", "1") == ["El paquete 2 toma su lugar como versión 2; la siguiente corrida lo manda."]
    desk.tick()
    assert said(desk, "accounting", "accept", "2", "--who", "accounting") == ["El paquete 2 queda aceptado."]
    assert [(one["id"], one["state"]) for one in as_json(desk, "accounting", "list", "--all")["packets"]] == [
        (1, "replaced"),
        (2, "accepted"),
    ]
    code, lines = spoken(desk, "accounting", "answer", "FA-7", "--comment", "no", "--who", "accounting")
    assert (code, lines) == (
        1,
        ["no credit note of FA-7 was asked for; 'cobranza discount list --state requested' shows those that were"],
    )


def test_the_journal_is_written_in_both_formats_and_is_balanced(desk_with_limits: Desk, tmp_path: Path) -> None:
    desk = desk_with_limits
    desk.take(receipt("P-1", {"FA-7": "1100.00"}, day=DAY))
    said(desk, "discount", "add", "FA-7", "--kind", "return", "--amount", "30.00", "--reason", "caja rota", "--who", "supervisor")
    days = ("--from", DAY.isoformat(), "--to", DAY.isoformat())
    said(desk, "accounting", "journal", *days, "-o", str(tmp_path))
    (text,) = tmp_path.glob("*.csv")
    rows = list(csv.reader(io.StringIO(text.read_text(encoding="utf-8-sig"))))
    assert [row[4:7] for row in rows[1:]] == [
        ["102-01", "1100.00", ""],
        ["105-01", "", "1100.00"],
        ["402-01", "30.00", ""],
        ["105-01", "", "30.00"],
    ]
    (file,) = tmp_path.glob("*.xlsx")
    sheet = openpyxl.load_workbook(file)["MXN"]
    assert [cell.value for cell in sheet[6]][5:7] == [1130, 1130]
    entries = as_json(desk, "accounting", "journal", *days)["journal"]
    assert [sum(float(one["debit"]) - float(one["credit"]) for one in entry["postings"]) for entry in entries] == [0, 0]


def test_a_journal_needs_its_accounts(desk: Desk) -> None:
    code, lines = spoken(desk, "accounting", "journal", "--from", "2026-03-01", "--to", "2026-03-31")
    assert code == 1
    assert lines[0].startswith("accounting.accounts.customers")
    assert [line.rpartition("] ")[2] for line in lines] == ["in cobranza.toml"] * 3
