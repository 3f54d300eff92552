"""What cash application looks at, read from the book: deposits, invoices that they may pay, payments that are told of, what customers say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, cast, or_, select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.cheque_book import CHEQUE, cheques_behind
from cobranza_rules.booking.deposit_columns import BANK
from cobranza_rules.booking.identity import normal_name
from cobranza_rules.calendar import days_after
from cobranza_rules.cash.around import Around
from cobranza_rules.cash.deposit import Deposit, ForCheque, Level, Owed, Policy, Told
from cobranza_rules.cash.names import written_in
from cobranza_rules.domain.agreement import prompt_payment_of
from cobranza_rules.domain.bank import LineState
from cobranza_rules.domain.customer import GENERIC_RFCS
from cobranza_rules.domain.prompt_discount import agreed_discount
from cobranza_rules.money import Money
from cobranza_rules.store.payment_columns import RECEIPT, standing_evidence
from cobranza_rules.store.tables import AgreementRow, ApplicationRow, BankLineRow, CustomerRow, EvidenceRow, InvoiceRow, PaymentRow

LEDGER = "ledger"
TOLD_BY = (RECEIPT, LEDGER, CHEQUE)
MOST_VALUES = 2_000  # In one statement: no database takes any number of them.
SHORTEST_ACCOUNT = 10  # Digits of an account number that tells accounts apart
# By what a deposit was applied that teaches whose account it came from: what an exact amount has told teaches nothing further.
TEACHING = (Level.NAMED.value, Level.SAME.value, Level.PERSON.value)
_INVOICE = (
    InvoiceRow.id,
    InvoiceRow.number,
    InvoiceRow.uuid,
    InvoiceRow.customer_id,
    InvoiceRow.currency,
    InvoiceRow.issued_on,
    InvoiceRow.balance,
    InvoiceRow.total,
    InvoiceRow.agreement_id,
    InvoiceRow.applied,
)


@dataclass(slots=True)
class Payers:
    """Whose RFC and whose account it is, by customer id; an RFC or account of several customers is nobody's."""

    by_rfc: dict[str, int] = field(default_factory=dict)
    by_account: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(keeper: Bookkeeper, lines: Sequence[BankLineRow], leaving: Collection[int] = ()) -> Payers:
        """`leaving` are the ids of deposits that are decided anew: they teach nothing before they are."""
        rfcs = {line.rfc for line in lines} - GENERIC_RFCS - {""}
        known = keeper.session.execute(select(CustomerRow.rfc, CustomerRow.id).where(CustomerRow.rfc.in_(rfcs)))
        accounts = {line.clabe for line in lines if len(line.clabe) >= SHORTEST_ACCOUNT}
        learnt = (
            select(BankLineRow.clabe, PaymentRow.customer_id)
            .select_from(BankLineRow)
            .join(EvidenceRow, and_(EvidenceRow.kind == BANK, EvidenceRow.source == cast(BankLineRow.id, String)))
            .join(PaymentRow, PaymentRow.id == EvidenceRow.payment_id)
            .where(BankLineRow.clabe.in_(accounts), BankLineRow.settled_by.in_(TEACHING), BankLineRow.id.not_in(leaving))
            .distinct()
        )
        return Payers(_nobody_elses(known), _nobody_elses(keeper.session.execute(learnt)))

    def customer(self, line: BankLineRow) -> int | None:
        """The RFC counts before the account."""
        return self.by_rfc.get(line.rfc, self.by_account.get(line.clabe))

    def learn(self, pairs: Iterable[tuple[str, int]]) -> bool:
        """Accounts of deposits that have just been told whose they are; one that is another's already is nobody's from now on.

        Whether anything is known now that was not before.
        """
        before = self.by_account
        known = [(account, customer) for account, customer in pairs if len(account) >= SHORTEST_ACCOUNT]
        self.by_account = _nobody_elses([*before.items(), *known])
        return self.by_account != before


def _nobody_elses(pairs: Iterable[Any]) -> dict[str, int]:
    found: dict[str, set[int]] = defaultdict(set)
    for key, customer in pairs:
        found[key].add(customer)
    return {key: min(customers) for key, customers in found.items() if len(customers) == 1}


def deposits_of(keeper: Bookkeeper, lines: Sequence[BankLineRow], payers: Payers) -> list[Deposit]:
    """In the order of the lines."""
    cheques = cheques_behind(keeper, lines)
    return [_deposit_of(line, payers, *cheques.get(line.id, (None, None))) for line in lines]


def _deposit_of(line: BankLineRow, payers: Payers, giver: int | None, cheque: ForCheque | None) -> Deposit:
    """The giver of a cheque counts before what the bank tells of the payer."""
    return Deposit(
        line.id,
        line.booked_on,
        Money(line.minor, line.currency),
        f"{line.reference} | {line.description}",
        line.tracking_key,
        normal_name(line.name) if line.name else "",
        giver if giver is not None else payers.customer(line),
        cheque,
    )


def around_of(
    keeper: Bookkeeper,
    deposits: Sequence[Deposit],
    policy: Policy,
    given_back: Mapping[int, int],
    leaving: Collection[int] = (),
    customers: Collection[int] = (),
) -> Around:
    """What lies around these deposits. `given_back` is added to balances: minor units by invoice that deposits pay which are decided anew.

    `leaving` are the ids of those deposits: payments of which they are evidences are told of as if they were not. `customers` are looked
    at beside those of the deposits.
    """
    wanted = {each.customer for each in deposits if each.customer is not None} | set(customers)
    rows = [*_named(keeper, deposits), *_open_of(keeper, wanted), *_rows(keeper, InvoiceRow.id, given_back.keys())]
    invoices = {row.id: row for row in rows}
    told = list(told_over(keeper, {each.amount for each in deposits}, leaving))
    covered = {invoice for each in told for invoice in each.parts} - invoices.keys()
    invoices |= {row.id: row for row in _rows(keeper, InvoiceRow.id, covered)}
    agreed = _agreements(keeper, invoices.values())
    return Around([_owed(row, given_back, agreed) for row in invoices.values()], told, keeper.calendar, policy)


