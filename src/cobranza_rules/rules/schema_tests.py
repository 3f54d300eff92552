"""The JSON Schema of rule test files, put together from the tables of their readers."""

from __future__ import annotations

from cobranza_rules.language import N_
from cobranza_rules.rules.gates import GATES
from cobranza_rules.rules.schema_values import (
    A_CODE,
    A_DAY,
    A_NAME,
    A_TEXT,
    A_TRUTH,
    AN_AMOUNT,
    DRAFT,
    Schema,
    choice,
    described,
    list_of,
    mapping,
    of_fact,
    one_or_many,
    whole,
)
from cobranza_rules.rules.testing_document import ACTION_KEYS, ASKED_KEYS, DAY_KEYS, FILE_KEYS, HELD_KEYS, SETTINGS_KEYS, TEST_KEYS
from cobranza_rules.rules.testing_event_kinds import (
    ABOUT_CUSTOMERS,
    ABOUT_INVOICES,
    ANSWERS,
    BLOCKS,
    FATE_KEYS,
    FATES,
    NAMED_INVOICES,
    OF_ALL,
    OVERRIDES,
    REPLY_FACTS,
    REPLY_TRUTHS,
    REQUIRED,
)
from cobranza_rules.rules.testing_events import DISCOUNT_FACTS, PACKET_FACTS
from cobranza_rules.rules.testing_fields import NONE, TIME
from cobranza_rules.rules.testing_given import CONTACTS, CUSTOMER_KEYS, FACTS, INVOICE_KEYS
from cobranza_rules.rules.testing_history import HISTORY_KEYS
from cobranza_rules.rules.testing_model import MODES, RUBRICS

