"""Messages for tests, written as programs write them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.reply import Classification
from cobranza_rules.mail.classify import classify
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.parse import parse_message
from cobranza_rules.mail.patterns_file import read_patterns

REPOSITORY = Path(__file__).parents[2]
PATTERNS = read_patterns("rules/replies.yaml", (REPOSITORY / "rules" / "replies.yaml").read_bytes())
OWN = "cobranza@kemper.example"
TUESDAY = dt.date(2026, 3, 3)


def reply(
    text: str, *, subject: str = "Re: Estado de cuenta", sender: str = "persona@cliente.example", headers: str = ""
) -> IncomingMessage:
    head = f"From: {sender}\nTo: {OWN}\nSubject: {subject}\n{headers}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
    return parse_message((head + text).encode())


def classified(message: IncomingMessage, on: dt.date = TUESDAY, currency: str = "MXN") -> Classification:
    return classify(message, PATTERNS, on=on, own_address=OWN, calendar=BusinessCalendar(), currency=currency)


def delivery_report_bytes(action: str, status: str, *, notice: str = "No se pudo entregar.", original: str = "") -> bytes:
    """RFC 3464, with the headers of our message returned."""
    forwarded = f"Original-Recipient: rfc822;{original}\n" if original else ""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.cliente.example>\nTo: cobranza@kemper.example\nSubject: Delivery Status Notification\n"
        "Auto-Submitted: auto-replied\nReturn-Path: <>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{notice}\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.cliente.example\n\n"
        f"{forwarded}Final-Recipient: rfc822; pagos@cliente.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status}\n unknown\n"
        "--b\nContent-Type: text/rfc822-headers\n\nFrom: cobranza@kemper.example\nMessage-ID: <m1@kemper.example>\nSubject: Estado de cuenta\n--b--\n"
    ).encode()


def delivery_report(action: str, status: str, *, notice: str = "No se pudo entregar.", original: str = "") -> IncomingMessage:
    return parse_message(delivery_report_bytes(action, status, notice=notice, original=original))
