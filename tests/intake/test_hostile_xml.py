import contextlib
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.intake.cfdi import read_cfdi
from cobranza_rules.intake.set_aside import SetAside
from cobranza_rules.intake.xml_reader import LARGEST_XML, read_xml
from cobranza_rules.problems import ProblemError

DOCTYPE = "a.xml: the XML declares a document type (DOCTYPE), which no CFDI has; do not open it; ask its sender for the original XML"
BREAKS_OFF = "the file breaks off before its end; download it again from where it came"
ENCODING = "the text is not in the encoding that the file declares; download it again; an editor may have saved it in another encoding"
LOLS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY x "inside">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd"><a/>',
        f'<!DOCTYPE a [<!ENTITY l0 "lol">{LOLS}]><a>&l11;</a>',
        f'<!DOCTYPE a [<!ENTITY x "{"x" * 100_000}">]><a>{"&x;" * 10_000}</a>',
        '<?xml version="1.0"?>\n<!-- > --> <?pi ?> <!DOCTYPE a><a/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_type_is_refused_before_anything_is_expanded(said: Any, declared: str, encoding: str) -> None:
    began = time.process_time()
    told = said(read_xml, declared.encode(encoding), "a.xml")
    assert time.process_time() - began < 1
    assert told == [DOCTYPE]


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "cp037", "utf-7"])
def test_encodings_that_no_cfdi_has_bring_no_document_type_in(encoding: str) -> None:
    with pytest.raises(ProblemError):
        read_xml(f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x "inside">]><a>&x;</a>'.encode(encoding), "a.xml")


def test_a_file_of_this_machine_never_comes_in(tmp_path: Path, said: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    told = said(read_xml, f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a b="1">&x;</a>'.encode("utf-16"), "a.xml")
    assert told == [DOCTYPE]


def test_undeclared_entities_are_refused(said: Any) -> None:
    assert said(read_xml, b"<a>&x;</a>", "a.xml") == [
        "a.xml:1:7: not well-formed XML: Entity 'x' not defined; download it again from where it came"
    ]


def test_a_receipt_cut_in_its_second_payment_is_refused(cfdi: Any, said: Any) -> None:
    content = cfdi.receipt(cfdi.payment(), cfdi.payment())
    cut = content[: content.rindex(b"ImpPagado")]
    assert said(read_cfdi, cut, "p.xml") == [f"p.xml:2:{len(cut[: cut.rindex(b'>') + 1].splitlines()[-1])}: {BREAKS_OFF}"]


def test_no_cut_of_a_receipt_is_ever_read(cfdi: Any) -> None:
    content = cfdi.receipt(cfdi.payment(), cfdi.payment())
    for end in range(0, len(content) - 1, 7):
        with pytest.raises(ProblemError):
            read_cfdi(content[:end], "p.xml")


def test_deep_nesting_is_refused(said: Any) -> None:
    for content in (b"<a>" * 200_000, b"<a>" * 300 + b"</a>" * 300):
        assert said(read_xml, content, "a.xml") == [
            "a.xml:1:771: the XML is nested too deeply or expands too far; check that it is the right file; no invoice looks like this"
        ]


def test_size_and_tags_are_bounded_before_parsing(said: Any) -> None:
    assert said(read_xml, b"<a>" + b" " * LARGEST_XML + b"</a>", "a.xml") == [
        "a.xml: the XML is larger than 10 MB; an invoice is far smaller: check that it is the right file"
    ]
    assert said(read_xml, b"<a>" + b"<b/>" * 400_000 + b"</a>", "a.xml") == [
        "a.xml: the XML has more than 400000 tags; an invoice has far fewer: check that it is the right file"
    ]


@pytest.mark.parametrize("content", [b"", b"   ", b"%PDF-1.7", b"\x00\x00"])
def test_what_holds_no_xml_is_told(said: Any, content: bytes) -> None:
    assert said(read_xml, content, "a.xml") == ["a.xml: the file holds no XML; check that it is the right file and download it again"]


def test_latin_1_that_claims_to_be_utf_8_is_told_with_its_place(said: Any) -> None:
    content = '<?xml version="1.0" encoding="UTF-8"?>\n<a n="ESPAÑOLA"/>'.encode("latin-1")
    assert said(read_xml, content, "a.xml") == [f"a.xml:2:11: {ENCODING}"]
    assert said(read_xml, b"\n\n junk \n" + content, "a.xml") == [f"a.xml:5:11: {ENCODING}"]


def test_an_encoding_that_nobody_knows_is_told(said: Any) -> None:
    assert said(read_xml, b'<?xml version="1.0" encoding="KLINGON"?><a/>', "a.xml") == [f"a.xml:1:39: {ENCODING}"]


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \t", b"junk\r\n", b"\x00", b"\n\xef\xbb\xbf"])
@pytest.mark.parametrize("after", [b"", b"\n\n", b"\x00\x00", b"\x1a", b"junk"])
def test_junk_around_the_document_is_cut_off(cfdi: Any, before: bytes, after: bytes) -> None:
    assert read_cfdi(before + cfdi.document() + after, "a.xml") == read_cfdi(cfdi.document(), "a.xml")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("latin-1", "ISO-8859-1"), ("cp1252", "windows-1252")],
)
def test_other_encodings_that_are_declared_rightly_are_read(cfdi: Any, encoding: str, declared: str) -> None:
    text = cfdi.document().decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    assert read_cfdi(text.encode(encoding), "a.xml") == read_cfdi(cfdi.document(), "a.xml")
    assert read_cfdi(("\n" + text + "\n").encode(encoding), "a.xml") == read_cfdi(cfdi.document(), "a.xml")


