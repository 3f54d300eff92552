"""What people add to a customer's case file: a note, a call, a meeting. It changes nothing that rules look at."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.customer_names import customer_named
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CaseEventRow, CustomerRow

LONGEST = 10_000  # Characters


class NoteKind(StrEnum):
    NOTE = "note"
    CALL = "call"
    MEETING = "meeting"


def add_note(
    keeper: Bookkeeper, name: str, kind: NoteKind, text: str, *, who: str, document: str, today: dt.date
) -> tuple[CustomerRow, bool]:
    """The customer, and whether it is new: the same of the same day is kept once. Raises ProblemError with all that is wrong."""
    problems: list[Problem] = []
    customer = customer_named(keeper.session, name)
    if customer is None:
        problems.append(Problem(_("there is no customer '{name}'", name=name), _("give its code as in the customers' spreadsheet")))
    if not text.strip():
        problems.append(Problem(_("a note without a text says nothing"), _("write what was said")))
    if len(text) > LONGEST:
        problems.append(Problem(_("a note has {most} characters at most", most=LONGEST), _("put the whole into a file: --file")))
    if problems:
        raise ProblemError(problems)
    assert customer is not None
    data = {"who": who, "text": text.strip(), **({"document": document} if document else {})}
    same = select(CaseEventRow.data).where(
        CaseEventRow.customer_id == customer.id, CaseEventRow.kind == f"noted_{kind.value}", CaseEventRow.happened_on == today
    )
    if data in list(keeper.session.scalars(same)):
        return customer, False
    keeper.note(customer.id, f"noted_{kind.value}", today, data)
    return customer, True
