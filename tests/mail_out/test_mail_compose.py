from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, unquote
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.mail.compose import CompositionError, compose, message_id_for
from cobranza_rules.mail.message import Attachment, OutgoingMessage

MESSAGE = OutgoingMessage(
    message_id="abcdefghijklmnop23456789@escuela.example",
    sender="cobranza@escuela.example",
    sender_name="Cobranza, Escuela Kemper Urgate",
    to=("pagos@kernel.example", "compras@kernel.example"),
    cc=("gerencia@escuela.example",),
    subject="Recordatorio de pago: 3 facturas vencidas",
    text="Estimada señora:\n\n.Le recordamos el saldo de $1,234.50.\nFrom here on\n",
    html="<p>Estimada señora:</p>\n<p>Saldo: <b>$1,234.50</b></p>\n",
    dated=dt.datetime(2026, 3, 2, 15, 4, 5, tzinfo=dt.UTC),
)
LONG_ID = "AM0PR05MB6834D2C88EE7DD0B43CC6B35E8A0A12345678901234567890123456@AM0PR05MB6834.eurprd05.prod.outlook.example"


def with_(**changes: Any) -> OutgoingMessage:
    return dataclasses.replace(MESSAGE, **changes)


def parsed(message: OutgoingMessage) -> EmailMessage:
    read = email.message_from_bytes(compose(message), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert all(not part.defects for part in read.walk())
    return read


def header_lines(raw: bytes) -> list[str]:
    return raw.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def unfolded(header: str) -> str:
    return re.sub(r"\r\n(?=[ \t])", "", header)


def decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


def texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), max_size=120)


def test_the_headers_say_who_what_when_and_that_a_program_wrote() -> None:
    assert header_lines(compose(MESSAGE))[:13] == [
        "Message-ID: <abcdefghijklmnop23456789@escuela.example>",
        "X-Cobranza-Message-ID: <abcdefghijklmnop23456789@escuela.example>",
        "Date: Mon, 02 Mar 2026 15:04:05 +0000",
        'From: "Cobranza, Escuela Kemper Urgate" <cobranza@escuela.example>',
        "To: pagos@kernel.example, compras@kernel.example",
        "Cc: gerencia@escuela.example",
        "Subject: Recordatorio de pago: 3 facturas vencidas",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        header_lines(compose(MESSAGE))[11],
    ]


def test_both_bodies_arrive_as_they_were_written() -> None:
    read = parsed(MESSAGE)
    plain, html = read.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content() == MESSAGE.text.replace("\n", "\r\n")
    assert html.get_content() == MESSAGE.html.replace("\n", "\r\n")


def test_attachments_stand_beside_the_two_bodies() -> None:
    read = parsed(with_(attachments=(Attachment("f.xml", "application/xml", b"<a/>\n"), Attachment("e.pdf", "application/pdf", b"%PDF"))))
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/xml",
        "application/pdf",
    ]


def test_without_html_the_text_stands_alone() -> None:
    assert parsed(with_(html="")).get_content_type() == "text/plain"
    with_pdf = parsed(with_(html="", attachments=(Attachment("e.pdf", "application/pdf", b"%PDF"),)))
    assert [part.get_content_type() for part in with_pdf.walk()] == ["multipart/mixed", "text/plain", "application/pdf"]


def test_the_wire_gets_short_ascii_lines_that_end_in_crlf() -> None:
    raw = compose(
        with_(subject="Señor " * 40, html="<p>" + "ñandú " * 500 + "</p>", attachments=(Attachment("ñ.bin", "a/b", bytes(9999)),))
    )
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_the_same_message_has_the_same_bytes_and_another_has_other_boundaries() -> None:
    with_pdf = with_(attachments=(Attachment("e.pdf", "application/pdf", b"%PDF-1"),))
    other = with_(attachments=(Attachment("e.pdf", "application/pdf", b"%PDF-2"),))
    assert compose(with_pdf) == compose(with_pdf)
    boundaries = [set(re.findall(rb'boundary="([^"]+)"', compose(one))) for one in (MESSAGE, with_pdf, other)]
    assert [len(some) for some in boundaries] == [1, 2, 2]
    assert len(set.union(*boundaries)) == 5


@given(
    st.lists(
        st.tuples(st.sampled_from(["application/xml", "text/xml", "text/plain", "application/pdf"]), st.binary(max_size=400)), max_size=4
    )
)
def test_every_attachment_arrives_byte_for_byte(contents: list[tuple[str, bytes]]) -> None:
    attachments = tuple(Attachment(f"{i}.bin", kind, content) for i, (kind, content) in enumerate(contents))
    read = parsed(with_(attachments=attachments))
    parts = [part for part in read.walk() if part.get_content_disposition() == "attachment"]
    assert [part.get_payload(decode=True) for part in parts] == [content for _, content in contents]
    assert [part.get_content_type() for part in parts] == [kind for kind, _ in contents]


