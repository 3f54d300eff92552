"""What a signer's answer decides: `apruebo 12, 14`, `rechazo 13: motivo`. A closed grammar over everything that is said, or nothing at all.

Each line has to be a decision, a reason that goes on, a greeting, or the signer's own name. Whatever else is said might limit the rest, so
that one doubtful line lets nothing be decided, and a person reads it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.reply_text import LONGEST_LINE
from cobranza_rules.mail.words import fold

LONGEST_ANSWER = 4_000  # characters; a decision and its reasons are shorter
LONGEST_REASON = 1_000
MOST_LINES = 100

_YES = r"(?:apruebo|apruevo|aprob(?:ad[oa]s?|amos)|aprovad[oa]s?|autorizo|autorizad[oa]s?|visto bueno|vo\.? ?bo\.?|i approve|approved?)"
_NO = r"(?:rechazo|rechazad[oa]s?|rechazamos|no (?:l[oa]s? )?(?:apruebo|autorizo|aprob(?:ad[oa]s?|amos)|autorizad[oa]s?)|not approved|i reject|reject(?:ed)?|i do not approve)"
_ARTICLE = r"(?:(?:a|al|para|para el|para la) )?(?:(?:el|la|los|las|lo|the) )?(?:(?:numeros?|no\.?|num\.?|nos\.?|documentos?|cartas?|number|numbers|letters?|folios?)\s*)?"
_NUMBERS = r"#?\d{1,9}(?:(?:\s*,\s*(?:y |e |and )?|\s+(?:y|e|and)\s+|\s*&\s*|\s+)#?\d{1,9})*"
_ALL = r"(?:tod[oa]s?|all|everything|both|amb[oa]s)"
_REST = r"(?:(?:l[oa]s )?(?:demas|otr[oa]s)|el resto|(?:all )?the (?:others|rest))"
_WHOM = rf"(?:\s*:?\s*{_ARTICLE}(?:(?P<numbers>{_NUMBERS})|(?P<all>{_ALL})|(?P<rest>{_REST})))?"
_MANNERS = r"(?:[\s,.;!]*(?:por favor|please|gracias|muchas gracias|thanks|thank you|saludos|saludos cordiales|buen dia|regards))*"

AGREES = re.compile(rf"(?:l[oa]s? )?{_YES}{_WHOM}{_MANNERS}[\s.;,!)]*")
REJECTS = re.compile(
    rf"(?:l[oa]s? )?{_NO}{_WHOM}(?P<said>(?:\s*[:,;.\-]|\s+(?:porque|por|ya que|pues|because|since|due to)\b)?.*)", re.DOTALL
)
BEGINS = re.compile(rf"(?:l[oa]s? )?(?:{_NO}|{_YES})\b")
INNER = re.compile(rf"(?:[.;!,]\s*(?:y |e |and |pero |but )?|\s(?:y|e|and|pero|but)\s+)(?=(?:l[oa]s? )?(?:{_NO}|{_YES})\b)")
YES = re.compile(rf"(?:si|yes|ok)[\s,.;]+(?=(?:l[oa]s? )?{_YES}\b)")
SAYS_YES = re.compile(rf"(?<!no )\b{_YES}\b")
# What may stand beside a decision without saying anything.
MANNERS = re.compile(
    r"\b(?:muy buen(?:os|as)|buen(?:os|as)?(?: (?:dias?|tardes?|noches?))?|hola|hello|hi|dear|estimad[oa]s?|good (?:morning|afternoon|evening)"
    r"|(?:muchas |mil )?gracias(?: por todo)?|thanks|thank you|(?:un )?(?:cordial )?saludos?(?: cordiales)?|cordialmente|atentamente|atte|slds"
    r"|(?:best |kind )?regards|quedo atent[oa]|excelente dia|que tengas? (?:buen|excelente) dia|feliz dia)\b"
)
PLACEHOLDERS = frozenset({"motivo", "el motivo", "su motivo", "reason", "the reason"})  # As a request says where the reason goes
CONTACT = re.compile(
    r"\b(?:tels?|telefono|cel|celular|movil|ext|conmutador|phone|mobile|whatsapp|oficina|office)\b[.:\s]*[+(]?\d[\d\s()+.\-]{5,30}(?:ext[.\s]*\d{1,6})?"
    r"|(?:https?://|www\.)\S+|\S+@\S+"
)
SHORTEST_LINE = 8  # Characters of a piece of an address that is known as such
_WORD = re.compile(r"[\w@.+-]+")
_TITLES = frozenset({"", "lic", "ing", "cp", "c.p", "mtra", "mtro", "dr", "dra", "arq", "sr", "sra", "de", "del", "la", "y", "of"})
CONDITION = re.compile(
    r"\b(?:si|pero|siempre|cuando|salvo|excepto|menos|hasta|antes|despues|mientras|sin embargo|if|but|unless|except|once|until|after|when)\b"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is what a rejection says, as its author wrote it; empty where somebody agrees."""

    agreed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """By the numbers of approvals. Where there is a doubt, nothing is decided."""

    verdicts: dict[int, Verdict]
    doubts: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Statement:
    """`numbers` is None where all are meant, or, with `rest`, all that are not named elsewhere."""

    agreed: bool
    numbers: tuple[int, ...] | None
    rest: bool = False
    reason: str = ""


