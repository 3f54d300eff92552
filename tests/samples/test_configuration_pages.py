"""docs/configuration.md and its Spanish version name every setting with its true default, and their examples are read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from pydantic import BaseModel

from cobranza_rules.config import Settings, read_settings
from cobranza_rules.intake.report_mapping import ReportMapping
from cobranza_rules.problems import ProblemError

PAGES = ("configuration.md", "configuration.es.md")


def settings_of(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, object]]:
    """Each setting's path and default; a section is followed by its own settings."""
    for name, field in model.model_fields.items():
        inner = [found for found in (field.annotation, *getattr(field.annotation, "__args__", ())) if isinstance(found, type)]
        section = next((found for found in inner if issubclass(found, BaseModel)), None)
        if section is None:
            yield f"{path}{name}", field.default
        else:
            yield from settings_of(section, f"{path}{name}.")


def rows(page: str) -> dict[str, str]:
    """Setting name to its default as the tables give it, by section: `mail.out.port` -> `587`."""
    found: dict[str, str] = {}
    section = ""
    for line in page.splitlines():
        if heading := re.match(r"#+ (?:`\[+([^\]]*)\]+`)?", line):
            section = f"{heading[1]}." if heading[1] else ""
            section = re.sub(r"\.(?:ROLE|ROL|NAME|NOMBRE)\.", ".", section)
        if line.startswith("| `"):
            names, _meaning, default = (cell.strip() for cell in line.strip("|").split("|"))
            named = re.findall(r"`([a-z_]+)`", names)
            defaults = [value.strip() for value in default.split(",")]
            for place, name in enumerate(named):
                found[section + name] = defaults[place] if len(defaults) == len(named) else default
    return found


def shown(default: object) -> str:
    if isinstance(default, Enum | str | Path):
        return f'`"{default}"`'
    if isinstance(default, tuple):
        return f"`{json.dumps(default)}`"
    return f"`{default}`"


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_is_explained_with_its_default(root: Path, name: str) -> None:
    explained = rows((root / "docs" / name).read_text(encoding="utf-8"))
    expected = dict(settings_of(Settings))
    assert set(explained) == set(expected)
    words = {"required", "obligatorio", "none", "ninguno"}
    wrong = {setting: (given, expected[setting]) for setting, given in explained.items() if given not in words | {shown(expected[setting])}}
    assert wrong == {}
    needless = {
        setting
        for setting, given in explained.items()
        if given in {"required", "obligatorio"} and not repr(expected[setting]).startswith("Pydantic")
    }
    assert needless == set()


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_are_valid(root: Path, tmp_path: Path, name: str) -> None:
    smallest, *more = re.findall(r"```toml\n(.*?)```", (root / "docs" / name).read_text(encoding="utf-8"), re.DOTALL)
    assert len(more) == 7
    for example in ("", *more):
        file = tmp_path / "cobranza.toml"
        file.write_text(f"{smallest}\n{example}", encoding="utf-8")
        settings = read_settings(file)
        assert settings.company.rfc == "EKU9003173C9"
        for section in tomllib.loads(example):
            assert getattr(settings, section)


def test_two_mailboxes_of_one_name_are_told(root: Path, tmp_path: Path) -> None:
    smallest = re.findall(r"```toml\n(.*?)```", (root / "docs" / "configuration.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    file = tmp_path / "cobranza.toml"
    file.write_text(f'{smallest}\n[[mail.incoming]]\nname = "norte"\n[[mail.incoming]]\nname = "norte"\n', encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        read_settings(file)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{file} (mail.incoming): two mailboxes are called 'norte'; give each block of mail.incoming a 'name' of its own"
    ]


def test_mappings_of_reports_are_read_and_a_wrong_one_is_told(root: Path, tmp_path: Path) -> None:
    smallest = re.findall(r"```toml\n(.*?)```", (root / "docs" / "configuration.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    file = tmp_path / "cobranza.toml"
    file.write_text(
        f'{smallest}\n[intake.adminpaq.norte]\nmatch = "norte*"\ncolumns = {{ folio = "Núm." }}\ncurrency = "USD"\n', encoding="utf-8"
    )
    assert read_settings(file).intake.mappings() == (ReportMapping("norte", "norte*", {"folio": "Núm."}, "USD"),)
    file.write_text(f'{smallest}\n[intake.adminpaq.norte]\ncolumns = {{ numero = "Núm." }}\ncurrency = "pesos"\n', encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        read_settings(file)
    assert [problem.place for problem in caught.value.problems] == [
        "intake.adminpaq.norte.match",
        "intake.adminpaq.norte.columns.numero",
        "intake.adminpaq.norte.currency",
    ]
    assert "one of these is expected: 'internal_id', 'model'," in str(caught.value.problems[1])
