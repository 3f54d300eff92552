"""The holds, rules and ladders of a rules file."""

from __future__ import annotations

import re
from enum import StrEnum

from cobranza_rules.domain.accounting import Packet
from cobranza_rules.facts.vocabulary import PORTFOLIO_FACTS, Scope
from cobranza_rules.language import _
from cobranza_rules.money import MINOR_UNITS, Money
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document_steps import MESSAGES, read_sets, read_steps
from cobranza_rules.rules.expression import Condition, Definitions, parse_condition
from cobranza_rules.rules.fields import Fields, Findings
from cobranza_rules.rules.model import Blocks, GroupBy, Hold, Ladder, Rule, Rung, Step, StepKind
from cobranza_rules.rules.overrides import HELD_BY
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.yaml_marks import YamlNode

HOLD_KEYS = ("id", "for", "when", "blocks")
RULE_KEYS = ("id", "was", "step", "for", "when", "every", "times", "group_by", "do", "after_last", "sets")
LADDER_KEYS = ("id", "was", "when", "group_by", "minimum_total", "rungs")
RUNG_KEYS = ("id", "was", "step", "wait", "when", "do", "sets")
MOST_REPETITIONS = 100
TAKEN = frozenset(HELD_BY.values())
MOST_STEPS = 99  # Activities of a written procedure


class HoldScope(StrEnum):
    INVOICE = "invoice"
    CUSTOMER = "customer"


class RuleScope(StrEnum):
    INVOICE = "invoice"
    CUSTOMER = "customer"
    REPLY = "reply"
    TASK = "task"
    APPROVAL = "approval"
    PAYMENT = "payment"
    DISCOUNT = "discount"
    CREDIT_NOTE_REQUEST = "credit_note_request"
    INSTALMENT = "instalment"
    PACKET = "packet"
    DEPOSIT = "deposit"


class MessageGroup(StrEnum):
    """What messages about invoices are grouped by."""

    CUSTOMER = "customer"
    CURRENCY = "currency"


class PacketGroup(StrEnum):
    DAY = "day"
    CURRENCY = "currency"


