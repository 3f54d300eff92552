from __future__ import annotations

import time

import pytest

from cobranza_rules.mail.reply_text import new_text, split_reply
from cobranza_rules.mail.signature import read_signer

SAID = "Recibido, pagamos el viernes."
QUOTED = "> Estimada persona:\n> Su saldo es de $1,000.00\n"


@pytest.mark.parametrize(
    "quote",
    [
        f"El lun, 2 mar 2026 a las 10:11, Cobranza (<cobranza@kemper.example>) escribió:\n\n{QUOTED}",
        f"El lun., 2 de marzo de 2026 10:11 a. m., Cobranza Kemper <\ncobranza@kemper.example> escribió:\n\n{QUOTED}",
        "El lunes, 2 de marzo de 2026, 10:11:12 GMT-6, Cobranza <cobranza@kemper.example> escribió:\n\nEstimada persona:\nSu saldo vence.",
        "> El 2 mar 2026, a la(s) 10:11, Cobranza <cobranza@kemper.example> escribió:\n>\n> Estimada persona:",
        f"El 02/03/26 a las 10:11, Cobranza escribió:\n{QUOTED}",
        f"On Mon, Mar 2, 2026 at 10:11 AM Cobranza <cobranza@kemper.example> wrote:\n{QUOTED}",
        f"On Mon, Mar 2, 2026 at 10:11 AM Cobranza <\ncobranza@kemper.example>\nwrote:\n\n{QUOTED}",
        f"lun., 2 mar. 2026 10:11, Cobranza <cobranza@kemper.example> escribió:\n{QUOTED}",
        "De: Cobranza <cobranza@kemper.example>\nEnviado: lunes, 2 de marzo de 2026 10:11\nPara: Persona\nAsunto: Estado de cuenta\n\nEstimada persona:",
        "De: Cobranza\nEnviado el: lunes, 2 de marzo de 2026 10:11 a. m.\nPara: Persona\nCC: Otra\nAsunto: Estado de cuenta\n\nYa pagamos",
        "________________________________\nDe: Cobranza <cobranza@kemper.example>\nEnviado: lunes\nPara: Persona\nAsunto: x\n\nya pagamos",
        "*De:* Cobranza\n*Enviado:* lunes\n*Para:* Persona\n*Asunto:* x\n\nya pagamos",
        "From: Cobranza\nSent: Monday, March 2, 2026 10:11 AM\nTo: Persona\nSubject: Statement\n\nPlease pay",
        "-----Mensaje original-----\nDe: Cobranza\nAsunto: x\n\nya pagamos",
        "-------- Mensaje original --------\nDe: Cobranza\nFecha: 2/3/26\nPara: x\nAsunto: y\n\nya pagamos",
        "-----Original Message-----\nFrom: Cobranza\n\nPlease pay",
        "---------- Forwarded message ---------\nDe: Cobranza\n\nya pagamos",
        "Inicio del mensaje reenviado:\n\nDe: Cobranza\n\nya pagamos",
        QUOTED,
        "Enviado desde mi iPhone\n\n> El 2 mar 2026, a la(s) 10:11, Cobranza escribió:\n> ya pagamos",
        "Obtener Outlook para iOS<https://aka.example/x>\n________________________________\nDe: Cobranza\nEnviado: lunes\nPara: x\nAsunto: y\n\nya pagamos",
        "Enviado desde mi Samsung Galaxy\n-------- Mensaje original --------\nDe: Cobranza\nAsunto: x\nya pagamos",
        "Get Outlook for Android",
    ],
)
def test_what_was_quoted_is_cut(quote: str) -> None:
    assert new_text(f"{SAID}\n\n{quote}") == SAID


def test_answers_below_and_between_quotes_stay() -> None:
    text = "El lun, 2 mar 2026 a las 10:11, Cobranza escribió:\n> ¿Recibió la factura?\n\nSí, recibida.\n\n> ¿Cuándo paga?\n\nEl viernes.\n"
    assert new_text(text) == "Sí, recibida.\n\nEl viernes."


def test_a_wrapped_quote_is_no_answer() -> None:
    text = "Recibido.\n\n> Le solicitamos de la manera más atenta que nos indique la fecha en la que\npagaremos juntos\n> esta factura.\n"
    assert new_text(text) == "Recibido."


