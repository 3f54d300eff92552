"""The movements of a bank's table, oldest first, and everything that is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from cobranza_rules.domain.bank import BankLine
from cobranza_rules.intake.bank.balances import broken_balance
from cobranza_rules.intake.bank.cells import LONGEST_KEY, Cells
from cobranza_rules.intake.bank.date_forms import read_day
from cobranza_rules.intake.bank.finding import found_in, is_clabe, kind_of
from cobranza_rules.intake.bank.profile import BankProfile, Order, Withdrawals
from cobranza_rules.intake.bank.sheet import BankSheet, cleaned
from cobranza_rules.intake.cells import text_of
from cobranza_rules.intake.cfdi_reading import MOST_PROBLEMS, shown
from cobranza_rules.intake.heading_row import folded
from cobranza_rules.intake.rfc import is_rfc, typed_rfc
from cobranza_rules.intake.table import Value
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem

AMOUNTS = ("deposit", "withdrawal", "amount")


@dataclass
class Movements:
    """`places` names the cell of each line's amount or day, in the order of `lines`."""

    lines: list[BankLine] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_movements(sheet: BankSheet, profile: BankProfile, currency: str, file: str) -> Movements:
    found = Movements()
    written_days: dict[bool, int] = {}
    for row in range(sheet.layout.row + 1, len(sheet.table.rows)):
        cells = Cells(sheet, row, profile, file)
        if not is_movement(cells):
            continue
        written_days.setdefault(isinstance(sheet.cell(row, "day"), dt.date), row)
        line = _line(cells, currency, len(found.lines) + 1)
        found.problems += cells.problems
        found.warnings += cells.warnings
        if line is not None:
            found.lines.append(line)
            found.places.append(sheet.place(row, "day"))
        if len(found.problems) >= MOST_PROBLEMS:
            return found
    if len(written_days) > 1:
        found.problems.append(_two_orders(sheet, max(written_days.values()), file))
    if not found.problems:
        _put_in_order(found, profile, file)
    return found


def is_movement(cells: Cells) -> bool:
    """Whether the row has an amount, or a day in its column. Remarks have neither; balances and totals are told by the profile's labels."""
    if is_labelled(cells.sheet.table.rows[cells.row], cells.profile):
        return False
    day = cells.sheet.cell(cells.row, "day")
    is_day = isinstance(day, dt.date) or (isinstance(day, str) and read_day(day, cells.profile.dates) is not None)
    return is_day or any(not cells.is_empty(holds) for holds in AMOUNTS)


def is_labelled(row: Sequence[Value], profile: BankProfile) -> bool:
    labels = tuple(folded(label) for label in profile.totals.values())
    return bool(labels) and any(isinstance(cell, str) and folded(cleaned(cell)).startswith(labels) for cell in row)


def _two_orders(sheet: BankSheet, row: int, file: str) -> Problem:
    what = _("some days of this column are dates and others are text: a spreadsheet program may have taken months for days in the former")
    return Problem(what, _("download the statement again, and do not open it before"), file, place=sheet.place(row, "day"))


def _line(cells: Cells, currency: str, position: int) -> BankLine | None:
    """None where something is wrong with the row: then its problems say what."""
    if (number := cells.sheet.beyond(cells.row)) is not None:
        what = _("the row has more cells than there are headings: '{text}' stands beyond the last one", text=shown(_beyond(cells, number)))
        hint = _("a text with a delimiter in it may have shifted the cells: download the statement again")
        cells.problems.append(Problem(what, hint, cells.file, place=cells.sheet.table.place(cells.row, number)))
        return None
    day, amount = cells.day("day"), _amount(cells, currency)
    if day is None and not cells.problems:
        cells.blame("day", _("the row has an amount and no day"), _("download the statement again, and do not edit it"))
    balance = cells.amount("balance", currency)
    description = cells.text("description")
    if cells.problems or day is None or amount is None:
        return None
    line = BankLine(position, day, cells.day("value_day"), amount, balance, cells.text("reference"), description)
    line = _with_what_is_found(replace(line, tracking_key=cells.text("tracking_key", LONGEST_KEY)), cells)
    return None if cells.problems else line


def _beyond(cells: Cells, number: int) -> str:
    return text_of(cells.sheet.table.value(cells.row, number))


