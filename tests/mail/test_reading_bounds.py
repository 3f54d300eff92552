"""Whatever a message says: reading it takes bounded time, its facts are words of the author and never of a quote or a signature."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from .messages import classified, reply
from .scored_replies import rows, shown

LONG = 500_000  # characters
SECONDS = 3.0  # CPU; a machine under load takes none of it
ATTACKS = [
    *("a", " ", "\n", "> ", "> x\n", "1", "1,", "1.000 ", "¿", "-", "_", "(", "a@", "a.", "👍", "e\u0301"),
    *(
        "no ",
        "si ",
        "pago ",
        "pago uno dos tres ",
        "la revision pago ",
        "el viernes 13 de marzo de 2026 ",
        "entre el 10 y el 12 ",
        "$1,234.56 ",
    ),
    *(
        "FA-1234, ",
        "facturas 1 y ",
        "5e1d1c9a-",
        "contrarrecibo no. ",
        "De: a\n",
        "El lun, 2 mar 2026\n",
        "saludos\n",
        "Nombre: X\n",
        "tel 55 5555 5555 ",
    ),
]


@pytest.mark.parametrize("piece", ATTACKS, ids=repr)
def test_no_text_keeps_the_program_busy(piece: str) -> None:
    started = time.process_time()
    classified(reply((piece * (LONG // len(piece) + 1))[:LONG]))
    assert time.process_time() - started < SECONDS


def test_reading_a_message_is_quick() -> None:
    """A floor with room: about 0.6 ms of one core on the machine of docs/mail.md."""
    texts = [row.text for row in rows()]
    started = time.process_time()
    for text in texts:
        classified(reply(text))
    assert (time.process_time() - started) / len(texts) < 0.004


SAID = st.sampled_from([row.text for row in rows(["second"])])
QUOTED_LINES = st.lists(
    st.sampled_from(
        [
            "La factura FA-9999 por $98,765.43 venció el 1 de enero de 2026.",
            "Pagaremos el 24 de diciembre de 2026.",
            "Ya pagamos ayer, adjunto comprobante.",
            "No reconocemos la factura FA-8888.",
            "Contrarrecibo 777777. Please pay USD 1,111.11 by April 30.",
            "",
        ]
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip
HEADS = st.sampled_from(
    [
        "El mar, 3 mar 2026 a las 9:00, Cobranza (<cobranza@kemper.example>) escribió:\n",
        "On Tue, Mar 3, 2026 at 9:00 AM Cobranza <cobranza@kemper.example> wrote:\n",
        "-----Mensaje original-----\nDe: Cobranza\nEnviado: martes\nPara: x\nAsunto: y\n",
        "De: Cobranza <cobranza@kemper.example>\nEnviado el: martes, 3 de marzo de 2026 09:00 a. m.\nPara: x\nAsunto: y\n",
        "________________________________\nFrom: Cobranza\nSent: Tuesday, March 3, 2026\nTo: x\nSubject: y\n",
        "Enviado desde mi iPhone\n\n> El 3 mar 2026, a la(s) 9:00, Cobranza <cobranza@kemper.example> escribió:\n>\n",
    ]
)


@settings(max_examples=60)
@given(SAID, HEADS, QUOTED_LINES)
def test_nothing_is_read_in_what_is_quoted(said: str, head: str, lines: list[str]) -> None:
    assume(not (head.startswith("Enviado") and "|" in said))  # A signature above a telephone's own line goes to a person.
    quoted = "\n".join(f"> {line}" if head.startswith(("El ", "On ", "Enviado")) else line for line in lines)
    alone, with_quote = classified(reply(said)), classified(reply(f"{said}\n\n{head}\n{quoted}\n"))
    assert (with_quote.kind, with_quote.doubtful, shown(with_quote)) == (alone.kind, alone.doubtful, shown(alone))


@pytest.mark.parametrize("said", ["Recibido, gracias.", "El pago sale el viernes 13 de marzo.", "Received, thanks."])
def test_dates_amounts_and_invoices_are_not_read_in_a_signature(said: str) -> None:
    signature = "Saludos cordiales,\n\nPersona Uno Prueba\nCuentas por Pagar\nAv. 16 de Septiembre 12, Col. Centro\nTel. 55 5555 0101\nISO 9001-2015"
    alone, signed = classified(reply(said)), classified(reply(f"{said}\n\n{signature}"))
    names = ("pay_on", "paid_on", "amount", "invoices", "number", "review_on")
    assert signed.kind is alone.kind
    assert {name: value for name, value in shown(signed).items() if name in names} == {
        name: value for name, value in shown(alone).items() if name in names
    }


WORDS = st.sampled_from(
    [
        "pago",
        "el",
        "viernes",
        "6",
        "de",
        "marzo",
        "FA-1",
        "$100.00",
        "no",
        "si",
        "factura",
        "recibido",
        ",",
        ".",
        "¿",
        "?",
        "\n",
        ">",
        "saludos",
        "15",
        "mañana",
        "1,000",
        "mil",
        "contrarrecibo",
        "rfc",
    ]
)


@settings(max_examples=150)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_evidence_is_always_a_piece_of_the_text(text: str) -> None:
    found = classified(reply(text))
    said = " ".join(" ".join(line for line in text.splitlines() if not line.lstrip().startswith(">")).split())
    assert set(found.facts) <= set(found.evidence)
    assert all(" ".join(words.split()) in said for words in found.evidence.values())


def test_a_text_that_is_too_long_is_for_a_person() -> None:
    found = classified(reply("Recibido.\n\n" + "Gracias.\n\n" * 3_000))
    assert "it is too long to be read whole" in [str(doubt) for doubt in found.doubts]


def test_what_no_pattern_knows_beside_an_acknowledgement_is_a_doubt() -> None:
    found = classified(reply("Recibida la factura, gracias. Por cierto, el montacargas derribó nuestra barda."))
    assert [str(doubt) for doubt in found.doubts] == [
        "it also says something that no pattern knows: «Por cierto, el montacargas derribó nuestra barda.»"
    ]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("La FA-1 se paga el viernes. La FA-2 no la pagamos porque llegó incompleta.", "it also says: promise"),
        ("El pago sale mañana. ¿Me confirma su CLABE?", "it also says: document_request"),
        ("Recibido. Ya no nos surtan sin avisar al velador.", "it also says something that no pattern knows: «Ya no nos surtan sin avisar al velador.»"),
        ("Se paga el viernes 6. ¿El otro lunes es festivo en su planta?", "it also says something that no pattern knows: «¿El otro lunes es festivo en su planta?»"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_matter_is_not_lost(text: str, doubt: str) -> None:
    assert doubt in [str(one) for one in classified(reply(text)).doubts]


def test_a_number_and_a_courtesy_deny_nothing() -> None:
    assert not classified(reply("Su contrarrecibo es el No. 77120.")).doubtful
    assert not classified(reply("No se preocupe, el pago sale mañana.")).doubtful


def test_the_tables_are_of_the_size_that_is_told() -> None:
    assert len(rows()) == 441
    assert Path(__file__).with_name("replies").is_dir()
