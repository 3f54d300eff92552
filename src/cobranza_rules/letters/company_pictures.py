"""The pictures that cobranza.toml names: letterhead and logo of the company, signatures and initials of its people."""

from __future__ import annotations

from pathlib import Path

from cobranza_rules.config import Settings
from cobranza_rules.domain.company import CompanyPictures
from cobranza_rules.letters.picture_files import read_picture
from cobranza_rules.problems import Problem, ProblemError


def pictures_named(settings: Settings) -> dict[str, Path]:
    """By the name of the setting: company.logo, people.ROLE.signature and so on."""
    company = {f"company.{name}": getattr(settings.company, name) for name in ("letterhead", "logo")}
    people = {
        f"people.{role}.{name}": getattr(person, name) for role, person in settings.people.items() for name in ("signature", "rubric")
    }
    return {setting: path for setting, path in (company | people).items() if path is not None}


def read_pictures(settings: Settings, base: Path) -> CompanyPictures:
    """Raises ProblemError with every picture that is missing or not fit for a letter."""
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for setting, path in pictures_named(settings).items():
        try:
            found[setting] = read_picture(base / path, setting)
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    return CompanyPictures(
        letterhead=found.get("company.letterhead", b""),
        logo=found.get("company.logo", b""),
        signatures={role: found[key] for role in settings.people if (key := f"people.{role}.signature") in found},
        rubrics={role: found[key] for role in settings.people if (key := f"people.{role}.rubric") in found},
    )
