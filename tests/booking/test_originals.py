"""Who holds which original: entered, handed over, received; each step an event of the case file."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.originals import OriginalKind, OriginalsDesk
from cobranza_rules.casefile.chain_rows import verify_case_file
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.database import Database
from cobranza_rules.store.originals import originals_on_file
from cobranza_rules.store.tables import CustomerRow

DAY = dt.date(2026, 3, 2)
SALES, ADMINISTRATION = "ventas@kemper.example", "administracion@kemper.example"


def desk(session: Session, who: str) -> OriginalsDesk:
    return OriginalsDesk(Bookkeeper(session, dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)), who, DAY)


def said(error: pytest.ExceptionInfo[ProblemError]) -> list[str]:
    return [str(problem.what) for problem in error.value.problems]


def test_an_original_goes_from_sales_to_administration_and_to_a_lawyer(database: Database) -> None:
    with database.writing() as session:
        code = customer(session)
        row = desk(session, SALES).enter(code, OriginalKind.CONTRACT, "Contrato CT-1")
        desk(session, SALES).hand_over([row.id], ADMINISTRATION)
        (view,) = originals_on_file(session)
        assert (view.holder, view.handed_to) == (SALES, ADMINISTRATION), "until it is received, who gave it answers for it"
        desk(session, ADMINISTRATION).receive([row.id])
        desk(session, ADMINISTRATION).hand_over([row.id], "Lic. Muestra", outside=True)
        (view,) = originals_on_file(session, holder="Lic. Muestra")
        assert (view.handed_to, view.held_since) == ("", DAY)
        assert [str(event.sentence) for event in timeline(session, row.customer_id)] == [
            f"original entered by {SALES}: Contrato CT-1 (contract)",
            f"original Contrato CT-1 handed over by {SALES} to {ADMINISTRATION}",
            f"original Contrato CT-1 received by {ADMINISTRATION} from {SALES}",
            f"original Contrato CT-1 handed over by {ADMINISTRATION} to Lic. Muestra",
        ]
        assert verify_case_file(session).intact


def test_what_cannot_be_is_refused(database: Database) -> None:
    with database.writing() as session:
        code = customer(session)
        row = desk(session, SALES).enter(code, OriginalKind.CONTRACT, "Contrato CT-1")
        with pytest.raises(ProblemError) as caught:
            desk(session, SALES).enter("none", OriginalKind.CONTRACT, " ")
        assert said(caught) == ["there is no customer 'none'", "an original needs a name of at most 300 characters"]
        with pytest.raises(ProblemError) as caught:
            desk(session, SALES).enter(code, OriginalKind.CONTRACT, "Contrato CT-1")
        assert said(caught) == [f"Contrato CT-1 is on file already, as number {row.id}"]
        with pytest.raises(ProblemError) as caught:
            desk(session, ADMINISTRATION).receive([row.id])
        assert said(caught) == [f"original {row.id} (Contrato CT-1) was not handed over to {ADMINISTRATION}"]
        with pytest.raises(ProblemError) as caught:
            desk(session, ADMINISTRATION).hand_over([row.id], SALES)
        assert said(caught) == [f"original {row.id} (Contrato CT-1) is not with {ADMINISTRATION}, but with {SALES}"]
        with pytest.raises(ProblemError) as caught:
            desk(session, SALES).hand_over([row.id], SALES)
        assert said(caught) == [f"original {row.id} (Contrato CT-1) is with {SALES} already"]
        with pytest.raises(ProblemError) as caught:
            desk(session, SALES).hand_over([row.id, 99], ADMINISTRATION)
        assert said(caught) == ["there is no original 99"]


def customer(session: Session) -> str:
    row = CustomerRow(code="C-1", identity="x", rfc="URE180429TM6", name="UNIVERSIDAD ROBOTICA ESPAÑOLA", tax_id="", kind="domestic")
    row.language, row.delivery, row.address, row.status = "es", "email", "", "active"
    session.add(row)
    session.flush()
    return row.code
