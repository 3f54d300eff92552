"""The `do` chains of a rules file: what is written, sent, asked of people and recorded, in which order."""

from __future__ import annotations

from collections.abc import Mapping

from cobranza_rules.domain.accounting import Packet
from cobranza_rules.domain.case import ESCALATION_PACKET
from cobranza_rules.facts.vocabulary import VOCABULARY, Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.rules.fields import Fields, Findings
from cobranza_rules.rules.model import ASKED, Step, StepKind
from cobranza_rules.rules.suggestions import suggestion
from cobranza_rules.rules.yaml_marks import YamlMap, YamlNode

ATTACHMENTS = ("letter", "cfdi", "support", "statement")
# What is about no invoice or payment in particular has no CFDI, and only an invoice has support.
NOT_ATTACHED: Mapping[Scope, tuple[str, ...]] = {
    Scope.CUSTOMER: ("cfdi", "support"),
    Scope.PAYMENT: ("support",),
    Scope.INSTALMENT: ("cfdi", "support"),
}
RECORDS = ("acknowledgement", "not_received", "promise", "payment_claim", "dispute")
SETTABLE = ("delivery", "case_status", "claim_state")  # Facts that are what a rule last made them; all others are found out.
MESSAGES = (StepKind.DELIVER, StepKind.EMAIL)
STEP_KEYS: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.LETTER: ("sign", "sign_substitute", "rubric"),
    StepKind.DELIVER: ("to", "cc", "attach", "rubric", "form", "assign", "due"),
    StepKind.EMAIL: ("to", "cc", "attach", "rubric"),
    StepKind.TASK: ("assign", "due", "memo"),
    StepKind.RECORD: (),
    StepKind.NOTICE: ("to", "cc", "memo"),
    StepKind.PACKET: ("to", "cc", "sign", "sign_substitute"),
}
OF_INVOICES = (StepKind.LETTER, StepKind.DELIVER, StepKind.EMAIL, StepKind.TASK, StepKind.NOTICE, StepKind.PACKET)
OF_REPLIES = (StepKind.RECORD, StepKind.TASK, StepKind.NOTICE)
OF_QUEUES = (StepKind.NOTICE, StepKind.TASK)
OF_CUSTOMERS = (StepKind.LETTER, StepKind.EMAIL, *OF_QUEUES)
PACKETS: Mapping[Scope, tuple[str, ...]] = {
    Scope.INVOICE: (ESCALATION_PACKET,),
    Scope.PAYMENT: (Packet.ACCOUNTING.value,),
    Scope.DISCOUNT: (Packet.ACCOUNTING.value,),
    Scope.PACKET: (Packet.REQUESTS.value,),
}
WITH_RECIPIENT = (*MESSAGES, StepKind.NOTICE, StepKind.PACKET)
TO_CUSTOMERS = (StepKind.LETTER, *MESSAGES)
POSSIBLE: Mapping[Scope, tuple[StepKind, ...]] = {
    **dict.fromkeys(Scope, OF_QUEUES),
    Scope.INVOICE: OF_INVOICES,
    Scope.REPLY: OF_REPLIES,
    Scope.CUSTOMER: OF_CUSTOMERS,
    Scope.PAYMENT: (*OF_CUSTOMERS, StepKind.PACKET),
    Scope.INSTALMENT: OF_CUSTOMERS,
    Scope.DISCOUNT: (*OF_QUEUES, StepKind.PACKET),
    Scope.PACKET: (*OF_QUEUES, StepKind.PACKET),
    Scope.DEPOSIT: (StepKind.NOTICE,),  # A task would be some customer's, and whose the money is nobody knows.
}
WITH_LETTERS = tuple(scope for scope, kinds in POSSIBLE.items() if StepKind.LETTER in kinds)  # What a letter can be about
ASKS_SOMEBODY = (Scope.TASK, Scope.APPROVAL)


def read_steps(fields: Fields, key: str, scope: Scope, *, required: bool = False) -> tuple[Step, ...]:
    steps = [_step(node, scope, fields.findings) for node in fields.maps(key, required=required)]
    chain = tuple(step for step in steps if step is not None)
    _check_chain(chain, fields.findings)
    return chain


def _step(node: YamlNode, scope: Scope, findings: Findings) -> Step | None:
    possible = POSSIBLE[scope]
    if not isinstance(node, YamlMap) or not node.entries:
        findings.error(node.place, _("a step is written as keys with values"), _("write it like 'email: first-reminder'"))
        return None
    first = node.entries[0][0]
    if first.text not in {kind.value for kind in possible}:
        what = _("a step of 'for: {scope}' cannot begin with '{key}'", scope=scope.value, key=first.text)
        findings.error(first.place, what, _instead(first.text, scope) or suggestion(first.text, [kind.value for kind in possible]))
        return None
    kind = StepKind(first.text)
    fields = Fields(node, _("the step '{kind}'", kind=kind), (kind.value, *STEP_KEYS[kind]), findings)
    substitute, after = _substitute(fields)
    step = Step(
        kind=kind,
        name=_name_of(fields, kind, scope),
        place=node.place,
        to=fields.name("to", required=kind in WITH_RECIPIENT),
        cc=fields.names("cc"),
        attach=_attachments(fields, scope),
        sign=fields.name("sign"),
        sign_substitute=substitute,
        substitute_after=after,
        rubric=fields.name("rubric"),
        form=fields.name("form"),
        assign=fields.name("assign", required=kind is StepKind.TASK),
        due_workdays=fields.workdays("due"),
        memo=fields.name("memo"),
    )
    _check_asked(step, scope, fields)
    _check_memo(step, scope, fields)
    return step if step.name else None


