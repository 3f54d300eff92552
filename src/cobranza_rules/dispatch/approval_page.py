"""The mail that asks somebody to decide, for a person who has no more than it: what waits, how to answer, and what each message will say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cobranza_rules.digest.page import CELL, DARK, FONT, LIGHT, LINE
from cobranza_rules.dispatch.internal_mail import Written
from cobranza_rules.domain.company import Company, Person
from cobranza_rules.language import N_, Sentence, Translate, _, word
from cobranza_rules.letters.formats import money_text, short_date
from cobranza_rules.mail.message import Attachment
from cobranza_rules.money import Money
from cobranza_rules.plan.gates import GATE_WORDS
from cobranza_rules.rules.planned import PlannedAction

HEADINGS = (N_("No."), N_("Customer"), N_("What"), N_("Invoices"), N_("Total"), N_("Waits since"))
RIGHT = frozenset({0, 3, 4})


@dataclass(frozen=True, slots=True)
class Asked:
    """One approval that a mail asks for. `beware` is what the next run would make of it, None where it would leave.

    `subject` and `text` are those of the message; empty where somebody carries the documents.
    """

    number: int
    action_id: int
    customer_id: int
    shown: str
    gate: str
    customer: str
    customer_name: str
    plan: PlannedAction
    since: dt.date
    workdays: int
    beware: Sentence | None
    subject: str
    text: str
    attachments: tuple[Attachment, ...]

    @property
    def total(self) -> Money | None:
        return Money(self.plan.total, self.plan.currency) if self.plan.currency else None


@dataclass(frozen=True, slots=True)
class Page:
    """Whom it is written to, by whom it is read if it decides nothing, and in which language."""

    company: Company
    person: Person
    analyst: Person | None
    today: dt.date
    language: str
    translate: Translate

    def said(self, value: Any) -> str:
        return escape(value.text(self.translate) if isinstance(value, Sentence) else str(value))

    def money(self, amount: Money | None) -> str:
        return money_text(amount, self.language) if amount is not None else ""


def written_request(
    asked: Sequence[Asked],
    company: Company,
    person: Person,
    analyst: Person | None,
    token: str,
    today: dt.date,
    language: str,
    translate: Translate,
) -> Written:
    from cobranza_rules.mail.html_text import html_to_text

    page = Page(company, person, analyst, today, language, translate)
    title = _title(asked, page).text(translate)
    html = _html(asked, page, title)
    return Written(f"{title} [apr {token}]", html_to_text(html), html)


def _title(asked: Sequence[Asked], page: Page) -> Sentence:
    """Short enough for a phone: how many, and of how much."""
    sums: Counter[str] = Counter()
    for one in asked:
        sums[one.plan.currency] += one.plan.total
    total = "; ".join(page.money(Money(minor, currency)) for currency, minor in sums.items() if currency)
    if len(asked) == 1:
        one = asked[0]
        about = _("{rule} for {customer}", rule=word(one.plan.rule_id), customer=one.customer)
        return (
            _("Waits for your decision: {about}, {total}", about=about, total=total)
            if total
            else _("Waits for your decision: {about}", about=about)
        )
    return _("Wait for your decision: {count} documents, {total}", count=len(asked), total=total)


def _html(asked: Sequence[Asked], page: Page, title: str) -> str:
    parts = [
        f'<!DOCTYPE html>\n<html lang="{page.language}">\n<head><meta charset="utf-8"><title>{escape(title)}</title></head>',
        f'<body style="margin:0;padding:16px;background-color:#FFFFFF;"><div style="max-width:860px;{FONT}">',
        (
            f'<p style="margin:0 0 16px;padding:0 0 8px;border-bottom:2px solid {DARK};font-size:17px;font-weight:bold;color:{DARK};">'
            f"{escape(page.company.name)}</p>"
        ),
        _paragraph(page, _("{name}:", name=page.person.name)),
        _paragraph(
            page, _("Nothing of the following leaves until you approve or reject it. The documents are attached as they will leave.")
        ),
        *_how_to_answer(asked, page),
        *_table(asked, page),
        *(part for one in asked for part in _item(one, page)),
        *_foot(page),
        "</div></body>\n</html>\n",
    ]
    return "\n".join(parts)


def _paragraph(page: Page, sentence: Sentence | str, style: str = "margin:0 0 12px;") -> str:
    return f'<p style="{style}">{page.said(sentence)}</p>'


def _how_to_answer(asked: Sequence[Asked], page: Page) -> Iterator[str]:
    """The words stand as they have to be written; the numbers are those of this very mail."""
    numbers = [one.number for one in asked]
    rows: list[tuple[Any, Any]] = [(_("approve"), _("approves everything in this mail") if len(asked) > 1 else _("approves it"))]
    if len(asked) > 1:
        rows.append((_("approve {numbers}", numbers=", ".join(map(str, numbers[:2]))), _("approves these and leaves the others")))
        rows.append((_("reject {number}: the reason", number=numbers[-1]), _("rejects this one and says why")))
    else:
        rows.append((_("reject: the reason"), _("rejects it and says why")))
    yield f'<div style="margin:0 0 16px;padding:10px 12px;background-color:{LIGHT};">'
    yield _paragraph(page, _("Answer this mail, above everything else in it, with one of these lines:"), "margin:0 0 8px;font-weight:bold;")
    yield '<table cellspacing="0" cellpadding="0" style="border-collapse:collapse;font-size:14px;">'
    for words, meaning in rows:
        yield (
            f'<tr><td style="padding:2px 16px 2px 0;font-weight:bold;white-space:nowrap;">{page.said(words)}</td>'
            f'<td style="padding:2px 0;">{page.said(meaning)}</td></tr>'
        )
    yield "</table>"
    reader = page.analyst.name if page.analyst is not None else page.company.email
    more = _("Several lines may be mixed. Whatever else an answer says decides nothing: {reader} reads it.", reader=reader)
    yield _paragraph(page, more, "margin:8px 0 0;font-size:13px;")
    yield "</div>"


def _table(asked: Sequence[Asked], page: Page) -> Iterator[str]:
    yield '<table cellspacing="0" cellpadding="0" style="border-collapse:collapse;width:100%;font-size:13px;margin:0 0 12px;">'
    yield f'<tr style="background-color:{DARK};color:#FFFFFF;">{_row("th", map(page.translate, HEADINGS), page)}</tr>'
    for one in asked:
        since = short_date(one.since, page.language)
        waits = _("{day} (business days: {count})", day=since, count=one.workdays) if one.workdays else since
        what = _("{rule} ({gate})", rule=word(one.plan.rule_id), gate=word(GATE_WORDS[one.gate]))
        cells = (one.number, f"{one.customer_name} ({one.customer})", what, _count(one), page.money(one.total), waits)
        yield f"<tr>{_row('td', cells, page)}</tr>"
    yield "</table>"


def _row(tag: str, cells: Any, page: Page) -> str:
    style = CELL if tag == "td" else "padding:6px 8px;"
    return "".join(
        f'<{tag} style="{style}text-align:{"right" if column in RIGHT else "left"};">{page.said(cell)}</{tag}>'
        for column, cell in enumerate(cells)
    )


def _count(one: Asked) -> int | str:
    return len(one.plan.invoices) if one.plan.subject == "invoice" else ""


def _item(one: Asked, page: Page) -> Iterator[str]:
    heading = _("{number}. {rule} for {customer}", number=one.number, rule=word(one.plan.rule_id), customer=one.customer_name)
    yield f'<h2 style="margin:22px 0 6px;padding:10px 0 0;border-top:1px solid {LINE};font-size:15px;color:{DARK};">{page.said(heading)}</h2>'
    if one.beware is not None:
        yield _paragraph(page, _("Beware: {what}", what=one.beware), "margin:0 0 8px;padding:6px 8px;background-color:#FFF4D6;")
    if one.plan.subject == "invoice":
        yield _paragraph(page, _("Invoices: {invoices}", invoices=", ".join(one.plan.invoices)), "margin:0 0 4px;")
    to, cc = ", ".join(one.plan.recipients), ", ".join(one.plan.copies)
    if to:
        yield _paragraph(page, _("To {to}; copies to {cc}", to=to, cc=cc) if cc else _("To {to}", to=to), "margin:0 0 4px;")
    why = one.plan.reason.fields.get("how", one.plan.reason)
    yield _paragraph(page, _("Why now: {reason}", reason=why), "margin:0 0 4px;")
    if one.attachments:
        names = ", ".join(each.name for each in one.attachments)
        yield _paragraph(page, _("Attached: {names}", names=names), "margin:0 0 8px;")
    if one.subject:
        yield _paragraph(page, _("The message will say: {subject}", subject=one.subject), "margin:8px 0 4px;font-weight:bold;")
        text = "<br>\n".join(escape(line) for line in one.text.splitlines())
        yield f'<div style="margin:0 0 12px;padding:8px 12px;border-left:3px solid {LINE};font-size:13px;">{text}</div>'


def _foot(page: Page) -> Iterator[str]:
    style = f"margin:22px 0 0;padding:8px 0 0;border-top:1px solid {LINE};font-size:11px;color:#5F6B7A;"
    yield _paragraph(
        page,
        _(
            "Number, date and count of days are put in on the day on which a document leaves, and the signature of whoever has approved it."
            " Whatever changes otherwise is written anew and asked for in another mail. This mail is for {email} alone: an answer from any"
            " other address decides nothing.",
            email=page.person.email,
        ),
        style,
    )


def answer_page(company: Company, done: Sequence[int], reasons: Sequence[str], language: str, translate: Translate) -> tuple[str, str]:
    """Subject and page of what somebody is told whose answer did not decide all that it was about."""
    title = (_("Your answer decided only a part") if done else _("Your answer decided nothing")).text(translate)
    decided = _("Decided by it: {numbers}.", numbers=", ".join(map(str, done))).text(translate) if done else ""
    again = _("Answer the mail with the documents once more, with nothing but 'approve', or 'reject' and the reason, and the numbers.")
    lines = [company.name, decided, *reasons, again.text(translate)]
    paragraphs = "\n".join(f'<p style="margin:0 0 12px;">{escape(line)}</p>' for line in lines if line)
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f'<body style="margin:0;padding:16px;background-color:#FFFFFF;"><div style="max-width:860px;{FONT}">\n{paragraphs}\n</div></body>\n</html>\n'
    )
    return title, page
