from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail.addresses import BadAddress, check_address, check_domain


@pytest.mark.parametrize(
    ("given_text", "wire"),
    [
        ("pagos@kernel.example", "pagos@kernel.example"),
        ("Pagos.Norte+mx@Kernel.Example", "Pagos.Norte+mx@kernel.example"),
        ("cobranza@españa.example", "cobranza@xn--espaa-rta.example"),
        ("cobranza@ESPAÑA.example", "cobranza@xn--espaa-rta.example"),
        ("o'brien@xenon.example", "o'brien@xenon.example"),
        ("a" * 64 + "@xenon.example", "a" * 64 + "@xenon.example"),
        ("compras@mail.co.example", "compras@mail.co.example"),
    ],
)
def test_well_formed_addresses_are_normalised(given_text: str, wire: str) -> None:
    assert check_address(given_text) == wire
    assert check_address(wire) == wire


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "pagos",
        "pagos@",
        "@kernel.example",
        "pagos@kernel",
        "pagos@localhost",
        "pagos@[127.0.0.1]",
        "pagos@127.0.0.1",
        "pagos@-kernel.example",
        "pagos@kernel-.example",
        "pagos@kernel..example",
        "pagos@kernel.example.",
        "pagos@ker_nel.example",
        "pagos@straße.example",
        ".pagos@kernel.example",
        "pagos.@kernel.example",
        "pa..gos@kernel.example",
        "pa gos@kernel.example",
        " pagos@kernel.example",
        "pagos@kernel.example ",
        "pagos@kernel.example\n",
        "pagos@kernel.example\r\nRCPT TO:<otro@xenon.example>",
        "pagos\x00@kernel.example",
        "pagos\u00a0@kernel.example",
        "pagos\u200b@kernel.example",
        "<pagos@kernel.example>",
        "Pagos <pagos@kernel.example>",
        "pagos@kernel.example,otro@xenon.example",
        "pagos@kernel.example;otro@xenon.example",
        "pagos@kernel.example>otro@xenon.example",
        '"pa gos"@kernel.example',
        "pagos(comment)@kernel.example",
        "a@b@kernel.example",
        "señor@kernel.example",
        "a" * 65 + "@kernel.example",
        "pagos@" + "a" * 64 + ".example",
        "pagos@" + "ñ" * 60 + ".example",
        "pagos@" + ".".join(["a" * 60] * 5),
        "pagos@kernel．example\uff20",
        "pagos@kernel\ud800.example",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        check_address(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a b@kernel.example", "the e-mail address 'a b@kernel.example' has a space or a control character in it"),
        ("pagos", "'pagos' is not an e-mail address; it must look like name@company.com"),
        ("señor@kernel.example", "the part of 'señor@kernel.example' before the @ has a letter that most mail servers refuse"),
        ("pagos@kernel", "'kernel' is not the name of a mail domain"),
        ("x" * 300, "an e-mail address has at most 254 characters, this one has 300"),
        ("a" * 65 + "@b.example", f"the part of '{'a' * 65}@b.example' before the @ has more than 64 characters"),
    ],
)
def test_the_reason_is_a_sentence_for_a_person(text: str, sentence: str) -> None:
    with pytest.raises(BadAddress) as caught:
        check_address(text)
    assert str(caught.value) == caught.value.reason.text() == sentence
    assert isinstance(caught.value, ValueError)


@given(st.text(max_size=300))
def test_what_is_accepted_is_ascii_of_one_address_and_stays_as_it_is(text: str) -> None:
    try:
        address = check_address(text)
    except BadAddress:
        return
    assert address.isascii()
    assert not set(address) & set(' \r\n\t<>,;"()[]')
    assert address.count("@") == 1
    assert check_address(address) == address


@given(
    st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z0-9]{1,10}){0,2}", fullmatch=True),
    st.from_regex(r"([a-z0-9ñáü]{1,12}\.){1,3}[a-z]{2,10}", fullmatch=True),
)
def test_usual_addresses_are_accepted_whole(local: str, domain: str) -> None:
    address = check_address(f"{local}@{domain}")
    assert address.startswith(f"{local}@")
    assert address.partition("@")[2].encode().decode("idna") == domain


def test_a_long_domain_is_refused_before_idna_takes_quadratic_time() -> None:
    with pytest.raises(BadAddress):
        check_domain("ñ" * 1_000_000)
