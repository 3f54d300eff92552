"""Whether each timestamp of the case file still proves what its event says: token, document, instant, signature and row beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.casefile.findings import About, Finding
from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.casefile.timestamp_sentences import TIMESTAMPED
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.documents import DocumentArchive
from cobranza_rules.store.tables import CaseEventRow, TimestampRow
from cobranza_rules.timestamps.openssl import must_be_signed
from cobranza_rules.timestamps.token import TimestampError, read_answer


@dataclass(slots=True)
class TimestampsLookedAt:
    """`sound` are the data of their events; `unsigned` counts tokens whose signature could not be looked at, for there is no openssl."""

    sound: list[Mapping[str, Any]] = field(default_factory=list)
    unsigned: int = 0
    findings: list[Finding] = field(default_factory=list)

    def remarks(self) -> Iterator[Sentence]:
        if self.unsigned:
            yield _("the signatures of {count} timestamps were not verified: openssl is not installed", count=self.unsigned)


def look_at_timestamps(
    session: Session, archive: DocumentArchive, customer_id: int | None = None, *, documents: bool = False
) -> TimestampsLookedAt:
    """With `documents` the files of what was stamped are read, too; without, whoever verifies the whole case file does that."""
    found = TimestampsLookedAt()
    columns = (CaseEventRow.seq, CaseEventRow.customer_id, CaseEventRow.data)
    query = select(*columns).where(CaseEventRow.kind == TIMESTAMPED).order_by(CaseEventRow.seq)
    query = query if customer_id is None else query.where(CaseEventRow.customer_id == customer_id)
    for seq, customer, data in in_pieces(session, query):
        if data.get("erased") is True:
            continue
        broken = [digest for digest in (*documents_of(data), str(data.get("of"))) if documents and not _is_whole(archive, digest)]
        if broken:
            what: Sentence | None = _(
                "a file of the timestamp of event {seq} is missing or was changed: {digest}", seq=seq, digest=broken[0]
            )
        else:
            what = _amiss(archive, seq, data, found) or _row_amiss(session, seq, data)
        if what is not None:
            found.findings.append(Finding(About.DOCUMENT, what, seq, data.get("document"), customer))
        else:
            found.sound.append(data)
    return found


def _is_whole(archive: DocumentArchive, digest: str) -> bool:
    try:
        return archive.is_whole(digest) is True
    except ValueError:  # It is no hash.
        return False


def _amiss(archive: DocumentArchive, seq: int, data: Mapping[str, Any], found: TimestampsLookedAt) -> Sentence | None:
    try:
        answer, anchors = archive.get(data["document"]), archive.get(data["documents"][0])
    except (ProblemError, KeyError, IndexError, TypeError, ValueError):
        return _("the timestamp of event {seq} proves nothing: its token or its certificates are not whole", seq=seq)
    try:
        token = read_answer(answer)
        if token.imprint != data.get("of"):
            return _("the timestamp of event {seq} is of another document: its token is of {imprint}", seq=seq, imprint=token.imprint[:64])
        told = (token.at.isoformat(), str(token.serial), token.policy)
        if told != (data.get("at"), data.get("serial"), data.get("policy")):
            return _("event {seq} says of its timestamp what the token does not say", seq=seq)
        must_be_signed(answer, token.imprint, anchors, token.at)
    except TimestampError as error:
        return _("the timestamp of event {seq} proves nothing: {what}", seq=seq, what=error.what)
    except ProblemError:
        found.unsigned += 1
    return None


def _row_amiss(session: Session, seq: int, data: Mapping[str, Any]) -> Sentence | None:
    row = session.scalars(select(TimestampRow).where(TimestampRow.token == data["document"])).first()
    if row is not None and row.stamped_at is not None:
        kept = (row.document, row.anchors, row.stamped_at.isoformat(), row.serial, row.policy)
        if kept == (data["of"], data["documents"][0], data["at"], data["serial"], data["policy"]):
            return None
    return _("the timestamp of event {seq} is listed otherwise than the event says, or not at all", seq=seq)
