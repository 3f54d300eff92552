"""Every row of every table in which a person is named, by an e-mail address, a telephone number or a name: read once, in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cobranza_rules.casefile.chain_rows import in_pieces
from cobranza_rules.domain.data_request import FEWEST_FIGURES, figures
from cobranza_rules.privacy.persons import Person
from cobranza_rules.store.tables import Base

SHORTEST = 3  # Letters of a name: shorter ones would be found in everything
NATIONAL = 10  # Figures of a number without its country (Plan Nacional de Numeración)
DIGESTS = ("raw", "document", "digest")  # Columns that name bytes of the archive


def names_of(called: str, person: Person | None) -> frozenset[str]:
    """By what else the person is known: every address, number and name of its contacts and of the requests that name it."""
    found = {called}
    for row in person.contacts if person else ():
        found |= {row.email, row.phone, row.name}
    for request in person.requests if person else ():
        found |= {request.contact_email, request.contact_phone, request.contact_name}
    return frozenset(text.strip() for text in found if len(text.strip()) >= SHORTEST)


def held_of_person(session: Session, names: frozenset[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each table's rows that name the person, in the order of their keys; tables without any are left out."""
    texts = [name.casefold() for name in names]
    phones = [_however_written(number) for name in names if "@" not in name and len(number := figures(name)) >= FEWEST_FIGURES]
    for table in Base.metadata.sorted_tables:
        query: Select[Any] = select(table).order_by(*table.primary_key.columns)
        columns = [column.name for column in table.c]
        rows = [dict(zip(columns, row, strict=True)) for row in in_pieces(session, query) if _named(row, texts, phones)]
        if rows:
            yield table.name, rows


def documents_named(held: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Hashes of the documents that the rows are about, each once."""
    found = [row[name] for rows in held.values() for row in rows for name in DIGESTS if row.get(name)]
    return list(dict.fromkeys(found))


def _however_written(number: str) -> re.Pattern[str]:
    """With any signs between its figures, and with or without the country before it; within a longer number it is another one."""
    national = number[-NATIONAL:]
    return re.compile(r"(?:(?<![0-9A-Za-z])|(?<=\+52))" + r"[ ().\-/]{0,3}".join(national) + r"(?![0-9A-Za-z])")


def _named(values: Any, texts: list[str], phones: list[re.Pattern[str]]) -> bool:
    """In a text, or anywhere within a list or an object."""
    for value in values:
        if isinstance(value, str):
            folded = value.casefold()
            if any(text in folded for text in texts) or any(number.search(value) for number in phones):
                return True
        elif isinstance(value, dict):
            if _named([*value.keys(), *value.values()], texts, phones):
                return True
        elif isinstance(value, list | tuple) and _named(value, texts, phones):
            return True
    return False