def _named(keeper: Bookkeeper, deposits: Iterable[Deposit]) -> Iterator[Row[Any]]:
    folios: set[str] = set()
    uuids: set[str] = set()
    for each in deposits:
        written = written_in(each.text)
        folios |= written.folios
        uuids |= written.uuids
    yield from _rows(keeper, InvoiceRow.folio, folios, InvoiceRow.closed.is_(None))
    yield from _rows(keeper, InvoiceRow.uuid, uuids, InvoiceRow.closed.is_(None))


def _open_of(keeper: Bookkeeper, customers: Collection[int]) -> Iterator[Row[Any]]:
    yield from _rows(keeper, InvoiceRow.customer_id, customers, InvoiceRow.closed.is_(None), InvoiceRow.balance > 0)


def _rows(keeper: Bookkeeper, column: Any, values: Collection[Any], *conditions: ColumnElement[bool]) -> Iterator[Row[Any]]:
    for some in in_pieces(values):
        yield from keeper.session.execute(select(*_INVOICE).where(column.in_(some), *conditions))


def in_pieces(values: Collection[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    yield from (ordered[start : start + MOST_VALUES] for start in range(0, len(ordered), MOST_VALUES))


def _agreements(keeper: Bookkeeper, rows: Iterable[Row[Any]]) -> dict[int, Mapping[str, Any]]:
    ids = {row.agreement_id for row in rows if row.agreement_id is not None}
    found: dict[int, Mapping[str, Any]] = {}
    for some in in_pieces(ids):
        found.update(keeper.session.execute(select(AgreementRow.id, AgreementRow.conditions).where(AgreementRow.id.in_(some))).all())
    return found


def _owed(row: Row[Any], given_back: Mapping[int, int], agreed: Mapping[int, Mapping[str, Any]]) -> Owed:
    terms = prompt_payment_of(agreed[row.agreement_id]) if row.agreement_id in agreed else None
    return Owed(
        row.id,
        row.number,
        row.uuid or "",
        row.customer_id,
        row.currency,
        row.issued_on,
        row.balance + given_back.get(row.id, 0),
        sum(minor for key, minor in row.applied.items() if not key.startswith("p")),
        agreed_discount(Money(row.total, row.currency), terms).minor if terms is not None else 0,
        days_after(row.issued_on, terms.days) if terms is not None else None,
    )


def told_over(keeper: Bookkeeper, amounts: Collection[Money], leaving: Collection[int], kinds: Sequence[str] = TOLD_BY) -> Iterator[Told]:
    """Payments over these amounts that evidence of these kinds tells of and no other deposit is an evidence of."""
    standing = (
        select(EvidenceRow.id).where(EvidenceRow.payment_id == PaymentRow.id, EvidenceRow.kind.in_(kinds), standing_evidence()).exists()
    )
    currencies = {amount.currency for amount in amounts}
    found: dict[int, Any] = {}
    for some in in_pieces({amount.minor for amount in amounts}):
        query = select(PaymentRow, CustomerRow.name).join(CustomerRow, CustomerRow.id == PaymentRow.customer_id)
        query = query.where(PaymentRow.amount.in_(some), PaymentRow.currency.in_(currencies), standing)
        found.update({payment.id: (payment, name) for payment, name in keeper.session.execute(query)})
    taken = _evidenced(keeper, found, leaving)
    parts = parts_by_payment(keeper, found.keys() - taken)
    for payment, name in found.values():
        if payment.id not in taken:
            amount = Money(payment.amount, payment.currency)
            yield Told(payment.id, payment.customer_id, payment.paid_on, amount, payment.operation, parts[payment.id], normal_name(name))


def _evidenced(keeper: Bookkeeper, payments: Collection[int], leaving: Collection[int]) -> set[int]:
    own = {str(each) for each in leaving}
    found: set[int] = set()
    for some in in_pieces(payments):
        query = select(EvidenceRow.payment_id, EvidenceRow.source).where(EvidenceRow.kind == BANK, EvidenceRow.payment_id.in_(some))
        found.update(payment for payment, source in keeper.session.execute(query) if source not in own)
    return found


def parts_by_payment(keeper: Bookkeeper, payments: Collection[int]) -> dict[int, dict[int, int]]:
    """What payments cover, minor units by invoice id; of what is not in the book nothing."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for some in in_pieces(payments):
        by_uuid = and_(ApplicationRow.invoice_id.is_(None), ApplicationRow.invoice_uuid == InvoiceRow.uuid)
        query = (
            select(ApplicationRow.payment_id, InvoiceRow.id, ApplicationRow.minor)
            .join(InvoiceRow, or_(ApplicationRow.invoice_id == InvoiceRow.id, by_uuid))
            .where(ApplicationRow.payment_id.in_(some))
        )
        for payment, invoice, minor in keeper.session.execute(query):
            found[payment][invoice] = minor
    return found


def undecided() -> ColumnElement[bool]:
    """Open, and not left to people, as one is whose application they have taken back."""
    return and_(BankLineRow.state == LineState.OPEN.value, BankLineRow.settled_by == "")
