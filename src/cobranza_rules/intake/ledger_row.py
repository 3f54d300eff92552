"""One row of a document report becomes a ledger document, or problems that name the cell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.ledger_document import LedgerDocument, LedgerKind, Nature
from cobranza_rules.intake.cells import amount_of, day_of, text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.code_page import is_odd
from cobranza_rules.intake.error_cells import CORRECT, is_error, told
from cobranza_rules.intake.heading_row import Headings
from cobranza_rules.intake.ledger_words import currency_of, flag_of, understood, whole_text
from cobranza_rules.intake.report_mapping import FIELDS, ReportMapping
from cobranza_rules.intake.rfc import is_rfc, typed_rfc
from cobranza_rules.intake.table import Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import LARGEST, MINOR_UNITS, Money
from cobranza_rules.problems import Problem, ProblemError

NULL_DAYS = frozenset({dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(1904, 1, 1)})  # What 0 is as a date
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_ODD_CELLS = 3  # From here on it is the row that stands wrong, not its cells.
UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
_NUMBERED = re.compile(r"([A-Za-zÑñ][A-Za-z0-9Ññ]{0,23}?)[ -]?([0-9]{1,20})")
_BLANK_DAY = re.compile(r"[/ .-]*|0|0?0:00(?::00)?")  # 0 with the format of a date is a time, midnight
_FILL_IN = _("fill it in, or delete the whole row")
_AS_DAY = _("give the day like 2026-02-16 or 16/02/2026")
_AS_AMOUNT = _("give the amount like 1234.50 or 1,234.50")
_SHIFTED = _("compare the row with the headings: its cells may have been shifted")


class NotOurs(Exception):  # noqa: N818 (an outcome, not an error)
    """A row that is in order and no ledger document: an order, a draft, a supplier's invoice."""


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table. What stands in many rows alike (a concept, a currency, a customer) is understood once.

    `at` maps what is held to its column, -1 where there is none: rows are read with an empty cell at their end.
    """

    headings: Headings
    file: str
    mapping: ReportMapping | None
    at: dict[str, int] = field(default_factory=dict)
    folio_cell: str = ""
    concepts: dict[tuple[Value, ...], tuple[LedgerKind, Nature | None, bool]] = field(default_factory=dict)
    texts: dict[Value, str] = field(default_factory=dict)
    currencies: dict[Value, str] = field(default_factory=dict)
    flags: dict[Value, bool] = field(default_factory=dict)
    parties: dict[tuple[Value, Value], Party] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    carried: dict[int, tuple[int, Value]] = field(default_factory=dict)  # Of cells merged over several rows, which hold in all of them
    cells: Sequence[Value] = ()
    row: int = 0
    width: int = 0

    def __post_init__(self) -> None:
        self.at = dict.fromkeys(FIELDS, -1) | {str(holds): number for number, holds in self.headings.columns.items()}
        self.width = max(self.at.values()) + 1
        self.folio_cell = self.headings.place(0, "folio").removesuffix("1")

    def has(self, name: str) -> bool:
        return self.at[name] >= 0

    def value(self, name: str) -> Value:
        return self.cells[self.at[name]]

    def begin(self, row: int, cells: Sequence[Value]) -> None:
        short = self.width - len(cells)
        padded = [*cells, *([None] * short), None] if short > 0 else [*cells, None]
        if tall := self.headings.table.tall:
            for column, value in enumerate(cells):
                if (row, column) in tall:
                    self.carried[column] = (tall[row, column], value)
            for column, (last, value) in self.carried.items():
                if row <= last:
                    padded[column] = value
        self.row, self.cells = row, padded

    def document(self) -> LedgerDocument:
        """Of the row that was begun. Raises ProblemError with every problem of it, or NotOurs."""
        self.errors = []
        cells, at = self.cells, self.at
        self._refuse_errors()
        kind, nature = self._kind_and_nature()
        series, folio = self._number()
        total, left = self._amounts(nature, self.currencies.get(cells[at["currency"]]) or self._currency())
        document = LedgerDocument(
            self.mapping.name if self.mapping else "report",
            whole_text(text_of(cells[at["internal_id"]])),
            nature,
            kind,
            self._shared(cells[at["concept"]]),
            series,
            folio,
            "" if cells[at["uuid"]] is None else self._uuid(),
            self.parties.get((cells[at["rfc"]], cells[at["name"]])) or self._party(),
            self._shared(cells[at["code"]]),
            self._day("issued") or dt.date.min,
            self._day("due", needed=False),
            total,
            left,
            self._flag("cancelled"),
            text_of(cells[at["reference"]]),
            f"{self.folio_cell}{self.row + 1}",
        )
        if self.errors:
            raise ProblemError(self._told())
        return document

    def _refuse_errors(self) -> None:
        """Raises ProblemError where a cell that is read holds an error: what the row says is not known then."""
        if not any(map(is_error, self.cells)):
            return
        for name, number in self.at.items():
            if is_error(self.cells[number]):
                self.blame(name, told(self.cells[number]), CORRECT)
        if self.errors:
            raise ProblemError(self.errors)

    def _told(self) -> list[Problem]:
        if len(self.errors) < MOST_ODD_CELLS:
            return self.errors
        cells = ", ".join(problem.place.rpartition("!")[2] for problem in self.errors)
        what = _("the cells {cells} do not hold what their headings say", cells=cells)
        return [Problem(what, _SHIFTED, self.file, place=self.headings.place(self.row, "folio"))]

    def blame(self, name: str, what: Sentence, hint: Sentence) -> None:
        self.errors.append(Problem(what, hint, self.file, place=self.headings.place(self.row, name)))

    def _kind_and_nature(self) -> tuple[LedgerKind, Nature]:
        cells, at = self.cells, self.at
        told = (cells[at["concept"]], cells[at["model"]], cells[at["nature"]])
        if told not in self.concepts:
            self.concepts[told] = understood(*map(text_of, told))
        kind, nature, ours = self.concepts[told]
        if not ours or (self.value("posted") is not None and not self._flag("posted")):
            raise NotOurs
        if nature is None or told[2] is None:
            nature = self._nature_by_column() or nature
        if nature is None:
            name = next((name for name in ("nature", "concept", "folio") if self.has(name)), "folio")
            text = shown(text_of(told[2] if told[2] is not None else told[0]))
            what = _("nothing says whether '{text}' is a charge or a credit", text=text)
            self.blame(name, what, _("add the column 'Naturaleza' with Cargo or Abono"))
        return kind, nature or Nature.CHARGE

    def _shared(self, value: Value) -> str:
        """One text for all rows that say the same, where there may be many."""
        text = self.texts.get(value)
        if text is None:
            text = self.texts[value] = whole_text(text_of(value))
        return text

    def _nature_by_column(self) -> Nature | None:
        if not (self.has("charge") or self.has("credit")):
            return None
        charge, credit = (bool(amount_of(self.value(name))) for name in ("charge", "credit"))
        return None if charge == credit else Nature.CHARGE if charge else Nature.CREDIT

    def _flag(self, name: str) -> bool:
        value = self.value(name)
        if (known := self.flags.get(value)) is not None:
            return known
        text = whole_text(text_of(value))
        told = flag_of(text)
        if told is None:
            self.blame(name, _("'{text}' is neither yes nor no", text=shown(text)), _("write Sí or No, or 1 or 0"))
            return False
        self.flags[value] = told
        return told

    def _number(self) -> tuple[str, str]:
        """Without a column for the series, it is the letters before the folio."""
        series, folio = self._shared(self.value("series")), whole_text(text_of(self.value("folio")))
        if isinstance(self.value("folio"), dt.date):
            self.blame("folio", _("a date stands where a folio was expected"), _SHIFTED)
        elif not folio:
            self.blame("folio", _("the cell is empty"), _FILL_IN)
        elif not self.has("series") and (found := _NUMBERED.fullmatch(folio)):
            return found.group(1), found.group(2)
        return series, folio

    def _uuid(self) -> str:
        text = text_of(self.value("uuid")).upper()
        if text and not UUID.fullmatch(text):
            self.blame("uuid", _("'{uuid}' is not a UUID", uuid=shown(text)), _("copy it from the CFDI, or leave the cell empty"))
        return text

    def _party(self) -> Party:
        cells = self.value("rfc"), self.value("name")
        rfc, name = typed_rfc(text_of(cells[0])), text_of(cells[1])
        party = Party(rfc, name)
        if rfc and not is_rfc(rfc):
            hint = _("copy it from the customer's tax certificate (Constancia de Situación Fiscal)")
            self.blame("rfc", _("'{rfc}' is not an RFC", rfc=shown(rfc)), hint)
        elif not rfc and not name and self.value("code") is None:
            self.blame(next(one for one in ("name", "rfc", "code") if self.has(one)), _("the row names no customer"), _FILL_IN)
        elif isinstance(cells[1], dt.date | Decimal):
            self.blame("name", _("'{text}' is no customer's name", text=shown(name)), _SHIFTED)
        elif rfc or name:
            self.parties[cells] = party
            if is_odd(name):
                what = _("the text '{text}' seems to have been read in a wrong encoding before it came here", text=shown(name))
                hint = _("export the report again; the RFC and the code tell the customer until then")
                self.warnings.append(Problem(what, hint, self.file, place=self.headings.place(self.row, "name"), warning=True))
        return party

    def _day(self, name: str, *, needed: bool = True) -> dt.date | None:
        value = self.value(name)
        day = value if value.__class__ is dt.date else day_of(value)
        if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
        text = text_of(value)
        if day in NULL_DAYS or _BLANK_DAY.fullmatch(text):
            if needed:
                self.blame(name, _("the cell is empty") if value is None else _("'{text}' is not a date", text=shown(text)), _AS_DAY)
        elif day is None:
            self.blame(name, _("'{text}' is not a date", text=shown(text)), _AS_DAY)
        else:
            self.blame(name, _("{day} is no day of a document", day=day), _AS_DAY)
        return None

    def _currency(self) -> str:
        value = self.value("currency")
        if value is None and self.mapping and self.mapping.currency:
            return self.mapping.currency
        currency = currency_of(text_of(value))
        if not currency:
            what = (
                _("the currency '{currency}' is not known", currency=shown(text_of(value))) if value is not None else _("the cell is empty")
            )
            self.blame("currency", what, _("write its code, such as MXN or USD"))
            return "MXN"
        self.currencies[value] = currency
        return currency

    def _amounts(self, nature: Nature, currency: str) -> tuple[Money, Money]:
        name = "total" if self.has("total") else nature.value
        total, left = self._amount(name, nature, currency), self._amount("open", nature, currency)
        if left.minor > total.minor and not self.errors:
            what = _("the open amount {open} is more than the total {total}", open=left, total=total)
            self.blame("open", what, _("correct the amounts, or compare the row with the headings"))
        return total, left

    def _amount(self, name: str, nature: Nature, currency: str) -> Money:
        """Some reports show credits with a minus sign."""
        value = self.value(name)
        amount = value if value.__class__ is Decimal else amount_of(value)
        if amount is None:
            self._no_amount(name, value)
        elif abs(amount) >= LARGEST:
            self.blame(name, _("the amount {amount} is larger than any invoice", amount=shown(text_of(value))), _AS_AMOUNT)
        elif amount < 0 and nature is Nature.CHARGE:
            self.blame(name, _("the amount {amount} is negative", amount=shown(text_of(value))), _("a charge has no negative amounts"))
        else:
            return money_of(amount.copy_abs(), currency)
        return Money(0, currency)

    def _no_amount(self, name: str, value: Value) -> None:
        text = text_of(value)
        if not text and (self.row, self.at[name]) in self.headings.table.unsaved:
            what = _("the cell holds a formula whose value was not saved")
            self.blame(name, what, _("open the file in your spreadsheet program, save it, and import it again"))
        else:
            self.blame(name, _("'{text}' is not an amount", text=shown(text)) if text else _("the cell is empty"), _AS_AMOUNT)


def money_of(amount: Decimal, currency: str) -> Money:
    """Straight where there is nothing to round, which is nearly everywhere."""
    minor = amount.scaleb(MINOR_UNITS[currency])
    return Money(int(minor), currency) if minor == int(minor) else Money.of(amount, currency)
