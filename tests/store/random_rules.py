"""Random conditions over the whole vocabulary of invoices, and random rules files made of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cobranza_rules.facts.vocabulary import INVOICE_FACTS, VOCABULARY, Fact, FactType, Scope
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.expression import parse_condition
from cobranza_rules.rules.place import Place

PLACE = Place("rules.yaml", 1, 1)
ORDERS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
EQUALITY = st.sampled_from(["==", "!="])
MEMBERSHIP = st.sampled_from(["in", "not in"])
DATES = st.dates().filter(lambda day: day.year > 1900) | st.sampled_from(["2026-03-09", "2026-03-10", "2026-03-11", "2026-02-03"])
NUMBERS = st.integers(-3, 12) | st.sampled_from([30, 60, 2999, 3000, 3001, 999999999999999])
OTHERS = {kind: [fact.name for fact in INVOICE_FACTS if fact.type is kind] for kind in FactType}

# As rules files have them: an invoice is then nearly always where another rule or rung does not concern it.
USUAL = [
    "balance > 0",
    "days_overdue >= 1",
    'case_status == "collections"',
    'delivery == "pending"',
    'delivery == "sent" and not acknowledged',
    "dispute_open and promise_open",
    "promise_count == 0",
]


def simple(fact: Fact) -> st.SearchStrategy[str]:
    """A comparison of one fact with a constant, such as a column can answer exactly."""
    match fact.type:
        case FactType.TEXT:
            words = st.sampled_from([f'"{choice}"' for choice in fact.choices] or ['"MXN"', '"USD"', '"F-3"', '"31-60"'])
            listed = st.lists(words, min_size=1, max_size=3).map(", ".join)
            shapes = [
                st.builds("{} {} {}".format, st.just(fact.name), EQUALITY, words),
                st.builds("{} {} [{}]".format, st.just(fact.name), MEMBERSHIP, listed),
            ]
        case FactType.BOOLEAN:
            shapes = [st.sampled_from([fact.name, f"not {fact.name}", f"{fact.name} == false", f"{fact.name} != true"])]
        case FactType.AMOUNT:
            amounts = st.builds("{}.{:02d} {}".format, st.integers(0, 2000), st.integers(0, 99), st.sampled_from(["MXN", "USD"]))
            shapes = [st.builds("{} {} {}".format, st.just(fact.name), ORDERS, amounts | st.just("0"))]
        case FactType.DATE:
            shapes = [st.builds("{} {} {}".format, st.just(fact.name), ORDERS, DATES)]
        case FactType.NUMBER:
            factors = st.sampled_from(["", "2 * ", "3 * ", "0.5 * ", "-1 * "])
            shapes = [
                st.builds("{}{} {} {}".format, factors, st.just(fact.name), ORDERS, NUMBERS),
                st.builds(
                    "{} {} [{}]".format,
                    st.just(fact.name),
                    MEMBERSHIP,
                    st.lists(NUMBERS.map(str), min_size=1, max_size=4).map(", ".join),
                ),
            ]
    known = st.sampled_from([f"{fact.name} is known", f"{fact.name} is unknown"])
    return st.one_of(*shapes, known)


@st.composite
def joined(draw: Any, fact: Fact) -> str:
    """A comparison with another fact, with a sum, or of a part of a text."""
    match fact.type:
        case FactType.TEXT:
            return f'{fact.name} {draw(st.sampled_from(["contains", "=="]))} "{draw(st.sampled_from(["o", "F-1", "X"]))}"'
        case FactType.BOOLEAN:
            return f"{fact.name} {draw(EQUALITY)} {draw(st.sampled_from(OTHERS[fact.type]))}"
        case FactType.AMOUNT:
            return f"{fact.name} {draw(ORDERS)} 0.5 * {draw(st.sampled_from(OTHERS[fact.type]))}"
        case _:
            return f"{fact.name} {draw(st.sampled_from(['+', '-']))} {draw(st.integers(0, 30))} {draw(ORDERS)} {draw(DATES | NUMBERS)}"


def _comparison(fact: Fact) -> st.SearchStrategy[str]:
    return st.one_of(simple(fact), simple(fact), joined(fact))


def legal(text: str, scope: Scope = Scope.INVOICE) -> bool:
    try:
        parse_condition(text, scope, PLACE)
    except ProblemError:
        return False
    return True


def conditions(scope: Scope = Scope.INVOICE) -> st.SearchStrategy[str]:
    comparisons = st.sampled_from(list(VOCABULARY[scope].values())).flatmap(_comparison).filter(lambda text: legal(text, scope))
    return st.recursive(
        comparisons,
        lambda inner: (
            st.builds(
                lambda parts, word: "(" + f" {word} ".join(parts) + ")",
                st.lists(inner, min_size=2, max_size=3),
                st.sampled_from(["and", "or"]),
            )
            | st.builds("not ({})".format, inner)
        ),
        max_leaves=6,
    )


@st.composite
def rules_files(draw: Any) -> str:
    """Two rules and two ladders with holds. Half of the conditions are wide, so that much of a book is concerned, and half those of a desk."""

    def when(scope: Scope = Scope.INVOICE) -> str:
        usual = st.sampled_from(USUAL) if scope is Scope.INVOICE else st.just("inbox_open > 0")
        return "'" + str(draw(usual | conditions(scope))).replace("'", "''") + "'"

    def named(name: str) -> str:
        """Some have had another id before, under which a book knows them."""
        return str(draw(st.sampled_from([f"id: {name}", f"id: {name}", f"id: new-{name}, was: [older-{name}, {name}]"])))

    def message() -> str:
        return str(draw(st.sampled_from(["{email: note, to: collections_contact}", "{task: call, assign: collections_analyst}"])))

    def ladder(name: str, rungs: tuple[str, ...]) -> list[str]:
        lines = [f"  - {part}" if part.startswith("id") else f"    {part}" for part in named(name).split(", ", 1)]
        lines += [f"    when: {when()}", f"    group_by: {draw(st.sampled_from(['[customer, currency]', '[customer]']))}"]
        if draw(st.booleans()):
            pesos, dollars = draw(st.sampled_from(["500.00", "100000.00"])), draw(st.sampled_from(["", ", USD: 500.00"]))
            lines.append(f"    minimum_total: {{MXN: {pesos}{dollars}}}")
        lines.append("    rungs:")
        for rung in rungs:
            wait = draw(st.sampled_from(["", "wait: 1 workday, ", "wait: 5 workdays, "])) if rung != rungs[0] else ""
            on = f"when: {when()}, " if draw(st.booleans()) else ""
            lines.append(f"      - {{{named(rung)}, {wait}{on}do: [{message()}]}}")
        return lines

    blocks = draw(st.sampled_from(["contact", "[contact, escalation]", "delivery"]))
    every = draw(st.sampled_from(["1 workday", "3 workdays"]))
    lines = [
        "version: 1",
        f"limit: {{per_customer: {draw(st.integers(1, 2))} in 3 workdays, per_run: 500}}",
        "holds:",
        f"  - {{id: held, for: invoice, when: {when()}, blocks: {blocks}}}",
        f"  - {{id: quiet, for: customer, when: {when(Scope.CUSTOMER)}, blocks: contact}}",
        "rules:",
        f"  - {{{named('transmittal')}, for: invoice, when: {when()}, group_by: [customer, currency], do: [{message()}]}}",
        f"  - {{{named('acknowledgement-missing')}, for: invoice, when: {when()}, every: {every}, times: 2, group_by: [customer],",
        f"     do: [{{email: note, to: invoice_contact}}], after_last: [{message()}]}}"
        if draw(st.booleans())
        else f"     do: [{message()}]}}",
        "ladders:",
        *ladder("collection", ("first-reminder", "second-reminder")),
        *ladder("other", ("third-reminder", "fourth-reminder")),
    ]
    return "\n".join(lines) + "\n"
