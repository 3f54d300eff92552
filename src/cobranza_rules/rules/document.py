"""Rules files are read here: several files become one set of rules, and everything that is wrong with them is said at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.deadlocks import deadlocked
from cobranza_rules.rules.document_references import all_fit, check_against
from cobranza_rules.rules.document_rules import RulesReader
from cobranza_rules.rules.document_settings import AGING_BUCKETS, ALL_DAY, read_aging_buckets, read_calendar, read_limit
from cobranza_rules.rules.expression import Definitions, Written
from cobranza_rules.rules.fields import Fields, Findings
from cobranza_rules.rules.look_alikes import look_alikes
from cobranza_rules.rules.model import Limit, RuleSet
from cobranza_rules.rules.reach import unreachable
from cobranza_rules.rules.shadows import overshadowed
from cobranza_rules.rules.stranding import stranded
from cobranza_rules.rules.unheld import unheld
from cobranza_rules.rules.written import distinct
from cobranza_rules.rules.yaml_marks import read_yaml

__all__ = ["all_fit", "check_against", "digest_of", "read_rules"]

VERSION = "1"
KEYS = ("version", "calendar", "aging_buckets", "limit", "define", "holds", "rules", "ladders")
ONCE = ("calendar", "aging_buckets", "limit")
DEFINED_NAME = r"[a-z_][a-z0-9_]*"
WORDS = frozenset({"and", "or", "not", "in", "is", "known", "unknown", "contains", "true", "false"})


def read_rules(files: Sequence[tuple[str, bytes]]) -> tuple[RuleSet, tuple[Problem, ...]]:
    """Names and contents of the files, in the order in which their rules apply. Gives the rules and the warnings; the same files are read once in a process.

    Raises ProblemError with all errors of all files, warnings among them, each with file, line and column.
    """
    return _read_together(tuple(files))


@lru_cache(maxsize=16)
def _read_together(files: tuple[tuple[str, bytes], ...]) -> tuple[RuleSet, tuple[Problem, ...]]:
    findings = Findings()
    if not files:
        raise ProblemError([Problem(_("there is no rules file"), _("write one, or copy the one that comes with the program"))])
    read = [fields for name, content in files if (fields := _read_file(name, content, findings)) is not None]
    _check_once(read, findings)
    definitions = _definitions(read, findings)
    rules = _rules(read, definitions, findings, digest_of(files))
    _check_definitions(definitions, findings)
    for look in (unreachable, stranded, overshadowed, deadlocked, unheld, look_alikes):
        findings.problems += look(rules)
    problems = distinct(findings.problems)
    if any(not problem.warning for problem in problems):
        raise ProblemError(problems)
    return rules, problems


def digest_of(files: Sequence[tuple[str, bytes]]) -> str:
    """SHA-256 over the lengths and the bytes of the files in their order; names do not count."""
    digest = hashlib.sha256()
    for _name, content in files:
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _read_file(name: str, content: bytes, findings: Findings) -> Fields | None:
    try:
        node, doubled = read_yaml(name, content, _("write 'version: 1' and rules into it"))
    except ProblemError as error:
        findings.problems += error.problems
        return None
    findings.problems += doubled
    fields = Fields(node, _("a rules file"), KEYS, findings)
    version = fields.scalar("version", required=True)
    if version is not None and version.text != VERSION:
        what = _("version {version} of the rule language is not known", version=version.text[:80])
        findings.error(version.place, what, _("write 'version: 1', or use a newer program"))
    return fields


def _check_once(read: list[Fields], findings: Findings) -> None:
    for key in ONCE:
        given = [fields.place_of(key) for fields in read if key in fields]
        for place in given[1:]:
            what = _("'{key}' is already given in {file}:{line}", key=key, file=given[0].file, line=given[0].line)
            findings.error(place, what, _("keep one of the two: it holds for all files"))


def _definitions(read: list[Fields], findings: Findings) -> Definitions:
    texts: dict[str, Written] = {}
    facts = frozenset[str]().union(*VOCABULARY.values())
    for fields in read:
        for name, value in fields.entries("define"):
            if not re.fullmatch(DEFINED_NAME, name.text) or name.text in WORDS:
                what = _("'{name}' cannot be the name of a condition", name=name.text[:80])
                findings.error(name.place, what, _("use small letters, digits and underscores, like delivered_long_enough"))
            elif name.text in facts:
                findings.error(name.place, _("'{name}' is already the name of a fact", name=name.text), _("choose another name"))
            elif name.text in texts:
                first = texts[name.text].place
                what = _("'{name}' is already defined in {file}:{line}", name=name.text, file=first.file, line=first.line)
                findings.error(name.place, what, _("keep one of the two"))
            else:
                texts[name.text] = value.written()
    return Definitions(texts)


def _rules(read: list[Fields], definitions: Definitions, findings: Findings, digest: str) -> RuleSet:
    reader = RulesReader(definitions, findings)
    calendar, hours, buckets, limit = BusinessCalendar(), ALL_DAY, AGING_BUCKETS, Limit()
    for fields in read:
        if (node := fields.node("calendar")) is not None:
            calendar, hours = read_calendar(node, findings)
        if "aging_buckets" in fields:
            buckets = read_aging_buckets(fields)
        if (node := fields.node("limit")) is not None:
            limit = read_limit(node, findings)
    holds = [reader.hold(node) for fields in read for node in fields.maps("holds")]
    rules = [reader.rule(node) for fields in read for node in fields.maps("rules")]
    ladders = [reader.ladder(node) for fields in read for node in fields.maps("ladders")]
    reader.check_former_ids()
    return RuleSet(
        calendar=calendar,
        aging_buckets=buckets,
        limit=limit,
        holds=tuple(hold for hold in holds if hold is not None),
        rules=tuple(rule for rule in rules if rule is not None),
        ladders=tuple(ladder for ladder in ladders if ladder is not None),
        digest=digest,
        contact_hours=hours,
    )


def _check_definitions(definitions: Definitions, findings: Findings) -> None:
    """A definition that nothing uses must be right for some scope: what is wrong with it where it comes nearest is told."""
    for name in definitions.texts:
        found = [definitions.read(scope, name).problems for scope in Scope]
        nearest = min(found, key=len)
        findings.problems += nearest
