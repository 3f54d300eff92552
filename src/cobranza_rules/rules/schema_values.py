"""JSON Schema (draft-07, which editors take) of the single values of rules files and rule tests, from what their readers accept.

Readers take every value as text; an editor has numbers and truths where YAML has them, so those are said by their type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cobranza_rules.facts.vocabulary import Fact, FactType
from cobranza_rules.language import N_, Translate
from cobranza_rules.rules.fields import DAY, LONGEST_NAME, MOST_DAYS, NAME, WORKDAYS
from cobranza_rules.rules.testing_fields import AMOUNT, LONGEST_CODE, MOST_OF_A_COUNT, UNKNOWN

Schema = dict[str, Any]
SAID = ("description", "patternErrorMessage")  # Keys whose texts a person reads


def patterned(pattern: str, hint: str) -> Schema:
    """`hint` is what editors show where the text does not match; other programs do not know its key and pass over it."""
    return {"type": "string", "pattern": f"^{pattern}$", "patternErrorMessage": hint}


DRAFT = "http://json-schema.org/draft-07/schema#"
A_NAME: Schema = {**patterned(NAME, N_("use small letters, digits and hyphens, like first-reminder")), "maxLength": LONGEST_NAME}
A_TEXT: Schema = {"type": ["string", "number", "boolean"]}
A_TRUTH: Schema = {"type": "boolean"}
A_DAY = patterned(DAY, N_("write dates as year-month-day, like 2026-03-06"))
SOME_WORKDAYS = patterned(f"(?!0+ ){WORKDAYS}", N_("write it like '5 workdays'"))
AN_AMOUNT = patterned(AMOUNT, N_("write it like 1200.00 MXN"))
A_CODE: Schema = {"type": ["string", "number"], "maxLength": LONGEST_CODE}
SOME_DAYS: Schema = {"type": "integer", "minimum": 0, "maximum": MOST_DAYS}
CONDITION: Schema = {"type": ["string", "boolean"], "minLength": 1}
NEVER: Schema = {"not": {}}


def described(schema: Schema, text: str) -> Schema:
    """`text` is a marked one; `translated` puts it into a language."""
    return {**schema, "description": text}


def whole(most: int) -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": most}


def choice(words: Iterable[str]) -> Schema:
    return {"enum": list(words)}


def one_or_many(schema: Schema, *, maybe_none: bool = False) -> Schema:
    """One value or a list of them, an empty one only where `maybe_none` says so."""
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 0 if maybe_none else 1}]}


def list_of(schema: Schema, *, maybe_none: bool = False) -> Schema:
    return {"type": "array", "items": schema, "minItems": 0 if maybe_none else 1}


def mapping(keys: Iterable[str], values: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A mapping with exactly the reader's `keys`. Raises KeyError where `values` lacks one: no table of a reader grows without its schema."""
    needed = list(required)
    schema: Schema = {"type": "object", "properties": {key: values[key] for key in keys}, "additionalProperties": False}
    return {**schema, "required": needed} if needed else schema


def of_fact(fact: Fact) -> Schema:
    """A fact as a rule test gives it."""
    schemas: dict[FactType, Schema] = {
        FactType.TEXT: choice(fact.choices) if fact.choices else A_TEXT,
        FactType.BOOLEAN: A_TRUTH,
        FactType.NUMBER: {"type": "integer", "minimum": -MOST_OF_A_COUNT, "maximum": MOST_OF_A_COUNT},
        FactType.AMOUNT: AN_AMOUNT,
        FactType.DATE: A_DAY,
    }
    schema = schemas[fact.type]
    return described({"anyOf": [schema, {"const": UNKNOWN}]} if fact.may_be_unknown else schema, fact.meaning)


def translated(schema: Any, translate: Translate) -> Any:
    """The same with every text in the reader's language."""
    if isinstance(schema, list):
        return [translated(each, translate) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: translate(value) if key in SAID and isinstance(value, str) else translated(value, translate) for key, value in schema.items()
    }
