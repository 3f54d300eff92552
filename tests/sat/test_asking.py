"""Asking the SAT, at a server of this machine: what it answers takes effect and is kept, and what it does not answer changes nothing."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import select

from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.config import SatSection
from cobranza_rules.problems import ProblemError
from cobranza_rules.sat.asking import Asking, AskingReport
from cobranza_rules.sat.port import Question, ServiceError
from cobranza_rules.sat.satcfdi_service import SatcfdiService
from cobranza_rules.store.tables import CfdiStatusRow
from tests.cfdi_files import COMPANY, UNIVERSITY, invoice, uuid_of
from tests.conftest import at
from tests.sat.sat_server import UNKNOWN, Reply, SatServer, answer, running_sat
from tests.stories.desk import Desk
from tests.stories.fixtures import desk, make_desk

__all__ = ["desk", "make_desk"]
QUESTION = Question(uuid_of("FA-1"), COMPANY, UNIVERSITY[0], Decimal("1160.00"))


@pytest.fixture
def sat() -> Iterator[SatServer]:
    with running_sat() as started:
        yield started


def ask(desk: Desk, sat: SatServer, *names: str, most: int = 100, sleeps: list[float] | None = None) -> AskingReport:
    workspace = desk.workspace
    pauses = [] if sleeps is None else sleeps
    service = SatcfdiService(sat.url, 1)
    asking = Asking(service, workspace.database, workspace.archive, workspace.clock, workspace.company.rfc, 0.5, pauses.append)
    return asking.ask(names, most)


def told(report: AskingReport) -> list[str]:
    return [str(problem) for problem in (*report.problems, *report.warnings)]


def events(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.invoice("FA-1").customer_id)]


def test_the_question_names_issuer_receiver_total_and_uuid(desk: Desk, sat: SatServer) -> None:
    ask(desk, sat)
    (asked,) = sat.asked
    assert f"<![CDATA[?re={COMPANY}&rr={UNIVERSITY[0]}&tt=1160.00&id={uuid_of('FA-1')}]]>" in asked


def test_the_answer_takes_effect_and_is_kept_byte_for_byte(desk: Desk, sat: SatServer) -> None:
    sat.replies = [Reply(answer("Vigente", "En proceso")), Reply(answer("Vigente", "Solicitud rechazada")), Reply(answer("Cancelado", ""))]
    states = []
    for _turn in range(3):
        assert told(ask(desk, sat)) == []
        states.append((desk.invoice("FA-1").status, desk.invoice("FA-1").cancellation_pending))
    assert states == [("open", True), ("open", False), ("cancelled", False)]
    assert [line for line in events(desk) if "SAT" in line] == [
        "the SAT says of FA-1: valid, in_process",
        "the SAT says of FA-1: valid, rejected",
        "the SAT says of FA-1: cancelled",
    ]
    with desk.workspace.database.reading() as session:
        kept = [desk.workspace.archive.get(row.document) for row in session.scalars(select(CfdiStatusRow).order_by(CfdiStatusRow.id))]
    assert kept == [answer("Vigente", "En proceso"), answer("Vigente", "Solicitud rechazada"), answer("Cancelado", "")]
    desk.assert_whole()


def test_the_same_answer_on_another_day_is_evidence_of_that_day(desk: Desk, sat: SatServer) -> None:
    ask(desk, sat)
    at(desk.workspace, dt.date(2026, 3, 3))
    ask(desk, sat)
    with desk.workspace.database.reading() as session:
        assert [row.as_of.day for row in session.scalars(select(CfdiStatusRow).order_by(CfdiStatusRow.id))] == [2, 3]


def test_one_that_is_not_found_is_told_and_changes_nothing(desk: Desk, sat: SatServer) -> None:
    sat.replies = [Reply(answer("No Encontrado", code=UNKNOWN))]
    assert told(ask(desk, sat)) == [
        "SAT (FA-1): the SAT does not know FA-1; nothing was changed; look whether it was stamped, and ask again in three days"
    ]
    assert desk.invoice("FA-1").status == "open"


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (Reply(answer(), 503), "the service answered with an error, HTTP 503"),
        (Reply(b"", 302, headers={"Location": "http://127.0.0.1:1/"}), "the service answered with an error, HTTP 302"),
        (Reply(answer(), silent_for=1.5), "no answer within 1 seconds"),
        (Reply(answer(), drips=True), "no answer within 1 seconds"),
        (Reply(b"x" * 100_000), "the answer is larger than any of the service"),
        (Reply(b"<html>maintenance</html>"), "the answer is none of the status service"),
        (Reply(b"<a/>"), "the answer is none of the status service"),
        (Reply(b"nothing"), "the answer is none of the status service"),
        (Reply(b'<!DOCTYPE a [<!ENTITY b "c">]>' + answer()), "the answer is none of the status service"),
        (Reply(answer(code="")), "the answer is none of the status service"),
        (Reply(answer()[:300]), "the answer is none of the status service"),
    ],
)
def test_a_service_that_fails_changes_nothing_and_is_told(desk: Desk, sat: SatServer, reply: Reply, what: str) -> None:
    sat.replies = [reply]
    assert told(ask(desk, sat)) == [f"SAT (FA-1): {what}; nothing was changed; ask again later"]
    assert desk.invoice("FA-1").status == "open"
    with desk.workspace.database.reading() as session:
        assert session.scalars(select(CfdiStatusRow)).all() == []


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answer("Suspendido"), "S - Comprobante obtenido satisfactoriamente. Suspendido"),
        (answer("Vigente", "Plazo vencido"), "S - Comprobante obtenido satisfactoriamente. Vigente"),
        (
            answer("Vigente", code="N - 601: La expresión impresa proporcionada no es válida."),
            "N - 601: La expresión impresa proporcionada no es válida. Vigente",
        ),
    ],
)
def test_an_answer_that_nobody_understands_is_told_and_not_guessed_at(desk: Desk, sat: SatServer, reply: bytes, said: str) -> None:
    sat.replies = [Reply(reply)]
    hint = "nothing was changed; look at the CFDI in the SAT's portal"
    assert told(ask(desk, sat)) == [f"SAT (FA-1): the SAT's answer is not understood: {said}; {hint}"]
    assert desk.invoice("FA-1").status == "open"


def test_nobody_there_is_told(desk: Desk) -> None:
    with running_sat() as gone:
        pass
    (problem,) = told(ask(desk, gone))
    assert problem.startswith("SAT (FA-1): the service cannot be reached: ")


def test_after_three_silences_in_a_row_nobody_is_asked_any_more_and_what_came_before_stands(desk: Desk, sat: SatServer) -> None:
    desk.take(*(invoice(f"FA-{number}") for number in range(2, 8)))
    sat.replies = [Reply(answer("Cancelado")), Reply(code=500), Reply(answer()), Reply(code=500)]
    report = ask(desk, sat)
    assert (len(report.asked), len(report.problems), report.left, len(sat.asked)) == (2, 4, 1, 6)
    assert desk.invoice("FA-1").status == "cancelled"


def test_a_call_asks_a_bounded_number_with_pauses_and_begins_with_those_of_longest_ago(desk: Desk, sat: SatServer) -> None:
    desk.take(*(invoice(f"FA-{number}", day=dt.date(2026, 2, number)) for number in range(2, 6)))
    sleeps: list[float] = []
    report = ask(desk, sat, most=2, sleeps=sleeps)
    assert ([asked.number for asked in report.asked], report.left, sleeps) == (["FA-1", "FA-2"], 3, [0.5])
    assert [asked.number for asked in ask(desk, sat, most=2).asked] == ["FA-3", "FA-4"]
    assert [asked.number for asked in ask(desk, sat, most=2).asked] == ["FA-5", "FA-1"]


def test_invoices_are_named_by_number_or_uuid_and_closed_ones_too(desk: Desk, sat: SatServer) -> None:
    desk.take(invoice("FA-2", replaces=("FA-1",)))
    report = ask(desk, sat, uuid_of("FA-1").lower(), "FA-2", "FA-2")
    assert [asked.number for asked in report.asked] == ["FA-1", "FA-2"]
    assert told(report) == [
        (
            "SAT (FA-1): invoice FA-1 was replaced by another, and the SAT still has it as valid; "
            "ask for its cancellation at the SAT; it stays replaced here"
        )
    ]
    with pytest.raises(ProblemError, match="there is no invoice 'FA-9'; 'cobranza aging --detail' lists the open ones"):
        ask(desk, sat, "FA-9")


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "satcfdi.pacs.sat", None)
    with pytest.raises(ProblemError) as missing:
        SatcfdiService("http://127.0.0.1:1/", 1)
    assert str(missing.value) == "to ask the SAT needs satcfdi, which is not installed; install it: pip install 'cobranza-rules[sat]'"


def test_the_service_alone_gives_the_fields_of_the_answer(sat: SatServer) -> None:
    found = SatcfdiService(sat.url, 1).ask(QUESTION)
    assert (found.fields["Estado"], found.fields["EsCancelable"], found.raw) == ("Vigente", "Cancelable con aceptación", answer())
    sat.replies = [Reply(code=500)]
    with pytest.raises(ServiceError):
        SatcfdiService(sat.url, 1).ask(QUESTION)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://sat.example/a", "https://", "sat.example/x"])
def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        SatSection(url=url)
