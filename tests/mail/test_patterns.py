"""The phrase notation, the file and its mistakes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cobranza_rules.domain.reply import AUTOMATIC_KINDS, ReplyKind
from cobranza_rules.mail.patterns import find_hits
from cobranza_rules.mail.patterns_file import read_patterns
from cobranza_rules.mail.phrase import PhraseError, read_phrase
from cobranza_rules.mail.words import sentences
from cobranza_rules.problems import ProblemError

SHIPPED = Path(__file__).parents[2] / "rules" / "replies.yaml"


def occurs(phrase: str, text: str) -> bool:
    words = sentences(text)[0].words
    read = read_phrase(phrase, {"pago": read_phrase("pago", {}).elements[0].ways + read_phrase("(ficha de deposito)", {}).elements[0].ways})
    return any(read.end_in(words, start) >= 0 for start in range(len(words)))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("acuse de recibo", "Le envío el ACUSE de Recíbo firmado"),
        ("recib*", "recibimos"),
        ("(pago|ficha de deposito) hoy", "la ficha de depósito hoy"),
        ("pago [de la] factura", "pago factura"),
        ("pago [de la|del] factura", "pago de la factura"),
        ("pago .. programado", "el pago de su factura programado"),
        ("=sí pagamos", "sí pagamos"),
        ("mi @pago", "mi ficha de depósito"),
        ("haven't received", "We haven’t received it"),
        ("a [b] c [d]", "a b c"),
    ],
)
def test_a_phrase_that_occurs(phrase: str, text: str) -> None:
    assert occurs(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("acuse de recibo", "acuse del recibo"),
        ("recib*", "reciente"),
        ("pago .. programado", "pago uno dos tres cuatro programado"),
        ("=sí pagamos", "si pagamos"),
        ("pago hoy", "pagos hoy"),
    ],
)
def test_a_phrase_that_does_not(phrase: str, text: str) -> None:
    assert not occurs(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "reason", "offset"),
    [
        ("pago (x", "'(x' cannot stand in a phrase", 5),
        ("pago|ficha hoy", "alternatives stand in parentheses, as in (pago|deposito)", 0),
        ("re*", "'re*' is too short: write at least three letters before '*'", 0),
        ("pago.*", "'pago.*' cannot stand in a phrase", 0),
        ("el @pagos", "there is no list of words '@pagos'; is '@pago' meant?", 3),
        ("el @zzz", "there is no list of words '@zzz'", 3),
        ("[el] pago", "the phrase has to begin with a word that must be there, and '..' cannot end it", 0),
        ("pago ..", "the phrase has to begin with a word that must be there, and '..' cannot end it", 0),
        ("a .. b .. c .. d", "the phrase has more than 12 words or 2 gaps", 0),
        ("a " * 13, "the phrase has more than 12 words or 2 gaps", 0),
        ("pago ()", "'' cannot stand in a phrase", 5),
    ],
)
def test_a_phrase_that_is_wrong(phrase: str, reason: str, offset: int) -> None:
    with pytest.raises(PhraseError) as raised:
        read_phrase(phrase, {"pago": ()})
    assert (raised.value.reason.text(), raised.value.offset) == (reason, offset)


def problems(content: str | bytes) -> list[str]:
    with pytest.raises(ProblemError) as raised:
        read_patterns("rules/replies.yaml", content if isinstance(content, bytes) else content.encode())
    return [str(problem) for problem in raised.value.problems]


def test_every_mistake_is_told_with_its_place() -> None:
    assert problems(
        "version: 1\nwords:\n  pago: [pago]\nkinds:\n  promesa:\n    certain: [x]\n  promise:\n    certain:\n      - pagar\n      - 'pago (x'\n"
        "      - pago re*\n    sure: [x]\n    gives_way_to: [disputes]\n    may_be_asked: si\n  promise: {}\n  dispute: [x]\nother: 1\n"
    ) == [
        "rules/replies.yaml:17:1: 'other' is not known here; one of these is expected: version, words, courtesies, negations, harmless, conditions, partial, reservations, kinds",
        "rules/replies.yaml:5:3: 'promesa' is not known here; did you mean 'promise'?",
        "rules/replies.yaml:10:15: '(x' cannot stand in a phrase; docs/replies.md shows how phrases are written",
        "rules/replies.yaml:11:14: 're*' is too short: write at least three letters before '*'; docs/replies.md shows how phrases are written",
        "rules/replies.yaml:12:5: 'sure' is not known here; one of these is expected: certain, likely, hint, gives_way_to, may_be_asked",
        "rules/replies.yaml:13:20: 'disputes' is not known here; did you mean 'dispute'?",
        "rules/replies.yaml:14:19: true or false is expected here; write 'may_be_asked: true' where a question makes this kind",
        "rules/replies.yaml:15:3: 'promise' stands here twice; join both into one",
        "rules/replies.yaml:16:12: a list of 'name: value' lines is expected here; see the file that the program ships",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "rules/replies.yaml:1:1: the file is empty; copy the one that the program ships"),
        (b"\xff\xfe\x00", "rules/replies.yaml: the file is not UTF-8 text; save it again as UTF-8"),
        (b"version: 1\n", "rules/replies.yaml:1:1: there are no kinds; add 'kinds:' with the phrases of each kind"),
        (b"x" * 600_000, "rules/replies.yaml: the file is larger than 500 kB; split or shorten it"),
        (b"kinds:\n  promise:\n    certain: pagar\n", "rules/replies.yaml:3:14: a list is expected here; begin each line with '- '"),
    ],
)
def test_a_file_that_is_no_such_file(content: bytes, problem: str) -> None:
    assert problems(content) == [problem]


@pytest.mark.parametrize(
    "content",
    [
        b"kinds: [",
        b"kinds:\n\t- x",
        b"[" * 100_000,
        b"a: &a [*a, *a]\nkinds: *b\n",
        b"kinds: {promise: {certain: ['\x00']}}",
        b"? " * 5_000,
    ],
)
def test_broken_yaml_is_a_problem_and_no_crash(content: bytes) -> None:
    began = time.process_time()
    problem = problems(content)[0]
    assert problem.startswith("rules/replies.yaml")
    assert time.process_time() - began < 10


def test_the_shipped_file_covers_every_kind_of_people() -> None:
    patterns = read_patterns("replies.yaml", SHIPPED.read_bytes())
    covered = {entry.kind for entries in patterns.kinds.entries.values() for entry in entries}
    assert covered == set(ReplyKind) - AUTOMATIC_KINDS - {ReplyKind.UNKNOWN, ReplyKind.DECISION}
    assert len(patterns.digest) == 64


def test_a_negation_denies_only_in_its_clause() -> None:
    patterns = read_patterns(
        "x", b"negations: [no, not]\nkinds:\n  promise: {certain: [pagamos, payment .. made]}\n  dispute: {certain: [no reconocemos]}\n"
    )
    kinds = {text: [hit.kind.value for hit in find_hits(patterns, sentences(text))] for text in TEXTS}
    assert kinds == TEXTS


TEXTS = {
    "No pagamos.": [],
    "No es que pagamos.": [],
    "No hay problema, pagamos.": ["promise"],
    "No. Pagamos.": ["promise"],
    "Payment will not be made.": [],
    "Payment will be made.": ["promise"],
    "No reconocemos.": ["dispute"],
    "¿Pagamos?": [],
}


def test_a_long_reply_is_searched_in_bounded_time() -> None:
    patterns = read_patterns("replies.yaml", SHIPPED.read_bytes())
    for text in ("pago de la factura programado para el viernes " * 5_000, "no " * 60_000, "se les la lo ya " * 10_000, "x\n" * 50_000):
        began = time.process_time()
        find_hits(patterns, sentences(text))
        assert time.process_time() - began < 5