def test_a_byte_order_mark_outweighs_a_wrong_declaration(cfdi: Any) -> None:
    content = b"\xef\xbb\xbf" + cfdi.document().replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"')
    assert read_cfdi(content, "a.xml") == read_cfdi(cfdi.document(), "a.xml")


def test_the_schema_place_declared_as_a_namespace_is_forgiven(cfdi: Any) -> None:
    content = cfdi.document().replace(
        b" Version=", b' xmlns:schemaLocation="http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/cfdv40.xsd" Version=', 1
    )
    assert read_cfdi(content, "a.xml") == read_cfdi(cfdi.document(), "a.xml")


def test_problems_quote_outside_text_short_and_printable(cfdi: Any, said: Any) -> None:
    assert said(read_cfdi, cfdi.document({"Total": "\u202e\t" + "9" * 30}), "a.xml") == [
        f"a.xml:2 (cfdi:Comprobante/@Total): '\ufffd {'9' * 30}' is not an amount with up to six decimals; ask the issuer for the original XML"
    ]
    assert said(read_cfdi, cfdi.document({"Total": "9" * 100}), "a.xml") == [
        "a.xml:2 (cfdi:Comprobante/@Total): the text is longer than the 60 characters that CFDI allows; ask the issuer for the original XML"
    ]
    assert said(read_cfdi, cfdi.document({"Moneda": "\u202e" + "Z" * 59}), "a.xml")[0].startswith(
        f"a.xml:2 (cfdi:Comprobante/@Moneda): the currency '\ufffd{'Z' * 59}' is not known"
    )


def test_a_bad_document_leaves_the_parser_fit_for_a_good_one(cfdi: Any) -> None:
    expected = read_cfdi(cfdi.document(), "a.xml")
    for bad in (b"<a>" * 300, b"<a", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"), b"<a>\xff</a>"):
        with pytest.raises(ProblemError):
            read_xml(bad, "bad.xml")
        assert read_cfdi(cfdi.document(), "a.xml") == expected


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_a_problem_or_is_set_aside_and_never_a_crash(cfdi: Any, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([cfdi.document(), cfdi.receipt(cfdi.payment(), cfdi.payment())])))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=12))
    with contextlib.suppress(ProblemError, SetAside):  # Any other exception fails the test.
        read_cfdi(bytes(content), "a.xml")
