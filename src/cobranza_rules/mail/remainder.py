"""Sentences of a reply in which nothing is known: what they say may matter more than what was understood."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cobranza_rules.mail.patterns import Hit, Patterns
from cobranza_rules.mail.words import TextSentence, fold

MOST_UNKNOWN = 3  # words of a sentence that may be unknown: a greeting with a name, a sigh
# A filled form says what its fields are for: `Nombre: ...` in an acuse, `Importe: ...` in a contrarrecibo.
FIELD = re.compile(
    r"^\W{0,3}(nombre|puesto|cargo|area|departamento|telefono|tel|fecha|hora|lugar|importe|monto|total|subtotal|iva|moneda|proveedor|cliente|folio|facturas?|uuid|rfc"
    r"|correo|email|oc|orden de compra|pedido|recibe|recibio|firma|name|position|title|phone|date|amount|vendor|supplier|invoice|po|number)\b[^:\n]{0,25}:"
)


def unread(said: Sequence[TextSentence], hits: Sequence[Hit], patterns: Patterns) -> list[TextSentence]:
    """Those in which no phrase stands, and more than a few words besides courtesies, numbers and the fields of a form.

    A phrase that is denied or asked does not stand: what such a sentence says is not known either.
    """
    known = {hit.sentence for hit in hits}
    return [sentence for number, sentence in enumerate(said) if number not in known and _unknown(sentence, patterns) > MOST_UNKNOWN]


def _unknown(sentence: TextSentence, patterns: Patterns) -> int:
    if FIELD.match(fold(sentence.text)):
        return 0
    words = sentence.words
    polite = {index for start, end in patterns.courtesies.spans(words) for index in range(start, end)}
    return sum(index not in polite and len(word.folded) > 1 and not word.folded[0].isdigit() for index, word in enumerate(words))
