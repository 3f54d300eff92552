"""The Spanish catalogue is complete, says what its sentences say, and ships as it was compiled."""

from __future__ import annotations

import datetime as dt
import gettext
import os
import re
import runpy
import string
import subprocess
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cobranza_rules import words
from cobranza_rules.casefile.timeline import sentence_of
from cobranza_rules.catalogue import DOMAIN, FOLDER, translator
from cobranza_rules.config import read_settings
from cobranza_rules.language import _, joined, word
from cobranza_rules.problems import Problem, ProblemError

PO = FOLDER / "es" / "LC_MESSAGES" / "cobranza.po"
SCRIPT = Path(__file__).resolve().parents[2] / "script" / "catalogue"
GLOSSARY = SCRIPT.parents[1] / "docs" / "glossary.md"
SPANISH = translator("es")
LEFTOVERS = re.compile(
    r"\b(the|and|with|without|for|from|this|that|there|which|what|has|have|is|are|was|were|be|of|not|only|its|it|by|write|check)\b",
    re.IGNORECASE,
)
# Parts of a sentence that stay as they are: code in quotation marks, tags, fields, options, names of settings.
KEPT = re.compile(r"'[^']*'|<[^>]*>|\{[^}]*\}|--[\w-]+|[\w.]+_[\w.]+")
# Sentences that teach words of the rule language or of templates.
TEACHING = {
    "escriba and",
    "escriba not, o != para comparar",
    "escriba dos comparaciones y únalas con and",
    "una condiciones sólo con and, or y not",
    "póngala sola o después de not",
    "use campos, if, for y los filtros {filters}",
    "recórralo con for",
}


def entries() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="es")


def texts(entry: object) -> tuple[str, ...]:
    return tuple(map(str, entry)) if isinstance(entry, list | tuple) else (str(entry or ""),)


def pairs() -> Iterator[tuple[str, str]]:
    """Every sentence beside its translation; a plural gives two."""
    for message in entries():
        if message.id:
            yield from zip(texts(message.id), texts(message.string), strict=True)


def fields(text: str) -> list[str]:
    return sorted(name for _literal, name, _format, _conversion in string.Formatter().parse(text) if name)


def the_script() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(SCRIPT), run_name="catalogue"))


def test_every_sentence_of_the_code_is_translated_and_none_is_stale() -> None:
    script = the_script()
    known = {texts(message.id) for message in entries() if message.id}
    marked = {texts(message.id) for message in script.extracted() if message.id}
    assert (sorted(marked - known), sorted(known - marked)) == ([], [])
    assert len(known) > 1000
    assert [meant for meant, said in pairs() if not said] == []


def test_translations_have_the_fields_of_their_sentences() -> None:
    # click's sentence names the kind of number, which is always a whole one here.
    free = {"{value!r} is not a valid {number_type}."}
    assert [(meant, said) for meant, said in pairs() if meant not in free and set(fields(meant)) != set(fields(said))] == []


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    script = the_script()
    assert PO.with_suffix(".mo").read_bytes() == script.compiled(entries())
    compiled = gettext.translation(DOMAIN, FOLDER, ["es"])
    for message in entries():
        if isinstance(message.id, str) and message.id:
            assert compiled.gettext(message.id) == message.string
    assert compiled.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 2) == (
        "(¿Quiso decir uno de éstos: {possibilities}?)"
    )


def test_no_english_is_left_in_a_spanish_sentence() -> None:
    left = {said: found for _meant, said in pairs() if (found := LEFTOVERS.findall(KEPT.sub(" ", said)))}
    assert left.keys() == TEACHING


@pytest.mark.parametrize("sentence", ["revise that it exists", "the archivo está vacío", "instale it with pip"])
def test_leftovers_are_found(sentence: str) -> None:
    assert LEFTOVERS.search(KEPT.sub(" ", sentence))


def test_spaces_at_the_ends_and_marks_of_questions_are_kept() -> None:
    for meant, said in pairs():
        assert len(meant) - len(meant.lstrip()) == len(said) - len(said.lstrip()), said
        assert said == said.rstrip() or meant != meant.rstrip(), said
        assert said.count("?") == said.count("¿"), said
        assert said.count("'") % 2 == meant.count("'") % 2 or "'s" in meant or "s' " in meant, said


