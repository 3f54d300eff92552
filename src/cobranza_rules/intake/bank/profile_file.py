"""A file of `rules/banks` as a profile: every mistake with its line and column, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import PurePath

from cobranza_rules.domain.bank import LineKind
from cobranza_rules.intake.bank.date_forms import is_form, read_otherwise
from cobranza_rules.intake.bank.profile import BankProfile, Delimiter, Find, Format, Order, Shape, Wanted, Withdrawals
from cobranza_rules.intake.heading_row import plain
from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import ProblemError
from cobranza_rules.rules.fields import Fields, Findings
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.yaml_marks import YamlMap, YamlNode, YamlScalar, read_yaml

VERSION = "1"
KEYS = (
    "version", "bank", "format", "delimiter", "table_after", "columns", "optional", "dates", "withdrawals", "signs", "order", "empty",
    "head", "totals", "find", "kinds",
)  # fmt: skip
# Of a format of its own a profile says only what is taken of its texts.
OF_A_FORMAT = ("version", "bank", "format", "find", "kinds")
COLUMNS = (
    "day", "value_day", "description", "reference", "deposit", "withdrawal", "amount", "sign", "balance", "tracking_key", "name", "rfc", "clabe",
)  # fmt: skip
HEAD = ("account", "currency", "period")
TOTALS = ("opening", "closing", "deposits", "withdrawals")
FOUND = ("reference", "tracking_key", "name", "rfc", "clabe")
FIND_KEYS = ("after", "until", "take")
SIGNS = ("deposit", "withdrawal")
LONGEST_TEXT = 120
ALTERNATIVES = "|"
_COPY = _("copy a file of rules/banks that the program ships")


def read_profile(file: str, content: bytes) -> BankProfile:
    """Raises ProblemError. The profile has the name of its file."""
    findings = Findings()
    node, problems = read_yaml(file, content, _COPY)
    profile = _profile(PurePath(file).stem, node, findings)
    if found := [*problems, *findings.problems]:
        raise ProblemError(found)
    return profile


def _profile(name: str, node: YamlNode, findings: Findings) -> BankProfile:
    kind = _format_of(node)
    fields = Fields(node, _("profile"), KEYS if kind is Format.TABLE else OF_A_FORMAT, findings)
    version = fields.scalar("version", required=True)
    if version is not None and version.text != VERSION:
        findings.error(version.place, _("version '{version}' is not known", version=version.text[:20]), _("write 'version: 1'"))
    chosen = fields.choice("format", Format, required=True)
    table = _Table(fields, findings) if chosen is Format.TABLE else None
    return BankProfile(
        name=name,
        bank=_short(fields, fields.scalar("bank", required=True)),
        format=chosen or Format.TABLE,
        delimiter=fields.choice("delimiter", Delimiter),
        table_after=_short(fields, fields.scalar("table_after")),
        columns=table.columns() if table else (),
        optional=table.optional() if table else frozenset(),
        dates=table.dates() if table else (),
        withdrawals=fields.choice("withdrawals", Withdrawals) or Withdrawals.POSITIVE,
        signs=_texts(fields, "signs", SIGNS),
        order=fields.choice("order", Order) or Order.EITHER,
        empty=frozenset(_short(fields, scalar) for scalar in fields.scalars("empty")),
        head=_texts(fields, "head", HEAD),
        totals=_texts(fields, "totals", TOTALS),
        find=_finds(fields, findings),
        kinds=_kinds(fields, findings),
    )


def _format_of(node: YamlNode) -> Format:
    given = node.get("format") if isinstance(node, YamlMap) else None
    text = given.text if isinstance(given, YamlScalar) else ""
    return Format(text) if text in list(Format) else Format.TABLE


def _short(fields: Fields, scalar: YamlScalar | None) -> str:
    if scalar is None:
        return ""
    if len(scalar.text) > LONGEST_TEXT:
        fields.wrong(scalar, _("the text is longer than {limit} characters", limit=LONGEST_TEXT), _("shorten it"))
        return ""
    return scalar.text


def _named(fields: Fields, key: str, known: Sequence[str]) -> list[tuple[str, YamlScalar]]:
    """The words under a key, those that are not known told."""
    found = []
    for name, value in fields.entries(key):
        if name.text in known:
            found.append((name.text, value))
        else:
            fields.findings.error(name.place, _("'{key}' has no key '{name}'", key=key, name=name.text[:80]), suggestion(name.text, known))
    return found


def _texts(fields: Fields, key: str, known: Sequence[str]) -> dict[str, str]:
    return {name: _short(fields, value) for name, value in _named(fields, key, known)}


def _finds(fields: Fields, findings: Findings) -> dict[str, Find]:
    given = fields.node("find")
    if given is None:
        return {}
    parts, found = Fields(given, Sentence("find"), FOUND, findings), {}
    for name in FOUND:
        if (node := parts.node(name)) is not None:
            one = Fields(node, Sentence(name), FIND_KEYS, findings)
            shape = one.choice("take", Shape, required=True)
            after, until = _short(one, one.scalar("after")), _short(one, one.scalar("until"))
            if shape in (Shape.DIGITS, Shape.WORD, Shape.REST) and "after" not in one:
                findings.error(one.place, _("'take: {shape}' needs the key 'after'", shape=shape), _("name the text that stands before it"))
            elif shape is not None:
                found[name] = Find(shape, after, until)
    return found


def _kinds(fields: Fields, findings: Findings) -> tuple[tuple[str, LineKind], ...]:
    """In the order of the file, in which the first that fits counts."""
    node = fields.node("kinds")
    if node is None:
        return ()
    parts = Fields(node, Sentence("kinds"), [kind.value for kind in LineKind], findings)
    named = [LineKind(key.text) for key, _value in node.entries if key.text in parts] if isinstance(node, YamlMap) else []
    return tuple((words, kind) for kind in named for scalar in parts.scalars(kind.value) if (words := _short(parts, scalar)))


class _Table:
    """The keys that say where in a table what stands."""

    def __init__(self, fields: Fields, findings: Findings) -> None:
        self.fields, self.findings = fields, findings
        node = fields.node("columns", required=True)
        self._columns = None if node is None else Fields(node, Sentence("columns"), COLUMNS, findings)

    def columns(self) -> tuple[Wanted, ...]:
        if self._columns is None:
            return ()
        wanted = [Wanted(holds, self._headings(scalar)) for holds in COLUMNS for scalar in self._scalars(holds)]
        held = {each.holds for each in wanted}
        for holds in ("day", "description"):
            self._columns.node(holds, required=True)
        self._amounts(held)
        self._twice(wanted)
        return tuple(wanted)

    def _scalars(self, holds: str) -> tuple[YamlScalar, ...]:
        """Only a description may stand in several columns."""
        assert self._columns is not None
        if holds == "description":
            return self._columns.scalars(holds)
        scalar = self._columns.scalar(holds)
        return () if scalar is None else (scalar,)

    def _headings(self, scalar: YamlScalar) -> tuple[str, ...]:
        return tuple(plain(text) for text in _short(self.fields, scalar).split(ALTERNATIVES) if plain(text))

    def _amounts(self, held: set[str]) -> None:
        assert self._columns is not None
        apart, together = held & {"deposit", "withdrawal"}, "amount" in held
        if together and apart:
            what = _("'amount' stands beside 'deposit' or 'withdrawal'")
            self.findings.error(self._columns.place, what, _("name one column of amounts, or one of deposits and one of withdrawals"))
        elif not together and len(apart) < 2:
            what = _("it is not said where the amounts stand")
            self.findings.error(self._columns.place, what, _("name 'deposit' and 'withdrawal', or 'amount'"))
        if ("sign" in held) != ("signs" in self.fields):
            what = _("the column 'sign' and the key 'signs' go together")
            hint = _("write both; 'signs' says what the column holds for deposit and withdrawal")
            self.findings.error(self.fields.place_of("signs") if "signs" in self.fields else self._columns.place, what, hint)
        if "signs" in self.fields and len(_texts(self.fields, "signs", SIGNS)) < len(SIGNS):
            self.findings.error(self.fields.place_of("signs"), _("'signs' needs both deposit and withdrawal"), _("add the other one"))

    def _twice(self, wanted: Sequence[Wanted]) -> None:
        assert self._columns is not None
        for one, other in combinations(wanted, 2):
            if shared := set(one.headings) & set(other.headings):
                what = _("the heading '{heading}' is named for two columns", heading=min(shared))
                self.findings.error(self._columns.place_of(other.holds), what, _("name each heading once"))

    def optional(self) -> frozenset[str]:
        found = set()
        for scalar in self.fields.scalars("optional"):
            if self._columns is not None and scalar.text in self._columns and scalar.text not in ("day", "deposit", "withdrawal", "amount"):
                found.add(scalar.text)
            else:
                what = _("'{name}' is no column that may be missing", name=scalar.text[:80])
                self.fields.wrong(scalar, what, _("name a column of 'columns' other than day and amounts"))
        return frozenset(found)

    def dates(self) -> tuple[str, ...]:
        self.fields.node("dates", required=True)
        scalars = self.fields.scalars("dates")
        for scalar in scalars:
            if not is_form(scalar.text):
                what = _("'{text}' is no form of a date", text=scalar.text[:80])
                self.fields.wrong(scalar, what, _("write it like DD-MM-YYYY, DD/MM/YY or D de MMMM de YYYY"))
        for one, other in combinations([scalar for scalar in scalars if is_form(scalar.text)], 2):
            if read_otherwise(one.text, other.text):
                what = _("'{form}' and '{other}' read the same text as two days", form=one.text, other=other.text)
                self.fields.wrong(other, what, _("keep the one that the bank writes"))
        return tuple(scalar.text for scalar in scalars)
