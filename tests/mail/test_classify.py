"""What replies are read as. The tables in replies/ are data: the first was written with the patterns, each other after they had been frozen."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.reply import ReplyKind
from cobranza_rules.mail.patterns import Strength
from cobranza_rules.money import Money

from .messages import PATTERNS, TUESDAY, classified, reply
from .scored_replies import HELD_OUT, Row, rows, summary

ALL = rows()


@pytest.mark.parametrize("row", ALL, ids=lambda row: f"{row.group}: {' '.join(row.text.split())[:40]}")
def test_a_reply_is_never_taken_for_something_else_without_a_doubt(row: Row) -> None:
    assert not row.is_mistaken(row.now())


def test_nearly_every_reply_is_read_right_with_its_facts() -> None:
    """All of the rounds were corrected by; a change of the patterns must not lose what they read."""
    wrong = [" ".join(row.text.split()) for row in ALL if not row.is_right(row.now())]
    assert len(wrong) <= 8, wrong
    assert len(ALL) >= 441


def test_the_figures_of_the_first_sight_stand_as_they_were() -> None:
    """What the frozen patterns made of replies that were written afterwards: no correction may better that."""
    assert [summary(group, rows([group]), Row.first_sight) for group in HELD_OUT] == [
        "| third | 78 | 46 | 27 | 0 | 5 |",
        "| fourth | 82 | 31 | 45 | 2 | 4 |",
        "| fifth | 95 | 75 | 17 | 0 | 3 |",
        "| sixth | 57 | 44 | 9 | 0 | 4 |",
    ]
    assert len(rows(HELD_OUT)) >= len(ALL) / 3


def test_every_fact_and_kind_has_the_words_that_it_came_from() -> None:
    for row in ALL:
        found = row.found()
        said = " ".join(row.text.split())
        assert set(found.facts) <= set(found.evidence)
        assert all(" ".join(words.split()) in said for words in found.evidence.values()), row


@pytest.mark.parametrize(
    "text",
    [
        "No hemos pagado",
        "Todavía no se ha depositado, está en trámite",
        "¿Ya recibieron nuestro pago?",
        "¿Pagamos el viernes o el lunes?",
        "Si todo sale bien pagamos el viernes",
        "Pagaremos cuando nos paguen",
        "Pagaremos cuando podamos",
        "No pagaremos el viernes, sino el lunes",
        "Pagamos el viernes, pero solo la mitad",
        "Ustedes dijeron que ya pagamos pero no es así",
        "El pago no se realizó el viernes",
        "El banco rechazó la transferencia que hicimos ayer",
        "Nos gustaría pagar el viernes",
        "Ya quedó programado",
        "Les pagamos el 30 de febrero",
        "Ya pagamos la FA-1 y pagaremos la FA-2 el viernes",
        "Pagaremos $500.00 de la FA-1 y $700.00 de la FA-2 el viernes",
        "Ya está pagado, el viernes",
        "We have not paid yet.",
        "I won't be able to pay on Friday",
        "The payment will not be made on March 6",
        "Payment cannot be released until March 20",
        "We will pay on Friday if you send the invoice",
        "We might pay on Friday",
        "",
        "...",
        "👍",
    ],
)
def test_what_commits_nobody_waits_for_a_person(text: str) -> None:
    assert classified(reply(text)).doubtful


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("Pagaremos pronto.", ["it names no date"]),
        ("Pagaremos el 10 de febrero.", ["the date that it names has passed"]),
        ("Pagaremos la próxima semana.", ["the date is not clear"]),
        ("Pagaremos el 6 de marzo y el 20 de marzo.", ["it names several dates"]),
        ("En cuanto podamos, pagaremos el viernes.", ["it is said under a condition"]),
        ("Pagaremos el viernes, aunque no todo.", ["what follows limits or denies it"]),
        ("Pagaremos la mitad el viernes.", ["it speaks of a part only"]),
        ("Recibido; lo del pago va para el viernes.", ["it may also speak of a payment"]),
        ("Pagaremos $1.234 el viernes.", ["the amount is not clear"]),
        ("Pagaremos $100 el viernes. La mercancía llegó dañada.", ["it also says: dispute"]),
        ("Quisiera pagar el viernes.", ["it is said under a condition"]),
        ("Por la diferencia.", ["only a hint of it is said"]),
        ("Lo platicamos.", ["no pattern says what it means"]),
        ("> todo citado", ["it has no text of its own"]),
    ],
)
def test_a_doubt_is_said(text: str, doubts: list[str]) -> None:
    assert [str(doubt) for doubt in classified(reply(text)).doubts] == doubts


def test_what_we_wrote_ourselves_is_not_read_as_the_answer() -> None:
    quoted = "Enterado.\n\nEl lun, 2 mar 2026 a las 10:11, Cobranza escribió:\n> Si ya pagó, haga caso omiso. El pago se realizará el 6 de marzo.\n"
    found = classified(reply(quoted))
    assert (found.kind, found.doubtful) == (ReplyKind.ACKNOWLEDGEMENT, False)


def test_words_of_weight_below_a_closing_raise_a_doubt() -> None:
    found = classified(reply("Recibido.\n\nSaludos\nPersona Uno Prueba\nYa pagamos"))
    assert (found.kind, [str(doubt) for doubt in found.doubts]) == (ReplyKind.ACKNOWLEDGEMENT, ["words of weight stand below the closing"])


def test_a_bare_sign_means_the_customers_currency() -> None:
    found = classified(reply("We will pay $2,500.00 on March 20."), currency="USD")
    assert found.facts == {"pay_on": dt.date(2026, 3, 20), "amount": Money(250000, "USD")}


@given(st.text(max_size=400))
def test_any_text_is_classified_the_same_twice(text: str) -> None:
    message = reply(text.encode("utf-8", "replace").decode())
    assert classified(message) == classified(message)


@given(st.lists(st.sampled_from([row.text for row in rows(["first"]) if not row.doubtful]), min_size=2, max_size=3, unique=True))
def test_a_promise_joined_with_anything_still_names_a_date_that_was_said(texts: list[str]) -> None:
    found = classified(reply("\n\n".join(text.split("\n\n")[0] for text in texts)))
    if found.kind is ReplyKind.PROMISE and not found.doubtful:
        assert isinstance(found.facts["pay_on"], dt.date)
        assert found.facts["pay_on"] >= TUESDAY


def test_hints_never_decide_alone() -> None:
    for entries in PATTERNS.kinds.entries.values():
        for entry in entries:
            if entry.strength is Strength.HINT and all(len(element.ways) == 1 for element in entry.phrase.elements):
                words = " ".join(" ".join(choice.text for choice in way) for element in entry.phrase.elements for way in element.ways)
                assert classified(reply(words)).doubtful, words
