"""Settings of what is kept as evidence: the case file's hash, late interest, and for how long what is held is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from cobranza_rules.config_sections import Section
from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.late_interest import LEGAL
from cobranza_rules.domain.retention import Retained


class EvidenceSection(Section):
    """`heads_to` are e-mail addresses, outside the company too, that get the hash at the head of the case files once a day."""

    heads_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)], ...] = ()


class InterestSection(Section):
    """`legal_day_count`: the days of a year for the legal interest, of which the law says nothing. `vat_percent`: of the tax on interest."""

    legal_day_count: Literal[360, 365] = 365
    vat_percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] = Decimal(16)

    @property
    def legal(self) -> Interest:
        return Interest(LEGAL.annual_percent, self.legal_day_count)


class KeepYearsSection(Section):
    """How many years each kind (domain.retention) is kept before it may be erased.

    A merchant keeps accounts and correspondence for ten years (Código de Comercio, art. 46 and 49), accounts for taxes at least five (CFF, art. 30).
    Data of people are kept no longer than they are needed (LFPDPPP).
    """

    notes: Annotated[int, Field(ge=0, le=100)] = 10
    messages: Annotated[int, Field(ge=1, le=100)] = 10
    case_file: Annotated[int, Field(ge=5, le=100)] = 10
    contacts: Annotated[int, Field(ge=0, le=100)] = 2
    bank_lines: Annotated[int, Field(ge=5, le=100)] = 10
    logs: Annotated[int, Field(ge=0, le=100)] = 2
    bank_files: Annotated[int, Field(ge=5, le=100)] = 10
    quarantine: Annotated[int, Field(ge=0, le=100)] = 2
    strangers: Annotated[int, Field(ge=0, le=100)] = 2

    def as_periods(self) -> dict[Retained, int]:
        return {kind: getattr(self, kind.value) for kind in Retained}


class PrivacySection(Section):
    """`responsible` is the role that looks after people's data (LFPDPPP, art. 29): whom the digest names for what is due to be erased."""

    responsible: str = "administration_manager"
    keep_years: KeepYearsSection = KeepYearsSection()
