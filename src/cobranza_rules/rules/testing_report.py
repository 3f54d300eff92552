"""What rule tests have shown, for people and, as JUnit XML, for the tools that collect test results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from cobranza_rules.language import Sentence, Translate, _
from cobranza_rules.rules.testing import Coverage, Difference, TestResult


@dataclass(frozen=True, slots=True)
class FileReport:
    """The results of one file of tests; `rules` are the rules files that it is about."""

    file: str
    rules: tuple[str, ...]
    results: tuple[TestResult, ...]

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.results)


def report_lines(reports: Sequence[FileReport]) -> Iterator[Sentence]:
    """A line a test, and under each that failed what was expected of its first day that went otherwise, beside what came.

    One difference makes most later days differ as well: they are only counted. JUnit and JSON have all of them.
    """
    for report in reports:
        for result in report.results:
            if result.passed:
                yield _("passed: {name}", name=result.test.name)
            else:
                yield _("FAILED: {name} ({file}:{line})", name=result.test.name, file=report.file, line=result.test.place.line)
                yield from _first_day(result.differences)
    tests, failed = sum(len(report.results) for report in reports), sum(report.failed for report in reports)
    yield _("tests: {tests}, failed: {failed}", tests=tests, failed=failed)


def _first_day(differences: Sequence[Difference]) -> Iterator[Sentence]:
    for difference in differences:
        if difference.on == differences[0].on:
            yield from difference_lines(difference)
    if later := {difference.on for difference in differences} - {differences[0].on}:
        yield _(
            "  later days that differ too, perhaps because of this one: {count}, the last on {last}; --json or --junit show them all",
            count=len(later),
            last=max(later),
        )


def difference_lines(difference: Difference) -> Iterator[Sentence]:
    heading = {
        "actions": _("planned"),
        "told": _("told"),
        "sent": _("sent"),
        "asked": _("asked to agree"),
        "held": _("on hold"),
        "event": _("event"),
    }[difference.what]
    place = difference.place
    yield _("  {day}, {heading} ({file}:{line})", day=difference.on, heading=heading, file=place.file, line=place.line)
    if difference.what != "event":
        for label, found in ((_("expected"), difference.expected), (_("got"), difference.got)):
            for sentence in found or (_("nothing"),):
                yield Sentence("    {label}: {what}", {"label": label, "what": sentence})
    for reason in difference.why:
        yield Sentence("      {reason}", {"reason": reason})


def coverage_lines(rules: tuple[str, ...], coverage: Coverage) -> Iterator[Sentence]:
    files = ", ".join(rules)
    if not coverage.missing:
        yield _("{files}: every rule, rung and hold was seen at work", files=files)
        return
    yield _("{files}: {missing} of {total} were never seen at work:", files=files, missing=coverage.missing, total=coverage.total)
    for what, ids in ((_("rules"), coverage.rules), (_("rungs"), coverage.rungs), (_("holds"), coverage.holds)):
        if ids:
            yield Sentence("  {what}: {ids}", {"what": what, "ids": ", ".join(ids)})


def junit(
    reports: Sequence[FileReport],
    coverage: Sequence[tuple[tuple[str, ...], Coverage]],
    translate: Translate,
    others: Iterable[ET.Element] = (),
) -> bytes:
    """JUnit XML as Ant's task writes it, which Jenkins, GitLab and others read: a suite a file, a case a test. `others` are more suites."""
    root = ET.Element("testsuites", _counts(reports))
    for suite in others:
        for name in ("tests", "failures"):
            root.set(name, str(int(root.attrib[name]) + int(suite.attrib[name])))
        root.append(suite)
    for report in reports:
        suite = ET.SubElement(root, "testsuite", {"name": report.file, **_counts([report])})
        for result in report.results:
            place = {"file": result.test.place.file, "line": str(result.test.place.line)}
            case = ET.SubElement(suite, "testcase", {"classname": report.file, "name": result.test.name, **place})
            if not result.passed:
                lines = [line.text(translate) for difference in result.differences for line in difference_lines(difference)]
                days = ", ".join(dict.fromkeys(difference.on.isoformat() for difference in result.differences))
                failure = ET.SubElement(case, "failure", {"message": days, "type": "difference"})
                failure.text = "\n".join(lines)
        lines = [line.text(translate) for rules, found in coverage if rules == report.rules for line in coverage_lines(rules, found)]
        if lines:
            ET.SubElement(suite, "system-out").text = "\n".join(lines)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _counts(reports: Sequence[FileReport]) -> dict[str, str]:
    tests, failures = sum(len(report.results) for report in reports), sum(report.failed for report in reports)
    return {"tests": str(tests), "failures": str(failures), "errors": "0", "skipped": "0"}


def report_json(
    reports: Sequence[FileReport], coverage: Sequence[tuple[tuple[str, ...], Coverage]], translate: Translate
) -> dict[str, object]:
    return {
        "tests": [
            {
                "file": report.file,
                "line": result.test.place.line,
                "name": result.test.name,
                "passed": result.passed,
                "differences": [_difference_json(difference, translate) for difference in result.differences],
            }
            for report in reports
            for result in report.results
        ],
        "coverage": [
            {"files": list(files), "rules": list(found.rules), "rungs": list(found.rungs), "holds": list(found.holds), "total": found.total}
            for files, found in coverage
        ],
    }


def _difference_json(difference: Difference, translate: Translate) -> dict[str, object]:
    said = {"expected": difference.expected, "got": difference.got, "why": difference.why}
    texts = {key: [sentence.text(translate) for sentence in sentences] for key, sentences in said.items()}
    return {"on": difference.on.isoformat(), "what": difference.what, "line": difference.place.line, **texts}
