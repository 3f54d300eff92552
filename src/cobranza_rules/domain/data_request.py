"""What people may ask of their data (LFPDPPP: access, rectification, cancellation, opposition), and by what their data are known again.

Cancellation begins with blocking: the data are used for nothing more, and are kept only as long as something may still be answered for by them.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

# What is held of a person at a customer
PERSON_FIELDS = ("name", "email", "phone", "title", "address")
FEWEST_FIGURES = 7  # Of a telephone number that tells one person from another


class DataRequestKind(StrEnum):
    CORRECTED = "corrected"
    OPPOSED = "opposed"  # No more messages; the data stay as they are.
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    ERASED = "data_erased"


def value_hash(field: str, value: str) -> str:
    """By which a value that is kept no more is known when it comes again. Who guesses the value can confirm the guess."""
    return hashlib.sha256(f"{field}:{value.strip().casefold()}".encode()).hexdigest()


def figures(text: str) -> str:
    """Of a telephone number: the same one is written in many ways."""
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())


def same_phone(one: str, other: str) -> bool:
    """With or without the country before it."""
    first, second = sorted((figures(one), figures(other)), key=len)
    return len(first) >= FEWEST_FIGURES and second.endswith(first)
