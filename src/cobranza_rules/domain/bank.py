"""What a bank says of an account: a statement and its lines, and what makes two statements speak of the same line."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from cobranza_rules.money import Money


class LineState(StrEnum):
    """What has become of a line. A deposit begins as OPEN, a withdrawal is OUTGOING."""

    OPEN = "open"  # Nobody has applied it.
    APPLIED = "applied"
    PART_APPLIED = "part_applied"
    NOT_OURS = "not_ours"  # A person has said that it is no customer's payment.
    RETURNED = "returned"  # The bank has taken it back, as it does with a cheque that is not paid.
    OUTGOING = "outgoing"


class LineKind(StrEnum):
    """What moved the money, as far as the bank's words tell."""

    SPEI = "spei"
    TRANSFER = "transfer"  # Between two accounts of the same bank, or in a way that is not told
    CHEQUE = "cheque"
    CASH = "cash"
    CARD = "card"
    RETURNED = "returned"  # A cheque or transfer that the bank gives back
    FEE = "fee"  # With its tax
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement. `position` counts from 1 in the order of the statement, oldest first.

    `amount` is positive for a deposit and negative for a withdrawal; `balance` is the running balance after it, None where the bank tells none.
    References are text, for leading zeros count: `reference` is that of the bank or of the payer, `tracking_key` the SPEI's clave de rastreo.
    `counterparty_clabe` is a CLABE of 18 digits, or another account number as it stands there. `kind` is a LineKind. Texts that are not
    told are "".
    """

    position: int
    booked_on: dt.date
    value_on: dt.date | None
    amount: Money
    balance: Money | None
    reference: str
    description: str
    tracking_key: str = ""
    counterparty_name: str = ""
    counterparty_rfc: str = ""
    counterparty_clabe: str = ""
    kind: str = ""

    @property
    def is_deposit(self) -> bool:
        return self.amount.minor > 0

    @property
    def first_state(self) -> LineState:
        return LineState.OPEN if self.is_deposit else LineState.OUTGOING


@dataclass(frozen=True, slots=True)
class BankStatement:
    """The movements of one account over the days from `from_on` through `through_on`, both included.

    `account` is the number of one of the company's own accounts, its letters and digits as the settings write them. `opening` is the balance before the first line,
    `closing` that after the last one. `profile` names the bank's profile, or the format (mt940, camt053), by which it was read.
    """

    account: str
    currency: str
    from_on: dt.date
    through_on: dt.date
    opening: Money | None
    closing: Money | None
    lines: tuple[BankLine, ...]
    profile: str


def line_identities(statement: BankStatement) -> list[str]:
    """What makes each line the same in another statement of the account: SHA-256 in hexadecimal, in the order of the lines.

    It rests on account, day, amount, reference, description, tracking key and running balance, and on how many lines before it in the
    statement say exactly the same: of two transfers of one amount on one day both count, and a statement that is read twice adds nothing.
    """
    told: Counter[str] = Counter()
    identities = []
    for line in statement.lines:
        said = _said_of(statement.account, line)
        told[said] += 1
        identities.append(hashlib.sha256(f"{said}#{told[said]}".encode()).hexdigest())
    return identities


def _said_of(account: str, line: BankLine) -> str:
    texts = (line.reference, line.description, line.tracking_key)
    return json.dumps(
        [
            account,
            line.booked_on.isoformat(),
            line.amount.currency,
            line.amount.minor,
            *(" ".join(text.split()) for text in texts),
            None if line.balance is None else line.balance.minor,
        ]
    )
