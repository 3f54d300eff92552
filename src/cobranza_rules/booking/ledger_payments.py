"""Payments that the accounting system tells of, beside those of receipts (REP): what is the same counts once, whichever came first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import delete, or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.covering import enter_payment
from cobranza_rules.booking.ledger_doubts import ask_about, no_more_asked
from cobranza_rules.domain.document import ReceiptPayment, RelationKind
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.domain.ledger_document import LedgerKind
from cobranza_rules.domain.ledger_matching import Covering, Match, Standing, match
from cobranza_rules.money import Money
from cobranza_rules.store.payment_columns import RECEIPT, standing_evidence
from cobranza_rules.store.tables import (
    ApplicationRow,
    EvidenceRow,
    InvoiceRow,
    LedgerCreditRow,
    LedgerPartRow,
    PaymentRow,
    RelationRow,
)

LEDGER = "ledger"
Parts = Mapping[int, int]  # Minor units by invoice


def own_identity(credit_id: int) -> str:
    return f"ledger:{credit_id}"


def adopted_by(keeper: Bookkeeper, payment: ReceiptPayment, parts: Mapping[str, Money], uuid: str) -> PaymentRow | None:
    """The payment that only the ledger has told of so far and that this receipt tells of alike: it goes on as the receipt's."""
    same = select(LedgerCreditRow).where(
        LedgerCreditRow.kind == LedgerKind.PAYMENT.value,
        LedgerCreditRow.state == Standing.OWN.value,
        LedgerCreditRow.decided == "",
        LedgerCreditRow.issued_on == payment.paid_on,
        LedgerCreditRow.total == payment.amount.minor,
        LedgerCreditRow.currency == payment.amount.currency,
        or_(LedgerCreditRow.uuid.is_(None), LedgerCreditRow.uuid == uuid),
    )
    alike = list(keeper.session.scalars(same.order_by(LedgerCreditRow.uuid.is_(None), LedgerCreditRow.id)))
    if not alike:
        return None
    ids = dict(keeper.session.execute(select(InvoiceRow.uuid, InvoiceRow.id).where(InvoiceRow.uuid.in_(parts))).all())
    wanted = {ids.get(named, named): part.minor for named, part in parts.items()}
    covered = parts_of(keeper, [credit.id for credit in alike])
    found = next((credit for credit in alike if covered[credit.id] == wanted), None)
    row = keeper.session.get(PaymentRow, found.payment_id) if found is not None and found.payment_id is not None else None
    return row if row is not None and found is not None and row.identity == own_identity(found.id) else None


