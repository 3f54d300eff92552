"""What a file is, by its content; a name only tips the scale between tables and prose."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from enum import StrEnum

from cobranza_rules.intake.adminpaq_dbf import table_of
from cobranza_rules.intake.agreements import AGREEMENT_HEADINGS
from cobranza_rules.intake.archive import MB, ZipLimits, is_zip, open_zip
from cobranza_rules.intake.bank.reading import BankFiles, is_statement
from cobranza_rules.intake.cfdi_statuses import STATUS_HEADINGS
from cobranza_rules.intake.delimited import DELIMITERS, damaged, decoded, sample_of, shape_by
from cobranza_rules.intake.headings import CUSTOMER_HEADINGS
from cobranza_rules.intake.ledger_headings import REPORT_HEADINGS
from cobranza_rules.intake.old_workbook import is_old_workbook
from cobranza_rules.intake.reminders import REMINDER_HEADINGS
from cobranza_rules.intake.report_mapping import ReportMapping, mapping_for
from cobranza_rules.intake.requests import REQUEST_HEADINGS
from cobranza_rules.intake.spreadsheet import LARGEST_FILE, read_tables
from cobranza_rules.problems import ProblemError

_LOOKED_AT = MB
_LIMITS = ZipLimits(entries=20_000, total=1024 * MB, entry=1024 * MB, ratio=1)  # Only the names are looked at.
_COMPROBANTE = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?Comprobante[\s>]")


class Kind(StrEnum):
    CFDI = "cfdi"  # Of any version, and damaged ones too: its reader says what is wrong.
    CUSTOMERS = "customers"
    AGREEMENTS = "agreements"
    REQUESTS = "requests"  # Billing requests of Sales
    REMINDERS = "reminders"  # What was reminded of before the program came
    LEDGER_REPORT = "ledger_report"  # The document report of AdminPAQ or CONTPAQi
    LEDGER_TABLE = "ledger_table"  # One of AdminPAQ's own tables, or the memo file of one; all of a company's are read together.
    CFDI_STATUSES = "cfdi_statuses"  # What the SAT says of CFDI
    BANK = "bank"  # A statement of one of our bank accounts
    SPREADSHEET = "spreadsheet"  # A workbook or table without a heading row that is known.
    ZIP = "zip"
    PDF = "pdf"
    UNKNOWN = "unknown"


# A report of AdminPAQ may have UUID and state as a list of statuses has, and all lists may name their customers.
_LISTS = {
    Kind.REMINDERS: REMINDER_HEADINGS,
    Kind.LEDGER_REPORT: REPORT_HEADINGS,
    Kind.CFDI_STATUSES: STATUS_HEADINGS,
    Kind.AGREEMENTS: AGREEMENT_HEADINGS,
    Kind.REQUESTS: REQUEST_HEADINGS,
    Kind.CUSTOMERS: CUSTOMER_HEADINGS,
}


def recognise(content: bytes, name: str, mappings: Sequence[ReportMapping] = (), banks: BankFiles | None = None) -> Kind:
    """Never raises: what cannot be read is of an unknown kind, or of the kind whose reader will say why.

    A file whose name fits a mapping is a report: somebody has said so. So he has of a bank's files with `banks.told`.
    """
    if banks is not None and banks.told:
        return Kind.BANK
    if table_of(name):
        return Kind.LEDGER_TABLE
    kind = _kind(content, name)
    if kind in _TABLES and mapping_for(name, mappings):
        return Kind.LEDGER_REPORT
    is_bank = banks is not None and kind in (Kind.SPREADSHEET, Kind.UNKNOWN) and is_statement(content, name, banks)
    return Kind.BANK if is_bank else kind


def _kind(content: bytes, name: str) -> Kind:
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    if is_old_workbook(content):
        return _table_kind(content, name)
    if is_zip(content):
        return _table_kind(content, name) if is_workbook(content) else Kind.ZIP
    if _COMPROBANTE.search(_single_bytes(content[:_LOOKED_AT])):
        return Kind.CFDI
    return _table_kind(content, name) if len(content) <= LARGEST_FILE and _is_delimited(content, name) else Kind.UNKNOWN


_TABLES = (Kind.SPREADSHEET, Kind.CUSTOMERS, Kind.REMINDERS)


def is_workbook(content: bytes) -> bool:
    return _has_entry(content, "xl/workbook.xml")


def is_office_file(content: bytes) -> bool:
    """A ZIP that people know as one document (ECMA-376 part 2): its entries are no files of theirs."""
    return _has_entry(content, "[content_types].xml")


def _has_entry(content: bytes, name: str) -> bool:
    try:
        with open_zip(io.BytesIO(content), "", _LIMITS) as archive:
            return any(entry.lower() == name for entry in archive.namelist())
    except ProblemError:
        return False


def _table_kind(content: bytes, name: str) -> Kind:
    try:
        tables = read_tables(content, name)
    except ProblemError:
        return Kind.SPREADSHEET
    return next((kind for kind, headings in _LISTS.items() if headings.find(tables, name)), Kind.SPREADSHEET)


def _is_delimited(content: bytes, name: str) -> bool:
    named = name.lower().endswith((".csv", ".tsv"))
    text = decoded(content) or (damaged(content) if named else None)  # Its reader says what is wrong with it.
    if not text or text.lstrip().startswith("<"):
        return False
    lines = sample_of(text)
    # Prose and mails have commas too, but hardly as many of them in every other line; bars part the tables of manuals.
    least, delimiters = (2, DELIMITERS) if named else (3, [delimiter for delimiter in DELIMITERS if delimiter != "|"])
    shapes = [shape_by(lines, delimiter) for delimiter in delimiters]
    return any(times >= max(2, len(lines) / 2) and columns >= least for times, columns in shapes)


def _single_bytes(head: bytes) -> bytes:
    """UTF-16 brought to one byte a letter, as far as its letters are ASCII."""
    return head.replace(b"\x00", b"") if b"\x00" in head else head
