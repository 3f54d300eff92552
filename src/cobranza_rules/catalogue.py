"""Translations: the gettext catalogues that ship with the program, English standing in the source."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cobranza_rules.language import Translate, in_english

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "cobranza"
SPANISH, ENGLISH = "es", "en"


@lru_cache(maxsize=4)
def translator(language: str) -> Translate:
    if language == ENGLISH:
        return in_english
    found = gettext.translation(DOMAIN, FOLDER, [language], fallback=True)
    # To gettext the empty text is the key of the catalogue's own heading.
    return lambda template: found.gettext(template) if template else ""


def language_of_locale(environment: Mapping[str, str] | None = None) -> str:
    """Spanish, unless the program's own variable or the locale asks for English. `C` and `POSIX` ask for nothing."""
    names = os.environ if environment is None else environment
    for variable in ("COBRANZA_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := names.get(variable, ""):
            return ENGLISH if value.lower().startswith("en") else SPANISH
    return SPANISH
