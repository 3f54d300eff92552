"""What `bank` shows: the statements that were taken, their movements, and where something is missing between them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.company import account_key
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.bank_statements import gaps_of, newest_days
from cobranza_rules.store.tables import BankLineRow, BankStatementRow
from cobranza_rules.workspace import Workspace


def statements_report(workspace: Workspace, account: str = "") -> dict[str, Any]:
    """Every statement, the last day of each account, and the gaps; of one account where one is named."""
    wanted = account_key(account)
    with workspace.database.reading() as session:
        query = select(BankStatementRow).order_by(BankStatementRow.account, BankStatementRow.from_on, BankStatementRow.id)
        found = [row for row in session.scalars(query) if wanted in ("", row.account)]
        counted = _counted(session)
        newest = newest_days(session)
        gaps = [gap for gap in gaps_of(session, workspace.rules.calendar) if wanted in ("", gap.account)]
    watched = workspace.company.watched_accounts
    return {
        "accounts": [
            {"account": key, "through": newest[key].isoformat() if key in newest else None, "expected": key in watched}
            for key in sorted({*newest, *watched})
            if wanted in ("", key)
        ],
        "statements": [_statement(row, *counted.get(row.id, (0, 0))) for row in found],
        "gaps": [gap.as_json() for gap in gaps],
    }


def _counted(session: Session) -> dict[int, tuple[int, int]]:
    """The movements that each statement was the first to tell, and the deposits among them that nobody has applied."""
    columns = BankLineRow.__table__.c
    open_ones = func.sum((columns.state == LineState.OPEN.value).cast(columns.position.type))
    query = select(columns.statement_id, func.count(), open_ones).group_by(columns.statement_id)
    return {statement_id: (count, int(still_open or 0)) for statement_id, count, still_open in session.execute(query)}


def _statement(row: BankStatementRow, movements: int, still_open: int) -> dict[str, Any]:
    return {
        "number": row.id,
        "account": row.account,
        "currency": row.currency,
        "profile": row.profile,
        "from": row.from_on.isoformat(),
        "through": row.through_on.isoformat(),
        "opening": _plain(row.opening, row.currency),
        "closing": _plain(row.closing, row.currency),
        "movements": movements,
        "open": still_open,
        "file": row.file,
        "document": row.document,
    }


def statement_report(workspace: Workspace, number: int) -> dict[str, Any]:
    """A statement with the movements that it was the first to tell. Raises ProblemError where there is none of that number."""
    with workspace.database.reading() as session:
        row = session.get(BankStatementRow, number)
        if row is None:
            raise ProblemError(
                [Problem(_("there is no bank statement {number}", number=number), _("'cobranza bank list' shows those that were taken"))]
            )
        query = select(BankLineRow).where(BankLineRow.statement_id == number).order_by(BankLineRow.position)
        lines = list(session.scalars(query))
    still_open = sum(line.state == LineState.OPEN for line in lines)
    return {"statement": _statement(row, len(lines), still_open), "movements": [_movement(line) for line in lines]}


def _movement(line: BankLineRow) -> dict[str, Any]:
    return {
        "number": line.id,
        "on": line.booked_on.isoformat(),
        "amount": _plain(line.minor, line.currency),
        "currency": line.currency,
        "balance": _plain(line.balance, line.currency),
        "state": line.state,
        "kind": line.kind,
        "reference": line.reference,
        "tracking_key": line.tracking_key,
        "name": line.name,
        "rfc": line.rfc,
        "clabe": line.clabe,
        "description": line.description,
    }


def _plain(minor: int | None, currency: str) -> str | None:
    return None if minor is None else Money(minor, currency).plain()
