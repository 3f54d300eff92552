"""A mail that brings a packet to people of the company as plain texts, lists and dicts: all that its template ever sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cobranza_rules.domain.company import Company, Person
from cobranza_rules.language import N_
from cobranza_rules.letters.field_catalogue import COMPANY, PERSON
from cobranza_rules.letters.fields import company_fields, person_fields
from cobranza_rules.letters.formats import long_date, money_text
from cobranza_rules.letters.template_field import FieldKind, TemplateField, flag, text_field
from cobranza_rules.money import Money

PACKET_NOTICES = frozenset({"accounting-packet", "credit-note-requests", "escalation-packet"})
_TOTAL = (text_field("name", N_("what the total is of")), text_field("amount", N_("how much")))
_CHANGE = (text_field("text", N_("one thing that has changed since the revision before")),)
PACKET_MAIL_FIELDS = (
    text_field("language", N_("es or en")),
    text_field("date", N_("the day, in words")),
    text_field("day", N_("the day of which the packet is, in words")),
    text_field("currency", N_("its currency")),
    text_field("packet", N_("the number of the packet")),
    text_field("revision", N_("its revision; empty the first time")),
    text_field("token", N_("the token by which an answer is known")),
    flag("by_mail", N_("an answer by mail is understood")),
    text_field("command", N_("the command that writes the evidence; empty where it is attached")),
    TemplateField("company", FieldKind.GROUP, N_("our company"), COMPANY),
    TemplateField("person", FieldKind.GROUP, N_("who is told"), PERSON),
    TemplateField("totals", FieldKind.LIST, N_("the control totals, one each line"), _TOTAL),
    TemplateField("changes", FieldKind.LIST, N_("what has changed since the revision before, one each line"), _CHANGE),
)
PACKET_MAIL_BY_NAME = {field.name: field for field in PACKET_MAIL_FIELDS}


@dataclass(frozen=True, slots=True)
class PacketMail:
    """`totals` by their names in the reader's language."""

    number: int
    day: dt.date
    currency: str
    revision: int
    token: str
    by_mail: bool
    command: str
    totals: Sequence[tuple[str, Money | int]]
    changes: Sequence[str] = ()


def fields_of_packet(company: Company, person: Person, dated: dt.date, told: PacketMail, language: str) -> dict[str, Any]:
    """The keys and their shapes are those of PACKET_MAIL_FIELDS; no value is None."""
    return {
        "language": language,
        "date": long_date(dated, language),
        "day": long_date(told.day, language),
        "currency": told.currency,
        "packet": str(told.number),
        "revision": str(told.revision) if told.revision > 1 else "",
        "token": told.token,
        "by_mail": told.by_mail,
        "command": told.command,
        "company": company_fields(company),
        "person": person_fields(person, language),
        "totals": [
            {"name": name, "amount": money_text(amount, language) if isinstance(amount, Money) else str(amount)}
            for name, amount in told.totals
        ],
        "changes": [{"text": text} for text in told.changes],
    }
