"""What a CFDI says, as records: invoices (type I), credit notes (type E) and payment receipts (type P with Pagos 2.0).

Field names follow the program's words; the docstrings name the attribute of Anexo 20 from which each comes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.exchange import NATIONAL
from cobranza_rules.money import Money


class RelationKind(StrEnum):
    """SAT catalogue c_TipoRelacion, those that matter to a balance."""

    CREDIT_NOTE = "01"
    DEBIT_NOTE = "02"
    RETURN = "03"
    SUBSTITUTION = "04"
    ADVANCE = "07"


@dataclass(frozen=True, slots=True)
class Relation:
    """CfdiRelacionados: `kind` is TipoRelacion as written, `uuids` upper case."""

    kind: str
    uuids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """Type I. `uuid` upper case from the TimbreFiscalDigital; `issued_at` is Fecha, local time without a zone (Anexo 20)."""

    uuid: str
    issuer: Party
    receiver: Party
    series: str
    folio: str
    issued_at: dt.datetime
    total: Money
    payment_method: str  # PUE or PPD
    payment_terms: str  # CondicionesDePago, free text
    purchase_order: str = ""
    exchange_rate: Decimal | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def number(self) -> str:
        """What people call it: series and folio, or the head of its UUID where it has neither."""
        return "-".join(part for part in (self.series, self.folio) if part) or self.uuid[:8]


def exchange_rate_of(record: InvoiceRecord) -> str:
    """As it is kept: "" where the CFDI says none, or has no need to."""
    return f"{record.exchange_rate:f}" if record.exchange_rate is not None and record.total.currency != NATIONAL else ""


@dataclass(frozen=True, slots=True)
class CreditNoteRecord:
    """Type E."""

    uuid: str
    issuer: Party
    receiver: Party
    series: str
    folio: str
    issued_at: dt.datetime
    total: Money
    relations: tuple[Relation, ...]

    @property
    def number(self) -> str:
        return "-".join(part for part in (self.series, self.folio) if part) or self.uuid[:8]


@dataclass(frozen=True, slots=True)
class ReceiptApplication:
    """DoctoRelacionado: `paid` is ImpPagado in MonedaDR, `installment` NumParcialidad, the balances ImpSaldoAnt and ImpSaldoInsoluto.

    `equivalence` is EquivalenciaDR: units of the invoice's currency that one unit of the payment's currency buys.
    """

    invoice_uuid: str
    series: str
    folio: str
    paid: Money
    installment: int
    balance_before: Money
    balance_after: Money
    equivalence: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class ReceiptPayment:
    """One Pago: `position` counts from 1 in the XML, `paid_on` is FechaPago, `operation` NumOperacion, `form` FormaDePagoP."""

    position: int
    paid_on: dt.date
    amount: Money
    form: str
    operation: str
    applications: tuple[ReceiptApplication, ...]


@dataclass(frozen=True, slots=True)
class PaymentReceiptRecord:
    """Type P (REP)."""

    uuid: str
    issuer: Party
    receiver: Party
    series: str
    folio: str
    issued_at: dt.datetime
    payments: tuple[ReceiptPayment, ...]
    relations: tuple[Relation, ...] = ()


CfdiRecord = InvoiceRecord | CreditNoteRecord | PaymentReceiptRecord
