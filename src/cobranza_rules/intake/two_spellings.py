"""One customer under two spellings: told, and never merged. Which of two names is right, and whether they are one, a person knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cobranza_rules.domain.customer import GENERIC_RFCS, Party
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.heading_row import plain
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem

MOST_TOLD = 50
_OTHER_SIGNS = re.compile(r"[^a-z0-9]+")
_ONE_SPELLING = _("write the name alike, as the customer's tax certificate has it")
_ONE_CUSTOMER = _("join the two customers if they are one; nothing was merged")


@dataclass(slots=True)
class Spellings:
    """Names, RFCs and codes as they come by; whoever calls shares one Party among the documents of a customer. Capitals, accents, points and spaces make no other name (`S.A. de C.V.`, `SA de CV`)."""

    file: str
    seen: set[tuple[int, str]] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)  # By RFC or code
    rfcs: dict[str, str] = field(default_factory=dict)  # By code
    bearers: dict[str, tuple[str, str]] = field(default_factory=dict)  # RFC and code by name
    problems: list[Problem] = field(default_factory=list)

    def add(self, party: Party, code: str, place: str) -> None:
        if (key := (id(party), code)) in self.seen:
            return
        self.seen.add(key)
        rfc = "" if party.rfc in GENERIC_RFCS else party.rfc
        if rfc and party.name and self._differs(rfc, party.name):
            self._tell(_("the RFC {rfc} stands under two names, '{first}' and '{other}'", rfc=rfc, **self._both(rfc, party)), place)
        elif code and party.name and self._differs(f"#{code}", party.name):
            first_and_other = self._both(f"#{code}", party)
            self._tell(_("the code {code} stands under two names, '{first}' and '{other}'", code=shown(code), **first_and_other), place)
        elif code and rfc and self.rfcs.setdefault(code, rfc) != rfc:
            what = _("the code {code} stands under two RFCs, {first} and {other}", code=shown(code), first=self.rfcs[code], other=rfc)
            self._tell(what, place, _ONE_CUSTOMER)
        elif party.name:
            self._bearer(party, rfc, code, place)

    def _bearer(self, party: Party, rfc: str, code: str, place: str) -> None:
        """One name under two RFCs, or under two codes where no RFC tells them apart."""
        first_rfc, first_code = self.bearers.setdefault(_letters(party.name), (rfc, code))
        if rfc and first_rfc and rfc != first_rfc:
            what = _("the name '{name}' stands under two RFCs, {first} and {other}", name=shown(party.name), first=first_rfc, other=rfc)
            self._tell(what, place, _ONE_CUSTOMER)
        elif code and first_code and code != first_code:
            names = {"name": shown(party.name), "first": shown(first_code), "other": shown(code)}
            self._tell(_("the name '{name}' stands under two codes, {first} and {other}", **names), place, _ONE_CUSTOMER)

    def _differs(self, key: str, name: str) -> bool:
        return _letters(self.names.setdefault(key, name)) != _letters(name)

    def _both(self, key: str, party: Party) -> dict[str, str]:
        return {"first": shown(self.names[key]), "other": shown(party.name)}

    def _tell(self, what: Sentence, place: str, hint: Sentence = _ONE_SPELLING) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(Problem(what, hint, self.file, place=place, warning=True))


def _letters(name: str) -> str:
    return _OTHER_SIGNS.sub("", name.lower()) if name.isascii() else plain(name).replace(" ", "")
