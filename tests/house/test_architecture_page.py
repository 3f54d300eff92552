"""docs/architecture.md keeps up with the code: rooms, ways through the code, and the reason for every dependency."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def architecture(heading: str) -> str:
    return (DOCS / "architecture.md").read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_architecture_gives_a_reason_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    needed = {re.split(r"[^A-Za-z0-9._-]", one)[0] for group in groups for one in group}
    named = re.findall(r"^\| ([^|]+) \|", architecture("Dependencies"), re.MULTILINE)
    described = {name.strip() for cell in named for name in re.sub(r"\([^)]*\)", "", cell).split(",")}
    assert needed <= described
    assert described - needed == {"runtime", "optional", "development"}


def test_the_architecture_names_every_room_and_module() -> None:
    source = ROOT / "src" / "cobranza_rules"
    named = set(re.findall(r"`([a-z_]+)/?`", architecture("Rooms")))
    rooms = {folder.name for folder in source.iterdir() if (folder / "__init__.py").exists()}
    modules = {file.stem for file in source.glob("*.py")} - {"__init__"}
    assert rooms | modules <= named


def defined() -> dict[str, set[str]]:
    """Names of functions, methods, classes and constants, by the file that defines them."""
    found = {}
    for file in (ROOT / "src" / "cobranza_rules").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        names |= {target.id for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) for target in targets(node)}
        found[file.relative_to(ROOT / "src" / "cobranza_rules").with_suffix("").as_posix().replace("/", ".")] = names
    return found


def targets(node: ast.Assign | ast.AnnAssign) -> list[ast.Name]:
    found = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target for target in found if isinstance(target, ast.Name)]


def test_the_ways_through_the_code_exist() -> None:
    """`plan.gates.decide_gate` is a function of that module; a name after it may leave out the room (`gates.decide_gate`)."""
    modules = defined()
    ways = [row.split("|")[2] for row in architecture("From a command to its effect").splitlines() if row.startswith("| `")]
    named = [
        name for way in (*ways, architecture("One tick")) for name in re.findall(r"`([A-Za-z_.]+)`", way) if "_" in name or "." in name
    ]
    assert len(named) > 50
    lost = []
    for name in named:
        module, _dot, last = name.rpartition(".")
        holders = [path for path in modules if path == module or path.endswith(f".{module}")] or list(modules)
        if last not in {each for holder in holders for each in modules[holder]} and name not in modules:
            lost.append(name)
    assert lost == []
