"""What goes into a packet, in which order and under which title."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.language import Sentence
from cobranza_rules.money import Money
from cobranza_rules.packets.material import (
    AcknowledgementPaper,
    AgreementPapers,
    BorneInterest,
    InvoicePapers,
    MailPaper,
    Material,
    OriginalPaper,
    PaymentPaper,
    SentPaper,
    StoredFile,
)
from cobranza_rules.packets.planning import SECTIONS, PacketKind, PlannedPart, Section, StatementPages, WrittenPage, plan_packet

DAY = dt.date(2026, 3, 2)


def file(name: str, media_type: str = "application/pdf") -> StoredFile:
    return StoredFile(name, media_type, f"digest of {name}")


def papers(number: str, **changes: object) -> InvoicePapers:
    given_ = {"xml": file(f"{number}.xml", "application/xml"), "printed": file(f"{number}.pdf")} | changes
    return InvoicePapers(number, "UUID", DAY, DAY, Money(11600, "MXN"), Money(11600, "MXN"), **given_)  # type: ignore[arg-type]


def mail(kind: str, name: str) -> MailPaper:
    return MailPaper(DAY, kind, "a@kemper.example", "b@robotica.example", "Asunto", "Hola", ("carta.pdf",), file(name, "message/rfc822"))


SCAN = file("acuse.pdf")
ORDER = file("pedido.pdf")
MATERIAL = Material(
    invoices=(
        papers("F-1", support=(("purchase_order", ORDER),), acknowledgements=(AcknowledgementPaper(DAY, "stamp", (), SCAN),)),
        papers("F-2", support=(("purchase_order", ORDER),), acknowledgements=(AcknowledgementPaper(DAY, "stamp", (), SCAN),)),
    ),
    sent=(
        SentPaper(DAY, "transmittal", True, (file("entrega.pdf"),), mail("transmittal", "1.eml")),
        SentPaper(DAY, "first-reminder", False, (file("recordatorio.pdf"),), None),
    ),
    received=(mail("promise", "2.eml"),),
    agreements=(AgreementPapers("CT-1", 2, DAY, (("kind", "contract"),), (file("contrato.pdf"),)),),
    history=((DAY, Sentence("invoice issued")),),
    currencies=("MXN", "USD"),
    payments=(PaymentPaper(DAY, "F-1", Money(100, "MXN"), Sentence("payment")),),
    interest=(BorneInterest("F-1", "6", 365, "", Money(100, "MXN"), ()),),
    originals=(OriginalPaper("Contrato", "contract", "ventas@kemper.example", DAY, "", None, (), (SCAN.digest,)),),
    scans=(SCAN,),
    on=DAY,
)


def shown(parts: tuple[PlannedPart, ...]) -> list[tuple[str, str]]:
    return [(part.section.value, str(part.title)) for part in parts]


def test_a_delivery_holds_letter_acknowledgement_invoices_and_support() -> None:
    assert shown(plan_packet(PacketKind.DELIVERY, MATERIAL)) == [
        ("transmittals", "transmittal: entrega.pdf"),
        ("transmittals", "Message (transmittal): Asunto"),
        ("acknowledgements", "Receipt of F-1, F-2 acknowledged: stamp"),
        ("invoices", "Invoice F-1, 116.00 MXN"),
        ("invoices", "Invoice F-2, 116.00 MXN"),
        ("support", "purchase_order of F-1, F-2: pedido.pdf"),
    ]


def test_an_account_holds_statements_invoices_acknowledgements_and_letters() -> None:
    assert [section for section, _parts in groupby(part.section.value for part in plan_packet(PacketKind.ACCOUNT, MATERIAL))] == [
        "statements",
        "invoices",
        "acknowledgements",
        "letters",
    ]


def test_an_escalated_case_holds_everything() -> None:
    parts = plan_packet(PacketKind.ESCALATION, MATERIAL)
    assert {part.section for part in parts} == set(Section)
    assert shown(parts)[:5] == [
        ("claim", "The claim in ten questions"),
        ("history", "History of the case"),
        ("agreements", "Agreement CT-1, version 2"),
        ("agreements", "CT-1: contrato.pdf"),
        ("invoices", "Invoice F-1, 116.00 MXN"),
    ]
    assert shown(parts)[-7:] == [
        ("replies", "Message (promise): Asunto"),
        ("payments", "Payments and credits"),
        ("interest", "Interest up to and including 2026-03-02"),
        ("statements", "Statement of account in MXN"),
        ("statements", "Statement of account in USD"),
        ("originals", "Originals on paper"),
        ("originals", "Contrato: scan or receipt"),
    ]


def test_each_invoice_carries_its_cfdi_and_each_message_itself() -> None:
    embedded = [one.name for part in plan_packet(PacketKind.ESCALATION, MATERIAL) for one in part.embedded]
    assert embedded == ["F-1.xml", "F-2.xml", "1.eml", "2.eml"]


def test_an_invoice_without_its_printed_cfdi_has_a_page_of_its_own() -> None:
    [part] = plan_packet(PacketKind.DELIVERY, Material(invoices=(papers("F-1", printed=None, xml=None),)))
    assert isinstance(part.content, WrittenPage)
    assert part.embedded == ()
    assert dict(part.content.lines)["CFDI"] == Sentence("not received")
    assert dict(part.content.lines)["balance"] == "116.00 MXN"


def test_an_acknowledgement_without_a_scan_says_who_gave_it() -> None:
    said = AcknowledgementPaper(DAY, "telephone", (("person", "Alma Prueba"),), None)
    parts = plan_packet(PacketKind.ACCOUNT, Material(invoices=(papers("F-1", acknowledgements=(said,)),)))
    page = parts[-1].content
    assert isinstance(page, WrittenPage)
    assert page.lines == (("invoices", "F-1"), ("person", "Alma Prueba"))


@pytest.mark.parametrize("kind", PacketKind)
def test_of_nothing_there_is_no_part(kind: PacketKind) -> None:
    assert plan_packet(kind, Material(invoices=())) == ()


FILES = st.builds(StoredFile, st.sampled_from(["a.pdf", "b.pdf"]), st.just("application/pdf"), st.sampled_from(["1", "2", "3"]))
PAPERS = st.builds(
    papers,
    st.sampled_from(["F-1", "F-2", "F-3"]),
    support=st.lists(st.tuples(st.sampled_from(["other", "remission"]), FILES), max_size=3).map(tuple),
    acknowledgements=st.lists(
        st.builds(AcknowledgementPaper, st.just(DAY), st.just("stamp"), st.just(()), st.one_of(st.none(), FILES)), max_size=3
    ).map(tuple),
)
MATERIALS = st.builds(Material, st.lists(PAPERS, max_size=4).map(tuple), currencies=st.lists(st.sampled_from(["MXN", "USD"])).map(tuple))


@given(st.sampled_from(PacketKind), MATERIALS)
def test_sections_keep_their_order_and_no_file_comes_twice(kind: PacketKind, material: Material) -> None:
    parts = plan_packet(kind, material)
    places = [SECTIONS[kind].index(part.section) for part in parts]
    assert places == sorted(places)
    for section in (Section.SUPPORT, Section.ACKNOWLEDGEMENTS):
        digests = [part.content.digest for part in parts if part.section is section and isinstance(part.content, StoredFile)]
        assert len(digests) == len(set(digests))
    assert sum(isinstance(part.content, StatementPages) for part in parts) == (
        len(material.currencies) if Section.STATEMENTS in SECTIONS[kind] else 0
    )
