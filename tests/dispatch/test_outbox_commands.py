"""`cobranza outbox`: the whole queue, one message with its course, and what people say of them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import DAY
from tests.dispatch.test_putting_off import more_customers, two_payers
from tests.stories.desk import FALLBACK, PAYER, Desk
from tests.stories.mail_server import MailServer
from tests.stories.spoken import spoken

BUSY = "450 4.7.1 greylisted"


def listed(desk: Desk, *words: str) -> list[dict[str, object]]:
    code, lines = spoken(desk, "outbox", "list", *words, "--json")
    assert code == 0, lines
    found: list[dict[str, object]] = json.loads("\n".join(lines))["messages"]
    return found


def test_the_queue_shows_every_state_from_planned_on(supervised: Desk) -> None:
    more_customers(supervised, 1)
    supervised.tick()
    messages = listed(supervised)
    assert [(one["state"], one["subject"], one["message_id"]) for one in messages] == [("awaiting_signature", None, None)] * 2
    assert messages[0]["waits_for"] == [{"gate": "release", "role": "collections_analyst"}]
    assert (messages[0]["to"], messages[1]["customer"]) == ([PAYER], "C-10")
    _code, lines = spoken(supervised, "outbox", "list")
    assert "liberación de analista de cobranza" in lines[2]
    assert [one["customer"] for one in listed(supervised, "--customer", "C-10")] == ["C-10"]
    assert listed(supervised, "--state", "sent") == []
    supervised.approve("collections_analyst")
    supervised.tick()
    assert listed(supervised) == []
    assert [one["state"] for one in listed(supervised, "--all")] == ["sent", "sent"]


def test_a_customer_that_there_is_not(desk: Desk) -> None:
    assert spoken(desk, "outbox", "list", "--customer", "C-999")[1][0].startswith("there is no customer 'C-999'")


def test_one_message_with_its_recipients_attempts_and_course(wired: Desk, server: MailServer, tmp_path: Path) -> None:
    two_payers(wired)
    server.handler.rcpt = {FALLBACK: BUSY}
    wired.tick()
    number = str(wired.action("first-reminder").id)
    (open_,) = listed(wired)
    assert (open_["state"], open_["still_to_get"]) == ("sent", [FALLBACK])
    code, lines = spoken(wired, "outbox", "show", number)
    assert code == 0
    text = "\n".join(lines)
    assert lines[0] == f"Mensaje {number}: primer recordatorio a C-001, planeado el 2026-03-02"
    assert f"  To {PAYER}: el servidor lo recibió" in lines
    assert f"  To {FALLBACK}: todavía no lo recibe: {BUSY}" in lines
    assert f"Espera: faltan de recibirlo: {FALLBACK} ({BUSY})" in lines
    assert "Intento 1, 2026-03-02 10:00:" in text
    assert f"no se aceptó para {FALLBACK} ({BUSY})" in text
    file = tmp_path / "mail.eml"
    assert spoken(wired, "outbox", "show", number, "-o", str(file))[1][-1] == f"Escrito: {file}"
    assert file.read_bytes() == server.handler.accepted[0][2]
    shown = json.loads("\n".join(spoken(wired, "outbox", "show", number, "--json")[1]))
    assert shown["recipients"][1] == {"address": FALLBACK, "standing": "postponed", "answer": BUSY}
    assert (shown["tries"][0]["outcome"], shown["tries"][0]["answers"]) == ("sent", [{"address": FALLBACK, "answer": BUSY}])


def test_what_was_called_off_says_why(wired: Desk, server: MailServer) -> None:
    from tests.cfdi_files import receipt

    server.handler.data = ["451 later"]
    wired.tick()
    wired.take(receipt("P-1", {"FA-1": "1160.00"}, day=DAY))
    wired.later(minutes=6).tick()
    number = str(wired.action("first-reminder").id)
    lines = spoken(wired, "outbox", "show", number)[1]
    assert lines[1] == "Estado: cancelado; ya no está en el plan: sus facturas ya no están abiertas"
    assert "ya no está en el plan" in str(listed(wired, "--state", "cancelled")[0]["reason"])


def test_there_is_nothing_to_show_or_settle(supervised: Desk) -> None:
    supervised.tick()
    number = str(supervised.action("first-reminder").id)
    assert spoken(supervised, "outbox", "show", "99")[1] == [
        "there is no message 99; 'cobranza outbox list --all' shows those that there are"
    ]
    assert spoken(supervised, "outbox", "show", number, "-o", "x.eml")[1] == [
        f"message {number} is not written yet; 'cobranza approvals list' shows the drafts of what waits to be agreed to"
    ]
    assert spoken(supervised, "outbox", "settle", number, "--left", "--who", "supervisor")[1] == [
        f"message {number} is not uncertain; 'cobranza outbox list' shows those that are"
    ]


def test_retry_says_what_it_wants(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["451 later"]
    wired.tick()
    which = ["which messages are to be tried again?; give their numbers, or --all"]
    assert spoken(wired, "outbox", "retry")[1] == which
    assert spoken(wired, "outbox", "retry", "1", "--all")[1] == which
    assert spoken(wired, "outbox", "retry", "--all")[1] == ["La próxima corrida los intenta: 1 mensajes"]
    assert wired.tick().states == {"sent": 1}


def test_pause_and_resume(wired: Desk, server: MailServer) -> None:
    words = ("--who", "supervisor", "--reason", "depósitos mal cargados")
    assert spoken(wired, "outbox", "pause", "--until", "2026-03-03", *words)[1] == [
        "No sale nada: supervision@kemper.example pausó los envíos hasta el 2026-03-03 inclusive: depósitos mal cargados"
    ]
    wired.tick()
    assert server.accepted == []
    assert spoken(wired, "outbox", "resume", "--who", "nobody")[0] == 1
    assert spoken(wired, "outbox", "resume", "--who", "supervisor")[1] == ["Lo que está listo sale con la próxima corrida."]
    assert wired.tick().states == {"sent": 1}


def test_settled_by_the_number_that_the_list_shows(wired: Desk, server: MailServer) -> None:
    server.handler.data = ["drop after accepting"]
    wired.tick()
    (message,) = listed(wired)
    assert spoken(wired, "outbox", "settle", str(message["id"]), "--left", "--who", "supervisor")[1] == ["Resuelto."]
    assert wired.action("first-reminder").state == "sent"
    assert spoken(wired, "outbox", "list", "--state", "uncertain")[1] == ["No hay ningún mensaje así."]
    assert spoken(wired, "outbox", "list")[1] == ["La bandeja de salida está vacía."]
