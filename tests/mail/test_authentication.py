from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail.authentication import sender_authenticated

OURS = "mx.kemper.example"
SENDER = "persona@cliente.example"


@pytest.mark.parametrize(
    "result",
    [
        "mx.kemper.example; dmarc=pass header.from=cliente.example",
        "MX.Kemper.Example. 1; dmarc=pass (p=reject) header.from=cliente.example",
        "mx.kemper.example;\n dkim=pass header.d=cliente.example header.s=x",
        "mx.kemper.example; dkim=pass header.i=@cliente.example",
        "mx.kemper.example; dkim=fail header.d=otro.example; dkim=pass header.d=cliente.example",
        "mx.kemper.example; spf=pass smtp.mailfrom=rebotes@cliente.example",
        "mx.kemper.example; spf=pass smtp.mailfrom=bounces.cliente.example",
        'mx.kemper.example; dkim=pass reason="good; dkim=fail" header.d="cliente.example"',
        "mx.kemper.example (x; dmarc=fail (nested)); dmarc=pass",
        "mx.kemper.example; dmarc=none; spf=pass smtp.mailfrom=cliente.example",
        "mx.kemper.example; auth=pass smtp.auth=Persona@Cliente.example",
    ],
)
def test_our_server_vouches(result: str) -> None:
    assert sender_authenticated([result], OURS, SENDER)


@pytest.mark.parametrize(
    "result",
    [
        "",
        "mx.kemper.example",
        "mx.kemper.example; none",
        "mx.kemper.example; dmarc=fail header.from=cliente.example; spf=pass smtp.mailfrom=cliente.example",
        "mx.kemper.example; dkim=pass header.d=evil.example",
        "mx.kemper.example; dkim=pass",
        "mx.kemper.example; spf=pass smtp.mailfrom=evil.example",
        "mx.kemper.example; spf=softfail smtp.mailfrom=cliente.example",
        "mx.kemper.example; spf=pass smtp.helo=cliente.example",
        "mx.kemper.example; dkim=pass header.d=evilcliente.example",
        "mx.kemper.example; dkim=pass header.d=example",
        "mx.kemper.example; dmarc=pass header.from=otro.example",
        "mx.kemper.example; (dmarc=pass)",
        'mx.kemper.example; x="dmarc=pass"',
        "evil.example; dmarc=pass",
        "mx.kemper.example.evil.example; dmarc=pass",
        "spf=pass smtp.mailfrom=cliente.example; dkim=pass header.d=cliente.example; dmarc=pass",
        "mx.kemper.example dmarc=pass",
        "((((((",
        "mx.kemper.example; dmarc",
        "mx.kemper.example; =pass; dmarc=; =",
        "mx.kemper.example; auth=pass smtp.auth=otra@cliente.example",
        "mx.kemper.example; auth=pass smtp.auth=persona",
        "mx.kemper.example; auth=pass",
        "mx.kemper.example; auth=fail smtp.auth=persona@cliente.example",
        "mx.kemper.example; dmarc=fail; auth=pass smtp.auth=persona@cliente.example",
        "mx.kemper.example; auth=pass smtp.mailfrom=persona@cliente.example",
        "mx.kemper.example; auth=pass smtp.auth=otra@cliente.example smtp.mailfrom=persona@cliente.example",
        "mx.kemper.example; spf=pass smtp.auth=persona@cliente.example",
        "evil.example; auth=pass smtp.auth=persona@cliente.example",
    ],
)
def test_nobody_vouches(result: str) -> None:
    assert not sender_authenticated([result], OURS, SENDER)


def test_only_the_topmost_counts_and_only_with_a_name_of_ours() -> None:
    good = "mx.kemper.example; dmarc=pass"
    assert not sender_authenticated(["evil.example; dmarc=fail", good], OURS, SENDER)
    assert sender_authenticated([good, "evil.example; dmarc=fail"], OURS, SENDER)
    assert not sender_authenticated([], OURS, SENDER)
    assert not sender_authenticated([good], "", SENDER)
    assert not sender_authenticated([good], OURS, "")
    assert not sender_authenticated(["; dmarc=pass"], " ", SENDER)


@pytest.mark.parametrize("length", [10, 600, 5_000])
@pytest.mark.parametrize("said", ["auth=pass smtp.auth=persona@cliente.example", "dmarc=pass header.from=cliente.example"])
def test_what_a_stranger_writes_into_his_address_is_no_statement_of_our_server(length: int, said: str) -> None:
    """The envelope's sender is quoted as it came (RFC 5321, 4.1.2), however long its local part is."""
    stranger = f'"{"a" * length}; {said}; x"@evil.example'
    assert not sender_authenticated([f"mx.kemper.example; spf=pass smtp.mailfrom={stranger}"], OURS, SENDER)
    assert sender_authenticated([f"mx.kemper.example; spf=pass smtp.mailfrom={stranger}; {said}"], OURS, SENDER)


@pytest.mark.parametrize(
    "result",
    [
        'mx.kemper.example; auth=pass smtp.auth=persona@cliente.example; spf=fail smtp.mailfrom="a; dmarc=fail',
        "mx.kemper.example; auth=pass smtp.auth=persona@cliente.example; spf=fail (a; dmarc=fail",
        "mx.kemper.example; auth=pass smtp.auth=persona@cliente.example; spf=fail (" + "a" * 10_000 + "); dmarc=fail",
    ],
    ids=["a quotation without an end", "a comment without an end", "too long to be read to its end"],
)
def test_what_cannot_be_read_to_its_end_vouches_for_nobody(result: str) -> None:
    assert not sender_authenticated([result], OURS, SENDER)


def test_a_registry_aligns_with_nobody() -> None:
    assert not sender_authenticated(["mx.kemper.example; dkim=pass header.d=com.mx"], OURS, "a@cliente.com.mx")
    assert sender_authenticated(["mx.kemper.example; dkim=pass header.d=mail.cliente.com.mx"], OURS, "a@cliente.com.mx")


@given(st.text(max_size=300), st.text(max_size=30), st.text(max_size=60))
def test_it_never_raises(result: str, name: str, sender: str) -> None:
    sender_authenticated([result], name, sender)


@pytest.mark.parametrize("piece", ["(", '"', "\\", '\\"', "=", ";", "a=b ", "(x)"])
def test_any_header_costs_linear_time(piece: str) -> None:
    began = time.process_time()
    sender_authenticated(["mx.kemper.example; " + piece * (9_900 // len(piece))], OURS, SENDER)
    sender_authenticated(["mx.kemper.example; " + piece * 500_000], OURS, SENDER)
    assert time.process_time() - began < 2
