"""What a signer's answer decides, and everything that decides nothing."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail.approval_words import OwnTexts, Verdict, read_decisions

OWN = OwnTexts.of(
    [
        "ESCUELA KEMPER URGATE",
        "Avenida de la Muestra 100, Colonia Ejemplo, 06000 Ciudad de México",
        "Adela Muestra Ejemplo",
        "Gerente de Administración",
        "administracion@kemper.example",
        "Benito Muestra Ejemplo",
        "Analista de Cobranza",
    ]
)
ASKED = (12, 13, 14)
YES = Verdict(agreed=True)
ALL = dict.fromkeys(ASKED, YES)


def no(reason: str) -> Verdict:
    return Verdict(agreed=False, reason=reason)


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ("apruebo", ALL),
        ("APRUEBO.", ALL),
        ("Aprobado 👍", ALL),
        ("aprovado", ALL),
        ("Autorizado", ALL),
        ("Vo.Bo.", ALL),
        ("approved", ALL),
        ("Sí, apruebo todos, gracias", ALL),
        ("*Apruebo*", ALL),
        ("- apruebo", ALL),
        ("Lo apruebo", ALL),
        ("Apruebo. Saludos", ALL),
        ("Buenos días Benito,\n\nApruebo\n\nAdela Muestra\nGerente de Administración\nTel. 55 0000 0010\nwww.kemper.example", ALL),
        ("Apruebo\nLic. Adela Muestra Ejemplo\nAvenida de la Muestra 100, Colonia Ejemplo", ALL),
        ("apruebo 12", {12: YES}),
        ("Apruebo 12, 14", {12: YES, 14: YES}),
        ("apruebo el 12 y el 14".replace("y el", "y"), {12: YES, 14: YES}),
        ("Visto bueno a 12 y 14", {12: YES, 14: YES}),
        ("Apruebo: #12, #13", {12: YES, 13: YES}),
        ("Approve 12 and 13, thanks", {12: YES, 13: YES}),
        ("rechazo: el monto está mal", dict.fromkeys(ASKED, no("el monto está mal"))),
        ("Rechazo\nEl cliente pagó ayer\nvean el correo", dict.fromkeys(ASKED, no("El cliente pagó ayer\nvean el correo"))),
        ("Rechazo 13, el cliente ya pagó.", {13: no("el cliente ya pagó")}),
        ("rechazo el 13 porque falta el pedido", {13: no("porque falta el pedido")}),
        ("no apruebo 12: falta el pedido", {12: no("falta el pedido")}),
        ("I reject 13 because the amount is wrong", {13: no("because the amount is wrong")}),
        ("rechazo 13: no apruebo hasta ver el pedido", {13: no("no apruebo hasta ver el pedido")}),
        ("Rechazo 13: el monto está mal\napruebo 12 y 14", {12: YES, 13: no("el monto está mal"), 14: YES}),
        ("Apruebo 12 y 14. Rechazo 13: ya pagó", {12: YES, 13: no("ya pagó"), 14: YES}),
        ("Rechazo 13: ya pagó\nApruebo los demás", {12: YES, 13: no("ya pagó"), 14: YES}),
    ],
)
def test_what_is_beyond_doubt_decides(said: str, verdicts: dict[int, Verdict]) -> None:
    read = read_decisions(said, ASKED, OWN)
    assert (read.verdicts, read.doubts) == (verdicts, ())


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("", "it has no text of its own"),
        ("Gracias\nAdela", "it says neither 'approve' nor 'reject'"),
        ("👍", "it says neither 'approve' nor 'reject'"),
        ("ok", "it says more than a decision: 'ok'"),
        ("Enterada", "it says more than a decision: 'Enterada'"),
        ("desaprobado", "it says more than a decision: 'desaprobado'"),
        ("¿apruebo?", "it asks something: '¿apruebo?'"),
        ("apruebo si Ventas está de acuerdo", "it sets a condition: 'apruebo si Ventas está de acuerdo'"),
        ("Apruebo, pero cambien la fecha", "it sets a condition: 'Apruebo, pero cambien la fecha'"),
        ("apruebo todo menos 13", "it sets a condition: 'apruebo todo menos 13'"),
        ("Apruebo 12-14", "it says more than a decision: 'Apruebo 12-14'"),
        ("Apruebo\n12", "it says more than a decision: '12'"),
        ("Apruebo\nPD: el 13 lo vemos mañana", "it says more than a decision: 'PD: el 13 lo vemos mañana'"),
        ("Hola, revisen los montos\nApruebo", "it says more than a decision: 'Hola, revisen los montos'"),
        ("apruebo 12, el 13 lo vemos", "it says more than a decision: 'apruebo 12, el 13 lo vemos'"),
        ("Apruebo 12, 99", "it names what was not asked for in that mail: 99"),
        ("apruebo 12\nrechazo 12: ya pagó", "it says two things about 12"),
        ("apruebo\nrechazo 13: ya pagó", "it says two things about 13"),
        ("rechazo: ya pagó\nrechazo 13: falta el pedido", "it says two things about 13"),
        ("rechazo", "a rejection needs its reason"),
        ("rechazo 13.", "a rejection needs its reason"),
        ("rechazo 13: el motivo", "a rejection needs its reason"),
        ("rechazo 13 facturas mal", "it is not clear where the reason begins: 'rechazo 13 facturas mal'"),
        ("rechazo: 13 mal", "it is not clear where the reason begins: 'rechazo: 13 mal'"),
        ("rechazo 13: ya estaba aprobado", "it says both words: 'rechazo 13: ya estaba aprobado'"),
        ("apruebo " * 1000, "it says more than a decision"),
    ],
)
def test_what_is_doubtful_decides_nothing(said: str, doubt: str) -> None:
    read = read_decisions(said, ASKED, OWN)
    assert (read.verdicts, [str(each) for each in read.doubts]) == ({}, [doubt])


def test_an_answer_to_several_mails_has_to_name_numbers() -> None:
    assert read_decisions("apruebo", ASKED, OWN, whole=False).verdicts == {}
    assert read_decisions("apruebo 12", ASKED, OWN, whole=False).verdicts == {12: YES}
    assert read_decisions("apruebo", [12], OWN, whole=False).verdicts == {12: YES}


WORDS = st.sampled_from(
    [
        "apruebo",
        "rechazo",
        "no",
        "si",
        "12",
        "13",
        "99",
        ":",
        ",",
        ".",
        "\n",
        "y",
        "todo",
        "los demas",
        "porque",
        "motivo",
        "pero",
        "?",
        "gracias",
        "Adela",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_whatever_is_said_a_decision_rests_on_its_word_and_on_numbers_that_were_asked_for(said: str) -> None:
    read = read_decisions(said, ASKED, OWN)
    assert bool(read.verdicts) != bool(read.doubts)
    assert set(read.verdicts) <= set(ASKED)
    for verdict in read.verdicts.values():
        assert re.search(r"apruebo" if verdict.agreed else r"rechazo|no apruebo", said)
        assert verdict.agreed == (not verdict.reason)
    if "99" in said and "rechazo" not in said:
        assert not read.verdicts
    if "?" in said and "rechazo" not in said:
        assert not read.verdicts


@given(
    st.text("wxyz", min_size=3, max_size=9),
    st.booleans(),
    st.sampled_from(["apruebo", "Apruebo 12. Gracias", "apruebo\nrechazo 13: ya pagó"]),
)
def test_a_word_that_nobody_knows_above_or_below_an_approval_lets_it_decide_nothing(word: str, above: bool, decision: str) -> None:
    said = f"{word}\n{decision}" if above else f"{decision.partition(chr(10))[0]}\n{word}"
    assert read_decisions(said, ASKED, OWN).verdicts == {}


@given(st.text(max_size=500))
def test_no_text_breaks_it(text: str) -> None:
    read = read_decisions(text, ASKED, OWN)
    assert bool(read.verdicts) != bool(read.doubts)


@pytest.mark.parametrize("piece", ["1, ", "apruebo ", "12 y ", "gracias ", ". y ", "lo ", "no lo ", "tel 1", "rechazo: ", " "])
def test_no_text_makes_it_slow(piece: str) -> None:
    text = "\n".join(["apruebo " + (piece * 4000)[:39]] * 80)
    began = time.process_time()
    read_decisions(text[:4000], ASKED, OWN)
    read_decisions("apruebo " + (piece * 4000)[:3900], ASKED, OWN)
    assert time.process_time() - began < 2.0  # A pattern that goes back and forth would take minutes.
