"""The command line. No decision lives here: each command reads its options, calls one function of a room, and shows what came of it."""

from __future__ import annotations

from pathlib import Path

import click

from cobranza_rules.catalogue import language_of_locale
from cobranza_rules.cli.click_words import speak
from cobranza_rules.cli.command import Call, LazyGroup, run_program
from cobranza_rules.language import N_

COMMANDS = {
    "demo": ("cobranza_rules.cli.demo", "demo", N_("Make a workspace from the samples and play six weeks in it.")),
    "init": ("cobranza_rules.cli.start", "init", N_("Make an empty workspace.")),
    "import": ("cobranza_rules.cli.imports", "import_", N_("Take in invoices, payments, credit notes and customers.")),
    "columns": ("cobranza_rules.cli.columns", "columns", N_("What is recognised of a document report, kept for its source.")),
    "bank": ("cobranza_rules.cli.bank", "bank", N_("Statements of our bank accounts, and what is missing between them.")),
    "agreement": ("cobranza_rules.cli.agreement", "agreement", N_("Contracts and commercial terms of customers.")),
    "request": ("cobranza_rules.cli.request", "request", N_("What Sales asks to be invoiced.")),
    "exceptions": ("cobranza_rules.cli.exceptions", "exceptions", N_("Invoices that lack their request, agreement or contact.")),
    "cfdi": ("cobranza_rules.cli.cfdi", "cfdi", N_("What the SAT says of invoices: valid, under cancellation, cancelled.")),
    "terms": ("cobranza_rules.cli.terms", "terms", N_("Due dates by other terms or another calendar.")),
    "rules": ("cobranza_rules.cli.rules", "rules", N_("Check, test, compare and publish the rules.")),
    "plan": ("cobranza_rules.cli.planning", "plan", N_("What would happen, and why.")),
    "run": ("cobranza_rules.cli.planning", "run", N_("Take in mail, decide, and carry it out: one tick.")),
    "explain": ("cobranza_rules.cli.planning", "explain", N_("Why something happens to an invoice or customer, or why not.")),
    "digest": ("cobranza_rules.cli.digest", "digest", N_("What leaves, what waits for whom, and what comes this week.")),
    "backtest": ("cobranza_rules.cli.backtest", "backtest", N_("What rules would have sent in a past period.")),
    "daemon": ("cobranza_rules.cli.daemon", "daemon", N_("Tick after tick until it is stopped.")),
    "approvals": ("cobranza_rules.cli.approvals", "approvals", N_("What waits for a signature or a release.")),
    "inbox": ("cobranza_rules.cli.inbox", "inbox", N_("Messages that wait for a person.")),
    "tasks": ("cobranza_rules.cli.tasks", "tasks", N_("What people have to do.")),
    "attach": ("cobranza_rules.cli.support", "attach_", N_("Put files with an invoice: the PDF of its CFDI, or its support.")),
    "support": ("cobranza_rules.cli.support", "support", N_("Files that go with invoices, and those that are missing.")),
    "acknowledge": ("cobranza_rules.cli.acknowledge", "acknowledge_", N_("What acknowledges the receipt of invoices.")),
    "override": ("cobranza_rules.cli.override", "override", N_("What people decide for one customer or invoice, beside the rules.")),
    "dispute": ("cobranza_rules.cli.dispute", "dispute", N_("Disputes that people open and close.")),
    "promise": ("cobranza_rules.cli.promise", "promise_", N_("What customers promise to pay, and when.")),
    "payment-plan": ("cobranza_rules.cli.payment_plan", "payment_plan", N_("What customers agreed to pay in instalments.")),
    "payment": ("cobranza_rules.cli.payment", "payment", N_("What the bank's deposits pay, and what customers say to have paid.")),
    "cheque": ("cobranza_rules.cli.cheque", "cheque", N_("Cheques of customers, until they clear or come back.")),
    "discount": ("cobranza_rules.cli.discount", "discount", N_("What is taken off invoices beside payments.")),
    "accounting": ("cobranza_rules.cli.accounting", "accounting", N_("Packets for Accounting, and the journal of collections.")),
    "note": ("cobranza_rules.cli.note", "note", N_("A note, a call or a meeting for the case file.")),
    "quarantine": ("cobranza_rules.cli.quarantine", "quarantine", N_("What could not be read, and why.")),
    "outbox": ("cobranza_rules.cli.outbox", "outbox", N_("Messages on their way out.")),
    "originals": ("cobranza_rules.cli.originals", "originals", N_("Who holds which original, and who has received it.")),
    "case": ("cobranza_rules.cli.case", "case", N_("A customer's case file.")),
    "timestamps": ("cobranza_rules.cli.timestamps", "timestamps", N_("Timestamps of an authority on packets and demands.")),
    "customer": ("cobranza_rules.cli.customer", "customer", N_("What is held of people, and its erasure.")),
    "aging": ("cobranza_rules.cli.aging", "aging", N_("Aging of balances, of today or of any past day.")),
    "cash-forecast": ("cobranza_rules.cli.cash_forecast", "cash_forecast_", N_("What should come in, week by week, and why.")),
    "indicators": ("cobranza_rules.cli.indicators", "indicators", N_("Days of sales outstanding, and how well money is collected.")),
    "acknowledgements": (
        "cobranza_rules.cli.acknowledgements",
        "acknowledgements",
        N_("Deliveries that wait for their acknowledgement."),
    ),
    "interest": ("cobranza_rules.cli.interest", "interest", N_("Interest for late payment, as a computation.")),
    "differences": (
        "cobranza_rules.cli.differences",
        "differences",
        N_("Where the accounting system and the book do not say the same."),
    ),
    "statement": ("cobranza_rules.cli.statement", "statement", N_("A customer's statement of account as a spreadsheet.")),
    "letter": ("cobranza_rules.cli.letter", "letter", N_("Letters on demand, and what their templates look like.")),
    "write-off": ("cobranza_rules.cli.write_off", "write_off", N_("What the tax law asks for before a debt is deducted as a loss.")),
    "packet": ("cobranza_rules.cli.packet", "packet", N_("One PDF of a delivery, an account or an escalated case.")),
    "doctor": ("cobranza_rules.cli.doctor", "doctor", N_("Is this machine fit, and what to do if it is not.")),
}
speak(language_of_locale())


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    help=N_("Collections by rules: invoices come in, letters and reminders go out, answers change what happens next."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--workspace", type=click.Path(file_okay=False, path_type=Path), help=N_("The workspace folder (default: the current one)."))
@click.version_option(package_name="cobranza-rules", prog_name="cobranza")
@click.pass_obj
def cobranza(call: Call, workspace: Path | None) -> None:
    if workspace is not None:
        call.base = workspace


def main() -> None:
    run_program(cobranza)
