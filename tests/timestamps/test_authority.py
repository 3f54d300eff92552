"""Asking a timestamp authority: what it gives is a verified token, and whatever else it does is told and believed in nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import random
import shutil
from pathlib import Path

import pytest
from asn1crypto.tsp import TimeStampReq
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.problems import ProblemError
from cobranza_rules.timestamps.anchors import read_anchors
from cobranza_rules.timestamps.authority import AuthorityAwayError, TimestampAuthority, basic_login, bearer_login
from cobranza_rules.timestamps.openssl import must_be_signed
from cobranza_rules.timestamps.query import query_of
from cobranza_rules.timestamps.token import TimestampError, read_answer
from tests.timestamps.timestamp_server import (
    OTHER_POLICY,
    POLICY,
    Answering,
    Authority,
    TimestampServer,
    make_authority,
    other_document,
    other_nonce,
    other_policy,
)

DOCUMENT = hashlib.sha256(b"a packet").hexdigest()


@pytest.fixture(scope="session")
def answer(authority: Authority) -> bytes:
    return authority.answer(query_of(DOCUMENT, 77))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authorities") / "stranger")


@pytest.fixture(scope="session")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Its root is made anew each time, and trusted here."""
    return make_authority(tmp_path_factory.mktemp("authorities") / "ended", ended=True)


def ask(tsa: TimestampServer, **more: object) -> TimestampAuthority:
    anchors = tsa.authority.anchors.read_bytes()
    return dataclasses.replace(TimestampAuthority(tsa.url, anchors, timeout_seconds=1), **more)  # type: ignore[arg-type]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**63 - 1), st.sampled_from(["", "1.2.3.4", "2.16.840.1.101.3.4.2.1"]))
@settings(max_examples=30)
def test_the_question_says_hash_nonce_and_policy_and_asks_for_the_certificate(digest: bytes, nonce: int, policy: str) -> None:
    read = TimeStampReq.load(query_of(digest.hex(), nonce, policy), strict=True)
    assert read["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert read["message_imprint"]["hashed_message"].native == digest
    assert (read["nonce"].native, read["cert_req"].native, read["req_policy"].native) == (nonce, True, policy or None)


def test_a_token_tells_instant_serial_policy_and_authority(tsa: TimestampServer) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    stamped = ask(tsa).stamp(DOCUMENT)
    token = stamped.token
    assert (token.imprint, token.algorithm, token.policy) == (DOCUMENT, "sha256", POLICY)
    assert token.authority == "Sello de prueba, Autoridad de prueba"
    assert before.replace(microsecond=0) <= token.at <= dt.datetime.now(dt.UTC)
    assert read_answer(stamped.answer) == token
    assert tsa.logins == [""]
    assert ask(tsa).stamp(DOCUMENT).token.serial == token.serial + 1


def test_a_policy_is_asked_for_and_a_login_goes_along(tsa: TimestampServer) -> None:
    assert ask(tsa, policy=OTHER_POLICY, login=basic_login("ana", "ñu:1")).stamp(DOCUMENT).token.policy == OTHER_POLICY
    ask(tsa, login=bearer_login("t0k3n")).stamp(DOCUMENT)
    assert tsa.logins == ["Basic YW5hOsOxdTox", "Bearer t0k3n"]
    assert "t0k3n" not in repr(ask(tsa, login=bearer_login("t0k3n")))


@pytest.mark.parametrize(
    ("turn", "what"),
    [
        (Answering(b"", 500), "the service answered with an error, HTTP 500"),
        (Answering(b"", 302), "the service answered with an error, HTTP 302"),
        (Answering(silent_for=1.5), "no answer within 1 seconds"),
        (Answering(drips=True), "no answer within 1 seconds"),
        (Answering(b"x" * 100_000), "the answer is larger than any of the service"),
        (
            Answering(b"<html>maintenance</html>", media_type="text/html"),
            "the answer is none of a timestamp authority: it is of the kind text/html",
        ),
    ],
)
def test_an_authority_that_is_not_there(tsa: TimestampServer, turn: Answering, what: str) -> None:
    tsa.turns = [turn]
    with pytest.raises(AuthorityAwayError) as caught:
        ask(tsa).stamp(DOCUMENT)
    assert str(caught.value) == what


def test_a_connection_that_is_refused() -> None:
    with pytest.raises(AuthorityAwayError, match=r"^the service cannot be reached: .*refused"):
        TimestampAuthority("http://127.0.0.1:1/", b"", timeout_seconds=1).stamp(DOCUMENT)


def test_a_login_that_http_does_not_take_is_told_without_saying_it(tsa: TimestampServer) -> None:
    with pytest.raises(AuthorityAwayError) as caught:
        ask(tsa, login=bearer_login("t0k3n\r\nHost: elsewhere")).stamp(DOCUMENT)
    assert str(caught.value) == "the address or the login of the settings cannot be sent: they hold what HTTP does not take"
    assert tsa.queries == []


@pytest.mark.parametrize(
    ("turn", "policy", "what"),
    [
        (Answering(b"<html>maintenance</html>"), "", "the answer is none of a timestamp authority"),
        (Answering(b""), "", "the answer is none of a timestamp authority"),
        (Answering(), "1.2.3.9", "the authority refuses: Requested policy is not supported. / unaccepted_policy"),
        (Answering(asked=other_nonce), "", "the token answers another question: its nonce is not the one that was sent"),
        (Answering(asked=other_document), "", f"the token is of another document: its hash is {'78' * 32}"),
        (Answering(asked=other_policy), POLICY, f"the token is by policy {OTHER_POLICY}, and {POLICY} was asked for"),
    ],
)
def test_an_answer_that_proves_nothing(tsa: TimestampServer, turn: Answering, policy: str, what: str) -> None:
    tsa.turns = [turn]
    with pytest.raises(TimestampError) as caught:
        ask(tsa, policy=policy).stamp(DOCUMENT)
    assert str(caught.value) == what
    assert not isinstance(caught.value, AuthorityAwayError)


def test_a_token_of_a_stranger_of_a_certificate_that_has_ended_and_of_one_for_something_else(
    tsa: TimestampServer, stranger: Authority, ended: Authority, tmp_path: Path
) -> None:
    def refused(by: Authority, anchors: bytes) -> str:
        tsa.turns = [Answering(by=by)]
        with pytest.raises(TimestampError) as caught:
            ask(tsa, anchors=anchors).stamp(DOCUMENT)
        return str(caught.value)

    assert refused(stranger, tsa.authority.anchors.read_bytes()) == (
        "the token does not verify: self-signed certificate in certificate chain"
    )
    assert refused(ended, ended.anchors.read_bytes()) == "the token does not verify: certificate has expired"


def test_what_was_changed_does_not_verify_and_what_has_ended_since_does(answer: bytes, authority: Authority) -> None:
    anchors, at = authority.anchors.read_bytes(), read_answer(answer).at
    must_be_signed(answer, DOCUMENT, anchors)
    must_be_signed(answer, DOCUMENT, anchors, at)
    with pytest.raises(TimestampError, match=r"^the token does not verify: certificate has expired$"):
        must_be_signed(answer, DOCUMENT, anchors, at + dt.timedelta(days=400))
    with pytest.raises(TimestampError, match=r"^the token does not verify: .*signature failure$"):
        must_be_signed(answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:], DOCUMENT, anchors)
    with pytest.raises(TimestampError, match=r"^the token does not verify: .*message imprint mismatch$"):
        must_be_signed(answer, "00" * 32, anchors)


