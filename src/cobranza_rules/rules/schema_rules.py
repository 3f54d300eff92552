"""The JSON Schema of rules files, put together from the tables of their readers: an editor completes, explains and checks with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cobranza_rules.domain.accounting import Packet
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import N_
from cobranza_rules.money import MINOR_UNITS
from cobranza_rules.rules.document import DEFINED_NAME, KEYS
from cobranza_rules.rules.document_references import CUSTOMER_ROLES
from cobranza_rules.rules.document_rules import (
    HOLD_KEYS,
    LADDER_KEYS,
    MOST_REPETITIONS,
    MOST_STEPS,
    RULE_KEYS,
    RUNG_KEYS,
    HoldScope,
    RuleScope,
)
from cobranza_rules.rules.document_steps import (
    ASKS_SOMEBODY,
    ATTACHMENTS,
    NOT_ATTACHED,
    OF_CUSTOMERS,
    OF_INVOICES,
    OF_QUEUES,
    OF_REPLIES,
    PACKETS,
    POSSIBLE,
    RECORDS,
    SETTABLE,
    STEP_KEYS,
    WITH_RECIPIENT,
)
from cobranza_rules.rules.model import ASKED, TELLING, Blocks, GroupBy, StepKind
from cobranza_rules.rules.schema_settings import calendar, limit
from cobranza_rules.rules.schema_values import (
    A_NAME,
    CONDITION,
    DRAFT,
    NEVER,
    SOME_DAYS,
    SOME_WORKDAYS,
    Schema,
    choice,
    described,
    list_of,
    mapping,
    one_or_many,
    whole,
)

ID = described(A_NAME, N_("its name, unique among rules, rungs, ladders and holds of all files"))
WAS = described(one_or_many(A_NAME), N_("names it had before: what was sent under them counts as its own"))
WHEN = described(one_or_many(CONDITION), N_("the condition; a list means and; 'cobranza rules facts' lists what it may name"))
STEP = described(whole(MOST_STEPS), N_("the activity of the written procedure, for reports"))
GROUP_BY = described(
    one_or_many(choice(each for each in GroupBy if each is not GroupBy.DAY)),
    N_("what shares one chain of steps: [customer, currency] or [customer]; without it, each invoice has its own"),
)
OF_PACKET = described(one_or_many(choice((GroupBy.DAY, GroupBy.CURRENCY))), N_("one packet a day and currency: [day, currency]"))
SETS = described(
    {
        "type": "object",
        "properties": {
            fact: described(choice(VOCABULARY[Scope.INVOICE][fact].choices), VOCABULARY[Scope.INVOICE][fact].meaning) for fact in SETTABLE
        },
        "additionalProperties": False,
    },
    N_("what changes when the chain of steps is confirmed"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace has: names of templates, and roles of the company's people. Where a set is empty, any name may stand."""

    letters: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    notices: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()


def rules_schema(known: Known = NOTHING_KNOWN) -> Schema:
    """Descriptions are still to be translated (`schema_values.translated`)."""
    values: dict[str, Schema] = {
        "version": described({"enum": [1, "1"]}, N_("the version of the rule language: 1")),
        "calendar": calendar(),
        "aging_buckets": described(one_or_many(SOME_DAYS), N_("upper ends in days: [30, 60, 90] makes 1-30, 31-60, 61-90 and 91+")),
        "limit": limit(),
        "define": described(
            {"type": "object", "propertyNames": {"pattern": f"^{DEFINED_NAME}$"}, "additionalProperties": CONDITION},
            N_("conditions with a name, for every 'when'"),
        ),
        "holds": described(list_of(_hold()), N_("what keeps things from happening; looked at before any rule")),
        "rules": described(list_of(_rule(known)), N_("what is done, and when")),
        "ladders": described(list_of(_ladder(known)), N_("series of reminders, which each invoice climbs one rung at a time")),
    }
    return {"$schema": DRAFT, "title": "cobranza rules", **mapping(KEYS, values, required=["version"])}


