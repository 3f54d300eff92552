"""`cobranza rules schema`: what the readers accept is what an editor offers, key by key; it holds what is shipped and refuses what is broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from cobranza_rules.catalogue import translator
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.document import read_rules
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.schema_rules import Known, rules_schema
from cobranza_rules.rules.schema_tests import EVENT_WORDS, rule_tests_schema
from cobranza_rules.rules.schema_values import SAID, translated
from cobranza_rules.rules.testing import parse_tests, read_tests
from cobranza_rules.rules.testing_event_kinds import ABOUT_CUSTOMERS, ABOUT_INVOICES, FATES, KINDS
from cobranza_rules.rules.testing_given import FOLLOWING
from tests.rules.test_rules_commands import call, workspace

__all__ = ["workspace"]  # A fixture

ROOT = Path(__file__).parents[2]
OF_RULES, OF_TESTS = rules_schema(), rule_tests_schema()


def errors(schema: dict[str, Any], document: Any) -> list[str]:
    return [error.message for error in Draft7Validator(schema).iter_errors(json.loads(json.dumps(document, default=str)))]


def from_yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("schema", [OF_RULES, OF_TESTS])
def test_they_are_schemas(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#", "what editors take"


@pytest.mark.parametrize("file", sorted((ROOT / "rules").glob("collections*.yaml")), ids=str)
def test_the_shipped_rules_are_valid(file: Path) -> None:
    assert errors(OF_RULES, from_yaml(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("file", sorted((ROOT / "rules" / "tests").glob("collections*.yaml")), ids=str)
def test_the_shipped_rule_tests_are_valid(file: Path) -> None:
    assert errors(OF_TESTS, from_yaml(file.read_text(encoding="utf-8"))) == []


def fenced(page: str) -> Iterator[str]:
    for part in (ROOT / "docs" / page).read_text(encoding="utf-8").split("```yaml\n")[1:]:
        yield part.partition("```")[0]


@pytest.mark.parametrize("page", ["rules.md", "rules.es.md"])
def test_the_examples_of_the_pages_are_valid(page: str) -> None:
    found = [from_yaml(text) for text in fenced(page)]
    assert len(found) > 5
    for example in found:
        assert errors(OF_TESTS if "tests" in example else OF_RULES, example) == []


# Every part of a rules file, as JSON, which is YAML too.
RULES: dict[str, Any] = {
    "version": 1,
    "calendar": {"timezone": "America/Mexico_City"},
    "limit": {"per_run": 5},
    "holds": [{"id": "h", "for": "invoice", "when": "dispute_open", "blocks": "contact"}],
    "rules": [
        {
            "id": "a",
            "for": "invoice",
            "when": "balance > 0 and customer_ready",
            "do": [
                {"letter": "l"},
                {"email": "e", "to": "invoice_contact"},
                {"task": "t", "assign": "supervisor"},
            ],
        },
        {"id": "b", "for": "invoice", "when": "balance > 0 and customer_ready", "do": [{"deliver": "d", "to": "invoice_contact"}]},
        {"id": "c", "for": "reply", "when": "doubtful", "do": [{"record": "promise"}]},
        {"id": "e", "for": "task", "when": "workdays_late > 0", "do": [{"notice": "n", "to": "asked"}, {"task": "t", "assign": "asked"}]},
        {
            "id": "g",
            "for": "payment",
            "when": "applied_amount > 0",
            "group_by": ["day", "currency"],
            "do": [{"packet": "accounting", "to": "supervisor"}],
        },
        {"id": "i", "for": "packet", "when": "notes_to_request > 0", "do": [{"packet": "credit-note-requests", "to": "supervisor"}]},
        {"id": "f", "for": "customer", "when": "overdue_invoices > 3", "do": [{"notice": "n", "to": "supervisor"}]},
    ],
    "ladders": [{"id": "l", "when": "balance > 0", "rungs": [{"id": "r", "do": [{"task": "t", "assign": "supervisor"}]}]}],
}
PLACES: list[tuple[str | int, ...]] = [
    (),
    ("calendar",),
    ("limit",),
    ("holds", 0),
    ("rules", 0),
    ("rules", 2),
    ("rules", 0, "do", 0),
    ("rules", 0, "do", 1),
    ("rules", 0, "do", 2),
    ("rules", 1, "do", 0),
    ("rules", 2, "do", 0),
    ("rules", 3),
    ("rules", 4),
    ("rules", 5),
    ("rules", 6),
    ("rules", 3, "do", 0),
    ("rules", 3, "do", 1),
    ("rules", 4, "do", 0),
    ("rules", 5, "do", 0),
    ("rules", 6, "do", 0),
    ("ladders", 0),
    ("ladders", 0, "rungs", 0),
    ("ladders", 0, "rungs", 0, "do", 0),
]

INVOICE = {"id": "F", "customer": "C", "balance": "1.00 MXN"}
TESTS: dict[str, Any] = {
    "rules": "r.yaml",
    "tests": [
        {
            "name": "n",
            "start": "2026-03-02",
            "settings": {"mode": "supervised", "rubric": "gate", "renew_after": 5},
            "customers": [{"id": "C"}],
            "invoices": [INVOICE, {**INVOICE, "id": "G"}],
            "history": [{"on": "2026-02-02", "rung": "r", "invoices": "F"}],
            "events": [
                {"on": "2026-03-03", "promise": {"invoice": "F", "pay_on": "2026-03-06"}},
                {"on": "2026-03-03", "contrarrecibo": {"invoice": "F", "pay_on": "2026-03-06"}},
                *({"on": "2026-03-03", kind: {"invoice": "F"}} for kind in ("payment", "credit_note", "reversal", "dispute")),
                *({"on": "2026-03-03", kind: {"invoice": "F"}} for kind in ("discount", "credit_note_asked", "accounting_answered")),
                {"on": "2026-03-03", "packet": {"customer": "C", "packet_state": "sent"}},
                *({"on": "2026-03-03", kind: {"invoice": "F"}} for kind in ("dispute_closed", "payment_claimed", "claim_rejected")),
                *(
                    {"on": "2026-03-03", kind: {"invoice": "F"}}
                    for kind in (
                        "acknowledged",
                        "support_attached",
                        "cancellation_requested",
                        "cancelled",
                        "cancellation_refused",
                        "ledger_differs",
                        "ledger_agrees",
                        "cfdi_booked",
                    )
                ),
                {"on": "2026-03-04", "payment": {"invoice": "F", "receipt": False}},
                {"on": "2026-03-03", "substituted": {"invoice": "F", "by": "G"}},
                {"on": "2026-03-03", "due_set": {"invoice": "F", "due": "2026-03-09"}},
                {"on": "2026-03-03", "intervention": {"invoice": "F", "answer": "agreement"}},
                {"on": "2026-03-03", "case_moved": {"invoice": "F", "case_status": "legal"}},
                {
                    "on": "2026-03-03",
                    "payment_plan": {"invoice": "F", "instalments": [{"due": "2026-03-10", "amount": "1.00 MXN"}], "grace": 3},
                },
                {"on": "2026-03-03", "payment_plan_cancelled": {"invoice": "F"}},
                {"on": "2026-03-03", "case_returned": {"invoice": "F", "rung": "r"}},
                {"on": "2026-03-03", "override": {"customer": "C", "hold": ["contact"], "until": "2026-03-09"}},
                {"on": "2026-03-03", "override": {"invoice": "F", "ladder": "l"}},
                {"on": "2026-03-03", "override_ended": {"customer": "C", "kind": "hold"}},
                {"on": "2026-03-03", "reply": {"customer": "C", "kind": "promise"}},
                {"on": "2026-03-03", "inbox_settled": {"customer": "C"}},
                {"on": "2026-03-03", "credit_stopped": {"customer": "C"}},
                {"on": "2026-03-04", "credit_stop_lifted": {"customer": "C"}},
                {"on": "2026-03-03", "contacts": {"customer": "C", "roles": ["fallback_contact"]}},
                {"on": "2026-03-03", "facts": {"hours_since_mailbox_poll": 2}},
                {"on": "2026-03-03", "deposit": {"customer": "C", "amount": "5.00 MXN"}},
                {"on": "2026-03-03", "deposits_applied": {"customer": "C"}},
                {"on": "2026-03-03", "task": {"customer": "C", "name": "t", "assign": "supervisor", "due": "2026-03-09"}},
                {"on": "2026-03-03", "task_done": {"customer": "C", "name": "t"}},
                {"on": "2026-03-03", "run_at": {"time": "18:30"}},
                *({"on": "2026-03-03", fate: {"rung": "r"}} for fate in FATES),
            ],
            "expect": [
                {
                    "on": "2026-03-03",
                    "actions": [{"rung": "r"}],
                    "held": [{"invoice": "F", "by": "h"}],
                    "told": [{"rule": "e", "about": "t"}],
                    "asked": [{"rung": "r", "gate": "sign", "of": "supervisor"}],
                }
            ],
        }
    ],
}
TEST_PLACES: list[tuple[str | int, ...]] = [
    (),
    ("tests", 0),
    *(("tests", 0, *rest) for rest in (("customers", 0), ("invoices", 0), ("history", 0), ("events", 0), ("expect", 0))),
    ("tests", 0, "expect", 0, "actions", 0),
    ("tests", 0, "expect", 0, "held", 0),
    ("tests", 0, "expect", 0, "asked", 0),
    ("tests", 0, "settings"),
    *(
        ("tests", 0, "events", number, next(key for key in event if key != "on"))
        for number, event in enumerate(TESTS["tests"][0]["events"])
    ),
]


def at(document: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        document = document[step]
    return document


def schema_at(schema: dict[str, Any], document: Any, place: tuple[str | int, ...]) -> dict[str, Any]:
    """The part of the schema that describes what stands at a place: of variants the one whose required keys are there."""
    for step in place:
        schema = schema["items"] if isinstance(step, int) else of_scope(schema, document).get(step, schema["properties"][step])
        document = document[step]
        variants = [one for one in schema.get("anyOf", []) if "properties" in one and set(one["required"]) <= set(document)]
        schema = variants[0] if variants else schema
    return schema


def of_scope(schema: dict[str, Any], document: Any) -> dict[str, Any]:
    """The properties that a schema of rules has for what this one is `for`."""
    scope = document.get("for") if isinstance(document, dict) else None
    meant = [one for one in schema.get("allOf", []) if scope in one["if"]["properties"]["for"]["enum"]]
    return dict(meant[0]["then"]["properties"]) if meant else {}


def rules_complain(document: Any) -> list[str]:
    try:
        read_rules([("r.yaml", json.dumps(document).encode())])
    except ProblemError as error:
        return [str(problem) for problem in error.problems if not problem.warning]
    return []


@cache
def right_rules() -> RuleSet:
    return read_rules([("r.yaml", json.dumps(RULES).encode())])[0]


def cases_complain(document: Any) -> list[str]:
    try:
        read_tests(parse_tests("t.yaml", json.dumps(document).encode()), right_rules())
    except ProblemError as error:
        return [str(problem) for problem in error.problems]
    return []


BOTH = [
    *((RULES, OF_RULES, rules_complain, place) for place in PLACES),
    *((TESTS, OF_TESTS, cases_complain, place) for place in TEST_PLACES),
]


def all_keys(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(all_keys, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*map(all_keys, schema.values()))


KEYS = all_keys(OF_RULES) | all_keys(OF_TESTS) | set(FOLLOWING) | {"nothing_of_the_kind"}


def test_the_documents_to_be_changed_are_right() -> None:
    assert (rules_complain(RULES), errors(OF_RULES, RULES)) == ([], [])
    assert (cases_complain(TESTS), errors(OF_TESTS, TESTS)) == ([], [])
    assert {place[-1] for place in TEST_PLACES if "events" in place} >= set(KINDS), "every kind of event is among them"


@pytest.mark.parametrize(("document", "schema", "complain", "place"), BOTH, ids=[str(one[3]) for one in BOTH])
def test_every_key_that_a_reader_takes_is_in_the_schema_and_no_other(document: Any, schema: Any, complain: Any, place: Any) -> None:
    part = schema_at(schema, document, place)
    assert part["additionalProperties"] is False
    barred = {key for key, value in of_scope(part, at(document, place)).items() if value == {"not": {}}}
    keys = KEYS - set(at(document, place)) - (barred & {"sets"})  # Of that its emptiness is looked at, and not the key itself.
    right = {key for key in keys if key in part["properties"] and key not in barred}
    together = said_of(complain, document, place, keys - right)  # A key that is not refused among many others is looked at alone.
    for key in sorted(right | {key for key in keys - right if not refused(key, together)}):
        said = said_of(complain, document, place, {key})
        assert refused(key, said) == (key not in right), (key, said)


def said_of(complain: Any, document: Any, place: Any, keys: set[str]) -> list[str]:
    changed = copy.deepcopy(document)
    at(changed, place).update(dict.fromkeys(sorted(keys), "x"))
    return list(complain(changed))


def refused(key: str, said: list[str]) -> bool:
    return any(
        f"has no key '{key}'" in one
        or f"'{key}' follows from" in one
        or f"'{key}' makes no sense" in one
        or f"beside it; add '{key}'" in one
        for one in said
    )


@pytest.mark.parametrize(("document", "schema", "complain", "place"), BOTH, ids=[str(one[3]) for one in BOTH])
def test_what_a_reader_needs_the_schema_needs(document: Any, schema: Any, complain: Any, place: Any) -> None:
    for key in at(document, place):
        changed = copy.deepcopy(document)
        del at(changed, place)[key]
        if complain(changed) and any(f"needs the key '{key}'" in one for one in complain(changed)):
            assert errors(schema, changed), f"without '{key}'"
        elif errors(schema, changed):
            assert complain(changed), f"without '{key}'"


BROKEN = [
    "rules: []",
    "version: 2",
    "{version: 1, ruls: []}",
    "{version: 1, calendar: {workdays: [lunes]}}",
    "{version: 1, calendar: {contact_hours: 9-18}}",
    "{version: 1, calendar: {also_closed: [mañana]}}",
    "{version: 1, aging_buckets: [many]}",
    "{version: 1, limit: {per_customer: once a week}}",
    "{version: 1, define: {Owes: balance > 0}}",
    "{version: 1, holds: []}",
    "{version: 1, holds: [{id: h, for: reply, when: doubtful, blocks: contact}]}",
    "{version: 1, holds: [{id: h, for: invoice, when: dispute_open, blocks: contct}]}",
    "{version: 1, rules: [{id: A B, for: invoice, when: x, do: [{task: t, assign: a}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{mail: t, to: a}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{email: t}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{email: t, to: a, sign: b}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{email: t, to: a, attach: [xml]}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{record: promise}]}]}",
    "{version: 1, rules: [{id: a, for: reply, when: x, do: [{email: t, to: a}]}]}",
    "{version: 1, rules: [{id: a, for: reply, when: x, every: 3 workdays, do: [{record: promise}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, times: 2, do: [{task: t, assign: a}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, every: 3 days, do: [{task: t, assign: a}]}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{task: t, assign: a}], sets: {status: paid}}]}",
    "{version: 1, rules: [{id: a, for: invoice, when: x, do: [{task: t, assign: a}], sets: {delivery: gone}}]}",
    "{version: 1, rules: [{id: a, for: task, when: x, do: [{email: t, to: a}]}]}",
    "{version: 1, rules: [{id: a, for: task, when: x, group_by: [customer], do: [{notice: t, to: asked}]}]}",
    "{version: 1, rules: [{id: a, for: approval, when: x, sets: {delivery: sent}, do: [{notice: t, to: asked}]}]}",
    "{version: 1, rules: [{id: a, for: payment, when: x, do: [{notice: t}]}]}",
    "{version: 1, ladders: [{id: l, when: x, rungs: []}]}",
    "{version: 1, ladders: [{id: l, when: x, minimum_total: {PESO: 3}, rungs: [{id: r, do: [{task: t, assign: a}]}]}]}",
    "{version: 1, ladders: [{id: l, when: x, rungs: [{id: r, wait: 0 workdays, do: [{task: t, assign: a}]}]}]}",
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_broken_is_refused_by_both(text: str) -> None:
    with pytest.raises(ProblemError):
        read_rules([("r.yaml", text.encode())])
    assert errors(OF_RULES, from_yaml(text))


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        (("tests", 0), "start", "tomorrow"),
        (("tests", 0, "invoices", 0), "balance", "1,200.00"),
        (("tests", 0, "invoices", 0), "acknowledged", "perhaps"),
        (("tests", 0, "invoices", 0), "days_overdue", "many"),
        (("tests", 0, "customers", 0), "kind", "martian"),
        (("tests", 0, "events", 0), "promise", {"invoice": "F", "pay_on": "soon"}),
        (("tests", 0, "events", 0), "payed", {"invoice": "F"}),
        (("tests", 0, "expect", 0, "actions", 0), "total", "much"),
        (("tests", 0, "expect", 0), "actions", [{"rung": "r", "cc": [3.5]}]),
        (("tests", 0, "expect", 0, "asked", 0), "gate", "stamp"),
        (("tests", 0, "settings"), "mode", "careful"),
        (("tests", 0, "settings"), "renew_after", 0),
        (("tests", 0, "events", 0), "run_at", {"time": "6 pm"}),
        (("tests", 0, "events", 0), "run_at", {}),
    ],
)
def test_a_broken_rule_test_is_refused_by_both(place: tuple[str | int, ...], key: str, value: Any) -> None:
    changed = copy.deepcopy(TESTS)
    at(changed, place)[key] = value
    assert cases_complain(changed)
    assert errors(OF_TESTS, changed)


def descriptions(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [text for each in schema for text in descriptions(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema[key] for key in SAID if isinstance(schema.get(key), str)]
    return own + [text for each in schema.values() for text in descriptions(each)]


@pytest.mark.parametrize("schema", [OF_RULES, OF_TESTS])
def test_descriptions_are_said_in_the_language_of_the_user(schema: dict[str, Any]) -> None:
    said = translated(schema, str.upper)
    assert descriptions(said) == [text.upper() for text in descriptions(schema)]
    assert translated(said, str.lower) == translated(schema, str.lower), "nothing else has changed"


@pytest.mark.parametrize("schema", [OF_RULES, OF_TESTS])
def test_every_key_is_described(schema: Any) -> None:
    def undescribed(part: Any, path: str) -> Iterator[str]:
        if isinstance(part, list):
            for each in part:
                yield from undescribed(each, path)
        elif isinstance(part, dict):
            for key, value in part.get("properties", {}).items():
                if (
                    "description" not in value
                    and "additionalProperties" not in value
                    and not path.endswith(("then", "if", "minimum_total"))
                ):
                    yield f"{path}/{key}"
            for key, value in part.items():
                yield from undescribed(value, f"{path}/{key}")

    assert list(undescribed(schema, "")) == []
    assert set(EVENT_WORDS) == {*ABOUT_INVOICES, *ABOUT_CUSTOMERS, *FATES}


def test_templates_and_roles_of_the_workspace_are_offered(workspace: Path) -> None:
    code, said, _complained = call(workspace, "schema")
    assert code == 0
    schema = json.loads(said)
    steps = schema["properties"]["ladders"]["items"]["properties"]["rungs"]["items"]["properties"]["do"]["items"]["anyOf"]
    of_kind = {step["required"][0]: step["properties"] for step in steps}
    assert {"first-reminder", "second-reminder", "transmittal"} <= set(of_kind["letter"]["letter"]["enum"])
    assert {"administration_manager", "collections_analyst"} <= set(of_kind["letter"]["sign"]["enum"])
    assert "collections_contact" not in of_kind["letter"]["sign"]["enum"], "customers sign nothing"
    assert "collections_contact" in of_kind["email"]["to"]["enum"]
    assert errors(schema, from_yaml((workspace / "rules" / "collections.yaml").read_text(encoding="utf-8"))) == []
    change = (workspace / "rules" / "collections.yaml").read_text(encoding="utf-8").replace("letter: transmittal", "letter: transmital")
    assert errors(schema, from_yaml(change))


def test_without_a_workspace_any_name_may_stand(tmp_path: Path) -> None:
    assert json.loads(call(tmp_path, "schema")[1]) == json.loads(json.dumps(translated(rules_schema(), translator("es"))))
    assert json.loads(call(tmp_path, "schema", "--tests")[1])["title"] == "cobranza rule tests"
    assert rules_schema(Known(roles=frozenset({"boss"}))) != rules_schema()
