"""Fields of one record of an AdminPAQ table as text, numbers, days and flags; what is wrong is collected with the record's number."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cobranza_rules.intake.cells import text_of
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.code_page import is_odd
from cobranza_rules.intake.dbf_table import UnreadableField
from cobranza_rules.language import Sentence, _
from cobranza_rules.money import LARGEST
from cobranza_rules.problems import Problem

_REPAIR = _("correct it in AdminPAQ, and copy the tables again")
_OTHER_WAY = _("export the document report of AdminPAQ as a spreadsheet instead, or copy the tables as they are")
NULL_DAY = dt.date(1899, 12, 30)  # What AdminPAQ writes where there is no date
_WHOLE = re.compile(r"-?[0-9]{1,20}")


@dataclass(slots=True)
class RecordReader:
    """`errors` cost the record; `oddities` are texts that cannot be right, which do not."""

    file: str
    number: int
    record: Mapping[str, Any]
    errors: list[Problem] = field(default_factory=list)
    oddities: list[Problem] = field(default_factory=list)

    def blame(self, name: str, what: Sentence, hint: Sentence = _REPAIR) -> None:
        self.errors.append(Problem(what, hint, self.file, place=self.place(name)))

    def place(self, name: str) -> str:
        """`#12 CTOTAL`: records count from 1."""
        return f"#{self.number} {name}"

    def text(self, name: str) -> str:
        value = self.record.get(name)
        text = text_of(value) if isinstance(value, str) and not isinstance(value, UnreadableField) else ""
        if is_odd(text):
            what = _("the text '{text}' cannot be right in the code page in which it was read", text=shown(text))
            self.oddities.append(Problem(what, _OTHER_WAY, self.file, place=self.place(name)))
        return text

    def whole(self, name: str) -> int:
        """An id or a flag, which some tables keep as a float; 0 where there is none."""
        value = self.record.get(name)
        if value is None or value == "":
            return 0
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, int | Decimal) and value == int(value):
            return int(value)
        if isinstance(value, str) and not isinstance(value, UnreadableField) and _WHOLE.fullmatch(value.strip()):
            return int(value)
        self.blame(name, _("'{text}' is not a whole number", text=shown(str(value))))
        return 0

    def folio(self, name: str) -> str:
        """A float in the tables: 123.0 is "123"."""
        value = self.record.get(name)
        if isinstance(value, str) and not isinstance(value, UnreadableField):
            return text_of(value)
        return str(self.whole(name) or "")

    def amount(self, name: str) -> Decimal:
        value = self.record.get(name)
        if isinstance(value, int):
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= LARGEST:
            text = "" if value is None else shown(str(value))
            self.blame(name, _("'{text}' is not an amount", text=text) if text else _("the field is empty"))
            return Decimal(0)
        return value

    def day(self, name: str) -> dt.date | None:
        """None where there is none: blank, or AdminPAQ's null date 1899-12-30."""
        value = self.record.get(name)
        if isinstance(value, dt.datetime):
            value = value.date()
        if isinstance(value, dt.date):
            return None if value == NULL_DAY else value
        if value is not None:
            self.blame(name, _("'{text}' is not a date", text=shown(str(value))))
        return None
