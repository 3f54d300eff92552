"""Messages from outside: every form that programs write, and what hostile ones cost."""

from __future__ import annotations

import base64
import datetime as dt
import io
import time
import zipfile
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.mail import raw_message
from cobranza_rules.mail.headers import addresses, date_of, decode_words, references
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.mime import UnreadableMessage, read_parts
from cobranza_rules.mail.names import clean_name
from cobranza_rules.mail.parse import attachment_content, parse_message
from cobranza_rules.mail.raw_message import RawMessage, open_message

HEAD = b"From: Persona <a@cliente.example>\r\nTo: cobranza@kemper.example\r\nSubject: Re: x\r\n"
SECONDS = 5.0  # Far above what bounded work costs here, far below what unbounded work does.


def with_body(body: bytes, content_type: str = "text/plain; charset=utf-8", encoding: str = "8bit") -> IncomingMessage:
    head = HEAD + f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    return parse_message(head + body)


def test_an_ordinary_reply() -> None:
    message = parse_message(
        b"Authentication-Results: mx.kemper.example; dmarc=pass\r\nAuthentication-Results: forged.example; dmarc=pass\r\n"
        b'From: =?utf-8?q?Garc=C3=ADa=2C_Prueba?= <Prueba@Cliente.EXAMPLE>\r\nTo: "Cobranza, Kemper" <cobranza@kemper.example>, b@kemper.example\r\n'
        b"Cc: c@kemper.example\r\nSubject: =?utf-8?B?UmU6IEZhY3R1cmEg?= =?utf-8?B?w7E=?=\r\nDate: Tue, 3 Mar 2026 10:00:00 -0600\r\n"
        b"Message-ID: <3@cliente.example>\r\nIn-Reply-To: <2@kemper.example>\r\nReferences: <1@kemper.example>\r\n <2@kemper.example>\r\n\r\n"
        b"Recibido.\r\n\r\n> Estimada persona\r\n"
    )
    assert message.sender == "prueba@cliente.example"
    assert message.sender_name == "García, Prueba"
    assert message.to == ("cobranza@kemper.example", "b@kemper.example", "c@kemper.example")
    assert message.subject == "Re: Factura ñ"
    assert message.dated == dt.datetime(2026, 3, 3, 16, 0, tzinfo=dt.UTC)
    assert message.message_id == "3@cliente.example"
    assert message.references == ("2@kemper.example", "1@kemper.example")
    assert message.authentication_results == ("mx.kemper.example; dmarc=pass", "forged.example; dmarc=pass")
    assert message.text == "Recibido.\n\n> Estimada persona"
    assert message.new_text == "Recibido."
    assert message.attachments == ()


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("señor año".encode(), "utf-8"),
        ("señor año".encode("latin-1"), "iso-8859-1"),
        ("señor año".encode("latin-1"), "utf-8"),
        ("señor año".encode("latin-1"), "us-ascii"),
        ("señor año".encode(), "us-ascii"),
        ("señor año".encode(), "iso-8859-1"),
        ("señor año".encode("utf-16"), "utf-16"),
        ("señor año".encode("latin-1"), "no-such-charset"),
        ("señor año".encode(), "punycode"),
        ("señor año".encode(), "x\x00y"),
    ],
)
def test_no_letter_is_lost_whatever_charset_is_declared(body: bytes, charset: str) -> None:
    assert with_body(body, f"text/plain; charset={charset}").text == "señor año"


def test_words_of_windows_in_latin_1() -> None:
    assert with_body(b"\x93pago\x94 \x80 5", "text/plain; charset=iso-8859-1").text == "“pago” € 5"


def test_letters_split_between_encoded_words_and_8_bit_headers() -> None:
    assert decode_words("=?utf-8?B?w7E=?= =?utf-8?Q?=C3?= =?utf-8?Q?=B3?=") == "ñó"
    assert decode_words("Hola =?iso-8859-1?Q?se=F1or?= y =?utf-8?Q?a=C3=B1o?=") == "Hola señor y año"
    assert parse_message(b"Subject: se\xf1or\r\n\r\nx").subject == "señor"
    assert parse_message("Subject: señor\r\n\r\nx".encode()).subject == "señor"


