"""Asked for, and kept as what they are: read receipts and reports of delivery. None acknowledges the receipt of anything."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cobranza_rules.mail.message_reports import MessageReport, reports_of
from cobranza_rules.store.tables import MessageReportRow
from tests.mail.messages import delivery_report, delivery_report_bytes
from tests.stories.desk import OURS, PAYER, Desk
from tests.stories.mail_server import MailServer


def asking(desk: Desk) -> Desk:
    settings = desk.workspace.settings
    out = settings.mail.out.model_copy(update={"read_receipt": True, "delivery_report": True})
    desk.workspace.settings = settings.model_copy(update={"mail": settings.mail.model_copy(update={"out": out})})
    return desk


def read_receipt(message_id: str, disposition: str) -> bytes:
    """RFC 8098."""
    return (
        f"From: {PAYER}\nTo: {OURS}\nSubject: Leido: Recordatorio de pago\nMessage-ID: <r1@robotica.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSe mostro.\n"
        f"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{PAYER}\nOriginal-Message-ID: <{message_id}>\n"
        f"Disposition: manual-action/MDN-sent-manually; {disposition}\n\n--b--\n"
    ).encode()


def reported(desk: Desk) -> list[tuple[str, str]]:
    with desk.workspace.database.reading() as session:
        return [(row.recipient, row.what) for row in session.scalars(select(MessageReportRow).order_by(MessageReportRow.id))]


def events(desk: Desk) -> list[str]:
    from cobranza_rules.casefile.timeline import timeline

    with desk.workspace.database.reading() as session:
        return [str(event.sentence) for event in timeline(session, desk.customers()[0].id) if event.kind == "message_reported"]


def test_a_read_receipt_is_asked_for_only_where_the_settings_say_so(desk: Desk) -> None:
    desk.tick()
    assert "Disposition-Notification-To" not in desk.last_mail()


def test_a_read_receipt_is_kept_with_its_message_and_acknowledges_nothing(desk: Desk) -> None:
    asking(desk).tick()
    assert desk.last_mail()["Disposition-Notification-To"] == OURS
    desk.deliver(read_receipt(desk.last_id(), "displayed"))
    desk.deliver(read_receipt(desk.last_id(), "displayed").replace(b"<r1@", b"<r2@").replace(PAYER.encode(), b"otro@robotica.example"))
    desk.tick()
    assert reported(desk) == [(PAYER, "displayed"), ("otro@robotica.example", "displayed")]
    assert events(desk)[0] == f"first-reminder: reported for {PAYER}: displayed (no acknowledgement of receipt)"
    row = desk.invoice("FA-1")
    assert (row.acknowledged, row.dunning_level) == (False, 1)
    assert [message.state for message in desk.received()] == ["automatic"] * 2


def test_a_report_of_delivery_is_kept(desk: Desk) -> None:
    asking(desk).tick()
    desk.deliver(delivery_report_bytes("relayed", "2.0.0").replace(b"m1@kemper.example", desk.last_id().encode()))
    desk.tick()
    assert reported(desk) == [("pagos@cliente.example", "relayed")]
    assert not desk.invoice("FA-1").acknowledged


def test_a_report_about_no_message_of_ours_is_kept_with_none(desk: Desk) -> None:
    desk.tick()
    desk.deliver(read_receipt("somebody@else.example", "displayed"))
    desk.tick()
    assert reported(desk) == []


def test_the_server_is_asked_to_report_success(wired: Desk, server: MailServer) -> None:
    from cobranza_rules.mail.smtp_sink import SmtpSink

    server.handler.dsn = "understood"
    wired.workspace.sink = SmtpSink("127.0.0.1", server.port, security="none", timeout_seconds=5, success_reports=True)
    wired.tick()
    assert next(noted for noted in server.handler.noted if noted.startswith("NOTIFY")).startswith("NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=")


@pytest.mark.parametrize(
    ("action", "what"), [("delivered", "delivered"), ("relayed (to non-DSN-aware mailer)", "relayed"), ("expanded", "expanded")]
)
def test_what_a_delivery_report_says(action: str, what: str) -> None:
    assert reports_of(delivery_report(action, "2.0.0")) == [MessageReport("pagos@cliente.example", what)]


@pytest.mark.parametrize("action", ["failed", "delayed"])
def test_a_failure_is_no_report_of_arrival(action: str) -> None:
    assert reports_of(delivery_report(action, "5.1.1")) == []
