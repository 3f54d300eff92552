"""What the SAT says of a CFDI, and what all that it has said of one comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CfdiState(StrEnum):
    """`Estado` of the SAT's status service: Vigente, Cancelado, No Encontrado."""

    VALID = "valid"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"


class CancellationProcess(StrEnum):
    """`EstatusCancelacion` of the same service. A second request has no deadline and may stay in process for months."""

    NONE = ""
    IN_PROCESS = "in_process"  # En proceso
    REJECTED = "rejected"  # Solicitud rechazada
    WITHOUT_ACCEPTANCE = "without_acceptance"  # Cancelado sin aceptación
    WITH_ACCEPTANCE = "with_acceptance"  # Cancelado con aceptación
    EXPIRED = "expired"  # Plazo vencido: the receiver was silent for 72 hours, which accepts a first request


BEFORE_CANCELLATION = frozenset({CancellationProcess.IN_PROCESS, CancellationProcess.REJECTED})
AFTER_CANCELLATION = frozenset({CancellationProcess.WITHOUT_ACCEPTANCE, CancellationProcess.WITH_ACCEPTANCE, CancellationProcess.EXPIRED})


class Standing(StrEnum):
    STANDS = "stands"
    IN_PROCESS = "in_process"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CfdiStatus:
    """`as_of` is the day of which it speaks, `cancelled_on` that of the cancellation, where it says so."""

    uuid: str
    state: CfdiState
    process: CancellationProcess
    as_of: dt.date
    cancelled_on: dt.date | None = None

    @property
    def contradicts_itself(self) -> bool:
        """A CFDI that is cancelled has no request under way, and one that is valid has no cancellation that was accepted."""
        if self.state is CfdiState.CANCELLED:
            return self.process in BEFORE_CANCELLATION
        return self.process in AFTER_CANCELLATION or (self.state is CfdiState.NOT_FOUND and self.process is not CancellationProcess.NONE)

    @property
    def happened_on(self) -> dt.date:
        return self.cancelled_on or self.as_of


def standing_of(said: Iterable[CfdiStatus]) -> Standing:
    """Where a CFDI stands after all that was said of it, in whatever order it came to be known; of one day, what came later counts.

    A cancellation is for ever. A bare `Vigente` says nothing of a request: only its rejection or the cancellation ends one.
    """
    standing = Standing.STANDS
    for status in sorted(said, key=lambda status: status.as_of):
        if status.state is CfdiState.CANCELLED:
            return Standing.CANCELLED
        if status.process is CancellationProcess.IN_PROCESS:
            standing = Standing.IN_PROCESS
        elif status.process is CancellationProcess.REJECTED:
            standing = Standing.STANDS
    return standing
