"""Settings of what is kept as evidence: the case file's hash, late interest, and for how long what is held is kept."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from cobranza_rules.config_sections import SecretSource, Section
from cobranza_rules.domain.agreement import Interest
from cobranza_rules.domain.late_interest import LEGAL
from cobranza_rules.domain.retention import Retained


class EvidenceSection(Section):
    """`heads_to` are e-mail addresses, outside the company too, that get the hash at the head of the case files once a day."""

    heads_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)], ...] = ()


LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TimestampSection(SecretSource):
    """A timestamp authority (RFC 3161): its address, the certificates (PEM) that are trusted to name it, and what it is asked about.

    `policy` is an OID, "" for the authority's own. `documents` are what is stamped by itself. `retry_minutes` are the waits after the first,
    second ... time that no token came of it, the last one from then on. A password needs https.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=500)]
    ca_file: Path
    policy: Annotated[str, Field(pattern=r"^([0-2](\.(0|[1-9]\d{0,18})){1,30})?$")] = ""
    user: Annotated[str, Field(pattern=r"^[^:\s]*$")] = ""
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 20
    documents: tuple[Literal["packets", "demands"], ...] = ("packets", "demands")
    retry_minutes: Annotated[tuple[Annotated[int, Field(ge=0, le=1440)], ...], Field(min_length=1, max_length=20)] = (5, 15, 60, 240)

    @model_validator(mode="after")
    def _secrets_stay_secret(self) -> TimestampSection:
        asks = self.password_file or self.password_env or self.password_command or self.token_command
        address = urlsplit(self.url)
        if asks and address.scheme == "http" and address.hostname not in LOOPBACK:
            raise PydanticCustomError("open_secret", "a secret would be read by others", {"place": "timestamp.url"})
        return self


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
