"""historia.yaml: what happens on each of the days, and who does what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sample_book.cash_acts import cash_acts
from sample_book.claimed import claim_acts
from sample_book.customers import START, customers, office_days
from sample_book.invoices import Invoice
from sample_book.money_in import CreditNote, Receipt
from sample_book.replies import Reply
from sample_book.signers import APPROVES, REJECTS
from sample_book.signing import MENDED_ON, REFUSED_CUSTOMER, REFUSED_ON, SIGNED_LATE
from sample_book.support import Paper, handed_over_on, scan_of

ANALYST, SIGNER, SALES = "collections_analyst", "administration_manager", "sales_manager"
# What the analyst makes of messages that the program leaves to a person: day, end of the file's name, kind, facts, why.
ASSIGNED: tuple[tuple[str, str, str, Mapping[str, str], str], ...] = (
    (
        "2026-03-05",
        "ya-pagamos-todo-sin-autenticar",
        "question",
        {},
        "No hay depósito y el remitente no está autenticado; se llamó al cliente.",
    ),
    ("2026-03-05", "question-about-bank-account", "question", {}, "Se confirmaron por teléfono el SWIFT y el tipo de cambio."),
    ("2026-03-06", "lo-revisamos", "delay_reason", {"reason": "Lo revisa la dirección del cliente."}, "No da fecha de pago."),
    (
        "2026-03-06",
        "remitente-desconocido",
        "contact_change",
        {},
        "Posible fraude: se verificó por teléfono y no se cambió ningún contacto.",
    ),
    ("2026-03-09", "nuevo-contacto", "contact_change", {}, "El contacto alterno queda como contacto de cobranza."),
    ("2026-03-09", "correccion-de-factura", "invoice_correction", {}, "Facturación la sustituye."),
    ("2026-03-11", "falta-orden-de-compra", "missing_requirement", {}, "Se envió la orden de compra."),
    ("2026-03-11", "dos-fechas", "promise", {"pay_on": "2026-03-20"}, "Promete dos pagos; se vigila el primero."),
    ("2026-03-12", "motivo-del-retraso", "delay_reason", {"reason": "Cambio de sistema."}, "Interviene Ventas."),
    ("2026-03-13", "promesa-parcial", "promise", {"pay_on": "2026-03-24"}, "Promete la mitad."),
    ("2026-03-13", "solicitud-de-documentos", "document_request", {}, "Se reenviaron."),
    ("2026-03-18", "aviso-de-pago-autenticado", "payment_notice", {"paid_on": "2026-03-17"}, "El banco lo confirma el mismo día."),
    ("2026-03-18", "segunda-promesa", "promise", {"pay_on": "2026-03-20"}, "Segunda promesa."),
    ("2026-03-26", "no-hemos-recibido", "not_received", {}, "Pregunta por FA-1302; se le vuelve a entregar."),
)
# The invoices that some of them are about, where the reply names none.
ABOUT = {"correccion-de-factura": ["FA-1262"], "falta-orden-de-compra": ["FA-1206"], "no-hemos-recibido": ["FA-1302"]}
# Tasks that are done right after one of them was read: who does it, which, of whom, and what came of it.
DONE_THEN = {
    "falta-orden-de-compra": (
        ("collections_analyst", "complete-requirements", "C-006", "Se envió la orden de compra."),
        ("accounting", "correct-invoice", "C-005", "Sustituida."),
    )
}
# Tasks that Sales answers: the last column is what its intervention brought.
INTERVENTIONS = (
    ("2026-03-11", "C-006", "agreement", "Pagará en dos partes en cuanto reciba la orden de compra."),
    ("2026-03-12", "C-025", "agreement", "Paga hoy."),
    ("2026-03-13", "C-018", "no_agreement", "El cliente no contesta llamadas ni ofrece fecha."),
    ("2026-03-13", "C-016", "agreement", "Pagará la mitad de la factura más antigua el 24 de marzo."),
    ("2026-03-17", "C-003", "agreement", "Se pone al corriente esta semana."),
    ("2026-03-17", "C-012", "agreement", "Pagó la más antigua; la otra la revisa."),
    ("2026-03-17", "C-020", "agreement", "Pagará la mitad del saldo el 31 de marzo y el resto en abril."),
    ("2026-03-18", "C-017", "agreement", "Paga el 20 de marzo."),
    ("2026-03-20", "C-009", "no_agreement", "Ha incumplido su promesa y no ofrece garantía."),
    ("2026-03-24", "C-023", "agreement", "Se respeta el calendario que dio el cliente."),
    ("2026-03-31", "C-010", "no_agreement", "No aceptan el precio; pide revisión de Administración."),
)
# What administration decides on the cases that it was handed.
DECISIONS = (
    ("2026-03-20", "C-018", "legal", "El abogado pide los originales."),
    ("2026-03-20", "C-008", "back_to_collections", "Ya hay con quién hablar: que siga cobranza."),
    ("2026-03-30", "C-009", "with_administration", "La gerente trata con su director."),
)
GIVES_CONTRARRECIBOS = frozenset({"C-023"})
BAD_FILES = {
    dt.date(2026, 3, 10): ("malos/cfdi-truncado.xml", "malos/codificacion-equivocada.xml"),
    dt.date(2026, 3, 24): ("malos/factura-de-otra-empresa.xml",),
    dt.date(2026, 3, 30): ("malos/uuid-conocido-otro-contenido.xml",),
}
NOTES = {
    dt.date(2026, 3, 2): "Primer día: se importa la cartera abierta; los saldos vencidos reciben su primer recordatorio.",
    dt.date(2026, 3, 5): "C-019 no recibe facturas sin su remisión, y la de hoy no la trae: su carta no se escribe hasta que llegue.",
    dt.date(2026, 3, 6): "Llega la remisión, y la carta de C-019 sale a firma: se entregará en persona, con un acuse para sellar.",
    dt.date(2026, 3, 9): "Cinco días hábiles después salen los segundos recordatorios, con copia a Ventas.",
    dt.date(2026, 3, 11): "La gerente rechaza un oficio por correo; llega una factura que sustituye a otra.",
    dt.date(2026, 3, 12): "El oficio rechazado sale con la orden de compra que le faltaba.",
    dt.date(2026, 3, 13): "La promesa del 10 de marzo no se cumplió y su plazo de gracia terminó.",
    dt.date(2026, 3, 18): "La gerente de administración está fuera dos días: los oficios esperan su firma.",
    dt.date(2026, 3, 17): "Ventas no llegó a un acuerdo con C-018: el caso pasa a la gerencia de administración.",
    dt.date(
        2026, 3, 20
    ): "La gerente aprueba por correo lo que esperaba, y decide sobre los casos que le llegaron: uno sale a demanda, otro vuelve a cobranza.",
    dt.date(2026, 3, 19): "C-019 paga con un cheque, que el banco devuelve el lunes: lo que había cerrado se debe otra vez.",
    dt.date(2026, 3, 27): "Llega la nota de crédito que se pidió por lo que C-013 descontó: cierra su solicitud, y el saldo no cambia.",
    dt.date(2026, 4, 2): "Jueves Santo: los bancos cierran, la oficina trabaja.",
    dt.date(2026, 4, 10): "Último día.",
}
FORMAT = """\
# The story of six weeks, which `cobranza demo` plays.
#
# opening   what is imported before the first day begins: `customers` and `agreements` (spreadsheets), `files` (CFDI; invoices in them count as delivered
#           before the program came, as with `import --opening DAY`).
# days      in order; a day that is not listed is a weekend or the holiday of 16 March: nobody works and nothing arrives.
#   on      the date. It goes like this: the files arrive, the replies arrive, the program ticks; then people act in the order given, and
#           the program ticks after each act, so that what was signed or released leaves on the same day.
#   note    what to look at, in Spanish.
#   files   paths and globs under samples/ that are imported. Some are bad on purpose.
#   replies file: under samples/. answers: the message to which it is a reply: the last one to that customer with that template; the player
#           adds Date, In-Reply-To and References, or, where the reply has @MESSAGE-ID@ as reports by machines do, Date alone and its id in
#           that place. Without `answers` only Date is added.
#   people  as: a role of cobranza.toml. do: one of
#             approve  signs what waits for that role's signature (all of it, or `customer`'s only)
#             answer   answers, with the `file` under samples/, the mail that asks for `customer`'s signature, or the oldest one of which
#                      anything waits; @NUMBER@ in it becomes the number that waits. The next tick reads it.
#             release  lets messages go out (mode supervised), all or `customer`'s only
#             assign   says what the message `reply` is: `kind`, `facts`, `invoices`, `comment`; `customer` where the program could not tell. Nothing is
#                      left to do where the program has recorded that message by itself.
#             done     closes open tasks named `task` (all or `customer`'s only) with `answer` and `comment`; `acknowledgement` says who at
#                      the customer received what was handed over (person, title, phone). No open task: nothing to do.
#             acknowledge  enters what acknowledges the invoices that were delivered to `customer` on this day, or `invoices` at noon of the day
#                      `at`: `kind`, and as far as it says so `person`, `title`, `phone`, `number`, `review_on`, `payment_on`, `file` (a scan
#                      under samples/)
#             keep_agreement  keeps `file` with the `agreement`
#             original enters the original on paper `name`, of a `kind`, of `customer`; `file` is a scan of it
#             hand_over  hands all originals of `customer` that the role holds over `to` another role
#             receive  says that the originals of `customer` that were handed over to the role have come; `file` is the signed receipt
#             claim    enters that `customer` says to have paid `invoices`
#             discount takes `amount` off `invoice`, of a `kind` of discount; approve_discount approves what waits for that role
#             accept   accepts what Accounting was sent
"""


def story(
    invoices: Sequence[Invoice],
    replies: Sequence[Reply],
    days_with_files: frozenset[dt.date],
    papers: Sequence[Paper],
    statements: Iterable[tuple[dt.date, str]],
    receipts: Sequence[Receipt],
    notes: Sequence[CreditNote],
) -> str:
    opening = {"on": START, "customers": "clientes.xlsx", "agreements": "contratos.xlsx", "files": ["cfdi/apertura/*.xml"]}
    lines = [FORMAT, "opening: " + _flow(opening), "", "days:"]
    for day in office_days():
        lines.append(f"  - on: {day}")
        if day in NOTES:
            lines.append(f"    note: {_flow(NOTES[day])}")
        files = [f"cfdi/{day}/*.xml"] if day in days_with_files else []
        files += [f"soporte/{paper.name}" for paper in papers if paper.on == day]
        files += [f"bancos/{name}" for on, name in sorted(statements) if on == day]
        if files := [*files, *BAD_FILES.get(day, ())]:
            lines.append(f"    files: {_flow(files)}")
        lines += _listed("replies", [_reply(reply) for reply in replies if reply.on == day])
        lines += _listed(
            "people", [*cash_acts(day, invoices, receipts, notes), *claim_acts(day, invoices), *_people(day, invoices, replies)]
        )
    return "\n".join(lines) + "\n"


def _reply(reply: Reply) -> Mapping[str, Any]:
    answered = {"answers": {"customer": reply.customer, "template": reply.answers}} if reply.answers else {}
    return {"file": f"respuestas/{reply.file}", **answered}


def _people(day: dt.date, invoices: Sequence[Invoice], replies: Sequence[Reply]) -> list[Mapping[str, Any]]:
    acts = [*_assigned(day, replies), *_handed_over(day, invoices), *_tasks(day)]
    if day == REFUSED_ON:
        acts.append({"as": SIGNER, "do": "answer", "customer": REFUSED_CUSTOMER, "file": REJECTS})
    if day == MENDED_ON:
        mended = {"as": ANALYST, "do": "done", "task": "resolve-rejection", "customer": REFUSED_CUSTOMER}
        acts.append({**mended, "answer": "corrected", "comment": "Se anexó la orden de compra."})
    if day in SIGNED_LATE.values():
        acts.append({"as": SIGNER, "do": "answer", "file": APPROVES})
    if day not in SIGNED_LATE:
        acts.append({"as": SIGNER, "do": "approve"})
    return [*acts, {"as": SALES, "do": "approve"}, {"as": ANALYST, "do": "release"}]


def _assigned(day: dt.date, replies: Sequence[Reply]) -> list[Mapping[str, Any]]:
    acts: list[Mapping[str, Any]] = []
    for on, name, kind, facts, comment in ASSIGNED:
        if on != day.isoformat():
            continue
        reply = next(reply for reply in replies if reply.file.endswith(f"-{name}.eml"))
        named: dict[str, Any] = {"facts": facts} if facts else {}
        named |= {"invoices": ABOUT[name]} if name in ABOUT else {}
        acts.append(
            {"as": ANALYST, "do": "assign", "reply": f"respuestas/{reply.file}", "customer": reply.customer, "kind": kind}
            | named
            | {"comment": comment}
        )
        acts += [
            {"as": role, "do": "done", "task": task, "customer": customer, "comment": done}
            for role, task, customer, done in DONE_THEN.get(name, ())
        ]
    return acts


def _handed_over(day: dt.date, invoices: Sequence[Invoice]) -> list[Mapping[str, Any]]:
    """What goes by hand comes back with a stamp; of the portals one gives a contrarrecibo, the other nothing, and is asked for it."""
    acts: list[Mapping[str, Any]] = []
    for customer in customers():
        if day not in handed_over_on(customer, invoices):
            continue
        done = {"as": ANALYST, "do": "done", "task": "transmittal", "customer": customer.code, "answer": "delivered"}
        received = {"as": ANALYST, "do": "acknowledge", "customer": customer.code}
        if customer.delivery == "en persona":
            who = {"person": customer.person(0), "title": "Recepción de facturas", "phone": f"55 0000 {customer.position:02d}01"}
            acts.append({**done, "comment": "Entregado en ventanilla, con sello."})
            acts.append({**received, "kind": "stamp", **who, "file": scan_of(customer, day)})
            continue
        number = f"{customer.position}-{day:%m%d}"
        acts.append({**done, "comment": f"Cargado en el portal; folio {number}."})
        if customer.code in GIVES_CONTRARRECIBOS:
            days = {"review_on": day + dt.timedelta(days=7), "payment_on": day + dt.timedelta(days=30)}
            acts.append({**received, "kind": "contrarrecibo", "number": number, **days})
    return acts


def _tasks(day: dt.date) -> list[Mapping[str, Any]]:
    acts: list[Mapping[str, Any]] = [
        {"as": SALES, "do": "done", "task": "sales-intervention", "customer": customer, "answer": answer, "comment": comment}
        for on, customer, answer, comment in INTERVENTIONS
        if on == day.isoformat()
    ]
    acts += [
        {"as": SIGNER, "do": "done", "task": "decide-on-case", "customer": customer, "answer": answer, "comment": comment}
        for on, customer, answer, comment in DECISIONS
        if on == day.isoformat()
    ]
    if day.weekday() == 4:
        handed = {"as": SALES, "do": "done", "task": "hand-over-originals"}
        acts.append({**handed, "comment": "No hay originales en papel: pedido, factura y acuse son electrónicos."})
    if day.weekday() in {1, 3}:
        calls = {"as": ANALYST, "do": "done", "task": "call-for-acknowledgement"}
        acts.append({**calls, "answer": "acknowledged", "comment": "Recepción confirmada por teléfono."})
    return acts


def _listed(key: str, items: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"    {key}:", *(f"      - {_flow(item)}" for item in items)] if items else []


def _flow(value: Any) -> str:
    """YAML in flow style. A JSON string is a YAML one; a date and a plain name need no quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    plain = str(value)
    return plain if plain.replace("-", "").replace("_", "").isalnum() and plain[0].isalpha() else json.dumps(plain, ensure_ascii=False)
