"""A report as bars, a panel for each currency: PNG or SVG, the same bytes for the same figures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cobranza_rules.language import N_, Translate, _
from cobranza_rules.money import Money
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.reports.aging import Aging
from cobranza_rules.reports.cash_forecast import WORDS, CashForecast

ACCENT, LIGHT, RULE, TEXT = "#1F3A5F", "#9FB3CC", "#C5CED9", "#2B2B2B"
FORMATS = ("png", "svg")
WIDTH, HEIGHT, DOTS = 9.0, 3.2, 120  # Inches of a panel, and dots an inch


@dataclass(frozen=True, slots=True)
class Panel:
    """`bars` are of one currency, each with its label; those in `light` stand apart from the others."""

    currency: str
    bars: Sequence[tuple[str, int]]
    light: frozenset[int] = frozenset()


def aging_panels(aging: Aging, translate: Translate) -> list[Panel]:
    return [
        Panel(
            currency, [(translate(bucket), sums.minor.get(bucket, 0)) for bucket in aging.buckets], frozenset({0, len(aging.buckets) - 1})
        )
        for currency, sums in sorted(aging.totals.items())
        if sums.total
    ]


def forecast_panels(forecast: CashForecast, translate: Translate) -> list[Panel]:
    labels = [translate(WORDS[week]) if isinstance(week, str) else f"{week:%d/%m}" for week in forecast.columns]
    last = len(forecast.columns)
    return [
        Panel(currency, list(zip(labels, (own.get(week, 0) for week in forecast.columns), strict=True)), frozenset({last - 2, last - 1}))
        for currency, own in sorted(forecast.sums.items())
        if any(own.values())
    ]


def format_of(file: Path) -> str:
    """Raises ProblemError where the name does not say which picture is wanted."""
    suffix = file.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        raise ProblemError([Problem(_("a chart is a .png or a .svg file"), _("name it so"), str(file))])
    return suffix


def chart(title: str, panels: Sequence[Panel], kind: str, translate: Translate) -> bytes:
    """`title` is already in the reader's language. The library is loaded here: it takes longer than most commands."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # Letters of an SVG stay text; its ids and metadata carry neither chance nor clock.
    with rc_context({"svg.hashsalt": "cobranza", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9}):
        figure = Figure(figsize=(WIDTH, HEIGHT * max(len(panels), 1) + 0.5), dpi=DOTS, layout="constrained")
        figure.suptitle(title, color=ACCENT, fontweight="bold")
        if not panels:
            figure.text(0.5, 0.5, translate(N_("Nothing is open.")), ha="center")
        for number, panel in enumerate(panels, 1):
            _draw(figure.add_subplot(len(panels), 1, number), panel)
        file = io.BytesIO()
        figure.savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return file.getvalue()


def _draw(axes: object, panel: Panel) -> None:
    from matplotlib.axes import Axes
    from matplotlib.ticker import FuncFormatter

    assert isinstance(axes, Axes)
    places = range(len(panel.bars))
    heights = [float(Money(minor, panel.currency).amount) for _label, minor in panel.bars]
    colours = [LIGHT if place in panel.light else ACCENT for place in places]
    bars = axes.bar(places, heights, color=colours, width=0.7)
    axes.bar_label(bars, labels=[_short(height) for height in heights], fontsize=8, color=TEXT, padding=2)
    axes.set_xticks(places, [label for label, _minor in panel.bars])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.0f}"))
    axes.set_title(panel.currency, loc="left", color=TEXT, fontsize=10)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(b=True)
    axes.margins(y=0.15)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.tick_params(length=0, colors=TEXT)


def _short(height: float) -> str:
    """Whole units are enough above a bar: the exact amounts stand in the tables."""
    return f"{Decimal(height).quantize(Decimal(1)):,}" if height else ""
