"""The pages keep up with the program: every command and option is described in both languages, every JSON example has the shape that the
program really prints, and no link leads nowhere."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner, Result
from tests.booking.bank_lines import line, put_lines
from tests.company_settings import company_settings
from tests.sat.sat_server import Reply, answer, running_sat
from tests.timestamps.timestamp_server import make_authority, running_authority

from cobranza_rules.catalogue import translator
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.starting import make_workspace
from cobranza_rules.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SAMPLES = ROOT / "samples"
PAGES = ("commands.md", "comandos.es.md")
EVERYWHERE = {"--workspace", "--help", "--version"}  # Described once, at the head of the page.
Day = tuple[str, str]  # The option and its value
Asked = tuple[tuple[str, ...], tuple[str, ...]]  # A command, and what stands behind it
Answer = tuple[tuple[str, ...], Result]


def commands(command: click.Command = cobranza, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, by its words behind `cobranza`."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from commands(inner, (*path, name))


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params if isinstance(param, click.Option) for name in (*param.opts, *param.secondary_opts)}


def arguments_of(command: click.Command) -> int:
    return sum(isinstance(param, click.Argument) for param in command.params)


@lru_cache
def sections(page: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """Heading and text of each command's section: the words of `### cobranza inbox show NUMBER` that are no argument are the command."""
    found = {}
    text = (DOCS / page).read_text(encoding="utf-8")
    for heading, body in re.findall(r"^### `cobranza ([^`]+)`\n(.*?)(?=^#{1,3} |\Z)", text, re.DOTALL | re.MULTILINE):
        words = tuple(word for word in heading.split() if word.islower() and word.replace("-", "").isalpha())
        assert words not in found, heading
        found[words] = (heading, body)
    return found


COMMANDS = dict(commands())


@pytest.mark.parametrize("page", PAGES)
def test_every_command_has_its_section_and_every_section_its_command(page: str) -> None:
    assert sections(page).keys() == COMMANDS.keys()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_is_described_and_none_that_does_not_exist(page: str, words: tuple[str, ...]) -> None:
    heading, body = sections(page)[words]
    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(re.findall(r"^\| (`[^|]*) \|", body, re.MULTILINE))))
    assert named - {"-o"} == options_of(COMMANDS[words]) - {"-o"}
    assert len([word for word in heading.split() if word.strip("[].").isupper()]) == arguments_of(COMMANDS[words])


@pytest.mark.parametrize("page", PAGES)
def test_the_options_of_the_program_itself_stand_at_the_head(page: str) -> None:
    head = (DOCS / page).read_text(encoding="utf-8").partition("### ")[0]
    assert set(re.findall(r"--[a-z]+", head)) >= EVERYWHERE


def examples(page: str) -> dict[tuple[str, ...], Any]:
    found = {}
    for words, (_heading, body) in sections(page).items():
        blocks = re.findall(r"^```json\n(.*?)^```", body, re.DOTALL | re.MULTILINE)
        assert len(blocks) <= 1, words
        if blocks:
            found[words] = json.loads(blocks[0])
    return found


# What is said under these keys depends on the case at hand: its names are no part of the contract.
FREE = {"before", "after", "facts", "evidence", "received", "states", "data", "detail", "doubts"}


def shape(value: Any, key: str = "") -> Any:
    """Names and kinds of values; of a list the first element stands for all, and what may be absent (null) fits anything."""
    if isinstance(value, dict) and key not in FREE:
        return {name: shape(inner, name) for name, inner in value.items()}
    if isinstance(value, list) and key not in FREE:
        return [shape(value[0])] if value else []
    return {bool: "truth", int: "number", str: "text"}.get(type(value), "free")


