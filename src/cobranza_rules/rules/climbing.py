"""Ladders: each invoice climbs one rung at a time from the last that was really sent, and one message a group goes out.

The highest due rung of a group gives template, copies and tasks; the lower ones ride in the same message and each records its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.causes import why_true
from cobranza_rules.rules.considering import (
    Consideration,
    because,
    consider_rung,
    ladder_of,
    next_contact_after,
    next_rung,
    stands_on_unknown_rung,
    uncertain_before,
)
from cobranza_rules.rules.deciding import Deciding
from cobranza_rules.rules.matching import holds_on
from cobranza_rules.rules.model import Blocks, GroupBy, Hold, Ladder, Rung
from cobranza_rules.rules.overrides import Override, lost_ladder
from cobranza_rules.rules.planned import HeldItem, Item, Outcome, PlannedAction
from cobranza_rules.rules.recipients import resolve, role_written_to, tells_people
from cobranza_rules.rules.subjects import NOTHING_CLAIMED, InvoiceSubject

CONTACT, ESCALATION = frozenset({Blocks.CONTACT}), frozenset({Blocks.ESCALATION})
BEHIND_ANOTHER = Consideration(Outcome.UNDER_WAY, _("a message of this ladder for other invoices is under way and has to leave first"))


@dataclass(slots=True)
class Group:
    """What one message would be about: who is due for which rung, who is held, and what keeps the whole group waiting."""

    ladder: Ladder
    due: list[tuple[InvoiceSubject, Rung, Consideration]] = field(default_factory=list)
    internal: dict[str, list[tuple[InvoiceSubject, Rung, Consideration]]] = field(default_factory=dict)  # Rungs that write to nobody
    held: list[tuple[InvoiceSubject, Hold | Override]] = field(default_factory=list)
    overdue: int = 0  # The group's overdue total that is not on hold, in minor units
    waiting: Consideration | None = None

    @property
    def invoices(self) -> list[InvoiceSubject]:
        return [invoice for invoice, _rung, _found in self.due]

    @property
    def top(self) -> Rung:
        if len(self.due) == 1:
            return self.due[0][1]
        return max((rung for _invoice, rung, _found in self.due), key=lambda rung: self.ladder.rung_index(rung.id))


def climb_ladders(deciding: Deciding) -> None:
    """What stays in the house goes apart, a rung at a time: nobody may take the place of a message to the customer, nor delay it."""
    for group in _groups(deciding):
        if group.due:
            _plan_group(deciding, group)
        for due in group.internal.values():
            _plan_group(deciding, Group(group.ladder, due))


def _groups(deciding: Deciding) -> list[Group]:
    groups: dict[tuple[object, ...], Group] = {}
    for invoice in deciding.book.invoices:
        if invoice.overrides.exclude is not None:
            continue
        names = deciding.matches.invoices[invoice.id]
        ladder = ladder_of(deciding.rules, invoice, names)
        if deciding.trace and invoice.overrides.ladder is not None:
            _note_choice(deciding, invoice, invoice.overrides.ladder)
        if ladder is None:
            if deciding.trace:
                for each in deciding.rules.ladders:
                    deciding.note(invoice, each.id, consider_rung(each, each.rungs[0], invoice, names, deciding.rules, deciding.today))
            continue
        key = _group_key(ladder, invoice)
        if (group := groups.get(key)) is None:
            group = groups[key] = Group(ladder)
        _place(deciding, group, invoice)
    return list(groups.values())


def _note_choice(deciding: Deciding, invoice: InvoiceSubject, decided: Override) -> None:
    """Why the ladders that a person did not choose do not act."""
    if lost_ladder(decided, deciding.rules):
        lost = _(
            "the rules have no ladder '{ladder}' any more: override {number} changes nothing", ladder=decided.ladder, number=decided.number
        )
        deciding.note(invoice, decided.id, Consideration(Outcome.NOT_MATCHING, lost))
        return
    for other in deciding.rules.ladders:
        if other.id != decided.ladder:
            deciding.note(invoice, other.id, Consideration(Outcome.NOT_MATCHING, decided.reason, decided.ends_on))


def _group_key(ladder: Ladder, invoice: InvoiceSubject) -> tuple[object, ...]:
    """Currencies never mix, whatever `group_by` says: amounts of two currencies make no total."""
    if GroupBy.CUSTOMER not in ladder.group_by:
        return (ladder.id, invoice.id)
    return (ladder.id, invoice.customer_id, invoice.currency)


def _place(deciding: Deciding, group: Group, invoice: InvoiceSubject) -> None:
    names = deciding.matches.invoices[invoice.id]
    overdue = invoice.due_on is not None and invoice.due_on < deciding.today and group.ladder.name in names
    if overdue and holds_on(deciding.rules, deciding.matches, invoice, CONTACT) is None:
        group.overdue += invoice.balance if invoice.overdue is None else invoice.overdue
    rung = next_rung(group.ladder, invoice)
    if rung is None:
        deciding.note(invoice, group.ladder.id, _why_no_rung(group.ladder, invoice))
        return
    found = consider_rung(group.ladder, rung, invoice, names, deciding.rules, deciding.today, explained=deciding.trace)
    if found.outcome is Outcome.DUE:
        _place_due(deciding, group, invoice, rung, found)
        return
    deciding.note(invoice, rung.id, found)
    if found.outcome in (Outcome.UNDER_WAY, Outcome.UNCERTAIN) and rung.writes:
        group.waiting = found


def _why_no_rung(ladder: Ladder, invoice: InvoiceSubject) -> Consideration:
    if stands_on_unknown_rung(ladder, invoice):
        lost = _(
            "{invoice} stands on the rung '{rung}', which ladder '{ladder}' has no more: give it that id back",
            invoice=invoice.number,
            rung=invoice.rung,
            ladder=ladder.id,
        )
        return Consideration(Outcome.UNKNOWN_RUNG, lost)
    return Consideration(
        Outcome.DONE, _("every rung of ladder '{ladder}' was sent, the last on {on}", ladder=ladder.id, on=invoice.rung_on)
    )


def _place_due(deciding: Deciding, group: Group, invoice: InvoiceSubject, rung: Rung, found: Consideration) -> None:
    hold = holds_on(deciding.rules, deciding.matches, invoice, _concerned(rung))
    if hold is not None:
        if rung.writes:
            group.held.append((invoice, hold))
        deciding.note_held(invoice, rung.id, hold)
        return
    deciding.note(invoice, rung.id, found)
    (group.due if rung.writes else group.internal.setdefault(rung.id, [])).append((invoice, rung, found))


def _concerned(rung: Rung) -> frozenset[Blocks]:
    """A message is a contact; a case that goes to somebody else is an escalation, and so is a rung that only moves it in the house."""
    if not rung.writes:
        return ESCALATION
    return CONTACT | ESCALATION if "case_status" in rung.sets else CONTACT


def _plan_group(deciding: Deciding, group: Group) -> None:
    top = group.top
    customer = deciding.book.customers[group.due[0][0].customer_id]
    if (stopped := _what_stops(deciding, group, top)) is not None:
        deciding.note_group(group.invoices, top.id, stopped.outcome, stopped.reason, stopped.until)
        return
    recipients, copies, reachable = resolve(top.do, customer, deciding.book.company)
    if not reachable:
        reason = _("there is no valid address for '{role}'", role=role_written_to(top.do))
        deciding.note_group(group.invoices, top.id, Outcome.NO_ADDRESS, reason)
        return
    deciding.actions.append(
        PlannedAction(
            rule_id=top.id,
            ladder=group.ladder.id,
            procedure_step=top.procedure_step,
            subject="invoice",
            customer_id=customer.id,
            customer=customer.code,
            currency=group.due[0][0].currency,
            on=deciding.today,
            items=tuple(
                Item(invoice.id, invoice.number, rung.id, invoice.claims.get(rung.id, NOTHING_CLAIMED).sent + 1, invoice.balance, rung.sets)
                for invoice, rung, _found in group.due
            ),
            held=tuple(HeldItem(invoice.id, invoice.number, invoice.balance, hold.id) for invoice, hold in group.held),
            steps=top.do,
            recipients=recipients,
            copies=copies,
            sets=top.sets,
            next_contact=next_contact_after(group.ladder, top, deciding.today, deciding.rules.calendar),
            reason=_reason(group, top),
        )
    )


def _what_stops(deciding: Deciding, group: Group, top: Rung) -> Consideration | None:
    """What keeps a whole group from being written to today; looked at in the order in which a person would ask."""
    if not top.writes:
        return deciding.day_off if tells_people(top.do) else None
    currency = group.due[0][0].currency
    customer = deciding.book.customers[group.due[0][0].customer_id]
    names = (group.ladder.id, *(rung.id for rung in group.ladder.rungs))
    if (unknown := uncertain_before(names, customer, currency)) is not None:
        return unknown
    if group.waiting is not None:
        return BEHIND_ANOTHER if group.waiting.outcome is Outcome.UNDER_WAY else group.waiting
    if (day_off := deciding.day_off) is not None:
        return day_off
    minimum = group.ladder.minimum_total.get(currency, 0)
    if group.overdue < minimum:
        return Consideration(Outcome.BELOW_MINIMUM, _("less than the minimum of ladder '{ladder}' is overdue", ladder=group.ladder.id))
    return _limited(deciding, group, currency)


def _limited(deciding: Deciding, group: Group, currency: str) -> Consideration | None:
    """The limit defers a new contact, never the day that a message has promised."""
    limit = deciding.rules.limit
    if not limit.per_customer or any(invoice.next_contact and invoice.next_contact <= deciding.today for invoice in group.invoices):
        return None
    contacted = deciding.book.customers[group.due[0][0].customer_id].contacted.get(currency, ())
    recent = [day for day in contacted if deciding.rules.calendar.between(day, deciding.today) < limit.within_workdays]
    if len(recent) < limit.per_customer:
        return None
    until = deciding.rules.calendar.plus(recent[-limit.per_customer], limit.within_workdays)
    return Consideration(Outcome.LIMITED, _("the customer was written to on {on}", on=recent[-1]), until)


def _reason(group: Group, top: Rung) -> Sentence:
    invoice, _rung, found = next(one for one in group.due if one[1] is top)
    return reason_of_rung(group.ladder, top, invoice.facts, found.reason)


def reason_of_rung(ladder: Ladder, rung: Rung, facts: Mapping[str, Value], how: Sentence) -> Sentence:
    """Why a rung acts on the invoice that has these facts; `how` is what was considered of it."""
    causes = why_true(rung.when, facts) if rung.when is not None else ()
    return _(
        "rung '{rung}' ({file}:{line}), {how}: {causes}",
        rung=rung.id,
        file=rung.place.file,
        line=rung.place.line,
        how=how,
        causes=because((*why_true(ladder.when, facts), *causes)),
    )
