"""What the author wrote this time: quotes, forwarded messages, signatures and disclaimers cut, line by line in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cobranza_rules.mail.signature import POST, is_name
from cobranza_rules.mail.words import fold

LONGEST_TEXT = 200_000  # characters that are looked at
LONGEST_LINE = 1_000  # characters of a line that patterns look at
WRAPPED_ATTRIBUTION = 4  # lines
LONGEST_SIGNATURE = 14  # lines that are not empty

# "El lun, 2 mar 2026 a las 10:11, Persona (<a@b.example>) escribió:" - all end so, and all hold a date, a time or an address.
ATTRIBUTION_END = re.compile(r"(escribio|wrote|escreveu|a ecrit|schrieb|ha scritto|escribio lo siguiente)\s?:\s?$")
ATTRIBUTION_START = re.compile(r"^(el|on|em|le|am|en)\b|^(lun|mar|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat|sun)|^\S.{0,150}<\S+@|^\d")
DIVIDER = re.compile(
    r"^\W{0,4}[-_=]{2,}\s?(mensaje original|original message|mensaje reenviado|forwarded message|mensagem original|correo original|original)\b"
    r"|^(inicio del mensaje reenviado|begin forwarded message|mensaje reenviado)\s?:\s?$"
)
HEADER = re.compile(
    r"^\W{0,3}(de|from|enviado el|enviado|sent|date|fecha|para|to|cc|asunto|subject|responder a|reply-to|importancia|importance)\s?\W{0,2}:"
)
FIRST_HEADER = re.compile(r"^\W{0,3}(de|from)\s?\W{0,2}:\W{0,3}\s?\S")
DEVICE = re.compile(
    r"^(enviado (desde|de) (mi|el|un|yahoo|outlook|correo|gmail|samsung|huawei|dispositivo)|sent from (my|mail|outlook|yahoo|a|samsung)"
    r"|(obtener|descargar|obten|get) outlook (para|for)|enviado con|sent with|enviado via)\b.{0,80}$"
)
CLOSING = re.compile(
    r"^(muchas |mil )?(gracias[ ,.y]{1,4}|thanks[ ,and]{1,5}|thank you[ ,and]{1,5})?(quedo (atent[oa]|al pendiente|a sus ordenes)[ ,.y]{1,4})?"
    r"(un |con un |reciba un |reciban un |le envio un |les envio un |le mando un )?"
    r"(cordial(es)? |atent[oa]s? |muchos |cordialmente |best |kind |warm |many |with (best|kind) )?"
    r"(saludo|saludos|saludos cordiales|cordialmente|atentamente|atte|att|respetuosamente|slds|regards|rgds|best|cheers|sincerely|sincerely yours"
    r"|yours (truly|sincerely|faithfully)|thanks ?(?:&|and) ?regards|best wishes|warm wishes|cordial saludo|a sus ordenes|quedo de usted|quedo a sus ordenes|thanks|thank you|gracias|muchas gracias"
    r"|mil gracias|thanks in advance|gracias de antemano|buen dia|excelente dia|que tenga buen dia|que tengan? (un )?(excelente|buen|lindo) (dia|tarde))"
    r"( cordiales| cordial| a todos| and regards| y saludos)?\s?[.,;:!)\-]{0,3}$"
)
DISCLAIMER = re.compile(
    r"^\W{0,4}(aviso (de|legal|importante)|nota de confidencialidad|confidencialidad|disclaimer|confidentiality|la informacion (contenida|de este|en este)"
    r"|este (correo|mensaje)( electronico)?.{0,60}(confidencial|privilegiad|destinatari|exclusiv|uso)|this (e-?mail|message|communication).{0,80}"
    r"(confidential|privileged|intended)|antes de imprimir|please consider the environment|(por favor )?considere? (el|su) (medio|responsabilidad))"
)
POSTSCRIPT = re.compile(r"^p\.? ?[ds]\.?\s?[:.\-]")


@dataclass(frozen=True, slots=True)
class SplitReply:
    """`said` is the author's text; `signature` the lines below the closing: name, post, phone."""

    said: str
    signature: str


def new_text(text: str) -> str:
    return split_reply(text).said


def split_reply(text: str) -> SplitReply:
    lines = text[:LONGEST_TEXT].replace("\r\n", "\n").split("\n")
    return _without_signature(_without_quotes(lines))


def _without_quotes(lines: list[str]) -> list[str]:
    """Lines behind `>` go wherever they stand, so that answers below or between them stay; a forwarded block goes to the end."""
    kept: list[str] = []
    folded = [fold(line[:LONGEST_LINE]).strip() for line in lines]
    index = 0
    while index < len(lines):
        if _begins_forwarded(folded, index):
            break
        if folded[index].startswith(">"):
            index = _after_quoted(lines, folded, index)
            continue
        length = _attribution_length(folded, index)
        if length:
            following = next((line for line in folded[index + length : index + length + 4] if line), "")
            if not following.startswith(">"):
                break  # A quote that its program does not mark: everything below is old.
            index += length
            continue
        kept.append(lines[index])
        index += 1
    return kept


def _after_quoted(lines: list[str], folded: list[str], index: int) -> int:
    """Where the quoted run ends; the tail of a long quoted line that was wrapped without its mark belongs to it."""
    wrapped = len(lines[index]) >= 60 and index + 2 < len(lines)
    if wrapped and folded[index + 1] and not folded[index + 1].startswith(">") and folded[index + 2].startswith(">"):
        return index + 2
    return index + 1


