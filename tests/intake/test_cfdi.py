import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.document import CreditNoteRecord, InvoiceRecord, Relation
from cobranza_rules.intake.cfdi import examine_cfdi, read_cfdi
from cobranza_rules.intake.set_aside import SetAside
from cobranza_rules.money import MINOR_UNITS, Money


def test_an_invoice_is_read_whole(cfdi: Any) -> None:
    content = cfdi.document(
        {"CondicionesDePago": " 30  DIAS ", "TipoCambio": "1"},
        receiver={"Rfc": "XEXX010101000", "Nombre": "EXAMPLE INDUSTRIES LLC", "NumRegIdTrib": "123456789", "ResidenciaFiscal": "USA"},
        relations=cfdi.relation("04", cfdi.other_uuid.lower()),
    )
    assert read_cfdi(content, "a.xml") == InvoiceRecord(
        uuid=cfdi.uuid,
        issuer=Party("EKU9003173C9", "ESCUELA KEMPER URGATE"),
        receiver=Party("XEXX010101000", "EXAMPLE INDUSTRIES LLC", "123456789", "USA"),
        series="FA",
        folio="1001",
        issued_at=dt.datetime(2026, 3, 2, 10, 15),  # noqa: DTZ001 (Fecha has no zone)
        total=Money(116000, "MXN"),
        payment_method="PPD",
        payment_terms="30 DIAS",
        exchange_rate=Decimal(1),
        relations=(Relation("04", (cfdi.other_uuid,)),),
    )


def test_a_credit_note_keeps_every_relation(cfdi: Any) -> None:
    relations = cfdi.relation("01", cfdi.uuid, cfdi.other_uuid) + cfdi.relation("07", cfdi.uuid)
    record = read_cfdi(cfdi.document({"TipoDeComprobante": "E", "MetodoPago": None}, relations=relations), "e.xml")
    assert isinstance(record, CreditNoteRecord)
    assert record.relations == (Relation("01", (cfdi.uuid, cfdi.other_uuid)), Relation("07", (cfdi.uuid,)))


@pytest.mark.parametrize("rfc", ["H&E951128469", "ÑAÑ010101AA1", "XAXX010101000", "MCI7306249Y1"])
def test_rfcs_with_ampersand_and_enye_and_without_a_right_check_digit_are_taken(cfdi: Any, rfc: str) -> None:
    assert read_cfdi(cfdi.document(receiver={"Rfc": rfc}), "a.xml").receiver.rfc == rfc


def test_a_stamp_in_any_complement_counts_and_one_in_the_addenda_does_not(cfdi: Any) -> None:
    other, stamp = cfdi.complement('<x xmlns="urn:other"/>'), cfdi.complement(cfdi.stamp(cfdi.uuid.lower()))
    addenda = f"<cfdi:Addenda>{cfdi.stamp(cfdi.other_uuid)}</cfdi:Addenda>"
    for several in (other + stamp, stamp + other):
        assert read_cfdi(cfdi.document(complement=several, after=addenda), "a.xml").uuid == cfdi.uuid


def test_the_same_stamp_twice_is_one(cfdi: Any) -> None:
    assert read_cfdi(cfdi.document(complement=cfdi.complement(cfdi.stamp() + cfdi.stamp(cfdi.uuid.lower()))), "a.xml").uuid == cfdi.uuid


def test_other_prefixes_and_a_default_namespace_are_the_same_document(cfdi: Any) -> None:
    content = cfdi.document()
    assert read_cfdi(content.replace(b"cfdi:", b"").replace(b"xmlns:cfdi", b"xmlns").replace(b":cfdi=", b"="), "a.xml") == read_cfdi(
        content, "a.xml"
    )


AMECE = """<cfdi:Addenda><requestForPayment>
  <orderIdentification><referenceIdentification type="ON">881</referenceIdentification></orderIdentification>
  <AdditionalInformation><referenceIdentification type="ON">9</referenceIdentification></AdditionalInformation>
</requestForPayment></cfdi:Addenda>"""


