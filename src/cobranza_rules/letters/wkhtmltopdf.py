"""PDF by wkhtmltopdf, through pdfkit, in a process of its own with a time limit and nothing to read or fetch.

The program is no longer maintained and its WebKit is old (CVE-2022-35583: it follows any address in the HTML; CVE-2025-26240: pdfkit takes
options from the HTML of a string, so only a file is given). Its input is our own template with escaped data, and the options below hold
even where that fails: what would be fetched makes the program fail.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pdfkit

from cobranza_rules.language import _
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.page_numbers import Numbering, number_pages
from cobranza_rules.letters.pdf_engine import checked_html, checked_pdf, pdf_error
from cobranza_rules.letters.repeated_headings import HeadedTables

SAFE: dict[str, str] = {
    "disable-javascript": "",
    "disable-local-file-access": "",
    "disable-plugins": "",
    # A proxy that nobody listens on (discard, RFC 863): without it images and frames would be fetched from the network.
    "proxy": "http://127.0.0.1:9",
    "load-error-handling": "ignore",
    "load-media-error-handling": "ignore",
    "encoding": "utf-8",
    "javascript-delay": "0",  # The default waits 200 ms for scripts that may not run.
    "quiet": "",
}
# Debian's build has an unpatched Qt, which lays text out at 125 dpi and prints it at 96: 10.5 pt would come out as 8.07 pt.
UNPATCHED_ZOOM = 125 / 96
_MOST_CUTS = 20  # Pages over which a table may run and still have its heading on each: a trial print for every one.
_SLACK = 3.0  # Points that a sheet stays below whole pages, against rounding to one page more.
_PAGE_COUNT = re.compile(rb"/Type /Pages\b.*?/Count (\d+)", re.DOTALL)
_CREATED = re.compile(rb"/CreationDate \(D:\d{14}Z?\)")
_DCTERMS = re.compile(r'<meta name="dcterms\.created" content="(\d{4})-(\d{2})-(\d{2})">')
# Qt orders fonts and objects by a random hash unless it is told not to: the same letter would give other bytes.
_ENVIRONMENT = {"LANG": "C.UTF-8", "TZ": "UTC", "QT_QPA_PLATFORM": "offscreen", "QT_HASH_SEED": "0"}


@dataclass(frozen=True)
class WkhtmltopdfEngine:
    """`program` is the path of the binary."""

    program: str
    timeout_seconds: float = 60.0
    name: str = field(default="wkhtmltopdf", init=False)

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
        """One pass for a letter of one page. A longer one is printed again: with headings, and with the footer at the end of its last page."""
        page = PageGeometry.from_html(checked_html(html))
        content = self._pass(html, page, 1)
        if _pages(content) > 1:
            content = self._long(html, page)
        content = _dated(content, html)
        numbering = Numbering.from_html(html)
        return content if numbering is None else number_pages(content, numbering, page)

    def _long(self, html: str, page: PageGeometry) -> bytes:
        tables = HeadedTables(html)
        for _attempt in range(_MOST_CUTS):
            if not tables.cut(self._pass(tables.marked(), page, 1)):
                break
        else:
            tables = HeadedTables(html)  # So long a table is better without headings than late.
        content = self._pass(tables.html(), page, 1)
        pages = _pages(content)
        settled = self._pass(tables.html(), page, pages)
        return settled if _pages(settled) == pages else content

    def _pass(self, html: str, page: PageGeometry, pages: int) -> bytes:
        return checked_pdf(self._run(html.replace("</head>", f"<style>{self._style(page, pages)}</style></head>", 1), page), self.name)

    def _style(self, page: PageGeometry, pages: int) -> str:
        height = pages * (page.height - page.header - page.footer) - _SLACK
        zoom = "" if self.patched else f"body{{zoom:{UNPATCHED_ZOOM:.5f}}}"
        return (
            f"{zoom}.sheet{{position:relative;min-height:{height:g}pt}}"
            ".last-footer{position:absolute;bottom:0;left:0;right:0}.footer-space{visibility:hidden}"
            ".running-header,.running-footer,.running-first-footer,p.numbered{display:none}"
        )

    def _run(self, html: str, page: PageGeometry) -> bytes:
        with tempfile.TemporaryDirectory(prefix="cobranza-pdf-") as folder:
            source, target = Path(folder, "letter.html"), Path(folder, "letter.pdf")
            source.write_text(html, encoding="utf-8")
            command = self.command(source, target, page)
            environment = _ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "XDG_RUNTIME_DIR": folder}
            self._wait(command, folder, environment)
            try:
                return target.read_bytes()
            except FileNotFoundError:
                return b""

    def command(self, source: Path, target: Path, page: PageGeometry) -> list[str]:
        sizes = {
            "page-width": f"{page.width / 72 * 25.4:.2f}mm",
            "page-height": f"{page.height / 72 * 25.4:.2f}mm",
            "margin-top": f"{page.header / 72 * 25.4:.2f}mm",
            "margin-bottom": f"{page.footer / 72 * 25.4:.2f}mm",
            "margin-left": f"{page.left / 72 * 25.4:.2f}mm",
            "margin-right": f"{page.right / 72 * 25.4:.2f}mm",
        }
        options = SAFE | sizes | ({"disable-smart-shrinking": ""} if self.patched else {})
        configuration = pdfkit.configuration(wkhtmltopdf=self.program)
        command: list[str] = pdfkit.PDFKit(str(source), "file", options=options, configuration=configuration).command(str(target))
        return command

    def _wait(self, command: list[str], folder: str, environment: dict[str, str]) -> None:
        """By itself pdfkit would wait for ever."""
        with subprocess.Popen(  # noqa: S603 (a configured program with our own options, no shell)
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                _output, errors = process.communicate(timeout=self.timeout_seconds)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                what = _("the PDF was not ready after {seconds} seconds", seconds=f"{self.timeout_seconds:g}")
                raise pdf_error(what, _("raise pdf.timeout_seconds, or shorten the letter")) from None
            if process.returncode != 0:
                detail = errors.decode(errors="replace").strip()[-300:] or str(process.returncode)
                raise pdf_error(_("wkhtmltopdf failed: {detail}", detail=detail), _("'cobranza doctor' checks the engine"))


def _pages(content: bytes) -> int:
    found = _PAGE_COUNT.search(content)
    return int(found[1]) if found else 1


def _dated(content: bytes, html: str) -> bytes:
    """The letter's own date as the date of creation, in as many bytes as before, so that the same letter gives the same PDF."""
    found = _DCTERMS.search(html[:20_000])
    date = "".join(found.groups()) if found else "20000101"
    return _CREATED.sub(lambda old: f"/CreationDate (D:{date}000000Z)".encode().ljust(len(old[0])), content, count=1)
