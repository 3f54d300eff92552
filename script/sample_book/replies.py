"""The customers' replies as .eml files, as our own mail server would have stored them."""

from __future__ import annotations

import base64
import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample_book.customers import END, Customer, bank_days_later, customers
from sample_book.invoices import Invoice
from sample_book.mime import mail, mail_with_html, mail_with_proof, non_delivery, read_receipt, result_line
from sample_book.pdf import one_page
from sample_book.signing import sent_on

MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")


@dataclass(frozen=True)
class Reply:
    """`answers` is the template of the message answered, or empty; `content` the bytes of the file."""

    file: str
    on: dt.date
    customer: str
    answers: str
    content: bytes


def replies(invoices: Sequence[Invoice]) -> list[Reply]:
    rows = tomllib.loads(Path(__file__).with_name("replies.toml").read_text(encoding="utf-8"))["reply"]
    of_code = {customer.code: customer for customer in customers()}
    dated = sorted((one for row in rows for one in _arrivals(row, invoices)), key=lambda one: one[0])
    return [
        Reply(
            f"{turn:02d}-{row['file']}.eml",
            day,
            row["customer"],
            row.get("answers", ""),
            _content(row, of_code[row["customer"]], _fields(of_code[row["customer"]], invoices, invoice, day)),
        )
        for turn, (day, row, invoice) in enumerate(dated, 1)
    ]


def _of(invoices: Sequence[Invoice], code: str, plan: str) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.customer.code == code and invoice.plan == plan]


def _arrivals(row: dict[str, Any], invoices: Sequence[Invoice]) -> Iterator[tuple[dt.date, dict[str, Any], Invoice]]:
    """The day, the row and the new invoice that is spoken of. A row with `all` stands for an answer to each new invoice."""
    new = _of(invoices, row["customer"], "new")
    if "on" in row:
        yield row["on"], row, new[0]
        return
    for turn, invoice in enumerate(new if row.get("all") else new[:1], 1):
        day = bank_days_later(sent_on(invoice), row["days_after"])
        if day < END:
            yield day, {**row, "file": f"{row['file']}-{turn}" if row.get("all") else row["file"]}, invoice


def _fields(customer: Customer, invoices: Sequence[Invoice], new: Invoice, day: dt.date) -> dict[str, str]:
    overdue = _of(invoices, customer.code, "overdue")
    current = _of(invoices, customer.code, "current")
    fields = {
        "name": customer.name,
        "person": customer.person(1),
        "invoices_person": customer.person(0),
        "alternate": customer.person(2),
        "totals": f"{sum(invoice.total for invoice in overdue):,.2f}",
        "new": new.number,
        "newtotal": f"{new.total:,.2f}",
        "current_last": current[-1].number if current else "",
        "review": _in_words(bank_days_later(day, 3)),
        "programmed": _in_words(bank_days_later(day, 15)),
    }
    for place, invoice in enumerate(overdue, 1):
        fields[f"overdue{place}"] = invoice.number
        fields[f"total{place}"] = f"{invoice.total:,.2f}"
    return fields


def _in_words(day: dt.date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def _content(row: Mapping[str, Any], customer: Customer, fields: Mapping[str, str]) -> bytes:
    origin = row.get("from", 1)
    sender = origin if isinstance(origin, str) else customer.address(origin)
    name = "" if isinstance(origin, str) else customer.person(origin)
    kind = row.get("kind", "mail")
    subject = row.get("subject", "").format(**fields) or ("Re: Account statement" if customer.foreign else f"Re: {_subject(row)}")
    head = {
        "Authentication-Results": result_line(sender, row.get("trust", "pass")),
        "From": (name, sender),
        "Subject": subject,
        "Message-ID": f"<{row['file']}@{sender.split('@')[1]}>",
    }
    text = row.get("text", "").strip().format(**fields) + "\n"
    if kind == "bounce":
        return non_delivery(head, customer.address(1))
    if kind == "receipt":
        return read_receipt(head, sender)
    if kind == "html":
        return mail_with_html(head, text)
    if kind == "proof":
        return mail_with_proof(head, text, base64.b64encode(_slip(fields)).decode())
    return mail(head, text, automatic=kind == "auto")


def _subject(row: Mapping[str, Any]) -> str:
    return "Entrega de facturas" if row.get("answers") == "transmittal" else "Recordatorio de pago"


def _slip(fields: Mapping[str, str]) -> bytes:
    """A PDF of one page: a transfer slip, marked as a test."""
    lines = [
        "COMPROBANTE DE TRANSFERENCIA - PRUEBA",
        "Fecha: 02/03/2026",
        f"Importe: {fields['totals']} MXN",
        "Beneficiario: ESCUELA KEMPER URGATE",
    ]
    return one_page(lines)