@pytest.mark.parametrize(
    ("after", "order"),
    [
        ("<cfdi:Addenda><Datos ordenCompra='4500012345'/></cfdi:Addenda>", "4500012345"),
        ("<cfdi:Addenda><a><Orden_De_Compra> OC 7 </Orden_De_Compra><OrdenCompra>OC 8</OrdenCompra></a></cfdi:Addenda>", "OC 7, OC 8"),
        (AMECE, "881"),
        (f"<cfdi:Addenda><OrdenCompra>{'9' * 41}</OrdenCompra></cfdi:Addenda>", ""),
        ("<cfdi:Addenda>free text</cfdi:Addenda>", ""),
    ],
)
def test_purchase_order_from_common_addenda(cfdi: Any, after: str, order: str) -> None:
    record = read_cfdi(cfdi.document(after=after), "a.xml")
    assert isinstance(record, InvoiceRecord)
    assert record.purchase_order == order


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"TipoDeComprobante": "T"}, "it is a CFDI of type T (transfer of goods), which claims no money"),
        ({"TipoDeComprobante": "N"}, "it is a CFDI of type N (payroll), which is no business of collections"),
        ({"xmlns:cfdi": "http://www.sat.gob.mx/cfd/3", "Version": "3.3"}, "it is a CFDI of version 3.3; only version 4.0 is booked"),
        (
            {"xmlns:cfdi": "http://www.sat.gob.mx/cfd/3", "Version": None, "version": "3.2"},
            "it is a CFDI of version 3.2; only version 4.0 is booked",
        ),
    ],
)
def test_what_is_in_order_but_not_ours_is_set_aside(cfdi: Any, changes: dict[str, str | None], reason: str) -> None:
    with pytest.raises(SetAside) as caught:
        read_cfdi(cfdi.document(changes), "a.xml")
    assert caught.value.reason.text() == reason


ASK = "ask the issuer for the original XML"


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ({"Total": "-5.00"}, f"/@Total): the amount -5.00 is negative; {ASK}"),
        ({"Total": "10000000000000"}, f"/@Total): the amount 10000000000000 is larger than any invoice; {ASK}"),
        ({"Total": "1,160.00"}, f"/@Total): '1,160.00' is not an amount with up to six decimals; {ASK}"),
        ({"Total": "1e3"}, f"/@Total): '1e3' is not an amount with up to six decimals; {ASK}"),
        ({"Total": "1_160"}, f"/@Total): '1_160' is not an amount with up to six decimals; {ASK}"),
        ({"Total": "١١٦٠"}, f"/@Total): '١١٦٠' is not an amount with up to six decimals; {ASK}"),
        ({"Total": "NaN"}, f"/@Total): 'NaN' is not an amount with up to six decimals; {ASK}"),
        ({"Total": "1160.0000001"}, f"/@Total): '1160.0000001' is not an amount with up to six decimals; {ASK}"),
        ({"Total": None}, f"/@Total): the attribute is missing or empty; {ASK}"),
        ({"Moneda": "XXX"}, f"/@Moneda): the currency 'XXX' is not known; known are {', '.join(MINOR_UNITS)}"),
        ({"Moneda": "mxn"}, f"/@Moneda): the currency 'mxn' is not known; known are {', '.join(MINOR_UNITS)}"),
        (
            {"Fecha": "2026-02-30T10:00:00"},
            f"/@Fecha): '2026-02-30T10:00:00' is not a date and time of the form 2026-03-02T10:15:00; {ASK}",
        ),
        (
            {"Fecha": "2026-W10-1T10:00:00"},
            f"/@Fecha): '2026-W10-1T10:00:00' is not a date and time of the form 2026-03-02T10:15:00; {ASK}",
        ),
        (
            {"Fecha": "2026-03-02T10:15:00Z"},
            f"/@Fecha): '2026-03-02T10:15:00Z' is not a date and time of the form 2026-03-02T10:15:00; {ASK}",
        ),
        ({"MetodoPago": "CASH"}, f"/@MetodoPago): the payment method 'CASH' is neither PUE nor PPD; {ASK}"),
        ({"MetodoPago": None}, f"/@MetodoPago): the attribute is missing or empty; {ASK}"),
        ({"Folio": "9" * 41}, f"/@Folio): the text is longer than the 40 characters that CFDI allows; {ASK}"),
        ({"TipoCambio": "0"}, f"/@TipoCambio): '0' is not an exchange rate above zero; {ASK}"),
        ({"SubTotal": "x"}, f"/@SubTotal): 'x' is not an amount with up to six decimals; {ASK}"),
        ({"Version": "5.0"}, f"/@Version): the CFDI version '5.0' is not known; {ASK}"),
        ({"TipoDeComprobante": "Q"}, f"/@TipoDeComprobante): the type 'Q' is not one of I, E, P, T, N; {ASK}"),
        ({"TipoDeComprobante": None}, f"/@TipoDeComprobante): the attribute is missing or empty; {ASK}"),
    ],
)
def test_each_wrong_attribute_is_told_with_its_place(cfdi: Any, said: Any, head: dict[str, str | None], problem: str) -> None:
    assert said(read_cfdi, cfdi.document(head), "lote.zip!/a.xml") == ["lote.zip!/a.xml:2 (cfdi:Comprobante" + problem]


