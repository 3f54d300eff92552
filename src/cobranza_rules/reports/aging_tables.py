"""The aging as tables, for a screen and for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from cobranza_rules.language import N_, Sentence, _, word
from cobranza_rules.money import Money
from cobranza_rules.reports.aging import Aging, By, Sums
from cobranza_rules.reports.cells import Cell, Column, Table
from cobranza_rules.reports.standing import Cut, Known

HEADINGS = {By.CUSTOMER: N_("Customer"), By.SELLER: N_("Seller"), By.SEGMENT: N_("Segment"), By.CURRENCY: N_("Currency")}
STOPPED = Column(N_("No credit since"), 16)  # Stands only where somebody's credit is stopped
NONE_KNOWN = {By.CUSTOMER: N_("without a code"), By.SELLER: N_("no seller known"), By.SEGMENT: N_("no segment")}


def said_of(cut: Cut | None) -> Iterator[Sentence]:
    """As known when."""
    if cut is not None and cut.known is Known.THEN:
        yield _("As it was known at the end of {day}.", day=cut.day)
    elif cut is not None:
        yield _("What had happened by {day}, as it is known now.", day=cut.day)


def aging_tables(aging: Aging) -> list[Table]:
    """Totals by group, each invoice, and what is on hold or not applied yet; whose credit is stopped where there is somebody."""
    stopped = [stopped_table(aging)] if aging.stopped else []
    return [group_table(aging), line_table(aging), hold_table(aging), unapplied_table(aging), *stopped]


def group_table(aging: Aging) -> Table:
    """A row for each group and currency, the buckets side by side."""
    by = aging.by
    named = [] if by is By.CURRENCY else [Column(HEADINGS[by], 18)]
    named += [Column(N_("Name"), 40)] if by is By.CUSTOMER else []
    marked = by is By.CUSTOMER and bool(aging.stopped)
    named += [STOPPED] if marked else []
    figures = [Column(bucket, 16, figures=True) for bucket in aging.buckets]
    figures += [Column(heading, 18, figures=True) for heading in (N_("Total"), N_("On hold"), N_("Not applied"), N_("Net"))]
    rows: list[list[Cell]] = []
    for (currency, key, name), sums in sorted(aging.groups.items()):
        said: list[Cell] = [] if by is By.CURRENCY else [key or Sentence(NONE_KNOWN[by])]
        said += [name] if by is By.CUSTOMER else []
        said += [aging.stopped_of(key, name)] if marked else []
        rows.append([currency, *said, *_figures(aging, currency, sums)])
    totals = [[currency, *([""] * len(named)), *_figures(aging, currency, sums)] for currency, sums in sorted(aging.totals.items())]
    notes = (_("Aging of balances on {on}", on=aging.on), *said_of(aging.cut))
    return Table(N_("Aging"), [Column(N_("Currency"), 10), *named, *figures], rows, notes, [] if by is By.CURRENCY else totals)


def _figures(aging: Aging, currency: str, sums: Sums) -> list[Cell]:
    held, total = sum(sums.on_hold.values()), sums.total
    amounts = [*(sums.minor.get(bucket, 0) for bucket in aging.buckets), total, held, sums.unapplied, total - sums.unapplied]
    return [Money(minor, currency) for minor in amounts]


def line_table(aging: Aging) -> Table:
    columns = [
        *(Column(N_("Invoice"), 18), Column(N_("Customer"), 14), Column(N_("Name"), 40), Column(N_("Currency"), 10)),
        *(Column(N_("Balance"), 18, figures=True), Column(N_("Issued"), 12), Column(N_("Due"), 12)),
        *(Column(N_("Days overdue"), 12, figures=True), Column(N_("Bucket"), 16), Column(N_("On hold"), 20)),
    ]
    marked = [STOPPED] if aging.stopped else []
    rows: list[list[Cell]] = [
        [
            line.standing.own.number if line.instalment is None else f"{line.standing.own.number} ({line.instalment})",
            *(line.customer.code, line.customer.name, line.standing.own.currency),
            *(Money(line.minor, line.standing.own.currency), line.standing.own.issued_on, line.due_on, line.days_overdue),
            *(word(line.bucket), word(line.on_hold) if line.on_hold else None),
            *[aging.stopped_on(line.customer) for _mark in marked],
        ]
        for line in aging.in_order()
    ]
    return Table(N_("Invoices"), [*columns, *marked], rows)


def stopped_table(aging: Aging) -> Table:
    """Customers that owe, or have something on account, and get no credit."""
    rows: list[list[Cell]] = [
        [one.code or Sentence(NONE_KNOWN[By.CUSTOMER]), one.name, one.credit_stopped_on] for one in aging.stopped.values()
    ]
    return Table(N_("Credit stopped"), [Column(N_("Customer"), 14), Column(N_("Name"), 40), STOPPED], rows)


def hold_table(aging: Aging) -> Table:
    """What is on hold is part of the debt, and of its buckets."""
    columns = [
        Column(N_("Currency"), 10),
        Column(N_("On hold"), 28),
        Column(N_("Amount"), 18, figures=True),
        Column(N_("Invoices"), 10, figures=True),
    ]
    rows: list[list[Cell]] = [
        [currency, word(reason), Money(minor, currency), sums.held_lines[reason]]
        for currency, sums in sorted(aging.totals.items())
        for reason, minor in sorted(sums.on_hold.items())
    ]
    return Table(N_("On hold"), columns, rows)


def unapplied_table(aging: Aging) -> Table:
    """Cash and credit notes that cover nothing yet stand beside the debt, and in none of its buckets."""
    columns = [Column(N_("Customer"), 14), Column(N_("What it is"), 30), Column(N_("Number"), 18), Column(N_("Amount"), 18, figures=True)]
    columns.insert(3, Column(N_("Currency"), 10))
    rows: list[list[Cell]] = [
        [customer.code or customer.name, word(found.kind), found.number, found.amount.currency, found.amount]
        for customer, found in aging.unapplied
    ]
    return Table(N_("Not applied"), columns, rows)
