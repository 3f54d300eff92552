"""Mail as text, written by hand so that its bytes are the same with every version of Python. Lines end with LF, as a Maildir stores them.

In-Reply-To, References and Date are added by who plays the story, and @MESSAGE-ID@ stands for the id of the message that is answered.
"""

from __future__ import annotations

import base64
import html
import textwrap
from collections.abc import Mapping

OUR_ADDRESS = "cobranza@kemper.example"
OUR_SERVER = "mx.kemper.example"
Head = Mapping[str, str | tuple[str, str]]
TEXT = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}


def word(text: str) -> str:
    """RFC 2047, for what is not ASCII; the texts here fit one encoded word."""
    return text if text.isascii() else f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="


def result_line(sender: str, trust: str) -> str:
    """RFC 8601, as the receiving server writes it on top."""
    domain = sender.split("@")[1]
    if trust == "none":
        return f"{OUR_SERVER}; none"
    if trust == "fail":
        return f"{OUR_SERVER}; dmarc=fail header.from={domain}; spf=fail smtp.mailfrom={domain}; dkim=none"
    return f"{OUR_SERVER}; dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}"


def headers(fields: Mapping[str, str | tuple[str, str]]) -> str:
    return "".join(f"{name}: {_value(name, value)}\n" for name, value in fields.items())


def _value(name: str, value: str | tuple[str, str]) -> str:
    if isinstance(value, tuple):
        return f"{word(value[0])} <{value[1]}>" if value[0] else value[1]
    return value.replace("; ", ";\n\t") if name == "Authentication-Results" else word(value)


def _mail(head: Head, more: Mapping[str, str], body: str) -> bytes:
    return (headers({**head, "To": ("Cobranza", OUR_ADDRESS), **more}) + "\n" + body).encode()


def mail(head: Head, text: str, *, automatic: bool = False) -> bytes:
    """`automatic` marks what a machine answered (RFC 3834)."""
    return _mail(head, {**TEXT, **({"Auto-Submitted": "auto-replied", "X-Autoreply": "yes"} if automatic else {})}, text)


def _parts(boundary: str, *parts: tuple[Mapping[str, str], str]) -> str:
    written = "".join(f"--{boundary}\n{headers(part_head)}\n{body.rstrip()}\n\n" for part_head, body in parts)
    return f"{written}--{boundary}--\n"


def _multipart(head: Head, kind: str, *parts: tuple[Mapping[str, str], str], more: Mapping[str, str] | None = None) -> bytes:
    boundary = "=_prueba_" + str(head["Message-ID"]).strip("<>").split("@")[0].replace("-", "_")
    typed = {"MIME-Version": "1.0", "Content-Type": f'multipart/{kind}; boundary="{boundary}"'}
    return _mail(head, {**(more or {}), **typed}, _parts(boundary, *parts))


def _part(kind: str) -> Mapping[str, str]:
    return {"Content-Type": f"{kind}; charset=utf-8", "Content-Transfer-Encoding": "8bit"}


def mail_with_html(head: Head, text: str) -> bytes:
    """The same as text and as HTML, with our message quoted below, as webmail programs do."""
    quoted = "> Estimado cliente: le enviamos adjunto el detalle de sus facturas.\n> Saldo a su cargo según nuestros registros.\n"
    plain = f"{text}\nEl lun, 2 mar 2026 a las 10:00, Cobranza <{OUR_ADDRESS}> escribió:\n{quoted}"
    paragraphs = "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>\n" for part in text.strip().split("\n\n"))
    page = (
        f'<html><body><div dir="ltr">{paragraphs}</div>\n<div class="gmail_quote"><div class="gmail_attr">El lun, 2 mar 2026 a las 10:00, '
        f"Cobranza &lt;{OUR_ADDRESS}&gt; escribió:</div>\n<blockquote>Estimado cliente: le enviamos adjunto el detalle de sus facturas.<br>"
        "Saldo a su cargo según nuestros registros.</blockquote></div></body></html>\n"
    )
    return _multipart(head, "alternative", (_part("text/plain"), plain), (_part("text/html"), page))


def mail_with_proof(head: Head, text: str, pdf: str) -> bytes:
    attached = {
        "Content-Type": 'application/pdf; name="comprobante.pdf"',
        "Content-Disposition": 'attachment; filename="comprobante.pdf"',
        "Content-Transfer-Encoding": "base64",
    }
    return _multipart(head, "mixed", (_part("text/plain"), text), (attached, "\n".join(textwrap.wrap(pdf, 76))))


def non_delivery(head: Head, recipient: str) -> bytes:
    """RFC 3464: a permanent failure, with the headers of what could not be delivered."""
    domain = recipient.split("@")[1]
    told = (
        f"Your message could not be delivered to the following address:\n\n<{recipient}>: host mx.{domain} said: 550 5.1.1 User unknown\n"
    )
    status = (
        f"Reporting-MTA: dns; {OUR_SERVER}\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
        f"Remote-MTA: dns; mx.{domain}\nDiagnostic-Code: smtp; 550 5.1.1 <{recipient}>: User unknown\n"
    )
    returned = f"From: Cobranza <{OUR_ADDRESS}>\nTo: {recipient}\nSubject: Recordatorio de pago\nMessage-ID: <@MESSAGE-ID@>\n"
    own = {
        **head,
        "Authentication-Results": f"{OUR_SERVER}; none",
        "From": ("Mail Delivery System", f"MAILER-DAEMON@{OUR_SERVER}"),
        "Subject": "Undelivered Mail Returned to Sender",
        "Message-ID": f"<rebote-{domain}@{OUR_SERVER}>",
    }
    return _multipart(
        own,
        "report; report-type=delivery-status",
        ({"Content-Type": "text/plain; charset=us-ascii"}, told),
        ({"Content-Type": "message/delivery-status"}, status),
        ({"Content-Type": "text/rfc822-headers"}, returned),
        more={"Auto-Submitted": "auto-replied", "Return-Path": "<>"},
    )


def read_receipt(head: Head, reader: str) -> bytes:
    """RFC 8098: the message was shown on a screen."""
    told = "Este es un acuse de lectura del mensaje que usted envió. No garantiza que se haya leído o comprendido.\n"
    disposition = (
        f"Reporting-UA: {reader.split('@')[1]}; Correo de Prueba 1.0\nFinal-Recipient: rfc822; {reader}\n"
        "Original-Message-ID: <@MESSAGE-ID@>\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    )
    return _multipart(
        {**head, "Subject": "Leído: Recordatorio de pago"},
        "report; report-type=disposition-notification",
        (_part("text/plain"), told),
        ({"Content-Type": "message/disposition-notification"}, disposition),
    )
