"""Cells that hold an error of their formula (#REF!, #N/A): nobody knows what would stand there, so they are neither text nor empty."""

from __future__ import annotations

import re

from cobranza_rules.intake.table import Value
from cobranza_rules.language import Sentence, _

# As spreadsheet programs show them in English and in Spanish; a workbook keeps the English ones (ECMA-376 part 1, 18.17.3).
ERRORS = frozenset(
    [
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#UNKNOWN!",
        "#CONNECT!",
        "#BUSY!",
        "#¡NULO!",
        "#¡DIV/0!",
        "#¡VALOR!",
        "#¡REF!",
        "#¿NOMBRE?",
        "#¡NUM!",
        "#N/D",
        "#¡DESBORDAMIENTO!",
        "#¡CALC!",
        "#¡CAMPO!",
        "#¡BLOQUEADO!",
    ]
)
CORRECT = _("correct its formula, or write the value itself, and import the file again")
_REMARK = "#"
# Its reader hands such a cell out as an empty one; as a text it is told.
_CELL = re.compile(rb'(<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,9}")?) t="e"')


def is_error(value: Value) -> bool:
    return value.__class__ is str and value[0] == _REMARK and value.upper() in ERRORS


def is_remark(value: Value) -> bool:
    """A row whose first cell begins so is an example, or a remark of people."""
    return isinstance(value, str) and value.startswith(_REMARK) and not is_error(value)


def told(error: Value) -> Sentence:
    return _("the cell holds the error {error}", error=str(error))


def as_texts(part: bytes) -> bytes:
    """`part` is the XML of a sheet."""
    return _CELL.sub(rb'\1 t="str"', part) if b't="e"' in part else part
