"""The process in which WeasyPrint works: `python -m cobranza_rules.letters.weasyprint_worker`.

It reads a page of HTML from standard input and writes its PDF to standard output, one after the other, each as its length in 8 bytes and its
bytes. Before the length of an answer stands `+`, or `-` where the bytes are what went wrong.
"""

from __future__ import annotations

import hashlib
import sys
from typing import BinaryIO

import weasyprint
from weasyprint.urls import URLFetcher

from cobranza_rules.letters.html_page import PageGeometry

LENGTH = 8  # Bytes


def main() -> None:
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (length := source.read(LENGTH)) and len(length) == LENGTH:
        _answer(target, source.read(int.from_bytes(length)).decode())


def _answer(target: BinaryIO, html: str) -> None:
    try:
        mark, content = b"+", _pdf(html)
    except Exception as error:  # noqa: BLE001 (the library documents no exceptions of its own)
        mark, content = b"-", str(error)[:300].encode()
    target.write(mark + len(content).to_bytes(LENGTH) + content)
    target.flush()


def _pdf(html: str) -> bytes:
    # Its default fetcher reads files and the network, and `<link rel=attachment>` would embed /etc/passwd into the PDF.
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    sheet = weasyprint.CSS(string=page_style(PageGeometry.from_html(html)), url_fetcher=fetcher)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    content: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[sheet], pdf_identifier=identifier)
    return content


def page_style(page: PageGeometry) -> str:
    """Running header and footer (CSS Generated Content for Paged Media): the first page's header stands in the flow."""
    side = f"margin-left:{page.left:g}pt;margin-right:{page.right:g}pt"
    box = "width:100%;content:element"
    return (
        f"@page{{size:{page.width:g}pt {page.height:g}pt;margin-top:{page.top:g}pt;margin-bottom:{page.bottom:g}pt;{side};"
        f"@top-left{{{box}(header);vertical-align:top;padding-top:{page.header:g}pt}}"
        f"@bottom-left{{{box}(footer);vertical-align:bottom;padding-bottom:{page.footer:g}pt}}}}"
        f"@page :first{{margin-top:{page.header:g}pt;@top-left{{content:none}}"
        f"@bottom-left{{{box}(first-footer)}}}}"
        ".running-header{position:running(header)}.running-footer{position:running(footer)}"
        ".running-first-footer{position:running(first-footer)}.footer-space,.last-footer{display:none}"
        ".page::after{content:counter(page)}.pages::after{content:counter(pages)}"
    )


if __name__ == "__main__":
    main()
