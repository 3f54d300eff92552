"""Letters that a person asks for, of any template: drafts that no ledger knows, recorded in the case file with who made them."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from cobranza_rules.booking.bookkeeper import Bookkeeper, state_of
from cobranza_rules.booking.invoice_names import invoice_named
from cobranza_rules.dispatch.accounting_papers import Wanted, collections_relations, credit_note_requests
from cobranza_rules.dispatch.correspondence import Writer
from cobranza_rules.dispatch.documents import document_for, memo_for
from cobranza_rules.dispatch.instalment_plan import named_payments
from cobranza_rules.dispatch.plan_letters import next_instalment
from cobranza_rules.dispatch.rendering import Rendered, letter_files, writer_of
from cobranza_rules.domain.company import Person
from cobranza_rules.domain.letter import Document, Letter
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import _, word
from cobranza_rules.letters.field_catalogue import Accounting, Subject
from cobranza_rules.privacy.blocked_use import refuse_if_blocked
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.letter_chains import LetterChain, chain_of_letter
from cobranza_rules.rules.planned import HeldItem, Item, PlannedAction
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, PaymentRow
from cobranza_rules.workspace import Workspace

OF_ALL_DEBT = ("acknowledgement-of-debt",)  # What was promised is owed all the same, and the letter says by when it will be paid.
INTERNAL = ("sales-intervention",)  # People of the company read it, whether or not a rule gives it to them.
OF_OVERDUE = ("formal-demand", "sales-intervention")  # They claim what is overdue, whether or not a rule writes them.
ON_HOLD = "on_demand"  # Stands where an action of a plan has the hold's id


@dataclass(frozen=True, slots=True)
class Asked:
    """`template` is the name of a letter, `invoices` numbers or UUID as somebody wrote them, `formats` media types.

    `customer` is None for a paper about all of them. `since` and `until` bound what a paper for Accounting is about, None where nobody said;
    `instalments` are days with amounts as somebody wrote them.
    """

    template: str
    customer: CustomerRow | None
    who: Person
    invoices: tuple[str, ...] = ()
    operation: str = ""
    formats: Container[str] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    instalments: tuple[tuple[dt.date, str], ...] = ()

    @property
    def addressed(self) -> CustomerRow:
        """The customer to whom it goes. Raises ProblemError where none is named."""
        if self.customer is None:
            what = _("the letter '{name}' goes to a customer", name=self.template)
            raise ProblemError([Problem(what, _("name the customer after it"))])
        return self.customer


def make_letters(workspace: Workspace, asked: Asked) -> list[Rendered]:
    """A letter for each currency; their bytes are in the archive and the case file names them. Raises ProblemError."""
    with workspace.database.reading() as session:
        documents = documents_asked(session, workspace, asked)
    letters = [letter_files(workspace, document, asked.formats) for document in documents]
    told = [
        {
            "rule": asked.template,
            "who": asked.who.email,
            "files": [each.name for each in files],
            "documents": [workspace.archive.put(each.content) for each in files],
        }
        for files in letters
    ]
    if asked.customer is not None:  # What is about all customers is in no customer's case file.
        with workspace.database.writing() as session:
            keeper = Bookkeeper(session, workspace.clock.now())
            for data in told:
                keeper.note(asked.customer.id, "letter_made", workspace.clock.today(), data)
    return [each for files in letters for each in files]


def documents_asked(session: Session, workspace: Workspace, asked: Asked) -> list[Document]:
    """Drafts, one for each currency where the letter is about invoices. Raises ProblemError."""
    from cobranza_rules.letters.letter_check import no_such_letter

    there = workspace.templates.letters()
    if asked.template not in there:
        raise ProblemError([no_such_letter(asked.template, there)])
    language = asked.customer.language if asked.customer is not None else workspace.settings.language
    template, scope = workspace.templates.fitting(asked.template, language)
    _check_options(asked, scope, template.named)
    writer = writer_of(workspace)
    if isinstance(scope, Accounting):
        return [*_papers(session, workspace, asked, scope, writer)]
    refuse_if_blocked(asked.customer)
    chain = chain_of_letter(workspace.rules, asked.template) or LetterChain(asked.template, 0, asked.template, ())
    actions = [
        _action(workspace, asked, chain, scope, currency, rows, held)
        for currency, rows, held in _groups(session, workspace, asked, chain, scope)
    ]
    if asked.template in INTERNAL or any(step.memo == asked.template for step in chain.steps):
        house = workspace.settings.language
        return [memo_for(session, writer, action, asked.template, house, draft=True) for action in actions]
    made = [document_for(session, writer, action, asked.template, number="", draft=True) for action in actions]
    return [_with_instalments(document, asked, len(made)) for document in made]


def _check_options(asked: Asked, scope: Subject, named: frozenset[str]) -> None:
    """Raises ProblemError with every option that says nothing for such a letter."""
    problems = []
    if asked.invoices and scope is not Scope.INVOICE:
        what = _("the letter '{name}' is not about single invoices", name=asked.template)
        problems.append(Problem(what, _("leave --invoices out")))
    if (asked.since or asked.until) and isinstance(scope, Scope):
        what = _("the letter '{name}' is not about the days of payments", name=asked.template)
        problems.append(Problem(what, _("leave --since and --until out")))
    if asked.instalments and "instalments" not in named:
        what = _("the letter '{name}' says nothing of instalments", name=asked.template)
        problems.append(Problem(what, _("leave --instalment out")))
    if problems:
        raise ProblemError(problems)


def _papers(session: Session, workspace: Workspace, asked: Asked, scope: Accounting, writer: Writer) -> Sequence[Document]:
    """For Accounting, in the language of the house: this month's collections, and all credit notes that are to be asked for, unless days are named."""
    until = asked.until or writer.today
    first = until.replace(day=1) if scope is Accounting.COLLECTIONS else dt.date.min
    wanted = Wanted(asked.template, workspace.settings.language, asked.since or first, until, asked.customer)
    if wanted.since > wanted.until:
        what = _("{since} comes after {until}", since=str(wanted.since), until=str(wanted.until))
        raise ProblemError([Problem(what, _("name the first day with --since and the last one with --until"))])
    if scope is Accounting.COLLECTIONS:
        return collections_relations(session, writer, wanted)
    return credit_note_requests(session, writer, wanted)