ON = described(A_DAY, N_("the day, like 2026-03-06"))
# What a key takes, wherever it stands; the few that mean something else in one place are named there.
VALUES: dict[str, Schema] = {
    "on": ON,
    "rung": described(A_NAME, N_("a rung of a ladder, by its id")),
    "rule": described(A_NAME, N_("a rule, by its id")),
    "customer": described(A_CODE, N_("a customer of this test, by its id")),
    "invoice": described(one_or_many(A_CODE), N_("an invoice of this test, by its id")),
    "invoices": described(one_or_many(A_CODE), N_("invoices of this test, by their ids")),
    "pay_on": described(A_DAY, N_("the day for which payment is promised")),
    "grace": described(whole(30), N_("business days in which an instalment may still be paid after its day; 0 where it is not said")),
    "amount": described(AN_AMOUNT, N_("an amount with its currency, like 1200.00 MXN")),
    "name": described(A_NAME, N_("the name of a task")),
    "assign": described(A_NAME, N_("the role that has to do it")),
    "by": described(A_CODE, N_("the invoice that takes its place, or the hold that holds")),
    "due": described(A_DAY, N_("the day on which it is due")),
    "answer": described(choice(ANSWERS), N_("what came of the intervention")),
    "case_status": of_fact(FACTS["case_status"]),
    "answers": described(A_NAME, N_("the rule or rung whose last message is answered")),
    "kind": of_fact(REPLY_FACTS["kind"]),
    "ladder": described(A_NAME, N_("a ladder, by its id")),
    "hold": described(one_or_many(choice(BLOCKS)), N_("what is kept from happening")),
    "exclude": described(A_TRUTH, N_("nothing at all is done with it")),
    "receipt": described(A_TRUTH, N_("its payment receipt (REP) has come, as it has if nothing is said")),
    "discount_kind": of_fact(DISCOUNT_FACTS["discount_kind"]),
    "discount_state": of_fact(DISCOUNT_FACTS["discount_state"]),
    "packet_state": of_fact(PACKET_FACTS["packet_state"]),
    "notes_to_request": described(whole(1000), PACKET_FACTS["notes_to_request"].meaning),
    "until": described(A_DAY, N_("the last day on which it counts")),
    "time": described({"type": "string", "pattern": f"^{TIME}$"}, N_("a time of day, like 18:30")),
    "roles": described(one_or_many(choice(CONTACTS)), N_("contacts that now have a valid address")),
    **{name: of_fact(REPLY_FACTS[name]) for name in (*REPLY_TRUTHS, "attached_files")},
}
PARTS = list_of(mapping(("due", "amount"), {"due": VALUES["due"], "amount": VALUES["amount"]}, required=["due", "amount"]))
VALUES["instalments"] = described(PARTS, N_("the payments that were agreed on; together they are what is open"))
ABOUT: Schema = described(
    one_or_many(A_TEXT, maybe_none=True),
    N_("what a rule looks at that is not for invoices: the task, the rule whose message waits, the customer, the day of the payment"),
)
ONE_RULE: Schema = {"oneOf": [{"required": [key]} for key in ("rung", "rule")]}
GIVEN: dict[str, Schema] = {
    **{name: of_fact(fact) for name, fact in FACTS.items()},
    "id": described(A_CODE, N_("its name in this test")),
    "customer": VALUES["customer"],
    "due": VALUES["due"],
    "issued": described(A_DAY, N_("the day on which it was issued")),
    "instalments": described(PARTS, N_("its parts, each with its due date; together they are what was invoiced")),
    "contrarrecibo": described(A_DAY, N_("the day on which the customer's contrarrecibo says that it will pay")),
    "requested_contact": described(A_CODE, N_("whom its billing request names as the one to whom it is delivered")),
    "requested_mode": described(of_fact(FACTS["delivery_mode"]), N_("how its billing request wants it delivered")),
}
CUSTOMER: dict[str, Schema] = {
    **GIVEN,
    "kind": of_fact(FACTS["customer_kind"]),
    "delivery": of_fact(FACTS["delivery_mode"]),
    "contacts": described(one_or_many(choice(CONTACTS)), N_("contacts that have a valid address; all where it is not said")),
    "inbox_open": described(whole(1000), FACTS["inbox_open"].meaning),
    "credit_limit": described(AN_AMOUNT, N_("how much it may owe in that currency")),
}
SETTINGS: dict[str, Schema] = {
    "mode": described(choice(MODES), N_("how the program works; automatic where it is not said")),
    "rubric": described(choice(RUBRICS), N_("whether rubrics are asked for; automatic where it is not said")),
    "renew_after": described(
        {"type": "integer", "minimum": 1, "maximum": 250},
        N_("business days after which what still waits is written anew; 10 where it is not said"),
    ),
    "pue_days": described(whole(31), N_("days after the month of issue in which PUE may still be paid; 0 where it is not said")),
    "rep_day": described(
        {"type": "integer", "minimum": 1, "maximum": 31},
        N_("day of the next month by which a payment receipt has to be there; 5 where it is not said"),
    ),
}
EVENT_WORDS = {
    "promise": N_("payment is promised"),
    "payment": N_("a payment comes in; without an amount, all that is owed"),
    "credit_note": N_("a credit note is applied; without an amount, all that is owed"),
    "reversal": N_("the last payment is taken back"),
    "dispute": N_("the customer disputes it"),
    "dispute_closed": N_("the dispute is settled"),
    "payment_claimed": N_("the customer says that it was paid"),
    "claim_rejected": N_("no such payment was found"),
    "acknowledged": N_("its receipt is acknowledged"),
    "contrarrecibo": N_("the customer takes it for review, and says on which day it will pay"),
    "support_attached": N_("the files that have to go with it come"),
    "cancellation_requested": N_("its cancellation is under way"),
    "cancellation_refused": N_("its cancellation was refused"),
    "cancelled": N_("it is cancelled"),
    "cfdi_booked": N_("its CFDI comes in, which only the accounting system had told of"),
    "ledger_differs": N_("the accounting system says that another amount is open of it"),
    "ledger_agrees": N_("the accounting system says that as much is open of it as here"),
    "substituted": N_("another invoice takes its place"),
    "due_set": N_("it gets another due date"),
    "intervention": N_("the task of the intervention is answered"),
    "payment_plan": N_("all that is open of these invoices is agreed to be paid in instalments"),
    "payment_plan_cancelled": N_("their payment plan is cancelled"),
    "case_moved": N_("the case goes to somebody else"),
    "case_returned": N_("the case comes back to collections; it goes on from the rung, or with the last reminder again"),
    "reply": N_("an answer comes in"),
    "inbox_settled": N_("a person has looked at everything in the inbox"),
    "contacts": N_("contacts get valid addresses"),
    "facts": N_("facts of the customer or of the company change"),
    "credit_stopped": N_("the customer gets no more credit"),
    "credit_stop_lifted": N_("the customer gets credit again"),
    "discount": N_("something is taken off it; without an amount, all that is owed"),
    "credit_note_asked": N_("Accounting is asked for the credit notes of what was taken off"),
    "accounting_answered": N_("Accounting says what becomes of them, and they do not come"),
    "packet": N_("a packet for Accounting with something of this customer is there, or comes further"),
    "deposit": N_("a payment comes in that covers no invoice; without a customer, a deposit of which nobody knows whose it is"),
    "deposits_applied": N_("what of deposits covered no invoice is applied, of a customer or of all deposits that are nobody's"),
    "task": N_("the program, or a person, asks somebody for something"),
    "task_done": N_("what was asked for is done"),
    "override": N_("a person puts a customer or invoices on another ladder, on hold, or leaves them alone"),
    "override_ended": N_("a person takes such a decision back"),
    "run_at": N_("from this day on the program runs at this time; within the contact hours where it is not said"),
    "signed": N_("all who are asked agree on this day"),
    "delivered": N_("whoever carries it, in person or to a portal, has delivered it"),
    "rejected": N_("the signature is refused"),
    "refused": N_("the mail server refuses the message"),
    "bounced": N_("the message comes back"),
    "uncertain": N_("the connection breaks off; nobody knows whether it left"),
    "left": N_("a person says that it left"),
    "not_left": N_("a person says that it did not leave"),
}


def _some(*keys: str) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


SOME_INVOICES: Schema = _some(*NAMED_INVOICES)


