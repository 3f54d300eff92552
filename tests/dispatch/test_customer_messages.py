"""Messages of rules about customers as a whole and about payments: what they say, what holds them, and what becomes of them on the wire."""

from __future__ import annotations

import datetime as dt
import io
from email.message import EmailMessage

import openpyxl
import pytest
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.overriding import Decision, set_override
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.dispatch.settling import settle_uncertain
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.rule_files import check_files
from cobranza_rules.rules.overrides import OverrideKind
from cobranza_rules.store.tables import ContactRow, InternalMessageRow, ReceivedRow
from tests.cfdi_files import invoice, receipt, uuid_of
from tests.conftest import DAY, publish_anew
from tests.dispatch.faulty_sink import FaultySink
from tests.stories.desk import FALLBACK, PAYER, Desk, text_of
from tests.stories.fixtures import OPENING, DeskMaker

STATEMENT = """
  - id: monthly-statement
    for: customer
    when: open_invoices > 0 and customer_ready
    every: 20 workdays
    do:
      - letter: account-statement
        sign: administration_manager
        rubric: collections_analyst
      - email: account-statement
        to: collections_contact
        cc: [supervisor]
        attach: [letter, statement]
"""
WARNING = """
  - id: overdue-warning
    for: customer
    when: overdue_invoices >= 1 and customer_ready
    every: 3 workdays
    times: 2
    do:
      - email: overdue-warning
        to: collections_contact
        attach: [statement]
    after_last:
      - task: call-customer
        assign: collections_analyst
"""
THANKS = """
  - id: payment-received
    for: payment
    when: applied_amount > 0 and workdays_since_payment <= 5 and customer_ready
    do:
      - email: payment-received
        to: collections_contact
        attach: [cfdi]
"""
TUESDAY, WEDNESDAY, THURSDAY = (DAY + dt.timedelta(days=ahead) for ahead in (1, 2, 3))


def with_rules(desk: Desk, rule: str) -> Desk:
    """Only this rule beside the shipped holds: nothing else writes to anybody."""
    rules = desk.workspace.base / "rules" / "collections.yaml"
    shipped = rules.read_text(encoding="utf-8")
    rules.write_text(shipped[: shipped.index("\nrules:\n")] + f"\nrules:{rule}", encoding="utf-8")
    publish_anew(desk.workspace)
    return desk


@pytest.fixture
def both(make_desk: DeskMaker) -> Desk:
    """A customer who owes in two currencies."""
    made = make_desk()
    made.take(invoice("FA-1", "1160.00"), invoice("FA-2", "500.00", currency="USD"), opening=OPENING)
    return made


def said(desk: Desk) -> list[str]:
    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id) if event.kind.startswith("action_")]


def attached(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}


def signed(desk: Desk) -> Desk:
    for role in ("administration_manager", "collections_analyst"):
        desk.approve(role)
    desk.tick()
    return desk


def states(desk: Desk, rule: str) -> list[str]:
    return [action.state for action in desk.actions(rule)]


def test_a_statement_shows_each_currency_apart(both: Desk) -> None:
    with_rules(both, STATEMENT).tick()
    assert states(both, "monthly-statement") == ["awaiting_signature"]
    (mail,) = signed(both).mails()
    assert (mail["To"], mail["Cc"]) == (PAYER, "supervision@kemper.example")
    text = text_of(mail)
    assert "Cuenta en MXN: vencido $1,160.00 MXN" in text
    assert "Cuenta en USD: vencido $500.00 USD" in text
    assert "con cada moneda por separado. Facturas abiertas: 2; vencidas: 2." in " ".join(text.split())
    names = attached(mail)
    assert list(names) == [
        "estado-de-cuenta-C-001-COB-2026-00001.pdf",
        "estado-de-cuenta-C-001-MXN.xlsx",
        "estado-de-cuenta-C-001-USD.xlsx",
    ]
    letter = names["estado-de-cuenta-C-001-COB-2026-00001.pdf"].decode(errors="replace")
    assert "$1,160.00 MXN" in letter
    assert "$500.00 USD" in letter
    assert "BORRADOR" not in letter
    for currency, number in (("MXN", "FA-1"), ("USD", "FA-2")):
        cells = cells_of(names[f"estado-de-cuenta-C-001-{currency}.xlsx"])
        assert number in cells
        assert {"FA-1", "FA-2"} & cells == {number}
    both.assert_whole()


