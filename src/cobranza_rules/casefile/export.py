"""A case file that opens anywhere: a page that lists everything, every document under its hash, and the events as the chain has them.

The same case file gives the same bytes. The page asks nothing of any network, and what comes from outside stands in it as text.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.case_documents import CaseDocument, documents_of_case, suffix_by_bytes
from cobranza_rules.casefile.case_timestamps import timestamps_of_case
from cobranza_rules.casefile.chain_rows import StoredChain
from cobranza_rules.casefile.deliveries import CaseDelivery
from cobranza_rules.casefile.index_page import Beside, FiledCopy, index_page
from cobranza_rules.casefile.timeline import timeline
from cobranza_rules.casefile.writer import body_of
from cobranza_rules.language import Translate
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.documents import DocumentArchive, digest_of
from cobranza_rules.store.tables import CaseEventRow, CustomerRow

INDEX, EVENTS, SUMS, DOCUMENTS = "index.html", "events.json", "SHA256SUMS", "documents"
BEGINNING = (1980, 1, 1, 0, 0, 0)  # The first instant that a zip file can name


class Taker(Protocol):
    def take(self, name: str, content: bytes) -> None: ...


class FolderTaker:
    """Writes into a folder, which may be there already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, name: str, content: bytes) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


class ZipTaker:
    """Writes into an open zip file, without any instant of now."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed

    def take(self, name: str, content: bytes) -> None:
        entry = zipfile.ZipInfo(name, BEGINNING)
        entry.external_attr = 0o644 << 16
        self.packed.writestr(entry, content)


def export_case(
    session: Session,
    archive: DocumentArchive,
    customer: CustomerRow,
    taker: Taker,
    translate: Translate,
    deliveries: Sequence[CaseDelivery],
) -> int:
    """How many files there are. One whose bytes are gone or damaged is listed as that, and the rest is there."""
    erased = StoredChain(session).erased_documents()
    sums: list[tuple[str, str]] = []
    copies = []
    for document in documents_of_case(session, customer):
        copy, content = _copy_of(archive, document, erased)
        copies.append(copy)
        if content is not None:
            taker.take(copy.file, content)
            sums.append((document.digest, copy.file))
    stamped = timestamps_of_case(session, customer.id)
    page = index_page(customer, timeline(session, customer.id), copies, Beside(deliveries, stamped), translate).encode()
    events = json.dumps({"events": list(_events(session, customer.id))}, ensure_ascii=False, indent=1, sort_keys=True).encode()
    for name, written in ((INDEX, page), (EVENTS, events)):
        taker.take(name, written)
        sums.append((digest_of(written), name))
    taker.take(SUMS, "".join(f"{digest}  {name}\n" for digest, name in sums).encode())
    return len(sums) + 1


def export_to(
    path: Path, session: Session, archive: DocumentArchive, customer: CustomerRow, translate: Translate, deliveries: Sequence[CaseDelivery]
) -> int:
    """Into a zip file where the name says so, else into a folder."""
    if path.suffix.lower() != ".zip":
        return export_case(session, archive, customer, FolderTaker(path), translate, deliveries)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        return export_case(session, archive, customer, ZipTaker(packed), translate, deliveries)


def _copy_of(archive: DocumentArchive, document: CaseDocument, erased: frozenset[str]) -> tuple[FiledCopy, bytes | None]:
    if document.digest in erased:
        return FiledCopy(document, "", erased=True), None
    try:
        content = archive.get(document.digest)
    except ProblemError:
        return FiledCopy(document, "", erased=False), None
    return FiledCopy(document, f"{DOCUMENTS}/{document.digest}{document.suffix or suffix_by_bytes(content)}", erased=False), content


def _events(session: Session, customer_id: int) -> Iterator[dict[str, object]]:
    """In the form that is hashed (casefile.chain), so that another program can check each."""
    query = select(CaseEventRow).where(CaseEventRow.customer_id == customer_id).order_by(CaseEventRow.seq)
    for row in session.scalars(query):
        yield {"seq": row.seq, "previous": row.previous, "hash": row.hash, "event": body_of(row)}
