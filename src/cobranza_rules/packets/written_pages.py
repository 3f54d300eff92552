"""Pages that the program writes into a packet itself, as HTML for the PDF engine: a history, a message, a notice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cobranza_rules.catalogue import translator
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.letters.html_page import HEADING_MARK, ROW_MARK, ROW_TOP, ROWS_STYLE, PageGeometry
from cobranza_rules.letters.sandbox import LetterEnvironment, render_bounded
from cobranza_rules.packets.foreign_files import MB
from cobranza_rules.packets.material import StoredFile
from cobranza_rules.packets.planning import WrittenPage
from cobranza_rules.packets.refusals import SENTENCES, Refusal

LONGEST_TEXT = 60_000  # Characters of a message that are printed; all of it is in the file that is embedded.
_GEOMETRY = PageGeometry(top=54, right=56, bottom=60, left=56, header=46, footer=48)
_STYLE = """
body{margin:0;font-family:'Liberation Sans',Arial,sans-serif;font-size:9.5pt;line-height:1.35;color:#1c2733}
.company{color:#5F6B7A;font-size:8pt;border-bottom:1pt solid #1F3A5F;padding-bottom:3pt}
h1{font-size:13pt;color:#1F3A5F;margin:10pt 0 8pt 0}
table{width:100%;border-collapse:collapse}
td{padding:2.5pt 6pt 2.5pt 0;text-align:left;vertical-align:top;border-bottom:0.5pt solid #C5CED9}
.headed{table-layout:fixed}.headed tr{page-break-inside:avoid}.headed td{padding-left:6pt}
.headed thead td{background:#1F3A5F;color:#fff;font-size:8pt;font-weight:bold}
.label{width:92pt;color:#5F6B7A}.first{width:15%}
.text{padding-top:10pt;white-space:pre-wrap;word-wrap:break-word}
"""


def _cells(name: str, texts: str, mark: str) -> str:
    """The loop over the cells of a row, the first of which bears its marks."""
    first, others = f'<td class="first">{ROW_TOP}{mark}', "<td>"
    begin = f"{{% if loop.first %}}{first}{{% else %}}{others}{{% endif %}}"
    return f"{{% for {name} in {texts} %}}{begin}{{{{ {name}.text }}}}</td>{{% endfor %}}"


_PAGE = (
    '<!DOCTYPE html><html lang="{{ language }}"><head><meta charset="utf-8"><title>{{ title }}</title>'
    '<meta name="author" content="{{ company }}"><meta name="dcterms.created" content="{{ date_iso }}">'
    + _GEOMETRY.as_meta()
    + f"<style>{_STYLE}{ROWS_STYLE}</style></head><body>"
    '<div class="sheet"><div class="company">{{ company }}</div><h1>{{ title }}</h1>'
    '{% if lines %}<table>{% for line in lines %}<tr><td class="label">{{ line.label }}</td><td>{{ line.value }}</td></tr>{% endfor %}</table>'
    "{% endif %}"
    # In the form in which a long letter knows rows and the heading that it repeats over them
    '{% if rows %}<table class="t1 rows headed" style="width:100%"><colgroup><col class="first"><col></colgroup><thead><tr>'
    + _cells("heading", "headings", HEADING_MARK)
    + "</tr></thead><tbody>{% for row in rows %}<tr>"
    + _cells("cell", "row.cells", ROW_MARK)
    + "</tr>{% endfor %}</tbody></table>{% endif %}"
    '{% if text %}<div class="text">{{ text }}</div>{% endif %}</div></body></html>'
)
_TEMPLATE = LetterEnvironment("<br>").from_string(_PAGE)


@dataclass(frozen=True, slots=True)
class Style:
    """What all pages of a packet share."""

    language: str
    company: str
    dated: dt.date


def written_html(page: WrittenPage, title: Sentence, style: Style) -> str:
    """One HTML page without any reference to the outside. Raises ProblemError."""
    translate = translator(style.language)

    def said(value: Sentence | str) -> str:
        return value.text(translate) if isinstance(value, Sentence) else value

    rest = len(page.text) - LONGEST_TEXT
    more = _("[{count} more characters stand in the embedded message]", count=rest)
    fields = {
        "language": style.language,
        "company": style.company,
        "date_iso": style.dated.isoformat(),
        "title": said(title),
        "lines": [{"label": _begun(translate(label)), "value": said(value)} for label, value in page.lines],
        "headings": [{"text": translate(heading)} for heading in page.headings],
        "rows": [{"cells": [{"text": said(cell)} for cell in row]} for row in page.rows],
        "text": page.text[:LONGEST_TEXT] + (f"\n\n{more.text(translate)}" if rest > 0 else ""),
    }
    return render_bounded(_TEMPLATE, fields, "packet")


def _begun(label: str) -> str:
    return label[:1].upper() + label[1:]


def notice_of(file: StoredFile, why: Refusal, size: int) -> WrittenPage:
    """Stands where the pages of a file would: it names the file and says why they are not there."""
    there = why is not Refusal.MISSING
    kept = _("embedded in this file as it came, as {name}", name=file.name) if there else _("not in this file")
    return WrittenPage(
        lines=(
            (N_("document"), file.name),
            (N_("why"), _("its pages cannot be shown here: {why}", why=Sentence(SENTENCES[why]))),
            (N_("where"), kept),
            (N_("size"), _("{size} MB", size=f"{size / MB:.2f}") if there else "-"),
            ("SHA-256", file.digest),
        )
    )
