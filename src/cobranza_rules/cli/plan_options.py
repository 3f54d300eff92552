"""Options with which a command takes the terms of a payment plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from cobranza_rules.booking.payment_plans import PlanAgreed
from cobranza_rules.cli.letter import Instalment
from cobranza_rules.language import N_
from cobranza_rules.workspace import Workspace

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Terms:
    """As they were written; `agreed_with` is who agreed to them at the customer."""

    instalments: tuple[tuple[dt.date, str], ...] = ()
    discount: str = ""
    agreed_with: str = ""


def in_instalments(command: Command) -> Command:
    """`instalments`, `discount` and `agreed_with`."""
    options = (
        click.option(
            "--instalment",
            "instalments",
            type=Instalment(),
            multiple=True,
            help=N_("A payment of the plan, as DAY=AMOUNT or DAY=rest; may be repeated."),
        ),
        click.option(
            "--discount", default="", help=N_("What is taken off for the plan, in the currency of the invoices (default: nothing).")
        ),
        click.option("--with", "agreed_with", default="", help=N_("Who agreed to the plan at the customer.")),
    )
    for option in reversed(options):
        command = option(command)
    return command


def agreed_plan(workspace: Workspace, who: str, comment: str, terms: Terms, replaces: int | None = None) -> PlanAgreed | None:
    """None where nothing was agreed on. What is wrong with it is found where it is entered."""
    if terms == Terms():
        return None
    settings = workspace.settings
    grace, limits = settings.payment_plans.grace_workdays, settings.discounts.as_limits()
    return PlanAgreed(terms.instalments, who, terms.agreed_with, comment, grace, limits, terms.discount, replaces)