def _with_instalments(document: Document, asked: Asked, documents: int) -> Document:
    if not asked.instalments or not isinstance(document, Letter):
        return document
    if documents > 1:
        what = _("the instalments are of one currency, and there is a letter for each of several")
        raise ProblemError([Problem(what, _("name the invoices of one with --invoices"))])
    return replace(document, instalments=named_payments(asked.instalments, document.total))


Group = tuple[str, Sequence[Item], Sequence[InvoiceRow]]  # Currency, what it is about, invoices on hold


def _groups(session: Session, workspace: Workspace, asked: Asked, chain: LetterChain, scope: Scope) -> list[Group]:
    if scope is Scope.CUSTOMER:
        return [("", (), ())]
    if scope is Scope.PAYMENT:
        payment = _payment(session, asked)
        return [(payment.currency, (Item(payment.id, payment.operation, chain.rule_id, 1, payment.amount),), ())]
    if scope is Scope.INSTALMENT:
        plan, row, left = next_instalment(session, asked.addressed, workspace.rules.calendar)
        return [(plan.currency, (Item(row.id, row.due_on.isoformat(), chain.rule_id, 1, left),), ())]
    rows = invoices_named(session, asked.addressed, asked.invoices) if asked.invoices else _open(session, workspace, asked, chain)
    held = {row.id for row in rows if not asked.invoices and chain.ladder and _on_hold(row, asked.template)}
    return [
        (
            currency,
            [Item(row.id, row.number, chain.rule_id, 1, row.balance) for row in rows if row.currency == currency and row.id not in held],
            [row for row in rows if row.currency == currency and row.id in held],
        )
        for currency in sorted({row.currency for row in rows})
    ]