def test_a_draft_without_stamp_is_told(cfdi: Any, said: Any) -> None:
    assert said(read_cfdi, cfdi.document(complement=""), "a.xml") == [
        "a.xml:2 (cfdi:Comprobante): the CFDI is not stamped: it has no UUID; it may be a draft: export the stamped XML, which has a TimbreFiscalDigital"
    ]


def test_stamps_that_differ_are_told(cfdi: Any, said: Any) -> None:
    content = cfdi.document(complement=cfdi.complement(cfdi.stamp() + cfdi.stamp(cfdi.other_uuid)))
    place = "cfdi:Comprobante/cfdi:Complemento/tfd:TimbreFiscalDigital[2]/@UUID"
    assert said(read_cfdi, content, "a.xml") == [f"a.xml:2 ({place}): a second stamp has another UUID, {cfdi.other_uuid}; {ASK}"]


def test_all_problems_are_told_at_once(cfdi: Any, said: Any) -> None:
    content = cfdi.document(
        {"Moneda": "ZZZ", "Fecha": "ayer"},
        issuer={"Rfc": "EKU900317"},
        receiver={"Nombre": " "},
        relations=cfdi.relation("01", "no-uuid"),
        complement=cfdi.complement(cfdi.stamp("123")),
    )
    assert said(read_cfdi, content, "a.xml") == [
        f"a.xml:2 (cfdi:Comprobante/cfdi:Complemento/tfd:TimbreFiscalDigital/@UUID): '123' is not a UUID; {ASK}",
        f"a.xml:2 (cfdi:Comprobante/cfdi:Emisor/@Rfc): 'EKU900317' is not an RFC; {ASK}",
        f"a.xml:2 (cfdi:Comprobante/cfdi:Receptor/@Nombre): the attribute is missing or empty; {ASK}",
        f"a.xml:2 (cfdi:Comprobante/cfdi:CfdiRelacionados/cfdi:CfdiRelacionado/@UUID): 'NO-UUID' is not a UUID; {ASK}",
        f"a.xml:2 (cfdi:Comprobante/@Fecha): 'ayer' is not a date and time of the form 2026-03-02T10:15:00; {ASK}",
        f"a.xml:2 (cfdi:Comprobante/@Moneda): the currency 'ZZZ' is not known; known are {', '.join(MINOR_UNITS)}",
    ]


def test_missing_parties_are_told(cfdi: Any, said: Any) -> None:
    assert said(read_cfdi, cfdi.wrapped(cfdi.complement(cfdi.stamp())), "a.xml") == [
        f"a.xml:2 (cfdi:Comprobante): the element cfdi:Emisor is missing; {ASK}",
        f"a.xml:2 (cfdi:Comprobante): the element cfdi:Receptor is missing; {ASK}",
    ]


def test_xml_that_is_no_cfdi_is_told(said: Any) -> None:
    assert said(read_cfdi, b'<?xml version="1.0"?>\n<SPEI_Tercero/>', "cep.xml") == [
        "cep.xml:2: it is no CFDI: its outermost element is SPEI_Tercero; give the XML file of an invoice, credit note or payment receipt"
    ]


def test_a_document_full_of_errors_tells_a_bounded_number_of_them(cfdi: Any, said: Any) -> None:
    assert len(said(read_cfdi, cfdi.document(relations=cfdi.relation("01", *["x"] * 500)), "a.xml")) == 100


