"""The syntax of an RFC, the Mexican tax id of companies (12 characters) and persons (13)."""

from __future__ import annotations

import re
import unicodedata

# Anexo 20, tdCFDI:t_RFC. The check digit is not looked at: the SAT itself has given out RFCs that fail it, and the generic ones do.
_RFC = re.compile(r"[A-Z&Ñ]{3,4}[0-9]{2}(?:0[1-9]|1[012])(?:0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]")


def is_rfc(text: str) -> bool:
    return _RFC.fullmatch(text) is not None


def typed_rfc(text: str) -> str:
    """What a person typed, in the form of the tax authority: upper case, without spaces, hyphens, dots. It need not be an RFC."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in composed.upper() if not letter.isspace() and letter not in "-._/")
