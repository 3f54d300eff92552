"""Customers and the people there who receive invoices, reminders and letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from cobranza_rules.domain.terms import Terms

# Anexo 20, guía de llenado: the RFC of sales to the public and the RFC of residents abroad. They identify nobody.
GENERIC_RFCS = frozenset({"XAXX010101000", "XEXX010101000"})


def is_natural_person(rfc: str) -> bool:
    """An RFC of a person has 13 characters, one of a company 12 (CFF, art. 27); of anything else it is not known, and False is said."""
    return len(rfc) == 13 and rfc[:4].isalpha() and rfc[4:10].isdigit() and rfc not in GENERIC_RFCS


class CustomerKind(StrEnum):
    DOMESTIC = "domestic"
    FOREIGN = "foreign"


class DeliveryMode(StrEnum):
    EMAIL = "email"
    IN_PERSON = "in_person"
    PORTAL = "portal"


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"  # Its data are blocked (LFPDPPP): nothing is sent, and no list makes it active.
    WAITING_FOR_DATA = "waiting_for_data"  # Known from an invoice only; nothing is sent until its data comes.


class ContactRole(StrEnum):
    INVOICE = "invoice_contact"
    COLLECTIONS = "collections_contact"
    FALLBACK = "fallback_contact"


@dataclass(frozen=True, slots=True)
class Party:
    """The receiver or issuer of a CFDI as the XML names it. `tax_id` is NumRegIdTrib, `residence` ResidenciaFiscal (ISO alpha-3)."""

    rfc: str
    name: str
    tax_id: str = ""
    residence: str = ""


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A person at a customer. `title` is the post held ("Gerente de Cuentas por Pagar"), `address` where papers are handed over."""

    role: ContactRole
    name: str
    email: str = ""
    title: str = ""
    phone: str = ""
    address: str = ""


Given = str | tuple[ContactRole, str]  # A field of a customer; or of its contacts of a role


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as a spreadsheet gives it. `code` is the company's own short code and unique; `credit_days` None means unknown.

    `segment` is the group in which the company counts it, in the company's own words, "" for none. Of `terms` all but the days counts:
    these are the `credit_days`. `support_required` are the kinds of support (domain.support) without which it takes no invoice, `portal` is
    the name or address of the portal to which they are uploaded. `given` are the fields, those of `terms` and those of contacts of which the
    source says something; what it says nothing of stays as it is on file. None stands for all.
    """

    code: str
    name: str
    rfc: str
    kind: CustomerKind
    language: str  # "es" or "en"
    credit_days: int | None
    delivery: DeliveryMode
    tax_id: str = ""
    address: str = ""
    contacts: tuple[ContactRecord, ...] = ()
    segment: str = ""
    support_required: tuple[str, ...] = ()
    portal: str = ""
    terms: Terms = field(default_factory=partial(Terms, 0))
    given: frozenset[Given] | None = None

    def tells(self, field: Given) -> bool:
        return self.given is None or field in self.given
