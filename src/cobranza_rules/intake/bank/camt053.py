"""CAMT.053, the statement of ISO 20022 (BankToCustomerStatement, versions 02 to 13): elements by their names, whatever the version's namespace."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from lxml import etree

from cobranza_rules.domain.bank import BankLine
from cobranza_rules.intake.bank.profile import Format
from cobranza_rules.intake.bank.reading import BankFiles, BankRead
from cobranza_rules.intake.bank.stated import MOST_LINES, Stated, as_statement, in_order
from cobranza_rules.intake.cells import text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.rfc import is_rfc
from cobranza_rules.intake.xml_reader import XmlDocument, read_xml
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import Money, MoneyError, total
from cobranza_rules.problems import Problem, ProblemError

_AGAIN = _("download it again, or ask the bank")
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.+Z-]{0,30}|Z|[+-][0-9:]{5})?")
_NONE_GIVEN = frozenset({"NOTPROVIDED", "NONREF", ""})
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)  # BalanceType12Code: opening booked, previously closed booked; closing booked


def read_camt053(content: bytes, file: str, files: BankFiles) -> BankRead:
    """Raises ProblemError where the file as a whole cannot be read."""
    document = read_xml(content, file)
    read = BankRead()
    for number, element in enumerate(_all(document.root, "BkToCstmrStmt", "Stmt"), 1):
        try:
            stated = _Statement(document, element, f"Stmt[{number}]").stated()
            read.statements.append(as_statement(stated, files, Format.CAMT053.value, file))
        except ProblemError as error:
            read.problems += error.problems
    if not read.statements and not read.problems:
        raise ProblemError([Problem(_("the file has no statement"), _AGAIN, file)])
    return read


def _all(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements at the end of a path, whatever their namespace."""
    if not names:
        yield element
        return
    for child in element:
        if etree.QName(child).localname == names[0]:
            yield from _all(child, *names[1:])


def _first(element: etree._Element, *names: str) -> etree._Element | None:
    return next(_all(element, *names), None)


def _text(element: etree._Element, *names: str) -> str:
    found = _first(element, *names)
    return text_of(found.text) if found is not None and found.text else ""


def _texts(element: etree._Element, *names: str) -> str:
    return " ".join(text_of(each.text) for each in _all(element, *names) if each.text)


