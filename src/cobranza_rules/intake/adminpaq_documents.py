"""Documents (MGW10008) and the links between credits and charges (MGW10009) of AdminPAQ's tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from cobranza_rules.domain.customer import Party
from cobranza_rules.domain.ledger_document import LedgerDocument, LedgerKind, LedgerLink, Nature
from cobranza_rules.intake.adminpaq_catalogues import Catalogues, LedgerCustomer, each
from cobranza_rules.intake.adminpaq_record import RecordReader
from cobranza_rules.intake.cfdi_reading import shown
from cobranza_rules.intake.dbf_table import DbfTable
from cobranza_rules.intake.ledger_row import FIRST_YEAR, LAST_YEAR
from cobranza_rules.intake.ledger_words import KIND_OF_MODEL, MODELS_OF_OTHERS, NATURE_OF_NUMBER, concept_of
from cobranza_rules.intake.rfc import is_rfc, typed_rfc
from cobranza_rules.intake.two_spellings import Spellings
from cobranza_rules.language import _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem

DOCUMENTS, LINKS = "MGW10008", "MGW10009"
NEEDED = frozenset(
    {
        "CIDDOCUM01",
        "CIDDOCUM02",
        "CFOLIO",
        "CFECHA",
        "CIDCLIEN01",
        "CRAZONSO01",
        "CRFC",
        "CIDMONEDA",
        "CNATURAL01",
        "CTOTAL",
        "CPENDIENTE",
        "CCANCELADO",
    }
)
_FIELDS = NEEDED | {"CIDCONCE01", "CSERIEDO01", "CFECHAVE01", "CREFEREN01", "COBSERVA01", "CAFECTADO", "CPLANTILLA"}
_LINK_FIELDS = frozenset({"CIDDOCUM01", "CIDDOCUM02", "CIMPORTE01", "CIMPORTE02", "CFECHAAB01"})
_BASE_CURRENCY = 1  # CIDMONEDA of the pesos with which every company of AdminPAQ begins
_NOBODY = LedgerCustomer("", Party("", ""), supplier=False)
_COPY_TOGETHER = _("copy all tables at the same time, while nobody works in AdminPAQ")
_COMPARE = _("compare it with the CFDI, and correct it in AdminPAQ")


@dataclass(slots=True)
class Documents:
    """`seen` are the ids of all records, those too that are no customers' documents or could not be read."""

    found: dict[int, LedgerDocument] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    pesos_by_number: bool = False


def read_documents(table: DbfTable, catalogues: Catalogues, spellings: Spellings, told: Callable[[list[Problem]], None]) -> Documents:
    """Orders, drafts, templates and suppliers' documents are passed over; what owes nothing has no place in a ledger of customers."""
    documents = Documents()
    parties: dict[tuple[str, str], Party] = {}
    drafts = "CAFECTADO" in table.fields
    for number, record in table.records(_FIELDS):
        reader = RecordReader(table.name, number, record)
        internal_id, model = reader.whole("CIDDOCUM01"), reader.whole("CIDDOCUM02")
        documents.seen.add(internal_id)
        customer = catalogues.customers.get(reader.whole("CIDCLIEN01"), _NOBODY)
        posted = not drafts or reader.whole("CAFECTADO")
        nature = NATURE_OF_NUMBER.get(reader.whole("CNATURAL01"))
        if nature is None or not posted or model in MODELS_OF_OTHERS or customer.supplier or reader.whole("CPLANTILLA"):
            told(reader.errors)
            continue
        document = _Record(reader, catalogues, documents, customer, nature, parties).document(internal_id, model)
        told(reader.errors + reader.oddities)
        if not reader.errors:
            documents.found[internal_id] = document
            spellings.add(document.party, document.customer_code, f"{table.name} {reader.place('CRAZONSO01')}")
    return documents