@pytest.mark.parametrize(
    "content", [b"", b"a", b"<a>\n</a>\n", b"<a>\r\n</a>\r", b"\xef\xbb\xbf<?xml?>", b"\r\n.\r\n", b"--=_m\r\n" * 20, bytes(range(256)) * 5]
)
def test_xml_keeps_its_line_ends_and_its_byte_order_mark(content: bytes) -> None:
    read = parsed(with_(attachments=(Attachment("f.xml", "application/xml", content),)))
    assert list(read.iter_attachments())[-1].get_payload(decode=True) == content


def test_a_message_within_goes_as_mere_bytes() -> None:
    inner = b"Subject: x\nFrom: y\n\nhola\n"
    part = list(parsed(with_(attachments=(Attachment("respuesta.eml", "message/rfc822", inner),))).iter_attachments())[-1]
    assert (part.get_content_type(), part.get_filename(), part.get_payload(decode=True)) == (
        "application/octet-stream",
        "respuesta.eml",
        inner,
    )


@given(texts())
@settings(max_examples=200)
def test_every_subject_is_read_back_as_it_was(subject: str) -> None:
    raw = compose(with_(subject=subject))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert decoded(unfolded(email.message_from_bytes(raw)["Subject"])) == subject


@given(texts())
@settings(max_examples=200)
def test_every_sender_name_is_read_back_as_it_was(name: str) -> None:
    # The email package's newer parser puts a space between encoded words of a phrase, against RFC 2047 section 6.2; its older one does not.
    phrase, address = parseaddr(unfolded(email.message_from_bytes(compose(with_(sender_name=name)))["From"]))
    assert (decoded(phrase), address) == (name, "cobranza@escuela.example")


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?hola?=", " dos  espacios ", "x" * 255, "Año 2026: " + "factura A-1, " * 15, "señal\u200d", "ñ"]
)
def test_odd_subjects_are_read_back_as_they_were(subject: str) -> None:
    assert parsed(with_(subject=subject))["Subject"] == subject


def test_long_ids_of_a_conversation_are_folded_and_never_encoded() -> None:
    references = (LONG_ID, "a@b.example", f"x{LONG_ID}", f"y{LONG_ID}")
    raw = compose(with_(references=references))
    read = email.message_from_bytes(raw)
    assert read["In-Reply-To"].split() == [f"<y{LONG_ID}>"]
    assert read["References"].split() == [f"<{one}>" for one in references]
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]
    assert f" <{LONG_ID}>" in [line.removeprefix("References:") for line in header_lines(raw)]


def test_the_program_s_own_parser_reads_long_ids_as_well() -> None:
    assert parsed(with_(references=(LONG_ID,)))["In-Reply-To"] == f"<{LONG_ID}>"


def test_a_long_conversation_keeps_its_beginning_and_its_end() -> None:
    ids = [f"{n}@b.example" for n in range(100)]
    kept = email.message_from_bytes(compose(with_(references=tuple(ids))))["References"].split()
    assert kept == [f"<{one}>" for one in [ids[0], *ids[-19:]]]


def test_an_odd_reference_does_not_hold_back_an_answer() -> None:
    read = parsed(
        with_(references=("good@b.example", "has space@b.example", "ñ@b.example", "no-at-sign", "<a@b.example>", "x" * 2000 + "@b"))
    )
    assert read["References"] == "<good@b.example>"
    assert "In-Reply-To" not in parsed(with_(references=("no-at-sign",)))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Estado de cuenta Kernel.pdf", "Estado de cuenta Kernel.pdf"),
        ("Estado de España, ñandú.pdf", "Estado de Espana, nandu.pdf"),
        ('comillas "dobles".pdf', "comillas _dobles_.pdf"),
        ("A-1; nombre=x.xml", "A-1; nombre=x.xml"),
        ("发票.pdf", "__.pdf"),
        ("Estado — Peña.pdf", "Estado - Pena.pdf"),
        ("=?utf-8?q?x?=.pdf", "__utf-8?q?x?=.pdf"),
        ("℅.pdf", "c_o.pdf"),
        ("F" * 200 + ".pdf", "F" * 200 + ".pdf"),
        ("ñ" * 120 + ".pdf", "n" * 120 + ".pdf"),
    ],
)
def test_names_of_attachments_are_whole_in_rfc_2231_and_readable_without(name: str, plain: str) -> None:
    raw = compose(with_(attachments=(Attachment(name, "application/pdf", b"%PDF"),)))
    part = list(email.message_from_bytes(raw, policy=email.policy.default).walk())[-1]
    assert part.get_filename() == name
    assert part["Content-Type"].params["name"] == plain
    older = list(email.message_from_bytes(raw).walk())[-1]
    assert older.get_filename() == name
    assert max(len(line) for line in raw.split(b"\r\n") if b" name=" not in line) <= 78


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"], exclude_characters="/\\"), min_size=1, max_size=60).filter(
        # Python's own parser takes quotes and angle brackets around a whole name for marks, however it was written.
        lambda name: name.replace(".", " ").strip() and unquote(name.strip()) == name.strip()
    )
)
@settings(max_examples=200)
def test_every_name_of_an_attachment_is_read_back(name: str) -> None:
    part = list(parsed(with_(attachments=(Attachment(name, "application/pdf", b"%PDF"),))).walk())[-1]
    assert part.get_filename() == name.strip()  # The parser drops blanks at the ends.