def rule_tests_schema() -> Schema:
    """Descriptions are still to be translated (`schema_values.translated`)."""
    values: dict[str, Schema] = {
        "rules": described(one_or_many({"type": "string"}), N_("the rules files that are tested, relative to this folder")),
        "tests": described(list_of(_test()), N_("each a short story: on each day its events come first, then the program decides")),
    }
    return {"$schema": DRAFT, "title": "cobranza rule tests", **mapping(FILE_KEYS, values, required=["rules", "tests"])}


def _test() -> Schema:
    history = {**mapping(HISTORY_KEYS, VALUES, required=["on"]), **ONE_RULE, **_some(*NAMED_INVOICES, "customer")}
    values: dict[str, Schema] = {
        "name": described(A_TEXT, N_("what the test shows")),
        "start": described(A_DAY, N_("its first day")),
        "settings": described(mapping(SETTINGS_KEYS, SETTINGS), N_("settings of cobranza.toml that say who has to agree")),
        "customers": described(list_of(mapping(CUSTOMER_KEYS, CUSTOMER, required=["id"])), N_("the customers of the story")),
        "invoices": described(
            list_of(mapping(INVOICE_KEYS, GIVEN, required=["id", "customer", "balance"])), N_("invoices as they stand on the first day")
        ),
        "history": described(list_of(history), N_("what was sent before the first day")),
        "events": described(list_of(_event()), N_("what happens, day by day")),
        "expect": described(list_of(_day()), N_("what must come of it; a day that is not named may have anything")),
        "quiet": described(A_TRUTH, N_("days that are not named have nothing")),
    }
    return mapping(TEST_KEYS, values, required=["name", "start", "customers", "expect"])


def _event() -> Schema:
    kinds: dict[str, Schema] = {}
    for kind, keys in ABOUT_INVOICES.items():
        needed = [key for key, of in REQUIRED.items() if kind in of]
        kinds[kind] = {**mapping((*NAMED_INVOICES, *keys), VALUES, needed), **SOME_INVOICES}
    for kind, keys in ABOUT_CUSTOMERS.items():
        if kind.startswith("override"):
            of_kind = {"kind": described(choice(OVERRIDES), N_("which of its decisions: ladder, hold or exclude"))}
            kinds[kind] = mapping(("customer", *keys), {**VALUES, **of_kind}, ["kind"] if "kind" in keys else [])
            continue
        if kind in REQUIRED["time"]:
            kinds[kind] = mapping(keys, VALUES, keys)
            continue
        needed = [key for key in ("kind", "roles") if key in keys] + [key for key, of in REQUIRED.items() if kind in of]
        kinds[kind] = mapping(("customer", *keys), {**GIVEN, **VALUES}, needed if kind in OF_ALL else ["customer", *needed])
    kinds["payment_plan"]["required"] = ["instalments"]
    kinds["facts"]["dependencies"] = {"customer_ready": ["customer"]}
    kinds |= {fate: {**mapping(FATE_KEYS, VALUES), **ONE_RULE} for fate in FATES}
    values = {"on": ON, **{kind: described(schema, EVENT_WORDS[kind]) for kind, schema in kinds.items()}}
    return mapping(values, values, required=["on"])


def _day() -> Schema:
    words = one_or_many(A_NAME, maybe_none=True)
    action = mapping(
        ACTION_KEYS,
        {
            **VALUES,
            "after_last": described(A_TRUTH, N_("it is what comes after the last repetition")),
            "currency": of_fact(FACTS["currency"]),
            "to": described(words, N_("roles to which it goes")),
            "cc": described(words, N_("roles that get copies")),
            "total": described(AN_AMOUNT, N_("what is claimed")),
            "next_contact": described({"anyOf": [A_DAY, {"const": NONE}]}, N_("the next contact that it announces, or none")),
            "about": ABOUT,
            "apart": described(one_or_many(A_CODE, maybe_none=True), N_("invoices that stand in it as held")),
        },
    )
    actions = list_of({**action, **ONE_RULE}, maybe_none=True)
    of_asked: dict[str, Schema] = {
        **VALUES,
        "currency": of_fact(FACTS["currency"]),
        "total": described(AN_AMOUNT, N_("what is claimed")),
        "gate": described(choice(GATES), N_("signature, rubric or release")),
        "of": described(A_NAME, N_("the role that is asked")),
    }
    asked = list_of({**mapping(ASKED_KEYS, of_asked), **ONE_RULE}, maybe_none=True)
    values: dict[str, Schema] = {
        "on": ON,
        "actions": described(actions, N_("what is planned on this day, no more and no less")),
        "sent": described(actions, N_("what leaves on this day, no more and no less")),
        "told": described(
            actions, N_("of whom what is asked or told by rules for tasks, approvals, payments and customers, no more and no less")
        ),
        "asked": described(asked, N_("who is asked to agree to what on this day, no more and no less")),
        "held": described(
            list_of(
                {**mapping(HELD_KEYS, {**VALUES, "about": ABOUT}, required=["by"]), **_some(*NAMED_INVOICES, "about")}, maybe_none=True
            ),
            N_("what is held, and by which hold"),
        ),
    }
    return mapping(DAY_KEYS, values, required=["on"])
