"""What a letter, a reminder or a statement of account says, before any template: plain values that come from the plan and the book."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cobranza_rules.domain.company import NO_PICTURES, Company, Person, Pictures
from cobranza_rules.domain.late_interest import LateInterest
from cobranza_rules.money import Money


@dataclass(frozen=True, slots=True)
class LetterLine:
    """An invoice in a letter. `days_overdue` is 0 or less where it is not overdue; `note` says why it stands apart (on hold)."""

    number: str
    uuid: str
    issued_on: dt.date
    due_on: dt.date | None
    days_overdue: int
    bucket: str  # "current", "1-30", "31-60", "61-90", "91+"
    total: Money
    balance: Money
    purchase_order: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AgingBucket:
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who the letter is for: the customer's company and the person there, with title and address."""

    company: str
    rfc: str
    person: str
    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What every document to a customer has, whatever it is about. `number` is empty until it is signed: until then it shows as a draft."""

    template: str  # "transmittal", "first-reminder", "formal-demand"; the names of the files in templates/letters
    language: str  # "es" or "en"
    number: str
    place: str
    dated: dt.date
    company: Company
    addressee: Addressee
    reference: str  # What the customer quotes when paying
    signer: Person | None
    analyst: Person | None
    copies: tuple[Person, ...]
    last_contact: dt.date | None = None
    rubric: str = ""  # Initials of the analyst
    draft: bool = False
    pictures: Pictures = NO_PICTURES


@dataclass(frozen=True, slots=True)
class PastContact:
    """What was done about the invoices before: `what` in the letter's language, and the numbers of the invoices."""

    on: dt.date
    what: str
    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreedPayment:
    """A payment that was agreed on, and what is owed after it."""

    due_on: dt.date
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class NamedAgreement:
    """The contract or the commercial terms under which the invoices were issued."""

    number: str
    signed_on: dt.date


@dataclass(frozen=True, slots=True)
class Enclosed:
    """How many files go with a letter: CFDI in XML, those in PDF, and of each kind of support (domain.support) as many."""

    xml: int = 0
    pdf: int = 0
    support: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Heading):
    """One document for one customer and currency.

    `lines` are claimed and make up `total`; `held` stand in a section of their own outside it; `unapplied` are payments and credit notes
    that are not applied yet. `next_contact` is the day on which the daemon will act next, if it is known. `assignee` is the person of the
    company who is asked to act, and `answer_by` the day until which an answer is asked for: of that person, or of the customer by a demand.
    """

    currency: str
    lines: tuple[LetterLine, ...]
    held: tuple[LetterLine, ...]
    unapplied: tuple[tuple[str, Money], ...]
    buckets: tuple[AgingBucket, ...]
    total: Money
    next_contact: dt.date | None = None
    enclosed: Enclosed = Enclosed()
    history: tuple[PastContact, ...] = ()
    agreement: NamedAgreement | None = None
    interest: LateInterest | None = None
    instalments: tuple[AgreedPayment, ...] = ()
    assignee: Person | None = None
    answer_by: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLetter(Heading):
    """A document about all that a customer owes. `statements` are one a currency: they have no total together."""

    statements: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class CoveredLine:
    """What a payment covers of an invoice, and what is owed of it since."""

    number: str
    uuid: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLetter(Heading):
    """A document about one payment. `unapplied` is what covers no invoice; None where it covers one in another currency."""

    amount: Money
    paid_on: dt.date
    operation: str
    covered: tuple[CoveredLine, ...]
    unapplied: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentLetter(Heading):
    """A document about one instalment of a payment plan.

    `amount` is what is left to pay of it, by `due_on`; `plan` is the number of the plan, `position` its place in the `schedule`, from 1, of
    which each payment says what is owed after it. `kept` was paid so far. `until` is the last day on which it may still be paid.
    """

    plan: int
    agreed_on: dt.date
    agreed_with: str
    position: int
    amount: Money
    due_on: dt.date
    until: dt.date
    late: bool
    kept: Money
    schedule: tuple[AgreedPayment, ...]
    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CollectedLine:
    """What a payment covers of an invoice, with what was taken off it besides: a discount with its reason, and the credit note that documents it."""

    customer: str
    customer_name: str
    paid_on: dt.date
    operation: str
    number: str
    uuid: str
    amount: Money
    discount: Money
    reason: str
    credit_note: str
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionsRelation(Heading):
    """What was collected from `since` to `day` in one currency, for Accounting. `received` is what the `payments` come to; `unapplied` covers no invoice.

    The control totals: `received` is what `collected` applies, and `unapplied`.
    """

    currency: str
    since: dt.date
    day: dt.date
    collected: tuple[CollectedLine, ...]
    payments: int
    received: Money
    unapplied: Money


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """A credit note that Accounting is asked for: `relation` is the TipoRelacion by which it has to name its invoice (01, 03 or 07)."""

    customer: str
    customer_name: str
    rfc: str
    number: str
    uuid: str
    issued_on: dt.date
    total: Money
    amount: Money
    reason: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteRequest(Heading):
    """The credit notes in one currency that Accounting is asked for in one relation, and until when."""

    currency: str
    requests: tuple[CreditRequest, ...]
    answer_by: dt.date | None = None


Document = Letter | AccountLetter | PaymentLetter | InstalmentLetter | CollectionsRelation | CreditNoteRequest
