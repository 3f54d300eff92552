"""Word's fields with a code, and what the code of a link says (ECMA-376 part 1, 17.16.2 and 17.16.5.25)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cobranza_rules.letters.docx_package import SAFE_LINK

LINK = "HYPERLINK"
_SWITCH = re.compile(r"\\[a-z]\b", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass
class CodedField:
    """`code` collects what stands between its beginning and its separator; `read` is true from there on, and then its result may be `hidden`."""

    code: str = ""
    read: bool = False
    hidden: bool = False
    linked: bool = False


def field_name(code: str) -> str:
    words = code.split(maxsplit=1)
    return words[0].upper() if words else ""


def is_link(code: str) -> bool:
    return field_name(code) == LINK


def link_target(code: str) -> str | None:
    """The address of a link; "" for one to another place of the document, None for one that no letter may have."""
    rest = code.split(maxsplit=1)[1] if len(code.split(maxsplit=1)) > 1 else ""
    switch = _SWITCH.search(rest)
    if switch is not None and not rest[: switch.start()].strip():
        return "" if switch[0].lower() == r"\l" else None
    quoted = _QUOTED.match(rest)
    target = quoted[1] if quoted is not None else rest.split(maxsplit=1)[0] if rest else ""
    return target if SAFE_LINK.match(target) else None