class _Doubtful(Exception):  # noqa: N818 (not an error: it ends the reading of an answer that a person has to read)
    def __init__(self, doubt: Sentence) -> None:
        super().__init__(str(doubt))
        self.doubt = doubt


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """What may stand below an answer without saying anything: names, posts and addresses of the company's people."""

    lines: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @staticmethod
    def of(texts: Iterable[str]) -> OwnTexts:
        """Numbers are no words of a signature: they may be those of approvals."""
        lines = frozenset(fold(" ".join(text.split())) for text in texts)
        return OwnTexts(lines, frozenset(word for line in lines for word in _WORD.findall(line) if not word.isdigit()))

    def say(self, folded: str) -> bool:
        if "?" in folded or "¿" in folded:
            return False
        if len(folded) >= SHORTEST_LINE and not folded.isdigit() and any(folded in line for line in self.lines):
            return True
        left = _WORD.findall(CONTACT.sub(" ", MANNERS.sub(" ", folded)))
        return all(each.strip(".-") in self.words or each.strip(".-") in _TITLES for each in left)


NOBODY = OwnTexts()


def read_decisions(said: str, asked: Collection[int], own: OwnTexts = NOBODY, *, whole: bool = True) -> Decisions:
    """`said` is what the author wrote this time, quotes and signature cut; `asked` the numbers of the mail that it answers.

    Without `whole` it answers several mails, or one that only refers to them: then each number has to be named, unless there is but one.
    """
    try:
        statements = list(_statements(said, own))
        return Decisions(_resolved(statements, frozenset(asked), whole or len(asked) == 1))
    except _Doubtful as found:
        return Decisions({}, (found.doubt,))


def _statements(said: str, own: OwnTexts) -> Iterator[_Statement]:
    text = said.strip()
    if not text:
        raise _Doubtful(_("it has no text of its own"))
    if len(text) > LONGEST_ANSWER or text.count("\n") > MOST_LINES:
        raise _Doubtful(_("it says more than a decision"))
    pieces = _pieces(text)
    found = False
    for at, (original, folded) in enumerate(pieces):
        if BEGINS.match(folded):
            found = True
            following = _following(pieces[at + 1 :], own)
            yield _statement(original, folded, following)
        elif not own.say(folded) and not _goes_on(pieces[:at]):
            raise _Doubtful(_doubt_of(original, folded))
    if not found:
        raise _Doubtful(_("it says neither 'approve' nor 'reject'"))


def _pieces(text: str) -> list[tuple[str, str]]:
    """Each line, cut where another decision begins in it: as written, and folded without moving a letter."""
    found = []
    for written in text.splitlines():
        line = re.sub(r"\s+", " ", written[:LONGEST_LINE]).strip().lstrip("-•·–— ").strip("*_\"'«»“”👍✅🙏 ")
        folded = fold(line)
        start = begun.end() if (begun := YES.match(folded)) is not None else 0
        for cut in INNER.finditer(folded, start):
            found.append((line[start : cut.start()], folded[start : cut.start()]))
            start = cut.end()
        found.append((line[start:], folded[start:]))
    return [(original.strip(), folded.strip()) for original, folded in found if folded.strip(" .,;:!-_")]