def _hold() -> Schema:
    values: dict[str, Schema] = {
        "id": ID,
        "for": described(choice(HoldScope), N_("what it holds: single invoices, or all of a customer")),
        "when": WHEN,
        "blocks": described(
            one_or_many(choice(Blocks)),
            N_(
                "contact: reminders and what repeats; delivery: other messages to customers; escalation: what changes hands inside the company"
            ),
        ),
    }
    return mapping(HOLD_KEYS, values, required=["id", "for", "when", "blocks"])


def _rule(known: Known) -> Schema:
    values: dict[str, Schema] = {
        "id": ID,
        "was": WAS,
        "step": STEP,
        "for": described(
            choice(RuleScope),
            N_(
                "what it looks at: invoices, answers that came in, open tasks, approvals that wait, payments, discounts, "
                "credit notes that were asked for, instalments of payment plans, packets for Accounting, deposits of the bank, "
                "or customers as a whole"
            ),
        ),
        "when": WHEN,
        "every": described(SOME_WORKDAYS, N_("repeats it after so many business days, like '3 workdays'")),
        "times": described(whole(MOST_REPETITIONS), N_("how often it is repeated")),
        "group_by": described({}, N_("what travels together, as its scope allows")),
        "do": described({"type": "array", "minItems": 1}, N_("the chain of steps, in order; it goes on after the last confirmed one")),
        "after_last": described({"type": "array", "minItems": 1}, N_("what is done once, when the last repetition has brought nothing")),
        "sets": SETS,
    }
    schema = mapping(RULE_KEYS, values, required=["id", "for", "when", "do"])
    of_reply: Schema = {
        "do": list_of(_step(OF_REPLIES, known)),
        **dict.fromkeys(("every", "times", "group_by", "after_last", "sets"), NEVER),
    }
    steps = list_of(_step(OF_INVOICES, known, packets=PACKETS[Scope.INVOICE]))
    of_invoice: Schema = {**dict.fromkeys(("do", "after_last"), steps), "group_by": GROUP_BY}
    return {
        **schema,
        "dependencies": {"times": ["every"], "after_last": ["times"]},
        "allOf": [
            _where([RuleScope.REPLY], of_reply),
            _where([RuleScope.INVOICE], of_invoice),
            _where([RuleScope.CUSTOMER], _of_queue(OF_CUSTOMERS, known, NOT_ATTACHED[Scope.CUSTOMER])),
            _where([RuleScope.PAYMENT], _of_queue(POSSIBLE[Scope.PAYMENT], known, NOT_ATTACHED[Scope.PAYMENT], Scope.PAYMENT)),
            _where([RuleScope.INSTALMENT], _of_queue(OF_CUSTOMERS, known, NOT_ATTACHED[Scope.INSTALMENT])),
            _where([RuleScope.DISCOUNT], _of_queue(POSSIBLE[Scope.DISCOUNT], known, of=Scope.DISCOUNT)),
            _where([RuleScope.CREDIT_NOTE_REQUEST], _of_queue(OF_QUEUES, known)),
            _where([RuleScope.DEPOSIT], _of_queue(POSSIBLE[Scope.DEPOSIT], known)),
            _where([RuleScope.PACKET], _of_queue(POSSIBLE[Scope.PACKET], known, of=Scope.PACKET)),
            _where(
                [RuleScope(scope) for scope in ASKS_SOMEBODY],
                _of_queue(OF_QUEUES, replace(known, roles=known.roles and known.roles | {ASKED})),
            ),
        ],
    }


def _where(scopes: Iterable[RuleScope], properties: Schema) -> Schema:
    return {
        "if": {"properties": {"for": {"enum": [scope.value for scope in scopes]}}, "required": ["for"]},
        "then": {"properties": properties},
    }


def _of_queue(kinds: Iterable[StepKind], known: Known, without: tuple[str, ...] = (), of: Scope | None = None) -> Schema:
    """`without` is what a message of theirs cannot attach, `of` whose packets there are."""
    packets = PACKETS.get(of, ()) if of is not None else ()
    steps = list_of(_step(kinds, known, without, packets))
    grouped = OF_PACKET if Packet.ACCOUNTING in packets else NEVER
    return {**dict.fromkeys(("do", "after_last"), steps), "group_by": grouped, "sets": NEVER}


