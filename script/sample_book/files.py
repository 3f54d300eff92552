"""All files of samples/ that are made here, by their path."""

from __future__ import annotations

import datetime as dt

from sample_book.bad_input import bad_input
from sample_book.cfdi import credit_note_xml, invoice_xml, receipt_xml
from sample_book.claimed import claim_files, orders
from sample_book.customer_list import customer_list
from sample_book.customers import START
from sample_book.deposits import statements
from sample_book.invoices import all_invoices
from sample_book.money_in import money_in
from sample_book.replies import replies
from sample_book.settings import settings
from sample_book.signers import answers_of_the_signer
from sample_book.story import story
from sample_book.support import papers, scans


def sample_files() -> dict[str, bytes]:
    invoices = all_invoices()
    receipts, notes = money_in(invoices)
    answers = replies(invoices)
    documents = [
        *((invoice.issued_on, invoice.number, invoice_xml(invoice)) for invoice in invoices),
        *((receipt.issued_on, receipt.number, receipt_xml(receipt)) for receipt in receipts),
        *((note.issued_on, note.number, credit_note_xml(note)) for note in notes),
    ]
    arriving = [*papers(invoices), *orders(invoices)]
    days = frozenset(day for day, _number, _xml in documents if day >= START)
    banks = statements(receipts)
    files = {
        "cobranza.toml": settings().encode(),
        "clientes.xlsx": customer_list(),
        "historia.yaml": story(invoices, answers, days, arriving, banks, receipts, notes).encode(),
    }
    files |= {f"soporte/{paper.name}": paper.content for paper in arriving} | scans(invoices) | claim_files(invoices)
    files |= {f"cfdi/{_folder(day)}/{number}.xml": xml.encode() for day, number, xml in documents}
    files |= {f"respuestas/{reply.file}": reply.content for reply in answers}
    files |= {f"bancos/{name}": content for (_day, name), content in banks.items()}
    files |= answers_of_the_signer()
    files |= {f"malos/{name}": content for name, content in bad_input(invoices, receipts).items()}
    return files


def _folder(day: dt.date) -> str:
    """What came before the first day lies together, the rest by the day on which it arrives."""
    return day.isoformat() if day >= START else "apertura"
