"""The pages of an escalated case that say what is claimed and why: answers to a lawyer's questions, payments, interest, originals. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.money import Money, total
from cobranza_rules.packets.material import BorneInterest, InvoicePapers, Material, OriginalPaper, PaymentPaper

Row = tuple[Sentence | str, Sentence | str]
QUESTIONS = (
    N_("What is claimed"),
    N_("On which contract"),
    N_("For what"),
    N_("Delivered when and to whom"),
    N_("Who acknowledged it"),
    N_("When it was due"),
    N_("Asked for when and how"),
    N_("What was answered"),
    N_("What was paid"),
    N_("What interest is due on which day"),
)


def answers(material: Material) -> tuple[Row, ...]:
    """Each question beside its answers; one without any says so, for silence could be a page that was left out."""
    found = (
        _claimed(material.invoices),
        _contracts(material),
        (_("{invoice}: {what}", invoice=one.number, what="; ".join(one.services)) for one in material.invoices if one.services),
        map(_delivered, material.invoices),
        _acknowledged(material.invoices),
        (_("{invoice}: {day}", invoice=one.number, day=str(one.due_on or "-")) for one in material.invoices),
        _asked(material),
        (
            _("{day}, {sender}: {kind} ({subject})", day=str(m.on), sender=m.sender, kind=word(m.kind), subject=m.subject)
            for m in material.received
        ),
        map(paid, material.payments),
        _interest(material.interest, str(material.on)),
    )
    rows: list[Row] = []
    for place, (question, said) in enumerate(zip(QUESTIONS, found, strict=True), start=1):
        each = list(said) or [_("nothing is on file")]
        named = _("{number}. {question}", number=place, question=Sentence(question))
        rows += [(named if first else "", one) for first, one in zip([True] + [False] * len(each), each, strict=False)]
    return tuple(rows)


def _claimed(invoices: Sequence[InvoicePapers]) -> Iterator[Sentence]:
    for currency in sorted({one.balance.currency for one in invoices}):
        owed = [one.balance for one in invoices if one.balance.currency == currency]
        yield _("{total} of {count} invoices", total=total(owed, currency), count=len(owed))
    for one in invoices:
        yield _(
            "{invoice} of {day}: {balance} of {total}", invoice=one.number, day=str(one.issued_on), balance=one.balance, total=one.total
        )


def _contracts(material: Material) -> Iterator[Sentence]:
    for one in material.agreements:
        yield _("{number}, version {version}, in force since {day}", number=one.number, version=one.version, day=str(one.on))


def _delivered(one: InvoicePapers) -> Sentence:
    if one.delivered_on is None:
        return _("{invoice}: no delivery is on file", invoice=one.number)
    if not one.delivered_to:
        return _("{invoice}: on {day}; to whom, its acknowledgement says", invoice=one.number, day=str(one.delivered_on))
    return _("{invoice}: on {day}, to {to}", invoice=one.number, day=str(one.delivered_on), to=one.delivered_to)


def _acknowledged(invoices: Sequence[InvoicePapers]) -> Iterator[Sentence]:
    for one in invoices:
        for paper in one.acknowledgements:
            said = joined(value if isinstance(value, Sentence) else Sentence("{text}", {"text": value}) for _label, value in paper.lines)
            yield _("{invoice}: {day}, {kind}: {said}", invoice=one.number, day=str(paper.on or "-"), kind=word(paper.kind), said=said)


def _asked(material: Material) -> Iterator[Sentence]:
    for one in material.sent:
        if not one.delivers:
            how = _("by mail to {to}", to=one.mail.to) if one.mail is not None else _("on paper")
            yield _("{day}: {rule}, {how}", day=str(one.on), rule=word(one.rule), how=how)


def paid(one: PaymentPaper) -> Sentence:
    return _("{day}, {invoice}: {amount}, {what}", day=str(one.on), invoice=one.invoice, amount=one.amount, what=one.what)


def _interest(borne: Sequence[BorneInterest], day: str) -> Iterator[Sentence]:
    for amount in _totals(borne):
        yield _("{amount} up to and including {day}, and more for each day after it", amount=amount, day=day)


def _totals(borne: Sequence[BorneInterest]) -> list[Money]:
    """One a currency."""
    currencies = sorted({one.amount.currency for one in borne})
    return [total([one.amount for one in borne if one.amount.currency == currency], currency) for currency in currencies]


def interest_rows(borne: Sequence[BorneInterest]) -> tuple[Row, ...]:
    """Stretch by stretch, so that anybody can reckon it again."""
    rows: list[Row] = []
    for one in borne:
        source = _("agreed in {agreement}", agreement=one.agreement) if one.agreement else _("legal rate, Código de Comercio, art. 362")
        rate = _("{rate} % a year of {days} days ({source}): {amount}", rate=one.rate, days=one.day_count, source=source, amount=one.amount)
        rows.append((one.number, rate))
        for each in one.stretches:
            said = _(
                "{first} to {last}, {days} days on {overdue}: {interest}",
                first=str(each.first),
                last=str(each.last),
                days=each.days,
                overdue=each.overdue,
                interest=each.interest,
            )
            rows.append(("", said))
    rows += [(_("Total"), str(amount)) for amount in _totals(borne)]
    return tuple(rows)


def original_rows(originals: Sequence[OriginalPaper]) -> tuple[Row, ...]:
    """Who holds each, and who has confirmed to have received it."""
    rows: list[Row] = []
    for one in originals:
        received = joined(_("{who} on {day}", who=who, day=str(day)) for day, who in one.received)
        rows += [(one.name, word(one.kind)), ("", _("with {who} since {day}", who=one.holder, day=str(one.since)))]
        if one.handed_to:
            said = _("handed over on {day} to {who}, who has not confirmed it", who=one.handed_to, day=str(one.handed_on))
            rows.append(("", said))
        if one.received or one.handed_to:
            said = _("received by {who}", who=received) if one.received else _("nobody has confirmed to have received it")
        else:
            said = _("not handed over yet")
        rows.append(("", said))
    return tuple(rows)
