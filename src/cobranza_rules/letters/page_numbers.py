"""Page numbers on the PDFs of wkhtmltopdf's unpatched Qt, which knows none: one line of text a page, as an incremental update.

ISO 32000-1, 7.5.6: what was written stays as it is; changed objects, a cross-reference section and a trailer follow it. Qt writes plain
objects and a classic cross-reference table; where the file looks otherwise it is left as it is, without numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from cobranza_rules.letters.html_inline import PAGE, PAGES
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.qt_pdf import page_objects

SIZE = 7.5  # Points
_LINE = re.compile(r'<p class="numbered"[^>]*>(.*?)</p>', re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_RESOURCES = re.compile(rb"/Resources (\d+) 0 R")
_TRAILER = re.compile(rb"trailer\n<<\n/Size (\d+)\s*\n/Info (\d+) 0 R\n/Root (\d+) 0 R\n>>\nstartxref\n(\d+)\s*\n%%EOF\s*$")
_GREY = "0.35 g"


@dataclass(frozen=True, slots=True)
class Numbering:
    """`line` holds the marks of PAGE and NUMPAGES, all else is text as it prints."""

    line: str

    @staticmethod
    def from_html(html: str) -> Numbering | None:
        """The template's own line with the page number, from its footer; None where it has none."""
        found = _LINE.search(html)
        if found is None:
            return None
        marked = found[1].replace(PAGE, "\x00").replace(PAGES, "\x01")
        return Numbering(" ".join(unescape(_MARKUP.sub("", marked)).split()))

    def text(self, page: int, pages: int) -> str:
        return self.line.replace("\x00", str(page)).replace("\x01", str(pages))


def number_pages(content: bytes, numbering: Numbering, page: PageGeometry) -> bytes:
    trailer = _TRAILER.search(content)
    objects = page_objects(content)
    if trailer is None or not objects:
        return content
    update = _Update(content if content.endswith(b"\n") else content + b"\n", next_number=int(trailer[1]))
    font = update.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    before = update.add(_stream(b"q"))
    for position, (number, body) in enumerate(objects.items(), start=1):
        changed = _numbered(body, update, (font, before), _line_stream(numbering.text(position, len(objects)), page))
        if changed is None:
            return content
        update.write(number, b"<<\n/Type /Page\n" + changed)
    return update.finished(trailer)


@dataclass
class _Update:
    """Objects appended to a file; `offsets` are theirs by number."""

    content: bytes
    next_number: int
    offsets: dict[int, int] = field(default_factory=dict)

    def add(self, body: bytes) -> int:
        number = self.next_number
        self.next_number += 1
        self.write(number, body)
        return number

    def write(self, number: int, body: bytes) -> None:
        self.offsets[number] = len(self.content)
        self.content += b"%d 0 obj\n%s\nendobj\n" % (number, body)

    def finished(self, trailer: re.Match[bytes]) -> bytes:
        start = len(self.content)
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, self.offsets[number]) for number in sorted(self.offsets))
        head = b"xref\n" + rows + b"trailer\n<< /Size %d /Info %s 0 R /Root %s 0 R /Prev %s >>\n"
        return self.content + head % (self.next_number, trailer[2], trailer[3], trailer[4]) + b"startxref\n%d\n%%%%EOF\n" % start


def _numbered(body: bytes, update: _Update, shared: tuple[int, int], line: bytes) -> bytes | None:
    """The page's dictionary with one more stream and one more font; None where it does not look as Qt writes it."""
    font, before = shared
    contents, resources = _CONTENTS.search(body), _RESOURCES.search(body)
    if contents is None or resources is None:
        return None
    own = re.search(rb"(?<!\d)%s 0 obj\n(<<.*?>>)\nendobj" % resources[1], update.content, re.DOTALL)
    if own is None or b"/Font <<" not in own[1]:
        return None
    extended = update.add(own[1].replace(b"/Font <<", b"/Font <<\n/FPage %d 0 R" % font, 1))
    after = update.add(_stream(line))
    body = body.replace(contents[0], b"/Contents [%d 0 R %s 0 R %d 0 R]" % (before, contents[1], after))
    return body.replace(resources[0], b"/Resources %d 0 R" % extended)


def _line_stream(text: str, page: PageGeometry) -> bytes:
    shown = text.encode("cp1252", errors="replace")
    left = (page.width - _width(text)) / 2
    escaped = shown.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    place = f"Q q {_GREY} BT /FPage {SIZE:g} Tf {left:.2f} {max(page.footer - 1.6 * SIZE, SIZE):.2f} Td (".encode()
    return place + escaped + b") Tj ET Q"


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _width(text: str) -> float:
    """Points in Helvetica, near enough to centre a line (Adobe Font Metrics: digits 556, narrow letters 222 to 278, the rest about 540)."""
    narrow = sum(letter in " .,:;il|!'ítfj·" for letter in text)
    return SIZE * (narrow * 0.27 + (len(text) - narrow) * 0.55)
