"""The values of a rule test file beside those that rules files have: days, amounts, yes and no, and names of what the test gives."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from cobranza_rules.facts.vocabulary import Fact, FactType, Value
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money, MoneyError
from cobranza_rules.rules.amount_spelling import without_commas
from cobranza_rules.rules.fields import Fields
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.yaml_marks import YamlList, YamlNode, YamlScalar

UNKNOWN, NONE = "unknown", "none"
MOST_OF_A_COUNT = 10**6
LONGEST_CODE = 70
TIME = r"([01]\d|2[0-3]):[0-5]\d"
AMOUNT = r"(\d{1,13}(?:\.\d{1,6})?) +([A-Z]{3})"


class CaseFields(Fields):
    """The keys of a part of a test."""

    def day(self, key: str, *, required: bool = False) -> dt.date | None:
        if self.scalar(key, required=required) is None:
            return None
        return next(iter(self.dates(key)), None)

    def one_of(self, key: str, choices: Collection[str], *, required: bool = False, default: str = "") -> str:
        """One word of `choices`; `default` where the key is missing or wrong."""
        scalar = self.scalar(key, required=required)
        return default if scalar is None else self._word(scalar, key, choices) or default

    def each_of(self, key: str, choices: Collection[str], *, required: bool = False) -> tuple[str, ...]:
        scalars = self.scalars(key, required=required)
        return tuple(dict.fromkeys(word for scalar in scalars if (word := self._word(scalar, key, choices))))

    def _word(self, scalar: YamlScalar, key: str, choices: Collection[str]) -> str:
        if scalar.text in choices:
            return scalar.text
        what = _("'{text}' is not possible under '{key}'", text=scalar.text[:80], key=key)
        self.wrong(scalar, what, suggestion(scalar.text, choices))
        return ""

    def several(self, key: str) -> tuple[YamlNode, ...]:
        """A list that may be empty, each item of which is read by its own fields."""
        node = self.node(key)
        return () if isinstance(node, YamlList) and not node.items else self.maps(key)

    def words(self, key: str) -> frozenset[str]:
        """Names, or an empty list of them."""
        node = self.node(key)
        return frozenset() if isinstance(node, YamlList) and not node.items else frozenset(self.names(key))

    def some_of(self, key: str, choices: Collection[str]) -> frozenset[str]:
        """Words of `choices`, or an empty list of them."""
        node = self.node(key)
        return frozenset() if isinstance(node, YamlList) and not node.items else frozenset(self.each_of(key, choices))

    def day_or_none(self, key: str) -> dt.date | None:
        """A day, or the word `none`."""
        node = self.node(key)
        return None if isinstance(node, YamlScalar) and node.text == NONE else self.day(key)

    def code(self, key: str) -> str:
        """What names a customer or an invoice: any text on one line."""
        scalar = self.scalar(key, required=True)
        if scalar is None:
            return ""
        if not scalar.text.strip() or len(scalar.text) > LONGEST_CODE or "\n" in scalar.text:
            self.findings.error(
                scalar.place, _("'{text}' names nothing", text=scalar.text[:80]), _("write at most 70 characters on one line")
            )
            return ""
        return scalar.text

    def time(self, key: str) -> dt.time | None:
        """A time of day, which is required."""
        scalar = self.scalar(key, required=True)
        if scalar is None:
            return None
        if re.fullmatch(TIME, scalar.text) is None:
            self.wrong(scalar, _("'{text}' is no time of day", text=scalar.text[:80]), _("write it like 18:30"))
            return None
        return dt.time.fromisoformat(scalar.text)

    def truth(self, key: str, *, default: bool = False) -> bool:
        return self.one_of(key, ("true", "false"), default="true" if default else "false") == "true"

    def amount(self, key: str, *, required: bool = False) -> Money | None:
        scalar = self.scalar(key, required=required)
        if scalar is None:
            return None
        found = re.fullmatch(AMOUNT, scalar.text)
        if found is None:
            plain = without_commas(scalar.text.lstrip("$").strip())
            example = plain if re.fullmatch(AMOUNT, plain) else "1200.00 MXN"
            what = _("'{text}' is no amount with its currency", text=scalar.text[:80])
            self.wrong(scalar, what, _("write it like {example}", example=example))
            return None
        try:
            money = Money.of(found[1], found[2])
        except MoneyError:
            what = _("'{text}' is no amount that can be kept", text=scalar.text[:80])
            self.findings.error(scalar.place, what, _("known currencies are: {currencies}", currencies=", ".join(sorted(MINOR_UNITS))))
            return None
        if money.amount != money.amount.__class__(found[1]):
            what = _("'{text}' has more decimals than {currency} has", text=scalar.text[:80], currency=found[2])
            self.findings.error(scalar.place, what, _("write {amount}", amount=f"{money.plain()} {money.currency}"))
        return money

    def fact(self, fact: Fact) -> tuple[Value | None, bool]:
        """The value under the fact's name and whether it is there and sound; None means unknown."""
        scalar = self.scalar(fact.name)
        if scalar is None:
            return None, False
        if scalar.text == UNKNOWN and fact.may_be_unknown:
            return None, True
        if fact.type is FactType.BOOLEAN:
            word = self._word(scalar, fact.name, ("true", "false"))
            return word == "true", bool(word)
        if fact.type is FactType.DATE:
            day = self.day(fact.name)
            return (day.toordinal(), True) if day is not None else (None, False)
        if fact.type is FactType.NUMBER:
            return self._number(scalar)
        if fact.choices:
            return scalar.text, bool(self._word(scalar, fact.name, fact.choices))
        return scalar.text, True

    def _number(self, scalar: YamlScalar) -> tuple[Value | None, bool]:
        if re.fullmatch(r"-?\d{1,7}", scalar.text) and abs(int(scalar.text)) <= MOST_OF_A_COUNT:
            return int(scalar.text), True
        self.wrong(scalar, _("'{text}' is no whole number", text=scalar.text[:80]), _("write a number"))
        return None, False
