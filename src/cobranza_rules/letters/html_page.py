"""The sheet around a letter's HTML: page size, margins, letterhead and footer, in the form that the PDF engines share.

The first page's header stands in the flow; what repeats on other pages stands in `.running-...` blocks, which engines with running
elements take out of the flow and others hide; the footer stands once more at the end, for engines that know no running elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from cobranza_rules.language import _
from cobranza_rules.letters.html_styles import attribute, points, switched_on, twips
from cobranza_rules.letters.marked_xml import MarkedPart, W

# In the first cell of rows of tables with a heading: at its upper edge, and on its first line
ROW_TOP, ROW_MARK, HEADING_MARK = '<i class="row-top"></i>', '<i class="row-mark"></i>', '<i class="heading-mark"></i>'
# A class of the body: each row of a table is a table of its own, for an engine that breaks rows wherever a page ends, but no block that is to be kept
LOOSE = "loose"
PIXEL = 72 / 125  # Points of a pixel of that engine: its lines are as thick as whole ones, one at least
# Of tables whose rows are kept whole, and whose heading is repeated
ROWS_STYLE = (
    ".row-top,.row-mark,.heading-mark{display:none}"
    f".{LOOSE} .rows{{display:block;overflow:hidden;border:0 !important}}.{LOOSE} .rows>thead,.{LOOSE} .rows>tbody{{display:block}}"
    f".{LOOSE} .rows>*>tr{{display:table;width:100%;table-layout:fixed;border-collapse:collapse}}"
)
_PAGE_META = re.compile(r'<meta name="letter-page" content="([^"]*)">')
_UNTIL_LETTER = (
    '<body><div class="running-first-footer">(?P<first_footer>.*?)</div>'
    '<div class="running-header">(?P<header>.*?)</div><div class="running-footer">(?P<footer>.*?)</div>'
    '<div class="sheet"><div class="first-header">(?P<first_header>.*?)</div>'
)
_MARGINS = re.compile(f"{_UNTIL_LETTER}$", re.DOTALL)
_BLOCKS = re.compile(f'{_UNTIL_LETTER}<div class="letter">(?P<body>.*?)</div><div class="footer-space">', re.DOTALL)
_NUMBER = re.compile(r"^\d{1,4}(\.\d{1,2})?$")


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """Points. `header` and `footer` are their distances from the edge of the paper."""

    width: float = 612.0  # US Letter, which Mexico uses (21.59 x 27.94 cm)
    height: float = 792.0
    top: float = 72.0
    right: float = 72.0
    bottom: float = 72.0
    left: float = 72.0
    header: float = 36.0
    footer: float = 36.0

    def as_meta(self) -> str:
        values = " ".join(f"{name}={getattr(self, name):g}" for name in self.__dataclass_fields__)
        return f'<meta name="letter-page" content="{values}">'

    @staticmethod
    def from_html(html: str) -> PageGeometry:
        """What `as_meta` wrote; the defaults where there is nothing of the kind."""
        found = _PAGE_META.search(html[:20_000])
        pairs = [pair.split("=", 1) for pair in found[1].split()] if found else []
        return PageGeometry(
            **{pair[0]: float(pair[1]) for pair in pairs if _NUMBER.match(pair[-1]) and pair[0] in PageGeometry.__dataclass_fields__}
        )


def geometry_of(body: MarkedPart) -> PageGeometry:
    """Of the document's only section; complains of columns."""
    section = body.tree.find(f"{W}body/{W}sectPr")
    if section is None:
        return PageGeometry()
    columns = section.find(W + "cols")
    if attribute(columns, "num") not in ("", "0", "1"):
        body.complain(section, _("the document has columns"), _("use a table without borders"))
    size, margins = section.find(W + "pgSz"), section.find(W + "pgMar")
    found = {name: twips(attribute(size, short)) for name, short in (("width", "w"), ("height", "h"))}
    found |= {
        name: abs(twips(attribute(margins, name)))
        for name in ("top", "right", "bottom", "left", "header", "footer")
        if attribute(margins, name)
    }
    return PageGeometry(**{name: round(value, 2) for name, value in found.items() if 0 < value < 3000})


def has_title_page(body: MarkedPart) -> bool:
    """Whether the first page has a header and footer of its own."""
    section = body.tree.find(f"{W}body/{W}sectPr")
    return section is not None and bool(switched_on(section, "titlePg"))


def in_margins(html: str) -> tuple[str, str]:
    """HTML of what stands in the margins of the first page, and in those of the others; of a page of another form all of it, twice."""
    found = _MARGINS.match(html.partition('<div class="letter">')[0].partition("</head>")[2])
    if found is None:
        return html, html
    return found["first_header"] + found["first_footer"], found["header"] + found["footer"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """HTML of each place. `first_header` and `first_footer` are those of the first page, `header` and `footer` of the others."""

    body: str
    first_header: str
    header: str
    first_footer: str
    footer: str

    def as_blocks(self) -> str:
        return (
            f'<div class="running-first-footer">{self.first_footer}</div>'
            f'<div class="running-header">{self.header}</div><div class="running-footer">{self.footer}</div>'
            f'<div class="sheet"><div class="first-header">{self.first_header}</div>'
            f'<div class="letter">{self.body}</div>'
            f'<div class="footer-space">{self.first_footer}</div><div class="last-footer">{self.first_footer}</div></div>'
        )

    @staticmethod
    def from_html(html: str) -> Sheet:
        """What `as_blocks` wrote, tags filled in: data is escaped and cannot look like it. A page of another form is a body alone."""
        found = _BLOCKS.search(html)
        if found is None:
            return Sheet(html.partition("<body>")[2].rpartition("</body>")[0], "", "", "", "")
        return Sheet(**found.groupdict())


def document_html(sheet: Sheet, page: PageGeometry, rules: list[str], title: str) -> str:
    """`title` may hold tags, as the blocks of the sheet may."""
    return (
        '<!DOCTYPE html><html lang="{{ language }}"><head><meta charset="utf-8">'
        f'<title>{title}</title><meta name="author" content="{{{{ company.name }}}}">'
        f'<meta name="dcterms.created" content="{{{{ date_iso }}}}">{page.as_meta()}'
        f"<style>{_style(page)}{''.join(rules)}</style></head><body>{sheet.as_blocks()}</body></html>"
    )


def _style(page: PageGeometry) -> str:
    return "".join(
        (
            "body{margin:0}p{margin:0;white-space:pre-wrap}img{vertical-align:bottom}",
            "a{color:inherit;text-decoration:none}table{border-collapse:collapse;table-layout:fixed}td{vertical-align:top}",
            ROWS_STYLE,
            ".tab{display:inline-block;width:36pt}.page-break{display:block;page-break-after:always}",
            f".first-header{{min-height:{points(max(page.top - page.header, 0))}}}",
        )
    )


def header_references(body: MarkedPart, kind: str, links: dict[str, str]) -> dict[str, str]:
    """Part names of the section's headers or footers by type: default, first, even. `links` maps relationship ids to part names."""
    section = body.tree.find(f"{W}body/{W}sectPr")
    found: list[etree._Element] = [] if section is None else section.findall(W + f"{kind}Reference")
    by_type = {}
    for reference in found:
        identifier = reference.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id") or ""
        if identifier in links:
            by_type[attribute(reference, "type")] = links[identifier]
    return by_type
