"""Signatures by mail: who is asked for what, which answers decide, and that each decides once and for what was shown alone."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from cobranza_rules.store.tables import CaseEventRow, InternalMessageRow
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY
from tests.stories.desk import Desk, PlainPdf, text_of
from tests.stories.fixtures import DeskMaker

SIGNER, ANALYST, SUPERVISOR = "administration_manager", "collections_analyst", "supervisor"
ADDRESS = "administracion@kemper.example"
TUESDAY = DAY + dt.timedelta(days=1)


XENON = ("XIA190128J61", "XENON INDUSTRIAL ARTICLES")


class Drawn(PlainPdf):
    """An engine whose letters are as large as a test wants them."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def render(self, html: str) -> bytes:
        del html
        return self.content


def mails_of(desk: Desk, kind: str = "approval") -> list[EmailMessage]:
    """Internal messages of a kind, oldest first, as they were written."""
    with desk.workspace.database.reading() as session:
        query = select(InternalMessageRow.raw).where(InternalMessageRow.kind == kind).order_by(InternalMessageRow.id)
        raws = [desk.workspace.archive.get(digest) for digest in session.scalars(query)]
    found = [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def states_of(desk: Desk, kind: str = "approval") -> list[str]:
    with desk.workspace.database.reading() as session:
        return list(
            session.scalars(select(InternalMessageRow.state).where(InternalMessageRow.kind == kind).order_by(InternalMessageRow.id))
        )


def answer(
    desk: Desk,
    text: str,
    to: EmailMessage,
    *,
    sender: str = ADDRESS,
    authenticated: bool = True,
    threaded: bool = True,
    subject: str | None = None,
    headers: tuple[str, ...] = (),
    to_address: str = "cobranza@kemper.example",
) -> bytes:
    """An answer to one of our mails, delivered; its bytes."""
    desk.counter += 1
    domain = sender.rpartition("@")[2]
    mail_id = str(to["Message-ID"])
    lines = [
        f"Authentication-Results: mx.kemper.example; dmarc={'pass' if authenticated else 'fail'} header.from={domain}",
        f"From: {sender}",
        f"To: {to_address}",
        f"Subject: {subject if subject is not None else 'RE: ' + str(to['Subject'])}",
        f"Message-ID: <a{desk.counter}@{domain}>",
        *([f"In-Reply-To: {mail_id}", f"References: {to['References'] or ''} {mail_id}".replace(":  ", ": ")] if threaded else []),
        *headers,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    raw = ("\n".join(lines) + f"\n\n{text}\n").encode()
    desk.deliver(raw)
    return raw


def decided(desk: Desk) -> list[tuple[int, str, str, str]]:
    return [(one.id, one.state, one.decided_by, one.comment) for one in desk.approvals() if one.state in ("approved", "rejected")]


def why_waits(desk: Desk) -> list[str]:
    from cobranza_rules.language import Sentence

    waiting = [row for row in desk.received() if row.state == "open"]
    return [", ".join(str(Sentence.from_json(doubt)) for doubt in row.doubts) for row in waiting]


@pytest.fixture
def asked(make_desk: DeskMaker) -> Desk:
    """Two transmittals wait for the manager, of two customers, and she was asked by mail."""
    xenon = "C-002,XENON INDUSTRIAL ARTICLES,XIA190128J61,nacional,es,30,correo,f@xenon.example,pagos@xenon.example,"
    robotica = "C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,facturas@robotica.example,pagos@robotica.example,"
    desk = make_desk(robotica, xenon)
    desk.take(invoice("FA-7", "1160.00", DAY), invoice("FX-1", "500.00", DAY, receiver=XENON))
    desk.tick()
    return desk


def test_whoever_has_to_sign_is_asked_once_with_the_documents_as_they_will_leave(asked: Desk) -> None:
    (mail,) = mails_of(asked)
    assert mail["To"] == ADDRESS
    assert states_of(asked) == ["sent"]
    subject = str(mail["Subject"])
    assert subject.startswith("Esperan su decisión: 2 documentos, $1,660.00 MXN [apr 1-")
    text = text_of(mail)
    for said in ("apruebo 1, 2", "rechazo 2: el motivo", "UNIVERSIDAD ROBOTICA", "FA-7", "facturas@robotica.example", "FX-1"):
        assert said in text
    names = [str(part.get_filename()) for part in mail.iter_attachments()]
    assert [name for name in names if name.endswith(".pdf")] == [
        "1 carta-de-entrega-C-001-MXN.pdf",
        "2 carta-de-entrega-C-002-MXN.pdf",
    ]
    assert {name.partition(" ")[0] for name in names} == {"1", "2"}
    asked.tick()
    asked.run(TUESDAY)
    assert len(mails_of(asked)) == 1


def test_what_is_attached_are_the_bytes_that_the_archive_shows(asked: Desk) -> None:
    from cobranza_rules.dispatch.shown import shown_of

    (mail,) = mails_of(asked)
    attached = {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}
    for approval in asked.approvals():
        files = {f"{approval.id} {file.name}": file.digest for file in shown_of(asked.workspace, approval.shown).files}
        mine = {name: content for name, content in attached.items() if name.startswith(f"{approval.id} ")}
        assert mine
        for name, content in mine.items():
            kept = asked.workspace.archive.get(files[name])
            assert (content if isinstance(content, bytes) else content.encode()) == kept


def test_an_answer_approves_and_the_messages_leave_in_the_same_run(asked: Desk) -> None:
    raw = answer(asked, "Apruebo.\n\nSaludos", mails_of(asked)[0])
    asked.tick()
    assert decided(asked) == [(1, "approved", ADDRESS, ""), (2, "approved", ADDRESS, "")]
    assert [action.state for action in asked.actions("transmittal")] == ["sent", "sent"]
    (received,) = asked.received()
    assert (received.kind, received.state, received.decided_by, received.customer_id) == ("decision", "settled", ADDRESS, None)
    with asked.workspace.database.reading() as session:
        events = [event.data for event in session.scalars(select(CaseEventRow).where(CaseEventRow.kind == "sign_approved"))]
    assert [event["message"] for event in events] == [received.raw] * 2
    assert asked.workspace.archive.get(received.raw) == raw
    assert [event["shown"] for event in events] == [approval.shown for approval in asked.approvals()]
    asked.assert_whole()


def test_one_is_approved_and_the_other_rejected_with_its_reason(asked: Desk) -> None:
    answer(asked, "rechazo 1: la orden de compra está vencida\napruebo 2", mails_of(asked)[0])
    asked.tick()
    assert decided(asked) == [(1, "rejected", ADDRESS, "la orden de compra está vencida"), (2, "approved", ADDRESS, "")]
    assert asked.task("resolve-rejection").detail == {"who": ADDRESS, "comment": "la orden de compra está vencida"}


def test_a_token_in_the_subject_is_enough_where_the_thread_is_lost(asked: Desk) -> None:
    answer(asked, "apruebo 2", mails_of(asked)[0], threaded=False)
    asked.tick()
    assert decided(asked) == [(2, "approved", ADDRESS, "")]


def test_who_is_not_certain_decides_nothing_and_is_told_nothing(asked: Desk) -> None:
    (mail,) = mails_of(asked)
    answer(asked, "apruebo", mail, sender="analista@kemper.example")
    answer(asked, "apruebo", mail, authenticated=False)
    answer(asked, "apruebo", mail, subject="RE: [apr 1-aaaaaaaaaaaaaaaa]")
    answer(asked, "apruebo", mail, subject="RE: [apr 99999-aaaaaaaaaaaaaaaa]", threaded=False)
    answer(asked, "apruebo", mail, subject="Aprobaciones", threaded=False)
    asked.tick()
    assert decided(asked) == []
    assert sorted(why_waits(asked)) == [
        "it comes from analista@kemper.example, and administracion@kemper.example was asked",
        "no pattern says what it means",
        "our mail server does not vouch for its sender",
        "the token in its subject or address is not one of ours",
        "the token in its subject or address is not one of ours",
    ]
    assert mails_of(asked, "approval-answer") == []


DOUBTFUL = {
    "apruebo si ya mandaron el estado de cuenta": "it sets a condition: 'apruebo si ya mandaron el estado de cuenta'",
    "¿Cuánto debe en total?": "it asks something: '¿Cuánto debe en total?'",
    "> apruebo": "it has no text of its own",
}


def test_what_is_doubtful_decides_nothing_waits_in_the_inbox_and_is_told_to_its_author(asked: Desk) -> None:
    for text in DOUBTFUL:
        answer(asked, text, mails_of(asked)[0])
    asked.tick()
    assert decided(asked) == []
    assert sorted(why_waits(asked)) == sorted(DOUBTFUL.values())
    told = mails_of(asked, "approval-answer")
    assert [(each["To"], each["Subject"], each["Auto-Submitted"]) for each in told] == [
        (ADDRESS, "Su respuesta no decidió nada", "auto-generated")
    ] * 3
    answer(asked, "apruebo 1, 2", told[0])
    asked.tick()
    assert [one[:2] for one in decided(asked)] == [(1, "approved"), (2, "approved")]


def test_an_absence_note_is_no_answer_and_is_not_answered(asked: Desk) -> None:
    answer(asked, "apruebo", mails_of(asked)[0], headers=("Auto-Submitted: auto-replied",))
    asked.tick()
    assert decided(asked) == []
    assert [row.kind for row in asked.received()] == ["auto_reply"]
    assert mails_of(asked, "approval-answer") == []


def test_whoever_cannot_stop_answering_is_told_three_times_at_most(asked: Desk) -> None:
    for _round in range(5):
        answer(asked, "Estoy de vacaciones hasta el lunes.", mails_of(asked)[0])
        asked.tick()
    assert len(mails_of(asked, "approval-answer")) == 3


def test_a_second_answer_and_a_second_copy_of_the_first_decide_nothing_more(asked: Desk) -> None:
    raw = answer(asked, "apruebo 1", mails_of(asked)[0])
    asked.tick()
    asked.deliver(raw.replace(b"Authentication-Results", b"Received: from x\nAuthentication-Results"))
    answer(asked, "rechazo 1: siempre no", mails_of(asked)[0])
    asked.tick()
    assert decided(asked) == [(1, "approved", ADDRESS, "")]
    assert why_waits(asked)[-1] == "approval 1 does not wait any more: approved"


def test_what_a_command_has_decided_an_answer_leaves_alone_and_decides_the_rest(asked: Desk) -> None:
    asked.approve(SIGNER, only=[1], agreed=False, comment="falta el pedido")
    answer(asked, "apruebo", mails_of(asked)[0])
    asked.tick()
    assert decided(asked) == [(1, "rejected", ADDRESS, "falta el pedido"), (2, "approved", ADDRESS, "")]
    (told,) = mails_of(asked, "approval-answer")
    assert told["Subject"] == "Su respuesta decidió sólo una parte"
    assert "aprobación 1" in text_of(told)


def test_what_was_written_anew_is_asked_for_anew_and_the_old_mail_no_longer_decides_it(asked: Desk) -> None:
    asked.take(receipt("P-1", {"FX-1": "100.00"}, day=DAY, receiver=XENON))
    asked.tick()
    old, new = mails_of(asked)
    assert "C-002" in str(new["Subject"])
    answer(asked, "apruebo", old)
    asked.tick()
    assert decided(asked) == [(1, "approved", ADDRESS, "")]
    answer(asked, "apruebo", new)
    asked.tick()
    assert decided(asked) == [(1, "approved", ADDRESS, ""), (3, "approved", ADDRESS, "")]
    assert [action.state for action in asked.actions("transmittal")] == ["sent", "sent"]


def test_files_in_an_answer_are_for_a_person(asked: Desk) -> None:
    mail_id = str(mails_of(asked)[0]["Message-ID"])
    asked.deliver(
        (
            "Authentication-Results: mx.kemper.example; dmarc=pass header.from=kemper.example\n"
            f"From: {ADDRESS}\nTo: cobranza@kemper.example\nSubject: RE\nMessage-ID: <f@kemper.example>\nIn-Reply-To: {mail_id}\n"
            'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nApruebo\n'
            '--b\nContent-Type: application/pdf; name="corregida.pdf"\n\n%PDF-1.4\n--b--\n'
        ).encode()
    )
    asked.tick()
    assert decided(asked) == []
    assert why_waits(asked) == ["it carries files, and may mean them: corregida.pdf"]


def test_on_a_day_off_nobody_is_asked_and_on_the_next_business_day_once(make_desk: DeskMaker) -> None:
    saturday = dt.date(2026, 3, 7)
    desk = make_desk(on=saturday)
    desk.take(invoice("FA-7", "1160.00", saturday))
    desk.tick()
    assert mails_of(desk) == []
    desk.run(dt.date(2026, 3, 9))
    assert len(mails_of(desk)) == len([one for one in desk.approvals() if one.state == "waiting"]) == 1


def test_releases_are_asked_for_by_mail_only_where_the_settings_name_their_role(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"mode": "supervised"})
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    assert [mail["To"] for mail in mails_of(desk)] == [ADDRESS]
    approvals = desk.workspace.settings.approvals.model_copy(update={"by_mail": (ANALYST,)})
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"approvals": approvals})
    desk.tick()
    assert [mail["To"] for mail in mails_of(desk)] == [ADDRESS, "analista@kemper.example"]