@pytest.mark.parametrize(
    ("closing", "signer"),
    [
        (
            "Saludos cordiales,\n\nLic. Persona Prueba Uno\nGerente de Finanzas\nKERNEL INDUSTIA JUGUETERA SA DE CV\nTel. (55) 5555-0101",
            ("Lic. Persona Prueba Uno", "Gerente de Finanzas", "(55) 5555-0101"),
        ),
        ("Atte.\nPersona Dos de la Prueba", ("Persona Dos de la Prueba", "", "")),
        (
            "Quedo al pendiente, saludos.\nPersona Tres Prueba\nCuentas por Pagar\ncxp@cliente.example",
            ("Persona Tres Prueba", "Cuentas por Pagar", ""),
        ),
        ("Best regards,\nJane Example\nAccounts Payable | +1 555 010 0199", ("Jane Example", "Accounts Payable", "+1 555 010 0199")),
        ("-- \nPersona Cuatro Prueba\nAnalista", ("Persona Cuatro Prueba", "Analista", "")),
        ("C.P. Persona Cinco Prueba\nContabilidad\nCel: 5555550105", ("C.P. Persona Cinco Prueba", "Contabilidad", "5555550105")),
    ],
)
def test_the_signature_is_cut_and_read(closing: str, signer: tuple[str, str, str]) -> None:
    split = split_reply(f"{SAID}\n\n{closing}\n\nAVISO DE CONFIDENCIALIDAD: la información ya fue pagada y es confidencial.")
    assert split.said == SAID
    found = read_signer(split.said, split.signature)
    assert (found.person, found.title, found.phone) == signer


@pytest.mark.parametrize(
    "text",
    [
        "Saludos,\n\nLe informo que el pago sale el viernes.",
        "Gracias.\nEl pago sale el viernes 6 de marzo.",
        "Buenos días, gracias.\nYa pagamos la factura FA-1.",
        "Como usted escribió:\nel saldo está pagado.",
        "De: nuestro departamento no hay dudas.",
        "Pagamos el 6 de marzo.\n\nEl 2 de marzo nos escribió: gracias por ello a nuestra oficina.",
    ],
)
def test_nothing_that_is_said_is_taken_for_a_quote_or_a_signature(text: str) -> None:
    assert new_text(text) == text


def test_a_closing_with_many_lines_below_it_was_none() -> None:
    text = "Recibido.\nSaludos\n" + "\n".join(f"FA-{number}" for number in range(20))
    assert new_text(text) == text


def test_a_postscript_is_said() -> None:
    assert (
        new_text("Recibido.\n\nSaludos\nPersona Uno Prueba\n\nP.D. El pago sale el viernes.")
        == "Recibido.\n\nP.D. El pago sale el viernes."
    )


def test_labels_of_an_acuse_are_read() -> None:
    found = read_signer("Acuse de recibo\nNombre: Persona Seis Prueba\nCargo: Recepción\nTeléfono: 55 5555 0106 ext 4", "")
    assert (found.person, found.title, found.phone) == ("Persona Seis Prueba", "Recepción", "55 5555 0106 ext 4")


def test_empty_and_quoted_only() -> None:
    assert new_text("") == ""
    assert new_text(QUOTED) == ""
    assert new_text("Enviado desde mi iPhone") == ""


@pytest.mark.parametrize(
    "piece",
    ["> x\n", "El 2 de marzo ", "El 2\n", "De: x\n", "gracias ", "Saludos\n", "-", "_____________\n", "El 2 <a@b\n", "\n", "x" * 79 + "\n"],
)
def test_any_text_costs_linear_time(piece: str) -> None:
    began = time.process_time()
    new_text(piece * (500_000 // len(piece)))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("device", ["Enviado desde mi iPhone", "Sent from my iPhone", "Enviado desde Outlook para Android"])
@pytest.mark.parametrize(
    "signature",
    [
        "Persona Prueba Uno",
        "Persona Prueba Uno\nGerente de Finanzas",
        "Lic. Persona Prueba\nTel. 55 5555 0101",
        "Persona Prueba\npagos@cliente.example",
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_signature_above_what_the_phone_adds_is_cut(signature: str, between: str, device: str) -> None:
    split = split_reply(f"{SAID}\n\n{signature}{between}{device}\n")
    assert (split.said, split.signature) == (SAID, signature)


def test_what_is_said_above_what_the_phone_adds_stays() -> None:
    for said in ("Recibido.\n\nPagamos el viernes.", "Recibido, pagamos el viernes", "Ok"):
        assert new_text(f"{said}\n\nEnviado desde mi iPhone") == said
