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
from cobranza_rules.intake.heading_row import Headings
from cobranza_rules.intake.ledger_words import KIND_OF_MODEL, MODELS_OF_OTHERS, concept_of, currency_of, flag_of, nature_of
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.intake.rfc import is_rfc, typed_rfc
from cobranza_rules.intake.table import Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import LARGEST, Money
from cobranza_rules.problems import Problem, ProblemError

NULL_DAYS = frozenset({dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(1904, 1, 1)})  # What 0 is as a date
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_ODD_CELLS = 3  # From here on it is the row that stands wrong, not its cells.
UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
_WHOLE = re.compile(r"([0-9]{1,20})\.0{1,6}")
_NUMBERED = re.compile(r"([A-Za-zÑñ][A-Za-z0-9Ññ]{0,23}?)[ -]?([0-9]{1,20})")
_BLANK_DAY = re.compile(r"[/ .-]*")
_FILL_IN = _("fill it in, or delete the whole row")
_AS_DAY = _("give the day like 2026-02-16 or 16/02/2026")
_AS_AMOUNT = _("give the amount like 1234.50 or 1,234.50")
_SHIFTED = _("compare the row with the headings: its cells may have been shifted")


class NotOurs(Exception):  # noqa: N818 (an outcome, not an error)
    """A row that is in order and no ledger document: an order, a draft, a supplier's invoice."""


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table. `at` maps what is held to its column; parties are shared by the documents of a customer."""

    headings: Headings
    file: str
    mapping: ReportMapping | None
    at: dict[str, int] = field(default_factory=dict)
    parties: dict[tuple[str, str], Party] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    cells: Sequence[Value] = ()
    row: int = 0

    def __post_init__(self) -> None:
        self.at = {str(holds): number for number, holds in self.headings.columns.items()}

    def value(self, name: str) -> Value:
        number = self.at.get(name)
        return None if number is None or number >= len(self.cells) else self.cells[number]

    def document(self, row: int, cells: Sequence[Value]) -> LedgerDocument:
        """Raises ProblemError with every problem of the row, or NotOurs."""
        self.row, self.cells, self.errors = row, cells, []
        kind, nature = self._kind_and_nature()
        series, folio = self._number()
        currency = self._currency()
        total, left = self._amounts(nature, currency)
        document = LedgerDocument(
            source=self.mapping.name if self.mapping else "report",
            internal_id=_whole(text_of(self.value("internal_id"))),
            nature=nature,
            kind=kind,
            concept=text_of(self.value("concept")),
            series=series,
            folio=folio,
            uuid=self._uuid(),
            party=self._party(),
            customer_code=_whole(text_of(self.value("code"))),
            issued_on=self._day("issued") or dt.date.min,
            due_on=self._day("due", needed=False),
            total=total,
            open=left,
            cancelled=self._flag("cancelled"),
            reference=text_of(self.value("reference")),
            place=self.headings.place(row, "folio"),
        )
        if self.errors:
            raise ProblemError(self._told())
        return document

    def _told(self) -> list[Problem]:
        if len(self.errors) < MOST_ODD_CELLS:
            return self.errors
        cells = ", ".join(problem.place.rpartition("!")[2] for problem in self.errors)
        what = _("the cells {cells} do not hold what their headings say", cells=cells)
        return [Problem(what, _SHIFTED, self.file, place=self.headings.place(self.row, "folio"))]

    def blame(self, name: str, what: Sentence, hint: Sentence) -> None:
        self.errors.append(Problem(what, hint, self.file, place=self.headings.place(self.row, name)))

    def _kind_and_nature(self) -> tuple[LedgerKind, Nature]:
        concept = concept_of(text_of(self.value("concept")))
        model = _whole(text_of(self.value("model")))
        number = int(model) if model.isdecimal() and len(model) < 4 else 0
        nature_told = _whole(text_of(self.value("nature")))
        if number in MODELS_OF_OTHERS or not (number or concept.ours) or nature_told == "2" or self._draft():
            raise NotOurs
        kind = KIND_OF_MODEL.get(number, concept.kind)
        nature = nature_of(nature_told) if nature_told else self._nature_by_column() or concept.nature
        if nature is None:
            name = next((name for name in ("nature", "concept", "folio") if name in self.at), "folio")
            what = _("nothing says whether '{text}' is a charge or a credit", text=shown(nature_told or text_of(self.value("concept"))))
            self.blame(name, what, _("add the column 'Naturaleza' with Cargo or Abono"))
        return kind, nature or Nature.CHARGE

    def _nature_by_column(self) -> Nature | None:
        charge, credit = (bool(amount_of(self.value(name))) for name in ("charge", "credit"))
        return None if charge == credit else Nature.CHARGE if charge else Nature.CREDIT

    def _draft(self) -> bool:
        return "posted" in self.at and self.value("posted") is not None and not self._flag("posted")

    def _flag(self, name: str) -> bool:
        text = _whole(text_of(self.value(name)))
        told = flag_of(text)
        if told is None:
            self.blame(name, _("'{text}' is neither yes nor no", text=shown(text)), _("write Sí or No, or 1 or 0"))
        return bool(told)

    def _number(self) -> tuple[str, str]:
        """Without a column for the series, it is the letters before the folio."""
        series, folio = text_of(self.value("series")), _whole(text_of(self.value("folio")))
        if isinstance(self.value("folio"), dt.date):
            self.blame("folio", _("a date stands where a folio was expected"), _SHIFTED)
        elif not folio:
            self.blame("folio", _("the cell is empty"), _FILL_IN)
        elif "series" not in self.at and (found := _NUMBERED.fullmatch(folio)):
            return found.group(1), found.group(2)
        return series, folio

    def _uuid(self) -> str:
        text = text_of(self.value("uuid")).upper()
        if text and not UUID.fullmatch(text):
            self.blame("uuid", _("'{uuid}' is not a UUID", uuid=shown(text)), _("copy it from the CFDI, or leave the cell empty"))
        return text

    def _party(self) -> Party:
        rfc, name = typed_rfc(text_of(self.value("rfc"))), text_of(self.value("name"))
        if known := self.parties.get((rfc, name)):
            return known
        if rfc and not is_rfc(rfc):
            hint = _("copy it from the customer's tax certificate (Constancia de Situación Fiscal)")
            self.blame("rfc", _("'{rfc}' is not an RFC", rfc=shown(rfc)), hint)
        elif not rfc and not name and self.value("code") is None:
            self.blame(next(one for one in ("name", "rfc", "code") if one in self.at), _("the row names no customer"), _FILL_IN)
        elif isinstance(self.value("name"), dt.date | Decimal):
            self.blame("name", _("'{text}' is no customer's name", text=shown(name)), _SHIFTED)
        else:
            self.parties[rfc, name] = Party(rfc, name)
        return Party(rfc, name)

    def _day(self, name: str, *, needed: bool = True) -> dt.date | None:
        value = self.value(name)
        day = day_of(value)
        text = text_of(value)
        if day in NULL_DAYS or _BLANK_DAY.fullmatch(text) or (day is None and text == "0"):
            if needed:
                self.blame(name, _("the cell is empty") if value is None else _("'{text}' is not a date", text=shown(text)), _AS_DAY)
            return None
        if day is None:
            self.blame(name, _("'{text}' is not a date", text=shown(text)), _AS_DAY)
        elif not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.blame(name, _("{day} is no day of a document", day=day), _AS_DAY)
        return day

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
        return currency or "MXN"

    def _amounts(self, nature: Nature, currency: str) -> tuple[Money, Money]:
        name = "total" if "total" in self.at else "charge" if nature is Nature.CHARGE else "credit"
        total, left = self._amount(name, nature, currency), self._amount("open", nature, currency)
        if left.minor > total.minor and not self.errors:
            what = _("the open amount {open} is more than the total {total}", open=left, total=total)
            self.blame("open", what, _("correct the amounts, or compare the row with the headings"))
        return total, left

    def _amount(self, name: str, nature: Nature, currency: str) -> Money:
        """Some reports show credits with a minus sign."""
        value = self.value(name)
        amount = amount_of(value)
        if amount is None:
            text = text_of(value)
            self.blame(name, _("'{text}' is not an amount", text=shown(text)) if text else _("the cell is empty"), _AS_AMOUNT)
        elif abs(amount) >= LARGEST:
            self.blame(name, _("the amount {amount} is larger than any invoice", amount=shown(text_of(value))), _AS_AMOUNT)
        elif amount < 0 and nature is Nature.CHARGE:
            self.blame(name, _("the amount {amount} is negative", amount=shown(text_of(value))), _("a charge has no negative amounts"))
        else:
            return Money.of(abs(amount), currency)
        return Money(0, currency)


def _whole(text: str) -> str:
    """A number that came as a float: 123.0 is 123."""
    found = _WHOLE.fullmatch(text)
    return found.group(1) if found else text
