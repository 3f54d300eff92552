"""Rule test files are read here; everything that is wrong with one is said at once, each mistake with its line and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from cobranza_rules.domain.tax_days import TaxDays
from cobranza_rules.language import _
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.fields import Findings
from cobranza_rules.rules.gates import GATES
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.rules.testing_event_kinds import KINDS
from cobranza_rules.rules.testing_events import EventReader, Names
from cobranza_rules.rules.testing_fields import CaseFields
from cobranza_rules.rules.testing_given import InvoiceReader, read_customer
from cobranza_rules.rules.testing_history import read_history
from cobranza_rules.rules.testing_model import (
    MODES,
    RUBRICS,
    Event,
    ExpectedAction,
    ExpectedDay,
    GivenCustomer,
    GivenInvoice,
    GivenSettings,
    RuleTest,
)
from cobranza_rules.rules.written import distinct
from cobranza_rules.rules.yaml_marks import YamlNode, YamlScalar, read_yaml

FILE_KEYS = ("rules", "tests")
TEST_KEYS = ("name", "start", "settings", "customers", "invoices", "history", "events", "expect", "quiet")
LONGEST_MONTH = 31
SETTINGS_KEYS = ("mode", "rubric", "renew_after", "pue_days", "rep_day")
ACTION_KEYS = (
    *("rung", "rule", "after_last", "customer", "currency", "invoice", "invoices"),
    *("to", "cc", "total", "next_contact", "apart", "about"),
)
ASKED_KEYS = (*("rung", "rule", "customer", "currency", "invoice", "invoices", "total"), *("gate", "of"))
DAY_KEYS = ("on", "actions", "sent", "held", "told", "asked")
HELD_KEYS = ("invoice", "invoices", "about", "by")
LONGEST_DAYS = 1100  # About three years, day by day
Named = TypeVar("Named", GivenCustomer, GivenInvoice)


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of rule tests, parsed; `rules` are the rules files that it is about, named relative to its own folder."""

    __test__ = False

    rules: tuple[YamlScalar, ...]
    tests: tuple[YamlNode, ...]


def parse_tests(file: str, content: bytes) -> TestFile:
    """Raises ProblemError."""
    findings = Findings()
    node, doubled = read_yaml(file, content, _("write 'rules: ../collections.yaml' and tests into it, or take it out of the folder"))
    findings.problems += doubled
    fields = CaseFields(node, _("a file of rule tests"), FILE_KEYS, findings)
    parsed = TestFile(fields.scalars("rules", required=True), fields.maps("tests", required=True))
    if findings.problems:
        raise ProblemError(findings.problems)
    return parsed


def read_tests(parsed: TestFile, rules: RuleSet) -> tuple[RuleTest, ...]:
    """Raises ProblemError with everything that is wrong."""
    findings = Findings()
    tests: dict[str, RuleTest] = {}
    for node in parsed.tests:
        test = _test(node, rules, findings)
        if test.name in tests:
            findings.error(test.place, _("a test before this one has the same name"), _("give it a name of its own"))
        tests[test.name] = test
    if problems := distinct(findings.problems):
        raise ProblemError(problems)
    return tuple(tests.values())


def _test(node: YamlNode, rules: RuleSet, findings: Findings) -> RuleTest:
    fields = CaseFields(node, _("a rule test"), TEST_KEYS, findings)
    name = fields.text("name", required=True)
    start = fields.day("start", required=True) or dt.date(2026, 1, 1)
    customers = _by_id((read_customer(each, findings) for each in fields.maps("customers", required=True)), fields, "customers")
    reader = InvoiceReader(customers, rules.calendar, start, findings)
    invoices = _by_id((reader.read(each) for each in fields.maps("invoices")), fields, "invoices")
    names = Names(rules, customers, invoices)
    history = [sent for each in fields.maps("history") if (sent := read_history(each, names, start, fields)) is not None]
    events = EventReader(names, start)
    happening = [event for each in fields.maps("events") for event in _events(each, events, findings)]
    expected = [_day(each, names, events, findings) for each in fields.maps("expect", required=True)]
    test = RuleTest(
        name=name,
        place=fields.place,
        start=start,
        customers=tuple(customers.values()),
        invoices=tuple(invoices.values()),
        history=tuple(sorted(history, key=lambda sent: sent.on)),
        events=tuple(sorted(happening, key=lambda event: event.on)),
        expected=tuple(sorted(expected, key=lambda day: day.on)),
        quiet=fields.truth("quiet"),
        settings=_settings(fields, findings),
    )
    _check_days(test, findings)
    return test


