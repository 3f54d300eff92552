"""What the digest and `cobranza exceptions` say of requests, of what invoices lack, and of credit limits."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.value import Waiting
from cobranza_rules.problems import ProblemError
from tests.booking.test_requests import asked, sheet
from tests.cfdi_files import invoice
from tests.conftest import DAY
from tests.dispatch.test_request_notices import BILLING, take
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker

REQUIRED = {"[mail]\n": BILLING.replace("[billing]\n", "[billing]\nrequests_required = true\n")}
LIMITED = b"Cliente,Contrato,Moneda,Vigencia desde,Limite de credito\nC-001,CT-1,MXN,2026-01-01,1500\n"
MARCH = dt.date(2026, 3, 2)


def waiting(desk: Desk) -> list[Waiting]:
    digest = gather_digest(desk.workspace, week=False)
    return [one for one in digest.waiting if one.queue in ("requests", "billing", "credit_limits")]


def test_each_option_that_cannot_be_read_is_named(required: Desk) -> None:
    given = ("mil", "--currency", "XX", "--approved", "ayer", "--who", "sales_manager")
    opened = Call(required.workspace.base)
    with pytest.raises(ProblemError) as refused:
        CliRunner().invoke(cobranza, ("request", "add", "C-001", *given), obj=opened, catch_exceptions=False)
    opened.close()
    assert [str(problem) for problem in refused.value.problems] == [
        "--currency: the currency 'XX' is not known; write MXN, USD or EUR",
        "AMOUNT: 'mil' is no amount above zero; write it as 1200.00",
        "--concept: nothing is given here; give it a value",
        "--approved: 'ayer' is not a date; write it like 2026-02-16 or 16/02/2026",
    ]


def call(desk: Desk, *words: str) -> str:
    opened = Call(desk.workspace.base)
    try:
        return CliRunner().invoke(cobranza, (*words, "--on", DAY.isoformat()), obj=opened, catch_exceptions=False).stdout
    finally:
        opened.close()


@pytest.fixture
def required(make_desk: DeskMaker) -> Desk:
    return make_desk(**REQUIRED)


def test_what_waits_and_what_is_lacking_is_counted(required: Desk) -> None:
    required.take(invoice("FA-0", "100.00"), opening=OPENING)
    take(required, LIMITED, sheet(asked(1, "7.00"), asked(2, "9.00")), invoice("FA-1", "1160.00", MARCH), invoice("FA-2", "500.00", MARCH))
    assert waiting(required) == [
        Waiting("requests", "accounting", "", 2, DAY, amounts={"MXN": 1600}),
        Waiting("billing", "", "request_missing", 2, MARCH, customers=("C-001",)),
        Waiting("credit_limits", "", "", 1, customers=("C-001",)),
    ]


def test_a_desk_that_asks_for_no_requests_is_not_flooded(make_desk: DeskMaker) -> None:
    desk = make_desk()
    take(desk, invoice("FA-1", "1160.00", MARCH), invoice("FA-2", "500.00", MARCH))
    assert waiting(desk) == []
    assert json.loads(call(desk, "exceptions", "--json")) == {
        "requests_required": False,
        "exceptions": [],
        "above_limit": [],
        "cheques": [],
        "deposits": [],
        "accounting": [],
    }
    said = "No se exigen solicitudes: ponga requests_required = true en [billing] de cobranza.toml.\n"
    assert call(desk, "exceptions") == said


def test_exceptions_are_listed_with_what_to_do(required: Desk) -> None:
    take(required, LIMITED, sheet(asked(1), asked(2)), invoice("FA-1", "1160.00", MARCH), invoice("FA-2", "500.00", MARCH))
    found = json.loads(call(required, "exceptions", "--json"))
    assert [(one["invoice"], one["kind"], one["what"]) for one in found["exceptions"]] == [
        ("FA-1", "several_requests", "puede ser alguna de las solicitudes 1, 2; diga cuál: 'cobranza request tie'"),
        ("FA-2", "request_missing", "Ventas no la ha pedido"),
    ]
    assert found["above_limit"] == [
        {"customer": "C-001", "agreement": "CT-1", "currency": "MXN", "credit_limit": "1500.00", "owed": "1660.00"}
    ]
    assert "La factura FA-1 corresponde a la solicitud 2." in call(required, "request", "tie", "2", "FA-1", "--who", "accounting")
    assert "FA-1" not in call(required, "exceptions")


def test_when_all_is_in_order_it_is_said(required: Desk) -> None:
    take(required, LIMITED, sheet(asked(1)), invoice("FA-1", "1160.00", MARCH))
    assert call(required, "exceptions") == "Toda factura abierta tiene su solicitud, su contrato y a quién entregarla.\n"


def test_a_request_is_entered_and_refused_by_command(required: Desk) -> None:
    take(required, LIMITED)
    given = ("C-001", "1160.00", "--currency", "MXN", "--concept", "Servicio", "--who", "sales_manager")
    assert call(required, "request", "add", *given) == (
        "La solicitud 1 se rechaza: no nombra contrato ni condiciones comerciales; no dice quién la aprobó; no dice cuándo se aprobó. "
        "La siguiente corrida avisa a ventas@kemper.example.\n"
    )
    approved = (*given, "--agreement", "CT-1", "--approver", "Adela", "--approved", "2026-03-02")
    told = "contabilidad@kemper.example, analista@kemper.example"
    assert call(required, "request", "add", *approved) == f"La solicitud 2 se acepta. La siguiente corrida avisa a {told}.\n"
    assert call(required, "request", "add", *approved) == "Ésa ya es la solicitud 2; nada ha cambiado.\n"
