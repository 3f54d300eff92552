"""The port through which the SAT is asked: who asks knows no library, no network and no address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from cobranza_rules.language import Sentence


@dataclass(frozen=True, slots=True)
class Question:
    """What the printed expression of a CFDI names (Anexo 20): RFCs of issuer and receiver, total in its currency, UUID."""

    uuid: str
    issuer: str
    receiver: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """`fields` are those of ConsultaResult (CodigoEstatus, Estado, EstatusCancelacion ...), `raw` the bytes in which they stood."""

    fields: Mapping[str, str]
    raw: bytes


class ServiceError(Exception):
    """The service gave no answer, or none that can be understood."""

    def __init__(self, what: Sentence) -> None:
        super().__init__(str(what))
        self.what = what


class StatusService(Protocol):
    def ask(self, question: Question) -> Answer:
        """Raises ServiceError."""
        ...
