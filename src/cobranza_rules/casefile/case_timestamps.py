"""Timestamps as they stand in an exported case file, each with the command by which anybody can verify it."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.language import N_
from cobranza_rules.store.tables import TimestampRow

CASE_TIMESTAMP_HEADINGS = (
    N_("Document"),
    N_("Timestamp"),
    N_("Authority"),
    N_("Serial number"),
    N_("Policy"),
    N_("How to verify it, in this folder"),
)


@dataclass(frozen=True, slots=True)
class CaseTimestamp:
    """`document`, `token` and `anchors` are hashes of files, `at` is aware."""

    name: str
    document: str
    token: str
    anchors: str
    at: dt.datetime
    authority: str
    serial: str
    policy: str

    def command(self, files: Mapping[str, str]) -> str:
        """By the places of the files beside the page; "" where one of them is not there. It holds after the certificates have ended, too."""
        if not all(files.get(digest) for digest in (self.document, self.token, self.anchors)):
            return ""
        names = ["-data", files[self.document], "-in", files[self.token], "-CAfile", files[self.anchors]]
        return shlex.join(["openssl", "ts", "-verify", *names, "-attime", str(int(self.at.timestamp()))])


def timestamps_of_case(session: Session, customer_id: int) -> Sequence[CaseTimestamp]:
    query = select(TimestampRow).where(TimestampRow.customer_id == customer_id, TimestampRow.token.is_not(None)).order_by(TimestampRow.id)
    found = []
    for row in session.scalars(query):
        assert row.token is not None
        assert row.stamped_at is not None
        found.append(
            CaseTimestamp(row.name, row.document, row.token, row.anchors or "", row.stamped_at, row.signer, row.serial, row.policy)
        )
    return found
