"""From Reply-To and back: an answer whose headers are lost is known by the address to which it came, and no forged one counts."""

from __future__ import annotations

from cobranza_rules.mail.signed_token import TokenKey
from tests.stories.desk import OURS, PAYER, Desk


def with_tokens(desk: Desk, **changes: bool) -> Desk:
    settings = desk.workspace.settings
    desk.workspace.settings = settings.model_copy(update={"mail": settings.mail.model_copy(update=changes)})
    return desk


def answer(desk: Desk, to: str, text: str = "Pagamos el viernes 6 de marzo.", sender: str = PAYER) -> None:
    """As from a program that keeps no reference to what it answers."""
    desk.write(text, sender=sender)
    maildir = desk.workspace.base / desk.workspace.settings.mail.incoming[0].path / "new"
    file = max(maildir.iterdir(), key=lambda path: int(path.name.partition(".")[0]))
    file.write_bytes(file.read_bytes().replace(f"To: {OURS}".encode(), f"To: {to}".encode()))


def matched(desk: Desk) -> list[tuple[str, int | None]]:
    return [(row.matched_by, row.action_id) for row in desk.received()]


def test_without_the_setting_answers_come_to_our_plain_address(desk: Desk) -> None:
    desk.tick()
    assert desk.last_mail()["Reply-To"] is None


def test_an_answer_to_the_address_of_a_message_answers_it(desk: Desk) -> None:
    with_tokens(desk, reply_tokens=True).tick()
    address = str(desk.last_mail()["Reply-To"])
    action = desk.action("first-reminder")
    assert address.startswith(f"cobranza+r{action.id}-")
    with_tokens(desk, reply_tokens=False)  # What was sent is answered months later.
    answer(desk, address.upper())
    desk.tick()
    assert matched(desk) == [("token", action.id)]
    assert str(desk.invoice("FA-1").promised_on) == "2026-03-06"


def test_a_forged_or_foreign_address_names_nothing(desk: Desk) -> None:
    with_tokens(desk, reply_tokens=True).tick()
    address = str(desk.last_mail()["Reply-To"])
    foreign = TokenKey(b"o" * 32).token("reply", desk.action("first-reminder").id)
    for number, to in enumerate(
        (address.replace("+r1-", "+r2-"), f"cobranza+r{foreign}@kemper.example", address.replace("kemper.", "otra."))
    ):
        answer(desk, to, f"Pagamos el viernes 6 de marzo. ({number})")
    desk.tick()
    assert matched(desk) == [("sender", None)] * 3


def test_an_answer_from_another_customer_waits_for_a_person(desk: Desk) -> None:
    from tests.dispatch.test_putting_off import more_customers

    more_customers(desk, 1)
    with_tokens(desk, reply_tokens=True).tick()
    address = str(next(mail for mail in desk.mails() if mail["To"] == PAYER)["Reply-To"])
    answer(desk, address, sender="p0@c0.example")
    desk.tick()
    (message,) = desk.received()
    assert (message.matched_by, message.doubtful, message.state) == ("token", True, "open")
    assert desk.invoice("FA-1").promised_on is None


def test_the_reference_line_is_known_in_a_quote(desk: Desk) -> None:
    with_tokens(desk, reference_line=True).tick()
    from tests.stories.desk import text_of

    sent = text_of(desk.last_mail())
    assert sent.rstrip().splitlines()[-1].startswith("Ref. ")
    quoted = "\n".join(f"> {line}" for line in sent.splitlines())
    answer(desk, OURS, f"Pagamos el viernes 6 de marzo.\n\n{quoted}")
    desk.tick()
    assert matched(desk) == [("token_in_text", desk.action("first-reminder").id)]


def test_an_open_invoice_that_is_named_tells_whose_a_message_is(desk: Desk) -> None:
    """Of a stranger it is a proposal; a number alone, one that nobody has and one that only a quote names tell nothing."""
    uuid = desk.invoice("FA-1").uuid
    assert uuid is not None
    said = {
        "Pagamos la FA-1 el viernes.": "invoice",
        f"Pagamos {uuid.lower()} el viernes.": "invoice",
        "Pagamos la factura 1.": "none",
        "Pagamos la FA-999.": "none",
        "Ok.\n\n> FA-1": "none",
    }
    for text, how in said.items():
        desk.write(text, sender="alguien@otra.example")
        desk.tick()
        row = desk.received()[-1]
        assert (row.matched_by, row.doubtful) == (how, True), text
        assert row.customer_id == (desk.invoice("FA-1").customer_id if how == "invoice" else None)
    desk.write("Pagamos la FA-1 el viernes 6 de marzo.")
    desk.tick()
    assert (desk.received()[-1].matched_by, desk.received()[-1].doubtful) == ("invoice", False)
