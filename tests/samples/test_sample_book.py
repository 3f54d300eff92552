"""The samples tell one consistent story: sums, balances, dates and relations hold."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from lxml import etree

from cobranza_rules.calendar import BusinessCalendar
from cobranza_rules.config import read_settings
from cobranza_rules.domain.customer import CustomerKind, CustomerRecord, DeliveryMode
from cobranza_rules.domain.document import CfdiRecord, CreditNoteRecord, InvoiceRecord, PaymentReceiptRecord
from cobranza_rules.intake.contacts import read_customers
from cobranza_rules.money import Money

START, END = dt.date(2026, 3, 2), dt.date(2026, 4, 10)
BANK_DAYS = BusinessCalendar(holidays="MX-BMV")
OFFICE_DAYS = BusinessCalendar()
# Anexo 20, t_RFC: three or four letters, a date, three characters of which the last is a digit or A.
RFC = re.compile(r"[A-Z&Ñ]{3,4}[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]")
CFDI = "{http://www.sat.gob.mx/cfd/4}"


@pytest.fixture(scope="session")
def customers(samples: Path) -> list[CustomerRecord]:
    rows, problems = read_customers((samples / "clientes.xlsx").read_bytes(), "clientes.xlsx")
    assert problems == []
    return rows


@pytest.fixture(scope="session")
def customer_of(customers: list[CustomerRecord], invoices: Mapping[str, InvoiceRecord]) -> Mapping[str, CustomerRecord]:
    """The customer of each invoice, by its RFC or, where that is the generic one, by its tax id."""
    known = {(one.rfc, one.tax_id): one for one in customers}
    return {uuid: known[invoice.receiver.rfc, invoice.receiver.tax_id] for uuid, invoice in invoices.items()}


def due_on(uuid: str, invoices: Mapping[str, InvoiceRecord], customer_of: Mapping[str, CustomerRecord]) -> dt.date:
    days = customer_of[uuid].credit_days
    assert days is not None
    return invoices[uuid].issued_at.date() + dt.timedelta(days=days)


def substituted(invoices: Mapping[str, InvoiceRecord]) -> dict[str, str]:
    """UUID of each substituted invoice to that of its substitute."""
    return {old: new.uuid for new in invoices.values() for relation in new.relations if relation.kind == "04" for old in relation.uuids}


def test_the_generator_reproduces_the_committed_bytes(root: Path, samples: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, root / "script/make-samples", tmp_path], check=True, capture_output=True)
    made = {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    kept = {file.relative_to(samples).as_posix(): file.read_bytes() for file in samples.rglob("*") if file.is_file()}
    kept = {name: content for name, content in kept.items() if not name.startswith("plantillas/")}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_there_is_what_the_demo_needs(records: Mapping[str, CfdiRecord], customers: list[CustomerRecord]) -> None:
    kinds = Counter(type(record) for record in records.values())
    assert kinds[InvoiceRecord] == 150
    assert kinds[CreditNoteRecord] == 3
    assert 45 <= kinds[PaymentReceiptRecord] <= 60
    assert Counter(one.kind for one in customers) == {CustomerKind.DOMESTIC: 23, CustomerKind.FOREIGN: 2}
    assert Counter(one.delivery for one in customers) == {DeliveryMode.EMAIL: 20, DeliveryMode.IN_PERSON: 3, DeliveryMode.PORTAL: 2}


def test_every_document_is_the_companys_and_names_a_known_customer(
    records: Mapping[str, CfdiRecord], customers: list[CustomerRecord]
) -> None:
    known = {(one.rfc, one.name, one.tax_id) for one in customers}
    assert {(record.issuer.rfc, record.issuer.name) for record in records.values()} == {("EKU9003173C9", "ESCUELA KEMPER URGATE")}
    assert {(record.receiver.rfc, record.receiver.name, record.receiver.tax_id) for record in records.values()} == known
    assert all(RFC.fullmatch(one.rfc) for one in customers)
    assert {one.language for one in customers if one.kind is CustomerKind.FOREIGN} == {"en"}


def test_uuids_and_numbers_are_unique(records: Mapping[str, CfdiRecord]) -> None:
    assert len({record.uuid for record in records.values()}) == len(records)
    assert len({(record.series, record.folio) for record in records.values()}) == len(records)


def test_folios_follow_the_dates(invoices: Mapping[str, InvoiceRecord]) -> None:
    for series in ("FA", "FE"):
        of_series = sorted((one for one in invoices.values() if one.series == series), key=lambda one: int(one.folio))
        instants = [one.issued_at for one in of_series]
        assert instants == sorted(instants)
        assert [int(one.folio) for one in of_series] == list(range(int(of_series[0].folio), int(of_series[0].folio) + len(of_series)))


def amount(node: etree._Element, attribute: str) -> Decimal:
    text = node.get(attribute)
    assert text is not None
    return Decimal(text)


def total_of(nodes: Iterable[etree._Element], attribute: str) -> Decimal:
    return sum((amount(node, attribute) for node in nodes), Decimal(0))


def test_lines_taxes_and_totals_agree(samples: Path) -> None:
    files = list((samples / "cfdi").rglob("F*.xml"))
    assert len(files) == 150
    for file in files:
        root = etree.parse(file).getroot()
        lines = list(root.iter(f"{CFDI}Concepto"))
        for line in lines:
            assert amount(line, "Cantidad") * amount(line, "ValorUnitario") == amount(line, "Importe")
            [tax] = line.iter(f"{CFDI}Traslado")
            exact = amount(tax, "Base") * amount(tax, "TasaOCuota")
            assert exact.quantize(Decimal("0.01"), ROUND_HALF_UP) == amount(tax, "Importe")
        taxes = total_of((tax for line in lines for tax in line.iter(f"{CFDI}Traslado")), "Importe")
        [summary] = root.iterfind(f"{CFDI}Impuestos")
        assert total_of(lines, "Importe") == amount(root, "SubTotal")
        assert amount(summary, "TotalImpuestosTrasladados") == taxes
        assert amount(root, "SubTotal") + taxes == amount(root, "Total")
        assert (taxes == 0) == (root.get("Moneda") == "USD")


def test_the_opening_book_is_overdue_by_five_to_eighty_days_or_not_due(
    records: Mapping[str, CfdiRecord], invoices: Mapping[str, InvoiceRecord], customer_of: Mapping[str, CustomerRecord]
) -> None:
    opening = [record.uuid for path, record in records.items() if path.startswith("cfdi/apertura/") and isinstance(record, InvoiceRecord)]
    ages = [(START - due_on(uuid, invoices, customer_of)).days for uuid in opening]
    overdue = [age for age in ages if age > 0]
    assert 60 <= len(ages) <= 90
    assert len(overdue) >= 30
    assert (min(age for age in overdue if age > 2), max(overdue)) == (5, 80)
    assert any(age < -20 for age in ages)


def test_documents_arrive_on_the_day_of_their_issue_and_on_working_days(records: Mapping[str, CfdiRecord]) -> None:
    for path, record in records.items():
        folder, day = path.split("/")[1], record.issued_at.date()
        assert (day < START) if folder == "apertura" else (dt.date.fromisoformat(folder) == day <= END), path
        assert OFFICE_DAYS.is_workday(day), path


def test_receipts_carry_balances_on_from_one_to_the_next(
    receipts: list[PaymentReceiptRecord], credit_notes: list[CreditNoteRecord], invoices: Mapping[str, InvoiceRecord]
) -> None:
    credited = {note.relations[0].uuids[0]: note for note in credit_notes if len(note.relations[0].uuids) == 1}
    balance = {uuid: invoice.total for uuid, invoice in invoices.items()}
    installments: dict[str, int] = defaultdict(int)
    for receipt in receipts:
        for applied in receipt.payments[0].applications:
            uuid = applied.invoice_uuid
            if uuid in credited and credited[uuid].issued_at <= receipt.issued_at:
                balance[uuid] -= credited.pop(uuid).total
            installments[uuid] += 1
            assert applied.balance_before == balance[uuid], receipt.folio
            assert applied.balance_after == applied.balance_before - applied.paid
            assert applied.installment == installments[uuid]
            assert applied.paid.minor > 0
            assert applied.balance_after.minor >= 0
            balance[uuid] = applied.balance_after
    partial = [uuid for uuid, count in installments.items() if balance[uuid].minor > 0 or count > 1]
    assert len(partial) >= 5


def test_receipts_add_up_to_what_was_paid(receipts: list[PaymentReceiptRecord], invoices: Mapping[str, InvoiceRecord]) -> None:
    crossed = 0
    for receipt in receipts:
        [payment] = receipt.payments
        paid = sum(applied.paid.minor for applied in payment.applications)
        [equivalence] = {applied.equivalence for applied in payment.applications}
        bought = Money.of(payment.amount.amount * equivalence, payment.applications[0].paid.currency)
        assert bought.minor == paid, receipt.folio
        crossed += payment.amount.currency != bought.currency
        for applied in payment.applications:
            invoice = invoices[applied.invoice_uuid]
            assert (invoice.series, invoice.folio) == (applied.series, applied.folio)
            assert invoice.receiver == receipt.receiver
    assert crossed == 1


def test_nothing_is_paid_before_it_exists_or_after_it_was_substituted(
    receipts: list[PaymentReceiptRecord], invoices: Mapping[str, InvoiceRecord]
) -> None:
    gone = substituted(invoices)
    for receipt in receipts:
        [payment] = receipt.payments
        assert BANK_DAYS.is_workday(payment.paid_on), receipt.folio
        assert payment.paid_on <= receipt.issued_at.date()
        for applied in payment.applications:
            assert invoices[applied.invoice_uuid].issued_at.date() < payment.paid_on
            assert applied.invoice_uuid not in gone
            assert invoices[applied.invoice_uuid].payment_method == "PPD"  # A PUE invoice has no payment receipt.


def test_one_substitution_and_three_credit_notes_stand_where_they_should(
    invoices: Mapping[str, InvoiceRecord], credit_notes: list[CreditNoteRecord], receipts: list[PaymentReceiptRecord]
) -> None:
    [(old, new)] = substituted(invoices).items()
    assert invoices[old].receiver == invoices[new].receiver
    assert invoices[old].issued_at < invoices[new].issued_at
    assert invoices[old].total != invoices[new].total
    paid = {applied.invoice_uuid for receipt in receipts for applied in receipt.payments[0].applications}
    assert [len(note.relations[0].uuids) for note in sorted(credit_notes, key=lambda note: note.folio)] == [1, 2, 1]
    for note in credit_notes:
        assert [relation.kind for relation in note.relations] == ["01"]
        related = [invoices[uuid] for uuid in note.relations[0].uuids]
        assert {invoice.receiver for invoice in related} == {note.receiver}
        assert note.total < min(invoice.total for invoice in related)
    # The one that names two invoices waits for a person, so no receipt may rest on how it was shared.
    [shared] = [note for note in credit_notes if len(note.relations[0].uuids) == 2]
    assert not paid & set(shared.relations[0].uuids)


def test_the_settings_are_valid_and_the_clabes_check(samples: Path) -> None:
    settings = read_settings(samples / "cobranza.toml")
    roles = {"administration_manager", "collections_analyst", "supervisor", "sales_manager", "accounting"}
    assert settings.mode == "supervised"
    assert set(settings.people) == roles
    assert {account.currency for account in settings.company.accounts} == {"MXN", "USD"}
    for account in settings.company.accounts:
        weighed = sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(account.clabe[:17]))
        assert int(account.clabe[17]) == -weighed % 10
    assert settings.as_company().account_for("USD").swift  # type: ignore[union-attr]  # the set above says that it is there


def test_no_sample_names_a_real_mail_domain(samples: Path) -> None:
    address = re.compile(rb"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
    found = {
        match.decode()
        for file in samples.rglob("*")
        if file.suffix != ".xlsx" and file.is_file()
        for match in address.findall(file.read_bytes())
    }
    assert {domain for domain in found if not domain.endswith(".example")} == set()