def test_html_alone_is_read_and_plain_text_is_preferred() -> None:
    assert with_body(b"<p>Se pag&oacute; <b>ayer</b></p>", "text/html").text == "Se pagó ayer"
    both = EmailMessage()
    both["From"] = "a@cliente.example"
    both.set_content("Texto")
    both.add_alternative("<p>HTML</p>", subtype="html")
    assert parse_message(both.as_bytes()).text == "Texto"
    empty = EmailMessage()
    empty.set_content(" \n")
    empty.add_alternative("<p>HTML</p>", subtype="html")
    assert parse_message(empty.as_bytes()).text == "HTML"
    assert parse_message(both.as_bytes()).attachments == ()


def test_flowed_lines_are_joined() -> None:
    text = with_body(b"El pago se \r\nrealiza ma\xc3\xb1ana.\r\n\r\n-- \r\nPersona\r\n", "text/plain; charset=utf-8; format=flowed").text
    assert text.startswith("El pago se realiza mañana.\n")


def test_attachments_of_every_kind_are_seen() -> None:
    boundary = b"--=_b\r\n"
    pdf = base64.b64encode(b"%PDF-1.7 x")
    raw = (
        HEAD
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_b"\r\n\r\npreamble\r\n'
        + boundary
        + b"\r\nRecibido.\r\n"
        + boundary
        + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + pdf
        + b"\r\n"
        + boundary
        + b"Content-Type: text/xml\r\n\r\n<cfdi/>\r\n"
        + boundary
        + b"Content-Type: application/xml; name*=utf-8''factura%20%C3%B1.xml\r\nContent-Disposition: attachment\r\n\r\n<a/>\r\n"
        + boundary
        + b'Content-Type: image/png\r\nContent-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nPNG\r\n'
        + boundary
        + b"Content-Type: message/rfc822\r\n\r\nSubject: old\r\n\r\nPagaremos el 6 de marzo\r\n"
        + boundary
        + b'Content-Type: text/plain; name="nota.txt"\r\n\r\nya pagamos\r\n--=_b--\r\nepilogue'
    )
    message = parse_message(raw)
    assert message.text == "Recibido."
    contents = [b"".join(attachment_content(raw, number)) for number in range(len(message.attachments))]
    assert [(one.name, one.media_type, content) for one, content in zip(message.attachments, contents, strict=True)] == [
        ("attachment-1.pdf", "application/pdf", b"%PDF-1.7 x"),
        ("attachment-2.xml", "text/xml", b"<cfdi/>"),
        ("factura ñ.xml", "application/xml", b"<a/>"),
        ("passwd", "image/png", b"PNG"),
        ("attachment-5.eml", "message/rfc822", b"Subject: old\r\n\r\nPagaremos el 6 de marzo"),
        ("nota.txt", "text/plain", b"ya pagamos"),
    ]
    assert [(one.digest, one.size) for one in message.attachments] == [(sha256(content).hexdigest(), len(content)) for content in contents]


