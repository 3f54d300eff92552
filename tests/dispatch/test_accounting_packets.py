"""Packets for Accounting: one a day and currency, with totals that are the ledger's, accepted or returned once, and their credit notes."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import select

from cobranza_rules.booking.accounting_exceptions import accounting_exceptions
from cobranza_rules.booking.accounting_packets import accept, give_back
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.credit_note_answers import answer_request
from cobranza_rules.booking.discounts import Deduction, reverse, take_off
from cobranza_rules.dispatch.packet_sending import renew
from cobranza_rules.domain.discount import DiscountKind, Limits
from cobranza_rules.language import Sentence
from cobranza_rules.money import Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import AccountingPacketRow, DiscountRow, InvoiceRow, PaymentRow
from tests.cfdi_files import credit_note, invoice, receipt, uuid_of
from tests.conftest import DAY
from tests.dispatch.test_approvals_by_mail import answer, mails_of, why_waits
from tests.stories.desk import Desk
from tests.stories.fixtures import DeskMaker
from tests.stories.spoken import spoken

ADDRESS = "contabilidad@kemper.example"
ROBOTICA = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,facturas@robotica.example,pagos@robotica.example,"
TUESDAY = DAY + dt.timedelta(days=1)
LIMITS = Limits({"MXN": 100_000})


@pytest.fixture
def collected(make_desk: DeskMaker) -> Desk:
    """A customer has paid two invoices on Monday, of one of them less than all, with a discount."""
    desk = make_desk(ROBOTICA, accounting=True)
    desk.take(invoice("FA-7", "1160.00", DAY), invoice("FA-8", "500.00", DAY))
    desk.take(receipt("P-1", {"FA-7": "1100.00", "FA-8": "500.00"}, day=DAY))
    with desk.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-7")).one()
        said = Deduction(
            DiscountKind.VOLUME, "rebaja", "analista@kemper.example", Money(6_000, "MXN"), session.scalars(select(PaymentRow)).one()
        )
        take_off(Bookkeeper(session, desk.workspace.clock.now()), row, said, LIMITS, DAY)
    desk.tick()
    return desk


def packets(desk: Desk) -> list[AccountingPacketRow]:
    with desk.workspace.database.reading() as session:
        return list(session.scalars(select(AccountingPacketRow).order_by(AccountingPacketRow.id)))


def discount(desk: Desk) -> DiscountRow:
    with desk.workspace.database.reading() as session:
        return session.scalars(select(DiscountRow)).one()


def mail_of_packet(desk: Desk, number: int = 0) -> EmailMessage:
    return mails_of(desk, "accounting-packet")[number]


def attachments(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}


def lacks(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(one.what) for one in accounting_exceptions(session, ZoneInfo(desk.workspace.settings.timezone))]


def test_what_was_collected_on_a_day_goes_to_accounting_in_one_packet(collected: Desk) -> None:
    assert packets(collected) == []  # It is of Monday, and leaves on the next business day.
    collected.on(TUESDAY).tick()
    (row,) = packets(collected)
    assert (row.day, row.currency, row.revision, row.state) == (DAY, "MXN", 1, "sent")
    assert row.totals == {"payments": 1, "received": 160_000, "applied": 160_000, "unapplied": 0, "discounts": 6_000}
    mail = mail_of_packet(collected)
    assert mail["To"] == ADDRESS
    files = attachments(mail)
    assert [name.rpartition(".")[2] for name in files] == ["pdf", "xlsx", "zip"]
    with zipfile.ZipFile(io.BytesIO(next(content for name, content in files.items() if name.endswith(".zip")))) as archive:
        names = archive.namelist()
    assert [name for name in names if name.startswith("invoices/")] == ["invoices/FA-7.xml", "invoices/FA-8.xml"]
    assert [name.rpartition(".")[2] for name in names if name.startswith("payments/")] == ["xml"]


def test_the_spreadsheet_has_real_numbers_that_add_up(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    content = next(content for name, content in attachments(mail_of_packet(collected)).items() if name.endswith(".xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if isinstance(row[0], dt.datetime)]
    assert [(row[0], row[4], row[6], row[7]) for row in rows] == [
        (dt.datetime.combine(DAY, dt.time()), "FA-7", 1100, None),
        (dt.datetime.combine(DAY, dt.time()), "FA-8", 500, None),
        (dt.datetime.combine(DAY, dt.time()), "FA-7", None, 60),
    ]
    totals = {row[0]: row[7] if row[6] is None else row[6] for row in sheet.iter_rows(min_row=9, values_only=True) if row[0]}
    assert list(totals.values())[-5:] == [1, 1600, 1600, 0, 60]


def test_a_receipt_for_an_invoice_that_is_not_in_the_book_is_told(collected: Desk) -> None:
    before = lacks(collected)
    collected.take(receipt("P-90", {"FA-90": "10.00"}, DAY), receipt("P-91", {"FA-91": "10.00"}, DAY - dt.timedelta(days=5)))
    (told,) = [each for each in lacks(collected) if each not in before]  # Of the other one, from before the program came, nobody asks.
    assert told == (
        f"the payment of 2026-03-02 covers 10.00 MXN of an invoice that is not in the book: {uuid_of('FA-90')}; "
        "import its CFDI, or ask who issued the receipt"
    )
    collected.take(invoice("FA-90", "10.00"))
    assert told not in lacks(collected)


def test_running_again_changes_nothing(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    collected.tick()
    collected.on(TUESDAY + dt.timedelta(days=1)).tick()
    assert len(packets(collected)) == 1
    assert len(mails_of(collected, "accounting-packet")) == 1


def test_a_payment_that_comes_to_be_known_later_has_a_packet_of_its_own(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    collected.take(invoice("FA-9", "300.00", DAY), receipt("P-2", {"FA-9": "300.00"}, day=DAY, operation="77"))
    collected.tick()
    first, second = packets(collected)
    assert (second.day, second.sequence, second.totals["received"]) == (DAY, 2, 30_000)
    assert first.totals["received"] == 160_000


def test_accounting_accepts_by_mail_and_is_asked_for_the_credit_notes_once(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    assert lacks(collected) == ["60.00 MXN off FA-7 has no credit note, and its packet 1 is sent to Accounting"]
    answer(collected, "Acepto\n\nElvira Muestra Ejemplo", mail_of_packet(collected), sender=ADDRESS)
    collected.tick()
    (row,) = packets(collected)
    assert (row.state, row.answered_by) == ("accepted", ADDRESS)
    assert [mail["To"] for mail in mails_of(collected, "credit-note-requests")] == [ADDRESS]
    assert (discount(collected).state, discount(collected).requested_on) == ("requested", TUESDAY)
    assert not any("another currency" in what for what in lacks(collected))
    collected.tick()
    assert len(mails_of(collected, "credit-note-requests")) == 1


def test_the_credit_note_that_comes_closes_its_request(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    answer(collected, "acepto", mail_of_packet(collected), sender=ADDRESS)
    collected.tick()
    collected.take(credit_note("N-1", "60.00", "FA-7", day=TUESDAY))
    assert discount(collected).state == "credited"
    with collected.workspace.database.reading() as session:
        assert session.scalars(select(InvoiceRow.balance).where(InvoiceRow.number == "FA-7")).one() == 0
    for _day in range(12):
        collected.on(collected.workspace.clock.today() + dt.timedelta(days=1)).tick()
    assert len(mails_of(collected, "notice")) == 0 or all("crédito" not in str(mail["Subject"]) for mail in mails_of(collected, "notice"))
    assert not any("another currency" in what for what in lacks(collected))


def test_credit_notes_that_were_asked_for_age_until_they_come(collected: Desk, tmp_path: Path) -> None:
    collected.on(TUESDAY).tick()
    answer(collected, "acepto", mail_of_packet(collected), sender=ADDRESS)
    collected.tick()
    file = tmp_path / "notas.xlsx"
    asked = ("discount", "requests", "--on", "2026-03-09", "--detail")
    code, lines = spoken(collected, *asked, "--xlsx", str(file))
    assert (code, lines[0], lines[4]) == (0, f"{file} escrito", "MXN     3-5             60.00                 1")
    assert lines[-1].split() == ["FA-7", "C-001", "UNIVERSIDAD", "ROBOTICA", "ESPAÑOLA", "2026-03-03", "4", "60.00", "MXN", "volumen"]
    waiting = {"number": "FA-7", "customer": "C-001", "since": "2026-03-03", "workdays": 4, "bucket": "3-5", "amount": "60.00"}
    assert json.loads("\n".join(spoken(collected, *asked, "--json")[1])) == {
        "on": "2026-03-09",
        "waiting": [{**waiting, "currency": "MXN", "kind": "volume", "answer": None}],
        "totals": [{"currency": "MXN", "bucket": "3-5", "amount": "60.00", "count": 1}],
    }
    rows = list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))
    assert rows[1:] == [("Moneda", "Días hábiles", "Importe", "Notas de crédito"), ("MXN", "3-5", 60, 1)]
    collected.take(credit_note("N-1", "60.00", "FA-7", day=TUESDAY))
    assert spoken(collected, *asked) == (0, ["No se espera ninguna nota de crédito."])


def test_a_credit_note_that_does_not_come_is_chased_until_accounting_says_something(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    answer(collected, "acepto", mail_of_packet(collected), sender=ADDRESS)
    collected.tick()

    def chased() -> list[str]:
        return [str(mail["Subject"]) for mail in mails_of(collected, "notice") if "crédito" in str(mail["Subject"])]

    collected.on(TUESDAY + dt.timedelta(days=6)).tick()
    assert chased() == []
    collected.on(TUESDAY + dt.timedelta(days=7)).tick()
    assert chased() == ["Contabilidad: 1 nota de crédito por emitir"]
    with collected.workspace.database.writing() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.number == "FA-7")).one()
        answer_request(Bookkeeper(session, collected.workspace.clock.now()), row, who=ADDRESS, comment="no procede", today=TUESDAY)
    collected.on(TUESDAY + dt.timedelta(days=14)).tick()
    assert len(chased()) == 1
    assert lacks(collected) == ["Accounting says of the credit note for 60.00 MXN on FA-7: no procede"]


def test_a_returned_packet_is_corrected_and_sent_anew_with_what_has_changed(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    answer(collected, "Devuelvo: el descuento no procede", mail_of_packet(collected), sender=ADDRESS)
    collected.tick()
    (row,) = packets(collected)
    assert (row.state, row.reason) == ("returned", "el descuento no procede")
    assert any(str(mail["Subject"]) == "Cobranza: 1 paquete devuelto" for mail in mails_of(collected, "notice"))
    with collected.workspace.database.writing() as session:
        reverse(
            Bookkeeper(session, collected.workspace.clock.now()), 1, because="withdrawn", who=ADDRESS, comment="no procede", today=TUESDAY
        )
    renew(collected.workspace, row.id)
    collected.tick()
    old, new = packets(collected)
    assert (old.state, new.state, new.revision, new.totals["discounts"]) == ("replaced", "sent", 2, 0)
    assert [str(Sentence.from_json(change)) for change in new.changes] == ["gone: discount of 60.00 MXN on FA-7 (volume)"]
    assert "versión 2" in str(mail_of_packet(collected, 1)["Subject"])
    answer(collected, "acepto", mail_of_packet(collected), sender=ADDRESS)  # The mail of the revision that was replaced
    collected.tick()
    assert [one.state for one in packets(collected)] == ["replaced", "sent"]
    assert why_waits(collected) == ["packet 1 waits for no answer: it is replaced by its next revision"]


@pytest.mark.parametrize(
    ("text", "sender", "authenticated", "doubt"),
    [
        ("acepto", "otro@kemper.example", True, "it comes from otro@kemper.example, and contabilidad@kemper.example was asked"),
        ("acepto", ADDRESS, False, "our mail server does not vouch for its sender"),
        ("gracias", ADDRESS, True, "it says neither that the packet is accepted nor that it is returned"),
        ("acepto, pero falta la ficha del banco", ADDRESS, True, "it says neither that the packet is accepted nor that it is returned"),
        ("acepto\nsalvo la primera", ADDRESS, True, "it accepts the packet and says more: salvo la primera"),
        ("devuelvo: motivo", ADDRESS, True, "it returns the packet without a reason"),
    ],
)
def test_an_answer_in_doubt_decides_nothing_and_waits_for_a_person(
    collected: Desk, text: str, sender: str, authenticated: bool, doubt: str
) -> None:
    collected.on(TUESDAY).tick()
    answer(collected, text, mail_of_packet(collected), sender=sender, authenticated=authenticated)
    collected.tick()
    assert packets(collected)[0].state == "sent"
    assert why_waits(collected) == [doubt]


def said_wrong(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        call()
    return [f"{problem.what}; {problem.hint}" for problem in caught.value.problems]


def test_a_packet_is_answered_once_and_returned_with_a_reason(collected: Desk) -> None:
    collected.on(TUESDAY).tick()
    with collected.workspace.database.writing() as session:
        keeper = Bookkeeper(session, collected.workspace.clock.now())
        assert said_wrong(lambda: give_back(keeper, 1, who=ADDRESS, reason=" ", today=TUESDAY)) == [
            "a packet is returned with its reason; say what is wrong with it"
        ]
        accept(keeper, 1, who=ADDRESS, today=TUESDAY)
        assert said_wrong(lambda: accept(keeper, 1, who=ADDRESS, today=TUESDAY)) == [
            "packet 1 waits for no answer: it is accepted by Accounting; 'cobranza accounting list' shows those that do"
        ]
    assert said_wrong(lambda: renew(collected.workspace, 1)) == [
        "packet 1 is not written anew: it is accepted by Accounting; 'cobranza accounting list' shows those that may be"
    ]


def test_what_was_paid_before_the_program_came_is_in_no_packet(collected: Desk) -> None:
    before = DAY - dt.timedelta(days=3)
    collected.take(invoice("FA-9", "300.00", before), receipt("P-0", {"FA-9": "300.00"}, day=before))
    collected.on(TUESDAY).tick()
    assert [part["invoice"] for packet in packets(collected) for line in packet.lines for part in line.get("parts", ())] == ["FA-7", "FA-8"]


def test_an_invoice_in_dollars_that_was_paid_in_pesos_goes_with_its_rate(collected: Desk) -> None:
    collected.take(invoice("FU-1", "100.00", DAY, "USD"))
    collected.take(receipt("P-2", {"FU-1": "100.00"}, day=DAY, currency="USD", pesos_for_one="17.2550"))
    collected.on(TUESDAY).tick()
    (packet,) = packets(collected)
    assert (packet.currency, packet.totals["received"], packet.totals["unapplied"]) == ("MXN", 160_000 + 172_550, 0)
    (sheet,) = (content for name, content in attachments(mail_of_packet(collected)).items() if name.endswith(".xlsx"))
    active = openpyxl.load_workbook(io.BytesIO(sheet)).active
    assert active is not None
    (row,) = (row for row in active.iter_rows(values_only=True) if "FU-1" in row)
    assert row[6:9] == (1725.5, None, "100.00 USD a un tipo de cambio de 17.2550; pérdida cambiaria de 124.50 MXN")
    assert not any("another currency" in what for what in lacks(collected))
