"""Files that stand in no case file: bank statements, what is in quarantine, messages of no customer, and those to people of the company.

When their time is over the bytes go, and what rows tell of them. The register keeps the hash of each file, with who erased it and why.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.casefile.emptied_rows import empty_received
from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.domain.retention import Retained
from cobranza_rules.privacy.retention import FILES
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import (
    BankStatementRow,
    CaseEventRow,
    DataRequestRow,
    InternalMessageRow,
    QuarantineRow,
    ReceivedRow,
    WaitingSupportRow,
)

# Rows that no event of a case file tells of, and that keep bytes which may be the same as those that were erased once.
IN_USE = (QuarantineRow.document, WaitingSupportRow.document)
AT_ONCE = 500  # Hashes in one question to the database


def empty_file_row(session: Session, kind: Retained, number: int) -> str:
    """Takes out what the row says beside keys and days; gives the hash of its file. What is in quarantine leaves it."""
    match kind:
        case Retained.BANK_FILES:
            statement = session.get_one(BankStatementRow, number)
            return statement.document
        case Retained.QUARANTINE:
            unread = session.get_one(QuarantineRow, number)
            session.delete(unread)
            return unread.document
        case Retained.STRANGERS:
            received = session.get_one(ReceivedRow, number)
            empty_received(received)
            return received.raw
        case _:
            told = session.get_one(InternalMessageRow, number)
            told.subject, told.detail, told.copies = "", "", []
            return told.raw


def files_to_remove(session: Session, archive: DocumentArchive) -> AbstractSet[str]:
    """Hashes of files that the register says were erased and that are still there, such as those that a crash has left.

    One whose bytes came again and are in use, in a case file or in quarantine, is not among them.
    """
    erased = session.scalars(select(DataRequestRow.value_hash).where(DataRequestRow.field.in_(FILES), DataRequestRow.customer_id.is_(None)))
    wanted = {digest for digest in erased if archive.holds(digest)}
    for column in IN_USE:
        asked = sorted(wanted)
        for start in range(0, len(asked), AT_ONCE):
            wanted.difference_update(session.scalars(select(column).where(column.in_(asked[start : start + AT_ONCE]))))
    if wanted:
        for _seq, data in in_pieces(session, select(CaseEventRow.seq, CaseEventRow.data)):
            wanted.difference_update(documents_of(data))
    return wanted
