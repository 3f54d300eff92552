"""Lines of bank statements for tests, put into the book as an import of a statement does."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.domain.bank import BankLine, BankStatement, line_identities
from cobranza_rules.money import Money
from cobranza_rules.store.tables import BankLineRow, BankStatementRow

ACCOUNT = "0123456789"
DAY = dt.date(2026, 2, 10)


def line(amount: str, text: str = "", day: dt.date = DAY, **changes: str) -> BankLine:
    """A deposit, or a withdrawal where the amount is negative."""
    currency = changes.pop("currency", "MXN")
    values = {
        "tracking_key": changes.get("tracking_key", ""),
        "counterparty_name": changes.get("name", ""),
        "counterparty_rfc": changes.get("rfc", ""),
        "counterparty_clabe": changes.get("clabe", ""),
        "kind": changes.get("kind", "spei"),
    }
    return BankLine(1, day, None, Money.of(amount, currency), None, changes.get("reference", ""), text, **values)


def put_lines(session: Session, *lines: BankLine, known_at: dt.datetime) -> list[int]:
    """Ids of the lines; those that are known already stay as they are."""
    currency = lines[0].amount.currency
    statement = BankStatement(ACCOUNT, currency, DAY, DAY, None, None, lines, "test")
    row = BankStatementRow(
        account=ACCOUNT,
        currency=currency,
        profile="test",
        from_on=DAY,
        through_on=DAY,
        file="estado.csv",
        document="0" * 64,
        known_at=known_at,
    )
    session.add(row)
    session.flush()
    found = []
    for position, (each, identity) in enumerate(zip(lines, line_identities(statement), strict=True), 1):
        known = session.scalar(select(BankLineRow.id).where(BankLineRow.identity == identity))
        if known is None:
            new = BankLineRow(
                statement_id=row.id,
                position=position,
                account=ACCOUNT,
                currency=currency,
                booked_on=each.booked_on,
                minor=each.amount.minor,
                reference=each.reference,
                description=each.description,
                tracking_key=each.tracking_key,
                name=each.counterparty_name,
                rfc=each.counterparty_rfc,
                clabe=each.counterparty_clabe,
                kind=each.kind,
                identity=identity,
                state=each.first_state.value,
            )
            session.add(new)
            session.flush()
            known = new.id
        found.append(known)
    return found
