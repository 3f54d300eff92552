"""The tests that analysts write for rules/replies.yaml, as `cobranza rules test` runs them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cobranza_rules.language import in_english as ENGLISH  # noqa: N812 (a constant here)
from cobranza_rules.mail.reply_trials import difference_lines, replies_json, reply_lines, reply_suites
from cobranza_rules.problems import ProblemError
from cobranza_rules.rule_files import Tested, run_files

PATTERNS = (
    "version: 1\nkinds:\n  promise:\n    certain:\n      - pagaremos\n      - sale el pago\n  dispute:\n    certain: [no reconocemos]\n"
)


def run(folder: Path, tests: str) -> Tested:
    (folder / "replies.yaml").write_text(PATTERNS, encoding="utf-8")
    (folder / "tests").mkdir(exist_ok=True)
    file = folder / "tests" / "replies.yaml"
    file.write_text(tests, encoding="utf-8")
    return run_files([file], folder)


HEAD = "replies: ../replies.yaml\nwritten: 2026-03-03\ntests:\n"


def test_what_is_read_stands_beside_what_was_expected(tmp_path: Path) -> None:
    tested = run(
        tmp_path,
        f"{HEAD}  - {{text: Pagaremos el viernes, kind: promise, facts: {{pay_on: 2026-03-06}}}}\n"
        "  - {text: Pagaremos el lunes, kind: dispute, doubtful: true, facts: {pay_on: 2026-03-10, amount: 5.00 MXN}}\n",
    )
    assert (tested.failed, tested.rules_failed) == (1, 0)
    assert [str(line) for line in reply_lines(tested.replies)] == [
        "FAILED: Pagaremos el lunes (tests/replies.yaml:5)",
        "    expected: dispute, for a person, pay_on: 2026-03-10, amount: 5.00 MXN",
        "    got: promise, pay_on: 2026-03-09",
        "      because of «Pagaremos»",
        "tests/replies.yaml: replies: 2, read otherwise: 1",
    ]


def test_another_kind_may_be_as_right_and_a_test_may_have_its_own_day(tmp_path: Path) -> None:
    tested = run(
        tmp_path,
        f"{HEAD}  - {{text: Pagaremos mañana, kind: dispute, also: [promise], written: 2026-04-01, facts: {{pay_on: 2026-04-02}}}}\n",
    )
    assert tested.failed == 0


def test_a_doubt_is_said_where_a_person_was_not_expected(tmp_path: Path) -> None:
    tested = run(tmp_path, f"{HEAD}  - {{text: Pagaremos, kind: promise}}\n")
    assert [str(line) for line in difference_lines(tested.replies[0].results[0])] == [
        "    expected: promise",
        "    got: promise, for a person",
        "      it names no date",
        "      because of «Pagaremos»",
    ]


def test_phrases_that_no_text_holds_are_told(tmp_path: Path) -> None:
    tested = run(tmp_path, f"{HEAD}  - {{text: Pagaremos mañana, kind: promise, facts: {{pay_on: 2026-03-04}}}}\n")
    shown = replies_json(tested.replies, tested.phrases, ENGLISH)
    assert shown["phrases"] == [
        {"file": "replies.yaml", "total": 3, "unseen": {"dispute": ["no reconocemos"], "promise": ["sale el pago"]}}
    ]
    assert [suite.attrib["failures"] for suite in reply_suites(tested.replies, ENGLISH)] == ["0"]


def test_junit_has_a_case_a_reply_with_a_name_of_its_own(tmp_path: Path) -> None:
    tested = run(tmp_path, f"{HEAD}  - {{text: Hola, kind: promise}}\n  - {{text: Hola, kind: promise}}\n")
    suite = next(reply_suites(tested.replies, ENGLISH))
    assert [case.attrib["name"] for case in suite.iter("testcase")] == ["Hola", "Hola (2)"]
    assert "expected: promise" in ET.tostring(suite, encoding="unicode")


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("replies: ../nowhere.yaml\nwritten: 2026-03-03\ntests: [{text: Hola, kind: promise}]\n", ["tests/replies.yaml:1:10: there is no rules file '../nowhere.yaml'; the name is relative to the folder of the tests"]),
        (
            "replies: ../replies.yaml\ntests: [{kind: promesa, doubtful: si, facts: {pay: 1}}]\n",
            [
                "tests/replies.yaml:1:1: a file of reply tests needs the key 'written'; add it",
                "tests/replies.yaml:2:9: a reply test needs the key 'text'; add it",
                "tests/replies.yaml:2:16: 'promesa' is not possible under 'kind'; did you mean 'promise'?",
                "tests/replies.yaml:2:35: 'si' is not possible under 'doubtful'; possible are: false, true",
                "tests/replies.yaml:2:47: facts has no key 'pay'; did you mean 'pay_on'?",
            ],
        ),
        (f"{HEAD}  - {{text: Hola, kind: promise, facts: {{pay_on: mañana, amount: 5}}}}\n", ["tests/replies.yaml:4:49: there is no day mañana; write dates as year-month-day, like 2026-03-06", "tests/replies.yaml:4:65: '5' is no amount with its currency; write it like 1200.00 MXN"]),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_place(tmp_path: Path, tests: str, said: list[str]) -> None:
    with pytest.raises(ProblemError) as raised:
        run(tmp_path, tests)
    assert [str(problem) for problem in raised.value.problems] == said