def zipped(*files: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def with_zip(content: bytes) -> IncomingMessage:
    body = b"--b\r\n\r\nAdjunto.\r\n--b\r\nContent-Type: application/zip; name=lote.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return with_body(body + base64.encodebytes(content) + b"\r\n--b--\r\n", "multipart/mixed; boundary=b")


def test_files_inside_an_archive_are_attached_too() -> None:
    inner = zipped(("dentro.txt", b"x"))
    message = with_zip(zipped(("../../etc/passwd", b"root"), ("acuses/acuse.pdf", b"%PDF-"), ("otro.zip", inner)))
    assert [(one.name, one.media_type, one.size) for one in message.attachments[1:]] == [
        ("lote.zip!/passwd", "application/octet-stream", 4),
        ("lote.zip!/acuse.pdf", "application/pdf", 5),
        ("lote.zip!/otro.zip", "application/zip", len(inner)),
    ]


@pytest.mark.parametrize(
    "harmful",
    [zipped(("bomb.txt", b"\0" * 30_000_000)), zipped(*((f"{number}.txt", b"x") for number in range(200))), b"PK\x03\x04 broken"],
    ids=["bomb", "many", "broken"],
)
def test_an_archive_beyond_the_limits_is_attached_as_it_is(harmful: bytes) -> None:
    began = time.process_time()
    assert [(one.name, one.size) for one in with_zip(harmful).attachments] == [("lote.zip", len(harmful))]
    assert time.process_time() - began < SECONDS


def test_damaged_base64_gives_what_can_be_read() -> None:
    assert with_body(b"UmVjaWJpZG8u!!\r\nx", encoding="base64").text.startswith("Recibido.")


def test_a_boundary_that_never_comes_leaves_the_text() -> None:
    assert with_body(b"Recibido.", 'multipart/mixed; boundary="zzz"').text == "Recibido."
    assert with_body(b"Recibido.", "multipart/mixed").text == "Recibido."


def test_a_message_cut_in_its_second_part_keeps_the_first() -> None:
    body = b"--b\r\n\r\nRecibido.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0"
    message = with_body(body, "multipart/mixed; boundary=b")
    assert message.text == "Recibido."
    assert message.attachments[0].digest == sha256(b"%PDF-").hexdigest()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\windows\\system.ini",
        "a/b/c.pdf",
        "x\x00y.pdf",
        "a\u202egpj.exe",
        "con|<>?.xml",
        ".bashrc",
        "z" * 400 + ".pdf",
    ],
)
def test_names_of_attachments_become_harmless(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned
    assert len(cleaned) <= 120
    assert not set(cleaned) & set('/\\\x00\u202e<>:"|?*')
    assert not cleaned.startswith(".")


def test_nobody_is_the_sender_where_from_names_two() -> None:
    assert parse_message(b"From: a@cliente.example, b@otro.example\r\n\r\nx").sender == ""
    assert parse_message(b"From: a@cliente.example\r\nFrom: b@otro.example\r\n\r\nx").sender == ""
    assert parse_message(b"\r\nsolo texto").sender == ""


def test_address_lists_of_outlook_and_of_attackers() -> None:
    assert addresses("A <a@x.example>; B <b@x.example>") == [("A", "a@x.example"), ("B", "b@x.example")]
    assert addresses('"a@good.example" <b@evil.example>') == [("a@good.example", "b@evil.example")]
    assert addresses("sin direccion, @x.example, a@b@c.example") == []
    assert addresses("(" * 3000 + "a@b.example") == []


def test_references_and_dates_that_are_odd() -> None:
    assert references("<a@x>", "<z@x> <a@x>\t<b@x>") == ("a@x", "b@x", "z@x")
    assert references("a@x.example", "") == ("a@x.example",)
    assert len(references("", "<a@x> " * 10 + " ".join(f"<{n}@x>" for n in range(500)))) == 100
    assert date_of("Tue, 3 Mar 2026 10:00:00 -0000") == dt.datetime(2026, 3, 3, 10, tzinfo=dt.UTC)
    for wrong in ("", "mañana", "Tue, 99 Foo 2026", "1 Jan 99999 00:00:00 +0000", "Tue, 3 Mar 2026 10:00:00 +9999"):
        assert date_of(wrong) is None


def nested(depth: int) -> bytes:
    """Multiparts inside each other, each with a boundary of its own."""
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth))
    return HEAD + opened + b"\r\nfondo\r\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "the message is empty"),
        (b" \r\n\r\n", "the message is empty"),
        (HEAD + b"\r\n" + b"x" * 75_000_000, "the message is larger than 75 MB"),
        (b"".join(b"X-%d: 1\r\n" % number for number in range(20_000)) + b"\r\nx", "the message has more than 1000 header lines"),
        (b"Subject: " + b" =?utf-8?q?a?=" * 50_000 + b"\r\n\r\nx", "the headers are longer than 256 kB"),
        (b"Subject: " + b"=?utf-8?q?a?=\r\n " * 50_000 + b"\r\n\r\nx", "the message has more than 1000 header lines"),
        (b"A: " + b"x" * 300_000 + b"\r\n\r\nx", "the headers are longer than 256 kB"),
        (nested(1000), "the message has parts nested more than 20 deep"),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1000,
            "the message has more than 200 parts",
        ),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx\r\n" * 200_000,
            "the message repeats its part boundaries too often",
        ),
    ],
)
def test_limits_are_said_and_reached_at_once(raw: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableMessage) as raised:
        parse_message(raw)
    assert raised.value.reason.text() == reason
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00" * 100_000 + b"x",
        HEAD + b"\r\n" + b"\x00Recib\x00ido" * 10_000,
        b"no headers at all\nsecond line",
        b"Subject: " + b" =?utf-8?q?a?=" * 15_000 + b"\r\n\r\nx",
        b"From: " + b"(" * 200_000 + b"\r\n\r\nx",
        b"From: " + b"a@b.example, " * 15_000 + b"\r\n\r\nx",
        b"References: " + b"<" * 200_000 + b"\r\n\r\nx",
        b"Content-Type: text/plain; " + b"a*0*=x;" * 20_000 + b"\r\n\r\nx",
        b'Content-Type: multipart/mixed; boundary="' + b"b" * 100_000 + b'"\r\n\r\nx',
        b"Date: " + b"1 " * 100_000 + b"\r\n\r\nx",
        nested(20),
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 1_000_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<blockquote><table><tr><td>" * 200_000,
        HEAD + b"\r\n" + b"> x\r\n" * 1_000_000,
        HEAD + b"\r\n" + b"El 2 de marzo\r\n" * 500_000,
        HEAD + b"\r\n" + b"De: x\r\n" * 500_000,
        HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 500_000,
        HEAD + b"\r\n" + b"-" * 5_000_000,
    ],
    ids=range(18),
)
def test_hostile_messages_are_read_in_bounded_time(raw: bytes) -> None:
    began = time.process_time()
    message = parse_message(raw)
    assert time.process_time() - began < SECONDS
    assert "\x00" not in message.text + message.subject


