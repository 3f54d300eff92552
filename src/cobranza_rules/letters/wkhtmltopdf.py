"""PDF by wkhtmltopdf, through pdfkit, in a process of its own with a time limit and nothing to read or fetch.

The program is no longer maintained and its WebKit is old (CVE-2022-35583: it follows any address in the HTML; CVE-2025-26240: pdfkit takes
options from the HTML of a string, so it never sees any). Its input is our own template with escaped data, and the options below hold
even where that fails: nothing is fetched, and a letter that tries to is refused.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pdfkit

from cobranza_rules.language import _
from cobranza_rules.letters import pdf_links
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.long_letter import LongLetter, surely_long
from cobranza_rules.letters.page_numbers import Numbering
from cobranza_rules.letters.page_stamps import Printed, Stamps, finished, page_count, page_marks
from cobranza_rules.letters.pdf_engine import checked_html, checked_pdf, pdf_error
from cobranza_rules.letters.printing_process import PrintingProcess
from cobranza_rules.problems import ProblemError

SAFE: dict[str, str] = {
    "disable-javascript": "",
    "disable-local-file-access": "",
    "disable-plugins": "",
    # A proxy that nobody listens on (discard, RFC 863): without it images and frames would be fetched from the network.
    "proxy": "http://127.0.0.1:9",
    "load-error-handling": "abort",
    "load-media-error-handling": "abort",
    "encoding": "utf-8",
    "javascript-delay": "0",  # The default waits 200 ms for scripts that may not run.
}
# Debian's build has an unpatched Qt, which lays text out at 125 dpi and prints it at 96: 10.5 pt would come out as 8.07 pt.
UNPATCHED_ZOOM = 125 / 96
_MOST_MOVES = 5  # Prints of a long letter's text, each with one more table moved to a new page
_SLACK = 3.0  # Points that a sheet stays below whole pages, against rounding to one page more.
_DCTERMS = re.compile(r'<meta name="dcterms\.created" content="(\d{4})-(\d{2})-(\d{2})">')


@dataclass
class WkhtmltopdfEngine:
    """`program` is the path of the binary. One process prints letter after letter until it is worn or `close` ends it."""

    program: str
    timeout_seconds: float = 60.0
    name: str = field(default="wkhtmltopdf", init=False)
    _process: PrintingProcess | None = field(default=None, init=False, repr=False, compare=False)

    @cached_property
    def reported(self) -> str:
        """What `--version` prints, for instance `wkhtmltopdf 0.12.6 (with patched qt)`."""
        try:
            command = [self.program, "--version"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=self.timeout_seconds, check=True)  # noqa: S603 (a configured program, no shell)
        except (OSError, subprocess.SubprocessError) as error:
            raise pdf_error(
                _("wkhtmltopdf does not run: {detail}", detail=str(error)), _("install it anew, or set pdf.engine to weasyprint")
            ) from None
        return done.stdout.strip()

    @property
    def patched(self) -> bool:
        return "patched qt" in self.reported

    @property
    def version(self) -> str:
        found = re.search(r"\d+(\.\d+)+", self.reported)
        return (found[0] if found else self.reported) + (" (patched Qt)" if self.patched else " (unpatched Qt)")

    def render(self, html: str) -> bytes:
        """One print for a letter of one page; for a longer one a print of what repeats on its pages and one of its text."""
        page = PageGeometry.from_html(checked_html(html))
        numbering, created = Numbering.from_html(html), _created(html)
        if self.patched or not surely_long(html):
            printed = self._on_sheets(html, page, 1)
            pages = len(printed.links)
            if pages > 1 and self.patched:  # It repeats headings itself.
                printed = self._on_sheets(html, page, pages)
            if pages == 1 or self.patched:
                return finished(printed, numbering, created)
        text, stamps = self._long(html)
        return finished(text, numbering, created, stamps)

    def _long(self, html: str) -> tuple[Printed, Stamps]:
        letter = LongLetter(html)
        pieces = self._print(letter.pieces_html(), letter.page, self._zoom)
        letter.measure(page_marks(pieces.content))
        for _attempt in range(_MOST_MOVES):
            text = self._print(letter.text_html(), letter.text_page, self._zoom)
            marks = page_marks(text.content)
            if not letter.move_on(marks):
                break
        return text, Stamps(pieces, letter.stamped(marks))

    def _on_sheets(self, html: str, page: PageGeometry, pages: int) -> Printed:
        """The letter with its footer at the end of as many pages."""
        height = pages * (page.height - page.header - page.footer) - _SLACK
        style = (
            f"{self._zoom}.sheet{{position:relative;min-height:{height:g}pt;padding-bottom:1px}}"  # Else a margin would reach out of it.
            ".last-footer{position:absolute;bottom:0;left:0;right:0}.footer-space{visibility:hidden}"
            ".running-header,.running-footer,.running-first-footer{display:none}"
        )
        return self._print(html, page, style)

    @property
    def _zoom(self) -> str:
        return "p.numbered{display:none}" + ("" if self.patched else f"body{{zoom:{UNPATCHED_ZOOM:.5f}}}")

    def _print(self, html: str, page: PageGeometry, style: str) -> Printed:
        html, addresses = pdf_links.marked(html.replace("</head>", f"<style>{style}</style></head>", 1))
        content = checked_pdf(self._run(html, page), self.name)
        if not addresses:
            return Printed(content, page, [()] * page_count(content))
        width = page.width - page.left - page.right
        return Printed(content, page, pdf_links.areas(page_marks(content), addresses, width))

    def _run(self, html: str, page: PageGeometry) -> bytes:
        """Alone in a fresh process where one that had printed other letters failed at it."""
        process = self._running()
        used = process.printed > 0
        try:
            return process.print(html, self.options(page), self.timeout_seconds)
        except ProblemError:
            if not used or not process.worn:
                raise
        return self._running().print(html, self.options(page), self.timeout_seconds)

    def _running(self) -> PrintingProcess:
        if self._process is None or self._process.worn:
            self.close()
            self._process = PrintingProcess(self.command())
        return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def command(self) -> list[str]:
        """The options of every letter. pdfkit makes it of an empty page, for it would take options from the HTML that it is given."""
        options = SAFE | ({"disable-smart-shrinking": ""} if self.patched else {})
        configuration = pdfkit.configuration(wkhtmltopdf=self.program)
        kit = pdfkit.PDFKit("", "string", options=options, configuration=configuration, verbose=True)
        command: list[str] = kit.command()
        return command[:-2]  # The last two are its input and output.

    @staticmethod
    def options(page: PageGeometry) -> Sequence[str]:
        """Those of one letter."""
        sizes = {
            "page-width": page.width,
            "page-height": page.height,
            "margin-top": page.header,
            "margin-bottom": page.footer,
            "margin-left": page.left,
            "margin-right": page.right,
        }
        return [word for name, size in sizes.items() for word in (f"--{name}", f"{size / 72 * 25.4:.2f}mm")]


def _created(html: str) -> str:
    """The letter's own date, so that the same letter gives the same PDF."""
    found = _DCTERMS.search(html[:20_000])
    return "".join(found.groups()) if found else "20000101"