def test_exact_sentences() -> None:
    missing = Problem(
        _("the setting is missing"), _("add it; docs/configuration.md lists all settings"), "cobranza.toml", place="company.rfc"
    )
    assert missing.text(SPANISH) == (
        "cobranza.toml (company.rfc): falta el ajuste; agréguelo: docs/configuration.es.md enumera todos los ajustes"
    )
    unknown = Problem(
        _("unknown fact '{name}'", name="days_overdu"), _("did you mean '{name}'?", name="days_overdue"), "rules/a.yaml", line=10, column=11
    )
    assert unknown.text(SPANISH) == "rules/a.yaml:10:11: no se conoce el dato 'days_overdu'; ¿quiso decir 'days_overdue'?"
    owner = _("{owner} has no key '{key}'", owner=_("a rung"), key="wiat")
    assert (owner.text(SPANISH), owner.text()) == ("un escalón no tiene la clave 'wiat'", "a rung has no key 'wiat'")
    held = _("on hold by '{hold}' ({file}:{line})", hold="dispute", file="rules/collections.yaml", line=65)
    assert held.text(SPANISH) == "retenida por 'dispute' (rules/collections.yaml:65)"
    assert _("there is no valid address for '{role}'", role="invoice_contact").text(SPANISH) == (
        "no hay una dirección válida para 'invoice_contact'"
    )
    assert _("the next contact is on {day}", day=dt.date(2026, 3, 9)).text(SPANISH) == "el próximo contacto es el 2026-03-09"


def test_wrong_values_of_settings_are_said_in_spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company = '[company]\nrfc = "EKU"\nname = "ESCUELA KEMPER URGATE"\naddress = "X"\ncity = "X"\nemail = "cobranza@kemper.example"\n'
    mail = '[mail]\naddress = "cobranza@kemper.example"\n[daemon]\npoll_seconds = 1\n'
    file = tmp_path / "cobranza.toml"
    file.write_text(f'language = 3\nmode = "auto"\ntimezone = "Mexico"\n{company}{mail}', encoding="utf-8")
    monkeypatch.setenv("COBRANZA_MAIL__OUT__PORT", "x")
    with pytest.raises(ProblemError) as caught:
        read_settings(file)
    said = {problem.place: problem.text(SPANISH).removeprefix(f"{file} ({problem.place}): ") for problem in caught.value.problems}
    assert said == {
        "language": "no es un valor válido: se espera uno de éstos: 'es', 'en'; vea docs/configuration.es.md",
        "mode": "no es un valor válido: se espera uno de éstos: 'shadow', 'supervised', 'automatic'; vea docs/configuration.es.md",
        "timezone": "no es un valor válido: no se conoce la zona horaria 'Mexico'; vea docs/configuration.es.md",
        "company.rfc": "no es un valor válido: no tiene la forma ^[A-ZÑ&]{3,4}\\d{6}[A-Z0-9]{3}$; vea docs/configuration.es.md",
        "daemon.poll_seconds": "no es un valor válido: debe ser al menos 5; vea docs/configuration.es.md",
        "mail.out.port": "no es un valor válido: aquí se espera un número entero; vea docs/configuration.es.md",
    }