def _with_what_is_found(line: BankLine, cells: Cells) -> BankLine:
    """What columns do not tell is taken of the description."""
    found = found_in(line.description, cells.profile.find)
    rfc, clabe = typed_rfc(cells.text("rfc", LONGEST_KEY)) or found.get("rfc", ""), cells.clabe() or found.get("clabe", "")
    return replace(
        line,
        reference=line.reference or found.get("reference", ""),
        tracking_key=line.tracking_key or found.get("tracking_key", "")[:LONGEST_KEY],
        counterparty_name=cells.text("name") or found.get("name", ""),
        counterparty_rfc=rfc if is_rfc(rfc) else "",
        counterparty_clabe=clabe if len(clabe) != 18 or is_clabe(clabe) else "",
        kind=kind_of(line.description, cells.profile.kinds),
    )


def _amount(cells: Cells, currency: str) -> Money | None:
    """None also where it is zero: such a row moves no money."""
    together = "amount" in cells.sheet.layout.columns
    if not together:
        found = _of_two_columns(cells, currency)
    else:
        amount = cells.amount("amount", currency)
        found = _signed(cells, amount) if cells.profile.signs and amount is not None else amount
    if found is None and not cells.problems and all(cells.is_empty(holds) for holds in AMOUNTS):
        holds = "amount" if together else "deposit"
        cells.blame(holds, _("the row has a day and no amount"), _("download the statement again, and do not edit it"))
    return found or None


def _signed(cells: Cells, amount: Money) -> Money | None:
    told, signs = cells.text("sign"), cells.profile.signs
    if amount.minor < 0:
        cells.blame("amount", _("the amount is negative beside a column of signs"), _("correct 'signs' in the profile of the bank"))
        return None
    for name, sign in (("deposit", amount), ("withdrawal", Money(-amount.minor, amount.currency))):
        if folded(told) == folded(signs[name]):
            return sign
    what = _("'{text}' says neither deposit nor withdrawal", text=shown(told))
    cells.blame("sign", what, _("what is expected is {deposit} or {withdrawal}", **signs))
    return None


def _of_two_columns(cells: Cells, currency: str) -> Money | None:
    """A zero in one of them is as if it was empty."""
    deposit, withdrawal = cells.amount("deposit", currency) or None, cells.amount("withdrawal", currency) or None
    if deposit is not None and withdrawal is not None:
        hint = _("the cells may be shifted: download the statement again")
        cells.blame("deposit", _("the row has a deposit and a withdrawal"), hint)
        return None
    if deposit is not None and deposit.minor < 0:
        cells.blame("deposit", _("the deposit is negative"), _("the cells may be shifted: download the statement again"))
        return None
    if withdrawal is None:
        return deposit
    negative = cells.profile.withdrawals is Withdrawals.NEGATIVE
    if (withdrawal.minor < 0) is not negative:
        what = _("the withdrawal is positive") if negative else _("the withdrawal is negative")
        cells.blame("withdrawal", what, _("correct 'withdrawals' in the profile of the bank if it writes them so"))
        return None
    return withdrawal if negative else Money(-withdrawal.minor, currency)


def _put_in_order(found: Movements, profile: BankProfile, file: str) -> None:
    """Oldest first. Days that go forth and back are days of which some were read in another order."""
    backwards = _is_newest_first(found.lines, profile.order)
    if backwards:
        found.lines.reverse()
        found.places.reverse()
    for (place, line), (_next_place, after) in pairwise(zip(found.places, found.lines, strict=True)):
        if after.booked_on < line.booked_on:
            what = _("the days go forth and back: {day} stands between others", day=line.booked_on)
            hint = _("day and month may have changed places in a spreadsheet program: download the statement again")
            found.problems.append(Problem(what, hint, file, place=place))
            break
    found.lines = [replace(line, position=position) for position, line in enumerate(found.lines, 1)]


def _is_newest_first(lines: Sequence[BankLine], order: Order) -> bool:
    if order is not Order.EITHER or len(lines) < 2:
        return order is Order.NEWEST_FIRST
    if lines[0].booked_on != lines[-1].booked_on:
        return lines[0].booked_on > lines[-1].booked_on
    turned = list(reversed(lines))
    return broken_balance(lines, None) is not None and broken_balance(turned, None) is None
