"""`cobranza inbox`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.message_tasks import tasks_of_messages
from cobranza_rules.cli.command import Call, LazyGroup, Number, SpokenCommand, on_a_day, pair, reporting, take
from cobranza_rules.cli.screen import Screen
from cobranza_rules.language import N_, Sentence, _
from cobranza_rules.mail.assigning import Assignment, assign
from cobranza_rules.mail.reading import new_text_of, write_attachments
from cobranza_rules.mail.trying import Trial, try_message
from cobranza_rules.people import person_named
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.replies import INVOICES, facts_to_json
from cobranza_rules.store.tables import CustomerRow, InvoiceRow, ReceivedRow, TaskRow


@click.group(cls=LazyGroup, help=N_("Messages that wait for a person; while one waits, its customer is not written to."))
def inbox() -> None:
    pass


def _json(row: ReceivedRow, code: str | None, task: TaskRow | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "sender": row.sender,
        "subject": row.subject,
        "received_at": row.received_at.isoformat(),
        "customer": code,
        "kind": row.kind,
        "doubtful": row.doubtful,
        "sender_authenticated": row.sender_authenticated,
        "facts": row.facts,
        "evidence": row.evidence,
        "doubts": row.doubts,
        "attachments": row.attachments,
        "state": row.state,
        "task": task.id if task is not None else None,
    }


@inbox.command("list", cls=SpokenCommand, help=N_("Those that wait, the oldest first; with --all every message."))
@click.option("--all", "everything", is_flag=True, help=N_("Every message that came in."))
@reporting
@click.pass_obj
def list_(call: Call, everything: bool, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    query = select(ReceivedRow, CustomerRow.code).outerjoin(CustomerRow, CustomerRow.id == ReceivedRow.customer_id).order_by(ReceivedRow.id)
    query = query if everything else query.where(ReceivedRow.state == "open")
    with workspace.database.reading() as session:
        tasks = tasks_of_messages(session)
        rows = [_json(row, code, tasks.get(row.id)) for row, code in session.execute(query)]
    if as_json:
        call.screen.json({"messages": rows})
    elif not rows:
        call.screen.say(_("No message waits."))
    else:
        screen = call.screen
        headings = (N_("No."), N_("Received"), N_("Customer"), N_("From"), N_("Subject"), N_("Kind"), N_("Why it waits"))
        cells = [
            (row["id"], row["received_at"][:10], row["customer"], row["sender"], row["subject"], screen.word(row["kind"]), _why(call, row))
            for row in rows
        ]
        screen.table(headings, cells, frozenset({0}))


def _why(call: Call, row: dict[str, Any]) -> str:
    doubts = ", ".join(call.screen.text(Sentence.from_json(doubt)) for doubt in row["doubts"])
    reasons = [
        (row["state"] != "open", N_("settled")),
        (row["kind"] == "decision", doubts),
        (row["task"] is not None, call.screen.text(_("task {id} waits with it", id=row["task"]))),
        (row["customer"] is None, N_("unknown sender")),
        (row["doubtful"], doubts or N_("doubtful")),
        (not row["sender_authenticated"], N_("sender not authenticated")),
    ]
    return next((call.screen.word(text) for holds, text in reasons if holds), call.screen.word(N_("no rule records it")))


@inbox.command(cls=SpokenCommand, help=N_("One message: what it says, what was read in it and from which words, and what is attached."))
@click.argument("number", type=Number())
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help=N_("Write what is attached into this folder."))
@reporting
@click.pass_obj
def show(call: Call, number: int, output: Path | None, as_json: bool) -> None:
    workspace = take(call, as_json=as_json).workspace
    with workspace.database.reading() as session:
        row = session.get(ReceivedRow, number)
        if row is None:
            raise ProblemError([Problem(_("there is no message {id}", id=number), _("'cobranza inbox list' shows those that wait"))])
        code = session.get_one(CustomerRow, row.customer_id).code if row.customer_id else None
        task = tasks_of_messages(session).get(row.id)
        named = session.scalars(select(InvoiceRow.number).where(InvoiceRow.id.in_(row.facts.get(INVOICES, ())))).all()
    text = new_text_of(workspace, row.raw)
    shown = {**_json(row, code, task), "text": text}
    if output is not None:
        write_attachments(workspace, row.raw, row.attachments, output)
    if as_json:
        call.screen.json(shown)
        return
    screen = call.screen
    screen.say(_("From {sender}, {customer}: {subject}", sender=row.sender, customer=code or "-", subject=row.subject))
    screen.say(_("Read as: {kind}", kind=screen.word(row.kind)))
    for name, value in {**row.facts, **({INVOICES: list(named)} if named else {})}.items():
        screen.say(_fact_line(screen, name, _shown(value), row.evidence))
    for each in row.attachments:
        screen.say(
            _("  attached: {name} ({media_type}, {size} bytes)", name=each["name"], media_type=each["media_type"], size=each["size"])
        )
    click.echo("")
    click.echo(text)


@inbox.command("assign", cls=SpokenCommand, help=N_("Say what a message is. The next run records it as the rules say."))
@click.argument("number", type=Number())
@click.option("--kind", required=True, help=N_("promise, payment_notice, dispute, acknowledgement, question ..."))
@click.option("--fact", "facts", multiple=True, help=N_("A fact, such as pay_on=2026-03-06 or amount='1200.00 MXN'; may be repeated."))
@click.option("--customer", default="", help=N_("Whose it is (code), where the program could not tell."))
@click.option("--invoice", "invoices", multiple=True, help=N_("An invoice that it is about; may be repeated."))
@click.option("--who", required=True, help=N_("Who says so: a role or an e-mail address of cobranza.toml."))
@click.option("--comment", default="", help=N_("A comment for the case file."))
@on_a_day
@reporting
@click.pass_obj
def assign_(
    call: Call,
    number: int,
    kind: str,
    facts: tuple[str, ...],
    customer: str,
    invoices: tuple[str, ...],
    who: str,
    comment: str,
    on: dt.date | None,
    as_json: bool,
) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    person = person_named(workspace.company, who)
    pairs = dict(pair(fact) for fact in facts)
    with workspace.database.writing() as session:
        keeper = Bookkeeper(session, workspace.clock.now())
        row = assign(keeper, number, Assignment(kind, person.email, pairs, customer, invoices, comment), workspace.clock.today())
        code = session.get_one(CustomerRow, row.customer_id).code if row.customer_id else None
    if as_json:
        call.screen.json(_json(row, code, None))
    if code is None:
        call.screen.say(_("Message {id} is {kind}, and settled with the next run.", id=number, kind=call.screen.word(row.kind)))
        return
    call.screen.say(_("Message {id} is {kind} of {customer}.", id=number, kind=call.screen.word(row.kind), customer=code))


@inbox.command("try", cls=SpokenCommand, help=N_("What the program would read in a message file; nothing is recorded."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@on_a_day
@reporting
@click.pass_obj
def try_(call: Call, file: Path, on: dt.date | None, as_json: bool) -> None:
    workspace = take(call, on=on, as_json=as_json).workspace
    trial = try_message(workspace, file)
    if as_json:
        call.screen.json(_trial_json(call.screen, trial))
        return
    screen, found = call.screen, trial.found
    screen.say(_("Read as: {kind}", kind=screen.word(found.kind.value)))
    if trial.doubtful:
        screen.say(_("Doubtful: a person would have to look."))
    doubts = [*found.doubts, *([_("two customers are possible")] if trial.matched.doubtful else [])]
    for doubt in doubts:
        screen.say(_("  because {doubt}", doubt=doubt))
    if words := found.evidence.get("kind"):
        screen.say(_("  in the words «{words}»", words=" ".join(words.split())))
    for name, value in found.facts.items():
        screen.say(_fact_line(screen, name, _shown(value), found.evidence))
    _say_whose(screen, trial)


FACT_NAMES = {
    "pay_on": N_("will pay on"),
    "paid_on": N_("paid on"),
    "amount": N_("amount"),
    "invoices": N_("invoices"),
    "about": N_("about the invoices"),
    "number": N_("number of the contrarrecibo"),
    "review_on": N_("day of the review"),
    "person": N_("signed by"),
    "title": N_("title"),
    "phone": N_("phone"),
    "email": N_("e-mail address"),
    "reason": N_("what is said"),
    "request": N_("what is asked for"),
}
HOW = {
    "token": N_("it came to the address that our message gave for answers"),
    "token_in_text": N_("its text has the reference of a message of ours"),
    "own_id": N_("it answers or returns a message of ours"),
    "invoice": N_("it names an open invoice of the customer"),
    "recipient": N_("it names an address of the customer as refused"),
    "sender": N_("it comes from an address of the customer"),
}


def _say_whose(screen: Screen, trial: Trial) -> None:
    how = screen.word(HOW.get(trial.matched.how, trial.matched.how))
    if not trial.customer:
        screen.say(_("Customer: unknown; a person would have to say whose it is."))
    else:
        screen.say(
            _(
                "Customer: {code}, for {how} (confidence {confidence})",
                code=trial.customer or "-",
                how=how,
                confidence=trial.matched.confidence,
            )
        )
    if trial.answers:
        screen.say(_("It answers: {rule}", rule=screen.word(trial.answers)))
    if not trial.found.kind.automatic:
        screen.say(
            _("The sender is authenticated by our mail server.")
            if trial.authenticated
            else _("The sender is not authenticated by our mail server: by itself such a message changes nothing.")
        )


def _shown(value: object) -> object:
    """Of an amount its number and currency, of several numbers all."""
    if isinstance(value, dict):
        return " ".join(map(str, value.values()))
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _fact_line(screen: Screen, name: str, value: object, evidence: Mapping[str, str]) -> Sentence:
    """The words are left out where they are the value itself."""
    words = " ".join(evidence.get(name, "").split())
    called = screen.word(FACT_NAMES.get(name, name))
    if not words or words == str(value):
        return _("  {name}: {value}", name=called, value=value)
    return _("  {name}: {value} («{words}»)", name=called, value=value, words=words)


def _trial_json(screen: Screen, trial: Trial) -> dict[str, Any]:
    """{"kind", "doubtful", "doubts", "facts", "evidence", "match": {"how", "confidence", "customer", "answers", "doubtful"}, "sender_authenticated"}."""
    found, matched = trial.found, trial.matched
    return {
        "kind": found.kind.value,
        "doubtful": trial.doubtful,
        "doubts": [screen.text(doubt) for doubt in found.doubts],
        "facts": facts_to_json(found.facts),
        "evidence": dict(found.evidence),
        "match": {
            "how": matched.how,
            "confidence": matched.confidence,
            "customer": trial.customer or None,
            "answers": trial.answers or None,
            "doubtful": matched.doubtful,
        },
        "sender_authenticated": trial.authenticated,
    }
