"""Demands, acknowledgements of debt and memos: what they say of an invoice comes from the book, and nothing that only the company did."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.dispatch.on_demand import Asked, documents_asked
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.sample_pictures import sample_pictures
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import AgreementRow, CustomerRow, InvoiceRow
from tests.cfdi_files import credit_note, invoice
from tests.stories.desk import Desk
from tests.stories.fixtures import OPENING, DeskMaker


def asked(desk: Desk, template: str) -> list[dict[str, Any]]:
    workspace = desk.workspace
    with workspace.database.reading() as session:
        customer = session.scalars(select(CustomerRow)).one()
        analyst = workspace.company.person("collections_analyst")
        assert analyst is not None
        return [fields_of(document) for document in documents_asked(session, workspace, Asked(template, customer, analyst))]


def test_a_demand_claims_what_is_overdue_with_legal_interest_and_says_what_was_done(desk: Desk) -> None:
    desk.take(invoice("FA-2", "500.00", day=dt.date(2026, 2, 20)))  # Not due yet
    desk.tick()
    (demand,) = asked(desk.on(dt.date(2026, 3, 4)), "formal-demand")
    assert [(line["number"], line["days_overdue"]) for line in demand["lines"]] == [("FA-1", "28")]
    assert demand["interest"] == {
        "agreed": False,
        "rate": "6\u00a0%",
        "day_count": "365",
        "amount": "$5.34 MXN",  # 1,160.00 x 6 % x 28 / 365
        "amount_in_words": "(CINCO PESOS 34/100 M.N.)",
        "with_total": "$1,165.34 MXN",
    }
    assert [(each["date"], each["what"], each["invoices"]) for each in demand["history"]][-1] == (
        "02/03/2026",
        "primer recordatorio",
        "FA-1",
    )
    assert demand["answer_by"] == "11 de marzo de 2026"  # Five business days
    assert demand["signer"]["name"] == "Adela Muestra Ejemplo"
    assert demand["draft"] is True


def test_interest_and_contract_as_agreed(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow)).one()
        agreement = AgreementRow(
            customer_id=row.customer_id,
            number="CT-1",
            version=1,
            kind="contract",
            currency="MXN",
            valid_from=dt.date(2026, 1, 1),
            conditions={"interest": {"annual_percent": "24.50", "day_count": 360}},
            support_required=[],
            source="test",
            happened_on=dt.date(2025, 12, 15),
            known_at=desk.workspace.clock.now(),
        )
        session.add(agreement)
        session.flush()
        row.agreement_id = agreement.id
    (debt,) = asked(desk, "acknowledgement-of-debt")
    assert (debt["agreement"], debt["agreement_signed"]) == ("CT-1", "15 de diciembre de 2025")
    assert (debt["interest"]["rate"], debt["interest"]["day_count"], debt["interest"]["agreed"]) == ("24.5\u00a0%", "360", True)
    assert debt["instalments"] == []


def test_a_disputed_invoice_stands_apart_and_what_is_not_applied_says_what_it_is(desk: Desk) -> None:
    desk.take(invoice("FA-2", "500.00"), credit_note("NC-1", "100.00", "FA-1", "FA-2"), opening=OPENING)
    with desk.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-2")).one()
        Bookkeeper(session, desk.workspace.clock.now()).enter(row, EntryKind.DISPUTE_OPENED, desk.today, {"reason": "price"})
    (memo,) = asked(desk, "sales-intervention")
    assert [line["number"] for line in memo["lines"]] == ["FA-1"]
    assert [(line["number"], line["note"]) for line in memo["held"]] == [("FA-2", "en revisión")]
    assert memo["unapplied"] == [{"description": "nota de crédito NC-1", "amount": "$100.00 MXN"}]
    assert (memo["held_total"], memo["unapplied_total"], memo["net_total"]) == ("$500.00 MXN", "$100.00 MXN", "$1,560.00 MXN")
    assert memo["assignee"]["name"] == "Diego Muestra Ejemplo"


def test_a_step_within_the_company_is_no_contact_with_the_customer(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow)).one()
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        keeper.enter(row, EntryKind.RUNG_SENT, desk.today, {"ladder": "collection", "rung": "escalation", "action": 999})
    (demand,) = asked(desk, "formal-demand")
    assert "escalation" not in str(demand["history"])
    assert "escalamiento" not in str(demand["history"])


def test_a_relation_of_nothing_is_not_written(desk: Desk) -> None:
    with pytest.raises(ProblemError) as caught:
        asked(desk, "collections-relation")
    said = "nothing was collected from 2026-03-01 to 2026-03-02; name other days with --since and --until, or import the payments first"
    assert str(caught.value) == said


def test_a_missing_picture_keeps_the_letter_back_and_one_that_is_there_signs_it(make_desk: DeskMaker) -> None:
    named = {'title_en = "Collections Analyst"': 'title_en = "Collections Analyst"\nsignature = "firma.png"\nrubric = "rubrica.png"'}
    desk = make_desk(**named)
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    problems = [str(problem) for problem in desk.tick().problems]
    settings = ("people.collections_analyst.signature: there is no picture", "people.collections_analyst.rubric: there is no picture")
    assert [problem.startswith(settings) for problem in problems] == [True, True]
    base = desk.workspace.base
    (base / "firma.png").write_bytes(sample_pictures().signature)
    (base / "rubrica.png").write_bytes(sample_pictures().rubric)
    desk.workspace.__dict__.pop("pictures", None)
    assert desk.tick().problems == []
    letter = desk.documents(desk.action("first-reminder"))["letter"]
    assert letter.count(b"data:image/png") == 2
