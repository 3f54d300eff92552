"""What `doctor` looks at: each part is really used once, and a finding says what was seen or what to do."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from cobranza_rules.dispatch.pausing import pause_in_words
from cobranza_rules.facts.vocabulary import VOCABULARY, FactType, Scope, Value
from cobranza_rules.language import N_, Sentence, _, joined, word
from cobranza_rules.privacy.coming_due import due_erasure
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.bank_statements import bank_known_on, newest_days
from cobranza_rules.store.heartbeat import MAILBOX, last_beat, last_beats
from cobranza_rules.store.tables import InvoiceRow, OutgoingRow
from cobranza_rules.workspace import Workspace

PROBE = "<html><body style='font-family: Arial, \"Liberation Sans\"'><p>Año, señal, 1,234.50</p></body></html>"
FONTS = (("Liberation Sans", "fonts-liberation"), ("Carlito", "fonts-crosextra-carlito"))


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    detail: Sentence


def examine(workspace: Workspace) -> list[Finding]:
    looks: list[tuple[str, Callable[[Workspace], Sentence]]] = [
        (N_("settings"), _settings),
        (N_("rules"), _rules),
        (N_("engines agree"), _engines),
        (N_("database"), _database),
        (N_("PDF"), _pdf),
        (N_("fonts"), _fonts),
        (N_("pictures"), _pictures),
        (N_("outgoing mail"), _outgoing),
        (N_("pauses"), _sending),
        (N_("archive"), _archive),
        (N_("mailbox"), _mailbox),
        (N_("answers"), _answers),
        (N_("bank data"), _bank),
        (N_("timestamps"), _timestamps),
    ]
    return [*(_look(workspace, name, look) for name, look in looks), *_retention(workspace)]


def _look(workspace: Workspace, name: str, look: Callable[[Workspace], Sentence]) -> Finding:
    try:
        return Finding(name, ok=True, detail=look(workspace))
    except ProblemError as error:
        first = error.problems[0]
        detail = _("{what}; {hint}", what=first.what, hint=first.hint) if first.hint else first.what
        return Finding(name, ok=False, detail=detail)


def _settings(workspace: Workspace) -> Sentence:
    settings = workspace.settings
    if empty := _empty_settings(workspace):
        raise ProblemError([Problem(_("not filled in yet: {settings}", settings=", ".join(empty)), _("fill them in in cobranza.toml"))])
    return _("mode {mode}, engine {engine}, company {rfc}", mode=settings.mode, engine=settings.engine, rfc=settings.company.rfc)


def _empty_settings(workspace: Workspace) -> list[str]:
    """What every letter shows and every command needs, and a new workspace still lacks."""
    settings = workspace.settings
    company = [f"company.{name}" for name in ("name", "address", "city", "email") if not getattr(settings.company, name).strip()]
    accounts = [] if settings.company.accounts else ["company.accounts"]
    mail = [] if settings.mail.address.strip() else ["mail.address"]
    people = [
        f"people.{role}.{name}" for role, one in settings.people.items() for name in ("name", "email") if not getattr(one, name).strip()
    ]
    return [*company, *accounts, *mail, *people]


def _rules(workspace: Workspace) -> Sentence:
    rules = workspace.rules
    return _("{rules} rules, {ladders} ladders, {holds} holds", rules=len(rules.rules), ladders=len(rules.ladders), holds=len(rules.holds))


def _engines(workspace: Workspace) -> Sentence:
    """Both engines on facts that press every limit; `both` raises where they differ."""
    from cobranza_rules.engines import open_engine
    from cobranza_rules.rules.engine import EngineError

    engine = open_engine("both", workspace.rules.conditions())
    try:
        for scope in Scope:
            engine.evaluate(scope, probing_facts(scope))
    except EngineError as error:
        raise ProblemError(
            [Problem(_("the engines disagree: {detail}", detail=str(error)), _('set engine = "native" and report it'))]
        ) from None
    finally:
        engine.close()
    if incidents := getattr(engine, "incidents", ()):
        raise ProblemError([Problem(incidents[0], _('set engine = "native" and report it'))])
    return _("durable-rules and the native engine give the same answers")


def probing_facts(scope: Scope) -> list[dict[str, Value]]:
    """Facts at, below and above what rules usually ask for, one fact at a time unknown."""
    values: dict[FactType, tuple[Value, ...]] = {
        FactType.TEXT: ("MXN", "open", ""),
        FactType.BOOLEAN: (True, False),
        FactType.NUMBER: (0, 1, 5, -3),
        FactType.AMOUNT: (0, 1, 50_000),
        FactType.DATE: (dt.date(2026, 3, 6).toordinal(),),
    }
    vocabulary = VOCABULARY[scope]
    whole = []
    for turn in range(6):
        facts: dict[str, Value] = {}
        for position, fact in enumerate(vocabulary.values()):
            choices = fact.choices or values[fact.type]
            facts[fact.name] = choices[(turn + position) % len(choices)]
        whole.append(facts)
    without = [{name: value for name, value in whole[0].items() if name != missing} for missing in vocabulary]
    return [*whole, *without, {}]


def _database(workspace: Workspace) -> Sentence:
    with workspace.database.reading() as session:
        count = session.scalar(select(func.count()).select_from(InvoiceRow))
    return _("{kind}, {count} invoices", kind=workspace.database.engine.dialect.name, count=count)


def _pdf(workspace: Workspace) -> Sentence:
    engine = workspace.pdf
    size = len(engine.render(PROBE))
    return _("{name} {version} made a page of {size} bytes", name=engine.name, version=engine.version, size=size)


def _fonts(_workspace: Workspace) -> Sentence:
    program = shutil.which("fc-list")
    if program is None:
        raise ProblemError([Problem(_("fc-list is not there, so the fonts cannot be looked at"), _("install the package fontconfig"))])
    listed = subprocess.run([program, ":", "family"], capture_output=True, text=True, timeout=30, check=False).stdout  # noqa: S603 (a fixed command)
    missing = [package for family, package in FONTS if family not in listed]
    if missing:
        raise ProblemError(
            [Problem(_("fonts of the letters are missing"), _("install the packages {packages}", packages=", ".join(missing)))]
        )
    return _("{fonts} are there", fonts=", ".join(family for family, _package in FONTS))


def _pictures(workspace: Workspace) -> Sentence:
    from cobranza_rules.letters.company_pictures import pictures_named

    named = pictures_named(workspace.settings)
    try:
        workspace.pictures  # noqa: B018 (reading them is the look)
    except ProblemError as error:  # All of them in the one finding that a look has.
        what = joined([problem.what for problem in error.problems], "; ")
        raise ProblemError([Problem(what, error.problems[0].hint)]) from None
    if not named:
        return _("none is named; letters show the company's name in print")
    return _("{count} can be used: {settings}", count=len(named), settings=", ".join(named))


def _outgoing(workspace: Workspace) -> Sentence:
    out = workspace.settings.mail.out
    workspace.sink  # noqa: B018 (opening it is the look)
    out.token()
    if out.kind == "maildir":
        return _("written into the folder {path}; no server is configured", path=str(out.path))
    return _("by {host}:{port} ({security})", host=out.host, port=out.port, security=out.security)


def _sending(workspace: Workspace) -> Sentence:
    """Whether anything keeps what is ready from leaving, and how much is put off."""
    with workspace.database.reading() as session:
        paused = pause_in_words(session, workspace.clock.today())
        put_off = session.scalar(select(func.count()).select_from(OutgoingRow).where(OutgoingRow.next_try_at.is_not(None)))
    if paused is not None:
        raise ProblemError([Problem(paused, _("end it with 'cobranza outbox resume'"))])
    return _("not paused; messages that are put off or looked for: {count}", count=put_off)


def _archive(workspace: Workspace) -> Sentence:
    """Its folder is opened, as it is when something is looked up."""
    archive = workspace.archive_mailbox
    if archive is None:
        return _("none is configured: whether an uncertain message has left, only a person can find out")
    archive.which_are_there(())
    if not workspace.settings.mail.out.archive:
        return _("its folder can be read; mail.out.archive names no address, so that your server has to put the copies there")
    return _("its folder can be read; copies go to {address}", address=workspace.settings.mail.out.archive)


def _answers(workspace: Workspace) -> Sentence:
    mail = workspace.settings.mail
    if mail.reply_tokens:
        return _(
            "come to {address}+...@, which names the message; your server has to deliver that to {address}@",
            address=mail.address.partition("@")[0],
        )
    if mail.reference_line:
        return _("are known by their headers, or by the reference line below the text")
    return _("are known by their headers; where your server keeps name+anything@ addresses, set mail.reply_tokens")


def _mailbox(workspace: Workspace) -> Sentence:
    if not workspace.mailboxes:
        return _("none is configured: answers have to be entered by hand")
    with workspace.database.reading() as session:
        polled = last_beat(session, MAILBOX)
    return _("last read {at}", at=polled.isoformat(timespec="minutes")) if polled else _("not read yet; 'cobranza run' reads it")


def _timestamps(workspace: Workspace) -> Sentence:
    """Nobody is asked: a question may cost money."""
    from cobranza_rules.timestamps.anchors import how_many
    from cobranza_rules.timestamps.queue import timestamps_on_file

    authority = workspace.timestamp_authority
    with workspace.database.reading() as session:
        waiting = list(timestamps_on_file(session, missing=True))
    if authority is None and not waiting:
        return _("no authority is configured: packets and demands go without")
    if authority is None:
        what = _("no authority is configured, and documents wait for their timestamp: {count}", count=len(waiting))
        raise ProblemError([Problem(what, _("give [timestamp] its url and its ca_file in cobranza.toml: docs/configuration.md"))])
    if refused := [one for one in waiting if one.attempts]:
        what = _("documents wait for their timestamp: {count}; {why}", count=len(waiting), why=refused[-1].why)
        raise ProblemError([Problem(what, _("'cobranza timestamps list --missing' shows them, and 'timestamps request' asks again"))])
    return _(
        "by {url}, certificates: {certificates}; documents that wait: {count}",
        url=authority.url,
        certificates=how_many(authority.anchors),
        count=len(waiting),
    )


def _retention(workspace: Workspace) -> Iterator[Finding]:
    """Only where something is due to be erased: it is no fault of the machine."""
    privacy, today = workspace.settings.privacy, workspace.clock.today()
    try:
        with workspace.database.reading() as session:
            due = due_erasure(session, privacy.keep_years.as_periods(), today)
    except (ProblemError, DBAPIError):
        return  # What is wrong with the database is said already.
    if due is not None:
        said = _(
            "{past} are past their years and {soon} will be within a month, the first from {day} on; {role} is asked: 'cobranza customer retention'",
            past=due.past,
            soon=due.soon,
            day=due.first,
            role=word(privacy.responsible),
        )
        yield Finding(N_("data to be erased"), ok=True, detail=said)


def _bank(workspace: Workspace) -> Sentence:
    watched, zone = workspace.company.watched_accounts, workspace.settings.timezone
    with workspace.database.reading() as session:
        known = bank_known_on(session, last_beats(session), watched, zone)
        newest = newest_days(session)
    if lacking := [account for account in watched if account not in newest]:
        return _("no statement of the account {accounts} was taken yet: 'cobranza import' takes it", accounts=", ".join(lacking))
    if known is None:
        return _("no payments are known yet: nobody is reminded until 'cobranza import' has brought some, or --payments-through says so")
    if oldest := [account for account in watched if newest[account] <= known]:
        return _("payments are known through {day}; the oldest statement is that of {accounts}", day=known, accounts=", ".join(oldest))
    return _("payments are known through {day}", day=known)
