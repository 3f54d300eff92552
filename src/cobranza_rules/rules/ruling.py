"""Rules: each looks at its subjects in the order of the file and puts those that are due into one action a group."""

from __future__ import annotations

from collections import defaultdict

from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.considering import Consideration, because, consider_rule, uncertain_before
from cobranza_rules.rules.deciding import Deciding
from cobranza_rules.rules.matching import holds_on
from cobranza_rules.rules.model import Blocks, GroupBy, Rule
from cobranza_rules.rules.planned import Item, Outcome, PlannedAction
from cobranza_rules.rules.recipients import delivery_requested, reaches_customer, requested_way, resolve, role_written_to, tells_people
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, InvoiceSubject

Due = list[tuple[InvoiceSubject, Consideration]]


SAID_ONCE = frozenset({"promise", "payment_notice"})  # Kinds of which the second goes to a person


def answer_replies(deciding: Deciding) -> None:
    said: dict[tuple[object, int], int] = {}  # Of which invoices which reply says something of those kinds that is recorded now
    for rule in deciding.rules.rules:
        if rule.scope is not Scope.REPLY:
            continue
        for reply in deciding.book.replies:
            found = consider_rule(rule, reply, deciding.matches.replies[reply.id], deciding.rules, deciding.today)
            kind = reply.facts["kind"]
            says = {(kind, invoice) for invoice in reply.invoices} if kind in SAID_ONCE else set()
            before = any(said.get(each, reply.id) != reply.id for each in says)
            if found.outcome is Outcome.DUE and before and not reply.facts["decided_by_person"]:
                found = Consideration(
                    Outcome.UNDER_WAY, _("another message says the same of its invoices, and a person decides on a second one")
                )
            deciding.note(reply, rule.id, found)
            if found.outcome is Outcome.DUE:
                said = {**dict.fromkeys(says, reply.id), **said}
                occurrence = reply.claims.get(rule.id, NOTHING_CLAIMED).sent + 1
                customer = deciding.book.customers[reply.customer_id]
                deciding.actions.append(
                    PlannedAction(
                        rule_id=rule.id,
                        ladder="",
                        procedure_step=rule.procedure_step,
                        subject="reply",
                        customer_id=customer.id,
                        customer=customer.code,
                        currency="",
                        on=deciding.today,
                        items=(Item(reply.id, "", rule.id, occurrence),),
                        held=(),
                        steps=rule.do,
                        recipients=(),
                        copies=(),
                        reason=reason_of_rule(rule, because(why_true(rule.when, reply.facts)), found),
                    )
                )


def reason_of_rule(rule: Rule, causes: Sentence, found: Consideration) -> Sentence:
    place = rule.place
    return _(
        "rule '{rule}' ({file}:{line}), {how}: {causes}", rule=rule.id, file=place.file, line=place.line, how=found.reason, causes=causes
    )


def apply_rules(deciding: Deciding) -> None:
    for rule in deciding.rules.rules:
        if rule.scope is Scope.INVOICE:
            _apply(deciding, rule)


def _apply(deciding: Deciding, rule: Rule) -> None:
    groups: dict[tuple[object, ...], Due] = defaultdict(list)
    waiting: dict[tuple[object, ...], Consideration] = {}
    name = f"rule:{rule.id}"
    for invoice in deciding.book.invoices:
        names = deciding.matches.invoices[invoice.id]
        if name not in names and not deciding.trace:
            continue  # Nearly every invoice, on nearly every day
        if invoice.overrides.exclude is not None:
            continue
        found = consider_rule(rule, invoice, names, deciding.rules, deciding.today)
        if found.outcome is Outcome.DUE:
            hold = holds_on(deciding.rules, deciding.matches, invoice, _concerned(rule, found))
            if hold is not None:
                deciding.note_held(invoice, rule.id, hold)
                continue
        deciding.note(invoice, rule.id, found)
        if found.outcome is Outcome.DUE:
            groups[_group_key(deciding, rule, invoice, found)].append((invoice, found))
        elif found.outcome is Outcome.UNCERTAIN or (found.outcome is Outcome.UNDER_WAY and rule.every_workdays):
            waiting[_group_key(deciding, rule, invoice, found)] = found
    for key, due in groups.items():
        stopped = _uncertain(deciding, rule, due) or (waiting.get(key) if rule.writes else None)
        if stopped is not None:
            deciding.note_group([invoice for invoice, _found in due], rule.id, stopped.outcome, stopped.reason)
        else:
            _plan_group(deciding, rule, due)


