"""What Accounting's answer says of a packet: `acepto`, or `devuelvo: motivo`. A closed grammar over everything that is said, or nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cobranza_rules.language import Sentence, _
from cobranza_rules.mail.approval_words import LONGEST_ANSWER, LONGEST_REASON, MANNERS, MOST_LINES, NOBODY, OwnTexts
from cobranza_rules.mail.words import fold

_WHAT = r"(?:\s+(?:el |la |the )?(?:paquete|relacion|packet))?"
ACCEPTS = re.compile(rf"(?:acepto|aceptad[oa]|aceptamos|recibido y aceptado|accepted|i accept){_WHAT}[\s.!]*")
RETURNS = re.compile(
    rf"(?:devuelvo|devuelto|devuelta|devolvemos|regreso|returned|i return){_WHAT}\s*(?:[:,;.\-]|\s(?:porque|por|because|for)\b)?(?P<reason>.*)",
    re.DOTALL,
)
PLACEHOLDERS = frozenset({"motivo", "el motivo", "reason", "the reason"})


@dataclass(frozen=True, slots=True)
class PacketAnswer:
    """`accepted` is None where nothing is decided; `doubt` says why."""

    accepted: bool | None
    reason: str = ""
    doubt: Sentence | None = None


def read_packet_answer(said: str, own: OwnTexts = NOBODY) -> PacketAnswer:
    """`said` is what the author wrote this time, quotes and signature cut."""
    if len(said) > LONGEST_ANSWER or said.count("\n") > MOST_LINES:
        return PacketAnswer(None, doubt=_("it is longer than an answer to a packet"))
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if not _says_nothing(line, own)]
    if not telling:
        return PacketAnswer(None, doubt=_("it says neither that the packet is accepted nor that it is returned"))
    first = fold(telling[0])
    if ACCEPTS.fullmatch(first):
        if len(telling) == 1:
            return PacketAnswer(accepted=True)
        return PacketAnswer(None, doubt=_("it accepts the packet and says more: {text}", text=telling[1][:80]))
    if (found := RETURNS.fullmatch(first)) is None:
        return PacketAnswer(None, doubt=_("it says neither that the packet is accepted nor that it is returned"))
    written = telling[0][found.start("reason") :] if len(first) == len(telling[0]) else found["reason"]
    reason = " ".join([written.strip(" :,;.-"), *telling[1:]]).strip()
    if not reason or fold(reason) in PLACEHOLDERS:
        return PacketAnswer(None, doubt=_("it returns the packet without a reason"))
    if len(reason) > LONGEST_REASON:
        return PacketAnswer(None, doubt=_("it is longer than an answer to a packet"))
    return PacketAnswer(accepted=False, reason=reason)


def _says_nothing(line: str, own: OwnTexts) -> bool:
    folded = fold(line)
    return own.say(folded) or not MANNERS.sub("", folded).strip(" ,.;:!-")
