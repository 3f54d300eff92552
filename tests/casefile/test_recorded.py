"""What the case file says of a message that rules recorded."""

from __future__ import annotations

import pytest

from cobranza_rules.casefile.timeline import sentence_of


@pytest.mark.parametrize(
    ("kind", "invoices", "said"),
    [
        ("recorded_payment_claim", ["FA-1"], "claimed payment recorded for FA-1"),
        ("recorded_payment_claim", [], "nothing is recorded: no invoice that the message is about is open any more"),
        ("recorded_promise", [], "nothing is recorded: no invoice that the message is about is open any more"),
        ("recorded_acknowledgement", [], "acknowledgement recorded"),
    ],
)
def test_a_message_about_nothing_that_is_open_records_nothing(kind: str, invoices: list[str], said: str) -> None:
    assert str(sentence_of(kind, {"message": 1, "kind": "promise", "facts": {}, "invoices": invoices})) == said
