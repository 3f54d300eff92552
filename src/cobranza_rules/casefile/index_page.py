"""The page of an exported case file: one HTML file of its own, with nothing in it that runs or that is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cobranza_rules.casefile.case_documents import CaseDocument
from cobranza_rules.casefile.case_timestamps import CASE_TIMESTAMP_HEADINGS, CaseTimestamp
from cobranza_rules.casefile.deliveries import DELIVERY_HEADINGS, CaseDelivery, delivery_row
from cobranza_rules.casefile.named_documents import documents_of
from cobranza_rules.casefile.timeline import TimelineEvent
from cobranza_rules.language import N_, Sentence, Translate, _, word
from cobranza_rules.store.tables import CustomerRow

STYLE = (
    "body{font:15px/1.5 Arial,'Liberation Sans',Helvetica,sans-serif;color:#1B2430;max-width:1000px;margin:0 auto;padding:24px}"
    "h1{font-size:20px;color:#1F3A5F}h2{font-size:16px;color:#1F3A5F;margin-top:28px}table{border-collapse:collapse;width:100%;font-size:13px}"
    "th,td{padding:5px 8px;border-bottom:1px solid #C5CED9;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#1F3A5F;color:#fff}code{font-size:11px;color:#5A6675;word-break:break-all}.n{white-space:nowrap}@media print{a{color:inherit}}"
)

HOW_TO_VERIFY = N_(
    "The command says 'Verification: OK' where the document is, to the byte, the one that the authority saw at that instant. The certificates "
    "beside it are those that the program trusted; whoever does not rely on them takes those that the authority itself publishes."
)


@dataclass(frozen=True, slots=True)
class FiledCopy:
    """`file` is where it lies beside the page, "" where its bytes are not there: erased, or lost."""

    document: CaseDocument
    file: str
    erased: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page shows beside events and documents."""

    deliveries: Sequence[CaseDelivery]
    timestamps: Sequence[CaseTimestamp] = ()


def index_page(
    customer: CustomerRow, events: Iterable[TimelineEvent], copies: Sequence[FiledCopy], beside: Beside, translate: Translate
) -> str:
    title = _("Case file of {code}, {name}", code=customer.code, name=customer.name).text(translate)
    by_digest = {copy.document.digest: copy for copy in copies}
    said = Page(translate)
    parts = [
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        *said.table(
            N_("Events"), (N_("No."), N_("Date"), N_("What happened"), N_("By"), N_("Rules"), N_("Hash")), said.events(events, by_digest)
        ),
        *said.table(N_("Documents"), (N_("Document"), N_("SHA-256")), map(said.copy, copies)),
    ]
    if beside.timestamps:
        parts += said.table(N_("Timestamps"), CASE_TIMESTAMP_HEADINGS, (said.timestamp(each, by_digest) for each in beside.timestamps))
        parts.append(f"<p>{said.cell(Sentence(HOW_TO_VERIFY))}</p>")
    if beside.deliveries:
        rows = ([said.cell(cell) for cell in delivery_row(each)] for each in beside.deliveries)
        parts += said.table(N_("Deliveries"), DELIVERY_HEADINGS, rows)
    return "\n".join([*parts, "</body></html>\n"])


@dataclass(frozen=True, slots=True)
class Page:
    translate: Translate

    def cell(self, value: Any) -> str:
        return escape(value.text(self.translate) if isinstance(value, Sentence) else "" if value is None else str(value))

    def table(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """Cells are HTML."""
        yield f"<h2>{escape(self.translate(title))}</h2>"
        yield f"<table><tr>{''.join(f'<th>{escape(self.translate(heading))}</th>' for heading in headings)}</tr>"
        yield from (f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        yield "</table>"

    def events(self, events: Iterable[TimelineEvent], by_digest: dict[str, FiledCopy]) -> Iterator[tuple[str, ...]]:
        for event in events:
            named = (by_digest[digest] for digest in dict.fromkeys(documents_of(event.data)) if digest in by_digest)
            links = "".join(f"<br>{self.link(copy)}" for copy in named)
            day = f'<span class="n">{event.happened_on.isoformat()}</span>'
            yield str(event.seq), day, self.cell(event.sentence) + links, *self.made_by(event), f"<code>{escape(event.hash)}</code>"

    def made_by(self, event: TimelineEvent) -> tuple[str, str]:
        """Who did it, and under which version of the rules; an older event says neither."""
        return self.cell(word(event.actor or "-")), self.cell(event.rules_version or "-")

    def copy(self, copy: FiledCopy) -> tuple[str, str]:
        return self.link(copy), f"<code>{escape(copy.document.digest)}</code>"

    def timestamp(self, stamped: CaseTimestamp, by_digest: dict[str, FiledCopy]) -> tuple[str, ...]:
        copy, token = by_digest.get(stamped.document), by_digest.get(stamped.token)
        named = self.cell(stamped.name) if copy is None or not copy.file else f'<a href="{escape(copy.file)}">{self.cell(stamped.name)}</a>'
        at = f'<span class="n">{self.cell(stamped.at.isoformat())}</span>' + (f"<br>{self.link(token)}" if token is not None else "")
        command = stamped.command({digest: each.file for digest, each in by_digest.items()})
        told = self.cell(stamped.authority), self.cell(stamped.serial), self.cell(stamped.policy)
        return named, at, *told, f"<code>{escape(command)}</code>" if command else self.cell(_("a file is missing"))

    def link(self, copy: FiledCopy) -> str:
        title = self.cell(copy.document.title)
        if copy.file:
            return f'<a href="{escape(copy.file)}">{title}</a>'
        return f"{title} ({self.cell(_('erased')) if copy.erased else self.cell(_('its file is missing or damaged'))})"
