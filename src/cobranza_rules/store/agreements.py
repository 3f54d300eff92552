"""Agreements as people look at them: what stands on a day, beside what the customer owes, the files and the invoices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.agreement import Limit, Version, interest_of, prompt_payment_of, spans
from cobranza_rules.domain.terms import terms_of_json
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.money import Money
from cobranza_rules.store.chunks import Within
from cobranza_rules.store.tables import AgreementFileRow, AgreementRow, CustomerRow, InvoiceRow

AGREEMENT, INVOICE = (row.__table__.c for row in (AgreementRow, InvoiceRow))


@dataclass(frozen=True, slots=True)
class AgreementView:
    """A version. `owed` is what all open invoices of the customer in its currency come to; `invoices` are the open ones that it covers."""

    row: AgreementRow
    customer: str
    stands: bool
    owed: Money
    files: tuple[tuple[str, str], ...]
    invoices: tuple[str, ...]

    @property
    def limit(self) -> Money | None:
        return None if self.row.credit_limit is None else Money(self.row.credit_limit, self.row.currency)

    @property
    def above_limit(self) -> bool:
        return self.limit is not None and self.limit < self.owed

    @property
    def terms(self) -> Sentence | str:
        """In few words, for a table."""
        return _("{days} days", days=self.row.terms["days"]) if self.row.terms else ""

    def lines(self) -> Iterator[tuple[str, Sentence | str]]:
        """Marked labels beside what they say; what is not agreed is left out."""
        row = self.row
        yield N_("customer"), self.customer
        yield N_("kind"), word(row.kind)
        if row.valid_until:
            yield N_("valid"), _("from {begin} to {end}", begin=row.valid_from, end=row.valid_until)
        else:
            yield N_("valid"), _("from {begin} until further notice", begin=row.valid_from)
        yield N_("signed"), str(row.happened_on)
        if row.terms:
            yield N_("terms"), _terms_in_words(row)
        if self.limit is not None:
            said = _("{limit}; {owed} is owed", limit=self.limit, owed=self.owed)
            yield N_("credit limit"), _("{said}, which is above it", said=said) if self.above_limit else said
        if prompt := prompt_payment_of(row.conditions):
            yield N_("prompt payment"), _("{percent}% within {days} days", percent=f"{prompt.percent:f}", days=prompt.days)
        if interest := interest_of(row.conditions):
            percent = f"{interest.annual_percent:f}"
            yield N_("interest"), _("{percent}% a year of {days} days", percent=percent, days=interest.day_count)
        for label, text in ((N_("discounts"), row.conditions["discounts"]), (N_("guarantees"), row.conditions["guarantees"])):
            if text:
                yield label, text
        if row.support_required:
            yield N_("support"), joined(map(word, row.support_required))
        if self.files:
            yield N_("files"), ", ".join(name for name, _digest in self.files)
        if self.invoices:
            yield N_("open invoices"), ", ".join(self.invoices)
        yield N_("source"), PurePath(row.source).name


def _terms_in_words(row: AgreementRow) -> Sentence:
    assert row.terms is not None
    terms = terms_of_json(row.terms)
    parts = [_("{days} days from {base}", days=terms.days, base=word(terms.counted_from.value))]
    for label, fixed in ((N_("review on {days}"), terms.review), (N_("payment on {days}"), terms.payment)):
        if fixed:
            names = [word(WEEKDAYS[number]) for number in fixed.weekdays] + [Sentence(str(day), {}) for day in fixed.month_days]
            parts.append(Sentence(label, {"days": joined(names)}))
    if terms.end_of_month:
        parts.append(_("counted from the end of the month"))
    for each in terms.instalments:
        share = f"{each.percent:f}%" if each.percent is not None else str(each.amount)
        parts.append(_("{share} after {days} days", share=share, days=each.days))
    return joined(parts, "; ")


WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def agreements_on(session: Session, query: Select[AgreementRow], today: dt.date) -> list[AgreementView]:
    rows = list(session.scalars(query))
    if not rows:
        return []
    customers = {row.customer_id for row in rows}
    codes = dict(session.execute(select(CustomerRow.id, CustomerRow.code).where(CustomerRow.id.in_(customers))).all())
    owing, files, invoices = owed_by(session), _files(session), _invoices(session)
    standing = _standing(session, today)
    return [
        AgreementView(
            row=row,
            customer=codes[row.customer_id],
            stands=row.id in standing,
            owed=Money(owing[row.customer_id, row.currency], row.currency),
            files=tuple(files[row.number]),
            invoices=tuple(invoices[row.id]),
        )
        for row in rows
    ]


def above_limit(session: Session, today: dt.date) -> list[AgreementView]:
    """The agreements that cover today and whose customers owe more than their limit."""
    limited = select(AgreementRow).where(AgreementRow.credit_limit.is_not(None)).order_by(AgreementRow.number)
    return [one for one in agreements_on(session, limited, today) if one.stands and one.above_limit]


def limits_of(session: Session, within: Within) -> dict[int, list[Limit]]:
    """All versions with their credit limits, of the customers that are `within` and have agreements."""
    columns = [AGREEMENT[name] for name in ("id", "number", "version", "currency", "valid_from", "valid_until")]
    query = select(AGREEMENT.customer_id, AGREEMENT.credit_limit, *columns).where(within(AGREEMENT.customer_id))
    found: dict[int, list[Limit]] = defaultdict(list)
    for customer_id, minor, *version in session.execute(query.order_by(AGREEMENT.id)).all():
        found[customer_id].append(Limit(Version(*version), minor))
    return found


def owed_by(session: Session, within: Within | None = None) -> dict[tuple[int, str], int]:
    """What the open invoices come to, in minor units by customer and currency; of the customers that are `within`, or of all."""
    query = select(InvoiceRow.customer_id, InvoiceRow.currency, func.sum(InvoiceRow.balance)).where(InvoiceRow.status == "open")
    query = query if within is None else query.where(within(INVOICE.customer_id))
    found: dict[tuple[int, str], int] = defaultdict(int)
    for customer_id, currency, minor in session.execute(query.group_by(InvoiceRow.customer_id, InvoiceRow.currency)):
        found[customer_id, currency] = int(minor)
    return found


def _standing(session: Session, today: dt.date) -> set[int]:
    """Versions that cover today."""
    by_number: dict[str, list[Version]] = defaultdict(list)
    columns = (AgreementRow.id, AgreementRow.number, AgreementRow.version, AgreementRow.currency)
    for row in session.execute(select(*columns, AgreementRow.valid_from, AgreementRow.valid_until)):
        by_number[row[1]].append(Version(*row))
    found = (span for versions in by_number.values() for span in spans(versions))
    return {span.version.id for span in found if span.first <= today <= (span.last or dt.date.max)}


def _files(session: Session) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in session.scalars(select(AgreementFileRow).order_by(AgreementFileRow.id)):
        found[row.number].append((row.name, row.document))
    return found


def _invoices(session: Session) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(InvoiceRow.agreement_id, InvoiceRow.number).where(InvoiceRow.status == "open", InvoiceRow.agreement_id.is_not(None))
    for agreement_id, number in session.execute(query.order_by(InvoiceRow.id)):
        if agreement_id is not None:
            found[agreement_id].append(number)
    return found
