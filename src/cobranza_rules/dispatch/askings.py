"""What became of the mails that ask somebody to decide: one that did not arrive asks nobody, and the program has to know it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.dispatch.internal_mail import FAILED, READY, RETURNED, UNCERTAIN
from cobranza_rules.domain.company import Person
from cobranza_rules.language import Sentence, _, word
from cobranza_rules.plan.gates import WAITING
from cobranza_rules.store.tables import ApprovalAskedRow, ApprovalRequestRow, ApprovalRow, InternalMessageRow

NOT_ARRIVED = (FAILED, RETURNED, UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Asking:
    """The last mail that asks for an approval: to whom, how it stands, and since when; `detail` is what a server said."""

    to: str
    state: str
    detail: str
    attempts: int
    changed_at: dt.datetime

    def counts_for(self, person: Person, today: dt.date, zone: dt.tzinfo) -> bool:
        """Whether this person need not be asked again today.

        A mail that did not arrive is written anew on a later day: at once it would come back at once, and each time the daemon looks. Of one
        that may have arrived a second one does no harm: what it asks for is decided once.
        """
        if self.to.lower() != person.email.lower():
            return False
        return self.state not in NOT_ARRIVED or self.changed_at.astimezone(zone).date() >= today

    @property
    def amiss(self) -> Sentence | None:
        """What whoever waits for the answer should know; None where the mail has left."""
        detail = word(self.detail or "-")
        if self.state == FAILED:
            return _("the mail that asks {to} for it was refused ({detail}): correct the address", to=self.to, detail=detail)
        if self.state == RETURNED:
            return _("the mail that asks {to} for it came back ({detail}): correct the address", to=self.to, detail=detail)
        if self.state == UNCERTAIN:
            return _("nobody knows whether the mail that asks {to} for it has left", to=self.to)
        if self.state == READY and self.attempts:
            return _("the mail that asks {to} for it has not left yet ({detail})", to=self.to, detail=detail)
        return None

    def as_json(self) -> dict[str, Any]:
        return {"to": self.to, "state": self.state, "detail": self.detail}


def last_askings(session: Session) -> Mapping[int, Asking]:
    """Of each approval that waits and was asked for by mail, by its number."""
    message, request, asked = InternalMessageRow, ApprovalRequestRow, ApprovalAskedRow
    query = (
        select(asked.approval_id, request.recipient, message.state, message.detail, message.attempts, message.changed_at)
        .join(request, request.id == asked.request_id)
        .join(message, message.id == request.message_id)
        .join(ApprovalRow, ApprovalRow.id == asked.approval_id)
        .where(ApprovalRow.state == WAITING)
        .order_by(request.id)
    )
    return {row.approval_id: Asking(row.recipient, row.state, row.detail, row.attempts, row.changed_at) for row in session.execute(query)}
