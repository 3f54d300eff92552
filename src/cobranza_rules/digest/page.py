"""The digest as a mail: one plain HTML page that reads well without pictures or fonts from elsewhere, and its text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from cobranza_rules.digest.value import Digest
from cobranza_rules.digest.wording import Section, notes_of, sections_of, subject_of
from cobranza_rules.dispatch.internal_mail import Written
from cobranza_rules.language import Sentence, Translate

DARK, LIGHT, LINE = "#1F3A5F", "#EEF2F7", "#C5CED9"
FONT = "font-family:Arial,'Liberation Sans',Helvetica,sans-serif;font-size:14px;line-height:1.45;color:#1B2430;"
CELL = f"padding:5px 8px;border-bottom:1px solid {LINE};vertical-align:top;"


def written_digest(digest: Digest, company: str, language: str, translate: Translate) -> Written:
    from cobranza_rules.mail.html_text import html_to_text

    subject = subject_of(digest, company).text(translate)
    page = digest_page(digest, subject, language, translate)
    return Written(subject, html_to_text(page), page)


def digest_page(digest: Digest, subject: str, language: str, translate: Translate) -> str:
    parts = [
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{escape(subject)}</title></head>',
        f'<body style="margin:0;padding:16px;background-color:#FFFFFF;"><div style="max-width:860px;{FONT}">',
        (
            f'<p style="margin:0 0 16px;padding:0 0 8px;border-bottom:2px solid {DARK};font-size:17px;font-weight:bold;color:{DARK};">'
            f"{escape(subject)}</p>"
        ),
        *(
            f'<p style="margin:0 0 14px;padding:8px 10px;background-color:{LIGHT};">{_said(note, translate)}</p>'
            for note in notes_of(digest)
        ),
        *(part for section in sections_of(digest) for part in _section(section, translate)),
        "</div></body>\n</html>\n",
    ]
    return "\n".join(parts)


def _section(section: Section, translate: Translate) -> Iterable[str]:
    yield f'<h2 style="margin:18px 0 6px;font-size:15px;color:{DARK};">{_said(section.title, translate)}</h2>'
    if not section.rows:
        yield f'<p style="margin:0 0 12px;">{_said(section.empty, translate)}</p>'
        return
    yield '<table cellspacing="0" cellpadding="0" style="border-collapse:collapse;width:100%;font-size:13px;margin:0 0 12px;">'
    yield f'<tr style="background-color:{DARK};color:#FFFFFF;">{_row("th", map(translate, section.headings), section, translate)}</tr>'
    yield from (f"<tr>{_row('td', row, section, translate)}</tr>" for row in section.rows)
    yield "</table>"


def _row(tag: str, cells: Iterable[Any], section: Section, translate: Translate) -> str:
    style = CELL if tag == "td" else "padding:6px 8px;"
    return "".join(
        f'<{tag} style="{style}text-align:{"right" if column in section.right else "left"};">{_said(cell, translate)}</{tag}>'
        for column, cell in enumerate(cells)
    )


def _said(value: Any, translate: Translate) -> str:
    return escape(value.text(translate) if isinstance(value, Sentence) else str(value))
