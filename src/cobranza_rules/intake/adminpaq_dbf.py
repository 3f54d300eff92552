"""The tables of AdminPAQ (Visual FoxPro, MGW*.DBF) as one book: documents, links, customers."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Container, Mapping
from pathlib import Path

from cobranza_rules.domain.ledger_document import LedgerBook
from cobranza_rules.intake.adminpaq_catalogues import ADDRESSES, CONCEPTS, CURRENCIES, CUSTOMERS, STAMPS, TEXTS, read_catalogues
from cobranza_rules.intake.adminpaq_documents import DOCUMENTS, LINKS, NEEDED, read_documents, read_links
from cobranza_rules.intake.code_page import page_name
from cobranza_rules.intake.dbf_table import SHORTEST_MEMO_FILE, DbfTable, open_table
from cobranza_rules.intake.two_spellings import Spellings
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

_OF_ADMINPAQ = re.compile(r"(?:MGW|CAC|POS)[0-9]{5}\.(?:DBF|FPT|CDX)")
TABLES = (DOCUMENTS, LINKS, CUSTOMERS, ADDRESSES, CONCEPTS, CURRENCIES, STAMPS)
MOST_TOLD = 200
_WITHOUT = {
    LINKS: _("which payments cover which invoices is not known"),
    CUSTOMERS: _("codes and credit days of customers are not known, and suppliers' documents are told by their kind only"),
}


def table_of(file: str) -> str:
    """`MGW10008` for `copia/mgw10008.dbf`; "" for a file that is none of the tables that are read, nor the memo file of one."""
    name = file.replace("\\", "/").rpartition("/")[2].upper()
    stem, _dot, extension = name.partition(".")
    return stem if extension in ("DBF", "FPT") and stem in TABLES else ""


def is_of_no_use(file: str) -> bool:
    """Whether it is one of the other files of AdminPAQ, tables and indexes that lie beside those that are read."""
    return not table_of(file) and _OF_ADMINPAQ.fullmatch(file.replace("\\", "/").rpartition("/")[2].upper()) is not None


def read_tables_of(files: Mapping[str, bytes]) -> tuple[LedgerBook, list[Problem]]:
    """`files` are tables and memo files of one company by their names, whatever folder stands before them; others are passed over.

    The good records, and the problems of the others; a problem that is a warning has cost nothing. Raises ProblemError where the documents
    cannot be read at all.
    """
    with tempfile.TemporaryDirectory(prefix="cobranza-dbf-") as folder:
        problems: list[Problem] = []
        given = {table_of(file) for file in files if file.lower().endswith(".dbf")}
        tables = _tables(files, Path(folder), problems)
        if DOCUMENTS not in tables:
            if DOCUMENTS not in given:
                what = _("the table of documents, MGW10008.DBF, is not among the files")
                problems.append(Problem(what, _("copy it beside the others"), next(iter(files), "")))
            raise ProblemError(problems)
        if missing := NEEDED - tables[DOCUMENTS].fields:
            what = _("the table has no field {fields}", fields=", ".join(sorted(missing)))
            raise ProblemError([*problems, Problem(what, _("check that it is the table of AdminPAQ's documents"), tables[DOCUMENTS].name)])
        book = _read(tables, given, problems)
    return book, _bounded(problems)


def _read(tables: Mapping[str, DbfTable], given: Container[str], problems: list[Problem]) -> LedgerBook:
    """Of a table that was given and could not be read, more has been told than that it is missing."""
    documents_table = tables[DOCUMENTS]
    for name, lost in _WITHOUT.items():
        if name not in given:
            _warn(problems, documents_table.name, _("the table {table} is missing: {lost}", table=f"{name}.DBF", lost=lost), _BESIDE)
    spellings = Spellings("")
    catalogues = read_catalogues(tables, spellings, problems)
    documents = read_documents(documents_table, catalogues, spellings, problems.extend)
    if documents.pesos_by_number:
        what = _("the table MGW10034.DBF is missing: the currency with the number 1 was taken for Mexican pesos")
        _warn(problems, documents_table.name, what, _BESIDE)
    links = read_links(tables[LINKS], documents, problems) if LINKS in tables else []
    problems += spellings.problems
    return LedgerBook(tuple(documents.found.values()), tuple(links), tuple(catalogues.records))


_BESIDE = _("copy that file beside the others, and import them again")
_LOOK = _("look at the names of some customers; if letters are wrong, export the document report as a spreadsheet instead")


def _tables(files: Mapping[str, bytes], folder: Path, problems: list[Problem]) -> dict[str, DbfTable]:
    """Written to a folder of their own, where the reader of tables finds the memo file beside its table."""
    names: dict[str, str] = {}
    for file, content in files.items():
        if stem := table_of(file):
            extension = file[-4:].lower()
            if extension == ".fpt" and len(content) < SHORTEST_MEMO_FILE:
                continue
            (folder / f"{stem.lower()}{extension}").write_bytes(content)
            if extension == ".dbf":
                names[stem] = file
    tables = {}
    for stem, file in names.items():
        try:
            table = open_table(folder / f"{stem.lower()}.dbf", file, TEXTS)
        except ProblemError as error:
            problems += error.problems
            continue
        tables[stem] = table
        problems += table.problems
        _tell_page(table, problems)
        if table.without_memo and stem == DOCUMENTS:
            what = _("the memo file {file} is missing or damaged: what was noted on the documents is not known", file=f"{stem}.FPT")
            _warn(problems, file, what, _BESIDE)
    return tables


def _tell_page(table: DbfTable, problems: list[Problem]) -> None:
    page = table.page
    if not page.has_letters or (page.declared == page.encoding and page.sure):
        return
    if page.declared == page.encoding:
        what = _("the table declares the code page {declared}, but not all of its letters are Spanish in it", declared=page.name)
    elif page.declared:
        declared = page_name(page.declared)
        what = _(
            "the table declares the code page {declared}, but its letters are those of {page}: it was read so",
            declared=declared,
            page=page.name,
        )
    elif page.sure:
        what = _("the table names no code page; by its letters it was read as {page}", page=page.name)
    else:
        what = _("the table names no code page, and its letters would do for several; it was read as {page}", page=page.name)
    _warn(problems, table.name, what, _LOOK)


def _warn(problems: list[Problem], file: str, what: Sentence, hint: Sentence) -> None:
    problems.append(Problem(what, hint, file, warning=True))


def _bounded(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MOST_TOLD:
        return problems
    ranked = sorted(problems, key=lambda problem: problem.warning)
    what = _("further problems that are not told one by one: {count}", count=len(problems) - MOST_TOLD)
    rest = Problem(what, _("correct those that are told, and import the tables again"), ranked[0].file, warning=ranked[MOST_TOLD].warning)
    return [*ranked[:MOST_TOLD], rest]