def _on_hold(row: InvoiceRow, template: str) -> bool:
    state = state_of(row)
    if template in OF_ALL_DEBT:
        return state.dispute_open
    return state.dispute_open or state.promise_open or state.claimed_on is not None


def _open(session: Session, workspace: Workspace, asked: Asked, chain: LetterChain) -> list[InvoiceRow]:
    """What a letter of a ladder claims is overdue; any other letter is about all that is open."""
    query = select(InvoiceRow).where(InvoiceRow.customer_id == asked.addressed.id, InvoiceRow.status == "open")
    rows = list(session.scalars(query.order_by(InvoiceRow.id)))
    today = workspace.clock.today()
    overdue = [row for row in rows if row.due_on is not None and row.due_on < today]
    claims = (chain.ladder != "" and chain.steps) or asked.template in OF_OVERDUE
    if not rows:
        hint = _("name invoices with --invoices, or make a statement with 'cobranza statement'")
        raise ProblemError([Problem(_("{customer} has no open invoices", customer=asked.addressed.code), hint)])
    if claims and not overdue:
        what = _(
            "{customer} has no overdue invoices, and the letter '{name}' is about them", customer=asked.addressed.code, name=asked.template
        )
        raise ProblemError([Problem(what, _("name invoices with --invoices"))])
    return overdue if claims else rows


def invoices_named(session: Session, customer: CustomerRow, names: Sequence[str]) -> list[InvoiceRow]:
    """Those of a customer that stand, by number or UUID. Raises ProblemError with every name that is wrong."""
    rows: dict[int, InvoiceRow] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            row = invoice_named(session, name)
        except ProblemError as error:
            numbers = session.scalars(select(InvoiceRow.number).where(InvoiceRow.customer_id == customer.id))
            near = difflib.get_close_matches(name.upper(), list(numbers), n=1)
            problems += [replace(one, hint=_("did you mean '{name}'?", name=near[0])) if near else one for one in error.problems]
            continue
        if row.customer_id != customer.id:
            what = _("invoice {number} is not one of {customer}", number=row.number, customer=customer.code)
            problems.append(Problem(what, _("'cobranza aging --detail' lists the open ones")))
        elif row.closed is not None:
            what = _("invoice {number} is {status}", number=row.number, status=word(row.status))
            problems.append(Problem(what, _("name invoices that stand")))
        rows[row.id] = row
    if problems:
        raise ProblemError(problems)
    return [rows[key] for key in sorted(rows)]


def _payment(session: Session, asked: Asked) -> PaymentRow:
    """The one of a bank's operation number, else the last one."""
    query = select(PaymentRow).where(PaymentRow.customer_id == asked.addressed.id)
    query = query.where(PaymentRow.operation == asked.operation) if asked.operation else query
    found = session.scalar(query.order_by(PaymentRow.paid_on.desc(), PaymentRow.id.desc()).limit(1))
    if found is None:
        what = _("no payment of {customer} is known", customer=asked.addressed.code)
        if asked.operation:
            what = _("no payment of {customer} has the operation number '{number}'", customer=asked.addressed.code, number=asked.operation)
        raise ProblemError([Problem(what, _("import the payment receipt or the report of the accounting system first"))])
    return found


def _action(
    workspace: Workspace, asked: Asked, chain: LetterChain, scope: Scope, currency: str, items: Sequence[Item], held: Sequence[InvoiceRow]
) -> PlannedAction:
    """What the rules would have planned, had they come to it: the same signatures, copies and contact person."""
    roles = [role for step in chain.steps for role in step.cc]
    addresses = workspace.addresses
    return PlannedAction(
        rule_id=chain.rule_id,
        ladder=chain.ladder,
        procedure_step=chain.procedure_step,
        subject=scope.value,
        customer_id=asked.addressed.id,
        customer=asked.addressed.code,
        currency=currency,
        on=workspace.clock.today(),
        items=tuple(items),
        held=tuple(HeldItem(row.id, row.number, row.balance, ON_HOLD) for row in held),
        steps=chain.steps,
        recipients=(),
        copies=tuple(dict.fromkeys(addresses[role] for role in roles if role in addresses)),
        sets=chain.sets,
    )
