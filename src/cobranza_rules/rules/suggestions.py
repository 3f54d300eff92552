"""What a misspelt name was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cobranza_rules.language import Sentence, _


def nearest(name: str, names: Iterable[str]) -> str:
    """The most similar of `names`; empty where none is similar."""
    found = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.6)
    return found[0] if found else ""


def suggestion(name: str, names: Iterable[str]) -> Sentence:
    known = sorted(names)
    if meant := nearest(name, known):
        return _("did you mean '{name}'?", name=meant)
    return _("possible are: {names}", names=", ".join(known)) if known else _("there is none yet")
