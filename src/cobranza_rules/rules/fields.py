"""The typed values under the keys of a rules file. Whatever is wrong becomes a Problem and a harmless value, so that reading goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.written import problem_at
from cobranza_rules.rules.yaml_faults import odd_space_in, said_of_odd_space
from cobranza_rules.rules.yaml_marks import YamlList, YamlMap, YamlNode, YamlScalar

MOST_DAYS = 1000
NAME = r"[a-z][a-z0-9]*([-_][a-z0-9]+)*"
LONGEST_NAME = 60
WORKDAYS = r"(\d{1,4}) +workdays?"
DAY = r"\d{4}-\d{2}-\d{2}"
Choice = TypeVar("Choice", bound=StrEnum)


class Findings:
    """Errors and warnings in the order in which they were found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def error(self, place: Place, what: Sentence, hint: Sentence | None = None) -> None:
        self.problems.append(problem_at(place, what, hint))

    def warning(self, place: Place, what: Sentence, hint: Sentence | None = None) -> None:
        self.problems.append(problem_at(place, what, hint, warning=True))


class Fields:
    """The keys of one mapping. `owner` is what the mapping describes, for messages: `rule`, `rung 'first-reminder'`."""

    def __init__(self, node: YamlNode, owner: Sentence, allowed: Iterable[str], findings: Findings) -> None:
        self.place, self.owner, self.findings = node.place, owner, findings
        self._values: dict[str, YamlNode] = {}
        self._told = set[str]()  # Keys of which it was said already that they have no value
        self._readable = isinstance(node, YamlMap)
        if not isinstance(node, YamlMap):
            findings.error(node.place, _("{owner} is written as keys with values", owner=owner), _("write lines like 'key: value'"))
            return
        known = tuple(allowed)
        for key, value in node.entries:
            if key.text not in known:
                findings.error(key.place, _("{owner} has no key '{key}'", owner=owner, key=key.text), suggestion(key.text, known))
            elif isinstance(value, YamlScalar) and value.is_empty:
                self._told.add(key.text)
                findings.error(key.place, _("the key '{key}' has no value", key=key.text), _("write a value, or leave the line out"))
            else:
                self._values[key.text] = value

    def wrong(self, scalar: YamlScalar, what: Sentence, hint: Sentence | None = None) -> None:
        """A value that is not what it should be. Where a space in it only looks like one, nobody would see what is wrong."""
        odd = odd_space_in(scalar.text)
        self.findings.error(scalar.place, *(said_of_odd_space(odd) if odd else (what, hint)))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def node(self, key: str, *, required: bool = False) -> YamlNode | None:
        if required and self._readable and key not in self._values and key not in self._told:
            self.findings.error(self.place, _("{owner} needs the key '{key}'", owner=self.owner, key=key), _("add it"))
        return self._values.get(key)

    def place_of(self, key: str) -> Place:
        return self._values[key].place if key in self._values else self.place

    def scalar(self, key: str, *, required: bool = False) -> YamlScalar | None:
        return self._as_scalar(self.node(key, required=required), key)

    def _as_scalar(self, node: YamlNode | None, key: str) -> YamlScalar | None:
        if node is None or isinstance(node, YamlScalar):
            return node
        self.findings.error(node.place, _("'{key}' takes one value, not several", key=key), _("write one word"))
        return None

    def text(self, key: str, *, required: bool = False) -> str:
        scalar = self.scalar(key, required=required)
        return scalar.text if scalar is not None else ""

    def name(self, key: str, *, required: bool = False) -> str:
        """Small letters, digits, hyphens and underscores: it becomes part of file names and of keys in the database."""
        scalar = self.scalar(key, required=required)
        return self.checked_name(scalar) if scalar is not None else ""

    def checked_name(self, scalar: YamlScalar) -> str:
        if re.fullmatch(NAME, scalar.text) and len(scalar.text) <= LONGEST_NAME:
            return scalar.text
        self.wrong(
            scalar,
            _("'{text}' is no name", text=scalar.text[:80]),
            _("use small letters, digits and hyphens, like first-reminder"),
        )
        return ""

    def whole(self, key: str, *, most: int = 10**6, required: bool = False) -> int:
        scalar = self.scalar(key, required=required)
        return self._whole(scalar, most) if scalar is not None else 0

    def _whole(self, scalar: YamlScalar, most: int) -> int:
        if re.fullmatch(r"\d{1,7}", scalar.text) and int(scalar.text) <= most:
            return int(scalar.text)
        self.wrong(scalar, _("'{text}' is no whole number from 0 to {most}", text=scalar.text[:80], most=most), _("write a number"))
        return 0

    def wholes(self, key: str) -> tuple[int, ...]:
        return tuple(self._whole(scalar, MOST_DAYS) for scalar in self.scalars(key))

    def workdays(self, key: str) -> int:
        """`5 workdays`, `1 workday`."""
        scalar = self.scalar(key)
        return self.span_of_workdays(scalar) if scalar is not None else 0

    def span_of_workdays(self, scalar: YamlScalar) -> int:
        found = re.fullmatch(WORKDAYS, scalar.text)
        if found and 0 < int(found[1]) <= MOST_DAYS:
            return int(found[1])
        self.wrong(
            scalar,
            _("'{text}' is no span of business days", text=scalar.text[:80]),
            _("write it like '5 workdays', at most {most}", most=MOST_DAYS),
        )
        return 0

    def choice(self, key: str, choices: type[Choice], *, required: bool = False) -> Choice | None:
        scalar = self.scalar(key, required=required)
        return self._choice(scalar, key, choices) if scalar is not None else None

    def _choice(self, scalar: YamlScalar, key: str, choices: type[Choice]) -> Choice | None:
        if scalar.text in {choice.value for choice in choices}:
            return choices(scalar.text)
        what = _("'{text}' is not possible under '{key}'", text=scalar.text[:80], key=key)
        self.wrong(scalar, what, suggestion(scalar.text, [choice.value for choice in choices]))
        return None

    def choices(self, key: str, choices: type[Choice], *, required: bool = False) -> tuple[Choice, ...]:
        found = [self._choice(scalar, key, choices) for scalar in self.scalars(key, required=required)]
        return tuple(dict.fromkeys(choice for choice in found if choice is not None))

    def scalars(self, key: str, *, required: bool = False) -> tuple[YamlScalar, ...]:
        """One value, or a list of them."""
        node = self.node(key, required=required)
        items = node.items if isinstance(node, YamlList) else () if node is None else (node,)
        if isinstance(node, YamlList) and not items:
            self.findings.error(node.place, _("the list under '{key}' is empty", key=key), _("write a value, or leave the line out"))
        return tuple(scalar for item in items if (scalar := self._as_scalar(item, key)) is not None)

    def names(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for scalar in self.scalars(key) if (name := self.checked_name(scalar))))

    def dates(self, key: str) -> frozenset[dt.date]:
        return frozenset(day for scalar in self.scalars(key) if (day := self._date(scalar)) is not None)

    def _date(self, scalar: YamlScalar) -> dt.date | None:
        if re.fullmatch(DAY, scalar.text):
            with contextlib.suppress(ValueError):
                return dt.date.fromisoformat(scalar.text)
        what = _("there is no day {date}", date=scalar.text[:80])
        self.wrong(scalar, what, _("write dates as year-month-day, like 2026-03-06"))
        return None

    def maps(self, key: str, *, required: bool = False) -> tuple[YamlNode, ...]:
        """A list, each item of which is read by its own Fields."""
        node = self.node(key, required=required)
        if node is None or isinstance(node, YamlList):
            if isinstance(node, YamlList) and not node.items:
                self.findings.error(node.place, _("the list under '{key}' is empty", key=key), _("write a value, or leave the line out"))
            return node.items if node is not None else ()
        self.findings.error(node.place, _("'{key}' is a list", key=key), _("begin each item with a hyphen"))
        return ()

    def entries(self, key: str) -> tuple[tuple[YamlScalar, YamlScalar], ...]:
        """A mapping of words to words."""
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node, YamlMap):
            self.findings.error(node.place, _("'{key}' is written as keys with values", key=key), _("write it like {name: value}"))
            return ()
        pairs = [(name, self._as_scalar(value, name.text)) for name, value in node.entries]
        return tuple((name, value) for name, value in pairs if value is not None)
