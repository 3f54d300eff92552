"""What AdminPAQ's documents point at: customers (MGW10002) with addresses (MGW10011), concepts (MGW10006), currencies (MGW10034), UUID (MGW10045)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cobranza_rules.domain.customer import ContactRecord, ContactRole, CustomerKind, CustomerRecord, DeliveryMode, Party
from cobranza_rules.domain.terms import LONGEST_CREDIT
from cobranza_rules.intake.adminpaq_record import RecordReader
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.customer_row import FOREIGN_RFC
from cobranza_rules.intake.dbf_table import DbfTable
from cobranza_rules.intake.ledger_row import UUID
from cobranza_rules.intake.ledger_words import currency_of
from cobranza_rules.intake.rfc import is_rfc, typed_rfc
from cobranza_rules.intake.two_spellings import Spellings
from cobranza_rules.language import _
from cobranza_rules.problems import Problem

TEXTS = frozenset({"CRAZONSO01", "CNOMBREC01", "CNOMBREM01", "CCOLONIA", "CCIUDAD", "CMUNICIPIO", "CREFEREN01", "CESTADO", "CPAIS"})
CUSTOMERS, ADDRESSES, CONCEPTS, CURRENCIES, STAMPS = "MGW10002", "MGW10011", "MGW10006", "MGW10034", "MGW10045"
SUPPLIER = 3  # CTIPOCLI01: 1 is a customer, 2 customer and supplier
_OF_CUSTOMERS, _FISCAL = 1, 0  # CTIPOCAT01, CTIPODIR01
_CANCELLED_STAMP = 3  # CESTADO of a digital folio
_CUSTOMER_FIELDS = frozenset(
    {"CIDCLIEN01", "CCODIGOC01", "CRAZONSO01", "CRFC", "CTIPOCLI01", "CDIASCRE01", "CEMAIL1", "CEMAIL2", "CEMAIL3"},
)
_STREET = ("CNOMBREC01", "CNUMEROE01", "CNUMEROI01")
_PLACE = ("CCOLONIA", "CCODIGOP01", "CCIUDAD", "CMUNICIPIO", "CESTADO", "CPAIS")
_ADDRESS_FIELDS = frozenset({"CIDCATAL01", "CTIPOCAT01", "CTIPODIR01", "CTELEFONO1", "CEMAIL", *_STREET, *_PLACE})
Tables = Mapping[str, DbfTable]
Told = list[Problem]


@dataclass(frozen=True, slots=True)
class LedgerCustomer:
    code: str
    party: Party
    supplier: bool


@dataclass(slots=True)
class Catalogues:
    """By the internal ids of AdminPAQ. `models` are those of the concepts; `currencies` are ISO 4217 codes, "" for a name that is not known."""

    customers: dict[int, LedgerCustomer] = field(default_factory=dict)
    records: list[CustomerRecord] = field(default_factory=list)
    concepts: dict[int, str] = field(default_factory=dict)
    models: dict[int, int] = field(default_factory=dict)
    currencies: dict[int, str] = field(default_factory=dict)
    uuids: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Address:
    text: str
    phone: str
    email: str


def read_catalogues(tables: Tables, spellings: Spellings, told: Told) -> Catalogues:
    found = Catalogues()

    def concept(reader: RecordReader) -> None:
        found.concepts[reader.whole("CIDCONCE01")] = reader.text("CNOMBREC01")
        found.models[reader.whole("CIDCONCE01")] = reader.whole("CIDDOCUM01")

    def currency(reader: RecordReader) -> None:
        found.currencies[reader.whole("CIDMONEDA")] = currency_of(reader.text("CNOMBREM01"))

    def stamp(reader: RecordReader) -> None:
        document, uuid = reader.whole("CIDDOCTO"), reader.text("CUUID").upper()
        if document and UUID.fullmatch(uuid) and not (reader.whole("CESTADO") == _CANCELLED_STAMP and document in found.uuids):
            found.uuids[document] = uuid

    each(tables.get(CONCEPTS), frozenset({"CIDCONCE01", "CNOMBREC01", "CIDDOCUM01"}), concept, told)
    each(tables.get(CURRENCIES), frozenset({"CIDMONEDA", "CNOMBREM01"}), currency, told)
    each(tables.get(STAMPS), frozenset({"CIDDOCTO", "CUUID", "CESTADO"}), stamp, told)
    addresses = _addresses(tables.get(ADDRESSES), told)

    def customer(reader: RecordReader) -> None:
        _take_customer(reader, found, addresses, spellings)

    each(tables.get(CUSTOMERS), _CUSTOMER_FIELDS, customer, told)
    return found


def each(table: DbfTable | None, wanted: frozenset[str], take: Callable[[RecordReader], None], told: Told) -> None:
    """Every record of a table that is there, with what is wrong of it."""
    if table is None:
        return
    for number, record in table.records(wanted):
        reader = RecordReader(table.name, number, record)
        take(reader)
        told.extend(reader.errors)
        told.extend(reader.oddities)


def _addresses(table: DbfTable | None, told: Told) -> dict[int, _Address]:
    """The fiscal address of each customer, else the first of the others."""
    found: dict[int, tuple[int, _Address]] = {}

    def address(reader: RecordReader) -> None:
        if reader.whole("CTIPOCAT01") != _OF_CUSTOMERS:
            return
        customer, kind = reader.whole("CIDCATAL01"), reader.whole("CTIPODIR01")
        if customer not in found or (kind == _FISCAL and found[customer][0] != _FISCAL):
            parts = [" ".join(filter(None, (reader.text(name) for name in _STREET))), *(reader.text(name) for name in _PLACE)]
            found[customer] = (kind, _Address(", ".join(filter(None, parts)), reader.text("CTELEFONO1"), reader.text("CEMAIL")))

    each(table, _ADDRESS_FIELDS, address, told)
    return {customer: told_address for customer, (_kind, told_address) in found.items()}


def _take_customer(reader: RecordReader, found: Catalogues, addresses: Mapping[int, _Address], spellings: Spellings) -> None:
    """Number 0 is AdminPAQ's own "(Ninguno)". Suppliers are known, so that their documents can be told apart, and are no customers."""
    number = reader.whole("CIDCLIEN01")
    if number <= 0:
        return
    code, name, rfc = reader.text("CCODIGOC01"), reader.text("CRAZONSO01"), typed_rfc(reader.text("CRFC"))
    supplier = reader.whole("CTIPOCLI01") == SUPPLIER
    found.customers[number] = LedgerCustomer(code, Party(rfc if is_rfc(rfc) else "", name), supplier)
    if supplier:
        return
    if rfc and not is_rfc(rfc):
        reader.blame("CRFC", _("'{rfc}' is not an RFC", rfc=shown(rfc)))
    if not name:
        reader.blame("CRAZONSO01", _("the field is empty"))
    if rfc and code and not reader.errors:
        found.records.append(_record(reader, code, name, rfc, addresses.get(number, _Address("", "", ""))))
        spellings.add(Party(rfc, name), code, f"{reader.file} {reader.place('CRAZONSO01')}")


def _record(reader: RecordReader, code: str, name: str, rfc: str, address: _Address) -> CustomerRecord:
    """AdminPAQ keeps 0 credit days where nobody has entered any, so that 0 is unknown, not cash."""
    days = reader.whole("CDIASCRE01")
    kind = CustomerKind.FOREIGN if rfc == FOREIGN_RFC else CustomerKind.DOMESTIC
    emails = dict.fromkeys(filter(None, (address.email, *(reader.text(f"CEMAIL{number}") for number in (1, 2, 3)))))
    return CustomerRecord(
        code=code,
        name=name,
        rfc=rfc,
        kind=kind,
        language="es" if kind is CustomerKind.DOMESTIC else "en",
        credit_days=days if 0 < days <= LONGEST_CREDIT else None,
        delivery=DeliveryMode.EMAIL,
        address=address.text,
        contacts=tuple(
            ContactRecord(role, "", email, phone=address.phone)
            for role in (ContactRole.INVOICE, ContactRole.COLLECTIONS)
            for email in emails
        ),
    )