def _settings(fields: CaseFields, findings: Findings) -> GivenSettings:
    node, ordinary = fields.node("settings"), GivenSettings()
    if node is None:
        return ordinary
    given = CaseFields(node, _("settings"), SETTINGS_KEYS, findings)
    renew_after = given.whole("renew_after", most=250)
    if (scalar := given.scalar("renew_after")) is not None and scalar.text == "0":
        findings.error(given.place_of("renew_after"), _("'renew_after' is at least 1"), _("write 1 or more"))
    if (scalar := given.scalar("rep_day")) is not None and scalar.text == "0":
        findings.error(given.place_of("rep_day"), _("'rep_day' is at least 1"), _("write 1 or more"))
    return GivenSettings(
        mode=given.one_of("mode", MODES, default=ordinary.mode),
        rubric=given.one_of("rubric", RUBRICS, default=ordinary.rubric),
        renew_after=renew_after or ordinary.renew_after,
        tax_days=TaxDays(
            pue_days=given.whole("pue_days", most=LONGEST_MONTH),
            rep_day=given.whole("rep_day", most=LONGEST_MONTH) or ordinary.tax_days.rep_day,
        ),
    )


def _events(node: YamlNode, reader: EventReader, findings: Findings) -> Iterator[Event]:
    return reader.events(CaseFields(node, _("an event"), ("on", *KINDS), findings))


def _by_id(found: Iterable[Named | None], fields: CaseFields, key: str) -> dict[str, Named]:
    named: dict[str, Named] = {}
    for each in found:
        if each is not None and each.id in named:
            fields.findings.error(fields.place_of(key), _("'{name}' is here twice", name=each.id), _("give each one a name of its own"))
        elif each is not None:
            named[each.id] = each
    return named


def _check_days(test: RuleTest, findings: Findings) -> None:
    for earlier, later in zip(test.expected, test.expected[1:], strict=False):
        if earlier.on == later.on:
            findings.error(later.place, _("{day} is expected twice", day=later.on), _("put both into one entry"))
    if (test.events or test.expected) and (test.last_day - test.start).days > LONGEST_DAYS:
        what = _("the test goes on for more than {days} days", days=LONGEST_DAYS)
        findings.error(test.place, what, _("begin it later, or make two tests of it"))


def _day(node: YamlNode, names: Names, reader: EventReader, findings: Findings) -> ExpectedDay:
    fields = CaseFields(node, _("what is expected of a day"), DAY_KEYS, findings)
    if not any(key in fields for key in DAY_KEYS[1:]):
        findings.error(fields.place, _("nothing is expected of this day"), _("write 'actions: []' where nothing may happen"))
    return ExpectedDay(
        on=reader.day(fields),
        place=fields.place,
        actions=_actions(fields, "actions", names) if "actions" in fields else None,
        sent=_actions(fields, "sent", names) if "sent" in fields else None,
        told=_actions(fields, "told", names) if "told" in fields else None,
        asked=tuple(_asked(each, names, findings) for each in fields.several("asked")) if "asked" in fields else None,
        held=frozenset(pair for each in fields.several("held") for pair in _held(each, names, findings)) if "held" in fields else None,
    )


def _actions(fields: CaseFields, key: str, names: Names) -> tuple[ExpectedAction, ...]:
    return tuple(_action(each, names, fields.findings) for each in fields.several(key))


def _action(node: YamlNode, names: Names, findings: Findings) -> ExpectedAction:
    fields = CaseFields(node, _("an action"), ACTION_KEYS, findings)
    wanted: dict[str, object] = {
        "after_last": fields.truth("after_last"),
        "customer": fields.one_of("customer", names.customers),
        "currency": fields.one_of("currency", {invoice.currency for invoice in names.invoices.values()}),
        "invoices": frozenset(names.invoices_of(fields, required=False)),
        "to": fields.words("to"),
        "cc": fields.words("cc"),
        "total": fields.amount("total"),
        "next_contact": fields.day_or_none("next_contact"),
        "apart": fields.some_of("apart", names.invoices),
        "about": frozenset(scalar.text for scalar in fields.scalars("about")),
    }
    named = {key for key in wanted if key in fields} | ({"invoices"} if "invoice" in fields else set())
    return ExpectedAction(names.rule_of(fields), fields.place, {key: value for key, value in wanted.items() if key in named})


def _asked(node: YamlNode, names: Names, findings: Findings) -> ExpectedAction:
    fields = CaseFields(node, _("what is asked"), ASKED_KEYS, findings)
    wanted: dict[str, object] = {
        "customer": fields.one_of("customer", names.customers),
        "currency": fields.one_of("currency", {invoice.currency for invoice in names.invoices.values()}),
        "invoices": frozenset(names.invoices_of(fields, required=False)),
        "total": fields.amount("total"),
        "gate": fields.one_of("gate", GATES),
        "of": fields.name("of") if "of" in fields else "",
    }
    named = {key for key in wanted if key in fields} | ({"invoices"} if "invoice" in fields else set())
    return ExpectedAction(names.rule_of(fields), fields.place, {key: value for key, value in wanted.items() if key in named})


def _held(node: YamlNode, names: Names, findings: Findings) -> Iterator[tuple[str, str]]:
    fields = CaseFields(node, _("what is held"), HELD_KEYS, findings)
    hold = fields.one_of("by", names.holds, required=True)
    others = [scalar.text for scalar in fields.scalars("about")]
    for name in (*others, *names.invoices_of(fields, required=not others)):
        yield name, hold
