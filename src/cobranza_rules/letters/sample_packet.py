"""A made-up packet, with which its cover and its index can be tried."""

from __future__ import annotations

from typing import Any

from cobranza_rules.letters.fields import fields_of, person_fields
from cobranza_rules.letters.formats import money_text
from cobranza_rules.letters.packet_catalogue import SHARED
from cobranza_rules.letters.sample_letters import MANAGER, letter
from cobranza_rules.money import Money

_WORDS = {
    "es": {
        "title": "Expediente para Administración",
        "headings": ("Historia del caso", "Facturas", "Cartas y recordatorios"),
        "titles": ("Historia del caso", "Factura F-1001, 13,333.32 MXN", "Primer recordatorio"),
        "note": "va adjunto tal como llegó",
        "valid": "del 01/01/2026 al 31/12/2026",
        "actions": ("Primer recordatorio", "Segundo recordatorio"),
        "of": "Factura F-1001",
    },
    "en": {
        "title": "Case for Administration",
        "headings": ("History of the case", "Invoices", "Letters and reminders"),
        "titles": ("History of the case", "Invoice F-1001, 13,333.32 USD", "First reminder"),
        "note": "attached as it came",
        "valid": "Jan 1, 2026 to Dec 31, 2026",
        "actions": ("First reminder", "Second reminder"),
        "of": "Invoice F-1001",
    },
}


def sample_packet_fields(template: str, language: str) -> dict[str, Any]:
    """The keys and their shapes are those of `packet_catalogue.PACKET_FIELDS`."""
    words: dict[str, Any] = _WORDS[language]
    heading = fields_of(letter("statement", language))
    entries = [
        {
            "heading": words["headings"][place],
            "number": str(place + 1),
            "title": words["titles"][place],
            "date": heading["lines"][place]["issued"],
            "sheets": f"{3 * place + 3}–{3 * place + 5}",
            "note": words["note"] if place == 1 else "",
            "sha256": "" if place == 0 else "9f86d081884c",
        }
        for place in range(3)
    ]
    return {name: heading[name] for name in SHARED} | {
        **{name: heading[name] for name in ("draft", "draft_mark", "has_signature")},
        "signer": person_fields(MANAGER, language),
        "kind": "account" if template == "packet-cover" else "escalation",
        "title": words["title"],
        "sheets": "11",
        "part_count": "3",
        "file_count": "1",
        "owed": [
            {
                "currency": currency,
                "total": money_text(Money(5430858, currency), language),
                "overdue": money_text(Money(4246291, currency), language),
                "invoices": "4",
                "oldest_days_overdue": "41",
            }
            for currency in ("MXN", "USD")
        ],
        "receiver": person_fields(MANAGER, language),
        "agreements": [{"number": "CT-2026-014, v. 2", "valid": words["valid"]}],
        "actions": [{"date": heading["lines"][0]["issued"], "what": what} for what in words["actions"]],
        "entries": entries,
        "files": [{"name": "F-1001.xml", "description": words["of"], "sha256": "9f86d081884c"}],
    }
