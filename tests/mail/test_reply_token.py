"""The token in Reply-To and in the reference line: it names our message, and nothing that somebody else has written does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail.html_text import html_to_text
from cobranza_rules.mail.reply_token import numbers_of, reply_address, tokens_in_addresses, tokens_in_text, with_reference_line
from cobranza_rules.mail.signed_token import TokenKey

KEY, OTHER = TokenKey(b"k" * 32), TokenKey(b"o" * 32)
OURS = "cobranza@kemper.example"


def named(*addresses: str, key: TokenKey = KEY) -> list[int]:
    return numbers_of(key, tokens_in_addresses(OURS, addresses))


@given(st.integers(1, 10**9))
def test_an_answer_to_the_address_names_the_message_whatever_case_it_has(number: int) -> None:
    address = reply_address(KEY, OURS, number)
    assert address.endswith("@kemper.example")
    assert named(address) == named(address.upper()) == [number]


def test_a_foreign_or_forged_token_names_nothing() -> None:
    good = reply_address(KEY, OURS, 41)
    assert named(good, key=OTHER) == []
    assert named(good.replace("+r41-", "+r42-")) == []
    assert named(good.replace("@kemper.example", "@otra.example")) == []
    assert named(good.replace("cobranza+", "ventas+")) == []
    assert named(f"cobranza+r41-{'a' * 16}@kemper.example", f"cobranza+r{'9' * 40}-x@kemper.example", "cobranza+@kemper.example") == []
    assert named(f"cobranza+a{good.partition('+r')[2]}") == []  # Of another purpose


def test_an_address_without_room_stays_as_it_is() -> None:
    long = f"{'c' * 50}@kemper.example"
    assert reply_address(KEY, long, 41) == long


def test_the_reference_line_stands_last_and_is_read_in_quotes() -> None:
    html = with_reference_line(KEY, "<html><body><p>Estimado cliente</p></body></html>", 41)
    assert html.endswith("</p></body></html>")
    text = html_to_text(html)
    assert text.splitlines()[-1] == f"Ref. {KEY.token('reply', 41)}"
    quoted = "Ya pagamos.\n\n" + "\n".join(f"> {line}" for line in text.splitlines())
    assert numbers_of(KEY, tokens_in_text(quoted)) == [41]
    assert with_reference_line(KEY, "Hola", 41).startswith("Hola<p")


@given(st.text(max_size=400))
def test_no_text_that_somebody_makes_up_names_a_message(text: str) -> None:
    assert numbers_of(KEY, tokens_in_text(text)) == []
    assert named(text) == []


def test_a_text_full_of_tokens_is_not_looked_at_for_ever() -> None:
    assert len(tokens_in_text(" ".join(f"{number}-{'a' * 16}" for number in range(1, 5000)))) == 5