def _uncertain(deciding: Deciding, rule: Rule, due: Due) -> Consideration | None:
    """What stays in the house goes on."""
    invoice, found = due[0]
    if not (rule.writes_at_last if found.closing else rule.writes):
        return None
    return uncertain_before((rule.id,), deciding.book.customers[invoice.customer_id], invoice.currency)


def _concerned(rule: Rule, found: Consideration) -> frozenset[Blocks]:
    """A message that repeats is a contact, any other a delivery; a case that goes to somebody else is an escalation."""
    message = Blocks.CONTACT if rule.every_workdays else Blocks.DELIVERY
    blocks = {message} if (rule.writes_at_last if found.closing else rule.writes) else set()
    return frozenset(blocks | ({Blocks.ESCALATION} if "case_status" in rule.sets and not found.closing else set()))


def _group_key(deciding: Deciding, rule: Rule, invoice: InvoiceSubject, found: Consideration) -> tuple[object, ...]:
    """Whatever `group_by` says, currencies never mix, for amounts of two make no total; nor do deliveries to two people, or in two ways."""
    if GroupBy.CUSTOMER not in rule.group_by:
        return (invoice.id, found.closing)
    return (invoice.customer_id, invoice.currency, found.closing, _requested(deciding, rule, invoice, found))


def _requested(deciding: Deciding, rule: Rule, invoice: InvoiceSubject, found: Consideration) -> RequestedDelivery | None:
    if invoice.requested is None:  # As nearly all are
        return None
    steps = rule.after_last if found.closing else rule.do
    return delivery_requested(steps, invoice, deciding.book.customers[invoice.customer_id])


def _plan_group(deciding: Deciding, rule: Rule, due: Due) -> None:
    invoice, found = due[0]
    customer = deciding.book.customers[invoice.customer_id]
    steps = rule.after_last if found.closing else rule.do
    sets = {} if found.closing else rule.sets
    invoices = [each for each, _found in due]
    if (reaches_customer(steps) or tells_people(steps)) and (day_off := deciding.day_off) is not None:
        deciding.note_group(invoices, rule.id, day_off.outcome, day_off.reason, day_off.until)
        return
    requested = _requested(deciding, rule, invoice, found)
    recipients, copies, reachable = resolve(steps, customer, deciding.book.company, requested)
    if not reachable:
        deciding.note_group(invoices, rule.id, Outcome.NO_ADDRESS, _("there is no valid address for '{role}'", role=role_written_to(steps)))
        return
    deciding.actions.append(
        PlannedAction(
            rule_id=rule.id,
            ladder="",
            procedure_step=rule.procedure_step,
            subject="invoice",
            customer_id=customer.id,
            customer=customer.code,
            currency=invoice.currency,
            on=deciding.today,
            items=tuple(
                Item(each.id, each.number, one.claim, each.claims.get(one.claim, NOTHING_CLAIMED).sent + 1, each.balance, sets)
                for each, one in due
            ),
            held=(),
            steps=steps,
            recipients=recipients,
            copies=copies,
            sets=sets,
            closing=found.closing,
            requested=requested,
            reason=_as_requested(reason_of_rule(rule, because(why_true(rule.when, invoice.facts)), found), requested, invoices),
        )
    )


def _as_requested(reason: Sentence, requested: RequestedDelivery | None, invoices: list[InvoiceSubject]) -> Sentence:
    if requested is None:
        return reason
    numbers = ", ".join(map(str, sorted({each.requested.number for each in invoices if each.requested is not None})))
    return _("{reason}; as billing request {numbers} says: {how}", reason=reason, numbers=numbers, how=requested_way(requested))
