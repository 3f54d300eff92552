from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cobranza_rules.domain.document import CfdiRecord, CreditNoteRecord, InvoiceRecord, PaymentReceiptRecord
from cobranza_rules.intake.cfdi import read_cfdi

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "samples"


@pytest.fixture(scope="session")
def records(samples: Path) -> Mapping[str, CfdiRecord]:
    """Every CFDI of the story by its path under samples/, as the program reads it: none may have a problem."""
    return {
        file.relative_to(samples).as_posix(): read_cfdi(file.read_bytes(), file.name) for file in sorted((samples / "cfdi").rglob("*.xml"))
    }


@pytest.fixture(scope="session")
def invoices(records: Mapping[str, CfdiRecord]) -> Mapping[str, InvoiceRecord]:
    return {record.uuid: record for record in records.values() if isinstance(record, InvoiceRecord)}


@pytest.fixture(scope="session")
def credit_notes(records: Mapping[str, CfdiRecord]) -> list[CreditNoteRecord]:
    return [record for record in records.values() if isinstance(record, CreditNoteRecord)]


@pytest.fixture(scope="session")
def receipts(records: Mapping[str, CfdiRecord]) -> list[PaymentReceiptRecord]:
    """In the order of their folios."""
    return sorted((record for record in records.values() if isinstance(record, PaymentReceiptRecord)), key=lambda record: int(record.folio))


@pytest.fixture(scope="session")
def story(samples: Path) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(samples / "historia.yaml")
    return read