def parts_of(keeper: Bookkeeper, ids: Collection[int]) -> dict[int, dict[int, int]]:
    """What credits cover, by their ids: minor units by invoice."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for part in keeper.session.scalars(select(LedgerPartRow).where(LedgerPartRow.credit_id.in_(ids))):
        found[part.credit_id][part.invoice_id] = part.minor
    return found


def settle_payments(keeper: Bookkeeper, changed: Sequence[LedgerCreditRow], today: dt.date) -> None:
    """What each counts for, by `domain.ledger_matching.match` over all that has to do with its invoices.

    So are those beside them: a credit that has found its receipt leaves no doubt about another one.
    """
    if not changed:
        return
    keeper.session.flush()
    rows = _with_those_beside(keeper, changed)
    covered = parts_of(keeper, [row.id for row in rows])
    invoices = {invoice for parts in covered.values() for invoice in parts}
    receipts = _receipts(keeper, invoices, {row.uuid for row in rows if row.uuid})
    beside = invoices | {invoice for one in receipts for invoice in one.parts if isinstance(invoice, int)}
    receipts = _receipts(keeper, beside, {uuid for one in receipts for uuid in one.uuids} | {row.uuid for row in rows if row.uuid})
    told = _credits(keeper, beside, rows, {uuid for one in receipts for uuid in one.uuids})
    matches = match(receipts, told)
    new = {row.id for row in changed}
    for row in rows:
        found = _verdict(row, covered[row.id], matches)
        if row.id in new or found.standing != row.state or (found.standing is Standing.SAME and found.receipt != row.payment_id):
            _stand(keeper, row, found, covered[row.id], today)


def _with_those_beside(keeper: Bookkeeper, rows: Sequence[LedgerCreditRow]) -> list[LedgerCreditRow]:
    """Credits that cover something of the same invoices, or of those of receipts that these name by UUID."""
    ids, uuids = [row.id for row in rows], [row.uuid for row in rows if row.uuid]
    own = select(LedgerPartRow.invoice_id).where(LedgerPartRow.credit_id.in_(ids))
    told = select(EvidenceRow.payment_id).where(EvidenceRow.kind == RECEIPT, EvidenceRow.source.in_(uuids))
    named = (
        select(InvoiceRow.id)
        .join(ApplicationRow, ApplicationRow.invoice_uuid == InvoiceRow.uuid)
        .where(ApplicationRow.payment_id.in_(told))
    )
    beside = select(LedgerPartRow.credit_id).where(or_(LedgerPartRow.invoice_id.in_(own), LedgerPartRow.invoice_id.in_(named)))
    query = select(LedgerCreditRow).where(
        LedgerCreditRow.kind == LedgerKind.PAYMENT.value, or_(LedgerCreditRow.id.in_(ids), LedgerCreditRow.id.in_(beside))
    )
    return list(keeper.session.scalars(query.order_by(LedgerCreditRow.id)))


def _verdict(row: LedgerCreditRow, parts: Parts, matches: Mapping[int, Match]) -> Match:
    if row.cancelled:
        return Match(Standing.CANCELLED)
    found = matches.get(row.id, Match(Standing.NOT_LINKED))
    return found if parts or found.standing is Standing.SAME else Match(Standing.NOT_LINKED)


def _receipts(keeper: Bookkeeper, invoices: Collection[int], uuids: Collection[str]) -> list[Covering]:
    """Payments with a receipt that stands and that cover something of these invoices, or whose receipt has one of these UUIDs."""
    covering = select(ApplicationRow.payment_id).where(
        or_(
            ApplicationRow.invoice_id.in_(invoices),
            ApplicationRow.invoice_uuid.in_(select(InvoiceRow.uuid).where(InvoiceRow.id.in_(invoices))),
        )
    )
    named = select(EvidenceRow.payment_id).where(EvidenceRow.kind == RECEIPT, EvidenceRow.source.in_(uuids))
    told = select(EvidenceRow.payment_id, EvidenceRow.source).where(
        EvidenceRow.kind == RECEIPT, standing_evidence(), or_(EvidenceRow.payment_id.in_(covering), EvidenceRow.payment_id.in_(named))
    )
    sources: dict[int, set[str]] = defaultdict(set)
    for payment_id, source in keeper.session.execute(told):
        sources[payment_id].add(source)
    replaced = _replaced(keeper, {source for named in sources.values() for source in named})
    parts = _applications(keeper, sources)
    return [
        Covering(
            row.id,
            row.paid_on,
            row.currency,
            row.amount,
            parts[row.id],
            frozenset(sources[row.id]).union(*(replaced[source] for source in sources[row.id])),
        )
        for row in keeper.session.scalars(select(PaymentRow).where(PaymentRow.id.in_(sources)))
    ]


def _replaced(keeper: Bookkeeper, sources: Collection[str]) -> dict[str, set[str]]:
    """UUIDs of the receipts that these stand for: the ledger may still name the old one."""
    found: dict[str, set[str]] = defaultdict(set)
    query = select(RelationRow.source, RelationRow.target).where(
        RelationRow.source.in_(sources), RelationRow.kind == RelationKind.SUBSTITUTION.value
    )
    for source, target in keeper.session.execute(query):
        found[source].add(target)
    return found


def _applications(keeper: Bookkeeper, payments: Collection[int]) -> dict[int, dict[int | str, int]]:
    query = (
        select(ApplicationRow.payment_id, ApplicationRow.invoice_uuid, InvoiceRow.id, ApplicationRow.minor)
        .outerjoin(InvoiceRow, InvoiceRow.uuid == ApplicationRow.invoice_uuid)
        .where(ApplicationRow.payment_id.in_(payments))
    )
    found: dict[int, dict[int | str, int]] = defaultdict(dict)
    for payment_id, uuid, invoice_id, minor in keeper.session.execute(query):
        found[payment_id][invoice_id if invoice_id is not None else str(uuid)] = minor
    return found


def _credits(keeper: Bookkeeper, invoices: Collection[int], rows: Sequence[LedgerCreditRow], uuids: Collection[str]) -> list[Covering]:
    """The credits themselves, and those beside them that could be evidences of the same payments."""
    beside = select(LedgerPartRow.credit_id).where(LedgerPartRow.invoice_id.in_(invoices))
    own = [row.id for row in rows]
    query = select(LedgerCreditRow).where(
        LedgerCreditRow.kind == LedgerKind.PAYMENT.value,
        LedgerCreditRow.cancelled.is_(False),
        or_(LedgerCreditRow.id.in_(own), LedgerCreditRow.id.in_(beside), LedgerCreditRow.uuid.in_(uuids)),
    )
    found = list(keeper.session.scalars(query))
    parts = parts_of(keeper, [row.id for row in found])
    return [
        Covering(
            row.id,
            row.issued_on,
            row.currency,
            row.total,
            dict[int | str, int](parts[row.id].items()),
            frozenset({row.uuid}) if row.uuid else frozenset(),
            row.decided,
        )
        for row in found
    ]


def _stand(keeper: Bookkeeper, row: LedgerCreditRow, found: Match, parts: Parts, today: dt.date) -> None:
    """Brings the book to what was found: what counts by itself is applied, what does not is withdrawn."""
    before = row.state, row.payment_id
    own = _own_payment(keeper, row)
    if found.standing is Standing.OWN:
        if own is not None:
            _withdraw(keeper, own, parts, today, retold=True)
        own = own or _new_payment(keeper, row)
        _apply(keeper, own, row, parts)
        payment_id: int | None = own.id
    else:
        if own is not None and own.id != found.receipt:
            _withdraw(keeper, own, {}, today, retold=found.standing is not Standing.CANCELLED)
        payment_id = found.receipt if found.standing is Standing.SAME else None
    row.state, row.payment_id = found.standing.value, payment_id
    if before[1] != payment_id:
        _put_evidence(keeper, row)
    if found.standing is Standing.DOUBTFUL:
        ask_about(keeper, row, sorted(parts), found.receipt, today)
    elif before[0] == Standing.DOUBTFUL:
        no_more_asked(keeper, row, today)


def _own_payment(keeper: Bookkeeper, row: LedgerCreditRow) -> PaymentRow | None:
    return keeper.session.scalar(select(PaymentRow).where(PaymentRow.identity == own_identity(row.id)))


def _new_payment(keeper: Bookkeeper, row: LedgerCreditRow) -> PaymentRow:
    payment = PaymentRow(
        customer_id=row.customer_id,
        identity=own_identity(row.id),
        paid_on=row.issued_on,
        currency=row.currency,
        amount=row.total,
        operation=row.reference[:120],
    )
    keeper.session.add(payment)
    keeper.session.flush()
    return payment


def _withdraw(keeper: Bookkeeper, payment: PaymentRow, kept: Parts, today: dt.date, *, retold: bool) -> None:
    """Takes back what the payment covers, but for what is `kept` as it is."""
    for application in list(keeper.session.scalars(select(ApplicationRow).where(ApplicationRow.payment_id == payment.id))):
        invoice = keeper.session.get_one(InvoiceRow, application.invoice_id)
        if kept.get(invoice.id) != application.minor:
            keeper.enter(invoice, EntryKind.PAYMENT_REVERSED, today, {"payment": payment.id, "retold": retold})
            keeper.session.delete(application)
    keeper.session.flush()


def _apply(keeper: Bookkeeper, payment: PaymentRow, row: LedgerCreditRow, parts: Parts) -> None:
    payment.paid_on, payment.currency, payment.amount = row.issued_on, row.currency, row.total
    known = set(keeper.session.scalars(select(ApplicationRow.invoice_id).where(ApplicationRow.payment_id == payment.id)))
    for invoice in _invoices(keeper, parts.keys() - known):
        minor = parts[invoice.id]
        application = ApplicationRow(
            payment_id=payment.id,
            invoice_uuid=invoice.uuid,
            invoice_id=invoice.id,
            currency=invoice.currency,
            minor=minor,
            applied=True,
        )
        keeper.session.add(application)
        enter_payment(keeper, invoice, payment, minor, {"ledger": True})
    keeper.session.flush()


def _invoices(keeper: Bookkeeper, ids: Iterable[int]) -> list[InvoiceRow]:
    return keeper.invoices(sorted(ids))


def _put_evidence(keeper: Bookkeeper, row: LedgerCreditRow) -> None:
    own = (EvidenceRow.kind == LEDGER, EvidenceRow.source == str(row.id))
    known = keeper.session.scalar(select(EvidenceRow).where(*own))
    if row.payment_id is None:
        keeper.session.execute(delete(EvidenceRow).where(*own))
    elif known is None:
        keeper.session.add(EvidenceRow(payment_id=row.payment_id, kind=LEDGER, source=str(row.id), position=0, document=row.document))
    else:
        known.payment_id, known.document = row.payment_id, row.document
    keeper.session.flush()
