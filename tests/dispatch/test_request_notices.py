"""Who is told of a billing request: each person once for each outcome, all new ones in one mail, whatever the wire does."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.importing import Importing
from cobranza_rules.booking.requests import refuse_request
from cobranza_rules.dispatch.internal_mail import settle_interrupted_internal
from cobranza_rules.dispatch.request_notices import tell_of_requests
from cobranza_rules.intake.sources import SourceFile
from cobranza_rules.store.tables import RequestToldRow
from tests.booking.test_requests import AGREED, NOW, asked, sheet
from tests.conftest import DAY, WorkspaceMaker
from tests.dispatch.faulty_sink import CrashError
from tests.dispatch.test_internal_mail import faulty, mails
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker

ACCOUNTING, ANALYST, SALES = "contabilidad@kemper.example", "analista@kemper.example", "ventas@kemper.example"
BILLING = '[billing]\naccepted_to = ["accounting", "collections_analyst"]\nrefused_to = ["sales_manager"]\n\n[mail]\n'


@pytest.fixture
def billing(make_desk: DeskMaker) -> Desk:
    desk = make_desk(**{"[mail]\n": BILLING})
    take(desk, AGREED)
    return desk


def take(desk: Desk, *contents: bytes) -> None:
    workspace = desk.workspace
    importing = Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc)
    importing.take(SourceFile(f"file-{number}", content) for number, content in enumerate(contents))


def told(desk: Desk) -> list[tuple[str, str]]:
    return sorted((mail["To"], mail["Subject"]) for mail in mails(desk))


def body(desk: Desk, to: str) -> str:
    (found,) = [mail.get_body(("plain",)) for mail in mails(desk) if mail["To"] == to]
    assert found is not None
    return str(found.get_content())


def test_accepted_ones_are_told_to_invoicing_and_collections_in_one_mail_each(billing: Desk) -> None:
    take(billing, sheet(asked(1, order="OC 45", more="Rita Muestra,r@b.example,portal"), asked(2, "500.00")))
    assert tell_of_requests(billing.workspace) == []
    subject = "Facturación: 2 solicitudes aceptadas"
    assert told(billing) == [(ANALYST, subject), (ACCOUNTING, subject)]
    said = body(billing, ACCOUNTING)
    for words in ("CT-1", "$1,160.00 MXN", "Orden de compra OC 45", "Adela Muestra, 05/01/2026", "Rita Muestra, r@b.example", "portal"):
        assert words in said


def test_nobody_is_told_twice(billing: Desk) -> None:
    take(billing, sheet(asked(1)))
    tell_of_requests(billing.workspace)
    take(billing, sheet(asked(1), asked(2, "500.00")))
    assert tell_of_requests(billing.workspace) == tell_of_requests(billing.workspace) == []
    assert [subject for _to, subject in told(billing)] == ["Facturación: 1 solicitud aceptada"] * 4


def test_whoever_asked_is_told_why_it_was_refused(billing: Desk) -> None:
    rows = asked(1).replace("Adela Muestra", "") + "\n" + asked(2, "500.00").replace("C-001", "C-009")
    take(billing, sheet(rows).replace(b"Modo de entrega", b"Correo solicitante").replace(b",,\n", b",,vendedor@kemper.example\n"))
    tell_of_requests(billing.workspace)
    assert told(billing) == [
        ("vendedor@kemper.example", "Facturación: 1 solicitud rechazada"),
        (SALES, "Facturación: 2 solicitudes rechazadas"),
    ]
    assert "no dice quién la aprobó" in body(billing, "vendedor@kemper.example")
    assert "no hay cliente 'C-009' en el registro" in body(billing, SALES)


def test_what_a_person_refuses_later_is_told_to_who_asked(billing: Desk) -> None:
    take(billing, sheet(asked(1)))
    tell_of_requests(billing.workspace)
    with billing.workspace.database.writing() as session:
        refuse_request(Bookkeeper(session, NOW), 1, ACCOUNTING, "Falta la remisión", DAY)
    tell_of_requests(billing.workspace)
    assert told(billing)[-1] == (SALES, "Facturación: 1 solicitud rechazada")
    assert "Falta la remisión" in body(billing, SALES)


def test_what_a_customer_would_owe_stands_beside_its_limit(billing: Desk) -> None:
    take(billing, b"Cliente,Contrato,Moneda,Vigencia desde,Limite de credito\nC-001,CT-1,MXN,2026-01-01,1000\n", sheet(asked(1)))
    tell_of_requests(billing.workspace)
    assert "con esta solicitud, de un límite de 1,000.00 MXN: lo rebasa" in body(billing, ANALYST)


def test_on_a_day_off_nobody_is_told(billing: Desk) -> None:
    take(billing, sheet(asked(1)))
    billing.on(dt.date(2026, 3, 7))
    tell_of_requests(billing.workspace)
    assert told(billing) == []
    billing.on(dt.date(2026, 3, 9))
    tell_of_requests(billing.workspace)
    assert len(told(billing)) == 2


def test_what_did_not_leave_leaves_with_the_next_run_and_is_written_once(billing: Desk) -> None:
    take(billing, sheet(asked(1)))
    faulty(billing, "postponed")
    tell_of_requests(billing.workspace)
    assert len(told(billing)) == 1
    tell_of_requests(billing.workspace)
    assert len(told(billing)) == 2


@pytest.mark.parametrize("fault", ["crash before", "crash after"])
def test_a_crash_on_the_wire_tells_nobody_twice(billing: Desk, fault: str) -> None:
    take(billing, sheet(asked(1)))
    faulty(billing, fault)
    with pytest.raises(CrashError):
        tell_of_requests(billing.workspace)
    settle_interrupted_internal(billing.workspace)
    tell_of_requests(billing.workspace)
    assert [to for to, _subject in told(billing)] == [ANALYST, ACCOUNTING]
    with billing.workspace.database.reading() as session:
        assert len(session.scalars(select(RequestToldRow)).all()) == 2


def test_without_roles_in_the_settings_nobody_is_told(make_desk: DeskMaker) -> None:
    desk = make_desk()
    take(desk, AGREED, sheet(asked(1)))
    assert tell_of_requests(desk.workspace) == []
    assert told(desk) == []


def test_a_missing_template_is_said_and_stops_nothing(billing: Desk) -> None:
    take(billing, sheet(asked(1)))
    (billing.workspace.base / "templates" / "notices" / "request-accepted.es.html").unlink()
    (problem,) = {str(problem) for problem in tell_of_requests(billing.workspace)}
    assert "there is no template 'request-accepted' in 'es'" in problem
    assert told(billing) == []


def test_a_role_that_nobody_has_is_refused(make_workspace: WorkspaceMaker) -> None:
    with pytest.raises(Exception, match=r"billing.accepted_to") as refused:
        make_workspace(**{"[mail]\n": '[billing]\naccepted_to = ["nobody"]\n\n[mail]\n'})
    assert "nobody has the role 'nobody'" in str(refused.value)