def _goes_on(before: Sequence[tuple[str, str]]) -> bool:
    """Whether the last decision above is a rejection: what follows it, down to the next decision, is its reason."""
    last = next((folded for _original, folded in reversed(before) if BEGINS.match(folded)), "")
    return bool(re.match(rf"(?:l[oa]s? )?{_NO}\b", last))


def _following(below: Sequence[tuple[str, str]], own: OwnTexts) -> str:
    lines = []
    for original, folded in below:
        if BEGINS.match(folded):
            break
        if not own.say(folded):
            lines.append(original)
    return "\n".join(lines)


def _statement(original: str, folded: str, following: str) -> _Statement:
    agrees = AGREES.fullmatch(folded)
    if agrees is not None:
        return _Statement(True, _numbers(agrees), rest=bool(agrees["rest"]))
    rejects = REJECTS.fullmatch(folded)
    if rejects is None:
        raise _Doubtful(_doubt_of(original, folded))
    return _rejection(original, rejects, following)


def _rejection(original: str, rejects: re.Match[str], following: str) -> _Statement:
    """The reason stands behind a sign or a `porque`; what stands behind the numbers without one may belong to them."""
    said = rejects["said"]
    begun = re.match(r"\s*[:,;.\-]\s*", said)
    here = original[rejects.start("said") :]
    if begun is not None:
        here = here[begun.end() :]
    elif said.strip() and not re.match(r"\s+(?:porque|por|ya que|pues|because|since|due to)\b", said):
        raise _Doubtful(_("it is not clear where the reason begins: '{text}'", text=original[:200]))
    reason = "\n".join(filter(None, (here.strip(" .;,"), following))).strip()[:LONGEST_REASON]
    if len(re.findall(r"\w", reason)) < 2 or fold(reason).strip(" .<>[]") in PLACEHOLDERS:
        raise _Doubtful(_("a rejection needs its reason"))
    numbers = _numbers(rejects)
    if numbers is None and not rejects["all"] and re.match(r"#?\d", reason):
        raise _Doubtful(_("it is not clear where the reason begins: '{text}'", text=original[:200]))
    if SAYS_YES.search(fold(reason)):
        raise _Doubtful(_("it says both words: '{text}'", text=original[:200]))
    return _Statement(False, numbers, rest=bool(rejects["rest"]), reason=reason)


def _numbers(match: re.Match[str]) -> tuple[int, ...] | None:
    return tuple(map(int, re.findall(r"\d+", match["numbers"]))) if match["numbers"] else None


def _doubt_of(original: str, folded: str) -> Sentence:
    shown = original[:200]
    if "?" in folded or "¿" in original:
        return _("it asks something: '{text}'", text=shown)
    if BEGINS.match(folded) and CONDITION.search(folded):
        return _("it sets a condition: '{text}'", text=shown)
    return _("it says more than a decision: '{text}'", text=shown)


def _resolved(statements: Sequence[_Statement], asked: frozenset[int], whole: bool) -> dict[int, Verdict]:
    verdicts: dict[int, Verdict] = {}
    named = {number for each in statements for number in each.numbers or ()}
    if strange := sorted(named - asked):
        raise _Doubtful(_("it names what was not asked for in that mail: {numbers}", numbers=", ".join(map(str, strange))))
    for each in statements:
        if each.numbers is None and not whole:
            raise _Doubtful(_("it does not say which numbers it means"))
        meant = each.numbers if each.numbers is not None else sorted(asked - named if each.rest else asked)
        for number in meant:
            verdict = Verdict(each.agreed, each.reason)
            if verdicts.setdefault(number, verdict) != verdict:
                raise _Doubtful(_("it says two things about {number}", number=number))
    if not verdicts:
        raise _Doubtful(_("it does not say which numbers it means"))
    return verdicts
