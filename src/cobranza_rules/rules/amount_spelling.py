"""Amounts as people write them, with commas, told as rules and their tests must have them."""

from __future__ import annotations

import re

BY_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?: .*)?")
DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2})( .*)?")


def without_commas(text: str) -> str:
    """`700,00 MXN` is seven hundred and never seventy thousand; unchanged where the commas mean neither thousands nor decimals."""
    if BY_THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    decimal = DECIMAL_COMMA.fullmatch(text)
    return f"{decimal[1]}.{decimal[2]}{decimal[3] or ''}" if decimal else text
