"""A mailbox of answers for the benchmarks: of a hundred messages eighty are text, fifteen carry a PDF and five an XML. Always the same."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

SEED = 20260302
PDF_BYTES, XML_BYTES = 80_000, 6_000  # A bank's slip of one page, and a payment receipt
TEXTS = (
    "Buenas tardes:\r\n\r\nEl pago de la factura FA-{n} quedará hecho el viernes 6 de marzo de 2026.\r\n\r\nSaludos\r\n",
    "Acuso de recibido la factura FA-{n}, se programa para revisión.\r\n\r\nEnviado desde mi iPhone\r\n",
    "Hello,\r\n\r\nwe will pay invoice FA-{n} on March 13, 2026.\r\n\r\nBest regards\r\n",
    "Estimados, la factura FA-{n} tiene un error en el importe, favor de corregir.\r\n",
    "Adjunto el comprobante de pago de la factura FA-{n}.\r\n",
)
QUOTE = (
    "\r\nEl lun, 2 mar 2026 a las 9:30, Cobranza <cobranza@kemper.example> escribió:\r\n"
    + "> Le recordamos que su factura venció.\r\n" * 12
)


def messages(count: int) -> Iterator[bytes]:
    draw = random.Random(SEED)
    for number in range(count):
        yield _message(number, draw)


def large_message(megabytes: int) -> bytes:
    """With a PDF of so many megabytes before it is encoded."""
    draw = random.Random(SEED + megabytes)
    return _with_attachment(_head(megabytes, draw), TEXTS[0].format(n=megabytes), draw.randbytes(megabytes * 1_000_000), "application/pdf")


def _head(number: int, draw: random.Random) -> str:
    return (
        f"Received: from mx.c{number}.example by mx.kemper.example; Tue, 3 Mar 2026 10:00:00 -0600\r\n"
        f"Authentication-Results: mx.kemper.example; dmarc=pass header.from=c{number}.example\r\n"
        f"From: Pagos <pagos@c{number}.example>\r\nTo: cobranza@kemper.example\r\nSubject: Re: Recordatorio de pago FA-{number}\r\n"
        f"Message-ID: <{number}.{draw.getrandbits(64):x}@c{number}.example>\r\nDate: Tue, 03 Mar 2026 10:00:00 -0600\r\nMIME-Version: 1.0\r\n"
    )


def _message(number: int, draw: random.Random) -> bytes:
    head = _head(number, draw)
    text = TEXTS[number % len(TEXTS)].format(n=number) + QUOTE
    kind = number % 20
    if kind < 16:
        return f"{head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}".encode()
    size, media_type = (XML_BYTES, "application/xml") if kind == 16 else (PDF_BYTES, "application/pdf")
    return _with_attachment(head, text, draw.randbytes(size), media_type)


def _with_attachment(head: str, text: str, attached: bytes, media_type: str) -> bytes:
    content = base64.encodebytes(attached).replace(b"\n", b"\r\n")
    return (
        (
            f"{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            f"--b\r\nContent-Type: {media_type}\r\nContent-Disposition: attachment; filename=a.{media_type[-3:]}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        ).encode()
        + content
        + b"--b--\r\n"
    )