@dataclass(slots=True)
class _Record:
    reader: RecordReader
    catalogues: Catalogues
    documents: Documents
    customer: LedgerCustomer
    nature: Nature
    parties: dict[tuple[str, str], Party]

    def document(self, internal_id: int, model: int) -> LedgerDocument:
        reader = self.reader
        concept = self._concept()
        currency = self._currency()
        issued = reader.day("CFECHA")
        if issued is None and not reader.errors:
            reader.blame("CFECHA", _("the field is empty"))
        elif issued is not None and not FIRST_YEAR <= issued.year <= LAST_YEAR:
            reader.blame("CFECHA", _("{day} is no day of a document", day=issued))
        if internal_id <= 0 or internal_id in self.documents.found:
            reader.blame("CIDDOCUM01", _("the number {number} does not tell the document from another", number=internal_id))
        total, left = self._amounts(currency)
        return LedgerDocument(
            source="dbf",
            internal_id=str(internal_id),
            nature=self.nature,
            kind=KIND_OF_MODEL.get(model, concept_of(concept).kind if concept else LedgerKind.OTHER),
            concept=concept,
            series=reader.text("CSERIEDO01"),
            folio=reader.folio("CFOLIO"),
            uuid=self.catalogues.uuids.get(internal_id, ""),
            party=self._party(),
            customer_code=self.customer.code,
            issued_on=issued or dt.date.min,
            due_on=reader.day("CFECHAVE01"),
            total=total,
            open=left,
            cancelled=bool(reader.whole("CCANCELADO")),
            reference=reader.text("CREFEREN01"),
            place=f"{reader.file} #{reader.number}",
            notes=reader.text("COBSERVA01"),
        )

    def _concept(self) -> str:
        number = self.reader.whole("CIDCONCE01")
        return self.catalogues.concepts.get(number, "")

    def _party(self) -> Party:
        """As the document has it, which keeps the name of its day; what it lacks, the customer's own record tells."""
        reader, own = self.reader, self.customer.party
        rfc, name = typed_rfc(reader.text("CRFC")), reader.text("CRAZONSO01") or own.name
        if rfc and not is_rfc(rfc):
            reader.blame("CRFC", _("'{rfc}' is not an RFC", rfc=shown(rfc)))
        if not (rfc or own.rfc or name):
            reader.blame("CIDCLIEN01", _("the record names no customer"))
        key = (rfc or own.rfc, name)
        return self.parties.setdefault(key, Party(*key))

    def _currency(self) -> str:
        """Without the table of currencies, number 1 alone is known: the pesos with which every company begins."""
        number = self.reader.whole("CIDMONEDA")
        currency = self.catalogues.currencies.get(number, "")
        if not currency and not self.catalogues.currencies and number == _BASE_CURRENCY:
            self.documents.pesos_by_number = True
            return "MXN"
        if not currency:
            hint = _("copy MGW10034.DBF, the table of currencies, beside the others; its names are read, such as Peso Mexicano")
            self.reader.blame("CIDMONEDA", _("the currency with the number {number} is not known", number=number), hint)
        return currency or "MXN"

    def _amounts(self, currency: str) -> tuple[Money, Money]:
        total, left = self.reader.amount("CTOTAL"), self.reader.amount("CPENDIENTE")
        for name, amount in (("CTOTAL", total), ("CPENDIENTE", left)):
            if amount < 0:
                self.reader.blame(name, _("the amount {amount} is negative", amount=amount), _COMPARE)
        if left > total >= 0 and not self.reader.errors:
            what = _(
                "the open amount {open} is more than the total {total}", open=Money.of(left, currency), total=Money.of(total, currency)
            )
            self.reader.blame("CPENDIENTE", what, _COMPARE)
        return Money.of(total, currency), Money.of(left, currency)


def read_links(table: DbfTable, documents: Documents, told: list[Problem]) -> list[LedgerLink]:
    """Links between documents that were passed over go with them; one that names a document that nobody knows is told."""
    links: list[LedgerLink] = []

    def link(reader: RecordReader) -> None:
        ids = reader.whole("CIDDOCUM01"), reader.whole("CIDDOCUM02")
        credit, charge = (documents.found.get(number) for number in ids)
        for number, name in zip(ids, ("CIDDOCUM01", "CIDDOCUM02"), strict=True):
            if number not in documents.seen:
                what = _("the document with the number {number} is not in MGW10008", number=number)
                reader.oddities.append(Problem(what, _COPY_TOGETHER, reader.file, place=reader.place(name), warning=True))
        if credit is None or charge is None:
            return
        same = credit.total.currency == charge.total.currency or "CIMPORTE02" not in table.fields
        amount, day = reader.amount("CIMPORTE01" if same else "CIMPORTE02"), reader.day("CFECHAAB01")
        if (credit.nature, charge.nature) != (Nature.CREDIT, Nature.CHARGE):
            reader.blame("CIDDOCUM01", _("the link does not lead from a credit to a charge"))
        elif amount < 0:
            reader.blame("CIMPORTE01", _("the amount {amount} is negative", amount=amount), _COMPARE)
        elif not reader.errors:
            money = Money.of(amount, charge.total.currency)
            links.append(LedgerLink(credit.internal_id, charge.internal_id, money, day or credit.issued_on))

    each(table, _LINK_FIELDS, link, told)
    return links
