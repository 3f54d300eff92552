"""Word's automatic numbers and bullets (ECMA-376 part 1, 17.9): what a list says of its levels, and counting them in a finished letter.

Which number a paragraph has is known only when loops and conditions have been filled in, so the HTML holds a mark of list and level, and the
numbers are put in afterwards. In the .docx Word counts by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from cobranza_rules.letters.docx_package import DocxPackage, parse_xml
from cobranza_rules.letters.html_styles import attribute, number, switched_on
from cobranza_rules.letters.marked_xml import W
from cobranza_rules.letters.number_formats import FORMATS, bullet

NUMBERING_PART = "word/numbering.xml"
LEVELS = 9
_MARK = re.compile(r'<i class="number" title="(-?\d+) (\d)"></i>')
_PLACE = re.compile(r"%([1-9])")
_LARGEST = 30_000  # A list that begins at a larger number was not made by hand.


def number_mark(list_id: str, level: int) -> str:
    return f'<i class="number" title="{list_id} {level}"></i>'


@dataclass(frozen=True)
class Level:
    """`restart` is the highest level after which it begins anew, from 1; 0 where it never does."""

    element: etree._Element
    index: int

    @property
    def start(self) -> int:
        found = self.element.find(W + "start")
        return 0 if found is None else min(max(int(number(attribute(found))), 0), _LARGEST)

    @property
    def restart(self) -> int:
        found = self.element.find(W + "lvlRestart")
        return self.index if found is None else int(number(attribute(found)))

    @property
    def format(self) -> str:
        return attribute(self.element.find(W + "numFmt")) or "decimal"

    @property
    def text(self) -> str:
        return attribute(self.element.find(W + "lvlText"))

    @property
    def plain(self) -> bool:
        """Whether it shows the numbers of other levels as decimals (legal numbering)."""
        return bool(switched_on(self.element, "isLgl"))


@dataclass(frozen=True)
class NumberedList:
    """A `w:num`: `counted` names the abstract list whose counters it shares; `starts` are the numbers at which it begins anew, by level."""

    counted: str
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)

    def level_of_style(self, style: str) -> int:
        return next((level.index for level in self.levels.values() if attribute(level.element.find(W + "pStyle")) == style), 0)


class Numbering:
    """The document's lists by their number."""

    def __init__(self, package: DocxPackage) -> None:
        root = parse_xml(package.parts[NUMBERING_PART]) if NUMBERING_PART in package.parts else etree.Element(W + "numbering")
        self._abstract = {attribute(found, "abstractNumId"): found for found in root.findall(W + "abstractNum")}
        self._by_style = {
            attribute(link): key for key, found in self._abstract.items() if (link := found.find(W + "styleLink")) is not None
        }
        self.lists = {attribute(found, "numId"): self._list(found) for found in root.findall(W + "num")}

    def _list(self, element: etree._Element) -> NumberedList:
        key = attribute(element.find(W + "abstractNumId"))
        abstract = self._abstract.get(key)
        linked = None if abstract is None else abstract.find(W + "numStyleLink")
        if linked is not None:  # Its levels stand with the list style of that name.
            key = self._by_style.get(attribute(linked), key)
            abstract = self._abstract.get(key)
        levels = {} if abstract is None else _levels(abstract)
        starts = {}
        for override in element.findall(W + "lvlOverride"):
            index = int(number(attribute(override, "ilvl")))
            levels |= _levels(override)
            if (start := override.find(W + "startOverride")) is not None:
                starts[index] = min(max(int(number(attribute(start))), 0), _LARGEST)
        return NumberedList(key, levels, starts)

    def filled(self, html: str) -> str:
        """The finished letter with its numbers."""
        counting = _Counting(self)
        return _MARK.sub(lambda found: counting.next(found[1], int(found[2])), html)


def _levels(holder: etree._Element) -> dict[int, Level]:
    found = (Level(element, int(number(attribute(element, "ilvl")))) for element in holder.findall(W + "lvl"))
    return {level.index: level for level in found if 0 <= level.index < LEVELS}


class _Counting:
    """Counters by abstract list and level; a level without one begins at its start."""

    def __init__(self, numbering: Numbering) -> None:
        self.lists = numbering.lists
        self.counters: dict[str, dict[int, int]] = defaultdict(dict)
        self.begun: set[tuple[str, int]] = set()

    def next(self, list_id: str, index: int) -> str:
        found = self.lists[list_id]
        counters = self.counters[found.counted]
        for higher in range(index):
            counters.setdefault(higher, self._start(list_id, higher))
        if (list_id, index) not in self.begun and index in found.starts:
            counters[index] = found.starts[index]
        else:
            counters[index] = counters[index] + 1 if index in counters else self._start(list_id, index)
        self.begun.add((list_id, index))
        for lower in [each for each in counters if each > index]:
            level = found.levels.get(lower)
            if level is None or index < level.restart:
                del counters[lower]
        return escape(self._text(found, index, counters), quote=False)

    def _start(self, list_id: str, index: int) -> int:
        found = self.lists[list_id]
        return found.starts.get(index, found.levels[index].start if index in found.levels else 1)

    @staticmethod
    def _text(found: NumberedList, index: int, counters: dict[int, int]) -> str:
        level = found.levels[index]
        if level.format == "bullet":
            return bullet(level.text)

        def shown(place: re.Match[str]) -> str:
            other = int(place[1]) - 1
            kind = found.levels[other].format if other in found.levels else "decimal"
            return FORMATS["decimal" if level.plain and other != index else kind](counters.get(other, 1))

        return _PLACE.sub(shown, level.text)