def called(*words_of_command: str, **environment: str) -> str:
    """What the program says on both streams, in a process of its own: click reads its words when commands are made."""
    clean = {
        name: value for name, value in os.environ.items() if name not in ("COBRANZA_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")
    }
    program = "from cobranza_rules.cli import main; main()"
    call = [sys.executable, "-c", program, *words_of_command]
    done = subprocess.run(call, env=clean | environment, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.stdout + done.stderr


def test_usage_is_said_in_spanish_and_in_english_where_that_is_asked_for() -> None:
    spanish = called("approvals", "show", "x", LANG="C.UTF-8")
    assert "[OPCIONES] NÚMERO\n" in spanish
    assert spanish.endswith("Error: Valor no válido en 'NÚMERO': 'x' no es un número entero.\n")
    assert called("import", "nada").endswith("Error: Valor no válido en 'RUTAS...': Ruta 'nada': no existe.\n")
    english = called("approvals", "show", "x", COBRANZA_LANGUAGE="en")
    assert "[OPTIONS] NUMBER\n" in english
    assert english.endswith("Error: Invalid value for 'NUMBER': 'x' is not a valid integer.\n")
    assert "Muestra este mensaje y termina." in called("rules", "facts", "--help")


def test_events_of_a_case_file_say_only_what_is_known() -> None:
    acknowledged = {"invoice": "FA-1", "person": "Sonia Prueba", "title": "", "phone": "55 0000 1901"}
    assert sentence_of("acknowledged", acknowledged).text(SPANISH) == "acuse de recibo de FA-1: Sonia Prueba, 55 0000 1901"
    assert sentence_of("acknowledged", {"invoice": "FA-1"}).text(SPANISH) == "acuse de recibo de FA-1"
    task = {"name": "sales-intervention", "assigned_to": "sales_manager", "due_on": "2026-03-17"}
    assert sentence_of("task_opened", task).text(SPANISH) == (
        "tarea para gerencia de ventas: intervención de Ventas, a más tardar el 2026-03-17"
    )
    assert sentence_of("task_opened", task | {"due_on": ""}).text() == "task for sales_manager: sales-intervention"
    sent = {"rung": "first-reminder", "invoice": "FA-1", "next_contact": None}
    assert sentence_of("rung_sent", sent).text(SPANISH) == "primer recordatorio de FA-1 enviado"
    assert sentence_of("rung_sent", sent | {"rung": "escalation", "internal": True}).text() == "escalation carried out for FA-1"
    # A customer may be named like one of our words, and a comment may be one.
    assert sentence_of("customer_met", {"name": "legal", "rfc": "EKU9003173C9"}).text(SPANISH).startswith("alta por una factura: legal,")
    signed = {"who": "a@kemper.example", "role": "supervisor", "comment": "legal"}
    assert sentence_of("sign_rejected", signed).text(SPANISH) == "a@kemper.example (supervisión) negó la firma: legal"


def test_identifiers_are_shown_as_words_and_what_users_name_as_they_wrote_it() -> None:
    assert word("payment_notice").text(SPANISH) == "aviso de pago"
    assert word("first-reminder").text(SPANISH) == "primer recordatorio"
    assert word("transmittal").text(SPANISH) == "carta de entrega"
    assert word("call-large-ones").text(SPANISH) == "call-large-ones"
    assert word("").text(SPANISH) == ""
    assert joined([word("promise"), word("dispute")]).text(SPANISH) == "promesa de pago, disputa"


def test_no_identifier_keeps_its_english_name() -> None:
    same_in_spanish = {"contrarrecibo", "portal"}
    groups = [value for name, value in vars(words).items() if name.isupper() and isinstance(value, tuple)]
    marked = {identifier for group in groups for identifier in group}
    assert {identifier for identifier in marked if SPANISH(identifier) == identifier} == same_in_spanish


def test_the_glossary_and_the_catalogue_use_the_same_words() -> None:
    marked = {identifier for value in vars(words).values() if isinstance(value, tuple) for identifier in value}
    rows = [line.split(" | ") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    spanish = {row[2].strip(" |`"): row[1] for row in rows if row[2].count("`") == 2}
    shared = spanish.keys() & marked
    assert {*words.REPLY_KINDS} - shared == {
        "payment_notice",
        "repeated",
        "unreadable",
    }  # One stands beside another word, two are no kinds.
    assert [identifier for identifier in shared if SPANISH(identifier) not in spanish[identifier]] == []


def test_what_click_says_of_our_commands_is_in_the_catalogue() -> None:
    """Every sentence of the installed click that a user of ours can meet; the rest concerns prompts, colours and completion of shells."""
    folder = Path(str(util.find_spec("click").submodule_search_locations[0]))  # type: ignore[union-attr, index]  # click is a dependency
    files = [(name, "python") for name in ("core.py", "decorators.py", "exceptions.py", "formatting.py", "parser.py", "types.py")]
    keywords = {"_": None, "ngettext": (1, 2)}
    said = {texts(message) for _file, _line, message, _comments, _context in extract_from_dir(folder, files, {"**.py": {}}, keywords)}
    known = {texts(message.id) for message in entries()}
    assert {sentence[0] for sentence in said - known} <= NEVER_MET


# Of programmers' mistakes, of deprecated or prompting options, and of kinds of parameters that no command of ours has.
NEVER_MET = {
    "deprecated",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    "Value must be an iterable.",
    "Takes {nargs} values but 1 was given.",
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Could not determine name for option with declarations {decls!r}",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? Did you mean to pass '--{name}'?",
    "env var: {var}",
    "(dynamic)",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Do you want to continue?",
    "Confirm the action without prompting.",
    "Missing {param_type}",
    "Missing parameter: {param_name}",
    "Invalid start character for option ({option})",
    "Choice({choices})",
    "{value!r} does not match the format {format}.",
    "{value} is not in the range {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}",
    "{value!r} is not a valid UUID.",
    "{name} {filename!r} is not executable.",
    "{len_type} values are required, but {len_value} was given.",
}


def test_one_thing_has_one_word_in_spanish() -> None:
    """By the glossary an approval is an *aprobación*."""
    texts = [PO, *(Path(__file__).resolve().parents[2] / "docs").glob("*.es.md")]
    assert [file.name for file in texts if "utorizaci" in file.read_text(encoding="utf-8")] == []
