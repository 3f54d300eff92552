"""The invoices of the book by what people call them: their UUID, their number, or the number without what people leave out of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.texts import spellings
from cobranza_rules.store.tables import InvoiceRow


@dataclass(frozen=True, slots=True)
class InvoiceNames:
    """Ids of invoices by UUID and number, and by the number without what people leave out of it: `FA 1209`, `fa1209`."""

    exact: dict[str, list[int]]
    compact: dict[str, list[int]]

    @staticmethod
    def in_the_book(session: Session) -> InvoiceNames:
        """Of several with one number those that are open or paid; one that was substituted stands for the one in its place."""
        exact: dict[str, list[int]] = defaultdict(list)
        compact: dict[str, list[int]] = defaultdict(list)
        query = select(InvoiceRow.id, InvoiceRow.number, InvoiceRow.uuid).order_by(InvoiceRow.closed.is_not(None), InvoiceRow.id)
        closed = set(session.scalars(select(InvoiceRow.id).where(InvoiceRow.closed.is_not(None))))
        for key, number, uuid in session.execute(query):
            if uuid:
                exact[uuid].append(key)
            for names, name in ((exact, number.upper()), (compact, compact_number(number))):
                if key not in closed or name not in names:
                    names[name].append(key)
        return InvoiceNames(dict(exact), dict(compact))

    def named(self, name: str) -> list[int]:
        return self.exact.get(name.upper()) or self.compact.get(compact_number(name)) or []


def compact_number(number: str) -> str:
    return "".join(letter for letter in number.upper() if letter.isalnum())


def invoice_named(session: Session, name: str) -> InvoiceRow:
    """By number or UUID. Raises ProblemError where there is none, or where several may be meant."""
    exact = select(InvoiceRow).where(
        or_(InvoiceRow.number.in_(spellings(name)), InvoiceRow.uuid == name.upper()), InvoiceRow.closed.is_(None)
    )
    if len(rows := list(session.scalars(exact.limit(2)))) == 1:
        return rows[0]
    found = InvoiceNames.in_the_book(session).named(name)
    if len(found) > 1:
        raise ProblemError([Problem(_("'{invoice}' may be several invoices", invoice=name), _("write its UUID"))])
    if not found:
        what = _("there is no invoice '{number}'", number=name)
        raise ProblemError([Problem(what, _("'cobranza aging --detail' lists the open ones"))])
    return session.get_one(InvoiceRow, found[0])