def test_a_total_that_is_no_sum_is_only_a_warning(cfdi: Any) -> None:
    examined = examine_cfdi(cfdi.document({"Total": "1161.00", "Descuento": "0.00"}), "a.xml")
    assert examined.record == read_cfdi(cfdi.document({"Total": "1161.00"}), "a.xml")
    assert [(problem.text(), problem.warning) for problem in examined.warnings] == [
        (
            "a.xml:2 (cfdi:Comprobante/@Total): the total is 1,161.00 MXN, but subtotal, discount and taxes make 1,160.00; ask the issuer if it looks wrong",
            True,
        )
    ]


def test_discount_withheld_and_local_taxes_belong_to_the_sum(cfdi: Any) -> None:
    local = '<implocal:ImpuestosLocales xmlns:implocal="http://www.sat.gob.mx/implocal" version="1.0" TotaldeRetenciones="5.00" TotaldeTraslados="30.00"/>'
    content = cfdi.document(
        {"Descuento": "100.00", "Total": "979.00"},
        taxes={"TotalImpuestosTrasladados": "144.00", "TotalImpuestosRetenidos": "90.00"},
        complement=cfdi.complement(local + cfdi.stamp()),
    )
    assert examine_cfdi(content, "a.xml").warnings == ()


@pytest.mark.parametrize(
    ("lines", "total", "warned"), [(1, "1160.02", False), (1, "1160.03", True), (5, "1160.05", False), (5, "1160.06", True)]
)
def test_rounding_of_each_line_is_no_mismatch(cfdi: Any, lines: int, total: str, warned: bool) -> None:
    assert bool(examine_cfdi(cfdi.document({"Total": total}, lines=lines), "a.xml").warnings) is warned


@pytest.mark.parametrize(
    ("told", "currency", "minor"),
    [
        ("1160.005", "MXN", 116001),
        ("1160.004999", "MXN", 116000),
        ("0.1", "USD", 10),
        ("7", "EUR", 700),
        ("12.5", "JPY", 13),
        ("9999999999999.99", "MXN", 999999999999999),
    ],
)
def test_six_decimals_are_rounded_half_up_to_the_currency(cfdi: Any, told: str, currency: str, minor: int) -> None:
    record = read_cfdi(cfdi.document({"Total": told, "Moneda": currency}), "a.xml")
    assert isinstance(record, InvoiceRecord)
    assert record.total == Money(minor, currency)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=60).filter(str.strip)
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False, allow_infinity=False)
UUIDS = st.uuids().map(str)


INSTANTS = st.datetimes(dt.datetime(2022, 1, 1), dt.datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 (Fecha has no zone)
HEADS = st.fixed_dictionaries(
    {
        "folio": st.text("0123456789ABC-", max_size=40),
        "total": AMOUNTS,
        "currency": st.sampled_from(sorted(MINOR_UNITS)),
        "issued": INSTANTS,
    }
)


@settings(max_examples=150)
@given(name=NAMES, told=HEADS, uuid=UUIDS, related=st.lists(UUIDS, max_size=4))
def test_what_is_written_is_read_back(cfdi: Any, name: str, told: dict[str, Any], uuid: str, related: list[str]) -> None:
    total = f"{told['total']:f}"
    content = cfdi.document(
        {"Folio": told["folio"], "Total": total, "SubTotal": total, "Moneda": told["currency"], "Fecha": told["issued"].isoformat()},
        receiver={"Nombre": name},
        taxes={},
        relations=cfdi.relation("01", *related) if related else "",
        complement=cfdi.complement(cfdi.stamp(uuid)),
    )
    examined = examine_cfdi(content, "a.xml")
    record = examined.record
    assert isinstance(record, InvoiceRecord)
    assert (record.uuid, record.receiver.name) == (uuid.upper(), " ".join(name.split()))
    assert (record.folio, record.issued_at, record.total) == (told["folio"], told["issued"], Money.of(told["total"], told["currency"]))
    assert [one for relation in record.relations for one in relation.uuids] == [one.upper() for one in related]
    assert examined.warnings == ()
