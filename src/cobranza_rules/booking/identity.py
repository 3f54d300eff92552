"""Who is who: what makes two documents speak of the same customer or of the same payment."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from cobranza_rules.domain.customer import GENERIC_RFCS, CustomerRecord, Party
from cobranza_rules.domain.document import ReceiptPayment


def normal_name(name: str) -> str:
    """Upper case without accents, punctuation or doubled spaces. Legal suffixes stay: they tell companies apart.

    Letters of every script stay too, and a name that has none is what it is: two names never become one because little is left of them.
    """
    plain = re.sub(r"[^\w& ]|_", " ", "".join(filter(_tells, unicodedata.normalize("NFKD", name))).upper())
    return " ".join(plain.split()) or unicodedata.normalize("NFC", name)


def _tells(letter: str) -> bool:
    return letter.isascii() or letter.isalnum()


def customer_identity(rfc: str, name: str, tax_id: str) -> str:
    """The RFC; where it is a generic one, the foreign tax number, or the name where there is none of either."""
    if rfc not in GENERIC_RFCS:
        return f"rfc:{rfc}"
    if tax_id:
        return f"tax:{tax_id.strip().upper()}"
    return f"name:{rfc}:{normal_name(name)}"


def identity_of_party(party: Party) -> str:
    return customer_identity(party.rfc, party.name, party.tax_id)


def identity_of_record(record: CustomerRecord) -> str:
    return customer_identity(record.rfc, record.name, record.tax_id)


def provisional_code(identity: str, rfc: str) -> str:
    """The code of a customer that is known from a document alone, until its data comes."""
    if identity.startswith("rfc:"):
        return rfc
    return f"X-{hashlib.sha256(identity.encode()).hexdigest()[:8].upper()}"


def payment_identity(customer_id: int, payment: ReceiptPayment, receipt_uuid: str) -> str:
    """Customer, day, amount and the bank's operation number; without that number only the receipt's own position tells payments apart."""
    operation = re.sub(r"\W", "", payment.operation).upper()
    told_by = f"operation:{operation}" if operation else f"receipt:{receipt_uuid}:{payment.position}"
    return f"{customer_id}|{payment.paid_on.isoformat()}|{payment.amount.minor}{payment.amount.currency}|{told_by}"
