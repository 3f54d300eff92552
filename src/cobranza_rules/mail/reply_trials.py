"""Reply tests run: what was read beside what was expected, and which phrases no test has seen in a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.domain.reply import Classification
from cobranza_rules.language import Sentence, Translate, _, joined, word
from cobranza_rules.mail.classify import classify
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.patterns import Entry, Patterns
from cobranza_rules.mail.reply_tests import ReplyTest
from cobranza_rules.mail.reply_text import split_reply
from cobranza_rules.mail.words import sentences
from cobranza_rules.money import Money

LONGEST_SHOWN = 60  # characters of a text that name its test


@dataclass(frozen=True, slots=True)
class ReplyResult:
    test: ReplyTest
    found: Classification

    @property
    def passed(self) -> bool:
        facts = shown_facts(self.found)
        kind = self.found.kind.value
        kinds = (self.test.kind, *self.test.also)
        return kind in kinds and self.found.doubtful == self.test.doubtful and self.test.facts.items() <= facts.items()

    @property
    def name(self) -> str:
        said = " ".join(self.test.text.split())
        return said if len(said) <= LONGEST_SHOWN else f"{said[:LONGEST_SHOWN].rstrip()}…"


@dataclass(frozen=True, slots=True)
class PhraseCoverage:
    """`unseen` are the phrases, by kind, that no text of the tests holds."""

    total: int
    unseen: Mapping[str, tuple[str, ...]]

    @property
    def seen(self) -> int:
        return self.total - sum(len(phrases) for phrases in self.unseen.values())


@dataclass(frozen=True, slots=True)
class RepliesReport:
    """The results of one file of reply tests; `patterns` is the file that it is about."""

    file: str
    patterns: str
    results: tuple[ReplyResult, ...]

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.results)


def run_reply_tests(tests: Sequence[ReplyTest], patterns: Patterns) -> tuple[ReplyResult, ...]:
    return tuple(ReplyResult(test, _read(test, patterns)) for test in tests)


def _read(test: ReplyTest, patterns: Patterns) -> Classification:
    message = IncomingMessage("", "", "", (), "", None, (), test.text, "", {}, (), ())
    return classify(message, patterns, on=test.written, own_address="", calendar=BusinessCalendar(), currency=test.currency)


def shown_facts(found: Classification) -> dict[str, str]:
    """As tests write them: 2026-03-06, 1200.00 MXN, FA-1, FA-2."""
    return {name: _shown(value) for name, value in found.facts.items()}


def _shown(value: object) -> str:
    if isinstance(value, Money):
        return f"{value.plain()} {value.currency}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def phrases_seen(results: Sequence[ReplyResult], patterns: Patterns) -> PhraseCoverage:
    every: dict[int, Entry] = {id(entry): entry for listed in patterns.kinds.entries.values() for entry in listed}
    seen = {id(entry) for result in results for entry in _entries_in(result.test.text, patterns)}
    unseen: dict[str, list[str]] = {}
    for key, entry in every.items():
        if key not in seen and entry.kind is not None:
            unseen.setdefault(entry.kind.value, []).append(entry.phrase.text)
    return PhraseCoverage(len(every), {kind: tuple(phrases) for kind, phrases in sorted(unseen.items())})


def _entries_in(text: str, patterns: Patterns) -> Iterator[Entry]:
    for sentence in sentences(split_reply(text).said):
        for index in range(len(sentence.words)):
            yield from (entry for entry, _end in patterns.kinds.at(sentence.words, index))


def reply_lines(reports: Sequence[RepliesReport]) -> Iterator[Sentence]:
    """Those that failed, each with what was expected beside what was read; those that passed are counted."""
    for report in reports:
        for result in report.results:
            if not result.passed:
                yield _("FAILED: {name} ({file}:{line})", name=result.name, file=report.file, line=result.test.place.line)
                yield from difference_lines(result)
        yield _("{file}: replies: {replies}, read otherwise: {failed}", file=report.file, replies=len(report.results), failed=report.failed)


def difference_lines(result: ReplyResult) -> Iterator[Sentence]:
    """Only the facts that were expected: others may be read without harm."""
    test, found = result.test, result.found
    read = {name: value for name, value in shown_facts(found).items() if name in test.facts}
    for label, kind, doubtful, facts in (
        (_("expected"), test.kind, test.doubtful, test.facts),
        (_("got"), found.kind.value, found.doubtful, read),
    ):
        what = [word(kind), *([_("for a person")] if doubtful else [])]
        what += [Sentence("{name}: {value}", {"name": word(name), "value": value}) for name, value in facts.items()]
        yield Sentence("    {label}: {what}", {"label": label, "what": joined(what)})
    for doubt in found.doubts:
        yield Sentence("      {reason}", {"reason": doubt})
    if words := found.evidence.get("kind"):
        yield _("      because of «{words}»", words=words[:LONGEST_SHOWN])


def phrase_lines(patterns: str, coverage: PhraseCoverage) -> Iterator[Sentence]:
    yield _("{file}: {seen} of {total} phrases were seen in a text", file=patterns, seen=coverage.seen, total=coverage.total)


def replies_json(
    reports: Sequence[RepliesReport], coverage: Sequence[tuple[str, PhraseCoverage]], translate: Translate
) -> dict[str, object]:
    """{"replies": [{"file", "line", "name", "passed", "expected", "got", "doubts"}], "phrases": [{"file", "total", "unseen"}]}."""
    return {
        "replies": [
            {
                "file": report.file,
                "line": result.test.place.line,
                "name": result.name,
                "passed": result.passed,
                "expected": {"kind": result.test.kind, "doubtful": result.test.doubtful, "facts": dict(result.test.facts)},
                "got": {"kind": result.found.kind.value, "doubtful": result.found.doubtful, "facts": shown_facts(result.found)},
                "doubts": [doubt.text(translate) for doubt in result.found.doubts],
            }
            for report in reports
            for result in report.results
        ],
        "phrases": [
            {"file": file, "total": found.total, "unseen": {kind: list(phrases) for kind, phrases in found.unseen.items()}}
            for file, found in coverage
        ],
    }


def reply_suites(reports: Sequence[RepliesReport], translate: Translate) -> Iterator[ET.Element]:
    """JUnit: a suite a file, a case a reply; its number tells replies of the same words apart."""
    for report in reports:
        counts = {"tests": str(len(report.results)), "failures": str(report.failed), "errors": "0", "skipped": "0"}
        suite = ET.Element("testsuite", {"name": report.file, **counts})
        names = Counter[str]()
        for result in report.results:
            names[result.name] += 1
            name = result.name if names[result.name] == 1 else f"{result.name} ({names[result.name]})"
            place = {"file": report.file, "line": str(result.test.place.line)}
            case = ET.SubElement(suite, "testcase", {"classname": report.file, "name": name, **place})
            if not result.passed:
                failure = ET.SubElement(case, "failure", {"message": result.found.kind.value, "type": "difference"})
                failure.text = "\n".join(line.text(translate) for line in difference_lines(result))
        yield suite
