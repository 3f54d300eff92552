"""Roles become addresses: of the customer's contacts or of the company's people, never somebody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cobranza_rules.domain.customer import ContactRole, DeliveryMode
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.language import Sentence, joined, word
from cobranza_rules.rules.model import TELLING, WRITING, RuleSet, Step, StepKind
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.subjects import CustomerSubject, InvoiceSubject

FALLBACK = "fallback_contact"


def goes_by_mail(step: Step, customer: CustomerSubject, requested: RequestedDelivery | None = None) -> bool:
    """A delivery follows the mode of its billing request, else the customer's; an e-mail is one whatever the mode."""
    if step.kind is not StepKind.DELIVER:
        return step.kind is StepKind.EMAIL
    mode = requested.mode if requested is not None else customer.facts.get("delivery_mode")
    return mode == DeliveryMode.EMAIL


def reaches_customer(steps: Sequence[Step]) -> bool:
    return not WRITING.isdisjoint([step.kind for step in steps])


def is_carried(steps: Sequence[Step], recipients: Sequence[str]) -> bool:
    """A delivery in person or by portal: somebody of the company takes it there, and says so."""
    return not recipients and any(step.kind is StepKind.DELIVER for step in steps)


def tells_people(steps: Sequence[Step]) -> bool:
    return any(step.kind in TELLING for step in steps)


def addresses_told(steps: Sequence[Step], company: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """To and Cc of the notices and packets in a chain, as the plan shows them."""
    notices = [step for step in steps if step.kind in TELLING]
    to = dict.fromkeys(company[step.to] for step in notices if step.to in company)
    copies = dict.fromkeys(company[role] for step in notices for role in step.cc if role in company)
    return tuple(to), tuple(address for address in copies if address not in to)


def rungs_to_customers(rules: RuleSet) -> frozenset[str]:
    """The ids, former ones too, of the rungs whose messages a limit counts."""
    rungs = (rung for ladder in rules.ladders for rung in ladder.rungs if rung.writes)
    return frozenset(name for rung in rungs for name in (rung.id, *rung.was))


def addresses_of(role: str, customer: CustomerSubject, company: Mapping[str, str]) -> tuple[str, ...]:
    """All active contacts of a role; the fallback contact where a role of the customer has none."""
    if role in company:
        return (company[role],)
    return customer.addresses.get(role) or customer.addresses.get(FALLBACK, ())


def role_written_to(steps: Sequence[Step]) -> str:
    """The role to which a chain's message goes."""
    return next((step.to for step in steps if step.kind in (StepKind.EMAIL, StepKind.DELIVER)), "")


def delivery_requested(steps: Sequence[Step], invoice: InvoiceSubject, customer: CustomerSubject) -> RequestedDelivery | None:
    """What an invoice's billing request says of a chain that delivers it, or that writes to those to whom invoices are delivered.

    None where it says nothing of that: then it goes as all of the customer's invoices do.
    """
    asked = invoice.requested
    if asked is None:
        return None
    if any(step.kind is StepKind.DELIVER for step in steps):
        usual = DeliveryMode(str(customer.facts["delivery_mode"]))
        found = asked.delivered(usual)
        return found if found.contact or found.mode is not usual else None
    if role_written_to(steps) == ContactRole.INVOICE:
        return asked.written_to() or None
    return None


def requested_way(requested: RequestedDelivery) -> Sentence:
    """The mode, and who is named."""
    mode = [requested.mode.value] if requested.mode is not None else []
    return joined(map(word, [*mode, *filter(None, (requested.contact.name, requested.contact.email))]))


def resolve(
    steps: Sequence[Step], customer: CustomerSubject, company: Mapping[str, str], requested: RequestedDelivery | None = None
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """To, Cc, and whether the chain can reach whom it should; `requested` is what billing requests say of its delivery."""
    to: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    for step in steps:
        if goes_by_mail(step, customer, requested):
            to = _named_or_of_role(step, customer, company, requested)
            copies = tuple(address for role in step.cc for address in addresses_of(role, customer, company))
            if not to:
                return (), (), False
    return to, tuple(dict.fromkeys(address for address in copies if address not in to)), True


def _named_or_of_role(
    step: Step, customer: CustomerSubject, company: Mapping[str, str], requested: RequestedDelivery | None
) -> tuple[str, ...]:
    named = requested.contact.email if requested is not None and step.to not in company else ""
    return (named,) if named else addresses_of(step.to, customer, company)


def message_step(action: PlannedAction) -> tuple[int, Step] | None:
    """The step of a chain that goes by mail, and its place; a delivery without recipients is carried by a person."""
    for position, step in enumerate(action.steps):
        if step.kind is StepKind.EMAIL or (step.kind is StepKind.DELIVER and action.recipients):
            return position, step
    return None