def fits(one: Any, other: Any) -> bool:
    if "free" in (one, other) or [] in (one, other):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(fits(inner, other[name]) for name, inner in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return fits(one[0], other[0])
    return bool(one == other)


class Desk:
    """A small workspace on 2 March 2026, with something in each queue."""

    def __init__(self, base: Path) -> None:
        self.base = base
        settings = company_settings({})
        make_workspace(base, f'engine = "native"\n{settings}\n[billing]\nrequests_required = true\n{BOOKS}')

    def call(self, *words: str) -> Result:
        call = Call(self.base)
        try:
            return CliRunner().invoke(cobranza, words, obj=call, catch_exceptions=False)
        finally:
            call.close()

    def play(self) -> Result:
        """What came of the first `run`; after it one letter is rejected, and the others but one are agreed to and leave."""
        day = ("--on", "2026-03-02")
        shutil.copy(SAMPLES / "respuestas" / "14-remitente-desconocido.eml", self.base / "correo-recibido" / "new")
        assert self.call("import", str(SAMPLES / "clientes.xlsx"), *day).exit_code == 0
        opening = [str(SAMPLES / "cfdi" / "apertura" / f"FA-{number}.xml") for number in (1230, 1235)]
        assert self.call("import", *opening, "--opening", "2026-02-28", "--payments-through", "2026-03-02", *day).exit_code == 0
        issued = [str(SAMPLES / "cfdi" / "2026-03-02" / f"FA-{number}.xml") for number in (1269, 1270, 1271)]
        assert self.call("import", *issued, *day).exit_code == 0
        first = self.call("run", *day, "--json")
        waiting = json.loads(self.call("approvals", "list", "--json").stdout)["approvals"]
        of_customer: dict[tuple[str, str, str], str] = {(one["customer"], one["rule"], one["gate"]): str(one["id"]) for one in waiting}
        reject = of_customer["C-010", "transmittal", "sign"]
        assert (
            self.call("approvals", "reject", reject, "--who", "administration_manager", "--comment", "Falta el pedido.", *day).exit_code
            == 0
        )
        for role, gates in (("administration_manager", ("sign",)), ("collections_analyst", ("release",))):
            ids = [number for (customer, _rule, gate), number in of_customer.items() if customer == "C-001" and gate in gates]
            assert self.call("approvals", "approve", *ids, "--who", role, *day).exit_code == 0
        assert self.call("run", *day).exit_code == 3
        return first

    def answers(self) -> Iterator[Answer]:
        """What each command that speaks JSON prints, in an order in which each finds something."""
        day = ("--on", "2026-03-02")
        yield ("run",), self.play()
        for asked in (self.taken_in, self.queues, self.about_customers, self.by_hand, self.decided, self.bank, self.billing, self.rules):
            yield from asked(day)
        yield from self.accounting()

    def said(self, asked: Iterable[Asked]) -> Iterator[Answer]:
        for words, more in asked:
            yield words, self.call(*words, *more, "--json")

    def taken_in(self, day: Day) -> Iterator[Answer]:
        late = [SAMPLES / "cfdi" / "2026-03-05" / "FA-1278.xml", SAMPLES / "soporte" / "FA-1324 remision.pdf"]
        assert self.call("import", *map(str, late), "--on", "2026-03-05").exit_code == 0
        bad = [str(SAMPLES / "malos" / name) for name in ("vacio.xml", "factura-de-otra-empresa.xml", "uuid-conocido-otro-contenido.xml")]
        yield ("import",), self.call("import", *bad, *day, "--json")
        statement = self.base / "bbva-2026-03-02.txt"
        row = "02-03-2026\tSPEI RECIBIDOHSBC / 0000123\t\t5.00\t105.00"
        statement.write_text(f"Día\tConcepto / Referencia\tCargo\tAbono\tSaldo\n{row}\n", encoding="utf-8")
        assert self.call("import", str(statement), "--account", "00012345678", *day).exit_code == 0

    def queues(self, day: Day) -> Iterator[Answer]:
        """What the commands print that look at rules and at what waits."""
        (self.base / "pruebas.yaml").write_text(RULE_TEST, encoding="utf-8")
        asked: list[Asked] = [
            (("bank", "list"), ()),
            (("bank", "show"), ("1",)),
            (("columns",), (str(SAMPLES / "plantillas" / "adminpaq.xlsx"),)),
            (("rules", "check"), (str(SAMPLES / "malos" / "reglas-con-dato-desconocido.yaml"),)),
            (("rules", "test"), (str(self.base / "pruebas.yaml"),)),
            (("rules", "facts"), ("days_overdue",)),
            (("rules", "versions"), ()),
            (("plan",), ("--on", "2026-03-11")),
            (("explain",), ("FA-1269", *day)),
            (("digest",), day),
            (("approvals", "list"), ()),
            (("approvals", "show"), ("5",)),
            (("inbox", "list"), ()),
            (("inbox", "show"), ("1",)),
            (("inbox", "try"), (str(SAMPLES / "respuestas" / "01-promesa-viernes.eml"), "--on", "2026-03-03")),
            (("tasks", "list"), ()),
            (("tasks", "show"), ("1",)),
            (("outbox", "list"), ("--all",)),
            (("outbox", "show"), ("1",)),
            (("outbox", "retry"), ("--all",)),
            (("quarantine", "list"), ()),
            (("quarantine", "show"), ("1",)),
        ]
        return self.said(asked)

    def about_customers(self, day: Day) -> Iterator[Answer]:
        """What the commands print that look at a customer's affairs, or at all of them."""
        asked: list[Asked] = [
            (("case", "show"), ("C-001",)),
            (("case", "export"), ("C-001", "-o", str(self.base / "expediente.zip"), *day)),
            (("case", "verify"), ()),
            (("customer", "retention"), ("--on", "2029-01-01")),
            (("originals", "list"), self.an_original(day)),
            (("interest",), ("C-001", "--on", "2026-03-11")),
            (("write-off", "show"), ("C-001", "--on", "2026-03-11")),
            (("aging",), day),
            (("cash-forecast",), day),
            (("indicators",), ("--on", "2026-04-02")),
            (("acknowledgements",), day),
            (("statement",), ("C-001", *day)),
            (("differences",), day),
            (("backtest",), ("--from", "2026-03-02", "--to", "2026-03-02", *day)),
            (("cfdi", "status"), ("FA-1270", *day)),
        ]
        return self.said(asked)

    def by_hand(self, day: Day) -> Iterator[Answer]:
        """What the commands print by which a person tells the program something of an invoice."""
        asked: list[Asked] = [
            (("override", "set"), ("FA-1269", "hold", "--until", "2026-03-06", *WHO, *day)),
            (("override", "list"), ()),
            (("override", "end"), ("1", *WHO, *day)),
            (("terms", "reckon"), self.later_terms(day)),
            (("attach",), ("FA-1271", str(SAMPLES / "soporte" / "FA-1287 orden de compra.pdf"), "--kind", "purchase_order", *AS, *day)),
            (("support", "list"), ("FA-1271",)),
            (("support", "missing"), ()),
            (("support", "waiting"), ()),
            (("acknowledge",), ("FA-1269", "--kind", "reply", *AS, *day)),
            (("promise",), ("FA-1269", "--pay-on", "2026-03-06", "--comment", "said so", *AS, *day)),
            (("payment", "claim"), ("FA-1269", "--comment", "said so", *AS, *day)),
            (("payment", "reject"), ("FA-1269", "--comment", "not there", *AS, *day)),
        ]
        return self.said(asked)

    def decided(self, day: Day) -> Iterator[Answer]:
        """What the commands print that write letters, and by which people decide on what waits."""
        asked: list[Asked] = [
            (("doctor",), ()),
            (("letter", "write"), ("first-reminder", "C-001", "-o", str(self.base / "cartas"), *day)),
            (("letter", "check"), ()),
            (("packet",), ("account", "C-001", "-o", str(self.base / "legajo.pdf"), *day)),
            (("timestamps", "request"), day),
            (("timestamps", "list"), ()),
            (("timestamps", "verify"), ()),
            (("approvals", "approve"), ("5", "--who", "administration_manager", *day)),
            (("approvals", "delegate"), ("6", "--who", "collections_analyst", "--to", "supervisor", *day)),
            (("approvals", "reject"), ("8", "--who", "supervisor", "--comment", "Lleva otro pedido.", *day)),
            (("inbox", "assign"), ("1", "--kind", "question", "--customer", "C-017", "--who", "collections_analyst", *day)),
            (("tasks", "done"), ("1", "--who", "collections_analyst", "--comment", "Corregida.", *day)),
        ]
        return self.said(asked)

    def rules(self, day: Day) -> Iterator[Answer]:
        """Other rules than those in force are compared, and published."""
        file = self.base / "rules" / "collections.yaml"
        text, other = file.read_text(encoding="utf-8"), self.base / "otras-reglas.yaml"
        other.write_text(text.replace('delivery == "pending"', 'delivery == "pending" and credit_days > 700'), encoding="utf-8")
        assert self.call("import", str(SAMPLES / "cfdi" / "2026-03-03" / "FA-1272.xml"), *day).exit_code == 0
        different = self.call("rules", "diff", "in-force", str(other), *day, "--json")
        assert json.loads(different.stdout)["changes"]
        yield ("rules", "diff"), different
        file.write_text(text.replace("per_run: 500", "per_run: 400"), encoding="utf-8")
        yield ("rules", "publish"), self.call("rules", "publish", "--by", "collections_analyst", "--yes", *day, "--json")

    def accounting(self) -> Iterator[Answer]:
        """What was taken off is in a packet on the next day."""
        yield ("discount", "add"), self.call("discount", "add", "FA-1269", *DEDUCTION, *AS, "--on", "2026-03-02", "--json")
        yield ("discount", "list"), self.call("discount", "list", "--json")
        yield ("discount", "requests"), self.call("discount", "requests", "--on", "2026-03-09", "--json")
        assert self.call("run", "--on", "2026-03-03").exit_code in (0, 3)
        yield ("accounting", "list"), self.call("accounting", "list", "--json")
        yield ("accounting", "show"), self.call("accounting", "show", "1", "-o", str(self.base / "paquete"), "--json")
        yield from self.a_plan()
        days = ("--from", "2026-03-01", "--to", "2026-03-31")
        yield ("accounting", "journal"), self.call("accounting", "journal", *days, "--json")

    def a_plan(self) -> Iterator[Answer]:
        """Of one invoice in one instalment, with a discount."""
        said, day = ("--with", "Ana Muestra", "--comment", "said so", *AS), ("--on", "2026-03-03")
        agreed = ("FA-1270", "--instalment", "2026-03-31=rest", "--discount", "1.00", *said)
        for words, more in ((("agree",), agreed), (("list",), ()), (("show",), ("1",)), (("cancel",), ("1", "--comment", "said so", *AS))):
            yield ("payment-plan", *words), self.call("payment-plan", *words, *more, *day, "--json")

    def an_original(self, day: Day) -> tuple[str, ...]:
        assert self.call("originals", "add", "C-001", "Contrato CT-2026-001", "--who", "sales_manager", *day).exit_code == 0
        return ()

    def bank(self, day: Day) -> Iterator[Answer]:
        """What the commands about deposits print."""
        workspace = open_workspace(self.base)
        with workspace.database.writing() as session:
            lines = (line("100.00", "ABONO FA-1269"), line("200.00", "TRASPASO"), line("300.00", "CHEQUE"))
            first, second, third = map(str, put_lines(session, *lines, known_at=workspace.clock.now()))
        workspace.close()
        because = (*AS, "--comment", "said so", *day)
        asked: list[Asked] = [
            (("payment", "list"), day),
            (("payment", "propose"), day),
            (("payment", "apply"), (first, "--invoice", "FA-1269=60.00", *because)),
            (("payment", "explain"), (first, *day)),
            (("payment", "unapply"), (first, *because)),
            (("payment", "not-ours"), (second, *because)),
            (("payment", "returned"), (third, *because)),
            (("payment", "claims"), day),
            (("cheque", "receive"), ("--number", "4711", "--bank", "Banco", "--amount", "50", "--invoice", "FA-1271", *AS, *day)),
            (("cheque", "list"), day),
            (("cheque", "deposit"), ("1", "--account", "00012345678", *AS, *day)),
            (("cheque", "clear"), ("1", *because)),
            (("cheque", "return"), ("1", *because)),
        ]
        return self.said(asked)

    def later_terms(self, day: Day) -> tuple[str, ...]:
        """Other credit days of the customer than those of its open invoices."""
        other = self.base / "otras-condiciones.csv"
        other.write_text("Clave,Razón social,RFC,Días de crédito\nC-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,44\n", encoding="utf-8")
        assert self.call("import", str(other), *day).exit_code == 0
        return ("C-001", *day)

    def billing(self, day: Day) -> Iterator[Answer]:
        """What the commands about agreements and billing requests print."""
        who, under = ("--who", "sales_manager", *day), ("--agreement", "CT-2026-001")
        agreed = ("CT-2026-001", "C-001", "--currency", "MXN", "--from", "2026-01-01", "--days", "30", "--limit", "1000.00")
        approved = ("--currency", "MXN", "--concept", "Servicio", "--approver", "Adela Muestra", "--approved", "2026-03-02")
        asked: list[Asked] = [
            (("agreement", "add"), (*agreed, *who)),
            (("agreement", "file"), (str(self.base / "cobranza.toml"), *under, *who)),
            (("agreement", "list"), day),
            (("agreement", "show"), ("CT-2026-001", *day)),
            (("request", "add"), ("C-001", "5.00", *under, *approved, *who)),
            (("request", "list"), ()),
            (("request", "tie"), ("1", "FA-1269", *who)),
            (("request", "show"), ("1",)),
            (("exceptions",), day),
            (("request", "refuse"), ("2", "--why", "Falta la orden de compra.", *who)),
        ]
        for words, more in asked:
            if words == ("request", "refuse"):
                assert self.call("request", "add", "C-001", "7.00", *under, *approved, *who).exit_code == 0
            yield words, self.call(*words, *more, "--json")


BOOKS = """
[discounts]
limits = {MXN = "500.00"}
[accounting.accounts]
customers = "105-01"
discounts = "402-01"
unapplied = "206-01"
"""
DEDUCTION = ("--kind", "volume", "--amount", "58.00", "--reason", "rebaja de marzo")
AS = ("--who", "collections_analyst")
WHO = ("--who", "collections_analyst", "--why", "talks are on")
RULE_TEST = """\
rules: rules/collections.yaml
tests:
  - name: a first reminder on the day after the due date
    start: 2026-03-02
    customers: [{id: C-001, kind: domestic, language: es}]
    invoices: [{id: FA-1230, customer: C-001, due: 2026-03-01, balance: 24612.07 MXN}]
    expect: [{on: 2026-03-02, actions: []}]
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, ...], Any]]:
    authority = make_authority(tmp_path_factory.mktemp("docs-tsa") / "authority")
    with pytest.MonkeyPatch.context() as environment, running_sat() as sat, running_authority(authority) as tsa:
        environment.setenv("COBRANZA_TIMESTAMP__URL", tsa.url)
        environment.setenv("COBRANZA_TIMESTAMP__CA_FILE", str(authority.anchors))
        environment.setenv("COBRANZA_LANGUAGE", "en")
        environment.setenv("COBRANZA_SAT__URL", sat.url)
        sat.replies = [Reply(answer("Vigente", "En proceso"))]
        desk = Desk(tmp_path_factory.mktemp("docs") / "workspace")
        yield {words: json.loads(result.stdout) for words, result in desk.answers()}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_speaks_json_has_an_example(page: str, printed: dict[tuple[str, ...], Any]) -> None:
    speaking = {words for words, command in COMMANDS.items() if "--json" in options_of(command)}
    assert examples(page).keys() == speaking == printed.keys()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("words", sorted(examples(PAGES[0])), ids=" ".join)
def test_json_examples_have_the_shape_that_the_program_prints(
    page: str, words: tuple[str, ...], printed: dict[tuple[str, ...], Any]
) -> None:
    said, real = shape(examples(page)[words]), shape(printed[words])
    assert fits(said, real), f"{said}\n{real}"


def test_shapes_differ_where_they_should() -> None:
    assert not fits(shape({"a": 1}), shape({"b": 1}))
    assert not fits(shape({"a": [{"b": "1.00"}]}), shape({"a": [{"b": 1}]}))
    assert fits(shape({"a": [{"b": None}], "states": {"sent": 1}}), shape({"a": [{"b": "x"}], "states": {}}))


def pages() -> list[Path]:
    """Hidden folders are not even entered: an environment has thousands of files."""
    rooms = [
        room for room in ROOT.iterdir() if room.is_dir() and not room.name.startswith(".") and room.name not in ("demo", "node_modules")
    ]
    found = [*ROOT.glob("*.md"), *(file for room in rooms for file in room.rglob("*.md"))]
    return sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(ROOT).parts))


def anchors(page: Path) -> set[str]:
    """As hosts of Git repositories make them: lower case, spaces as hyphens, letters and digits of any language kept."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#{1,6} +(.*?) *$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {"".join(c for c in head.replace(" ", "-") if c in "-_" or unicodedata.category(c)[0] in "LN") for head in plain}


def links(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)", text) + re.findall(r"<(?:img|a)\b[^>]*\b(?:src|href)=\"([^\"]+)\"", text)
    return [link for link in found if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _hash, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_links_are_found() -> None:
    readme = {link.partition("#")[0] for link in links(ROOT / "README.md")}
    assert {"docs/commands.md", "docs/comandos.es.md", "docs/architecture.md", "LICENSE"} <= readme


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.es.md")), ids=lambda page: page.name)
def test_spanish_pages_and_english_ones_lead_to_each_other(page: Path) -> None:
    english = [link for link in links(page) if link.endswith(".md") and not link.endswith(".es.md")]
    others = [link for link in english if page.name in links(DOCS / link)]
    assert len(others) >= 1


def test_the_command_pages_say_the_day_as_the_program_reads_it() -> None:
    for page in PAGES:
        for _heading, body in sections(page).values():
            for day in re.findall(r"--(?:on|opening|payments-through|pay-on) (\d\S*)", body):
                assert dt.date.fromisoformat(day.rstrip("`.,"))


def problems(page: str) -> list[str]:
    """First cells of the tables under the last heading of the import pages."""
    rows = re.findall(r"^\| (.*?) \| .* \|$", (DOCS / page).read_text(encoding="utf-8").rpartition("\n## ")[2], re.MULTILINE)
    return [row for row in rows if row not in ("the program says", "el programa dice")]


def test_the_import_pages_quote_problems_as_the_program_says_them() -> None:
    english, spanish = problems("import.md"), problems("import.es.md")
    assert len(english) > 30
    assert spanish == [translator("es")(sentence) for sentence in english]
    assert not set(spanish) & set(english)
