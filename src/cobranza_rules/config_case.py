"""The sections of cobranza.toml about escalated cases: what the law asks of a write-off."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from cobranza_rules.config_sections import Section
from cobranza_rules.domain.write_off import Limits


class WriteOffSection(Section):
    """`udi`: value of a UDI in pesos on the day when the debt was due. The others are the law's own (LISR, art. 27-XV; Código de Comercio, art. 1047)."""

    udi: Annotated[Decimal, Field(gt=0, decimal_places=6)] | None = None
    limit_udis: Annotated[int, Field(ge=1)] = 30_000
    years_overdue: Annotated[int, Field(ge=1, le=10)] = 1
    prescription_years: Annotated[int, Field(ge=1, le=30)] = 10

    @property
    def limits(self) -> Limits:
        return Limits(self.udi, self.limit_udis, self.years_overdue, self.prescription_years)