def test_large_documents_go_in_several_mails_each_with_its_own_token(asked: Desk) -> None:
    mail = asked.workspace.settings.mail.model_copy(update={"largest_mb": 1})
    asked.workspace.settings = asked.workspace.settings.model_copy(update={"mail": mail})
    whole = b"%PDF-1.4\n" + bytes(range(256)) * 2_000 + b"\n%%EOF\n"
    asked.workspace.pdf = Drawn(whole)
    asked.take(
        *(invoice(f"FX-{number}", "500.00", DAY, receiver=XENON, currency="USD") for number in (8,)),
        invoice("FA-9", "70.00", DAY, currency="USD"),
    )
    asked.tick()
    new = mails_of(asked)[1:]
    assert [len(list(each.iter_attachments())) for each in new] == [2, 2]
    assert len({str(each["Subject"]).rpartition("[")[2] for each in new}) == 2
    assert all(len(bytes(each)) < 1024 * 1024 for each in new)
    answer(asked, "apruebo", new[1])
    asked.tick()
    assert [one[:2] for one in decided(asked)] == [(4, "approved")]


def test_a_reminder_goes_on_from_the_request_and_an_answer_to_it_counts_with_its_numbers(asked: Desk) -> None:
    asked.run(DAY + dt.timedelta(days=2))
    (reminder,) = [mail for mail in mails_of(asked, "notice") if mail["To"] == ADDRESS]
    (request,) = mails_of(asked)
    assert str(request["Message-ID"]) in str(reminder["References"])
    assert "Responda al correo que trae los documentos, o a éste" in text_of(reminder)
    answer(asked, "apruebo", reminder)
    asked.tick()
    assert decided(asked) == []
    assert why_waits(asked) == ["it does not say which numbers it means"]
    answer(asked, "apruebo 1 y 2", reminder)
    asked.tick()
    assert [one[:2] for one in decided(asked)] == [(1, "approved"), (2, "approved")]