class RulesReader:
    """`ids` maps every id that was given to the place where it was first: rules, rungs, ladders and holds share one space of names."""

    def __init__(self, definitions: Definitions, findings: Findings) -> None:
        self.definitions, self.findings = definitions, findings
        self.ids: dict[str, Place] = {}
        self.former: dict[str, Place] = {}

    def _id(self, fields: Fields) -> str:
        name = fields.name("id", required=True)
        if name in TAKEN:
            what = _("the id '{id}' is the program's own: it names what people decide with 'cobranza override'", id=name)
            self.findings.error(fields.place_of("id"), what, _("give each rule, rung, ladder and hold an id of its own"))
        elif name and name in self.ids:
            first = self.ids[name]
            what = _("the id '{id}' is already used in {file}:{line}", id=name, file=first.file, line=first.line)
            self.findings.error(fields.place_of("id"), what, _("give each rule, rung, ladder and hold an id of its own"))
        elif name:
            self.ids[name] = fields.place_of("id")
        return name

    def _was(self, fields: Fields) -> tuple[str, ...]:
        """Ids that it had before; whether one is still in use is known only when everything was read."""
        names = fields.names("was")
        for name in names:
            if name in self.former:
                first = self.former[name]
                what = _("'{id}' already is a former id in {file}:{line}", id=name, file=first.file, line=first.line)
                self.findings.error(fields.place_of("was"), what, _("what was sent under it can go on in one place only"))
            self.former.setdefault(name, fields.place_of("was"))
        return names

    def check_former_ids(self) -> None:
        for name, place in self.former.items():
            if name in self.ids:
                what = _(
                    "'{id}' is no former id: it is in use in {file}:{line}", id=name, file=self.ids[name].file, line=self.ids[name].line
                )
                self.findings.error(place, what, _("rename only what has a new id"))

    def _condition(self, fields: Fields, scope: Scope, *, required: bool = True) -> Condition | None:
        if (required or "when" in fields) and (texts := fields.scalars("when", required=required)):
            try:
                condition = parse_condition([text.written() for text in texts], scope, texts[0].place, self.definitions)
            except ProblemError as error:
                self.findings.problems += error.problems
                return None
            self.findings.problems += condition.warnings
            return condition
        return None

    def hold(self, node: YamlNode) -> Hold | None:
        fields = Fields(node, _("a hold"), HOLD_KEYS, self.findings)
        name, scope = self._id(fields), fields.choice("for", HoldScope, required=True)
        blocks = fields.choices("blocks", Blocks, required=True)
        condition = self._condition(fields, Scope(scope)) if scope is not None else None
        if not name or scope is None or condition is None:
            return None
        return Hold(name, Scope(scope), condition, frozenset(blocks), fields.place)

    def rule(self, node: YamlNode) -> Rule | None:
        fields = Fields(node, _("a rule"), RULE_KEYS, self.findings)
        name, of = self._id(fields), fields.choice("for", RuleScope, required=True)
        if of is None:
            return None
        scope = Scope(of)
        condition = self._condition(fields, scope)
        do = read_steps(fields, "do", scope, required=True)
        after_last = read_steps(fields, "after_last", scope)
        of_messages = scope in (Scope.INVOICE, Scope.REPLY)
        group_by = self._group_by(fields, (*do, *after_last), default=()) if of_messages else ()
        every, times, sets = fields.workdays("every"), fields.whole("times", most=MOST_REPETITIONS), read_sets(fields, scope)
        group_by = group_by if of_messages else self._of_packet(fields, scope, (*do, *after_last))
        self._check_repetition(fields, scope)
        if not name or condition is None:
            return None
        self._check_asked_for(scope, (*do, *after_last), condition.facts, fields.place)
        step, was = fields.whole("step", most=MOST_STEPS), self._was(fields)
        return Rule(name, step, scope, condition, group_by, do, fields.place, every, times, after_last, sets, was)

    def _check_repetition(self, fields: Fields, scope: Scope) -> None:
        if scope is Scope.REPLY:
            for key in ("every", "times", "after_last", "group_by"):
                if key in fields:
                    self.findings.error(
                        fields.place_of(key), _("'{key}' makes no sense for a reply, which is looked at once", key=key), _("take it out")
                    )
            return
        for key, needed in (("times", "every"), ("after_last", "times")):
            if key in fields and needed not in fields:
                what = _("'{key}' needs '{needed}' beside it", key=key, needed=needed)
                self.findings.error(fields.place_of(key), what, _("add '{needed}', or take '{key}' out", key=key, needed=needed))

    def _of_packet(self, fields: Fields, scope: Scope, steps: tuple[Step, ...]) -> tuple[GroupBy, ...]:
        """Only what goes into packets is grouped, and one packet is of one day and currency."""
        if "group_by" not in fields:
            return ()
        place = fields.place_of("group_by")
        if not any(step.kind is StepKind.PACKET and step.name == Packet.ACCOUNTING for step in steps):
            what = _("'group_by' makes no sense for '{scope}', where each has steps of its own", scope=scope.value)
            self.findings.error(place, what, _("take it out"))
            return ()
        found = fields.choices("group_by", PacketGroup)
        if found and set(found) != set(PacketGroup):
            self.findings.error(place, _("a packet is of one day and currency"), _("write group_by: [day, currency]"))
        return tuple(GroupBy(each) for each in found)

    def _group_by(self, fields: Fields, steps: tuple[Step, ...], default: tuple[GroupBy, ...]) -> tuple[GroupBy, ...]:
        if "group_by" not in fields:
            return default
        found = tuple(GroupBy(each) for each in fields.choices("group_by", MessageGroup))
        place = fields.place_of("group_by")
        if found and GroupBy.CUSTOMER not in found:
            self.findings.error(place, _("different customers cannot share a message"), _("write group_by: [customer, currency]"))
        elif (
            found
            and GroupBy.CURRENCY not in found
            and any(step.kind is StepKind.LETTER or step.memo or "statement" in step.attach for step in steps)
        ):
            self.findings.error(place, _("a letter or statement is of one currency"), _("write group_by: [customer, currency]"))
        return found

    def _check_asked_for(self, scope: Scope, steps: tuple[Step, ...], asked: frozenset[str], place: Place) -> None:
        """What whoever writes to customers should ask for, lest it reaches more of them than was meant."""
        if not any(step.kind in MESSAGES for step in steps):
            return
        if "customer_ready" not in asked:
            what = _("this writes to customers whose data may be incomplete")
            self.findings.warning(place, what, _("add 'customer_ready' to its 'when'"))
        if scope is Scope.CUSTOMER and asked.isdisjoint(fact.name for fact in PORTFOLIO_FACTS):
            self.findings.warning(place, _("this writes to customers who owe nothing, too"), _("add 'open_invoices > 0' to its 'when'"))
        if scope is Scope.PAYMENT and "workdays_since_payment" not in asked:
            what = _("once published, this writes about every payment of the last 90 days")
            self.findings.warning(place, what, _("add 'workdays_since_payment <= 5' to its 'when'"))

    def ladder(self, node: YamlNode) -> Ladder | None:
        fields = Fields(node, _("a ladder"), LADDER_KEYS, self.findings)
        name, condition = self._id(fields), self._condition(fields, Scope.INVOICE)
        rungs = tuple(rung for index, one in enumerate(fields.maps("rungs", required=True)) if (rung := self._rung(one, index)) is not None)
        steps = tuple(step for rung in rungs for step in rung.do)
        group_by = self._group_by(fields, steps, default=(GroupBy.CUSTOMER, GroupBy.CURRENCY))
        minimum = self._minimum_total(fields)
        if not name or condition is None:
            return None
        for rung in rungs:
            asked = condition.facts | (rung.when.facts if rung.when is not None else frozenset())
            self._check_asked_for(Scope.INVOICE, rung.do, asked, rung.place)
        return Ladder(name, condition, group_by, rungs, fields.place, minimum, self._was(fields))

    def _rung(self, node: YamlNode, index: int) -> Rung | None:
        fields = Fields(node, _("a rung"), RUNG_KEYS, self.findings)
        name, when = self._id(fields), self._condition(fields, Scope.INVOICE, required=False)
        wait, do = fields.workdays("wait"), read_steps(fields, "do", Scope.INVOICE, required=True)
        sets = read_sets(fields, Scope.INVOICE)
        if index and "wait" not in fields and "when" not in fields:
            what = _("nothing keeps this rung apart from the one before it")
            self.findings.warning(fields.place, what, _("add 'wait: 5 workdays', or a condition under 'when'"))
        step, was = fields.whole("step", most=MOST_STEPS), self._was(fields)
        return Rung(name, step, when, wait, do, fields.place, sets, was) if name else None

    def _minimum_total(self, fields: Fields) -> dict[str, int]:
        """Minor units by currency, read from the texts of the file."""
        found: dict[str, int] = {}
        for currency, amount in fields.entries("minimum_total"):
            digits = MINOR_UNITS.get(currency.text)
            if digits is None:
                what = _("unknown currency '{currency}'", currency=currency.text[:80])
                self.findings.error(currency.place, what, suggestion(currency.text, MINOR_UNITS))
            elif not re.fullmatch(r"\d{1,12}" + (rf"(\.\d{{1,{digits}}})?" if digits else ""), amount.text):
                what = _("'{text}' is no amount of {currency}", text=amount.text[:80], currency=currency.text)
                self.findings.error(
                    amount.place,
                    what,
                    _("write it like {example}, with a dot and without separators", example=Money(50000, currency.text).plain()),
                )
            else:
                found[currency.text] = Money.of(amount.text, currency.text).minor
        return found
