"""Bytes of a message as text: the declared character set, then UTF-8, then cp1252, and no letter lost silently."""

from __future__ import annotations

import codecs
import unicodedata

# Names of Python's codecs that a mail may ask for. Others that Python knows cost more than linear time (punycode) or are no charsets.
ALLOWED = frozenset(
    {"ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "mac-roman", "cp437", "cp850", "gbk", "gb2312", "gb18030", "big5"}
    | {"shift_jis", "euc_jp", "iso2022_jp", "euc_kr", "cp949"}
    | {f"iso8859-{number}" for number in range(1, 17)}
    | {f"cp125{number}" for number in range(9)}
)
SINGLE_BYTE_LATIN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
# Invisible characters hide words from readers and patterns: zero width, direction marks, soft hyphen, byte order mark.
INVISIBLE = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)])
CONTROLS = dict.fromkeys([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0), *range(0xD800, 0xE000)])
UNWANTED = INVISIBLE | CONTROLS


def decode(content: bytes, declared: str = "") -> str:
    """A Latin declaration is not believed where the bytes are valid UTF-8: such bytes are never sensible Latin text."""
    codec = _codec_of(declared)
    order = ["utf-8", codec, "cp1252"] if codec in SINGLE_BYTE_LATIN else [codec, "utf-8", "cp1252"]
    for name in order:
        if not name:
            continue
        try:
            return content.decode("cp1252" if name == "iso8859-1" else name)
        except UnicodeError:
            continue
    return content.decode("latin-1")


def clean(text: str) -> str:
    """NFC, line feeds as line ends, without controls, lone surrogates and invisible characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines.translate(UNWANTED))


def _codec_of(declared: str) -> str:
    try:
        name = codecs.lookup(declared.strip().strip("\"'")[:40]).name if declared.strip() else ""
    except (LookupError, ValueError):
        return ""
    return name if name in ALLOWED else ""
