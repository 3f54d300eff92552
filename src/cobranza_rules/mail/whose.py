"""Whose a message is and what it says, by what the book knows: the same for mail that comes in and for a trial."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from cobranza_rules.domain.reply import Classification
from cobranza_rules.mail.invoice_names import find_invoices
from cobranza_rules.mail.match import NO_TOKENS, Match, OwnMessage, Tokens, match, named_ids
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.reading import read_classified
from cobranza_rules.mail.reply_token import numbers_of, tokens_in_addresses, tokens_in_text
from cobranza_rules.store.tables import ActionRow, BillingRequestRow, ContactRow, InvoiceRow, OutgoingRow
from cobranza_rules.workspace import Workspace

LONGEST_TEXT = 20_000  # characters in which invoices are looked for


@dataclass(frozen=True, slots=True)
class Whose:
    """`answers` is our message that it answers, `of_sender` the customers who have its sender's address."""

    found: Classification
    matched: Match
    answers: OwnMessage | None
    of_sender: frozenset[int]


def whose_message(session: Session, workspace: Workspace, message: IncomingMessage) -> Whose:
    contacts = _contacts(session, [message.sender])
    of_sender = contacts.get(message.sender, frozenset())
    found = read_classified(workspace, message, _currency(session, of_sender))
    if found.bounce is not None:
        contacts = _contacts(session, [message.sender, *found.bounce.recipients])
    own = _own_messages(session, named_ids(message))
    tokens = _tokens(session, workspace, message)
    named = _named(session, message)
    matched = match(message, own_messages=own, contacts=contacts, bounced=found.bounce, tokens=tokens, named=named)
    known = {each.action_id: each for each in (*tokens.in_text, *tokens.in_address, *own.values())}
    return Whose(found, matched, known.get(matched.action_id) if matched.action_id is not None else None, of_sender)


def _contacts(session: Session, addresses: Iterable[str]) -> dict[str, frozenset[int]]:
    """Customers by address. Inactive contacts are known, too: they did write; and so are those to whom billing requests have delivered.

    Those whose data are blocked are known to nobody.
    """
    wanted = {address.lower() for address in addresses if address}
    found: dict[str, set[int]] = defaultdict(set)
    query = select(ContactRow.email, ContactRow.customer_id).where(
        func.lower(ContactRow.email).in_(wanted), ContactRow.blocked_on.is_(None)
    )
    named = select(BillingRequestRow.contact_email, BillingRequestRow.customer_id).where(
        func.lower(BillingRequestRow.contact_email).in_(wanted), BillingRequestRow.state == "accepted"
    )
    for email, customer_id in (*session.execute(query), *session.execute(named)):
        found[email.lower()].add(customer_id)
    return {email: frozenset(ids) for email, ids in found.items()}


def _own_messages(session: Session, ids: Iterable[str]) -> dict[str, OwnMessage]:
    return {own.message_id: own for own in _that_left(session, OutgoingRow.message_id.in_(list(ids)))}


def _tokens(session: Session, workspace: Workspace, message: IncomingMessage) -> Tokens:
    """Whatever the settings say now: what was sent with a token is answered months later."""
    in_address = tokens_in_addresses(workspace.settings.mail.address, message.to)
    in_text = tokens_in_text(message.text)
    if not in_address and not in_text:
        return NO_TOKENS
    named = [numbers_of(workspace.token_key, tokens) for tokens in (in_address, in_text)]
    known = {own.action_id: own for own in _that_left(session, OutgoingRow.action_id.in_([*named[0], *named[1]]))}
    return Tokens(*(tuple(known[number] for number in numbers if number in known) for numbers in named))


def _that_left(session: Session, which: ColumnElement[bool]) -> Iterator[OwnMessage]:
    """The oldest first: of an action that was written anew the last message counts."""
    query = select(OutgoingRow.message_id, OutgoingRow.action_id, ActionRow.customer_id, ActionRow.rule_id)
    query = (
        query.join(ActionRow, ActionRow.id == OutgoingRow.action_id).where(which, OutgoingRow.state != "approved").order_by(OutgoingRow.id)
    )
    return (OwnMessage(row.message_id, row.action_id, row.customer_id, row.rule_id) for row in session.execute(query))


def _named(session: Session, message: IncomingMessage) -> frozenset[int]:
    """The customers whose open invoices subject and new text name by folio fiscal, or by series and folio: a number alone may be anything."""
    names = [one.number for one in find_invoices(f"{message.subject}\n{message.new_text[:LONGEST_TEXT]}") if not one.number.isdigit()]
    written = {spelled for name in names for spelled in (name, name.replace("-", ""), name.replace("-", " "))}
    query = select(InvoiceRow.customer_id).where(InvoiceRow.status == "open")
    by_uuid = InvoiceRow.uuid.in_([each for name in names for each in (name, name.lower())])
    return frozenset(session.scalars(query.where(or_(InvoiceRow.number.in_(written), by_uuid)))) if names else frozenset()


def _currency(session: Session, customers: frozenset[int]) -> str:
    """What a bare `$` means to this sender: the currency of its invoices, pesos where there are several or none."""
    query = select(InvoiceRow.currency).where(InvoiceRow.customer_id.in_(customers), InvoiceRow.status == "open").distinct()
    currencies = list(session.scalars(query))
    return currencies[0] if len(currencies) == 1 else "MXN"