def test_who_has_passed_it_on_decides_no_more_and_the_other_is_asked_with_his_name_under_it(asked: Desk) -> None:
    from tests.dispatch.test_delegating import pass_on

    assert pass_on(asked, [1], SIGNER, SUPERVISOR, "de vacaciones") == []
    first = mails_of(asked)[0]
    answer(asked, "apruebo 1", first)
    asked.tick()
    assert decided(asked) == []
    new = mails_of(asked)[-1]
    assert new["To"] == "supervision@kemper.example"
    answer(asked, "apruebo", new, sender="supervision@kemper.example")
    asked.tick()
    assert decided(asked) == [(3, "approved", "supervision@kemper.example", "")]
    letter = asked.documents(asked.actions("transmittal")[0])["letter"].decode()
    assert "Celia Muestra Ejemplo" in letter


def test_an_answer_that_waits_is_settled_by_who_has_read_it_and_holds_no_customer(asked: Desk) -> None:
    from cobranza_rules.booking.bookkeeper import Bookkeeper
    from cobranza_rules.mail.assigning import Assignment, assign

    answer(asked, "Lo veo mañana", mails_of(asked)[0])
    asked.tick()
    (row,) = asked.received()
    with asked.workspace.database.writing() as session:
        keeper = Bookkeeper(session, asked.workspace.clock.now())
        assign(keeper, row.id, Assignment("decision", "analista@kemper.example", {}), asked.today)
    asked.tick()
    assert [(one.state, one.customer_id) for one in asked.received()] == [("settled", None)]
