"""A backtest of a workspace: its recorded facts, chunk after chunk of customers, each over the whole period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from cobranza_rules.backtest.deeds import Deed
from cobranza_rules.backtest.history import Period
from cobranza_rules.backtest.past_deeds import PastDeeds
from cobranza_rules.backtest.reading import HistoryReader
from cobranza_rules.backtest.report import BacktestReport, report_of
from cobranza_rules.backtest.simulation import Trial, simulate
from cobranza_rules.engines import open_engine
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rule_files import check_files
from cobranza_rules.rulebook.difference import named_rules
from cobranza_rules.rules.engine import Engine
from cobranza_rules.rules.model import RuleSet
from cobranza_rules.store.books import named_facts
from cobranza_rules.store.tables import CustomerRow
from cobranza_rules.workspace import Workspace

LONGEST_YEARS = 3
Progress = Callable[[int], None]  # Called with how many customers have lived through one more day


def period_of(first: dt.date, last: dt.date, today: dt.date) -> Period:
    """Raises ProblemError where it ends before it begins, has not passed yet, or is longer than three years."""
    if first > last:
        hint = _("give the earlier day as --from")
        raise _wrong(_("the period begins on {first} and ends before that, on {last}", first=first, last=last), hint, "--from")
    if last > today:
        hint = _("give today or an earlier day: what is still to come nobody has recorded")
        raise _wrong(_("{day} is still to come", day=last), hint, "--to")
    if (last - first).days > LONGEST_YEARS * 366:
        hint = _("give a shorter one, or several one after the other")
        raise _wrong(_("a period of more than {years} years is not tried at once", years=LONGEST_YEARS), hint, "--from")
    return Period(first, last)


def _wrong(what: Sentence, hint: Sentence, place: str) -> ProblemError:
    return ProblemError([Problem(what, hint, place=place)])


def rules_named(workspace: Workspace, name: str) -> RuleSet:
    """Rules by their name (rulebook.difference.named_rules). Raises ProblemError with everything that is wrong."""
    checked = check_files(named_rules(workspace, name), workspace)
    if checked.rules is None or checked.errors:
        raise ProblemError(checked.errors)
    return checked.rules.with_tax_days(workspace.settings.tax_days)


def backtest(workspace: Workspace, period: Period, rules: RuleSet, progress: Progress = lambda _count: None) -> BacktestReport:
    """Raises ProblemError where nothing was known yet when the period ended."""
    simulated: list[Deed] = []
    sent: list[Deed] = []
    held: dict[tuple[str, int], int] = {}
    with workspace.database.reading() as session, _engine_for(workspace, rules) as engine:
        reader = HistoryReader(session, period, rules, ZoneInfo(workspace.settings.timezone))
        _check_known(reader.first_known_on(), period)
        trial = Trial(rules, engine, named_facts(rules), workspace.addresses)
        for ids in reader.chunks():
            found = simulate(reader.of(ids), period, trial, partial(progress, len(ids)))
            simulated += found.deeds
            held |= found.held
            sent += PastDeeds(session, period, rules, ids).sent()
    return report_of(period, rules, simulated, sent, held)


def _check_known(first: dt.date | None, period: Period) -> None:
    if first is None:
        hint = _("take in invoices with 'cobranza import'")
        raise _wrong(_("nothing is recorded yet"), hint, "--from")
    if first > period.last:
        hint = _("give a later day as --to")
        raise _wrong(_("the first fact was recorded on {day}, after the period", day=first), hint, "--to")


@contextmanager
def _engine_for(workspace: Workspace, rules: RuleSet) -> Iterator[Engine]:
    """The engine of the settings, for these rules; it is closed at the end."""
    engine = open_engine(workspace.settings.engine, rules.conditions())
    try:
        yield engine
    finally:
        engine.close()


def customer_days(workspace: Workspace, period: Period) -> int:
    """What the progress of a backtest adds up to."""
    with workspace.database.reading() as session:
        customers = session.scalar(select(func.count()).select_from(CustomerRow)) or 0
    return customers * len(period.days())
