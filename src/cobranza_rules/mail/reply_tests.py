"""Tests of the reply patterns, as analysts write them: a text that customers write, and what has to be read in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.language import _
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.fields import Findings
from cobranza_rules.rules.place import Place
from cobranza_rules.rules.testing_fields import CaseFields
from cobranza_rules.rules.written import distinct
from cobranza_rules.rules.yaml_marks import YamlList, YamlMap, YamlNode, YamlScalar, read_yaml

FILE_KEYS = ("replies", "written", "tests")
TEST_KEYS = ("text", "kind", "also", "doubtful", "facts", "written", "currency")
KINDS = tuple(kind.value for kind in ReplyKind if not kind.automatic)
FACTS = (*("pay_on", "paid_on", "amount", "invoices", "number", "review_on"), *("person", "title", "phone", "email", "reason", "request"))
LIKE_REPLY_TESTS = re.compile(rb"(?m)^replies[ \t]*:")


@dataclass(frozen=True, slots=True)
class ReplyTest:
    """`facts` as they are shown: a day as 2026-03-06, an amount as 1200.00 MXN, several invoices with ", " between; others may be read, too.

    `also` are kinds that are as right as `kind`. `written` is the day on which the text was written, `currency` what a bare `$` means in it.
    """

    place: Place
    text: str
    kind: str
    doubtful: bool
    written: dt.date
    also: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    currency: str = "MXN"


@dataclass(frozen=True, slots=True)
class ReplyTestFile:
    """`patterns` is the file that the tests are about, named relative to their own folder."""

    patterns: YamlScalar
    tests: tuple[ReplyTest, ...]


def is_of_replies(content: bytes) -> bool:
    """Whether a file of tests is about the patterns of replies and not about rules."""
    return LIKE_REPLY_TESTS.search(content) is not None


def read_reply_tests(file: str, content: bytes) -> ReplyTestFile:
    """Raises ProblemError with everything that is wrong."""
    findings = Findings()
    node, doubled = read_yaml(file, content, _("write 'replies: ../replies.yaml' and tests into it, or take it out of the folder"))
    findings.problems += doubled
    fields = CaseFields(node, _("a file of reply tests"), FILE_KEYS, findings)
    patterns = fields.scalar("replies", required=True)
    written = fields.day("written", required=True)
    tests = tuple(_test(each, written, findings) for each in fields.maps("tests", required=True))
    if problems := distinct(findings.problems):
        raise ProblemError(problems)
    assert patterns is not None
    return ReplyTestFile(patterns, tests)


def _test(node: YamlNode, written: dt.date | None, findings: Findings) -> ReplyTest:
    fields = CaseFields(node, _("a reply test"), TEST_KEYS, findings)
    return ReplyTest(
        fields.place,
        fields.text("text", required=True),
        fields.one_of("kind", KINDS, required=True),
        fields.truth("doubtful"),
        fields.day("written") or written or dt.date(2026, 1, 1),
        fields.each_of("also", KINDS),
        _facts(fields),
        fields.text("currency") or "MXN",
    )


def _facts(fields: CaseFields) -> dict[str, str]:
    node = fields.node("facts")
    if node is None:
        return {}
    given = CaseFields(node, _("facts"), FACTS, fields.findings)
    names = [name.text for name, _value in node.entries] if isinstance(node, YamlMap) else []
    return {name: _value(given, name) for name in names if name in given}


def _value(given: CaseFields, name: str) -> str:
    if name.endswith("_on"):
        day = given.day(name)
        return day.isoformat() if day else ""
    if name == "amount":
        amount = given.amount(name)
        return f"{amount.plain()} {amount.currency}" if amount else ""
    if isinstance(given.node(name), YamlList):
        return ", ".join(scalar.text for scalar in given.scalars(name))
    return given.text(name)
