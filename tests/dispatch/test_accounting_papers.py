"""The papers for Accounting and the acknowledgement of debt, with what the book knows."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import click
import pytest
from docx import Document

from cobranza_rules.booking.agreements import book_agreement
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.dispatch.instalment_plan import named_payments
from cobranza_rules.domain.agreement import AgreementKind, AgreementRecord, PromptPayment
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.letters.marked_xml import W
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import ApplicationRow, InvoiceRow, PaymentRow
from tests.cfdi_files import credit_note, invoice, receipt, uuid_of
from tests.stories.desk import Desk
from tests.stories.spoken import spoken

from .test_on_demand import ANALYST

OTHER = ("XAXX010101000", "OTRA EMPRESA")
FEBRUARY = ("--since", "2026-02-01", "--until", "2026-02-28")


def files_of(desk: Desk, *words: str) -> dict[str, str]:
    folder = desk.workspace.base / "contabilidad"
    code, said = spoken(desk, "letter", *words, "--format", "docx", "-o", str(folder))
    assert code == 0, said
    return {file.name: every_word(file.read_bytes()) for file in folder.iterdir()}


def every_word(content: bytes) -> str:
    """Of tables within tables too; each paragraph apart."""
    paragraphs = Document(io.BytesIO(content)).element.body.iter(f"{W}p")
    return " ".join(" ".join("".join(text.text or "" for text in paragraph.iter(f"{W}t")) for paragraph in paragraphs).split())


def said_of(desk: Desk, *words: str) -> list[str]:
    code, said = spoken(desk, "letter", *words)
    assert code == 1, said
    return said


def agreed(desk: Desk, percent: str, days: int) -> None:
    with desk.workspace.database.writing() as session:
        first = dt.date(2026, 1, 1)
        prompt = PromptPayment(Decimal(percent), days)
        record = AgreementRecord("C-001", "CT-1", AgreementKind.CONTRACT, "MXN", first, signed_on=first, prompt_payment=prompt)
        book_agreement(Bookkeeper(session, desk.workspace.clock.now()), record, desk.today, ANALYST)


@pytest.fixture
def paid(desk: Desk) -> Desk:
    """FA-1 was paid in time but for 2 %, FA-2 is reduced by a credit note and paid in part; somebody else has paid too."""
    agreed(desk, "2", 40)
    desk.take(invoice("FA-2", "580.00"), invoice("FB-1", "300.00", receiver=OTHER))
    desk.take(receipt("P-1", {"FA-1": "1136.80"}, dt.date(2026, 2, 10), operation="A1"))
    desk.take(receipt("P-2", {"FA-2": "200.00"}, dt.date(2026, 2, 12), operation="B2"))
    desk.take(receipt("P-3", {"FB-1": "300.00"}, dt.date(2026, 2, 12), operation="C3", receiver=OTHER))
    desk.take(credit_note("NC-7", "80.00", "FA-2", day=dt.date(2026, 2, 20)))
    return desk


def test_collections_of_a_customer_with_what_was_taken_off(paid: Desk) -> None:
    [(name, said)] = files_of(paid, "collections-relation", "C-001", *FEBRUARY).items()
    assert name == "relación-de-cobranza-C-001-MXN.docx"
    assert "del 1 de febrero de 2026 al 28 de febrero de 2026" in said
    assert "10/02/2026 A1 FA-1 $1,136.80 MXN $23.20 MXN Pronto pago, 2 % a 40 días (CT-1) por solicitar $0.00 MXN" in said
    assert "12/02/2026 B2 FA-2 $200.00 MXN $80.00 MXN" in said
    assert "NC-7 $300.00 MXN" in said
    assert "Pagos recibidos (2) $1,336.80 MXN Aplicado a 2 facturas $1,336.80 MXN Por aplicar $0.00 MXN Descuentos $103.20 MXN" in said
    assert "Descuentos sin nota de crédito $23.20 MXN" in said
    assert "aplicado y descuentos) $1,440.00 MXN" in said
    assert "OTRA EMPRESA" not in said
    with paid.workspace.database.reading() as session:
        assert "relación-de-cobranza-C-001-MXN.docx" in str(list(timeline(session, 1))[-1].sentence)


def test_without_a_customer_it_is_about_all_of_them(paid: Desk) -> None:
    [said] = files_of(paid, "collections-relation", *FEBRUARY).values()
    assert "OTRA EMPRESA" in said
    assert "Pagos recibidos (3) $1,636.80 MXN" in said


def test_a_credit_note_belongs_to_the_day_of_the_payment_that_it_explains_or_to_its_own(paid: Desk) -> None:
    """Nothing is told twice: the days of a month add up to the month."""
    assert said_of(paid, "collections-relation", "C-001", "--since", "2026-02-20", "--until", "2026-02-28") == [
        "nothing was collected from 2026-02-20 to 2026-02-28; name other days with --since and --until, or import the payments first"
    ]
    paid.take(invoice("FA-3", "900.00"), credit_note("NC-8", "50.00", "FA-3", day=dt.date(2026, 2, 25)))
    [said] = files_of(paid, "collections-relation", "C-001", "--since", "2026-02-25", "--until", "2026-02-25").values()
    assert "Día o periodo 25 de febrero de 2026" in said
    assert "25/02/2026 FA-3 $0.00 MXN $50.00 MXN" in said
    assert "Pagos recibidos (0) $0.00 MXN Aplicado a 0 facturas $0.00 MXN" in said


def test_a_payment_over_two_currencies_at_no_known_rate_is_told_and_not_added_up(paid: Desk) -> None:
    paid.take(invoice("FD-1", "100.00", currency="USD"))
    with paid.workspace.database.writing() as session:
        payment = session.query(PaymentRow).filter(PaymentRow.operation == "A1").one()
        row = session.query(InvoiceRow).filter(InvoiceRow.number == "FD-1").one()
        session.add(
            ApplicationRow(payment_id=payment.id, invoice_uuid=row.uuid, invoice_id=row.id, currency="USD", minor=10000, applied=True)
        )
    assert said_of(paid, "collections-relation", "C-001", *FEBRUARY) == [
        (
            "the payment of 1,136.80 MXN of 2026-02-10 covers an invoice in another currency, and its rate is not known; "
            "choose days or a customer without it; Accounting needs its exchange difference on a paper of its own"
        )
    ]


def test_credit_notes_are_asked_for_the_agreed_discount_alone(paid: Desk) -> None:
    [(name, said)] = files_of(paid, "credit-note-request", "C-001").items()
    assert name == "solicitud-de-notas-de-crédito-C-001-MXN.docx"
    assert f"FA-1 del 05/01/2026 {uuid_of('FA-1')} Pronto pago, 2 % a 40 días (CT-1) 01 $1,160.00 MXN $23.20 MXN" in said
    assert "FA-2" not in said
    assert "Total de 1 nota de crédito" in said
    paid.take(credit_note("NC-9", "23.20", "FA-1", day=dt.date(2026, 3, 2)))
    assert said_of(paid, "credit-note-request", "C-001") == [
        (
            "no agreed discount was taken that has no credit note; "
            "the discount for prompt payment stands in the agreement: 'cobranza agreement list' shows them"
        )
    ]


def test_what_is_disputed_is_no_discount(paid: Desk) -> None:
    paid.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    assert said_of(paid, "credit-note-request", "C-001")[0].startswith("no agreed discount was taken")


def test_options_that_say_nothing_for_a_letter_are_refused_at_once(desk: Desk) -> None:
    words = ("first-reminder", "C-001", "--since", "2026-02-01", "--instalment", "2026-04-01=5")
    assert said_of(desk, *words) == [
        "the letter 'first-reminder' is not about the days of payments; leave --since and --until out",
        "the letter 'first-reminder' says nothing of instalments; leave --instalment out",
    ]
    assert said_of(desk, "first-reminder") == ["the letter 'first-reminder' goes to a customer; name the customer after it"]
    assert said_of(desk, "collections-relation", "C-001", "--invoices", "FA-1") == [
        "the letter 'collections-relation' is not about single invoices; leave --invoices out"
    ]
    assert said_of(desk, "collections-relation", "--since", "2026-03-02", "--until", "2026-02-01") == [
        "2026-03-02 comes after 2026-02-01; name the first day with --since and the last one with --until"
    ]


def test_an_acknowledgement_of_debt_takes_its_instalments_from_promises(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00"))
    [said] = files_of(desk, "acknowledgement-of-debt", "C-001").values()
    assert "31 de marzo" not in said
    desk.enter("FA-1", EntryKind.PROMISED, pay_on="2026-03-31", minor=0)
    [said] = files_of(desk, "acknowledgement-of-debt", "C-001").values()
    assert "$1,740.00 MXN" in said, "what was promised is owed all the same"
    assert "31 de marzo" not in said, "a plan for a part of it is none"
    desk.enter("FA-2", EntryKind.PROMISED, pay_on="2026-04-30", minor=0)
    [said] = files_of(desk, "acknowledgement-of-debt", "C-001").values()
    assert "1 31 de marzo de 2026 $1,160.00 MXN $580.00 MXN 2 30 de abril de 2026 $580.00 MXN $0.00 MXN" in said


def test_or_from_whoever_asks_for_it(desk: Desk) -> None:
    words = ("acknowledgement-of-debt", "C-001", "--instalment", "2026-04-30=rest", "--instalment", "2026-03-31=1,000.00")
    [said] = files_of(desk, *words).values()
    assert "1 31 de marzo de 2026 $1,000.00 MXN $160.00 MXN 2 30 de abril de 2026 $160.00 MXN $0.00 MXN" in said
    with pytest.raises(click.BadParameter, match="por ejemplo 2026-03-06"):
        spoken(desk, "letter", "acknowledgement-of-debt", "C-001", "--instalment", "mañana=5")


@pytest.mark.parametrize(
    ("amounts", "problem"),
    [
        (("900.00", "100.00"), "the instalments come to 1,000.00 MXN, and the letter claims 1,160.00 MXN; "),
        (("1160.00", "rest"), "the instalments come to 1,160.00 MXN, and the letter claims 1,160.00 MXN; "),
        (("rest", "resto"), "the instalments come to 0.00 MXN, and the letter claims 1,160.00 MXN; "),
        (("mucho", "-5"), "'mucho' is no amount; write it as 1200.00\n'-5' is no amount; "),
    ],
)
def test_instalments_that_do_not_add_up_are_refused(amounts: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ProblemError) as caught:
        named_payments([(dt.date(2026, 4, 1), text) for text in amounts], Money(116_000, "MXN"))
    assert str(caught.value).startswith(problem)
