from __future__ import annotations

from cobranza_rules.domain.reply import Bounce
from cobranza_rules.mail.match import Match, OwnMessage, Tokens, match

from .messages import delivery_report, reply

OWN = {
    "m1@kemper.example": OwnMessage("m1@kemper.example", 11, 1, "first-reminder"),
    "m2@kemper.example": OwnMessage("m2@kemper.example", 12, 1, "second-reminder"),
    "m3@kemper.example": OwnMessage("m3@kemper.example", 13, 2, "first-reminder"),
}
CONTACTS = {
    "persona@cliente.example": frozenset({1}),
    "pagos@cliente.example": frozenset({1}),
    "otra@otro.example": frozenset({2}),
    "grupo@grupo.example": frozenset({1, 2}),
}


def matched(
    headers: str = "",
    sender: str = "persona@cliente.example",
    bounced: Bounce | None = None,
    text: str = "x",
    tokens: Tokens = Tokens(),  # noqa: B008 (a frozen value)
    named: frozenset[int] = frozenset(),
) -> Match:
    message = reply(text, sender=sender, headers=headers)
    return match(message, own_messages=OWN, contacts=CONTACTS, bounced=bounced, tokens=tokens, named=named)


def test_an_answer_to_our_message() -> None:
    assert matched("In-Reply-To: <m1@kemper.example>\n") == Match("own_id", 1.0, 1, 11)
    assert matched("References: <m1@kemper.example> <m2@kemper.example> <x@cliente.example>\n") == Match("own_id", 1.0, 1, 12)


def test_an_answer_from_an_address_that_is_not_on_file() -> None:
    assert matched("In-Reply-To: <m1@kemper.example>\n", "nueva@cliente.example") == Match("own_id", 0.9, 1, 11)


def test_an_answer_from_another_customer_is_for_a_person() -> None:
    assert matched("In-Reply-To: <m1@kemper.example>\n", "otra@otro.example") == Match("own_id", 0.5, 1, 11, doubtful=True)


def test_an_answer_to_two_customers_messages_is_for_a_person() -> None:
    assert matched("References: <m1@kemper.example> <m3@kemper.example>\n") == Match("own_id", 0.5, 2, 13, doubtful=True)


def test_a_sender_without_an_id() -> None:
    assert matched() == Match("sender", 0.6, 1)
    assert matched(sender="grupo@grupo.example") == Match("sender", 0.3, None, doubtful=True)
    assert matched(sender="nadie@ninguno.example") == Match("none", 0.0)


def test_an_id_in_the_text_of_a_person_proves_nothing() -> None:
    assert matched(text="Message-ID: <m3@kemper.example>") == Match("sender", 0.6, 1)


def test_a_report_returns_our_id() -> None:
    report = delivery_report("failed", "5.1.1")
    bounced = Bounce(permanent=True, recipients=("pagos@cliente.example",))
    assert match(report, own_messages=OWN, contacts=CONTACTS, bounced=bounced) == Match("own_id", 0.9, 1, 11)
    assert match(report, own_messages={}, contacts=CONTACTS, bounced=bounced) == Match("recipient", 0.7, 1)
    shared = Bounce(permanent=True, recipients=("grupo@grupo.example",))
    assert match(report, own_messages={}, contacts=CONTACTS, bounced=shared) == Match("recipient", 0.35, None, doubtful=True)


def test_an_id_in_a_bounce_without_a_standard() -> None:
    bounced = Bounce(permanent=True, recipients=("pagos@cliente.example",))
    text = "550 no such user\n\n------ headers ------\nMessage-ID:\n <m2@kemper.example>\n"
    assert matched(sender="mailer-daemon@x.example", bounced=bounced, text=text) == Match("own_id", 0.9, 1, 12)


FIRST, OTHERS = OWN["m1@kemper.example"], OWN["m3@kemper.example"]


def test_a_token_in_the_address_comes_before_ids() -> None:
    assert matched(tokens=Tokens((FIRST,))) == Match("token", 1.0, 1, 11)
    assert matched("In-Reply-To: <m2@kemper.example>\n", tokens=Tokens((FIRST,))) == Match("token", 1.0, 1, 11)
    assert matched(sender="nueva@cliente.example", tokens=Tokens((FIRST,))) == Match("token", 0.9, 1, 11)


def test_a_token_of_another_customer_is_for_a_person() -> None:
    assert matched(tokens=Tokens((OTHERS,))) == Match("token", 0.5, 2, 13, doubtful=True)
    assert matched("In-Reply-To: <m1@kemper.example>\n", "nueva@cliente.example", tokens=Tokens((OTHERS,))) == Match(
        "token", 0.5, 2, 13, doubtful=True
    )


def test_a_token_in_the_text_comes_after_ids_and_before_the_sender() -> None:
    assert matched("In-Reply-To: <m2@kemper.example>\n", tokens=Tokens((), (FIRST,))) == Match("own_id", 1.0, 1, 12)
    assert matched(tokens=Tokens((), (FIRST,))) == Match("token_in_text", 0.8, 1, 11)
    assert matched(sender="grupo@grupo.example", tokens=Tokens((), (FIRST,))) == Match("token_in_text", 0.8, 1, 11)
    assert matched(tokens=Tokens((), (OTHERS,))).doubtful


def test_a_report_is_known_by_what_it_returns_and_by_no_token() -> None:
    bounced = Bounce(permanent=True, recipients=("pagos@cliente.example",))
    assert match(
        delivery_report("failed", "5.1.1"), own_messages=OWN, contacts=CONTACTS, bounced=bounced, tokens=Tokens((OTHERS,))
    ) == Match("own_id", 0.9, 1, 11)


ONE, TWO, BOTH = frozenset({1}), frozenset({2}), frozenset({1, 2})


def test_an_invoice_that_is_named_comes_after_tokens_and_ids_and_before_the_sender() -> None:
    assert matched(named=ONE) == Match("invoice", 0.7, 1)
    assert matched("In-Reply-To: <m2@kemper.example>\n", named=ONE) == Match("own_id", 1.0, 1, 12)
    assert matched(tokens=Tokens((), (FIRST,)), named=ONE) == Match("token_in_text", 0.8, 1, 11)


def test_an_invoice_tells_whom_a_shared_address_writes_for() -> None:
    assert matched(sender="grupo@grupo.example", named=TWO) == Match("invoice", 0.7, 2)
    assert matched(sender="grupo@grupo.example", named=BOTH) == Match("invoice", 0.3, None, doubtful=True)


def test_a_stranger_who_names_an_invoice_is_for_a_person() -> None:
    assert matched(sender="nadie@ninguno.example", named=ONE) == Match("invoice", 0.5, 1, doubtful=True)
    assert matched(sender="nadie@ninguno.example", named=BOTH) == Match("invoice", 0.3, None, doubtful=True)


def test_a_customer_who_names_anothers_invoice_is_for_a_person() -> None:
    assert matched(named=TWO) == Match("invoice", 0.3, None, doubtful=True)
    assert matched(named=BOTH) == Match("invoice", 0.5, 1, doubtful=True)


def test_a_report_names_no_invoice() -> None:
    bounced = Bounce(permanent=True, recipients=("pagos@cliente.example",))
    report = delivery_report("failed", "5.1.1")
    assert match(report, own_messages={}, contacts=CONTACTS, bounced=bounced, named=TWO) == Match("recipient", 0.7, 1)
