"""What the signer answers to the mails that ask her to decide, as .eml files. @NUMBER@ stands for the number of what is asked for."""

from __future__ import annotations

from sample_book.mime import mail, result_line

SIGNER_ADDRESS = "administracion@kemper.example"
REJECTS, APPROVES = "firmas/01-rechazo-por-correo.eml", "firmas/02-aprobacion-por-correo.eml"


def answers_of_the_signer() -> dict[str, bytes]:
    """By their paths under samples/."""
    return {
        REJECTS: _answer(
            "rechazo", "Rechazo @NUMBER@: falta anexar la orden de compra.\n\nSaludos,\nAdela Muestra Ejemplo\nGerente de Administración\n"
        ),
        APPROVES: _answer("aprobacion", "Apruebo\n\nEnviado desde mi iPhone\n"),
    }


def _answer(name: str, text: str) -> bytes:
    head: dict[str, str | tuple[str, str]] = {
        "Authentication-Results": result_line(SIGNER_ADDRESS, "pass"),
        "From": ("Adela Muestra Ejemplo", SIGNER_ADDRESS),
        "Subject": "Re: Espera su decisión",
        "Message-ID": f"<{name}-por-correo@kemper.example>",
    }
    return mail(head, text)
