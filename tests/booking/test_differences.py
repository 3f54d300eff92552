"""What `cobranza differences` and the digest say of an accounting system that does not agree with the book."""

from __future__ import annotations

import datetime as dt
import json

from click.testing import CliRunner
from tests.booking.ledger_records import charge, credit, link, taken
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker, desk, make_desk

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.value import Differences

__all__ = ["desk", "make_desk"]


def called(desk: Desk, *words: str) -> str:
    call = Call(desk.workspace.base)
    try:
        result = CliRunner().invoke(cobranza, ["differences", "--on", str(DAY), *words], obj=call, catch_exceptions=False)
    finally:
        call.close()
    assert result.exit_code == 0
    return result.output


def test_a_difference_and_a_doubtful_credit_are_listed(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-1", "1000.00"), receipt("P-1", {"FA-1": "300.00"}))
    rows = (charge("FA-1", "1000.00", "600.00"), credit("P-9", "400.00", issued_on=dt.date(2026, 2, 12)))
    taken(desk.workspace.database, desk.workspace.clock, *rows, links=(link("P-9", "FA-1", "400.00"),))
    told = json.loads(called(desk, "--json"))
    (one,), (doubtful,) = told["differences"], told["credits"]
    assert (one["number"], one["customer"], one["balance"], one["ledger_open"], one["difference"]) == (
        "FA-1",
        "C-001",
        "700.00",
        "600.00",
        "-100.00",
    )
    assert (one["file"], one["place"], one["status"]) == ("MGW10008.DBF", "#FA-1", "open")
    assert (doubtful["number"], doubtful["state"], doubtful["amount"], doubtful["invoices"]) == ("P-9", "doubtful", "400.00", ["FA-1"])
    shown = called(desk)
    assert "En AdminPAQ está pendiente otra cantidad; estas facturas no se reclaman:" in shown
    assert "puede ser un pago o una nota de crédito que ya está aquí" in shown
    assert json.loads(called(desk, "--json", "--customer", "C-002")) == {"on": str(DAY), "differences": [], "credits": []}
    assert gather_digest(desk.workspace, week=False).out_of_order.differences == Differences(1, 1, {"MXN": 70_000})


def test_where_both_agree_it_says_so(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-1", "1000.00"))
    taken(desk.workspace.database, desk.workspace.clock, charge("FA-1", "1000.00", "1000.00"))
    assert called(desk) == "AdminPAQ tiene pendiente de cada factura lo mismo que el libro.\n"
    assert gather_digest(desk.workspace, week=False).out_of_order.differences is None
