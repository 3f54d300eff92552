"""The six weeks' money by a second, naive reckoning: each evening every invoice, packet and currency is right to the cent.

Only what arrives and what people do about money is played; letters and reminders move no balance.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from tests.conftest import WorkspaceMaker, at

from cobranza_rules.booking.importing import Importing
from cobranza_rules.config import read_settings
from cobranza_rules.demo.acting import perform
from cobranza_rules.demo.story import Act, read_story
from cobranza_rules.intake.bank.reading import BankFiles
from cobranza_rules.intake.sources import walk
from cobranza_rules.reports.aging_report import aging_report
from cobranza_rules.store.tables import BankLineRow, InvoiceRow
from cobranza_rules.workspace import Workspace

CFDI, PAGO = "{http://www.sat.gob.mx/cfd/4}", "{http://www.sat.gob.mx/Pagos20}"
TIMBRE = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
MONEY_ACTS = frozenset({"claim", "discount", "approve_discount"})


@dataclass
class Naive:
    """Each invoice's total, and what was credited and taken off it, by its number; what each transfer paid, by its tracking key.

    In pesos or dollars. A receipt says what a transfer paid; before it comes, a deposit does that names invoices which come to its amount.
    """

    number_of: dict[str, str] = field(default_factory=dict)  # By UUID
    total: dict[str, Decimal] = field(default_factory=dict)
    currency: dict[str, str] = field(default_factory=dict)
    paid: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    credited: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    discounted: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    gone: set[str] = field(default_factory=set)  # Substituted
    deposited: Counter[str] = field(default_factory=Counter)  # Cents, by currency

    def read(self, file: Path) -> None:
        if file.parent.name == "bancos":
            self._statement(file)
        elif file.suffix == ".xml" and file.parent.parent.name == "cfdi":
            self._cfdi(etree.parse(file).getroot())

    def _cfdi(self, root: Any) -> None:
        kind, uuid = root.get("TipoDeComprobante"), root.find(f".//{TIMBRE}").get("UUID").upper()
        related = {
            (group.get("TipoRelacion"), one.get("UUID").upper())
            for group in root.iter(f"{CFDI}CfdiRelacionados")
            for one in group.iter(f"{CFDI}CfdiRelacionado")
        }
        if kind == "I":
            number = f"{root.get('Serie')}-{root.get('Folio')}"
            self.number_of[uuid], self.total[number], self.currency[number] = number, Decimal(root.get("Total")), root.get("Moneda")
            self.gone |= {self.number_of[old] for relation, old in related if relation == "04"}
        elif kind == "E" and len(related) == 1:
            [(_relation, target)] = related
            number = self.number_of[target]
            self.credited[number] += Decimal(root.get("Total"))
            self.discounted[number] -= min(self.discounted[number], Decimal(root.get("Total")))
        elif kind == "P":
            for payment in root.iter(f"{PAGO}Pago"):
                parts = [
                    (part.get("IdDocumento").upper(), Decimal(part.get("ImpPagado"))) for part in payment.iter(f"{PAGO}DoctoRelacionado")
                ]
                self.paid[payment.get("NumOperacion")] = {self.number_of[target]: amount for target, amount in parts}

    def _statement(self, file: Path) -> None:
        for text, told in _deposits(file):
            amount = Decimal(told.replace(",", ""))
            [key] = re.findall(r"(?i)(?:rastreo:|cheque) ([0-9]+)", text)
            if amount < 0:  # A cheque that came back
                del self.paid[key]
                continue
            self.deposited["USD" if "hsbc" in file.name else "MXN"] += int(amount * 100)
            named = {number: self.balances[number] for number in re.findall(r"F[AX]-[0-9]+", text) if number in self.balances}
            if key not in self.paid and sum(named.values()) == amount:
                self.paid[key] = named

    def act(self, act: Act) -> None:
        if act.do == "discount":
            self.discounted[act.more["invoice"]] += Decimal(act.more["amount"])

    @property
    def balances(self) -> dict[str, Decimal]:
        paid: dict[str, Decimal] = defaultdict(Decimal)
        for parts in self.paid.values():
            for number, amount in parts.items():
                paid[number] += amount
        left = {
            number: total - paid[number] - self.credited[number] - self.discounted[number]
            for number, total in self.total.items()
            if number not in self.gone
        }
        return {number: balance for number, balance in left.items() if balance}

    @property
    def totals(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        for number, balance in self.balances.items():
            found[self.currency[number]] += balance
        return dict(found)


def _deposits(file: Path) -> Iterator[tuple[str, str]]:
    """The text of each and its amount as written, with a minus before that of a cheque which came back."""
    if file.suffix == ".txt":
        rows = csv.reader(io.StringIO(file.read_text("cp1252")), delimiter="\t")
        yield from (
            (row[1], row[3] or f"-{row[2]}") for row in rows if row[3][:1].isdigit() or (row[2][:1].isdigit() and "CHEQUE" in row[1])
        )
    elif file.suffix == ".csv":
        yield from ((row[1], row[2]) for row in csv.reader(io.StringIO(file.read_text("cp1252"))) if len(row) == 5 and row[2][:1].isdigit())
    else:
        cells = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        yield from ((f"{row[1]} {row[2]}", str(row[5])) for row in cells if isinstance(row[5], float))


def take(workspace: Workspace, samples: Path, patterns: list[str], opening: dt.date | None, naive: Naive) -> None:
    files = [path for pattern in patterns for path in sorted(samples.glob(pattern))]
    banks = BankFiles(workspace.bank_profiles, workspace.our_accounts())
    Importing(workspace.database, workspace.archive, workspace.clock, workspace.company.rfc, opening, banks=banks).take(walk(files))
    for file in sorted(files, key=lambda path: path.parent.name == "bancos"):
        if file.parent.name != "malos":
            naive.read(file)


def balances(workspace: Workspace) -> dict[str, Decimal]:
    with workspace.database.reading() as session:
        rows = session.scalars(select(InvoiceRow).where(InvoiceRow.balance != 0))
        return {row.number: Decimal(row.balance).scaleb(-2) for row in rows}


def aged(workspace: Workspace) -> dict[str, Decimal]:
    """What the aging report adds up to, by currency."""
    groups = aging_report(workspace).as_json()["groups"]
    return {group["currency"]: Decimal(group["total"]) for group in groups}


def test_each_evening_the_book_is_right_to_the_cent(samples: Path, make_workspace: WorkspaceMaker) -> None:
    story = read_story(samples / "historia.yaml")
    workspace = make_workspace(story.days[0].on)
    workspace.settings = read_settings(samples / "cobranza.toml").model_copy(update={"engine": "native"})
    naive = Naive()
    take(workspace, samples, [*story.opening_lists, *story.opening_files], story.opening_on, naive)
    for day in story.days:
        at(workspace, day.on)
        take(workspace, samples, list(day.files), None, naive)
        for act in day.acts:
            if act.do in MONEY_ACTS:
                perform(workspace, act, {})
                naive.act(act)
        assert balances(workspace) == naive.balances, day.on
        assert aged(workspace) == naive.totals, day.on
    with workspace.database.reading() as session:
        lines, returned = Counter[str](), []
        for line in session.scalars(select(BankLineRow).where(BankLineRow.minor > 0)):
            lines[line.currency] += line.minor
            returned += [line.reference] if line.state == "returned" else []
            assert line.state in ("applied", "returned"), (line.booked_on, line.reference, line.description)
        assert returned == ["FA-1226 CHEQUE 0000481"]
        assert lines == naive.deposited
