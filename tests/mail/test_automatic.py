"""Messages of machines: our own, read receipts, reports of delivery and abuse, absence notes, and people who only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.reply import Bounce, ReplyKind
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.parse import parse_message

from .messages import classified, delivery_report, reply


def daemon(text: str, subject: str = "Undelivered Mail Returned to Sender", headers: str = "") -> IncomingMessage:
    return reply(text, subject=subject, sender="MAILER-DAEMON@mx.kemper.example", headers=headers)


@pytest.mark.parametrize("sender", ["cobranza@kemper.example", "Cobranza <COBRANZA@kemper.example>", "cobranza+c-014@kemper.example"])
def test_our_own_message_is_a_loop(sender: str) -> None:
    found = classified(reply("Ya pagamos ayer", sender=sender))
    assert (found.kind, found.doubtful, found.facts) == (ReplyKind.OWN_LOOP, False, {})


@pytest.mark.parametrize(
    ("action", "status", "kind", "permanent"),
    [
        ("failed", "5.1.1", ReplyKind.BOUNCE, True),
        ("failed", "4.4.7", ReplyKind.BOUNCE, False),
        ("delayed", "4.4.1", ReplyKind.DELAY_NOTICE, False),
        ("Failed", "5.2.2 (full)", ReplyKind.BOUNCE, True),
    ],
)
def test_standard_reports(action: str, status: str, kind: ReplyKind, permanent: bool) -> None:
    found = classified(delivery_report(action, status))
    assert (found.kind, found.doubtful) == (kind, False)
    assert found.bounce == Bounce(permanent, ("pagos@cliente.example",), status[:5])


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    found = classified(delivery_report(action, "2.0.0", notice="Delivered. 550 5.1.1 is not meant."))
    assert (found.kind, found.bounce, found.doubtful) == (ReplyKind.AUTO_REPLY, None, False)


def test_the_address_that_we_wrote_to_is_the_refused_one() -> None:
    found = classified(delivery_report("failed", "5.1.1", original="Facturas@Cliente.example"))
    assert found.bounce == Bounce(True, ("facturas@cliente.example",), "5.1.1")


POSTFIX = (
    "This is the mail system at host mx.kemper.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
    "<pagos@cliente.example>: host mx.cliente.example[192.0.2.1] said: 550 5.1.1\n    <pagos@cliente.example>: Recipient address rejected: User unknown\n"
)
EXCHANGE = (
    "No se pudo entregar el mensaje a los siguientes destinatarios o grupos:\n\npagos@cliente.example (pagos@cliente.example)\n"
    "La dirección de correo electrónico no existe.\n\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n"
)
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
    "recipients. This is a permanent error. The following address(es) failed:\n\n  pagos@cliente.example\n    Unrouteable address\n"
)
QMAIL = (
    "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<pagos@cliente.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n"
)


@pytest.mark.parametrize(
    ("text", "subject", "headers"),
    [
        (POSTFIX, "Undelivered Mail Returned to Sender", "Return-Path: <>\n"),
        (EXCHANGE, "No se puede entregar: Estado de cuenta", ""),
        (EXIM, "Mail delivery failed: returning message to sender", "X-Failed-Recipients: pagos@cliente.example\n"),
        (QMAIL, "failure notice", ""),
        ("El usuario pagos@cliente.example no existe en este servidor.", "Mensaje devuelto: Estado de cuenta", ""),
        ("<pagos@cliente.example>: buzón lleno, 552 5.2.2 mailbox full", "Correo devuelto", ""),
    ],
)
def test_reports_that_follow_no_standard(text: str, subject: str, headers: str) -> None:
    found = classified(daemon(text, subject, headers))
    assert (found.kind, found.doubtful) == (ReplyKind.BOUNCE, False)
    assert found.bounce is not None
    assert (found.bounce.permanent, found.bounce.recipients) == (True, ("pagos@cliente.example",))


def test_a_delay_is_no_bounce() -> None:
    text = "Your message to <pagos@cliente.example> has been delayed.\nDelivery will be retried; this is a warning only. 451 4.4.1 timeout"
    found = classified(daemon(text, "Delayed Mail (still being retried)"))
    assert found.kind is ReplyKind.DELAY_NOTICE
    spanish = classified(
        daemon("El mensaje para pagos@cliente.example se ha retrasado. Se seguirá intentando.", "Notificación de entrega retrasada")
    )
    assert spanish.kind is ReplyKind.DELAY_NOTICE
    assert spanish.bounce is not None
    assert not spanish.bounce.permanent


def test_a_bounce_that_names_nobody_waits_for_a_person() -> None:
    found = classified(daemon("Your message could not be delivered: 550 5.1.1", "Delivery failed"))
    assert (found.kind, found.doubtful, [str(doubt) for doubt in found.doubts]) == (ReplyKind.BOUNCE, True, ["it names no recipient"])


@pytest.mark.parametrize(
    "text",
    [
        "No hemos podido entregar el pago, la dirección de correo no existe en el portal.",
        "El mensaje fue rechazado por nuestro sistema 550 5.1.1, favor de reenviar la factura.",
        "Recibido. Su entrega no llegó.",
    ],
)
def test_a_person_who_writes_of_failures_is_a_person(text: str) -> None:
    assert not classified(reply(text)).kind.automatic


def receipt(disposition: str = "manual-action/MDN-sent-manually; displayed") -> IncomingMessage:
    """As Outlook writes it: without Auto-Submitted, and with words that look like a report of failure."""
    return parse_message(
        (
            "From: persona@cliente.example\nTo: cobranza@kemper.example\nSubject: =?utf-8?q?Le=C3=ADdo=3A_Estado_de_cuenta?=\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nYour message was displayed. Delivery failed is not meant. 550 5.1.1\n"
            f"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;persona@cliente.example\nDisposition: {disposition}\n"
            "Original-Message-ID: <m1@kemper.example>\n--b--\n"
        ).encode()
    )


def test_a_read_receipt_is_never_a_bounce_nor_an_acuse() -> None:
    found = classified(receipt())
    assert (found.kind, found.doubtful, found.bounce) == (ReplyKind.READ_RECEIPT, False, None)
    assert found.evidence == {"kind": "manual-action/MDN-sent-manually; displayed"}
    assert classified(receipt("automatic-action/MDN-sent-automatically; deleted")).kind is ReplyKind.READ_RECEIPT


def test_an_abuse_report_waits_for_a_person() -> None:
    message = parse_message(
        b"From: fbl@provider.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    )
    found = classified(message)
    assert (found.kind, found.doubtful) == (ReplyKind.ABUSE_REPORT, True)


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Re: Estado de cuenta", "Auto-Submitted: auto-replied\n"),
        ("Re: Estado de cuenta", "Auto-Submitted: auto-generated; x=y\n"),
        ("Respuesta automática: Estado de cuenta", ""),
        ("Respuesta automatica: Estado de cuenta", "X-Auto-Response-Suppress: All\n"),
        ("Fuera de la oficina: Estado de cuenta", ""),
        ("Fuera de oficina Re: Estado de cuenta", ""),
        ("Automatic reply: Statement", ""),
        ("Out of Office: Statement", ""),
        ("Vacaciones Re: Estado de cuenta", ""),
        ("Re: Estado de cuenta", "X-Autoreply: yes\n"),
        ("Re: Estado de cuenta", "Precedence: auto_reply\n"),
    ],
)
def test_absence_notes(subject: str, headers: str) -> None:
    found = classified(reply("Estaré fuera hasta el 6 de marzo. El pago se hará el 9 de marzo.", subject=subject, headers=headers))
    assert (found.kind, found.doubtful, found.facts) == (ReplyKind.AUTO_REPLY, False, {})


@pytest.mark.parametrize(
    "headers", ["Auto-Submitted: no\n", "X-Auto-Response-Suppress: OOF\n", "Return-Path: <>\n", "Precedence: bulk\n", "X-Autoreply: no\n"]
)
def test_a_person_whose_program_sets_odd_headers_is_a_person(headers: str) -> None:
    assert classified(reply("Recibido, gracias.", headers=headers)).kind is ReplyKind.ACKNOWLEDGEMENT


@given(st.binary(max_size=400), st.sampled_from(["message/delivery-status", "message/disposition-notification", "text/plain"]))
def test_any_report_is_read(body: bytes, media_type: str) -> None:
    raw = b"From: mailer-daemon@\xff.example\r\nSubject: failure notice\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: "
    classified(parse_message(raw + media_type.encode() + b"\r\n\r\n" + body + b"\r\n--b--\r\n"))


def test_one_sign_suffices_where_a_detector_finds_the_refused_address() -> None:
    """As some Yahoo servers wrote; without an address it is no report."""
    text = "Message from yahoo.com.\nUnable to deliver message to the following address(es).\n\n<pagos@cliente.example>:\nSorry, no account here by that name.\n"
    found = classified(reply(text, subject="Mail", sender="MAILER-DAEMON@yahoo.com"))
    assert (found.kind, found.bounce and found.bounce.recipients) == (ReplyKind.BOUNCE, ("pagos@cliente.example",))


@pytest.mark.parametrize(("action", "status", "kind"), [("error", "5.1.1", ReplyKind.BOUNCE), ("", "5.1.1", ReplyKind.BOUNCE), ("", "4.4.1", ReplyKind.DELAY_NOTICE)])  # fmt: skip
def test_a_report_that_names_no_action_of_the_standard_is_read_by_its_status(action: str, status: str, kind: ReplyKind) -> None:
    assert classified(delivery_report(action, status)).kind is kind
