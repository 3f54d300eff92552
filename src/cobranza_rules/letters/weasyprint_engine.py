"""PDF by WeasyPrint: the same HTML where wkhtmltopdf cannot be had. Slower, but it repeats headings, headers and footers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cobranza_rules.language import _
from cobranza_rules.letters.html_page import PageGeometry
from cobranza_rules.letters.pdf_engine import checked_html, checked_pdf, pdf_error


@dataclass(frozen=True)
class WeasyprintEngine:
    timeout_seconds: float = 60.0
    name: str = field(default="weasyprint", init=False)

    @property
    def version(self) -> str:
        import weasyprint

        return str(weasyprint.__version__)

    def render(self, html: str) -> bytes:
        import weasyprint
        from weasyprint.urls import URLFetcher

        page = PageGeometry.from_html(checked_html(html))
        # Its default fetcher reads files and the network, and `<link rel=attachment>` would embed /etc/passwd into the PDF.
        fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False, timeout=self.timeout_seconds)
        sheet = weasyprint.CSS(string=page_style(page), url_fetcher=fetcher)
        identifier = hashlib.sha256(html.encode()).digest()[:16]
        try:
            content = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[sheet], pdf_identifier=identifier)
        except Exception as error:  # The library documents no exceptions of its own.
            raise pdf_error(_("WeasyPrint failed: {detail}", detail=str(error)[:300]), _("'cobranza doctor' checks the engine")) from error
        return checked_pdf(content, self.name)

    def close(self) -> None:
        """It has no process."""


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