def test_a_large_attachment_costs_little_more_than_its_bytes() -> None:
    body = b"--b\r\n\r\nRecibido.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body += base64.encodebytes(b"x" * 20_000_000) + b"--b--\r\n"
    began = time.process_time()
    message = with_body(body, "multipart/mixed; boundary=b")
    assert message.attachments[0].size == 20_000_000
    assert time.process_time() - began < SECONDS


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_message_and_only_blank_ones_are_refused(raw: bytes) -> None:
    if not raw.strip():
        with pytest.raises(UnreadableMessage):
            parse_message(raw)
        return
    message = parse_message(raw)
    assert not set(message.text) & set("\x00\r\u202e")


@given(st.lists(st.binary(max_size=60).filter(lambda body: b"--" not in body), min_size=1, max_size=6))
def test_parts_come_back_byte_for_byte(bodies: list[bytes]) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=frontera\r\n\r\n"
    for body in bodies:
        raw += b"--frontera\r\nContent-Type: application/octet-stream\r\n\r\n" + body + b"\r\n"
    root = read_parts(RawMessage(raw + b"--frontera--\r\n"))
    assert [part.content() for part in root.children] == bodies


LINES = st.lists(
    st.sampled_from([b"QUJD", b"\r\n", b"\n", b"\r", b"=", b" ", b"RQ", b"--b", b"--b--", b"x: y", b"=3D", b"\xc3\xb1"]), max_size=40
)


@given(LINES, st.integers(1, 9), st.sampled_from([b"base64", b"quoted-printable", b"8bit"]))
def test_in_whatever_windows_a_message_is_read_it_says_the_same(lines: list[bytes], window: int, encoding: bytes) -> None:
    body = b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + b"".join(lines)
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body
    whole = parse_message(raw)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(raw_message, "WINDOW", window)
        assert parse_message(raw) == whole


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nRecibido.\r\n--b\r\nContent-Type: image/png\r\n\r\n"
        + b"x" * 30_000
    )
    (tmp_path / "mail").write_bytes(raw + b"\r\n--b--\r\n")
    monkeypatch.setattr(raw_message, "WINDOW", 8192)
    with open_message(tmp_path / "mail") as message:
        assert parse_message(message) == parse_message(raw + b"\r\n--b--\r\n")
        assert b"".join(attachment_content(message, 0)) == b"x" * 30_000
