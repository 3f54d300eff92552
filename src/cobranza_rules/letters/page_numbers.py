"""The line with the page number of a template's footer: wkhtmltopdf's unpatched Qt knows no numbers of pages, so it is drawn afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from cobranza_rules.letters.html_inline import PAGE, PAGES
from cobranza_rules.letters.html_page import PageGeometry, in_margins

SIZE = 7.5  # Points
FONT = "/FPage"
_LINE = re.compile(r'<p class="numbered"[^>]*>(.*?)</p>', re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>")
_GREY = "0.35 g"


@dataclass(frozen=True, slots=True)
class Numbering:
    """The line of the `first` page and that of the others, "" where there is none. Both hold the marks of PAGE and NUMPAGES, all else is text as it prints."""

    first: str
    others: str

    @staticmethod
    def from_html(html: str) -> Numbering | None:
        """The template's own lines with the page number, from its footers; None where it has none."""
        if PAGE not in html:
            return None
        first, others = map(_line, in_margins(html))
        if not first and not others:
            first = others = _line(html)
        return Numbering(first, others)

    def text(self, page: int, pages: int) -> str:
        return (self.first if page == 1 else self.others).replace("\x00", str(page)).replace("\x01", str(pages))

    def drawing(self, number: int, pages: int, page: PageGeometry) -> bytes:
        """The line in the middle of the lower margin, as operators of a page that has Helvetica under the name FONT."""
        text = self.text(number, pages)
        if not text:
            return b""
        shown = text.encode("cp1252", errors="replace")
        left = (page.width - _width(text)) / 2
        escaped = shown.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        place = f"q {_GREY} BT {FONT} {SIZE:g} Tf {left:.2f} {max(page.footer - 1.6 * SIZE, SIZE):.2f} Td (".encode()
        return place + escaped + b") Tj ET Q"


def _line(html: str) -> str:
    found = _LINE.search(html)
    marked = found[1].replace(PAGE, "\x00").replace(PAGES, "\x01") if found is not None else ""
    return " ".join(unescape(_MARKUP.sub("", marked)).split())


def _width(text: str) -> float:
    """Points in Helvetica, near enough to centre a line (Adobe Font Metrics: digits 556, narrow letters 222 to 278, the rest about 540)."""
    narrow = sum(letter in " .,:;il|!'ítfj·" for letter in text)
    return SIZE * (narrow * 0.27 + (len(text) - narrow) * 0.55)
