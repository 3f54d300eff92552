"""MT940, SWIFT's statement of an account, by the library mt-940: fields 25 (account), 60 and 62 (balances), 61 and 86 (movements)."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any

from mt940.models import Transaction, Transactions
from mt940.options import Options

from cobranza_rules.domain.bank import BankLine
from cobranza_rules.intake.bank.profile import Format
from cobranza_rules.intake.bank.reading import BankFiles, BankRead
from cobranza_rules.intake.bank.stated import MOST_LINES, Stated, as_statement, in_order
from cobranza_rules.intake.cells import text_of
from cobranza_rules.intake.delimited import decoded
from cobranza_rules.language import _
from cobranza_rules.money import Money, MoneyError
from cobranza_rules.problems import Problem, ProblemError

LARGEST = 20 * 2**20
_AGAIN = _("download it again, or ask the bank: it may have written another format")
# The library would log what it cannot read, which is other people's payments, and would put a day that does not exist to the next that does.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)
_AS_IT_STANDS: dict[str, list[Any]] = {"pre_statement": [], "post_statement": [], "post_transaction_details": []}
_BLOCK = re.compile(r"^(?=:20:)", re.MULTILINE)
_FIELD_61 = re.compile(r"^:61:", re.MULTILINE)
_NONE_GIVEN = frozenset({"NONREF", "NOTPROVIDED", ""})


def read_mt940(content: bytes, file: str, files: BankFiles) -> BankRead:
    """Raises ProblemError where the file as a whole cannot be read."""
    text = decoded(content) if len(content) <= LARGEST else None
    if text is None or len(_FIELD_61.findall(text)) > MOST_LINES:
        what = _("the statement is larger than {limit} MB or {lines} movements, or is no text", limit=LARGEST // 2**20, lines=MOST_LINES)
        raise ProblemError([Problem(what, _("download fewer days at a time"), file)])
    read, text = BankRead(), text.replace("\r\n", "\n")
    line = 1
    for block in _BLOCK.split(text):
        if block.startswith(":20:"):
            try:
                read.statements.append(as_statement(_stated(block, line, file), files, Format.MT940.value, file))
            except ProblemError as error:
                read.problems += error.problems
        line += block.count("\n")
    return read


def _stated(block: str, line: int, file: str) -> Stated:
    parsed = Transactions(processors=_AS_IT_STANDS, options=Options.all())
    try:
        parsed.parse(block)
        data = parsed.data
        opening, closing = (_balance(data, name) for name in ("opening", "closing"))
        lines = [_line(at, each) for at, each in enumerate(parsed.transactions, 1)]
    except (RuntimeError, ValueError, LookupError, ArithmeticError, AttributeError, TypeError, MoneyError) as error:
        raise ProblemError([Problem(_("not as MT940 has it"), _AGAIN, file, line + _lines_before(block, error))]) from None
    if len(lines) != len(_FIELD_61.findall(block)):
        raise ProblemError([Problem(_("not as MT940 has it"), _AGAIN, file, line)])
    account = text_of(data.get("account_identification")).rpartition("/")[2]
    return Stated(account, opening[0].currency, opening[0], closing[0], (closing[1], closing[1]), in_order(lines), line)


def _lines_before(block: str, error: Exception) -> int:
    """The library names the value that it could not read."""
    value = error.args[2] if len(error.args) == 3 else None
    at = block.find(value) if isinstance(value, str) and value else -1
    return block.count("\n", 0, at) if at > 0 else 0


def _balance(data: dict[str, Any], name: str) -> tuple[Money, dt.date]:
    """The final one, else that of a page of a statement. Raises LookupError where there is none."""
    found = data.get(f"final_{name}_balance") or data.get(f"intermediate_{name}_balance") or data[f"{name}_balance"]
    return Money.of(found.amount.amount, found.amount.currency), _day(found.date)


def _line(position: int, transaction: Transaction) -> BankLine:
    data = transaction.data
    value_on, amount = _day(data["date"]), data["amount"]
    customer, bank = (_reference(data.get(f"{name}_reference")) for name in ("customer", "bank"))
    details = [text_of(data.get(name)) for name in ("extra_details", "transaction_details")]
    return BankLine(
        position=position,
        booked_on=_day(data["entry_date"]) if isinstance(data.get("entry_date"), dt.date) else value_on,
        value_on=value_on,
        amount=Money.of(amount.amount, amount.currency),
        balance=None,
        reference=customer or bank,
        description=" ".join(part for part in (bank if customer else "", *details) if part)[:1000],
    )


def _reference(value: object) -> str:
    text = text_of(value) if isinstance(value, str) else ""
    return "" if text.upper() in _NONE_GIVEN else text


def _day(date: dt.date) -> dt.date:
    return dt.date(date.year, date.month, date.day)