def _ladder(known: Known) -> Schema:
    amounts = {"type": ["number", "string"]}
    values: dict[str, Schema] = {
        "id": ID,
        "was": WAS,
        "when": WHEN,
        "group_by": GROUP_BY,
        "minimum_total": described(
            {"type": "object", "properties": dict.fromkeys(sorted(MINOR_UNITS), amounts), "additionalProperties": False},
            N_("what must be overdue, by currency; one that is not named has no minimum"),
        ),
        "rungs": described(list_of(_rung(known)), N_("the reminders, in order")),
    }
    return mapping(LADDER_KEYS, values, required=["id", "when", "rungs"])


def _rung(known: Known) -> Schema:
    steps = list_of(_step(OF_INVOICES, known, packets=PACKETS[Scope.INVOICE]))
    values: dict[str, Schema] = {
        "id": ID,
        "was": WAS,
        "step": STEP,
        "wait": described(SOME_WORKDAYS, N_("business days from the rung before, like '5 workdays'")),
        "when": WHEN,
        "do": described(steps, N_("the chain of steps, in order; it goes on after the last confirmed one")),
        "sets": SETS,
    }
    return mapping(RUNG_KEYS, values, required=["id", "do"])


def _step(kinds: Iterable[StepKind], known: Known, without: tuple[str, ...] = (), packets: tuple[str, ...] = ()) -> Schema:
    """One variant for each word that a step may begin with."""
    company, everybody = _named(known.roles), _named(known.roles and known.roles | CUSTOMER_ROLES)
    letters, mails = _named(known.letters), _named(known.mails)
    values: dict[str, Schema] = {
        "letter": described(_named(known.letters), N_("writes the letter of this template")),
        "deliver": described(mails, N_("delivers by e-mail, in person or portal, as the customer wants, with this mail template")),
        "email": described(_named(known.mails), N_("sends the mail of this template")),
        "task": described(A_NAME, N_("asks a person; the name of the task")),
        "notice": described(_named(known.notices), N_("tells people of the company, with this notice template")),
        "packet": described(
            choice(packets) if packets else A_NAME, N_("papers for people of the company, by mail: for Accounting, or of an escalated case")
        ),
        "record": described(choice(RECORDS), N_("notes what a reply says")),
        "to": described(everybody, N_("to whom: a role of the customer's contacts or of the company's people")),
        "cc": described(one_or_many(everybody), N_("copies: roles of the customer's contacts or of the company's people")),
        "attach": described(one_or_many(choice(each for each in ATTACHMENTS if each not in without)), N_("what is attached")),
        "sign": described(company, N_("the role that must sign it")),
        "sign_substitute": described(
            {"type": "object", "propertyNames": company, "additionalProperties": SOME_WORKDAYS, "maxProperties": 1},
            N_("who is asked instead when the signature does not come, like {supervisor: 3 workdays}"),
        ),
        "rubric": described(company, N_("the role that initials it")),
        "form": described(letters, N_("the letter template of the form that the customer signs where it is handed over in person")),
        "memo": described(_named(known.letters), N_("the letter template of what goes with it, in the language of the program")),
        "assign": described(company, N_("the role that does it")),
        "due": described(SOME_WORKDAYS, N_("until when, like '2 workdays'")),
    }
    needed = {**{key: ["to"] for key in WITH_RECIPIENT}, StepKind.TASK: ["assign"]}
    variants = {kind: (kind.value, *STEP_KEYS[kind]) for kind in kinds}
    inside = {
        "to": described(company, N_("to whom: a role of the company's people")),
        "cc": described(one_or_many(company), N_("copies: roles of the company's people")),
    }
    return {
        "anyOf": [
            {
                "title": kind.value,
                **mapping(keys, {**values, **(inside if kind in TELLING else {})}, required=[kind.value, *needed.get(kind, [])]),
            }
            for kind, keys in variants.items()
        ]
    }


def _named(names: frozenset[str]) -> Schema:
    return choice(sorted(names)) if names else A_NAME