def cells_of(workbook: bytes) -> set[object]:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    return {cell.value for row in sheet.iter_rows() for cell in row}


def test_the_case_file_tells_it_whole(both: Desk) -> None:
    with_rules(both, STATEMENT).tick()
    signed(both)
    assert [line.partition(":")[0] for line in said(both)] == [
        "monthly-statement planned for C-001",
        "monthly-statement for C-001",
        "monthly-statement for C-001",
        "monthly-statement for C-001",
        "monthly-statement for C-001 is done",
    ]


def test_it_comes_again_after_its_days_and_not_before(desk: Desk) -> None:
    with_rules(desk, WARNING).tick()
    for ahead in range(1, 12):
        desk.run(DAY + dt.timedelta(days=ahead))
    assert [(action.finished_on, action.plan["closing"]) for action in desk.actions("overdue-warning")] == [
        (DAY, False),
        (THURSDAY, False),
        (DAY + dt.timedelta(days=8), True),
    ]
    assert [mail["References"] for mail in desk.mails()] == [None, desk.mails()[0]["Message-ID"]]
    assert desk.task("call-customer").invoices == []


def test_what_holds_the_customer_holds_it_and_what_holds_an_invoice_does_not(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    with_rules(desk, WARNING).write("Buenos días, ¿me pueden llamar?")
    desk.tick()
    assert desk.mails() == []
    assert [(held.subject, held.number, held.hold_id) for held in desk.plan().held] == [("customer", "C-001", "reply-waiting")]
    (holding,) = gather_digest(desk.workspace, week=False).out_of_order.holds
    assert (holding.hold_id, holding.invoices, holding.customers, holding.amounts) == ("reply-waiting", 0, 1, {})
    settle_inbox(desk)
    desk.tick()
    (mail,) = desk.mails()
    assert "en revisión" in text_of(mail)


def settle_inbox(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        for row in session.scalars(select(ReceivedRow)):
            row.state = "settled"


def test_a_hold_that_comes_while_it_waits_lets_it_wait_on(both: Desk) -> None:
    with_rules(both, STATEMENT).tick()
    both.write("¿Me pueden llamar?")
    signed(both)
    assert states(both, "monthly-statement") == ["awaiting_signature"]
    settle_inbox(both)
    both.tick()
    assert states(both, "monthly-statement") == ["sent"]


def test_what_has_changed_since_it_was_signed_is_asked_for_anew(both: Desk) -> None:
    """A payment takes one invoice away: the statement says something else, and is signed again."""
    with_rules(both, STATEMENT).tick()
    both.approve("administration_manager")
    both.take(receipt("P-1", {"FA-1": "1160.00"}, DAY))
    both.approve("collections_analyst")
    both.tick()
    action = both.action("monthly-statement")
    assert (action.state, action.revision) == ("awaiting_signature", 2)
    (mail,) = signed(both).mails()
    assert "FA-1" not in text_of(mail)
    assert list(attached(mail))[1:] == ["estado-de-cuenta-C-001-USD.xlsx"]


def test_what_is_owed_no_more_is_not_written_of(desk: Desk) -> None:
    with_rules(desk, STATEMENT).tick()
    desk.take(receipt("P-1", {"FA-1": "1160.00"}, DAY))
    signed(desk)
    assert (states(desk, "monthly-statement"), desk.mails()) == (["cancelled"], [])
    assert desk.why(desk.action("monthly-statement")) == "no longer planned: does not apply: open_invoices > 0 (open_invoices: 0)"


def test_mail_that_comes_back_is_undone_and_goes_to_the_fallback(desk: Desk) -> None:
    with_rules(desk, WARNING).tick()
    desk.bounce(desk.last_id(), PAYER)
    desk.run(TUESDAY)
    assert [mail["To"] for mail in desk.mails()] == [PAYER, FALLBACK]
    assert [(claim.occurrence, claim.undone) for claim in desk.claims(live=True)] == [(1, True), (2, False)]
    assert desk.invoice("FA-1").rung == ""
    desk.assert_whole()


def test_what_is_uncertain_is_never_repeated_by_the_program(desk: Desk) -> None:
    faulty(with_rules(desk, WARNING), "uncertain, lost")
    desk.tick()
    for ahead in range(1, 9):
        desk.run(DAY + dt.timedelta(days=ahead))
    assert states(desk, "overdue-warning") == ["uncertain"]
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        settle_uncertain(keeper, desk.workspace, desk.outgoing("uncertain")[0].id, left=False, who="analista@kemper.example")
    desk.tick()
    assert states(desk, "overdue-warning") == ["failed", "sent"]
    assert len(desk.mails()) == 1


def faulty(desk: Desk, *faults: str) -> None:
    folder = desk.workspace.base / desk.workspace.settings.mail.out.path
    desk.workspace.sink = FaultySink(MaildirSink(folder), lambda _message: None, list(faults))


def test_what_is_refused_as_a_message_becomes_a_task_about_no_invoice(desk: Desk) -> None:
    faulty(with_rules(desk, WARNING), "refused message")
    desk.tick()
    desk.run(TUESDAY)
    assert states(desk, "overdue-warning") == ["failed"]
    assert desk.task("message-refused").invoices == []


def test_a_rejection_keeps_it_back_until_its_task_is_done(desk: Desk) -> None:
    with_rules(desk, STATEMENT).tick()
    desk.reject("administration_manager", "no este mes")
    desk.tick()
    desk.run(TUESDAY)
    assert states(desk, "monthly-statement") == ["cancelled"]
    task = desk.task("resolve-rejection")
    assert task.invoices == []
    desk.done(task.id)
    desk.run(WEDNESDAY)
    assert states(desk, "monthly-statement") == ["cancelled", "awaiting_signature"]


def test_who_has_to_sign_a_statement_is_reminded_of_it_without_an_amount(both: Desk) -> None:
    remind = (
        "\n  - {id: remind, for: approval, when: workdays_waiting >= 2 and total is unknown, do: [{notice: signature-waiting, to: asked}]}"
    )
    with_rules(both, STATEMENT + remind).tick()
    both.run(WEDNESDAY)
    with both.workspace.database.reading() as session:
        (row,) = session.scalars(select(InternalMessageRow).where(InternalMessageRow.kind == "notice"))
        raw = both.workspace.archive.get(row.raw).decode()
    assert row.recipient == "administracion@kemper.example"
    assert "monthly-statement" in raw
    assert "MXN" not in raw


def test_in_supervised_mode_an_analyst_releases_it(supervised: Desk) -> None:
    with_rules(supervised, WARNING).tick()
    assert [(approval.gate, approval.role) for approval in supervised.approvals()] == [("release", "collections_analyst")]
    supervised.approve("collections_analyst")
    supervised.tick()
    assert states(supervised, "overdue-warning") == ["sent"]


def test_who_cannot_be_reached_waits_in_the_queue_of_addresses(desk: Desk) -> None:
    with desk.workspace.database.writing() as session:
        for contact in session.scalars(select(ContactRow)):
            contact.active = False
    with_rules(desk, WARNING).tick()
    assert (states(desk, "overdue-warning"), desk.task("find-address").invoices) == ([], [])
    waiting = {one.queue: one.customers for one in gather_digest(desk.workspace, week=False).waiting}
    assert waiting["addresses"] == ("C-001",)


@pytest.mark.parametrize(("kind", "blocks", "by"), [("hold", ["contact"], "override"), ("exclude", [], "exclude")])
def test_what_a_person_decided_for_the_customer_keeps_it_back(desk: Desk, kind: str, blocks: list[str], by: str) -> None:
    decide(desk, kind, blocks)
    with_rules(desk, WARNING).tick()
    assert desk.mails() == []
    assert ("customer", "C-001", by) in [(held.subject, held.number, held.hold_id) for held in desk.plan().held]


def decide(desk: Desk, kind: str, blocks: list[str]) -> None:
    with desk.workspace.database.writing() as session:
        keeper = Bookkeeper(session, desk.workspace.clock.now())
        decision = Decision("C-001", OverrideKind(kind), blocks, "supervisor", "en pláticas")
        set_override(keeper, decision, desk.workspace.company, desk.workspace.rules, desk.today)


def test_a_customer_that_is_left_alone_while_it_waits_gets_nothing(both: Desk) -> None:
    with_rules(both, STATEMENT).tick()
    decide(both, "exclude", [])
    signed(both)
    assert (states(both, "monthly-statement"), both.mails()) == (["cancelled"], [])


def test_a_payment_is_thanked_for_once_with_its_receipt(desk: Desk) -> None:
    with_rules(desk, THANKS).tick()
    assert desk.actions() == []
    desk.take(receipt("P-1", {"FA-1": "1000.00"}, DAY, operation="000123"))
    desk.tick()
    desk.run(TUESDAY)
    (mail,) = desk.mails()
    assert (mail["To"], mail["Subject"]) == (PAYER, "ESCUELA KEMPER URGATE: recibimos su pago de $1,000.00 MXN")
    text = " ".join(text_of(mail).split())
    assert "del 2 de marzo de 2026 (operación 000123)" in text
    assert "$160.00 MXN" in text
    assert attached(mail) == {f"{uuid_of('P-1')}.xml": receipt("P-1", {"FA-1": "1000.00"}, DAY, operation="000123")}
    assert said(desk)[0] == "payment-received planned for payment 000123"
    desk.on(DAY)
    (left,) = gather_digest(desk.workspace, week=False).today.left
    assert (left.rule_id, left.count, left.invoices, left.amounts) == ("payment-received", 1, 0, {"MXN": 100000})


def test_a_payment_is_confirmed_by_a_letter_where_a_rule_writes_one(desk: Desk) -> None:
    letter = "do:\n      - letter: payment-confirmation\n        rubric: collections_analyst\n"
    with_rules(desk, THANKS.replace("do:\n", letter, 1).replace("[cfdi]", "[letter, cfdi]"))
    desk.take(receipt("P-1", {"FA-1": "1000.00"}, DAY, operation="000123"))
    desk.tick()
    (mail,) = desk.mails()
    name = next(name for name in attached(mail) if name.endswith(".pdf"))
    assert name.startswith("confirmación-de-pago-C-001")
    text = attached(mail)[name].decode(errors="replace")
    for said_of_it in ("$1,000.00 MXN", "(MIL PESOS 00/100 M.N.)", "000123", "FA-1", "Abono parcial", "$160.00 MXN"):
        assert said_of_it in text


def test_a_payment_whose_receipt_was_replaced_is_not_thanked_for(supervised: Desk) -> None:
    with_rules(supervised, THANKS)
    supervised.take(receipt("P-1", {"FA-1": "1000.00"}, DAY))
    supervised.tick()
    supervised.take(receipt("P-2", {"FA-1": "900.00"}, DAY, replaces=("P-1",)))
    supervised.approve("collections_analyst")
    supervised.tick()
    assert states(supervised, "payment-received") == ["cancelled", "awaiting_signature"]


def test_an_answer_names_no_invoice_by_chance(both: Desk) -> None:
    """The customer's number is also that of an invoice: a promise in answer to the statement must not be taken for one of that invoice."""
    assert both.customers()[0].id == both.invoice("FA-1").id
    with_rules(both, WARNING).tick()
    both.write("Pagaremos el 10 de marzo.", answers=both.last_id())
    both.run(TUESDAY)
    assert [(row.kind, row.state) for row in both.received()] == [("promise", "open")]
    assert both.invoice("FA-1").promised_on is None


def test_a_foreign_customer_is_written_to_in_english(make_desk: DeskMaker) -> None:
    desk = make_desk("C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,en,30,correo,facturas@xenon.example,pagos@xenon.example,")
    desk.take(invoice("FA-8", "2320.00", receiver=("XIA190128J61", "XENON INDUSTRIAL ARTICLES")), opening=OPENING)
    with_rules(desk, STATEMENT).tick()
    (mail,) = signed(desk).mails()
    assert mail["Subject"] == "ESCUELA KEMPER URGATE: statement of account as of March 2, 2026"
    assert list(attached(mail))[1:] == ["statement-of-account-C-002-MXN.xlsx"]


def test_a_template_that_names_what_the_rule_does_not_know_is_told_with_its_file(desk: Desk) -> None:
    with_rules(desk, WARNING)
    file = desk.workspace.base / "templates" / "mail" / "overdue-warning.es.html"
    file.write_text(file.read_text(encoding="utf-8").replace("{{ overdue_invoices }}", "{{ total }}", 1), encoding="utf-8")
    report = desk.tick()
    assert [str(problem) for problem in report.problems] == [
        "mail/overdue-warning.es.html names total, of which 'for: customer' knows nothing; docs/letters.md lists the fields"
    ]
    assert (states(desk, "overdue-warning"), desk.mails()) == (["planned"], [])
    told = check_files([("r.yaml", f"version: 1\nrules:{WARNING}".encode())], desk.workspace).errors
    assert [str(problem).split(",")[0] for problem in told] == ["r.yaml:9:9: mail/overdue-warning.es.html names total"]