def _instead(written: str, scope: Scope) -> Sentence | None:
    """What to do where a step that is about a customer stands in a rule that is not."""
    if written not in {kind.value for kind in TO_CUSTOMERS}:
        return None
    if scope in (Scope.CUSTOMER, Scope.PAYMENT, Scope.INSTALMENT):
        return _("'deliver' hands invoices over; write 'email'")
    return _("customers are written to by rules for invoices, customers and payments; people of the company are told with 'notice'")


def _check_asked(step: Step, scope: Scope, fields: Fields) -> None:
    """Only a task and an approval wait for somebody."""
    if scope in ASKS_SOMEBODY:
        return
    for key, roles in (("to", (step.to,)), ("cc", step.cc), ("assign", (step.assign,))):
        if ASKED in roles:
            what = _("nobody is asked in 'for: {scope}'", scope=scope.value)
            fields.findings.error(fields.place_of(key), what, _("name a role; 'asked' stands in rules for tasks and approvals"))


def _check_memo(step: Step, scope: Scope, fields: Fields) -> None:
    if step.memo and scope not in WITH_LETTERS:
        what = _("a step of 'for: {scope}' has no memo: a letter is about invoices, a customer or a payment", scope=scope.value)
        fields.findings.error(fields.place_of("memo"), what, _("write a rule for one of these, or leave the memo out"))


def _substitute(fields: Fields) -> tuple[str, int]:
    """`{supervisor: 3 workdays}`: who is asked after so many business days without a signature."""
    entries = fields.entries("sign_substitute")
    if not entries:
        return "", 0
    place = fields.place_of("sign_substitute")
    if "sign" not in fields:
        fields.findings.error(place, _("'sign_substitute' needs 'sign' beside it"), _("say who signs first"))
    if len(entries) > 1:
        fields.findings.error(place, _("a letter has one substitute at most"), _("keep one of them"))
    role, span = entries[0]
    return fields.checked_name(role), fields.span_of_workdays(span)


def _name_of(fields: Fields, kind: StepKind, scope: Scope) -> str:
    if kind is StepKind.RECORD:
        return _record(fields)
    name = fields.name(kind.value)
    if kind is StepKind.PACKET and name and name not in PACKETS[scope]:
        what = _("'for: {scope}' has no packet '{name}'", scope=scope.value, name=name)
        fields.findings.error(fields.place_of(kind.value), what, suggestion(name, PACKETS[scope]))
        return ""
    return name


def _record(fields: Fields) -> str:
    scalar = fields.scalar("record")
    if scalar is None or scalar.text in RECORDS:
        return scalar.text if scalar is not None else ""
    fields.findings.error(scalar.place, _("'{name}' cannot be recorded", name=scalar.text[:80]), suggestion(scalar.text, RECORDS))
    return ""


def _attachments(fields: Fields, scope: Scope) -> tuple[str, ...]:
    found = []
    for scalar in fields.scalars("attach"):
        if scalar.text in NOT_ATTACHED.get(scope, ()):
            what = (
                _("a message of 'for: {scope}' has no CFDI: it is about no invoice in particular", scope=scope.value)
                if scalar.text == "cfdi"
                else _("a message of 'for: {scope}' has no support: only invoices have", scope=scope.value)
            )
            fields.findings.error(scalar.place, what, _("attach the statement, or write a rule for invoices"))
        elif scalar.text in ATTACHMENTS:
            found.append(scalar.text)
        else:
            fields.findings.error(
                scalar.place, _("'{name}' cannot be attached", name=scalar.text[:80]), suggestion(scalar.text, ATTACHMENTS)
            )
    return tuple(dict.fromkeys(found))


def _check_chain(chain: tuple[Step, ...], findings: Findings) -> None:
    """A chain is one document and one message at most: what was sent must be a plain yes or no."""
    for kinds, noun in ((MESSAGES, _("message")), ((StepKind.LETTER,), _("letter"))):
        for step in [step for step in chain if step.kind in kinds][1:]:
            findings.error(step.place, _("a chain has one {noun} at most", noun=noun), _("make a rule or rung of its own for the second"))
    written = False
    for step in chain:
        written = written or step.kind is StepKind.LETTER
        if "letter" in step.attach and not written:
            findings.error(
                step.place,
                _("a letter is attached, but no step before this one writes it"),
                _("put a step like 'letter: {name}' before it", name=step.name),
            )


def read_sets(fields: Fields, scope: Scope) -> Mapping[str, str]:
    """Facts that the confirmed chain sets, by name."""
    found: dict[str, str] = {}
    if scope is not Scope.INVOICE and "sets" in fields:
        what = _("'for: {scope}' sets nothing", scope=scope.value)
        fields.findings.error(fields.place_of("sets"), what, _("only what is done with invoices sets their facts"))
        return found
    for name, value in fields.entries("sets"):
        if name.text not in SETTABLE:
            fields.findings.error(name.place, _("'{name}' cannot be set by a rule", name=name.text[:80]), suggestion(name.text, SETTABLE))
            continue
        choices = VOCABULARY[scope][name.text].choices
        if value.text not in choices:
            what = _("'{fact}' is never '{value}'", fact=name.text, value=value.text[:80])
            fields.findings.error(value.place, what, suggestion(value.text, choices))
            continue
        found[name.text] = value.text
    return found