@pytest.mark.parametrize("evil", ["a\r\nBcc: otro@xenon.example", "a\nb", "a\rb", "a\x00b", "a\u2028b", "a\u202eb", "a\x85b", "\ud800"])
@pytest.mark.parametrize(
    "where", ["subject", "sender_name", "references", "file", "message_id", "sender", "to", "cc", "reply_to", "media_type"]
)
def test_no_header_can_be_smuggled_in(where: str, evil: str) -> None:
    special: dict[str, dict[str, Any]] = {
        "references": {"references": (f"{evil}@b.example",)},
        "file": {"attachments": (Attachment(f"{evil}.pdf", "application/pdf", b""),)},
        "media_type": {"attachments": (Attachment("a.pdf", f"application/{evil}", b""),)},
        "to": {"to": (f"{evil}@b.example",)},
        "cc": {"cc": (f"{evil}@b.example",)},
        "sender": {"sender": f"{evil}@b.example"},
        "reply_to": {"reply_to": f"{evil}@b.example"},
        "message_id": {"message_id": f"{evil}@b.example"},
    }
    with pytest.raises(ValueError):
        compose(with_(**special.get(where, {where: evil})))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"to": ()}, "a message has a To recipient, and at most 100 recipients in all"),
        ({"cc": ("a@b.example",) * 99}, "a message has a To recipient, and at most 100 recipients in all"),
        ({"dated": dt.datetime(2026, 3, 2)}, "the date has no time zone"),  # noqa: DTZ001 (the fault that is tested)
        ({"subject": "x" * 256}, "the subject has more than 255 characters"),
        ({"sender_name": "x" * 129}, "the sender's name has more than 128 characters"),
        ({"message_id": "<a@b.example>"}, "not a message id: '<a@b.example>'"),
        ({"text": "\ud800"}, "the text has half a character in it"),
        ({"html": "\ud800"}, "the text has half a character in it"),
        ({"attachments": (Attachment("a", "pdf", b""),)}, "not a media type: 'pdf'"),
        ({"subject": "a\nb"}, "the subject has a line break or a control character in it: 'a\\nb'"),
    ],
)
def test_what_cannot_be_written_is_refused_with_its_reason(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CompositionError) as caught:
        compose(with_(**changes))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("name", ["", " ", "\u00a0", "..", "../../etc/passwd", "a\\b.pdf", "ñ" * 128])
def test_a_name_of_an_attachment_is_no_path(name: str) -> None:
    with pytest.raises(CompositionError):
        compose(with_(attachments=(Attachment(name, "application/pdf", b""),)))


def test_a_message_id_depends_on_key_and_domain_alone() -> None:
    one = message_id_for("ladder/collection/first-reminder/7", "escuela.example")
    assert one == message_id_for("ladder/collection/first-reminder/7", "ESCUELA.example")
    assert one != message_id_for("ladder/collection/first-reminder/8", "escuela.example")
    assert re.fullmatch(r"[a-z2-7]{24}@escuela\.example", one)


@given(st.text(), st.from_regex(r"([a-z]{1,30}\.){1,6}example", fullmatch=True))
def test_a_message_id_is_short_and_can_be_sent(key: str, domain: str) -> None:
    message_id = message_id_for(key.encode("utf-8", "replace").decode(), domain)
    assert len(message_id) <= 60
    assert domain.endswith(message_id.partition("@")[2])
    assert parsed(with_(message_id=message_id))["Message-ID"] == f"<{message_id}>"


def test_a_message_id_needs_a_domain_that_leaves_room() -> None:
    for domain in ("localhost", "a b.example", "evil\r\n.example", "x." + "y" * 50):
        with pytest.raises(ValueError):
            message_id_for("key", domain)