def outcome(content: bytes) -> str:
    try:
        return read_answer(content).authority
    except TimestampError as error:
        return str(error)


def test_nothing_from_outside_ends_in_more_than_a_sentence(answer: bytes) -> None:
    drawn = random.Random(3161)
    for _turn in range(300):
        hostile = bytearray(answer)
        for _place in range(drawn.choice((1, 2, 8))):
            hostile[drawn.randrange(len(hostile))] = drawn.randrange(256)
        assert outcome(bytes(hostile)).isprintable()
    for small in (b"0\x00", b"0\x05\x30\x03\x02\x01\x00", b"\x30\x80" * 30_000, b"\x30\x83\xff\xff\xff", b"\x1f" + b"\xff" * 5_000):
        with pytest.raises(TimestampError, match=r"^the answer is none of a timestamp authority$"):
            read_answer(small)
    with pytest.raises(TimestampError, match=r"^the answer is larger than any of a timestamp authority$"):
        read_answer(b"0" * 70_000)
    with pytest.raises(TimestampError, match=r"^the authority refuses: rejection$"):
        read_answer(b"0\x05\x30\x03\x02\x01\x02")


def test_the_file_of_certificates(authority: Authority, tmp_path: Path) -> None:
    hint = "let timestamp.ca_file name the certificates that your authority publishes, from its own up to the root"
    assert read_anchors(authority.anchors) == authority.anchors.read_bytes()
    file = tmp_path / "ca.pem"
    shutil.copy(authority.folder / "signer.key", file)
    key = authority.anchors.read_bytes() + file.read_bytes()
    for content, what in (
        (None, "the file with the authority's certificates cannot be read: No such file or directory"),
        (file.read_bytes(), "the file holds no certificates in PEM"),
        (key, "the file holds a private key, and goes out with case files"),
    ):
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ProblemError) as caught:
            read_anchors(file)
        assert str(caught.value) == f"{file}: {what}; {hint}"


def test_without_openssl_nothing_is_believed(answer: bytes, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProblemError) as caught:
        must_be_signed(answer, DOCUMENT, authority.anchors.read_bytes())
    assert str(caught.value) == "openssl is not there, so no timestamp can be verified; install the package openssl"