def _attribution_length(folded: list[str], index: int) -> int:
    """How many lines the attribution at `index` takes; 0 where there is none."""
    if not folded[index] or not ATTRIBUTION_START.search(folded[index]):
        return 0
    joined = ""
    for length in range(1, WRAPPED_ATTRIBUTION + 1):
        if index + length > len(folded) or not (part := folded[index + length - 1]):
            return 0
        joined = f"{joined} {part}".strip()
        if ATTRIBUTION_END.search(joined):
            return length if re.search(r"\d|@", joined) and len(joined) <= 400 else 0
    return 0


def _begins_forwarded(folded: list[str], index: int) -> bool:
    line = folded[index]
    if DIVIDER.search(line):
        return True
    if re.fullmatch(r"[_\-]{10,}", line):
        following = [other for other in folded[index + 1 : index + 5] if other]
        return bool(following) and _is_header_block(following)
    return bool(FIRST_HEADER.search(line)) and _is_header_block([other for other in folded[index : index + 8] if other])


def _is_header_block(lines: list[str]) -> bool:
    """Outlook and phones quote by a block of headers: De/From first, and two more of them near."""
    return bool(FIRST_HEADER.search(lines[0])) and sum(bool(HEADER.search(line)) for line in lines[:7]) >= 3


def _without_signature(lines: list[str]) -> SplitReply:
    folded = [fold(line[:LONGEST_LINE]).strip() for line in lines]
    end = next((index for index, line in enumerate(folded) if DISCLAIMER.search(line) and index), len(lines))
    folded = [
        "" if DEVICE.search(line) else line for line in folded[:end]
    ]  # A signature above what the phone adds is the end of the text, too.
    lines = [line if plain else "" for line, plain in zip(lines[:end], folded, strict=True)]
    begin = _signature_start(lines, folded)
    below = [line for line, plain in zip(lines[begin:], folded[begin:], strict=True) if plain]
    said = lines[:begin]
    postscript = next((index for index, line in enumerate(below) if POSTSCRIPT.search(fold(line.strip()))), len(below))
    said += below[postscript:]
    signature = [line.strip() for line in below[:postscript] if not CLOSING.search(fold(line).strip())]
    return SplitReply(_tidy(said), "\n".join(line for line in signature if line not in ("--", "-")))


def _signature_start(lines: list[str], folded: list[str]) -> int:
    """The line of `-- `, of a closing with few short lines below it, or of a last block that shows a phone or an address."""
    first = next((index for index, line in enumerate(folded) if line), len(lines))
    filled = [index for index, line in enumerate(folded) if line]
    lowest = filled[-LONGEST_SIGNATURE - 1] if len(filled) > LONGEST_SIGNATURE else 0  # A closing above it has too many lines below.
    for index, line in enumerate(folded):
        if line in ("--", "---") and index > first:
            return index
        if index > first and index >= lowest and CLOSING.search(line):
            below = [other for other in folded[index + 1 :] if other]
            if not any(_is_prose(other) for other in below):
                return index
    return _contact_block_start(lines, folded, first)


SENTENCE_START = re.compile(
    r"^(el|la|los|las|le|les|lo|se|si|no|ya|en|por|para|favor|nos|me|te|esta|este|su|sus|ademas|tambien|solo|pero|quedamos|quedo|adjunto|anexo|envio"
    r"|hoy|manana|we|i|i'm|it|the|this|please|you|your|our|also|but|attached|as|there|payment|pago|pagaremos|pagamos)\s"
)
COMPANY_END = re.compile(r"(c\.? ?v|s\.? ?a|r\.? ?l|inc|ltd|corp|co|llc|a\.? ?c)\.?$")


def _is_prose(line: str) -> bool:
    """A sentence below a closing means that the closing was none: nothing that is said may be lost in a signature."""
    if POSTSCRIPT.search(line):
        return False
    words = len(line.split())
    ends = line.endswith((".", "!", "?")) and not COMPANY_END.search(line)
    return len(line) > 100 or (words >= 4 and bool(ends or SENTENCE_START.search(line)))


CONTACT_LINE = re.compile(
    r"\b(tel|tels|telefono|cel|celular|movil|ext|phone|mobile|whatsapp|conmutador)\b.{0,5}\d|\+52|^\S+@\S+\.\S+$|^www\.|^\+?[\d() .\-]{8,20}$"
)


def _contact_block_start(lines: list[str], folded: list[str], first: int) -> int:
    """A last paragraph of two or more short lines with a phone or a bare address, or a name and a post; else the end."""
    end = len(folded)
    while end and not folded[end - 1]:
        end -= 1
    begin = end
    while begin and folded[begin - 1]:
        begin -= 1
    block = folded[begin:end]
    labelled = any(re.match(r"(nombre|recibe|recibio|recibi|cargo|puesto|name|received by)\s?:", line) for line in block)
    short = (len(block) >= 2 and all(len(line) <= 60 for line in block)) or (len(block) == 1 and block[0].count("|") >= 2)
    short = short and begin > first
    if (len(block) == 1 and begin > first and is_name(lines[begin].strip(" *_,"))) or _ends_with_name(lines, begin, end):
        return end - 1
    signed = any(CONTACT_LINE.search(line) for line in block) or _is_name_and_post(lines[begin:end], block)
    return begin if short and not labelled and signed else len(folded)


def _ends_with_name(lines: list[str], begin: int, end: int) -> bool:
    """A name alone in the last line of a paragraph whose sentence has ended."""
    return end - begin >= 2 and is_name(lines[end - 1].strip(" *_,")) and lines[end - 2].rstrip().endswith((".", "!", ","))


def _is_name_and_post(lines: list[str], folded: list[str]) -> bool:
    """`Robin Sample` and below it `Office Manager`, with nothing that says more."""
    return len(lines) >= 2 and is_name(lines[0].strip(" *_,")) and any(POST.search(line) and len(line.split()) <= 6 for line in folded[1:])


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
