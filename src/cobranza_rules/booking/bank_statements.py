"""Statements of our bank accounts are taken: each movement once, however many statements tell of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.outcome import Taken
from cobranza_rules.domain.bank import BankLine, BankStatement, line_identities
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.heartbeat import BANK, beat
from cobranza_rules.store.tables import BankLineRow, BankStatementRow


def book_statement(keeper: Bookkeeper, statement: BankStatement, document: str, file: str, today: dt.date) -> Counter[tuple[str, Taken]]:
    """How many statements and movements were new, by ("bank_statements" or "bank_movements", outcome).

    Raises ProblemError where a movement is still to come, or the statement contradicts one that was taken before.
    """
    _must_have_happened(statement, file, today)
    identities = line_identities(statement)
    known = _known_lines(keeper, statement)
    _must_agree(statement, identities, known, file)
    counts: Counter[tuple[str, Taken]] = Counter()
    counts["bank_statements", Taken.UNCHANGED if (again := _is_known(keeper, statement, document)) else Taken.NEW] += 1
    new = [(line, identity) for line, identity in zip(statement.lines, identities, strict=True) if identity not in known]
    counts["bank_movements", Taken.NEW] = len(new)
    counts["bank_movements", Taken.UNCHANGED] = len(statement.lines) - len(new)
    if not again:
        row = _row_of(keeper, statement, document, file, today)
        keeper.session.add(row)
        keeper.session.flush()
        keeper.session.add_all(_line_row(row, line, identity) for line, identity in new)
        noon = dt.datetime.combine(row.through_on, dt.time(12), dt.UTC)
        beat(keeper.session, BANK, min(noon, keeper.known_at))
    return counts


def covered_through(statement: BankStatement, today: dt.date) -> dt.date:
    """The last day of which it surely tells all. One that says it covers days to come was made at some time after its last movement."""
    if statement.through_on < today:
        return statement.through_on
    return max((line.booked_on for line in statement.lines), default=min(statement.from_on, today))


def _must_have_happened(statement: BankStatement, file: str, today: dt.date) -> None:
    if any((late := line).booked_on > today for line in statement.lines):
        what = _("a movement of {day} is still to come: {description}", day=late.booked_on, description=shown(late.description))
        raise ProblemError([Problem(what, _("look whether day and month have changed places"), file)])


def _known_lines(keeper: Bookkeeper, statement: BankStatement) -> dict[str, BankLineRow]:
    query = select(BankLineRow).where(
        BankLineRow.account == statement.account,
        BankLineRow.booked_on >= statement.from_on,
        BankLineRow.booked_on <= statement.through_on,
    )
    return {row.identity: row for row in keeper.session.scalars(query.order_by(BankLineRow.id))}


def _must_agree(statement: BankStatement, identities: Iterable[str], known: dict[str, BankLineRow], file: str) -> None:
    """Two statements that tell of the same day tell the same of it, unless one of them was made or begins in the middle of it.

    Otherwise one payment would count twice: a bank that words or orders its movements anew, or another format of the same account.
    """
    told = set(identities)
    new_days = {line.booked_on for line, identity in zip(statement.lines, identities, strict=True) if identity not in known}
    for row in known.values():
        lacking = row.identity not in told
        if lacking and (row.booked_on in new_days or statement.from_on < row.booked_on < statement.through_on):
            what = _(
                "a statement that was taken before has a movement of {day} over {amount} that this one tells otherwise or not at all: {description}",
                day=row.booked_on,
                amount=Money(row.minor, row.currency),
                description=shown(row.description),
            )
            hint = _(
                "nothing of it was taken, for the same money would count twice. Download only the days after {day}, in the same format as before",
                day=max(each.booked_on for each in known.values()),
            )
            raise ProblemError([Problem(what, hint, file)])


def _is_known(keeper: Bookkeeper, statement: BankStatement, document: str) -> bool:
    query = select(BankStatementRow.id).where(
        BankStatementRow.document == document,
        BankStatementRow.account == statement.account,
        BankStatementRow.from_on == statement.from_on,
    )
    return keeper.session.scalar(query.limit(1)) is not None


def _row_of(keeper: Bookkeeper, statement: BankStatement, document: str, file: str, today: dt.date) -> BankStatementRow:
    return BankStatementRow(
        account=statement.account,
        currency=statement.currency,
        profile=statement.profile,
        from_on=statement.from_on,
        through_on=covered_through(statement, today),
        opening=_minor(statement.opening),
        closing=_minor(statement.closing),
        file=file,
        document=document,
        known_at=keeper.known_at,
    )


def _line_row(statement: BankStatementRow, line: BankLine, identity: str) -> BankLineRow:
    return BankLineRow(
        statement_id=statement.id,
        position=line.position,
        account=statement.account,
        currency=line.amount.currency,
        booked_on=line.booked_on,
        value_on=line.value_on,
        minor=line.amount.minor,
        balance=_minor(line.balance),
        reference=line.reference,
        description=line.description,
        tracking_key=line.tracking_key,
        name=line.counterparty_name,
        rfc=line.counterparty_rfc,
        clabe=line.counterparty_clabe,
        kind=line.kind,
        identity=identity,
        state=line.first_state.value,
    )


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.minor