class _Statement:
    def __init__(self, document: XmlDocument, element: etree._Element, place: str) -> None:
        self.document, self.element, self.place = document, element, place

    def _refused(self, element: etree._Element, what: Sentence) -> ProblemError:
        return ProblemError([Problem(what, _AGAIN, self.document.file, self.document.line(element), place=self.place)])

    def stated(self) -> Stated:
        """Raises ProblemError at the first thing that is not as the standard has it."""
        opening, closing = self._balance(_OPENING), self._balance(_CLOSING)
        lines: list[BankLine] = []
        for entry in _all(self.element, "Ntry"):
            if self._is_booked(entry):
                for detail, amount in self._transactions(entry):
                    if len(lines) >= MOST_LINES:
                        raise self._refused(entry, _("the statement has more than {lines} movements", lines=MOST_LINES))
                    lines.append(self._line(entry, detail, amount, len(lines) + 1))
        other = _text(self.element, "Acct", "Id", "Othr", "Id")
        account = other or _text(self.element, "Acct", "Id", "IBAN")
        days = [self._day(node) for name in ("FrDtTm", "ToDtTm") if (node := _first(self.element, "FrToDt", name)) is not None]
        covered = (days[0], days[1]) if len(days) == 2 else (closing[1], closing[1])
        line = self.document.line(self.element)
        return Stated(account, opening[0].currency, opening[0], closing[0], covered, in_order(lines), line, self.place)

    def _balance(self, codes: tuple[str, ...]) -> tuple[Money, dt.date]:
        for code in codes:
            for balance in _all(self.element, "Bal"):
                if _text(balance, "Tp", "CdOrPrtry", "Cd") == code:
                    day = _first(balance, "Dt", "Dt") if _first(balance, "Dt", "Dt") is not None else _first(balance, "Dt", "DtTm")
                    if day is None:
                        raise self._refused(balance, _("the balance {code} has no day", code=code))
                    return self._amount(balance), self._day(day)
        raise self._refused(self.element, _("the balance {code} is missing", code=codes[0]))

    @staticmethod
    def _is_booked(entry: etree._Element) -> bool:
        """Status is a code of its own up to version 03, and an element with a code after it."""
        status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
        return status in ("BOOK", "")

    def _amount(self, element: etree._Element) -> Money:
        """Positive for a credit. What is a reversal of one says so by its indicator, which is the direction in which money went."""
        return self._money(element, _first(element, "Amt"), _text(element, "CdtDbtInd"))

    def _money(self, element: etree._Element, amount: etree._Element | None, way: str) -> Money:
        text = text_of(amount.text) if amount is not None and amount.text else ""
        if amount is None or not _AMOUNT.fullmatch(text) or way not in ("CRDT", "DBIT"):
            raise self._refused(element, _("'{text}' is no amount", text=shown(text)))
        try:
            money = Money.of(text, amount.get("Ccy", ""))
        except MoneyError:
            raise self._refused(element, _("'{text}' is no amount", text=shown(f"{text} {amount.get('Ccy', '')}"))) from None
        return money if way == "CRDT" else Money(-money.minor, money.currency)

    def _day(self, element: etree._Element) -> dt.date:
        text = text_of(element.text) if element.text else ""
        found = _DAY.fullmatch(text)
        try:
            return dt.date.fromisoformat(found[1] if found else "")
        except ValueError:
            raise self._refused(element, _("'{text}' is not a date", text=shown(text))) from None

    def _moment(self, entry: etree._Element, name: str) -> dt.date | None:
        found = _first(entry, name, "Dt")
        found = found if found is not None else _first(entry, name, "DtTm")
        return None if found is None else self._day(found)

    def _transactions(self, entry: etree._Element) -> list[tuple[etree._Element, Money]]:
        """What tells of each transaction, and its amount. Several payments in one movement are several, where the bank says their amounts.

        Raises ProblemError where these do not come to the movement's own.
        """
        whole, details = self._amount(entry), list(_all(entry, "NtryDtls", "TxDtls"))
        if len(details) < 2:
            return [(details[0] if details else entry, whole)]
        amounts = [self._own_amount(detail, entry) for detail in details]
        if all(amount is None for amount in amounts):
            return [(entry, whole)]  # None of them is the one that is told.
        told = [amount for amount in amounts if amount is not None]
        if len(told) < len(details):
            what = _("{count} of the {all} transactions of a movement have no amount", count=len(details) - len(told), all=len(details))
            raise self._refused(entry, what)
        if any(amount.currency != whole.currency for amount in told) or sum(amount.minor for amount in told) != whole.minor:
            sums = ", ".join(
                str(total([each for each in told if each.currency == code], code)) for code in sorted({each.currency for each in told})
            )
            what = _("the transactions of a movement over {whole} come to {sums}", whole=whole, sums=sums)
            raise self._refused(entry, what)
        return list(zip(details, told, strict=True))

    def _own_amount(self, detail: etree._Element, entry: etree._Element) -> Money | None:
        """In the movement's direction, where it names none: `Amt` from version 04 on, before that in its details. None where there is none."""
        for holder in (detail, _first(detail, "AmtDtls", "TxAmt")):
            amount = _first(holder, "Amt") if holder is not None else None
            if amount is not None:
                way = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
                return self._money(detail, amount, way)
        return None

    def _line(self, entry: etree._Element, detail: etree._Element, amount: Money, position: int) -> BankLine:
        booked_on = self._moment(entry, "BookgDt")
        if booked_on is None:
            raise self._refused(entry, _("the movement has no day"))
        side, account = ("Dbtr", "DbtrAcct") if amount.minor > 0 else ("Cdtr", "CdtrAcct")
        party = _first(detail, "RltdPties", side)
        party = party if party is None or _first(party, "Pty") is None else _first(party, "Pty")  # From version 04 on
        ids = [] if party is None else [text_of(each.text) for each in _all(party, "Id", "OrgId", "Othr", "Id") if each.text]
        ids += [] if party is None else [text_of(each.text) for each in _all(party, "Id", "PrvtId", "Othr", "Id") if each.text]
        numbers = [_text(detail, "RltdPties", account, "Id", *path) for path in (("Othr", "Id"), ("IBAN",))]
        references = [_text(detail, "Refs", name) for name in ("EndToEndId", "InstrId", "TxId", "ClrSysRef")]
        told = [reference for reference in references if reference.upper() not in _NONE_GIVEN]
        parts = (_texts(detail, "RmtInf", "Ustrd"), _texts(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref"), _text(entry, "AddtlNtryInf"))
        return BankLine(
            position=position,
            booked_on=booked_on,
            value_on=self._moment(entry, "ValDt"),
            amount=amount,
            balance=None,
            reference=told[0][:200] if told else _text(entry, "AcctSvcrRef")[:200],
            description=" ".join(part for part in (*parts, *told[1:]) if part)[:1000],
            tracking_key=_text(detail, "Refs", "ClrSysRef")[:80],
            counterparty_name=("" if party is None else _text(party, "Nm"))[:300],
            counterparty_rfc=next((each for each in ids if is_rfc(each)), ""),
            counterparty_clabe=next((number for number in numbers if number), "")[:40],
        )
