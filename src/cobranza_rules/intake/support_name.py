"""What the name of a file says: of which invoice it is, and what it is of it. A name may be read in several ways; none is chosen here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from cobranza_rules.domain.support import SupportKind
from cobranza_rules.intake.heading_row import plain
from cobranza_rules.intake.support_words import KIND_OF, LONGEST

_UUID = re.compile(r"(?<![0-9A-F])[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}(?![0-9A-F])", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Z]{0,5}[0-9]{1,20}")  # Series and folio as nearly everybody writes them
_LONGEST_NAME = 200
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """`invoice` is a UUID or a number without its dashes; `kind` None where the rest of the name, `rest`, is no kind of support."""

    invoice: str
    kind: SupportKind | None
    rest: str = ""

    @property
    def can_wait(self) -> bool:
        """Whether an invoice that is not here yet may well be called so."""
        return self.kind is not None and (len(self.invoice) == 36 or _NUMBER.fullmatch(self.invoice) is not None)


def readings_of(name: str) -> tuple[Reading, ...]:
    """`name` is the file's, with its folder: `F-101.pdf`, `F-101 orden de compra.pdf`, `F-101/oc.pdf`, `..._UUID.pdf`."""
    path = PurePosixPath(name.replace("!/", "/"))
    stem = path.stem[:_LONGEST_NAME]
    if found := list(dict.fromkeys(uuid.upper() for uuid in _UUID.findall(stem))):
        said = _kind_within(_words(_UUID.sub(" ", stem)))
        return tuple(Reading(uuid, said) for uuid in found)
    words = _words(stem)
    readings = list(dict.fromkeys(_of_words(words)))
    folder = _words(path.parent.name[:_LONGEST_NAME])
    if folder and (kind := KIND_OF.get(" ".join(map(plain, words)))) is not None:
        readings += [Reading("".join(folder).upper(), kind)]
    return tuple(readings)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)[:_MOST_WORDS]


def _of_words(words: list[str]) -> Iterator[Reading]:
    """The number stands first or after the kind; what stands after it says the kind."""
    for start in range(min(LONGEST + 1, len(words))):
        before = KIND_OF.get(" ".join(map(plain, words[:start]))) if start else None
        if start and before is None:
            continue
        for end in range(len(words), start, -1):
            rest = " ".join(map(plain, words[end:]))
            number = "".join(words[start:end]).upper()
            if any(letter.isdigit() for letter in number):
                yield Reading(number, (before or SupportKind.CFDI) if not rest else KIND_OF.get(rest), rest)


def _kind_within(words: list[str]) -> SupportKind:
    """Beside a UUID other words may stand, such as RFC and folio; without one that is a kind it is the CFDI."""
    named = [plain(word) for word in words]
    for length in range(LONGEST, 0, -1):
        for start in range(len(named) - length + 1):
            if (kind := KIND_OF.get(" ".join(named[start : start + length]))) not in (None, SupportKind.CFDI):
                assert kind is not None
                return kind
    return SupportKind.CFDI
